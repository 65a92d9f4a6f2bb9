"""An auditor at a PostgreSQL ledger: one moment of it, with rules and tables, in any process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.places import Place, read_place
from api.sources import open_source
from ledger.audit.findings import Report, Verdict
from ledger.audit.run import audit
from ledger.chain.trust import trust_in
from ledger.errors import Unavailable
from ledger.parties.state import Spent
from ledger.store import postgres_link
from ledger.store.heads import MemoryHeadStore
from ledger.store.postgres import PostgresStore
from ledger.store.postgres_roles import grant_roles
from ledger.store.postgres_snapshot import open_postgres_snapshot
from ledger.store.records import temporary_records
from tests.ledger.store.contract import TEXTS
from tests.ledger.store.sample import Writer
from tests.support.postgres import OWNER, Cluster
from tests.support.postgres_ledger import in_schema
from tests.support.sandbox import Sandbox, open_sandbox

WEAKER_TRIGGER = """
    DROP TRIGGER entry_append_only ON entry;
    CREATE TRIGGER entry_append_only BEFORE UPDATE ON entry
        FOR EACH ROW EXECUTE FUNCTION append_only()
"""
STRANGE_TRIGGER = """
    CREATE TRIGGER quiet BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION append_only();
    ALTER TABLE entry DISABLE TRIGGER quiet
"""


@dataclass(frozen=True)
class Books:
    """An open ledger in a schema, and where that is."""

    box: Sandbox
    folder: Path
    place: Place

    def audit(self, source: str = "", jobs: int = 1) -> Report:
        """The audit of the ledger: of its folder, unless another source is named."""
        with open_source(source or str(self.folder), heads=self.place.heads) as opened:
            trust = trust_in(self.box.embedded.log_keys())
            return audit(opened, temporary_records, trust=trust, jobs=jobs)

    def spoil(self, statement: str) -> None:
        """Do what only the owner of the server can, past every trigger."""
        with closing(postgres_link.connect(postgres_link.read_url(self.place.db))) as connection:
            for table in ("entry", "tile", "disclosure", "document"):
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL".encode())
            connection.execute(statement.encode())
            for table in ("entry", "tile", "disclosure", "document"):
                connection.execute(
                    f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_append_only".encode()
                )


@pytest.fixture
def books(postgres: Cluster, tmp_path: Path) -> Iterator[Books]:
    """A ledger with a split, a sale and a payment."""
    folder = in_schema(tmp_path / "ledger", postgres)
    place = read_place(folder)
    assert place is not None
    with open_sandbox(folder) as box:
        kept, sold = box.split("supplier", box.held(100_00), 60_00, 40_00)
        offer = box.offer(box.programme("financier", "core"))
        box.advance(box.sell("supplier", sold, offer))
        box.pay(kept, by="supplier")
        yield Books(box, folder, place)


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_honest_ledger_is_clean(books: Books, jobs: int) -> None:
    """Form, tree, signatures, rules and every derived table, in one process or several."""
    report = books.audit(jobs=jobs)
    assert (report.verdict, report.findings) == (Verdict.CLEAN, [])
    assert report.size == books.box.service.signed.size
    assert report.compared_records > 50


def test_an_auditor_needs_no_more_than_to_read(books: Books, postgres: Cluster) -> None:
    """By its URL, as a user with the role of an auditor, the same verdict."""
    grant_roles(books.place.db)
    postgres.run("CREATE ROLE reader LOGIN IN ROLE duebill_auditor")
    try:
        report = books.audit(books.place.db.replace(f"//{OWNER}@", "//reader@"))
        assert (report.verdict, report.findings) == (Verdict.CLEAN, [])
    finally:
        postgres.run("DROP ROLE reader")


def test_a_database_without_its_head_store_is_not_audited(books: Books) -> None:
    """What was signed last is part of the question; and the database server cannot answer it."""
    for heads in ("", books.place.db):
        with (
            pytest.raises(Unavailable, match="head store"),
            open_source(books.place.db, heads=heads),
        ):
            pass


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ("UPDATE entry SET data = data || ' ' WHERE seq = 7", 7),
        ("UPDATE entry SET leaf = decode(repeat('00', 32), 'hex') WHERE seq = 7", 7),
        ("DELETE FROM entry WHERE seq = 7", 7),
        ("DELETE FROM entry WHERE seq > 7", 8),
        ("INSERT INTO disclosure VALUES (9999, 'x', 'y')", None),
        ("UPDATE holding SET amount_minor = amount_minor + 1", None),
        ("DELETE FROM payment", None),
        (WEAKER_TRIGGER, None),
        (STRANGE_TRIGGER, None),
        ("CREATE TABLE strange (x int)", None),
        ("ALTER TABLE payment ADD x int", None),
        ("UPDATE tip SET size = size + 1", None),
        ("DROP TABLE recent", None),
    ],
)
def test_what_was_changed_is_found(books: Books, statement: str, place: int | None) -> None:
    """The owner of the server can change anything; the auditor says so, and names the entry."""
    books.spoil(statement)
    report = books.audit()
    assert report.verdict is Verdict.FINDINGS
    assert report.first_bad_entry == place or place is None


def test_a_snapshot_is_of_one_moment_for_all_its_processes(postgres_url: str) -> None:
    """What is committed meanwhile is seen neither here nor where the snapshot is opened again."""
    heads, writer = MemoryHeadStore(), Writer()
    with PostgresStore(postgres_url, heads) as store:
        store.commit(writer.batch(3, disclosures=TEXTS))
        with open_postgres_snapshot(postgres_url, heads) as snapshot:
            store.commit(writer.batch(300))
            assert snapshot.size() == 3
            assert len(list(snapshot.records.scan(Spent))) == 3
            with snapshot.place.open() as elsewhere:
                for log in (snapshot.file, elsewhere):
                    assert [row[1] for row in log.entry_rows(0, 2**70)] == [
                        entry.data for entry in writer.entries[:3]
                    ]
                    assert {text for _, _, text in log.disclosure_rows(0, 9)} == set(TEXTS)
                    assert log.tile_row(0, 0) is None
        with (
            pytest.raises(Exception, match="snapshot"),
            snapshot.place.open(),
        ):
            pass
