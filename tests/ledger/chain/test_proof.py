"""Proofs: made for every small size, checked by us and by two foreign verifiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import metamorphic_log
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.tlog import ConsistencyProof, InclusionProof

from ledger.chain.proof import (
    TreeReader,
    consistency_proof,
    inclusion_proof,
    verify_consistency,
    verify_first_or_grown,
    verify_inclusion,
)
from ledger.chain.tiles import TileId
from ledger.chain.tree import EMPTY_ROOT, Frontier
from ledger.errors import RefusalCode, Refused
from tests.ledger.chain.sample import naive_mth, naive_reader, numbered_leaves

LEAVES = numbered_leaves(64)
ROOTS = [naive_mth(LEAVES[:size]) for size in range(65)]
READ = naive_reader(LEAVES)


def refusal(check: Callable[[], object]) -> RefusalCode:
    """The code with which `check` refuses."""
    with pytest.raises(Refused) as caught:
        check()
    return caught.value.code


@pytest.mark.parametrize("size", range(1, 65))
def test_inclusion_in_every_small_tree(size: int) -> None:
    """Every leaf of every tree up to 64 is proven, to us and to two foreign verifiers."""
    for index in range(size):
        proof = inclusion_proof(READ, index, size)
        verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])
        metamorphic_log.verify_inclusion(index, size, LEAVES[index], list(proof), ROOTS[size])
        InclusionProof(index, size, list(proof)).check(LEAVES[index], ROOTS[size])


@pytest.mark.parametrize("new", range(1, 65))
def test_consistency_of_every_small_pair(new: int) -> None:
    """Every earlier tree is proven to be the beginning, to us and to two foreign verifiers."""
    for old in range(1, new + 1):
        proof = consistency_proof(READ, old, new)
        verify_consistency(old, ROOTS[old], new, ROOTS[new], proof)
        verify_first_or_grown(old, ROOTS[old], new, ROOTS[new], proof)
        metamorphic_log.verify_consistency(old, new, list(proof), ROOTS[old], ROOTS[new])
        ConsistencyProof(old, new, list(proof)).check(ROOTS[old], ROOTS[new])


@given(st.integers(1, 70_000), st.data())
def test_proofs_of_large_trees(size: int, data: st.DataObject) -> None:
    """Across tile borders too, proofs hold for us and for a foreign verifier."""
    index = data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    root, old_root = TreeReader(size, read_large).root(), TreeReader(old, read_large).root()
    path = inclusion_proof(read_large, index, size)
    verify_inclusion(index, size, LARGE[index], path, root)
    metamorphic_log.verify_inclusion(index, size, LARGE[index], list(path), root)
    growth = consistency_proof(read_large, old, size)
    verify_consistency(old, old_root, size, root, growth)
    metamorphic_log.verify_consistency(old, size, list(growth), old_root, root)


LARGE = numbered_leaves(70_000)
_LARGE_TILES: dict[TileId, bytes] = {}


def read_large(tile: TileId) -> bytes:
    """The widest tile of the large tree at this place, as a store that grew on would give it."""
    wide = TileId(tile.level, tile.index, min(256, 70_000 // 256**tile.level - 256 * tile.index))
    if wide not in _LARGE_TILES:
        _LARGE_TILES[wide] = naive_reader(LARGE)(wide)
    return _LARGE_TILES[wide]


def accepts(verify: Callable[..., None], *arguments: object) -> bool:
    """Whether a verifier, ours or the foreign one, takes these arguments."""
    try:
        verify(*arguments)
    except (Refused, metamorphic_log.VerifyError):
        return False
    return True


@pytest.mark.parametrize("size", range(1, 12))
def test_each_proof_offered_for_each_leaf(size: int) -> None:
    """Offered for any index of any tree, we and a foreign verifier take the same proofs."""
    for index in range(size):
        proof = list(inclusion_proof(READ, index, size))
        for other in range(1, 12):
            for at in range(other + 1):
                case = (at, other, LEAVES[index], proof, ROOTS[other])
                taken = accepts(verify_inclusion, *case)
                assert taken == accepts(metamorphic_log.verify_inclusion, *case)
                assert taken == ((at, other) == (index, size))


@pytest.mark.parametrize("new", range(1, 10))
def test_each_consistency_proof_offered_for_each_pair(new: int) -> None:
    """Offered for any pair of sizes, a proof is taken by us exactly if by a foreign verifier."""
    for old in range(1, new + 1):
        proof = list(consistency_proof(READ, old, new))
        for second in range(1, 10):
            for first in range(1, 10):
                roots = (ROOTS[first], ROOTS[second])
                taken = accepts(verify_consistency, first, roots[0], second, roots[1], proof)
                assert taken == accepts(
                    metamorphic_log.verify_consistency, first, second, proof, *roots
                )
                same_head = first == second and not proof
                assert taken == (same_head or (first, second) == (old, new))


@given(st.integers(0, 300))
def test_root_from_tiles(size: int) -> None:
    """The root and the right edge that the tiles give are those of the leaves."""
    leaves = numbered_leaves(size)
    tree = TreeReader(size, naive_reader(leaves))
    assert tree.root() == naive_mth(leaves)
    assert tree.frontier() == Frontier().extend(leaves)


@given(st.integers(2, 64), st.data())
def test_a_changed_proof_fails(size: int, data: st.DataObject) -> None:
    """A flipped bit, a hash too many or too few, or another index or size proves nothing."""
    index = data.draw(st.integers(0, size - 1))
    proof = list(inclusion_proof(READ, index, size))
    at = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytearray(proof[at])
    flipped[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
    wrong = [
        [*proof[:at], bytes(flipped), *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
        [*proof, bytes(32)],
        [*proof, b""],
        [*proof[:at], proof[at][:31], *proof[at + 1 :]],
        [bytes(32)] * 70,
    ]
    for changed in wrong:
        code = refusal(
            lambda p=changed: verify_inclusion(index, size, LEAVES[index], p, ROOTS[size])
        )
        assert code is RefusalCode.PROOF_INVALID
    for other in {index - 1, index + 1, index ^ 1} & set(range(size)):
        code = refusal(lambda i=other: verify_inclusion(i, size, LEAVES[index], proof, ROOTS[size]))
        assert code is RefusalCode.PROOF_INVALID


@given(st.integers(2, 64), st.data())
def test_a_changed_consistency_proof_fails(new: int, data: st.DataObject) -> None:
    """A flipped bit, a hash too many or too few, or a swapped root proves nothing."""
    old = data.draw(st.integers(1, new - 1))
    proof = list(consistency_proof(READ, old, new))
    at = data.draw(st.integers(0, len(proof) - 1))
    flipped = bytearray(proof[at])
    flipped[data.draw(st.integers(0, 31))] ^= 1 << data.draw(st.integers(0, 7))
    wrong = [
        [*proof[:at], bytes(flipped), *proof[at + 1 :]],
        [*proof[:at], *proof[at + 1 :]],
        [*proof, bytes(32)],
        [],
        [*proof[:at], b"", *proof[at + 1 :]],
    ]
    for changed in wrong:
        code = refusal(lambda p=changed: verify_consistency(old, ROOTS[old], new, ROOTS[new], p))
        assert code is RefusalCode.PROOF_INVALID
    swapped = refusal(lambda: verify_consistency(old, ROOTS[new], new, ROOTS[old], proof))
    assert swapped is RefusalCode.PROOF_INVALID


@pytest.mark.parametrize("new", range(2, 33))
def test_a_fork_has_no_proof(new: int) -> None:
    """A good proof for another history than the one remembered is refused, whatever the size."""
    for old in range(1, new):
        proof = consistency_proof(READ, old, new)
        forked = naive_mth([*LEAVES[: old - 1], bytes(32)])
        code = refusal(
            lambda o=old, f=forked, p=proof: verify_consistency(o, f, new, ROOTS[new], p)
        )
        assert code is RefusalCode.PROOF_INVALID
        grown = naive_mth([*LEAVES[: new - 1], bytes(32)])
        code = refusal(lambda o=old, g=grown, p=proof: verify_consistency(o, ROOTS[o], new, g, p))
        assert code is RefusalCode.PROOF_INVALID


@pytest.mark.parametrize(("index", "size"), [(1, 1), (2, 1), (0, 0), (-1, 1), (0, 2**63)])
def test_trap_03_index_at_or_beyond_size(index: int, size: int) -> None:
    """An index outside the tree is refused before any hashing, also where the hashes would fit."""
    leaf = LEAVES[0]
    assert (
        refusal(lambda: verify_inclusion(index, size, leaf, [], leaf)) is RefusalCode.PROOF_INVALID
    )
    assert refusal(lambda: inclusion_proof(READ, index, size)) is RefusalCode.PROOF_INVALID


def test_trap_04_consistency_from_size_zero() -> None:
    """A proof from the empty tree is never called a proof, with or without hashes."""
    for proof in ([], [LEAVES[0]]):
        for old_root in (EMPTY_ROOT, ROOTS[4]):
            code = refusal(lambda p=proof, r=old_root: verify_consistency(0, r, 4, ROOTS[4], p))
            assert code is RefusalCode.PROOF_PROVES_NOTHING
    assert refusal(lambda: consistency_proof(READ, 0, 4)) is RefusalCode.PROOF_PROVES_NOTHING


def test_size_zero_where_a_reader_begins() -> None:
    """A witness may begin at size 0: no proof, the empty root, and one root for size 0."""
    verify_first_or_grown(0, EMPTY_ROOT, 4, ROOTS[4], [])
    verify_first_or_grown(0, EMPTY_ROOT, 0, EMPTY_ROOT, [])
    for old_root, new, new_root, proof in (
        (EMPTY_ROOT, 4, ROOTS[4], [LEAVES[0]]),
        (ROOTS[4], 4, ROOTS[4], []),
        (EMPTY_ROOT, 0, ROOTS[4], []),
        (EMPTY_ROOT, 4, EMPTY_ROOT, []),
        (b"", 0, b"", []),
    ):
        code = refusal(
            lambda o=old_root, n=new, r=new_root, p=proof: verify_first_or_grown(0, o, n, r, p)
        )
        assert code is RefusalCode.PROOF_INVALID


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    """Two heads of one size agree only by being the same."""
    verify_consistency(7, ROOTS[7], 7, ROOTS[7], [])
    for root, proof in ((ROOTS[6], []), (ROOTS[7], [LEAVES[0]])):
        code = refusal(lambda r=root, p=proof: verify_consistency(7, ROOTS[7], 7, r, p))
        assert code is RefusalCode.PROOF_INVALID
    code = refusal(lambda: verify_consistency(8, ROOTS[8], 7, ROOTS[7], []))
    assert code is RefusalCode.PROOF_INVALID


@pytest.mark.parametrize("index", range(8))
def test_trap_08_proof_for_another_size_than_the_checkpoint(index: int) -> None:
    """A proof made for the tree as it is now does not fit a checkpoint of an earlier size."""
    now, then = 16, 9
    proof = inclusion_proof(READ, index, now)
    code = refusal(lambda: verify_inclusion(index, then, LEAVES[index], proof, ROOTS[then]))
    assert code is RefusalCode.PROOF_INVALID


def test_trap_17_two_empty_strings_are_not_a_proof() -> None:
    """An empty leaf hash does not equal an empty root: a hash has 32 bytes."""
    assert refusal(lambda: verify_inclusion(0, 1, b"", [], b"")) is RefusalCode.PROOF_INVALID
    assert refusal(lambda: verify_consistency(1, b"", 1, b"", [])) is RefusalCode.PROOF_INVALID


def test_trap_12_a_flipped_bit_in_a_stored_tile_changes_the_root() -> None:
    """One bad bit in storage shows when the root is taken from the tiles again."""
    for at in range(64 * 32):
        damaged = bytearray(READ(TileId(0, 0, 64)))
        damaged[at] ^= 1
        tree = TreeReader(64, {TileId(0, 0, 64): bytes(damaged)}.__getitem__)
        assert tree.root() != ROOTS[64]


def test_a_missing_tile_is_the_stores_error() -> None:
    """What the store raises for a missing tile passes through."""

    def read(tile: TileId) -> bytes:
        raise FileNotFoundError(Path(tile.path))

    with pytest.raises(FileNotFoundError):
        inclusion_proof(read, 0, 2)
