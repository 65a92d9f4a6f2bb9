"""The auditor: the whole log read again, rules included, by whoever does not trust us."""
