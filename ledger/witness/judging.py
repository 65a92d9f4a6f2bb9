"""May this head follow the one that was cosigned last? Decided from values alone.

The order of the faults is that of `tlog-witness`: the log is known, a key of it signed, the old
size is not beyond the new one, the old size is ours, the trees are consistent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.contradiction import Contradiction, Grown, Relation
from ledger.chain.note import NoteKey, SignatureType, base64_decode, lines_by, open_note
from ledger.chain.proof import implied_root, verify_first_or_grown
from ledger.chain.tree import EMPTY_ROOT
from ledger.errors import RefusalCode, Refused
from ledger.witness.request import AddCheckpoint

LogKeys: TypeAlias = Mapping[str, tuple[NoteKey, ...]]
"""The keys of each log by its origin, which is the name of its keys."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A checkpoint that a key of its log signed: the head, its text, and the lines of the log.

    `signatures` has the first line of each key of the log, and no line of anybody else.
    """

    head: Checkpoint
    body: str
    signatures: str

    @property
    def note(self) -> str:
        """The checkpoint as the log signed it."""
        return f"{self.body}\n{self.signatures}"


class OldSizeDiffers(Refused):
    """The sender's old size is not ours. `size` is what it must send a proof from."""

    def __init__(self, size: int) -> None:
        super().__init__(
            RefusalCode.OLD_SIZE_DIFFERS, f"The head cosigned last has {size} entries."
        )
        self.size = size


def log_keys(keys: Iterable[NoteKey]) -> LogKeys:
    """The keys by the origin that they sign for.

    Raises `Refused` (`note_key_malformed`) for the key of a witness.
    """
    found: dict[str, tuple[NoteKey, ...]] = {}
    for key in keys:
        if key.type is not SignatureType.ED25519:
            raise Refused(
                RefusalCode.NOTE_KEY_MALFORMED, f"{key.text()} is the key of a witness, not a log."
            )
        found[key.name] = (*found.get(key.name, ()), key)
    return found


def open_signed(note: str, logs: LogKeys) -> Signed:
    """The checkpoint of a note that a known log signed. Extension lines are kept in its text.

    Raises `Refused`: `log_not_witnessed`; `note_malformed`, `checkpoint_malformed`;
    `note_not_signed_by_known_key`, `signature_invalid`; `proof_invalid` for a size of 0 under
    another root than that of nothing.
    """
    origin = note.partition("\n")[0]
    keys = logs.get(origin, ())
    if not keys:
        raise Refused(RefusalCode.LOG_NOT_WITNESSED, "No key of this log is known here.")
    body = open_note(note, keys).body
    lines = body.split("\n")
    if lines[1:2] == ["0"] and _root(lines) != EMPTY_ROOT:
        raise Refused(RefusalCode.PROOF_INVALID, "A tree without leaves has another root.")
    head = parse_checkpoint(body, allow_extensions=True)
    signed = lines_by(note, keys)
    return Signed(head, body, "".join(signed[key] for key in keys if key in signed))


def check_follows(known: Checkpoint | None, new: Checkpoint, request: AddCheckpoint) -> None:
    """Raises `Refused` unless `new` may be cosigned after `known`, as the request proves.

    `witness_request_malformed` for an old size beyond the new; `OldSizeDiffers`; `proof_invalid`.
    A log without a known head begins with any, without proof: it is remembered, not proven.
    """
    size, root = (known.size, known.root) if known else (0, EMPTY_ROOT)
    if request.old > new.size:
        raise Refused(
            RefusalCode.WITNESS_REQUEST_MALFORMED,
            f"The old size {request.old} is beyond the {new.size} entries of the checkpoint.",
        )
    if request.old != size:
        raise OldSizeDiffers(size)
    verify_first_or_grown(size, root, new.size, new.root, request.proof)


def contradiction(
    known: Checkpoint, known_note: str, new: Signed, proof: Sequence[bytes], refused: Refused
) -> Contradiction | None:
    """What a refused head shows beside the one that was cosigned last, if it shows anything.

    Two roots for one size are a fork whatever old size was sent with them. So is a longer head
    whose proof leads from another root than ours; with a proof that leads nowhere it may be one,
    or its sender made a mistake or a joke (`UNPROVEN`).
    """
    head, grown = new.head, None
    if known.size == head.size and known.root != head.root:
        grown = Grown(head.root, ())
    elif not 0 < known.size < head.size or refused.code is not RefusalCode.PROOF_INVALID:
        return None
    elif (root := implied_root(known.size, head.size, head.root, proof)) is not None:
        grown = Grown(root, tuple(proof))
    relation = Relation.UNPROVEN if grown is None else Relation.FORK
    return Contradiction(known_note, new.note, known, head, grown, relation)


def _root(lines: list[str]) -> bytes:
    return base64_decode("".join(lines[2:3]), RefusalCode.CHECKPOINT_MALFORMED)
