"""Receipts as files: an entry, its tlog-proof and its disclosures, to be verified by anybody.

{"disclosures": [text…], "entry": base64, "proof": tlog-proof text}, in canonical JSON
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from ledger import canonical
from ledger.ports import EntryReader


def receipt_file(data: bytes, proof: str, disclosures: Sequence[str]) -> bytes:
    """The receipt of the entry in `data`, whose tlog-proof is `proof`.

    `disclosures` are in digest order, as they are kept.
    """
    return canonical.encode(
        {
            "disclosures": list(disclosures),
            "entry": base64.b64encode(data).decode(),
            "proof": proof,
        }
    )


def whole_receipt(log: EntryReader, proof: str, seq: int) -> bytes:
    """The receipt of entry `seq` with all its disclosures: for who may see them all."""
    (data,) = log.entries(seq, seq + 1)
    return receipt_file(data, proof, log.disclosures(seq, seq + 1).get(seq, ()))
