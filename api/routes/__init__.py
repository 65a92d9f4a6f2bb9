"""One file for each group of routes; each makes its router and knows no other."""
