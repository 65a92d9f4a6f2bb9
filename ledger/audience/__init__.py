"""Who may see the sealed fields of each kind of command; the table is in `ledger.evidence`."""
