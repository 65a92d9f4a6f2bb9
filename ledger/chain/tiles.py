"""The tree as files: hash tiles and entry bundles in the layout of C2SP `tlog-tiles`.

A tile holds 256 consecutive hashes of one tree height; tile level L counts in steps of eight
tree levels. Full tiles never change and are the only stored tree. What is not yet full follows
from what is: a partial tile is the beginning of the full one, and above level 0 every hash is
the root of a full tile below. An entry bundle holds the entries under one level 0 tile.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from ledger.chain.tree import HASH_BYTES, LARGEST_SIZE, mth
from ledger.errors import RefusalCode, Refused

TILE_WIDTH = 256
TILE_LEVEL_BITS = 8
HIGHEST_LEVEL = 63
LARGEST_BUNDLED_ENTRY = 2**16 - 1
"""Most bytes of an entry in a bundle: its length prefix is a uint16."""

_PATH = re.compile(
    r"tile/(?P<level>[0-9]{1,2}|entries)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
    r"(?:\.p/(?P<width>[0-9]{1,3}))?"
)


@dataclass(frozen=True, slots=True, order=True)
class TileId:
    """Names one hash tile: `level` 0 to 63, `index` within the level, `width` 1 to 256 hashes.

    Raises `Refused` (`tile_malformed`) for numbers out of bounds.
    """

    level: int
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        if not 0 <= self.level <= HIGHEST_LEVEL:
            raise _malformed(f"There is no tile level {self.level}.")
        _check_position(self.index, self.width)

    @property
    def path(self) -> str:
        """Where the tile lies below the log's prefix, such as ``tile/1/x001/067.p/5``."""
        return f"tile/{self.level}/{_position(self.index, self.width)}"


@dataclass(frozen=True, slots=True, order=True)
class BundleId:
    """Names one entry bundle: entries `index` * 256 and on, `width` (1 to 256) of them.

    Raises `Refused` (`tile_malformed`) for numbers out of bounds.
    """

    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        _check_position(self.index, self.width)

    @property
    def path(self) -> str:
        """Where the bundle lies below the log's prefix, such as ``tile/entries/000.p/5``."""
        return f"tile/entries/{_position(self.index, self.width)}"


ReadTile: TypeAlias = Callable[[TileId], bytes]
"""Gives the bytes of a tile. It may give a wider tile of the same level and index, since a
partial tile is the beginning of the full one. What it raises for a missing tile passes through."""


def parse_path(path: str) -> TileId | BundleId:
    """The tile or bundle that `path` names; raises `Refused` unless `path` is its one spelling."""
    match = _PATH.fullmatch(path)
    if match is None:
        raise _malformed("The path names no tile.", path)
    index = int(match["index"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    level = match["level"]
    found = BundleId(index, width) if level == "entries" else TileId(int(level), index, width)
    if found.path != path:
        raise _malformed(f"The tile is spelled {found.path}.", path)
    return found


def level_tiles(size: int, level: int, since: int = 0) -> Iterator[TileId]:
    """The tiles of one level of a tree of `size` leaves, left to right, the partial one last.

    Without those that were already full at size `since`.
    """
    hashes = size >> (TILE_LEVEL_BITS * level)
    for index in range((since >> (TILE_LEVEL_BITS * level)) // TILE_WIDTH, hashes // TILE_WIDTH):
        yield TileId(level, index)
    if hashes % TILE_WIDTH:
        yield TileId(level, hashes // TILE_WIDTH, hashes % TILE_WIDTH)


def tree_tiles(size: int, since: int = 0) -> Iterator[TileId]:
    """All tiles of a tree of `size` leaves, lowest level first (see `level_tiles` for `since`)."""
    level = 0
    while size >> (TILE_LEVEL_BITS * level):
        yield from level_tiles(size, level, since)
        level += 1


def tree_bundles(size: int, since: int = 0) -> Iterator[BundleId]:
    """The entry bundles of a tree of `size` leaves; `since` as in `level_tiles`."""
    return (BundleId(tile.index, tile.width) for tile in level_tiles(size, 0, since))


def completed_tiles(old: int, new: int) -> list[TileId]:
    """The tiles that become full when the tree grows from `old` to `new` leaves, lowest first."""
    return [tile for tile in tree_tiles(new, old) if tile.width == TILE_WIDTH]


def derive_tile(tile: TileId, read: ReadTile) -> bytes:
    """The bytes of a tile above level 0, full or partial, from the full tiles of the level below.

    Costs 256 hashes per hash derived, so keep an `Edge` where the newest tiles are read often.
    """
    if tile.level == 0:
        raise _malformed("A tile of level 0 follows from the entries alone.", tile.path)
    first = tile.index * TILE_WIDTH
    below = (TileId(tile.level - 1, first + at) for at in range(tile.width))
    return b"".join(mth(tile_hashes(child, read(child))) for child in below)


def tile_hashes(tile: TileId, data: bytes) -> list[bytes]:
    """The hashes of a tile; `data` may hold a wider tile. Raises `Refused` for another length."""
    hashes, rest = divmod(len(data), HASH_BYTES)
    if rest or not tile.width <= hashes <= TILE_WIDTH:
        raise _malformed(f"The tile has {len(data)} bytes for {tile.width} hashes.", tile.path)
    return [data[at : at + HASH_BYTES] for at in range(0, tile.width * HASH_BYTES, HASH_BYTES)]


@dataclass(frozen=True, slots=True)
class Edge:
    """The partial tiles of a tree, by level (an empty one where the level ends in a full tile).

    The writer keeps it beside the frontier: it names each tile the moment it becomes full.
    """

    size: int = 0
    levels: tuple[bytes, ...] = ()

    @staticmethod
    def load(size: int, read: ReadTile) -> Edge:
        """The edge of a stored tree; `read` is asked for the partial tiles of that size only."""
        levels: list[bytes] = []
        for tile in tree_tiles(size, size):
            levels += [b""] * (tile.level - len(levels))
            levels.append(b"".join(tile_hashes(tile, read(tile))))
        return Edge(size, tuple(levels))

    def grow(self, leaves: Sequence[bytes]) -> tuple[Edge, list[tuple[TileId, bytes]]]:
        """The edge after more leaf hashes, and the tiles that became full on the way."""
        levels, full = list(self.levels), []
        hashes, level = b"".join(leaves), 0
        while hashes:
            if level == len(levels):
                levels.append(b"")
            tiles, levels[level] = _cut(levels[level] + hashes)
            index = (self.size >> (TILE_LEVEL_BITS * level)) // TILE_WIDTH
            named = [(TileId(level, index + at), data) for at, data in enumerate(tiles)]
            hashes = b"".join(mth(tile_hashes(tile, data)) for tile, data in named)
            full += named
            level += 1
        return Edge(self.size + len(leaves), tuple(levels)), full

    def tile(self, level: int) -> bytes:
        """The bytes of the partial tile of `level`, empty if there is none."""
        return self.levels[level] if level < len(self.levels) else b""


def encode_bundle(entries: Iterable[bytes]) -> bytes:
    """The bytes of an entry bundle: each entry after its length as a big-endian uint16.

    Raises `Refused` (`bytes_too_large`) for an entry of more than 65,535 bytes.
    """
    parts = []
    for entry in entries:
        if len(entry) > LARGEST_BUNDLED_ENTRY:
            raise Refused(
                RefusalCode.BYTES_TOO_LARGE,
                f"An entry of {len(entry)} bytes does not fit a bundle of at most 65,535 each.",
            )
        parts += [len(entry).to_bytes(2, "big"), entry]
    return b"".join(parts)


def decode_bundle(bundle: BundleId, data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises `Refused` unless `data` is exactly `bundle.width` of them."""
    entries: list[bytes] = []
    at = 0
    while at < len(data) and len(entries) < bundle.width:
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        entries.append(data[at + 2 : end])
        at = end
    if len(entries) != bundle.width or at != len(data):
        raise _malformed(f"The bundle does not hold exactly {bundle.width} entries.", bundle.path)
    return entries


def _cut(hashes: bytes) -> tuple[list[bytes], bytes]:
    """Full tiles and the rest."""
    full = len(hashes) // (TILE_WIDTH * HASH_BYTES)
    cuts = [at * TILE_WIDTH * HASH_BYTES for at in range(full + 1)]
    return [hashes[start:end] for start, end in pairwise(cuts)], hashes[cuts[-1] :]


def _position(index: int, width: int) -> str:
    *upper, last = f"{index:,}".split(",")
    parts = [f"x{part:0>3}" for part in upper] + [f"{last:0>3}"]
    return "/".join(parts) + (f".p/{width}" if width < TILE_WIDTH else "")


def _check_position(index: int, width: int) -> None:
    if not 0 <= index <= LARGEST_SIZE // TILE_WIDTH:
        raise _malformed(f"There is no tile index {index}.")
    if not 1 <= width <= TILE_WIDTH:
        raise _malformed(f"A tile has 1 to 256 hashes, not {width}.")


def _malformed(detail: str, place: str = "") -> Refused:
    return Refused(RefusalCode.TILE_MALFORMED, detail, place=place)
