"""What must always be true: one numbered table, and one way to check a ledger against it."""
