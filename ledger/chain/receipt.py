"""Receipts (C2SP `tlog-proof@v1`): what shows, offline, that an entry is in the log.

Index, inclusion proof and signed checkpoint in one text file. Together with the entry's bytes,
the log's origin and its key it needs no server. It rests on the tree alone: the link to the
entry before plays no part in it.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.entry import Entry, read_entry
from ledger.chain.note import NoteKey, base64_decode
from ledger.chain.proof import LONGEST_PROOF, verify_inclusion
from ledger.chain.tree import HASH_BYTES, LARGEST_SIZE
from ledger.errors import RefusalCode, Refused

HEADER = "c2sp.org/tlog-proof@v1"
LARGEST_EXTRA = 16_384
"""Most bytes of the unauthenticated extra data of a receipt that we read."""


class State(StrEnum):
    """How far an entry is; each state includes those before it.

    It has its place in the log; it is under a head that the log signed; it is under a head that a
    quorum of witnesses cosigned, too.
    """

    SEQUENCED = "sequenced"
    INCLUDED = "included"
    WITNESSED = "witnessed"


_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


@dataclass(frozen=True, slots=True)
class Receipt:
    """The parts of a receipt, nothing of it verified: that is for `verify_receipt`.

    The entry's `index`, the inclusion proof `hashes` from the leaf up, the `checkpoint` note as
    the log gave it, and `extra` bytes that nothing authenticates.
    """

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def text(self) -> str:
        """The receipt as a file, suffix ``.tlog-proof``."""
        lines = [HEADER]
        if self.extra:
            lines.append(f"extra {base64.b64encode(self.extra).decode()}")
        lines.append(f"index {self.index}")
        lines += [base64.b64encode(item).decode() for item in self.hashes]
        return "\n".join(lines) + "\n\n" + self.checkpoint


def parse_receipt(text: str) -> Receipt:
    """The parts of a receipt text.

    Raises `Refused` (`receipt_malformed`) unless `text` is their one spelling.
    """
    head, blank, checkpoint = text.partition("\n\n")
    header, *lines = head.split("\n")
    if header != HEADER or not blank:
        raise _malformed(f"The text is not a head that begins with {HEADER} and a checkpoint.")
    extra = b""
    if lines and lines[0].startswith("extra "):
        extra = base64_decode(lines.pop(0).removeprefix("extra "), RefusalCode.RECEIPT_MALFORMED)
        if not 0 < len(extra) <= LARGEST_EXTRA:
            raise _malformed(f"The extra data is empty or larger than {LARGEST_EXTRA} bytes.")
    index = _INDEX.fullmatch(lines.pop(0)) if lines else None
    if index is None or int(index[1]) >= LARGEST_SIZE:
        raise _malformed("The receipt does not name the index of the entry.")
    if len(lines) > LONGEST_PROOF:
        raise _malformed(f"The proof has more than {LONGEST_PROOF} hashes.")
    hashes = tuple(base64_decode(line, RefusalCode.RECEIPT_MALFORMED) for line in lines)
    if any(len(item) != HASH_BYTES for item in hashes):
        raise _malformed("A hash of the proof is not 32 bytes long.")
    return Receipt(int(index[1]), hashes, checkpoint, extra)


def verify_receipt(
    text: str, entry_bytes: bytes, origin: str, log_keys: Iterable[NoteKey]
) -> Checkpoint:
    """Proves that `entry_bytes` is an entry of the log `origin`; gives the head it is under.

    The order of the checks: the entry is canonical; origin, size and root come from a checkpoint
    that one of `log_keys` signed; the entry's own number is the proven index; the tree leads
    from it to the root. Cosignatures, the command's signatures and the rules are other questions.
    Raises `Refused`, whatever the bytes.
    """
    entry = read_entry(entry_bytes)
    receipt = parse_receipt(text)
    checkpoint = open_checkpoint(receipt.checkpoint, origin, log_keys)
    check_place(receipt, entry, checkpoint)
    return checkpoint


def check_place(receipt: Receipt, entry: Entry, head: Checkpoint) -> None:
    """Raises `Refused` (`proof_invalid`) unless `entry` is the one that the receipt has in `head`.

    `head` is the receipt's own checkpoint, verified.
    """
    if entry.seq != receipt.index:
        raise Refused(
            RefusalCode.PROOF_INVALID,
            f"The receipt is for entry {receipt.index}, the entry is number {entry.seq}.",
        )
    verify_inclusion(receipt.index, head.size, entry.leaf, receipt.hashes, head.root)


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.RECEIPT_MALFORMED, detail)
