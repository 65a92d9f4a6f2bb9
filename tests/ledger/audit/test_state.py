"""An audit that goes on says what a whole one says, and keeps only what is clean."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.database import DatabaseSource
from ledger import canonical
from ledger.audit.findings import Level, Report, Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.known import read_known
from ledger.audit.run import audit
from ledger.audit.source import PAGE
from ledger.audit.statefile import open_state
from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.note import note_key
from ledger.chain.tiles import BundleId
from ledger.chain.trust import trust_in
from ledger.errors import RefusalCode, Refused, Unavailable
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot
from tests.support.actors import Stage, open_stage
from tests.support.acts import ACTS, claims_by_manifest
from tests.support.audit_on import (
    VERSION,
    CountingSource,
    audit_folder,
    audit_on,
    beginning,
    laid_open,
    new_files,
    reading,
)
from tests.support.founding import found
from tests.support.long_log import ORIGIN, LongLog, key_of, long_log

SIZE = 1_100


@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log without rules."""
    return long_log(SIZE)


def whole(folder: Path, log: LongLog, level: Level) -> Report:
    """What an audit says that keeps nothing."""
    return audit(FolderSource(folder), temporary_records, level=level, trust=trust_in(log.keys))


def same(one: Report, other: Report) -> bool:
    """Whether two reports say the same, wherever the audits began."""

    def told(report: Report) -> tuple[Any, ...]:
        return report.verdict, report.size, report.root, report.findings, report.trust

    return told(one) == told(other)


# -- it says what a whole audit says ---------------------------------------------------------------
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    sizes=st.lists(
        st.one_of(st.sampled_from([1, 255, 256, 257, 511, 512, 513, 700]), st.integers(1, SIZE)),
        min_size=2,
        max_size=4,
    ).map(sorted),
    level=st.sampled_from([Level.MERKLE, Level.SIGNATURES]),
)
def test_step_by_step_is_the_same_as_at_once(
    log: LongLog, tmp_path_factory: pytest.TempPathFactory, sizes: list[int], level: Level
) -> None:
    """Reports are equal at every step, and so is what is kept, row by row."""
    folder = tmp_path_factory.mktemp("steps")
    known = 0
    for step, size in enumerate(sizes):
        export = beginning(log, size).write(folder / f"export-{step}")
        report = audit_folder(export, folder / "state", log, level)
        assert (report.verdict, report.since) == (Verdict.CLEAN, known)
        assert same(report, whole(export, log, level))
        known = size
    audit_folder(export, folder / "fresh", log, level)
    assert laid_open(folder / "state") == laid_open(folder / "fresh")


def busy(stage: Stage) -> None:
    """Every kind of act, and more than a page of entries."""
    for act in ACTS.values():
        act(stage)
    claims_by_manifest(stage)


def test_rules_go_on_with_the_records_of_before(tmp_path: Path) -> None:
    """From exports and from the database, with helpers and without: all rows are as if at once."""
    with open_stage(tmp_path, 5) as stage:
        found(stage)
        size = 0
        for step in range(3):
            busy(stage)
            export = tmp_path / f"export-{step}"
            export_log(stage.store, export, stage.log_keys)
            trust = trust_in(stage.every_log_key)
            for name, jobs in (("one", 1), ("two", 2)):
                source = FolderSource(export)
                how: dict[str, Any] = {"jobs": jobs, "span": PAGE}
                report = audit_on(source, tmp_path / name, trust, Level.RULES, **how)
                assert (report.verdict, report.findings, report.since) == (Verdict.CLEAN, [], size)
            with open_snapshot(stage.store.path, stage.heads) as snapshot:
                base = DatabaseSource(snapshot)
                report = audit_on(base, tmp_path / "base", trust, Level.RULES)
            assert (report.verdict, report.findings, report.since) == (Verdict.CLEAN, [], size)
            assert report.compared_records > 0
            size = report.size
        fresh = audit_on(FolderSource(export), tmp_path / "fresh", trust, Level.RULES)
        assert fresh.since == 0
        rows = laid_open(tmp_path / "fresh")
        assert len(rows["party"]) > 3
        for name in ("one", "two", "base"):
            assert laid_open(tmp_path / name) == rows


def test_twice_the_same_log(log: LongLog, tmp_path: Path) -> None:
    """Nothing new is clean, and nothing of what is kept changes."""
    for size in (512, 700):
        export = beginning(log, size).write(tmp_path / f"export-{size}")
        state = tmp_path / f"state-{size}"
        audit_folder(export, state, log)
        before = laid_open(state)
        report = audit_folder(export, state, log)
        assert (report.verdict, report.since, report.size) == (Verdict.CLEAN, size, size)
        assert laid_open(state) == before


# -- it reads what is new --------------------------------------------------------------------------
def test_only_new_bundles_and_the_edge_are_read(log: LongLog, tmp_path: Path) -> None:
    """The bundle at the old edge, those after it, their tiles, and what is on the new edge."""
    old = 600
    audit_folder(beginning(log, old).write(tmp_path / "old"), tmp_path / "state", log)
    source = CountingSource(log.write(tmp_path / "new"))
    report = audit_on(source, tmp_path / "state", trust_in(log.keys))
    assert (report.verdict, report.since, report.size) == (Verdict.CLEAN, old, SIZE)
    assert source.read.keys() == new_files(SIZE, old)
    assert sum(place.startswith("tile/entries/") for place in source.read) == 3


# -- what is not clean is not kept -----------------------------------------------------------------
def break_entry(folder: Path) -> None:
    """A byte of the last full bundle."""
    path = folder / BundleId(3).path
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


def break_tile(folder: Path) -> None:
    """A byte of a new tile."""
    path = folder / "tile/0/003"
    path.write_bytes(path.read_bytes()[:-1] + b"\0")


def break_signature(folder: Path) -> None:
    """The signed head."""
    path = folder / "checkpoint"
    path.write_text(path.read_text("utf-8").replace(f"\n{SIZE}\n", f"\n{SIZE - 1}\n"), "utf-8")


def lose_bundle(folder: Path) -> None:
    """A new bundle."""
    (folder / BundleId(3).path).unlink()


@pytest.mark.parametrize("fault", [break_entry, break_tile, break_signature, lose_bundle])
def test_findings_are_not_kept(log: LongLog, tmp_path: Path, fault: Callable[[Path], None]) -> None:
    """The state stays byte for byte; once the fault is gone the audit goes on from there."""
    state = tmp_path / "state"
    audit_folder(beginning(log, 600).write(tmp_path / "old"), state, log)
    before = laid_open(state)
    honest = log.write(tmp_path / "new")
    shutil.copytree(honest, tmp_path / "broken")
    fault(tmp_path / "broken")
    report = audit_folder(tmp_path / "broken", state, log)
    assert (report.verdict, report.since) == (Verdict.FINDINGS, 600)
    assert laid_open(state) == before
    assert audit_folder(honest, state, log).verdict is Verdict.CLEAN
    assert laid_open(state) != before


def test_a_first_audit_with_findings_leaves_no_state(log: LongLog, tmp_path: Path) -> None:
    """Nothing that could be taken for one."""
    export = log.write(tmp_path / "log")
    break_tile(export)
    assert audit_folder(export, tmp_path / "state", log).verdict is Verdict.FINDINGS
    assert [path.name for path in tmp_path.iterdir()] == ["log"]


def test_an_entry_that_was_audited_is_not_another_now(log: LongLog, tmp_path: Path) -> None:
    """It stands in the page that is read again, and is named itself."""
    audit_folder(beginning(log, 600).write(tmp_path / "old"), tmp_path / "state", log)
    other = log.rewritten(550, effects=bytes(32))
    report = audit_folder(other.write(tmp_path / "other"), tmp_path / "state", log)
    assert report.first_bad_entry == 550
    assert "entry_rewritten" in {item.code for item in report.findings}


# -- the file --------------------------------------------------------------------------------------
def test_the_file_is_for_its_owner_alone(log: LongLog, tmp_path: Path) -> None:
    """It holds what sealed fields disclose; one that was opened wider is closed again."""
    export, state = log.write(tmp_path / "log"), tmp_path / "state"
    audit_folder(export, state, log)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    state.chmod(0o644)
    audit_folder(export, state, log)
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_another_level_release_or_log_is_refused(log: LongLog, tmp_path: Path) -> None:
    """Each with a sentence that says which."""
    export, state = log.write(tmp_path / "log"), tmp_path / "state"
    audit_folder(export, state, log, Level.MERKLE)
    stranger = trust_in([note_key(ORIGIN, key_of("stranger").public)])
    cases: list[tuple[str, Level, Any, str]] = [
        (VERSION, Level.RULES, trust_in(log.keys), "level merkle"),
        (VERSION, Level.STRUCTURE, trust_in(log.keys), "level structure"),
        ("1.1", Level.MERKLE, trust_in(log.keys), "release"),
        (VERSION, Level.MERKLE, stranger, ORIGIN),
    ]
    for version, level, trust, word in cases:
        with pytest.raises(Refused) as caught, open_state(state, version, level, trust):
            pass
        assert caught.value.code is RefusalCode.AUDIT_STATE_UNUSABLE
        assert word in caught.value.detail


def test_a_head_of_another_log_is_found(log: LongLog, tmp_path: Path) -> None:
    """Without a policy file the state says which log it is, and also where one names both logs."""
    with open_state(tmp_path / "state", VERSION, Level.MERKLE) as state:
        source = FolderSource(log.write(tmp_path / "log"))
        audit(source, temporary_records, level=Level.MERKLE, state=state)
    with open_stage(tmp_path, 5) as stage:
        found(stage)
        export_log(stage.store, tmp_path / "other", stage.log_keys)
    with open_state(tmp_path / "state", VERSION, Level.MERKLE) as state:
        source = FolderSource(tmp_path / "other")
        report = audit(source, temporary_records, level=Level.MERKLE, state=state)
    assert report.verdict is Verdict.FINDINGS
    assert not report.evidence
    both = trust_in([*log.keys, *stage.log_keys])
    report = audit_on(source, tmp_path / "state", both, Level.MERKLE)
    assert [item.code for item in report.findings] == ["checkpoint_of_other_log"]


def test_no_file_but_a_state_is_taken(tmp_path: Path) -> None:
    """Texts, other databases, links, folders: none is touched."""
    (tmp_path / "text").write_text("not a database, but longer than a header of one is " * 10)
    with reading(tmp_path / "database") as driver:
        driver.execute("CREATE TABLE mine (id)")
    (tmp_path / "link").symlink_to(tmp_path / "text")
    (tmp_path / "folder").mkdir()
    for name in ("text", "database", "link", "folder"):
        before = (tmp_path / name).read_bytes() if name != "folder" else b""
        with (
            pytest.raises((Refused, Unavailable)),
            open_state(tmp_path / name, VERSION, Level.MERKLE),
        ):
            pass
        assert name == "folder" or (tmp_path / name).read_bytes() == before


def test_two_audits_cannot_go_on_with_one_state(log: LongLog, tmp_path: Path) -> None:
    """The second is told, and the first ends as if alone."""
    state = tmp_path / "state"
    audit_folder(beginning(log, 300).write(tmp_path / "old"), state, log)
    trust = trust_in(log.keys)
    with open_state(state, VERSION, Level.SIGNATURES, trust) as first:
        with (
            pytest.raises(Unavailable, match="Another audit"),
            open_state(state, VERSION, Level.SIGNATURES, trust),
        ):
            pass
        source = FolderSource(log.write(tmp_path / "new"))
        how: dict[str, Any] = {"level": Level.SIGNATURES, "trust": trust, "state": first}
        assert audit(source, temporary_records, **how).verdict is Verdict.CLEAN
    assert audit_folder(tmp_path / "new", state, log).since == SIZE


def test_a_damaged_state_is_never_a_fault_of_the_log(log: LongLog, tmp_path: Path) -> None:
    """Wherever a byte of it is changed: refused, or the audit says what it would have said."""
    state = tmp_path / "state"
    audit_folder(beginning(log, 300).write(tmp_path / "old"), state, log)
    honest, new = state.read_bytes(), log.write(tmp_path / "new")
    outcomes = set()
    for at in range(0, len(honest), len(honest) // 60):
        data = bytearray(honest)
        data[at] ^= 0x41
        state.write_bytes(data)
        try:
            report = audit_folder(new, state, log)
            outcomes.add(report.verdict)
        except (Refused, Unavailable):
            outcomes.add(None)
    assert outcomes == {Verdict.CLEAN, None}


def test_a_state_whose_tree_is_not_that_of_its_head_is_refused(
    log: LongLog, tmp_path: Path
) -> None:
    """Any hash of its edge that is another: what goes on from there would prove nothing."""
    state = tmp_path / "state"
    audit_folder(beginning(log, 600).write(tmp_path / "old"), state, log)
    ((_, honest),) = laid_open(state)["audit_known"]
    tree = canonical.decode(honest)
    for level, text in enumerate(tree["edge"]):
        hashes = bytearray(b64url_decode(text))
        hashes[-1] ^= 1
        edge = [*tree["edge"][:level], b64url_encode(hashes), *tree["edge"][level + 1 :]]
        with pytest.raises(Refused, match="its signed head"):
            read_known(canonical.encode(tree | {"edge": edge}))
    assert read_known(honest).size == 600


def test_a_log_is_not_accused_by_a_damaged_state(log: LongLog, tmp_path: Path) -> None:
    """It went back, and the tiles that would prove it are gone: nothing is said of the log."""
    state = tmp_path / "state"
    audit_folder(log.write(tmp_path / "new"), state, log)
    with reading(state) as driver:
        driver.execute("DROP TABLE audit_tile")
    old = beginning(log, 300).write(tmp_path / "old")
    with pytest.raises(Refused) as caught:
        audit_folder(old, state, log)
    assert caught.value.code is RefusalCode.AUDIT_STATE_UNUSABLE
