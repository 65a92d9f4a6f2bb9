"""One audit over any source: bounded memory, levels that count in their order, nothing raised."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Self

import pytest

from api.database import DatabaseSource
from ledger.audit.findings import Level, Report, Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.run import audit
from ledger.audit.source import PAGE, Disclosures, Entries
from ledger.chain.trust import trust_in
from ledger.envelope import sign_payload
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot
from tests.support import having
from tests.support.actors import Stage, open_stage
from tests.support.acts import claims_by_manifest
from tests.support.founding import found
from tests.support.history import Ending, tour
from tests.support.long_log import LongLog, key_of, long_log
from tests.support.tampering import hands_on

SIZE = 1_100


@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log without rules."""
    return long_log(SIZE)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Ending:
    """A ledger with every kind of record and more than two pages of entries."""

    def more(stage: Stage) -> None:
        for _ in range(3):
            claims_by_manifest(stage)

    return tour(tmp_path_factory.mktemp("ledger"), 3, more=more)


def audited(source: Any, log: LongLog, **how: Any) -> Report:
    """The report over a source."""
    how = {"level": Level.SIGNATURES, "trust": trust_in(log.keys)} | how
    return audit(source, temporary_records, **how)


class Counted(bytes):
    """The bytes of an entry, counted while somebody holds them."""

    live: ClassVar[int] = 0
    most: ClassVar[int] = 0

    def __new__(cls, data: bytes) -> Self:
        """One more."""
        Counted.live += 1
        Counted.most = max(Counted.most, Counted.live)
        return super().__new__(cls, data)

    def __del__(self) -> None:
        """One less."""
        Counted.live -= 1


class Counting(DatabaseSource):
    """A database of which every entry in memory is counted."""

    def entry_page(self, start: int, stop: int) -> Entries:
        """A page; all before it should be gone but for one."""
        page = super().entry_page(start, stop)
        return Entries([Counted(item) for item in page.data], page.leaves, page.irregular)


def test_no_more_than_a_page_of_entries_is_held(ledger: Ending) -> None:
    """At every level; the page before may still be held while the next is read."""
    for level in Level:
        Counted.most = Counted.live = 0
        with open_snapshot(ledger.path, ledger.heads) as snapshot:
            source = Counting(snapshot)
            report = audit(
                source, temporary_records, level=level, trust=trust_in(ledger.keys), span=PAGE
            )
        assert (report.verdict, report.size) == (Verdict.CLEAN, ledger.size)
        assert ledger.size > 2 * PAGE
        assert 0 < Counted.most <= 2 * PAGE


def test_every_level_of_a_database_is_the_same_with_helpers(ledger: Ending) -> None:
    """Verdict, root, records compared; also where a record, an entry or a leaf was changed."""
    copy = ledger.path.with_name("copy.db")

    def both() -> Report:
        reports = []
        for jobs in (1, 3):
            with open_snapshot(copy, ledger.heads) as snapshot:
                source, how = DatabaseSource(snapshot), {"jobs": jobs, "span": PAGE}
                reports.append(audit(source, temporary_records, trust=trust_in(ledger.keys), **how))
        assert reports[0] == reports[1]
        return reports[0]

    with hands_on(ledger.path, copy):
        pass
    assert (both().verdict, both().compared_records > ledger.size) == (Verdict.CLEAN, True)
    for table, column, value in (
        ("spent", "payload", "A" * 43),
        ("entry", "leaf", bytes(32)),
        ("entry", "data", b"{}"),
        ("disclosure", "text", "eA"),
    ):
        with hands_on(ledger.path, copy) as hands:
            hands.set(table, hands.rows(table)[300], **{column: value})
        assert both().verdict is Verdict.FINDINGS


def forged(log: LongLog, seq: int) -> LongLog:
    """The log with a command that somebody else signed in ann's name, and all made to fit it."""
    payload = json.loads(log.made[seq])["command"]["payload"]
    other = sign_payload(log.payload("nothing.ask", {})[0], [key_of("ann")])
    return log.rewritten(seq, command=other | {"payload": payload})


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_forged_signature_counts_before_any_rule(log: LongLog, tmp_path: Path, jobs: int) -> None:
    """The rules would object at the first entry; nothing they find is reported."""
    made = forged(log, 999)
    folder = made.write(tmp_path / "forged")
    for level in (Level.SIGNATURES, Level.RULES):
        report = audited(FolderSource(folder), made, level=level, jobs=jobs, span=PAGE)
        assert [(item.seq, item.code) for item in report.findings] == [(999, "signature_invalid")]
    honest = log.write(tmp_path / "honest")
    report = audited(FolderSource(honest), log, level=Level.RULES, jobs=jobs, span=PAGE)
    assert {(item.seq, item.level) for item in report.findings} == {(0, Level.RULES)}


class Fickle(FolderSource):
    """Shows another entry, or none, when it is asked again."""

    def __init__(self, folder: Path, again: bytes | None) -> None:
        super().__init__(folder)
        self.again = again
        self.seen: set[int] = set()

    def elsewhere(self) -> Any:
        """Nowhere."""

    def entry_page(self, start: int, stop: int) -> Entries:
        """The page; at the second time with another last entry."""
        page = super().entry_page(start, stop)
        if start in self.seen:
            if self.again is None:
                raise OSError("it is gone")
            return Entries([*page.data[:-1], self.again])
        self.seen.add(start)
        return page


def test_a_source_that_shows_each_level_another_log(log: LongLog, tmp_path: Path) -> None:
    """What was checked against the signed head is what is verified, or it is a finding."""
    folder = log.write(tmp_path / "log")
    for again, code in ((log.made[5], "entries_changed"), (None, "unreadable")):
        report = audited(Fickle(folder, again), log)
        assert [(item.seq, item.code) for item in report.findings] == [
            (start, code) for start in range(0, SIZE, PAGE)
        ]
        assert {item.level for item in report.findings} == {Level.SIGNATURES}


class Torn(FolderSource):
    """Of which disclosures cannot be read, at all or for the second time."""

    def __init__(self, folder: Path, times: int) -> None:
        super().__init__(folder)
        self.times = times

    def disclosure_page(self, start: int, stop: int) -> Disclosures:
        """Fails when it was read often enough."""
        self.times -= 1
        if self.times < 0:
            raise OSError("torn")
        return super().disclosure_page(start, stop)


def test_disclosures_that_cannot_be_read_again(ledger: Ending, tmp_path: Path) -> None:
    """At first it is a fault of the log's form, later one of the replay: reported, not raised."""
    with open_snapshot(ledger.path, ledger.heads) as snapshot:
        size = export_log(snapshot, tmp_path / "log", ledger.keys)
    pages = -(-size // PAGE)
    for times, level in ((0, Level.STRUCTURE), (pages, Level.RULES)):
        source = Torn(tmp_path / "log", times)
        report = audit(source, temporary_records, trust=trust_in(ledger.keys))
        assert {(item.code, item.level) for item in report.findings} == {("unreadable", level)}


@pytest.mark.parametrize("jobs", [1, 2])
def test_the_progress_never_goes_back_and_ends_at_the_size(ledger: Ending, jobs: int) -> None:
    """Whatever the level, and however many work."""
    for level in Level:
        told: list[int] = []
        with open_snapshot(ledger.path, ledger.heads) as snapshot:
            how: dict[str, Any] = {"level": level, "jobs": jobs, "span": PAGE}
            source = DatabaseSource(snapshot)
            audit(
                source, temporary_records, trust=trust_in(ledger.keys), progress=told.append, **how
            )
        assert told == sorted(told)
        assert told[-1] == ledger.size
        assert len(set(told)) > 1


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_ledger_that_goes_on_while_it_is_audited(tmp_path: Path, jobs: int) -> None:
    """The audit is of one moment, for helpers, too: what is committed meanwhile is left out."""
    with open_stage(tmp_path, 5) as stage:
        found(stage)
        claims_by_manifest(stage)
        claims_by_manifest(stage)
        size = stage.store.size()

        def tell(_done: int) -> None:
            having.sure(stage.do("first", having.claim(stage)))

        with open_snapshot(stage.store.path, stage.heads) as snapshot:
            source, keys = DatabaseSource(snapshot), stage.log_keys
            how: dict[str, Any] = {"jobs": jobs, "span": PAGE, "progress": tell}
            report = audit(source, temporary_records, trust=trust_in(keys), **how)
        assert (report.verdict, report.findings, report.size) == (Verdict.CLEAN, [], size)
        assert stage.store.size() > size


def test_a_size_beyond_counting_ends_where_the_entries_end(log: LongLog, tmp_path: Path) -> None:
    """Parts are asked for one after another: nobody begins with them all."""

    class Boasting(FolderSource):
        def size(self) -> int:
            return 2**62

        def irregularities(self, size: int) -> Iterator[Any]:
            return iter(())

    report = audited(Boasting(log.write(tmp_path / "log")), log, jobs=2)
    assert report.size == SIZE // PAGE * PAGE
    assert report.findings[0].code == "export_malformed"
