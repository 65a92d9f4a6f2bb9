"""The files of the log as HTTP serves them: kept how long, packed or not, whole or in part."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tlog_scales.reader import TilesReader

from api.app import create_app
from api.client import Client, Desk
from api.files import takes_gzip
from api.site import auditing
from ledger.chain.checkpoint import Checkpoint, sign_checkpoint
from ledger.chain.proof import Subtrees
from ledger.chain.tiles import Edge, TileId, decode_bundle, parse_path, tree_tiles
from ledger.chain.tree import leaf_hash, mth
from ledger.errors import Unavailable
from tests.ledger.chain.sample import LOG_KEY, ORIGIN, naive_tile
from tests.support.sandbox import ORIGIN as STORY_ORIGIN
from tests.support.served import running
from tests.support.story import Story

LARGEST = 65_537
SIZES = (1, 255, 256, 257, 511, 512, 513, 65_535, 65_536, LARGEST)
ENTRIES = [b"entry %d" % number for number in range(LARGEST)]
LEAVES = [leaf_hash(data) for data in ENTRIES]


@dataclass
class Store:
    """A log of numbered entries that has grown to `size`, as a store gives it."""

    size: int
    full: dict[TileId, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.full = dict(Edge().grow(LEAVES[: self.size])[1])

    def tile(self, tile: TileId) -> bytes:
        """Full tiles as they are stored; of the others only leaves are left to be asked for."""
        if tile.width == 256:
            return self.full[tile]
        assert tile.level == 0
        return naive_tile(LEAVES, tile)

    def entries(self, start: int, stop: int) -> list[bytes]:
        """The bytes of entries."""
        return ENTRIES[start:stop]

    def disclosures(self, start: int, stop: int) -> dict[int, list[str]]:
        """One text for each third entry."""
        return {seq: [f"text of {seq}"] for seq in range(start, stop) if seq % 3 == 0}


def client_of(size: int) -> TestClient:
    """The real application over a synthetic log of `size` entries; every caller is an auditor."""
    head = Checkpoint(ORIGIN, size, mth(LEAVES[:size]))
    known: Subtrees = {}
    signed = SimpleNamespace(size=size, root=head.root, note=sign_checkpoint(head, LOG_KEY))
    service = SimpleNamespace(signed=signed, newest=lambda _: signed, subtrees=known)
    embedded: Any = SimpleNamespace(folder=Path(), service=service, store=Store(size))
    app = create_app(embedded)
    app.dependency_overrides[auditing] = lambda: None
    return TestClient(app)


@pytest.fixture(scope="module")
def largest() -> TestClient:
    """The application over the largest log."""
    return client_of(LARGEST)


@dataclass(frozen=True)
class Files:
    """The served files for the foreign reader."""

    client: TestClient

    def get(self, *path: str) -> bytes | None:
        """The file at `path`, or None."""
        answer = self.client.get("/log/" + "/".join(path))
        assert answer.status_code in (200, 404)
        return answer.content if answer.status_code == 200 else None


@pytest.mark.parametrize("size", SIZES)
def test_a_foreign_reader_follows_the_served_log_across_the_borders(size: int) -> None:
    """Around 256 and 65,536 entries it finds the signed size and root, its entries and proofs."""
    reader = TilesReader(Files(client_of(size)))
    head = reader.get_checkpoint()
    assert (head.size, head.root_hash) == (size, mth(LEAVES[:size]))
    assert reader.calculate_root_hash() == head.root_hash
    for index in {0, size // 2, size - 1}:
        assert reader.get_entry(index) == ENTRIES[index]
        reader.get_inclusion_proof(index, size).check(LEAVES[index], head.root_hash)
        old = mth(LEAVES[: index + 1])
        reader.get_consistency_proof(index + 1, size).check(old, head.root_hash)


@pytest.mark.parametrize("old", SIZES)
def test_who_holds_an_older_head_still_gets_its_tiles(largest: TestClient, old: int) -> None:
    """Each tile of each earlier tree is served, the partial ones cut from what is full by now."""
    for tile in tree_tiles(old):
        if tile.width == 256 and 2 < tile.index < 254:
            continue
        answer = largest.get(f"/log/{tile.path}")
        assert (answer.status_code, answer.content) == (200, naive_tile(LEAVES, tile)), tile.path


def test_every_width_up_to_the_signed_size_is_served(largest: TestClient) -> None:
    """Full tiles are cut at any width; of the newest, what the signed tree does not have is 404."""
    wide = {"tile/0/255": 255, "tile/1/000": 255, "tile/0/256": 1, "tile/1/001": 0, "tile/2/000": 1}
    for path, most in wide.items():
        for width in (1, 2, 17, 128, 254, 255):
            answer = largest.get(f"/log/{path}.p/{width}")
            assert answer.status_code == (200 if width <= most else 404), (path, width)
            if answer.status_code == 200:
                tile = parse_path(f"{path}.p/{width}")
                assert isinstance(tile, TileId)
                assert answer.content == naive_tile(LEAVES, tile)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("tile/0/256", 404),
        ("tile/0/257.p/1", 404),
        ("tile/1/001", 404),
        ("tile/3/000", 404),
        ("tile/63/x999/999", 404),
        ("tile/entries/256.p/2", 404),
        ("disclosures/000.txt", 404),
        ("tile/data/000", 400),
        ("tile/0/000.p/256", 400),
        ("tile/0/000.p/0", 400),
        ("tile/64/000", 400),
        ("tile/0/x000/000", 400),
    ],
)
def test_trap_15_what_is_no_file_is_a_no_that_nobody_keeps(
    largest: TestClient, path: str, status: int
) -> None:
    """A file that is not there is 404, a path that can be none 400, and no cache may keep either.

    A reader that asks too early would else be told for days that the tile is not there.
    """
    answer = largest.get(f"/log/{path}")
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")


def test_trap_15_long_paths_are_served_under_their_one_spelling() -> None:
    """Beyond tile 999 an index is split into groups of three digits: ``x001/234``."""
    edge = 1_234 * 256 + 5
    asked: list[TileId] = []

    def tile(named: TileId) -> bytes:
        asked.append(named)
        return bytes(32 * named.width)

    client = client_of(1)
    assert isinstance(client.app, FastAPI)
    embedded = client.app.state.site.embedded
    embedded.service.newest = lambda _: SimpleNamespace(size=edge)
    embedded.store.tile = tile
    assert client.get("/log/tile/0/x001/234.p/5").status_code == 200
    assert client.get("/log/tile/0/x001/233").status_code == 200
    assert client.get("/log/tile/0/1234").status_code == 400
    assert asked == [TileId(0, 1_234, 5), TileId(0, 1_233)]


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("checkpoint", "public, max-age=2"),
        ("tile/0/000", "public, max-age=31536000, immutable"),
        ("tile/1/000", "public, max-age=31536000, immutable"),
        ("tile/0/256.p/1", "public, max-age=60"),
        ("tile/2/000.p/1", "public, max-age=60"),
        ("tile/entries/000", "private, max-age=31536000, immutable"),
        ("tile/entries/256.p/1", "private, max-age=60"),
        ("disclosures/000.ndjson", "no-store"),
    ],
)
def test_how_long_a_file_may_be_kept(largest: TestClient, path: str, kept: str) -> None:
    """The head for seconds, what is full for ever, what is confidential by no shared cache."""
    answer = largest.get(f"/log/{path}")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, kept)


@pytest.mark.parametrize("path", ["checkpoint", "witnessed", "tile/0/000", "tile/1/000.p/9"])
def test_a_page_of_any_site_may_verify(largest: TestClient, path: str) -> None:
    """The head and the hashes may be read by any page; so may the no when one is not there."""
    for asked in (path, "tile/0/257"):
        headers = largest.get(f"/log/{asked}", headers={"Origin": "https://else"}).headers
        assert headers["access-control-allow-origin"] == "*"
        assert "X-Ledger-Head" in headers["access-control-expose-headers"]


@pytest.mark.parametrize("path", ["/log/tile/entries/000", "/log/disclosures/000.ndjson", "/x"])
def test_what_is_confidential_no_other_page_reads(largest: TestClient, path: str) -> None:
    """Nothing but the public files says that pages of other sites may read it."""
    assert "access-control-allow-origin" not in largest.get(path).headers


@pytest.mark.parametrize(
    "path",
    ["checkpoint", "tile/0/000", "tile/0/256.p/1", "tile/entries/000", "tile/entries/001.p/3"],
)
def test_head_and_conditional_requests(largest: TestClient, path: str) -> None:
    """HEAD says what GET would; who names the ETag of the bytes it has is told that they stand."""
    got = largest.get(f"/log/{path}")
    head = largest.head(f"/log/{path}")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "cache-control"):
        assert head.headers[name] == got.headers[name]
    tag = got.headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = largest.get(f"/log/{path}", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert largest.get(f"/log/{path}", headers={"If-None-Match": '"other"'}).status_code == 200
    assert largest.head("/log/tile/0/257").status_code == 404


@pytest.mark.parametrize("path", ["tile/entries/000", "disclosures/000.ndjson"])
def test_entries_and_disclosures_come_packed_to_who_asks(largest: TestClient, path: str) -> None:
    """The same bytes in gzip, under another ETag, and caches are told on what it depends."""
    plain = largest.get(f"/log/{path}", headers={"Accept-Encoding": "identity"})
    packed = largest.get(f"/log/{path}", headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]
    assert int(packed.headers["content-length"]) < len(plain.content) // 2


def test_hash_tiles_are_never_packed(largest: TestClient) -> None:
    """Hashes do not shrink."""
    headers = largest.get("/log/tile/0/000", headers={"Accept-Encoding": "gzip"}).headers
    assert "content-encoding" not in headers
    assert "vary" not in headers


@pytest.mark.parametrize("accepted", ["gzip", "GZIP ; q=0.1", "*", "deflate, gzip;q=1.0"])
def test_gzip_is_taken_where_it_is_named_or_anything_is(accepted: str) -> None:
    """In any case, with any weight but nothing."""
    assert takes_gzip(accepted)


@pytest.mark.parametrize(
    "accepted", ["", "identity", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "gzipped"]
)
def test_gzip_is_not_taken_where_it_is_refused_or_not_named(accepted: str) -> None:
    """A weight of nothing refuses it, whatever else is taken."""
    assert not takes_gzip(accepted)


def test_the_client_unpacks_and_bounds_what_it_unpacks(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An auditor's client asks for gzip; what it unpacks is bounded, what is damaged no answer."""
    box = story.box
    with running(box) as url:
        desk = Desk(box.party("auditor"), STORY_ORIGIN, box.keys["auditor"])
        client = Client(url, desk, box.clock)
        size = box.service.signed.size
        data = client.get(f"/log/tile/entries/000.p/{size}")
        named = parse_path(f"tile/entries/000.p/{size}")
        assert not isinstance(named, TileId)
        assert decode_bundle(named, data) == list(box.store.entries(0, size))
        monkeypatch.setattr("api.client.LARGEST_ANSWER", len(data) - 1)
        with pytest.raises(Unavailable):
            client.get(f"/log/tile/entries/000.p/{size}")
        monkeypatch.undo()
        damaged = gzip.compress(data)[:-1]
        monkeypatch.setattr("api.files.gzip.compress", lambda *_, **__: damaged)
        with pytest.raises(Unavailable):
            client.get(f"/log/tile/entries/000.p/{size}")
