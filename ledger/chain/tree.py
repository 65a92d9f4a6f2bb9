"""The Merkle tree of RFC 6962 (same in RFC 9162), kept as its right frontier.

A log only ever appends, so the whole tree is never needed to go on: the roots of the perfect
subtrees along the right edge, one per set bit of the size, are enough to append and to compute
the root. Leaves and inner nodes hash under different prefixes, so that neither can be passed
off as the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec import Struct

from ledger.errors import RefusalCode, Refused

HASH_BYTES = 32
LARGEST_SIZE = 2**63 - 1
"""Most leaves a tree may have: what databases and other log clients can count."""

EMPTY_ROOT = hashlib.sha256(b"").digest()
"""The root of the tree without leaves (RFC 6962 section 2.1)."""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry), the hash of a leaf (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right), the hash of an inner node (RFC 6962 section 2.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def mth(leaves: Iterable[bytes]) -> bytes:
    """The Merkle Tree Hash over leaf *hashes* (RFC 6962 section 2.1). O(n) time, O(log n) space."""
    return Frontier().extend(leaves).root()


def split(size: int) -> int:
    """The largest power of two smaller than `size`, where RFC 6962 divides a tree. `size` > 1."""
    return 1 << ((size - 1).bit_length() - 1)


class Frontier(Struct, frozen=True, gc=False):
    """The right edge of a tree: a compact range from leaf 0 to `size`.

    `hashes` holds the roots of the perfect subtrees that `size` in binary names, largest (left)
    first. Raises `Refused` (`frontier_malformed`) when the two do not fit.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= LARGEST_SIZE:
            raise _malformed(f"A tree cannot have {self.size} leaves.")
        if len(self.hashes) != self.size.bit_count():
            raise _malformed(f"{len(self.hashes)} hashes do not make a tree of {self.size} leaves.")
        if any(len(item) != HASH_BYTES for item in self.hashes):
            raise _malformed("A hash of the frontier is not 32 bytes long.")

    def append(self, leaf: bytes) -> Frontier:
        """The frontier after one more leaf hash."""
        return self.extend((leaf,))

    def extend(self, leaves: Iterable[bytes]) -> Frontier:
        """The frontier after more leaf hashes, in order."""
        size, stack = self.size, list(self.hashes)
        for leaf in leaves:
            if len(leaf) != HASH_BYTES:
                raise _malformed("A leaf hash is not 32 bytes long.")
            size += 1
            stack.append(leaf)
            complete = size
            while complete % 2 == 0:  # each trailing zero bit completes one perfect subtree
                right = stack.pop()
                stack[-1] = node_hash(stack[-1], right)
                complete //= 2
        return Frontier(size, tuple(stack))

    def root(self) -> bytes:
        """The Merkle Tree Hash of all leaves so far."""
        if not self.hashes:
            return EMPTY_ROOT
        *rest, root = self.hashes
        for left in reversed(rest):
            root = node_hash(left, root)
        return root


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.FRONTIER_MALFORMED, detail)
