"""What an audit says: findings, each with its entry and its level, and one verdict."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar

from ledger.audit.order import Level, Rank, rank_of
from ledger.errors import Refused
from ledger.invariants.tally import Line
from ledger.reports.totals import Total

__all__ = ["Collector", "Finding", "Level", "Report", "Verdict"]

T = TypeVar("T")


class Verdict(Enum):
    """`clean` is said only of what was checked whole."""

    CLEAN = "clean"
    FINDINGS = "findings"
    NOT_CHECKABLE = "not checkable"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `seq` is the entry it concerns (None: the log as a whole), `code` a refusal code or one of the
    audit's own words, `place` the file, row or field, `detail` a sentence; the rank is `said` where
    level and code leave it open.
    """

    level: Level
    code: str
    detail: str
    seq: int | None = None
    place: str = ""
    said: Rank | None = None

    @property
    def rank(self) -> Rank:
        """What it is a fault of."""
        return rank_of(self.level, self.code, self.said)

    @property
    def order(self) -> tuple[int, int]:
        """Entries first, in their order; then what concerns the whole log; by rank within."""
        return (2**63 if self.seq is None else self.seq, self.rank.number)


@dataclass(frozen=True, slots=True)
class Report:
    """The result of one audit.

    At level rules, where the log before it held, `invariants` has a line for each invariant, and
    `acknowledged` what obligors have acknowledged by class of the keys that signed.

    `not_checkable` counts the entries whose rules could not be replayed for want of disclosures,
    `compared_records` the derived records that equal the replay. `trust` says where the log key
    came from: ``policy`` (the auditor's own) or ``genesis`` (the log's word). The first `since`
    entries were audited before and not read again. `evidence` is an evidence file
    (docs/spec/evidence.md) where the log contradicts what was known of it, else empty.
    """

    level: Level
    size: int
    root: str
    checkpoint: str
    trust: str
    findings: Sequence[Finding]
    not_checkable: int = 0
    compared_records: int = 0
    since: int = 0
    evidence: bytes = b""
    invariants: Sequence[Line] = ()
    acknowledged: Sequence[Total] = ()
    digits: Mapping[str, int] = field(default_factory=dict)
    """Minor digits by currency, as the policy in force at the end says."""

    @property
    def verdict(self) -> Verdict:
        """Findings outweigh what could not be checked; both outweigh clean."""
        if self.findings:
            return Verdict.FINDINGS
        return Verdict.NOT_CHECKABLE if self.not_checkable else Verdict.CLEAN

    @property
    def first_bad_entry(self) -> int | None:
        """The lowest entry that any finding names."""
        return min((item.seq for item in self.findings if item.seq is not None), default=None)


class Collector:
    """Gathers findings; whatever goes wrong while reading becomes one, and nothing is raised."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    @property
    def codes(self) -> list[str]:
        """The code of each finding."""
        return [item.code for item in self.findings]

    def add(
        self, level: Level, code: str, detail: str, seq: int | None = None, place: str = ""
    ) -> None:
        """One more finding."""
        self.findings.append(Finding(level, code, detail, seq, place))

    def caught(
        self,
        level: Level,
        error: Exception,
        seq: int | None = None,
        place: str = "",
        said: Rank | None = None,
    ) -> None:
        """The finding of an exception: a refusal under its own code, anything else as it is."""
        code, detail = "unreadable", f"{type(error).__name__}: {error}"
        if isinstance(error, Refused):
            code, detail, place = error.code.value, error.detail, error.place or place
        self.findings.append(Finding(level, code, detail, seq, place, said))

    def read(self, action: Callable[[], T], otherwise: T, place: str, rank: Rank = Rank.FORM) -> T:
        """What `action` gives, or `otherwise` and a finding of this rank when it raises."""
        try:
            return action()
        except Exception as error:  # noqa: BLE001 - an audit reports whatever a source does
            self.caught(rank.level, error, None, place, rank)
            return otherwise
