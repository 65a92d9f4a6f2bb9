"""Alerts: what the ledger noticed, and who has looked at it. An alert alone forbids nothing."""
