"""Snapshots: one moment, read-only, and every change to every column visible."""

from __future__ import annotations

import pickle
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ledger.chain.tiles import TileId
from ledger.chain.tree import leaf_hash, mth
from ledger.errors import Halted, Unavailable
from ledger.parties.state import Spent
from ledger.ports import SignedHead
from ledger.store.heads import MemoryHeadStore
from ledger.store.images import image_of
from ledger.store.log import digest_of
from ledger.store.snapshot import ATTEMPTS, open_snapshot
from ledger.store.sqlite import SqliteStore
from tests.ledger.store.contract import TEXTS
from tests.ledger.store.sample import Writer, spent_of

DOCUMENT = b"a calendar"


@pytest.fixture
def heads() -> MemoryHeadStore:
    """The head store of the ledger."""
    return MemoryHeadStore()


@pytest.fixture
def path(tmp_path: Path, heads: MemoryHeadStore) -> Path:
    """A closed ledger with 300 entries, every log table in use, and its signed head."""
    path, writer = tmp_path / "ledger.db", Writer()
    with SqliteStore(path, heads) as store:
        store.commit(
            writer.batch(300, disclosures=TEXTS, documents={digest_of(DOCUMENT): DOCUMENT})
        )
    sign(heads, writer)
    return path


def sign(heads: MemoryHeadStore, writer: Writer) -> None:
    """Put the writer's head into the head store, as the service does after a commit."""
    size, root = writer.head.size, writer.head.frontier.root()
    heads.swap(heads.read(), SignedHead(size, root, f"note of {size}"))


def tamper(path: Path, *statements: str) -> None:
    """Change a closed ledger file as somebody with the file would: triggers dropped first."""
    client = sqlite3.connect(path)
    for (name,) in client.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        client.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        client.execute(statement)
    client.commit()
    client.close()


def folder_of(path: Path) -> dict[str, tuple[int, bytes]]:
    """Every file beside the ledger with its time and content."""
    return {
        file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in path.parent.iterdir()
    }


@pytest.mark.parametrize("spelling", ["{}", "sqlite:///{}"])
def test_a_snapshot_reads_what_the_store_wrote(
    path: Path, heads: MemoryHeadStore, spelling: str
) -> None:
    """Log, records, raw rows and checkpoint are there; the folder is as it was before."""
    before = folder_of(path)
    with open_snapshot(spelling.format(path), heads) as snapshot:
        assert snapshot.size() == 300
        assert snapshot.checkpoint() == "note of 300"
        leaves = [leaf_hash(data) for data in snapshot.entries(0, 300)]
        assert snapshot.head is not None
        assert mth(leaves) == snapshot.head.root
        rows = snapshot.file.entry_rows(0, 300)
        assert [(seq, leaf) for seq, _, leaf in rows] == list(enumerate(leaves))
        assert list(snapshot.tile_rows()) == [(0, 0, snapshot.tile(TileId(0, 0)))]
        assert snapshot.file.tile_row(0, 0) == (snapshot.tile(TileId(0, 0)),)
        assert snapshot.file.tile_row(1, 0) is None
        assert set(snapshot.file.disclosure_rows(0, 300)) == {
            (0, digest_of(text.encode()), text) for text in TEXTS
        }
        assert list(snapshot.document_rows()) == [(digest_of(DOCUMENT), DOCUMENT)]
        spent = [spent_of(seq) for seq in range(300)]
        assert list(map(image_of(Spent).record, snapshot.rows(Spent))) == spent
        assert (snapshot.schema_faults(), snapshot.damages()) == ([], [])
        assert (snapshot.first_number(), list(snapshot.stray_rows(300))) == (0, [])
    assert folder_of(path) == before


def test_a_snapshot_beside_a_writer(path: Path, heads: MemoryHeadStore) -> None:
    """While a writer goes on, a snapshot stays at its moment and does not hold the writer up."""
    writer = Writer()
    with SqliteStore(path, heads) as store:
        writer.resume(store)
        store.commit(writer.batch(1))
        sign(heads, writer)
        with open_snapshot(path, heads) as snapshot:
            store.commit(writer.batch(5))
            sign(heads, writer)
            assert snapshot.size() == 301
            assert snapshot.checkpoint() == "note of 301"
            assert len(list(snapshot.rows(Spent))) == 301
        assert store.size() == 306


def test_the_signed_head_is_awaited(path: Path, heads: MemoryHeadStore) -> None:
    """A snapshot taken between commit and signature waits for the signature."""
    writer = Writer()

    class Awaited(MemoryHeadStore):
        asked = 0

        def read(self) -> SignedHead | None:
            """The ledger's signed head; the next one is signed before the last attempt."""
            self.asked += 1
            if self.asked == ATTEMPTS:
                sign(heads, writer)
            return heads.read()

    with SqliteStore(path, heads) as store:
        writer.resume(store)
        store.commit(writer.batch(1))
        with open_snapshot(path, Awaited()) as snapshot:
            assert snapshot.size() == 301
            assert snapshot.checkpoint() == "note of 301"


def test_a_head_that_never_comes(path: Path, heads: MemoryHeadStore) -> None:
    """After a crash between commit and signature the snapshot shows both, as they are."""
    writer = Writer()
    with SqliteStore(path, heads) as store:
        writer.resume(store)
        store.commit(writer.batch(2))
    with open_snapshot(path, heads) as snapshot:
        assert (snapshot.size(), snapshot.checkpoint()) == (302, "note of 300")
    with open_snapshot(path, MemoryHeadStore()) as snapshot:
        assert (snapshot.size(), snapshot.checkpoint()) == (302, None)


def test_a_killed_writers_wal_is_read(path: Path, heads: MemoryHeadStore) -> None:
    """What a writer that died left in the WAL belongs to the snapshot."""
    copy = path.with_name("copy") / path.name
    copy.parent.mkdir()
    with SqliteStore(path, heads) as store:
        writer = Writer()
        writer.resume(store)
        store.commit(writer.batch(2))
        for suffix in ("", "-wal", "-shm"):
            shutil.copy(f"{path}{suffix}", f"{copy}{suffix}")
    before = {file.name for file in copy.parent.iterdir()}
    with open_snapshot(copy, heads) as snapshot:
        assert snapshot.size() == 302
    assert {file.name for file in copy.parent.iterdir()} == before


def test_a_file_that_was_written_meanwhile(path: Path, heads: MemoryHeadStore) -> None:
    """When a closed file turns out to have been written to, what was read counts for nothing."""

    def read_while_written() -> None:
        writer = Writer()
        with open_snapshot(path, heads) as snapshot:
            with SqliteStore(path, heads) as store:
                writer.resume(store)
                store.commit(writer.batch(2))
            assert snapshot.checkpoint() == "note of 300"

    with pytest.raises(Unavailable, match="start again"):
        read_while_written()


@pytest.mark.parametrize(
    "url",
    [
        "no/such/file.db",
        "sqlite:///no/such/file.db",
        "postgresql://h/d",
        "sqlite://",
        "://",
        "x://y",
    ],
)
def test_what_cannot_be_opened(url: str, heads: MemoryHeadStore) -> None:
    """A wrong address is unavailable, and creates nothing."""
    with pytest.raises(Unavailable), open_snapshot(url, heads):
        pytest.fail("it was opened")
    assert not Path("no").exists()


def test_a_file_that_is_no_database(tmp_path: Path, heads: MemoryHeadStore) -> None:
    """Any other file is named damaged: where a ledger was, that is a finding."""
    (tmp_path / "x.db").write_bytes(b"not a database at all, " * 200)
    with (
        pytest.raises(Halted, match="not a database"),
        open_snapshot(tmp_path / "x.db", heads),
    ):
        pytest.fail("it was opened")


@pytest.mark.parametrize(
    ("statement", "damaged"),
    [
        ("UPDATE spent SET payload = x'ff00' WHERE id = 'cmd_000007'", "cmd_000007"),
        ("UPDATE spent SET last_seq = 'seven' WHERE id = 'cmd_000007'", "cmd_000007"),
        ("UPDATE spent SET last_seq = 7.5 WHERE id = 'cmd_000007'", "cmd_000007"),
        ("UPDATE spent SET last_seq = 9223372036854775807 WHERE id = 'cmd_000007'", None),
        ("UPDATE spent SET payload = CAST(x'fffe' AS TEXT) WHERE id = 'cmd_000007'", None),
        ("INSERT INTO spent VALUES ('cmd_zzz', 1, 'p')", None),
        ("DELETE FROM spent WHERE id = 'cmd_000007'", None),
    ],
)
def test_damaged_derived_rows(
    path: Path, heads: MemoryHeadStore, statement: str, damaged: str | None
) -> None:
    """Raw rows are read whatever they are; one that is no record says why, any other differs."""
    image = image_of(Spent)

    def told(row: tuple[Any, ...]) -> Spent | str:
        try:
            return image.record(row)
        except Halted as halted:
            return str(halted)

    tamper(path, statement)
    with open_snapshot(path, heads) as snapshot:
        rows = {row[0]: told(row) for row in snapshot.rows(Spent)}
        assert rows != {spent_of(seq).id: spent_of(seq) for seq in range(300)}
        assert [key for key, value in rows.items() if isinstance(value, str)] == (
            [damaged] if damaged else []
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET leaf = x'00' WHERE seq = 5",
        "UPDATE entry SET data = 5 WHERE seq = 5",
        "UPDATE entry SET data = 'text' WHERE seq = 5",
        "UPDATE entry SET seq = -5 WHERE seq = 5",
        "DELETE FROM entry WHERE seq = 5",
        "UPDATE tile SET data = zeroblob(8192)",
        "UPDATE tile SET level = 3",
        "UPDATE tile SET position = 'x'",
        "INSERT INTO tile VALUES (7, 7, 'stray')",
        "UPDATE disclosure SET seq = 299",
        "UPDATE disclosure SET digest = 'A' || digest",
        "UPDATE disclosure SET text = CAST(x'fffe' AS TEXT)",
        "INSERT INTO disclosure VALUES (9999, 'd', 5)",
        "UPDATE document SET digest = 'x'",
        "UPDATE document SET data = 99999999999",
        "INSERT INTO document VALUES (x'00', 'stray')",
    ],
)
def test_every_log_column_is_visible(path: Path, heads: MemoryHeadStore, statement: str) -> None:
    """Whatever is changed in a log table shows in its raw rows, and no reader breaks on it."""

    def facts() -> list[object]:
        with open_snapshot(path, heads) as snapshot:
            data = [*snapshot.entries(0, 300), *snapshot.documents().values()]
            assert all(isinstance(item, bytes) for item in data)
            texts = snapshot.disclosures(0, 300).values()
            assert all(isinstance(text, str) for some in texts for text in some)
            return [
                snapshot.file.entry_rows(0, 301),
                snapshot.first_number(),
                list(snapshot.tile_rows()),
                snapshot.file.disclosure_rows(0, 300),
                list(snapshot.stray_rows(300)),
                list(snapshot.document_rows()),
            ]

    before = facts()
    tamper(path, statement)
    assert facts() != before


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("SELECT 1", "Trigger entry_no_update"),
        ("CREATE TABLE notes (x)", "table notes"),
        ("CREATE VIEW v AS SELECT 1", "view v"),
        ("CREATE TRIGGER t AFTER INSERT ON entry BEGIN SELECT 1; END", "trigger t"),
        ("ALTER TABLE entry ADD COLUMN note", "Table entry"),
        ("DROP TABLE spent", "Table spent"),
        ("ALTER TABLE tile RENAME TO old", "table old"),
    ],
)
def test_a_changed_schema_shows(
    path: Path, heads: MemoryHeadStore, statement: str, says: str
) -> None:
    """Missing triggers, strange tables, views and columns are each named."""
    tamper(path, statement)
    with open_snapshot(path, heads) as snapshot:
        assert any(says in fault for fault in snapshot.schema_faults())


def test_damaged_pages(path: Path, heads: MemoryHeadStore) -> None:
    """Tables whose pages were overwritten end in `Halted`; SQLite's own check finds them, too."""
    client = sqlite3.connect(path)
    roots = client.execute(
        "SELECT rootpage FROM sqlite_master WHERE name IN ('spent', 'disclosure', 'document')"
    ).fetchall()
    client.close()
    data = bytearray(path.read_bytes())
    for (page,) in roots:
        data[(page - 1) * 4096 : page * 4096] = b"\xaa" * 4096
    path.write_bytes(data)
    with open_snapshot(path, heads) as snapshot:
        file = snapshot.file
        for read in (
            lambda: snapshot.rows(Spent),
            lambda: file.disclosure_rows(0, 300),
            snapshot.document_rows,
        ):
            with pytest.raises(Halted, match="damaged"):
                list(read())
        assert len(file.entry_rows(0, 300)) == 300
        assert snapshot.damages() != []


def test_a_forged_number_does_not_keep_readers_busy(path: Path, heads: MemoryHeadStore) -> None:
    """A row with a giant sequence number shows in the size and costs no more than a row."""
    tamper(path, "INSERT INTO entry VALUES (9223372036854775807, x'00', x'00')")
    with open_snapshot(path, heads) as snapshot:
        assert snapshot.size() > 300
        assert len(list(snapshot.entries(0, snapshot.size()))) == 301


def test_another_process_opens_the_same_log(path: Path, heads: MemoryHeadStore) -> None:
    """Closed or beside a writer: entries, disclosures and tiles are the same there."""

    def both() -> None:
        with open_snapshot(path, heads) as snapshot:
            place = pickle.loads(pickle.dumps(snapshot.place))  # noqa: S301 - made here
            assert place == snapshot.place
            assert (place.state is None) == path.with_name(f"{path.name}-wal").exists()
            with place.open() as rows:
                assert rows.entry_rows(250, 300) == snapshot.file.entry_rows(250, 300)
                assert rows.disclosure_rows(0, 9) == snapshot.file.disclosure_rows(0, 9)
                assert rows.tile_row(0, 0) == snapshot.file.tile_row(0, 0)

    both()
    with SqliteStore(path, heads):
        both()
