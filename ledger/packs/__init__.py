"""Packs: what one party can show of one holding to anybody, without the ledger and its server.

An *evidence pack* holds every entry of a holding's history with exactly the disclosures that its
asker may see, the entries that named the keys which signed them, a proof for each under one signed
head, and the log's signed statement of what its records said at that size. A *funding certificate*
is the same for a holding that is locked for one financing. `docs/spec/receipt.md` is the format.
"""
