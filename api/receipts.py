"""Receipts as files: an entry, its tlog-proof and its disclosures, to be verified by anybody.

{"disclosures": [text…], "entry": base64, "proof": tlog-proof text}
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import Entry, read_entry
from ledger.chain.note import NoteKey
from ledger.chain.receipt import verify_receipt
from ledger.envelope import Envelope, read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.ports import LogReader


@dataclass(frozen=True, slots=True)
class Verified:
    """What a receipt proves: this entry, of this command, under this signed head."""

    entry: Entry
    envelope: Envelope
    checkpoint: Checkpoint


def receipt_tree(log: LogReader, proof: str, seq: int) -> dict[str, Any]:
    """The receipt of entry `seq`, whose tlog-proof is `proof`, with all its disclosures."""
    (data,) = log.entries(seq, seq + 1)
    return {
        "disclosures": list(log.disclosures(seq, seq + 1).get(seq, ())),
        "entry": base64.b64encode(data).decode(),
        "proof": proof,
    }


def verify(data: bytes, keys: Sequence[NoteKey]) -> Verified:
    """What the receipt in `data` proves to who trusts `keys`. Raises `Refused`, whatever the bytes.

    Proven are the entry's place under a head that one of the keys signed, and that the
    disclosures are those of its sealed fields. Whether the command was rightly signed and decided
    is for an audit.
    """
    entry_bytes, proof, disclosures = _parts(data)
    origin = keys[0].name if keys else ""
    own = [key for key in keys if key.name == origin]
    checkpoint = verify_receipt(proof, entry_bytes, origin, own)
    entry = read_entry(entry_bytes)
    envelope = read_envelope(entry.command, disclosures)
    if envelope.payload["aud"] != origin:
        raise Refused(
            RefusalCode.AUDIENCE_IS_ANOTHER_LEDGER,
            f"The command was signed for {envelope.payload['aud']!r}, not for {origin!r}.",
        )
    return Verified(entry, envelope, checkpoint)


def _parts(data: bytes) -> tuple[bytes, str, list[str]]:
    try:
        tree = json.loads(data)
        entry = base64.b64decode(tree["entry"], validate=True)
        proof, disclosures = tree["proof"], tree.get("disclosures", [])
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise _malformed("The file is no JSON object with entry and proof.") from None
    if not isinstance(proof, str) or not isinstance(disclosures, list):
        raise _malformed("The proof is no text, or the disclosures are no list.")
    if not all(isinstance(text, str) for text in disclosures):
        raise _malformed("A disclosure is not a text.")
    return entry, proof, disclosures


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.RECEIPT_MALFORMED, detail)
