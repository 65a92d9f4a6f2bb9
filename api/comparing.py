"""Two signed heads beside each other, from whatever files hold them."""

from __future__ import annotations

from collections.abc import Sequence

from api.outside import Gathered
from ledger.backup.outside import Outside
from ledger.chain.contradiction import Contradiction, Grown, compare_heads, grown_from
from ledger.chain.note import NoteKey
from ledger.errors import LedgerError, RefusalCode, Refused


def head_in(source: str, keys: Sequence[NoteKey]) -> Outside:
    """The signed head in a checkpoint, receipt, head store, export folder or URL.

    Raises `Refused` where there is none, or not exactly one.
    """
    gathered = Gathered(keys)
    gathered.add(source)
    if len(gathered.valid) != 1:
        reason = gathered.ignored[0][1] if gathered.ignored else "It is not one file."
        raise Refused(RefusalCode.CHECKPOINT_MALFORMED, f"No signed head was read: {reason}")
    return gathered.valid[0]


def compare(one: Outside, other: Outside, keys: Sequence[NoteKey]) -> Contradiction:
    """What two heads are to each other, as far as what lies beside the larger one shows.

    Raises `Refused` for heads of two logs.
    """
    smaller, larger = (one, other) if one.head.size <= other.head.size else (other, one)
    for grown in (_by_tiles(smaller, larger), _by_proof(smaller, larger)):
        if grown is not None:
            try:
                return compare_heads(one.note, other.note, keys, grown)
            except Refused as refused:
                if refused.code is not RefusalCode.PROOF_INVALID:
                    raise
    return compare_heads(one.note, other.note, keys)


def _by_tiles(smaller: Outside, larger: Outside) -> Grown | None:
    """What the tiles beside the larger head say."""
    if larger.tiles is None:
        return None
    return grown_from(larger.tiles, smaller.head.size, larger.head)


def _by_proof(smaller: Outside, larger: Outside) -> Grown | None:
    """What a proof beside it says, if it is one from the smaller head as that was signed."""
    if larger.prove is None or not smaller.head.size:
        return None
    try:
        return Grown(smaller.head.root, tuple(larger.prove(smaller.head.size)))
    except (LedgerError, OSError, ValueError):
        return None
