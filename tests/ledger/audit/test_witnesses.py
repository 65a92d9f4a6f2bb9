"""The quorum of a policy, and that no entry is later than a cosignature over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.audit.findings import Level, Report
from ledger.audit.folder import FolderSource
from ledger.audit.run import audit
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import read_entry
from ledger.chain.note import Cosigner
from ledger.chain.trust import TrustPolicy, parse_trust
from ledger.store.records import temporary_records
from tests.support.audit_on import audit_on
from tests.support.long_log import ORIGIN, LongLog, key_of, long_log

SIZE = 600
ONE, OTHER = Cosigner("one.example", key_of("one")), Cosigner("other.example", key_of("other"))


@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log without rules."""
    return long_log(SIZE)


def policy(log: LongLog, quorum: str) -> TrustPolicy:
    """The log and two witnesses."""
    lines = [f"log {key.text()}" for key in log.keys]
    lines += [f"witness {name} {who.key.text()}" for name, who in (("one", ONE), ("other", OTHER))]
    return parse_trust("\n".join([*lines, "group both all one other", f"quorum {quorum}", ""]))


def at_s(log: LongLog, seq: int) -> int:
    """The time of an entry, in whole seconds."""
    return read_entry(log.made[seq]).at_ms // 1000


def cosigned(log: LongLog, folder: Path, times: dict[Cosigner, int]) -> Path:
    """The export, whose head these witnesses cosigned at these times."""
    log.write(folder)
    body = Checkpoint(ORIGIN, log.head.size, log.head.frontier.root()).body
    lines = "".join(who.line(body, time_s) for who, time_s in times.items())
    with (folder / "checkpoint").open("a", encoding="utf-8") as file:
        file.write(lines)
    return folder


def audited(folder: Path, trust: TrustPolicy, skew_s: int = 300) -> Report:
    """The report at the level of the tree."""
    source = FolderSource(folder)
    return audit(source, temporary_records, level=Level.MERKLE, trust=trust, skew_s=skew_s)


def test_a_quorum_that_is_met_and_one_that_is_not(log: LongLog, tmp_path: Path) -> None:
    """Who cosigned is said; witnesses beyond the quorum are welcome."""
    now = at_s(log, SIZE - 1)
    folder = cosigned(log, tmp_path / "log", {ONE: now})
    for quorum in ("none", "one"):
        assert audited(folder, policy(log, quorum)).findings == []
    (finding,) = audited(folder, policy(log, "both")).findings
    assert (finding.code, finding.level, finding.seq) == ("quorum_not_met", Level.MERKLE, None)
    assert "by one" in finding.detail
    both = cosigned(log, tmp_path / "both", {ONE: now, OTHER: now})
    assert audited(both, policy(log, "both")).findings == []


@pytest.mark.parametrize("seq", [0, 1, 254, 255, 256, 511, 512, SIZE - 1])
def test_the_first_entry_after_a_cosignature_is_named(
    log: LongLog, tmp_path: Path, seq: int
) -> None:
    """The earliest cosignature decides; the skew that is allowed counts."""
    early, late = at_s(log, seq) - 11, at_s(log, SIZE - 1)
    folder = cosigned(log, tmp_path / "log", {ONE: late, OTHER: early})
    trust = policy(log, "one")
    (finding,) = audited(folder, trust, skew_s=10).findings
    assert (finding.code, finding.seq) == ("entry_after_cosignature", seq)
    assert "other" in finding.detail
    assert audited(folder, trust, skew_s=late - early).findings == []
    assert audited(folder, trust, skew_s=late - early - 1).first_bad_entry == SIZE - 1


def test_a_witness_that_no_policy_names_is_nobody(log: LongLog, tmp_path: Path) -> None:
    """Its time says nothing."""
    folder = cosigned(log, tmp_path / "log", {ONE: 0})
    trust = TrustPolicy(policy(log, "none").logs)
    assert audited(folder, trust).findings == []


def test_an_audit_that_goes_on_asks_the_same(log: LongLog, tmp_path: Path) -> None:
    """Also where the entry is one that was audited before."""
    trust = policy(log, "one")
    folder = cosigned(log, tmp_path / "log", {ONE: at_s(log, SIZE - 1)})
    assert audit_on(FolderSource(folder), tmp_path / "state", trust, Level.MERKLE).findings == []
    folder = cosigned(log, tmp_path / "later", {ONE: at_s(log, 100) - 301})
    report = audit_on(FolderSource(folder), tmp_path / "state", trust, Level.MERKLE)
    assert [(item.code, item.seq) for item in report.findings] == [("entry_after_cosignature", 100)]
