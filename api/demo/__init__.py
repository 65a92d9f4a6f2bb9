"""The demonstration: a sandbox ledger, real documents, and the whole story of a receivable."""
