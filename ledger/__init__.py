"""The ledger: what is true, who signed it, and the rules by which it follows.

Floors, each knowing only those below (`docs/architecture.md`): errors; bytes, keys, amounts and
dates; the shapes of records; envelope, policy, chain, documents; parties; receivables; financing;
settlement; the book; service, store and audit. `api` stands on top of all.
"""
