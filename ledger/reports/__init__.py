"""Reports: what the records and entries add up to, for reading alone."""
