"""Two signed heads of one log: what they are to each other, and the file that shows it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.contradiction import (
    Contradiction,
    Relation,
    compare_heads,
    grown_from,
    read_contradiction,
)
from ledger.chain.note import parse_note_key
from ledger.chain.tiles import TileId
from ledger.errors import RefusalCode, Refused
from tests.ledger.chain.sample import (
    LOG_KEY,
    LOG_NOTE_KEY,
    ORIGIN,
    WITNESS,
    naive_mth,
    naive_reader,
    numbered_leaves,
    sha256,
)
from tests.vectors.make_chain import FOLDER
from tests.vectors.make_evidence import render

KEYS = [LOG_NOTE_KEY]
LEAVES = numbered_leaves(600)
SIZES = st.integers(0, len(LEAVES))


def vectors() -> dict[str, Any]:
    """The content of the vector file."""
    content: dict[str, Any] = json.loads((FOLDER / "evidence.json").read_text("utf-8"))
    return content


def forked(at: int) -> list[bytes]:
    """The leaves with another one at `at`."""
    return [*LEAVES[:at], sha256(b"another"), *LEAVES[at + 1 :]]


def head(leaves: list[bytes], size: int) -> Checkpoint:
    """The head of the first so many leaves."""
    return Checkpoint(ORIGIN, size, naive_mth(leaves[:size]))


def signed(leaves: list[bytes], size: int) -> str:
    """The same, signed."""
    return sign_checkpoint(head(leaves, size), LOG_KEY)


def between(kept: list[bytes], old: int, shown: list[bytes], new: int) -> Contradiction:
    """What is said of a head of `kept` and a later one of `shown`."""
    leaves = kept if old > new else shown
    grown = grown_from(naive_reader(leaves), min(old, new), head(leaves, max(old, new)))
    assert grown is not None
    return compare_heads(signed(kept, old), signed(shown, new), KEYS, grown)


def test_the_vectors_are_what_the_code_makes_and_says() -> None:
    """Every relation is read again; every other file is refused."""
    assert (FOLDER / "evidence.json").read_text("utf-8") == render()
    content = vectors()
    keys = [parse_note_key(text) for text in content["known_keys"]]
    for case in content["evidence"]:
        found = read_contradiction(case["file"].encode(), keys)
        assert found.relation.value == case["relation"]
        assert found.data() == case["file"].encode()
    for case in content["refused"]:
        with pytest.raises(Refused):
            read_contradiction(case["file"].encode(), keys)


@given(SIZES, SIZES)
def test_one_history_is_no_fork(old: int, new: int) -> None:
    """Two heads of one tree are the same, extend each other, or went back."""
    due = Relation.SAME if old == new else Relation.EXTENDS if old < new else Relation.ROLLBACK
    found = between(LEAVES, old, LEAVES, new)
    assert found.relation is due
    if due is Relation.ROLLBACK:
        assert read_contradiction(found.data(), KEYS) == found
    else:
        with pytest.raises(Refused) as caught:
            read_contradiction(found.data(), KEYS)
        assert caught.value.code is RefusalCode.EVIDENCE_MALFORMED


@given(SIZES, SIZES, st.integers(0, len(LEAVES) - 1))
def test_two_histories_are_a_fork_where_both_hold_what_differs(old: int, new: int, at: int) -> None:
    """Before the leaf that differs they are one; the larger of the two trees proves it."""
    found = between(forked(at), old, LEAVES, new)
    assert (found.relation is Relation.FORK) == (min(old, new) > at)
    if found.relation is Relation.FORK:
        assert read_contradiction(found.data(), KEYS) == found


@given(SIZES.filter(bool), SIZES.filter(bool), st.data())
def test_an_honest_log_cannot_be_accused(old: int, new: int, data: st.DataObject) -> None:
    """Whatever root and proof are claimed, heads of one history are never a fork."""
    found = between(LEAVES, old, LEAVES, new)
    assert found.grown is not None
    hashes = [found.grown.root, *found.grown.proof, naive_mth(LEAVES[:old]), sha256(b"")]
    tree = json.loads(found.data())
    pick = st.sampled_from([_text(item) for item in hashes])
    tree["root"] = data.draw(pick)
    tree["proof"] = data.draw(st.lists(pick, max_size=12))
    try:
        claimed = read_contradiction(_bytes(tree), KEYS)
    except Refused:
        return
    assert claimed.relation is Relation.ROLLBACK


def test_every_bit_of_a_file_counts() -> None:
    """One flipped bit, and the file is refused."""
    data = between(forked(1), 2, LEAVES, 3).data()
    for at in range(len(data)):
        for bit in range(8):
            other = bytearray(data)
            other[at] ^= 1 << bit
            with pytest.raises(Refused):
                read_contradiction(bytes(other), KEYS)


def test_without_a_proof_nothing_is_proven() -> None:
    """Sizes that differ need one; equal sizes speak for themselves."""
    found = compare_heads(signed(forked(1), 2), signed(LEAVES, 3), KEYS)
    assert found.relation is Relation.UNPROVEN
    assert read_contradiction(found.data(), KEYS) == found
    found = compare_heads(signed(forked(1), 3), signed(LEAVES, 3), KEYS)
    assert found.relation is Relation.FORK


def test_cosignatures_stay_and_do_not_count() -> None:
    """The notes are kept byte for byte; a head that a witness alone signed is no head."""
    body = head(LEAVES, 3).body
    cosigned = signed(LEAVES, 3) + WITNESS.line(body)
    found = compare_heads(signed(forked(1), 3), cosigned, KEYS)
    assert read_contradiction(found.data(), KEYS).shown_note == cosigned
    alone = f"{body}\n{WITNESS.line(body)}"
    with pytest.raises(Refused) as caught:
        compare_heads(signed(LEAVES, 2), alone, [LOG_NOTE_KEY, WITNESS.key])
    assert caught.value.code is RefusalCode.CHECKPOINT_OF_OTHER_LOG


def test_tiles_that_do_not_make_the_signed_tree_prove_nothing() -> None:
    """Whether they are missing, broken or of another tree."""

    def missing(tile: TileId) -> bytes:
        raise OSError(tile.path)

    for read in (missing, naive_reader(forked(1)), lambda _: b"\0"):
        assert grown_from(read, 2, head(LEAVES, 3)) is None


def test_a_large_file_is_not_read() -> None:
    """Nobody can make a reader decode without end."""
    with pytest.raises(Refused) as caught:
        read_contradiction(b"[" * 3_200_000, KEYS)
    assert caught.value.code is RefusalCode.BYTES_TOO_LARGE


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _bytes(tree: Any) -> bytes:
    return json.dumps(tree, sort_keys=True, separators=(",", ":")).encode()
