"""Checkpoints (C2SP `tlog-checkpoint`): the signed head of a log, in three lines.

Origin, size and root are read from the text that was verified and from nowhere else; a reader
that takes the size from beside the note can be shown another tree than the one signed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass

from ledger.chain.note import (
    NoteKey,
    NoteSigner,
    SignatureType,
    base64_decode,
    open_note,
    sign_note,
)
from ledger.chain.tree import EMPTY_ROOT, HASH_BYTES, LARGEST_SIZE
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey

_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The head of a log: its `origin`, `size` in entries and 32-byte `root`.

    Raises `Refused` (`checkpoint_malformed`) for an empty origin or one with a line break, a
    size out of bounds, or a root that cannot belong to it.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or "\n" in self.origin:
            raise _malformed("The origin is not one line of text.")
        if not 0 <= self.size <= LARGEST_SIZE:
            raise _malformed(f"A log cannot have {self.size} entries.")
        if len(self.root) != HASH_BYTES or (self.size == 0) != (self.root == EMPTY_ROOT):
            raise _malformed(f"The root cannot be that of a tree of {self.size} leaves.")

    @property
    def body(self) -> str:
        """The note text: origin, decimal size, base64 root, each with its newline."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> str:
    """The checkpoint as a note signed by the log, under its origin as key name.

    A log must never sign two heads of which neither extends the other: the caller compares with
    what it signed before. Raises `Refused` if the origin cannot name a key.
    """
    return sign_note(checkpoint.body, [NoteSigner(checkpoint.origin, key)])


def parse_checkpoint(body: str, *, allow_extensions: bool = False) -> Checkpoint:
    """The checkpoint in a verified note text. Raises `Refused` (`checkpoint_malformed`).

    Our log writes no extension lines, and in its name they are refused. `allow_extensions` is
    for readers of other logs, such as a witness; the lines are checked for form and left out.
    """
    lines = body.removesuffix("\n").split("\n")
    if not body.endswith("\n") or "" in lines or len(lines) < 3 or not _SIZE.fullmatch(lines[1]):
        raise _malformed("The text is not origin, size and root, one line each.")
    if len(lines) > 3 and not allow_extensions:
        raise _malformed("The checkpoint has extension lines.")
    root = base64_decode(lines[2], RefusalCode.CHECKPOINT_MALFORMED)
    return Checkpoint(lines[0], int(lines[1]), root)


def open_checkpoint(note: str, origin: str, keys: Iterable[NoteKey]) -> Checkpoint:
    """The head that the log `origin` signed with one of its `keys`.

    Keys of witnesses do not count. Raises `Refused`: what `open_note` and `parse_checkpoint`
    raise; `checkpoint_of_other_log`.
    """
    own = [key for key in keys if key.type is SignatureType.ED25519]
    checkpoint = parse_checkpoint(open_note(note, own).body)
    if checkpoint.origin != origin:
        raise Refused(
            RefusalCode.CHECKPOINT_OF_OTHER_LOG,
            f"The checkpoint is of {checkpoint.origin[:100]!r}, not of {origin[:100]!r}.",
        )
    return checkpoint


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.CHECKPOINT_MALFORMED, detail)
