"""Tiles and bundles: paths, which tiles a tree has, what is in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tlog_scales.reader import TilesReader

from ledger.chain.proof import consistency_proof, inclusion_proof
from ledger.chain.tiles import (
    BundleId,
    Edge,
    TileId,
    completed_tiles,
    decode_bundle,
    derive_tile,
    encode_bundle,
    parse_path,
    tile_hashes,
    tree_bundles,
    tree_tiles,
)
from ledger.chain.tree import mth
from ledger.errors import RefusalCode, Refused
from tests.ledger.chain.sample import naive_reader, naive_tile, numbered_leaves

PATHS = {
    "tile/0/000": TileId(0, 0),
    "tile/0/000.p/1": TileId(0, 0, 1),
    "tile/63/999.p/255": TileId(63, 999, 255),
    "tile/0/x001/000": TileId(0, 1000),
    "tile/0/x001/x234/067": TileId(0, 1_234_067),
    "tile/0/x001/x234/067.p/5": TileId(0, 1_234_067, 5),
    "tile/entries/x001/x234/067.p/5": BundleId(1_234_067, 5),
    "tile/entries/273": BundleId(273),
}


@pytest.mark.parametrize("path", PATHS)
def test_trap_15_paths_as_tlog_tiles_spells_them(path: str) -> None:
    """A path names its tile and the tile its path, three digits an element."""
    assert parse_path(path) == PATHS[path]
    assert PATHS[path].path == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/0/0000",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/x1/000",
        "tile/0/000.p/0",
        "tile/0/000.p/01",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000/",
        "tile/0/000\n",
        "/tile/0/000",
        "tile/-1/000",
        "tile/data/000",
        "tile/0/٠٠٠",
        "tile/0/x999/x999/x999/x999/x999/999",
        "tile/entries/../000",
    ],
)
def test_trap_15_other_spellings_are_refused(path: str) -> None:
    """A path that is not the one spelling of a tile names nothing."""
    with pytest.raises(Refused) as caught:
        parse_path(path)
    assert caught.value.code is RefusalCode.TILE_MALFORMED


@given(st.integers(0, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_every_tile_has_its_path(level: int, index: int, width: int) -> None:
    """Path and tile are one to one."""
    tile = TileId(level, index, width)
    assert parse_path(tile.path) == tile


def test_tiles_of_the_specification_example() -> None:
    """A tree of 70,000 has the tiles that tlog-tiles lists for it."""
    tiles = list(tree_tiles(70_000))
    assert tiles == [
        *(TileId(0, index) for index in range(273)),
        TileId(0, 273, 112),
        TileId(1, 0),
        TileId(1, 1, 17),
        TileId(2, 0, 1),
    ]
    assert list(tree_tiles(256)) == [TileId(0, 0), TileId(1, 0, 1)]
    assert list(tree_tiles(0)) == []
    assert list(tree_bundles(300)) == [BundleId(0), BundleId(1, 44)]
    assert list(tree_bundles(600, since=300)) == [BundleId(1), BundleId(2, 88)]


def test_edge_of_a_tree_with_three_levels() -> None:
    """Growing past 65,536 completes the level 1 tile; each tile is what its definition says."""
    leaves = numbered_leaves(70_000)
    early, first = Edge().grow(leaves[:65_000])
    edge, then = early.grow(leaves[65_000:])
    assert [tile for tile, _ in first] == completed_tiles(0, 65_000)
    assert [tile for tile, _ in then] == completed_tiles(65_000, 70_000)
    stored = dict(first + then)
    assert stored[TileId(1, 0)] == naive_tile(leaves, TileId(1, 0))
    assert derive_tile(TileId(1, 0), stored.__getitem__) == stored[TileId(1, 0)]
    assert edge.tile(2) == derive_tile(TileId(2, 0, 1), stored.__getitem__)
    assert [len(level) // 32 for level in edge.levels] == [112, 17, 1]


@given(st.integers(0, 900), st.integers(0, 900))
def test_edge_equals_the_definition(first: int, second: int) -> None:
    """However a tree grew, its edge and the tiles completed on the way are as defined."""
    leaves = numbered_leaves(first + second)
    read = naive_reader(leaves)
    edge, full = Edge.load(first, read).grow(leaves[first:])
    assert [tile for tile, _ in full] == completed_tiles(first, first + second)
    assert all(data == read(tile) for tile, data in full)
    partial = [tile for tile in tree_tiles(first + second) if tile.width < 256]
    assert {tile.level: edge.tile(tile.level) for tile in partial} == {
        tile.level: read(tile) for tile in partial
    }
    assert sum(map(bool, edge.levels)) == len(partial)


def test_edge_loads_from_wider_tiles() -> None:
    """A store that has already grown may answer with a wider tile; only its beginning counts."""
    leaves = numbered_leaves(300)
    grown = naive_reader(leaves)
    loaded = Edge.load(20, lambda tile: grown(TileId(tile.level, tile.index)))
    assert loaded == Edge().grow(leaves[:20])[0]
    assert Edge.load(256, grown) == Edge().grow(leaves[:256])[0]


def test_derive_refuses_level_zero() -> None:
    """A tile of leaf hashes does not follow from other tiles."""
    with pytest.raises(Refused) as caught:
        derive_tile(TileId(0, 0), naive_reader([]))
    assert caught.value.code is RefusalCode.TILE_MALFORMED


@pytest.mark.parametrize("length", [0, 31, 33, 63, 8193, 8224])
def test_tile_of_wrong_length_is_refused(length: int) -> None:
    """A tile is whole hashes, at least its width and at most 256 of them."""
    with pytest.raises(Refused) as caught:
        tile_hashes(TileId(0, 0, 2), bytes(length))
    assert caught.value.code is RefusalCode.TILE_MALFORMED


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=256))
def test_bundle_round_trip(entries: list[bytes]) -> None:
    """A bundle gives back its entries; a byte more or less, or another width, is refused."""
    bundle, data = BundleId(0, len(entries)), encode_bundle(entries)
    assert decode_bundle(bundle, data) == entries
    other_widths = {len(entries) - 1, len(entries) + 1} & set(range(1, 257))
    for wrong, width in [
        (data[:-1], bundle.width),
        (data + b"\0", bundle.width),
        (data + b"\0\0", bundle.width),
        *((data, width) for width in other_widths),
    ]:
        with pytest.raises(Refused) as caught:
            decode_bundle(BundleId(0, width), wrong)
        assert caught.value.code is RefusalCode.TILE_MALFORMED


def test_trap_14_an_entry_beyond_uint16_cannot_be_bundled() -> None:
    """65,535 bytes fit a bundle, one more is refused instead of cut."""
    assert decode_bundle(BundleId(0, 1), encode_bundle([bytes(65_535)])) == [bytes(65_535)]
    with pytest.raises(Refused) as caught:
        encode_bundle([bytes(65_536)])
    assert caught.value.code is RefusalCode.BYTES_TOO_LARGE


@pytest.mark.parametrize(
    ("level", "index", "width"),
    [(-1, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**55, 1), (0, 0, 0), (0, 0, 257)],
)
def test_tile_numbers_have_bounds(level: int, index: int, width: int) -> None:
    """A tile outside the layout cannot be named."""
    with pytest.raises(Refused) as caught:
        TileId(level, index, width)
    assert caught.value.code is RefusalCode.TILE_MALFORMED


class MemoryBackend:
    """The tiles of a tree for the foreign reader, by path."""

    def __init__(self, leaves: list[bytes]) -> None:
        edge, full = Edge().grow(leaves)
        partial = [tile for tile in tree_tiles(len(leaves)) if tile.width < 256]
        stored = dict(full) | {tile: edge.tile(tile.level) for tile in partial}
        self.by_path = {tile.path: data for tile, data in stored.items()}

    def get(self, *path: str) -> bytes | None:
        """The file at `path`, or None."""
        return self.by_path.get("/".join(path))


@pytest.mark.parametrize("size", [*range(65), 255, 256, 257, 600, 65_535, 65_536, 70_000])
def test_a_foreign_reader_finds_root_and_proofs_in_our_tiles(size: int) -> None:
    """From our tiles alone another reader gets our root and our proofs."""
    leaves = numbered_leaves(size)
    reader = TilesReader(MemoryBackend(leaves))
    reader.set_size(size)
    assert reader.calculate_root_hash() == mth(leaves)
    for index in {0, size // 3, size - 1} & set(range(size)):
        foreign = reader.get_inclusion_proof(index, size).node_hashes
        assert tuple(foreign) == inclusion_proof(naive_reader(leaves), index, size)
        grown = reader.get_consistency_proof(index + 1, size).node_hashes
        assert tuple(grown) == consistency_proof(naive_reader(leaves), index + 1, size)
