"""What an audit tells of a whole ledger: every invariant with its counts, and who owes what."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.database import DatabaseSource
from api.whole import whole_lines
from ledger.audit.findings import Level, Report, Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.run import audit
from ledger.audit.statefile import open_state
from ledger.invariants import tally
from ledger.invariants.entries import EntryCheck, Happened
from ledger.invariants.tally import WholeView
from ledger.model.records import Reader, Record, changed
from ledger.receivables import holdings
from ledger.receivables.events import ReceivableAcknowledged
from ledger.receivables.records import Holding, Receivable
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot
from tests.support.sandbox import Sandbox, open_sandbox


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A ledger on which something was acknowledged, split, transferred, sold and paid."""
    with open_sandbox(tmp_path / "ledger") as opened:
        first, second = opened.split("supplier", opened.held(100_00), 60_00, 40_00)
        opened.pay(opened.transfer("supplier", second, "second"), by="second")
        offer = opened.offer(opened.programme())
        opened.advance(opened.sell("supplier", first, offer))
        yield opened


def audited(box: Sandbox, **how: Any) -> Report:
    """The audit of the database."""
    with open_snapshot(box.store.path, box.service.heads) as snapshot:
        return audit(DatabaseSource(snapshot), temporary_records, **how)


def exported(box: Sandbox, folder: Path) -> Report:
    """The audit of an export, which has no records of its own."""
    with open_snapshot(box.store.path, box.service.heads) as snapshot:
        export_log(snapshot, folder, box.embedded.log_keys())
    return audit(FolderSource(folder), temporary_records)


def counts(report: Report) -> dict[int, tuple[int, int, int]]:
    """Records, entries and contradictions by number."""
    return {
        line.invariant.number: (line.records, line.entries, line.contradicted)
        for line in report.invariants
    }


def test_each_invariant_is_listed_with_what_was_checked(box: Sandbox, tmp_path: Path) -> None:
    """Thirty-two lines; the same from a database, from an export and with helpers."""
    report = audited(box)
    assert report.verdict is Verdict.CLEAN
    found = counts(report)
    assert sorted(found) == list(range(1, 33))
    assert all(contradicted == 0 for _, _, contradicted in found.values())
    receivables, holdings = len(box.all(Receivable)), len(box.all(Holding))
    assert found[6] == (receivables + holdings, 0, 0)
    assert found[23][1] == receivables
    assert found[10][1] == 2 * receivables  # the longest term, and the reason for a long one
    assert found[27] == (0, report.size, 0)
    assert found[20][1] == 1 + receivables  # the one policy, and each claim under it
    assert counts(exported(box, tmp_path / "log")) == counts(audited(box, jobs=2)) == found


def test_shallower_levels_tell_nothing_of_them(box: Sandbox) -> None:
    """Only who replays the rules knows the records."""
    report = audited(box, level=Level.SIGNATURES)
    assert (report.invariants, report.acknowledged, list(whole_lines(report))) == ((), (), [])


def test_an_audit_that_goes_on_counts_what_was_checked_before(box: Sandbox, tmp_path: Path) -> None:
    """In two steps as in one, whatever happened between them."""
    for _ in range(2):
        with open_state(tmp_path / "state", "1", Level.RULES) as kept:
            report = audited(box, state=kept)
        box.held(7_00)
    with open_state(tmp_path / "state", "1", Level.RULES) as kept:
        report = audited(box, state=kept)
    assert report.since > 0
    whole = audited(box)
    assert report.invariants == whole.invariants
    assert report.acknowledged == whole.acknowledged


def test_records_that_contradict_an_invariant_are_findings(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A build whose records do not add up is found out, at the entry that changed them last."""

    def forgetful(book: Any, event: Any) -> tuple[Record, ...]:
        opened, *others = honest(book, event)
        if opened.receivable == last.receivable:
            opened = changed(opened, amount=opened.amount + opened.amount)
        return (opened, *others)

    honest = holdings._opened
    last = box.held(5_00)
    monkeypatch.setattr(holdings, "_opened", forgetful)
    report = exported(box, tmp_path / "log")
    assert report.verdict is Verdict.FINDINGS
    monkeypatch.undo()
    assert {item.code for item in report.findings} >= {"invariant_contradicted"}
    named = [item for item in report.findings if item.code == "invariant_contradicted"]
    assert any(item.place == last.receivable for item in named)
    assert all(item.level is Level.RULES and item.seq is not None for item in named)


def test_an_entry_that_contradicts_an_invariant_is_named(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one entry tells is a finding of that entry; all are counted, and a few are told."""

    def displeased(book: Reader, entry: Happened) -> list[str]:
        return ["nobody: never."] if list(entry.of(ReceivableAcknowledged)) else []

    check = EntryCheck(23, (ReceivableAcknowledged,), displeased)
    monkeypatch.setattr(tally, "MOST_TOLD", 2)
    monkeypatch.setattr(tally, "checks_for", lambda _: [check])
    for amount in (1_00, 2_00):
        box.held(amount)
    report = audited(box)
    assert counts(report)[23][1:] == (report.size, 3)
    assert [item.code for item in report.findings] == ["invariant_contradicted"] * 2
    assert report.first_bad_entry == report.findings[0].seq
    assert "  23 contradicted 3 times" in "\n".join(whole_lines(report))


def test_a_check_that_fails_is_a_finding_and_no_crash(
    box: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An audit never raises, whatever a check meets."""
    monkeypatch.setattr(WholeView, "all", lambda *_: 1 // 0)
    report = audited(box, level=Level.RULES)
    assert {item.code for item in report.findings} == {"unreadable"}
