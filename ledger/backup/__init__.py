"""Backups: a copy of the ledger that proves whose it is, and a restore that proves it is whole."""
