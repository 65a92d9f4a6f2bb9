"""Our trees are those that software of others computed (`tests/vectors/foreign_tree.json`)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ledger.chain.proof import (
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_inclusion,
)
from ledger.chain.tiles import TileId
from ledger.chain.tree import Frontier, leaf_hash, mth
from tests.vectors.make_foreign_tree import INPUTS, PATH, make

GOLDEN: dict[str, Any] = json.loads(PATH.read_text("utf-8"))
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]
ROOTS = [bytes.fromhex(text) for text in GOLDEN["roots"]]


def read(tile: TileId) -> bytes:
    """The only tile."""
    return b"".join(LEAVES[: tile.width])


def hexes(hashes: tuple[bytes, ...]) -> list[str]:
    """As the file writes them."""
    return [item.hex() for item in hashes]


def test_the_file_is_complete() -> None:
    """Sizes 0 to 15, each index of each, each earlier size of each."""
    assert GOLDEN["inputs"] == INPUTS
    assert len(GOLDEN["roots"]) == 16
    pairs = [(index, size) for size in range(1, 16) for index in range(size)]
    assert [(item["index"], item["size"]) for item in GOLDEN["inclusion"]] == pairs
    assert [(item["old"] - 1, item["new"]) for item in GOLDEN["consistency"]] == pairs


def test_trap_16_leaves_and_roots_are_those_that_others_compute() -> None:
    """Whatever a library upgrade changed would show here, against hashes that are not ours."""
    assert [leaf.hex() for leaf in LEAVES] == GOLDEN["leaf_hashes"]
    frontier = Frontier()
    for size, root in enumerate(ROOTS):
        assert mth(LEAVES[:size]) == frontier.root() == root
        frontier = frontier.extend(LEAVES[size : size + 1])


def test_inclusion_proofs_are_those_that_others_compute() -> None:
    """Ours are equal to the byte, and we verify theirs."""
    for item in GOLDEN["inclusion"]:
        index, size = item["index"], item["size"]
        assert hexes(inclusion_proof(read, index, size)) == item["proof"]
        proof = [bytes.fromhex(text) for text in item["proof"]]
        verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


def test_consistency_proofs_are_those_that_others_compute() -> None:
    """Ours are equal to the byte, and we verify theirs."""
    for item in GOLDEN["consistency"]:
        old, new = item["old"], item["new"]
        assert hexes(consistency_proof(read, old, new)) == item["proof"]
        proof = [bytes.fromhex(text) for text in item["proof"]]
        verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)


@pytest.mark.long
def test_others_still_compute_the_file() -> None:
    """Go and tlog-scales agree with each other, and with the file, to the byte."""
    assert make() == PATH.read_text("utf-8")
