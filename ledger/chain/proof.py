"""Proofs about the tree: that an entry is in it, and that a later tree only added to an earlier.

Made from tiles for a named size, never for whatever the log holds now: a proof fits only the
checkpoint of its own size. Checked by the algorithms of RFC 9162 with every length and bound
enforced, since libraries differ exactly there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from ledger.chain.tiles import TILE_LEVEL_BITS, TILE_WIDTH, ReadTile, TileId, tile_hashes
from ledger.chain.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    LARGEST_SIZE,
    Frontier,
    mth,
    node_hash,
    split,
)
from ledger.errors import RefusalCode, Refused

Subtrees: TypeAlias = dict[tuple[int, int], bytes]
"""Roots of perfect subtrees by (height, first leaf)."""
LOWEST_KNOWN = 6
"""Subtrees below 64 leaves are hashed again faster than they are looked after."""
MOST_KNOWN = 100_000
"""Subtrees that are kept; when there are more, all are let go."""
LONGEST_PROOF = 63
"""Most hashes of an inclusion or consistency proof: one per level of the largest tree."""


@dataclass(frozen=True, slots=True)
class TreeReader:
    """The tree of `size` leaves as its tiles tell it. Reads each tile at most once.

    It believes the tiles; compare `root()` with a verified checkpoint where they are not yours.
    `known` keeps roots of perfect subtrees, by (height, first leaf), from one reading of a log to
    the next: they never change as it grows.
    """

    size: int
    read: ReadTile
    known: Subtrees = field(default_factory=dict, repr=False, compare=False)
    _seen: dict[TileId, list[bytes]] = field(default_factory=dict, repr=False, compare=False)

    def root(self) -> bytes:
        """The root of the tree."""
        return self.range_root(0, self.size)

    def frontier(self) -> Frontier:
        """The right edge of the tree."""
        hashes, start = [], 0
        for bit in reversed(range(self.size.bit_length())):
            if self.size >> bit & 1:
                hashes.append(self._subtree(bit, start))
                start += 1 << bit
        return Frontier(self.size, tuple(hashes))

    def range_root(self, start: int, end: int) -> bytes:
        """MTH(D[start:end]) of RFC 6962 section 2.1, for the ranges that its splits produce."""
        count = end - start
        if count == 0:
            return EMPTY_ROOT
        if count.bit_count() == 1:
            return self._subtree(count.bit_length() - 1, start)
        middle = start + split(count)
        return node_hash(self.range_root(start, middle), self.range_root(middle, end))

    def _subtree(self, height: int, start: int) -> bytes:
        """The root of the perfect subtree of 2^height leaves at `start`."""
        root = self.known.get((height, start))
        if root is None:
            root = self._computed(height, start)
            if height >= LOWEST_KNOWN:
                if len(self.known) >= MOST_KNOWN:
                    self.known.clear()
                self.known[height, start] = root
        return root

    def _computed(self, height: int, start: int) -> bytes:
        """As `_subtree`, out of a tile that is stored: a full one, or one of the leaves."""
        level, within = divmod(height, TILE_LEVEL_BITS)
        first = start >> (TILE_LEVEL_BITS * level)
        index, offset = divmod(first, TILE_WIDTH)
        stored = (index + 1) * TILE_WIDTH << (TILE_LEVEL_BITS * level) <= self.size
        if level == 0 or stored:
            return mth(self._tile(level, index)[offset : offset + (1 << within)])
        if within == 0:
            return mth(self._tile(level - 1, first))
        half = 1 << (height - 1)
        return node_hash(self._subtree(height - 1, start), self._subtree(height - 1, start + half))

    def _tile(self, level: int, index: int) -> list[bytes]:
        on_level = self.size >> (TILE_LEVEL_BITS * level)
        tile = TileId(level, index, min(TILE_WIDTH, on_level - index * TILE_WIDTH))
        if tile not in self._seen:
            self._seen[tile] = tile_hashes(tile, self.read(tile))
        return self._seen[tile]


def inclusion_proof(
    read: ReadTile, index: int, size: int, known: Subtrees | None = None
) -> tuple[bytes, ...]:
    """The hashes from the leaf's sibling up to the root's child (RFC 6962 section 2.1.1).

    `known` as in `TreeReader`. Raises `Refused` (`proof_invalid`) unless `index` is below `size`.
    """
    if not 0 <= index < size <= LARGEST_SIZE:
        raise _invalid(f"There is no leaf {index} in a tree of {size} leaves.")
    tree, proof = TreeReader(size, read, {} if known is None else known), []
    start, end = 0, size
    while end - start > 1:
        middle = start + split(end - start)
        if index < middle:
            proof.append(tree.range_root(middle, end))
            end = middle
        else:
            proof.append(tree.range_root(start, middle))
            start = middle
    return tuple(reversed(proof))


def consistency_proof(read: ReadTile, old: int, new: int) -> tuple[bytes, ...]:
    """The proof that the tree of `new` leaves begins with that of `old` (RFC 6962 section 2.1.2).

    Raises `Refused`: `proof_proves_nothing` from size 0, `proof_invalid` if `old` exceeds `new`.
    """
    _check_growth(old, new)
    tree, proof = TreeReader(new, read), []
    start, end = 0, new
    while end != old:
        middle = start + split(end - start)
        if old <= middle:
            proof.append(tree.range_root(middle, end))
            end = middle
        else:
            proof.append(tree.range_root(start, middle))
            start = middle
    if start > 0:  # the old tree's last subtree is not the whole old tree, so it must be named
        proof.append(tree.range_root(start, end))
    return tuple(reversed(proof))


def verify_inclusion(
    index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes
) -> None:
    """Proves that leaf hash `leaf` is number `index` in the tree of `size` leaves under `root`.

    RFC 9162 section 2.1.3.2. Raises `Refused` (`proof_invalid`) if it does not.
    """
    if not 0 <= index < size <= LARGEST_SIZE:
        raise _invalid(f"There is no leaf {index} in a tree of {size} leaves.")
    _check_hashes(leaf, root, *proof)
    node = leaf
    for sibling, is_left in zip(proof, _sides(index, size - 1, len(proof)), strict=True):
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
    if node != root:
        raise _invalid("The proof leads to another root.")


def verify_consistency(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Proves that the tree (`new`, `new_root`) only added leaves to the tree (`old`, `old_root`).

    RFC 9162 section 2.1.4.2. Raises `Refused`: `proof_proves_nothing` from size 0, where there is
    nothing to compare (see `verify_first_or_grown`), else `proof_invalid` if it does not hold.
    """
    _check_growth(old, new)
    _check_hashes(old_root, new_root, *proof)
    if old == new:
        if proof or old_root != new_root:
            raise _invalid("Two trees of one size are the same tree, without any proof.")
        return
    if not proof:
        raise _invalid("The proof is empty.")
    # Where the old tree is one perfect subtree, its root is the node to start from.
    nodes = [old_root, *proof] if old.bit_count() == 1 else proof
    if _roots(old, new, nodes) != (old_root, new_root):
        raise _invalid("The proof leads to other roots.")


def implied_root(old: int, new: int, new_root: bytes, proof: Sequence[bytes]) -> bytes | None:
    """The one root at `old` leaves that the tree (`new`, `new_root`) has, as a proof shows it.

    A proof that does not fit the old root one knows may fit another, and then the tree has that
    one and not ours. None for a proof that does not lead to `new_root`, and where the old tree is
    one perfect subtree: then the proof begins above its root.
    """
    if not 0 < old < new <= LARGEST_SIZE or old.bit_count() == 1 or not proof:
        return None
    try:
        _check_hashes(new_root, *proof)
        old_root, led_to = _roots(old, new, proof)
    except Refused:
        return None
    return old_root if led_to == new_root else None


def verify_first_or_grown(
    old: int, old_root: bytes, new: int, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """As `verify_consistency`, but size 0 is where a reader without any earlier head begins.

    This is the context of C2SP `tlog-witness`: from size 0 the proof must be empty, the old root
    that of the empty tree, and whatever comes first is remembered, not proven. Raises `Refused`.
    """
    if old != 0:
        verify_consistency(old, old_root, new, new_root, proof)
        return
    _check_hashes(old_root, new_root)
    if proof or old_root != EMPTY_ROOT or (new == 0) != (new_root == EMPTY_ROOT):
        raise _invalid("From the empty tree there is no proof, and one root for size 0.")


def _roots(old: int, new: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots at both sizes to which the nodes of a consistency proof lead, from its first."""
    first, *path = nodes
    shift = _trailing_zeros(old)
    sides = _sides((old - 1) >> shift, (new - 1) >> shift, len(path))
    old_node = new_node = first
    for sibling, is_left in zip(path, sides, strict=True):
        if is_left:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
        else:
            new_node = node_hash(new_node, sibling)
    return old_node, new_node


def _sides(position: int, last: int, steps: int) -> list[bool]:
    """For each step from a node up to the root, whether its sibling stands to the left.

    `position` is the node's place on its level and `last` that of the level's last node (fn and
    sn in RFC 9162). Raises `Refused` unless exactly `steps` lead to the root.
    """
    sides = []
    while last > 0:
        is_left = position % 2 == 1 or position == last
        if is_left:
            shift = _trailing_zeros(position)  # levels where the right edge has no sibling
            position, last = position >> shift, last >> shift
        sides.append(is_left)
        position, last = position >> 1, last >> 1
    if len(sides) != steps:
        raise _invalid(f"The proof has {steps} hashes where {len(sides)} lead to the root.")
    return sides


def _check_growth(old: int, new: int) -> None:
    if old == 0:
        raise Refused(
            RefusalCode.PROOF_PROVES_NOTHING, "Every tree extends the empty one: nothing is proven."
        )
    if not 0 < old <= new <= LARGEST_SIZE:
        raise _invalid(f"A tree cannot grow from {old} to {new} leaves.")


def _check_hashes(*hashes: bytes) -> None:
    if any(len(item) != HASH_BYTES for item in hashes):
        raise _invalid("A hash is not 32 bytes long.")


def _trailing_zeros(number: int) -> int:
    """How many binary digits 0 `number` ends in; 0 for the number 0 itself."""
    return (number & -number).bit_length() - 1 if number else 0


def _invalid(detail: str) -> Refused:
    return Refused(RefusalCode.PROOF_INVALID, detail)
