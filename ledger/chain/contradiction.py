"""Two signed heads of one log beside each other: whether one extends the other.

A log must never sign two heads of which neither extends the other. Given the two signed notes,
one root and one proof show offline, to anybody who trusts the log's key, that it did: for the
tree of the larger head has exactly one root at the smaller size, and the log signed another.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ledger import canonical
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import LARGEST_NOTE, NoteKey, base64_decode, open_note
from ledger.chain.proof import (
    LONGEST_PROOF,
    TreeReader,
    consistency_proof,
    verify_first_or_grown,
)
from ledger.chain.tiles import ReadTile
from ledger.errors import LedgerError, RefusalCode, Refused

FORMAT = "duebill-evidence@v1"
LARGEST_EVIDENCE = 12 * LARGEST_NOTE
"""Bytes of an evidence file: two notes of any UTF-8 text, in base64, and a proof."""

_NOTES = frozenset({"format", "kept", "shown"})
_PROOF = frozenset({"proof", "root"})


class Relation(Enum):
    """What two signed heads of one log are to each other, the `shown` one after the `kept` one."""

    SAME = "same"
    EXTENDS = "extends"
    ROLLBACK = "rollback"
    FORK = "fork"
    UNPROVEN = "unproven"


@dataclass(frozen=True, slots=True)
class Grown:
    """What the tree of the larger of two heads says about the smaller size.

    `root` is its root at that size, and `proof` the consistency proof from there.
    """

    root: bytes
    proof: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two heads that a log signed: both notes as they were, and what is shown of the two.

    `kept` was known first and `shown` came later; which came first is the word of whoever made
    the file, and only `ROLLBACK` rests on it. Without `grown` nothing is shown (`UNPROVEN`).
    """

    kept_note: str
    shown_note: str
    kept: Checkpoint
    shown: Checkpoint
    grown: Grown | None
    relation: Relation

    def data(self) -> bytes:
        """The evidence file. Raises nothing: it holds only what was read."""
        tree: dict[str, canonical.Tree] = {
            "format": FORMAT,
            "kept": _base64(self.kept_note.encode()),
            "shown": _base64(self.shown_note.encode()),
        }
        if self.grown is not None:
            tree["proof"] = [_base64(item) for item in self.grown.proof]
            tree["root"] = _base64(self.grown.root)
        return canonical.encode(tree)


def compare_heads(
    kept_note: str, shown_note: str, keys: Iterable[NoteKey], grown: Grown | None = None
) -> Contradiction:
    """What two notes, each signed by one of the log's `keys`, are to each other.

    Of heads of one size nothing more is needed; else `grown` must fit the larger one. Raises
    `Refused`: what `open_note` and `parse_checkpoint` raise; `checkpoint_of_other_log` for two
    logs; `proof_invalid` where `grown` does not belong to the larger head.
    """
    known = list(keys)
    kept, shown = _open(kept_note, known), _open(shown_note, known)
    if kept.origin != shown.origin:
        raise Refused(
            RefusalCode.CHECKPOINT_OF_OTHER_LOG,
            f"One head is of {kept.origin[:100]!r}, the other of {shown.origin[:100]!r}.",
        )
    smaller, larger = in_order(kept, shown)
    if grown is None and smaller.size == larger.size:
        grown = Grown(larger.root, ())
    relation = Relation.UNPROVEN
    if grown is not None:
        verify_first_or_grown(smaller.size, grown.root, larger.size, larger.root, grown.proof)
        relation = _relation(kept, shown, is_fork=grown.root != smaller.root)
    return Contradiction(kept_note, shown_note, kept, shown, grown, relation)


def grown_from(read: ReadTile, smaller: int, larger: Checkpoint) -> Grown | None:
    """What the tiles of the `larger` tree say about the `smaller` size.

    None where they are missing or do not make the tree that was signed. Never raises.
    """
    try:
        # Read as the larger tree: a source may keep no partial tiles of the smaller one.
        root = TreeReader(larger.size, read).range_root(0, smaller)
        proof = consistency_proof(read, smaller, larger.size) if smaller else ()
        verify_first_or_grown(smaller, root, larger.size, larger.root, proof)
    except (LedgerError, OSError, ValueError, LookupError):
        return None
    return Grown(root, tuple(proof))


def in_order(one: Checkpoint, other: Checkpoint) -> tuple[Checkpoint, Checkpoint]:
    """The smaller head first; of two of one size in the order given."""
    return (one, other) if one.size <= other.size else (other, one)


def read_contradiction(data: bytes, keys: Iterable[NoteKey]) -> Contradiction:
    """What an evidence file shows to who trusts the log's `keys`.

    Raises `Refused`, whatever the bytes: `bytes_too_large`; what `canonical.decode` and
    `compare_heads` raise; `evidence_malformed` for another form, and for a file that shows
    nothing wrong (two heads of which the later extends the earlier).
    """
    if len(data) > LARGEST_EVIDENCE:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, "The evidence file is too large.")
    tree = canonical.decode(data)
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise _malformed(f"The file does not say that it is {FORMAT}.", "/format")
    if tree.keys() not in (_NOTES, _NOTES | _PROOF):
        raise _malformed("Evidence has two notes, and root and proof or neither.", "")
    grown = Grown(_bytes(tree["root"]), _hashes(tree["proof"])) if "root" in tree else None
    found = compare_heads(_note(tree["kept"]), _note(tree["shown"]), keys, grown)
    if grown is None and found.grown is not None:
        raise _malformed("Of heads of one size the root is named.", "/root")
    if found.relation in (Relation.SAME, Relation.EXTENDS):
        raise _malformed("The later head extends the earlier: that is no evidence.", "/shown")
    return found


def _relation(kept: Checkpoint, shown: Checkpoint, *, is_fork: bool) -> Relation:
    if is_fork:
        return Relation.FORK
    if kept.size == shown.size:
        return Relation.SAME
    return Relation.EXTENDS if kept.size < shown.size else Relation.ROLLBACK


def _open(note: str, keys: Sequence[NoteKey]) -> Checkpoint:
    # With extension lines, too: a log that signs some is no less bound by what it signed.
    opened = open_note(note, keys)
    checkpoint = parse_checkpoint(opened.body, allow_extensions=True)
    if all(key.name != checkpoint.origin for key in opened.signed_by):
        raise Refused(
            RefusalCode.CHECKPOINT_OF_OTHER_LOG,
            f"No known key of {checkpoint.origin[:100]!r} itself signed the head.",
        )
    return checkpoint


def _note(value: Any) -> str:
    try:
        return _bytes(value).decode()
    except UnicodeDecodeError:
        raise _malformed("A note is UTF-8 text.", "") from None


def _hashes(value: Any) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > LONGEST_PROOF:
        raise _malformed(f"A proof is a list of at most {LONGEST_PROOF} hashes.", "/proof")
    return tuple(map(_bytes, value))  # their length is checked where they are used


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str):
        raise _malformed("Notes and hashes are base64 texts.", "")
    return base64_decode(value, RefusalCode.EVIDENCE_MALFORMED)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.EVIDENCE_MALFORMED, detail, place=place)
