"""The log itself: entries, their Merkle tree in tiles, signed checkpoints, proofs and receipts.

Formats are those of RFC 6962 and C2SP (`signed-note`, `tlog-checkpoint`, `tlog-tiles`,
`tlog-proof`), so that verifiers of other makers can check this log. Nothing here reads a file, a
clock or a network.
"""
