"""One audit: the levels in their order, up to the one that was asked for.

A level only counts when those before it found nothing: signatures under a broken tree, or rules
over entries that nobody signed, would report the same fault again in other words. With helpers the
rules are replayed here while the signatures are verified there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from ledger.audit.crew import Crew
from ledger.audit.derived import compare_records
from ledger.audit.findings import Collector, Level, Report, Verdict
from ledger.audit.log import Log, check_merkle, check_structure
from ledger.audit.rules import Scratch, check_rules
from ledger.audit.signatures import check_signatures
from ledger.audit.since import Since
from ledger.audit.source import PAGE, Source
from ledger.audit.statefile import StateFile
from ledger.audit.whole import Whole, look_at, tell
from ledger.audit.witnesses import SKEW_S
from ledger.chain.trust import TrustPolicy
from ledger.invariants.tally import Tally

SPAN = 32 * PAGE
"""Entries that one of the crew checks at a time."""

OpenRecords: TypeAlias = AbstractContextManager[Scratch]
OpenScratch: TypeAlias = Callable[[], OpenRecords]


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many entries could not be replayed, and how many records equal the replay.

    `whole` is what is told of a ledger that was replayed to its end.
    """

    not_checkable: int = 0
    compared: int = 0
    whole: Whole = field(default_factory=Whole)


NOTHING = Replayed()


def _silent(_done: int) -> None:
    """Report no progress."""


def audit(
    source: Source,
    scratch: OpenScratch,
    *,
    level: Level = Level.RULES,
    trust: TrustPolicy | None = None,
    skew_s: int = SKEW_S,
    jobs: int = 1,
    progress: Callable[[int], None] = _silent,
    span: int = SPAN,
    state: StateFile | None = None,
) -> Report:
    """The report over a whole log. Never raises, whatever the bytes.

    `scratch` opens empty records for the replay. `trust` is the auditor's own policy (without it
    the genesis is believed, and the report says so); an entry may be `skew_s` seconds later than a
    cosignature over it. Up to `jobs` processes share the work, a `span` of entries (a multiple of
    `PAGE`) at a time; the report is the same with any number. `progress` is told how far it is, in
    entries.

    With a `state` the audit goes on where the one ended that it was kept by, and its own records
    are used; when the verdict is clean it is kept in turn, which may raise `Unavailable`.
    """
    since = Since(state, level, trust) if state else None
    log = Log.after(since.known, since.state, span) if since else Log(span)
    with Crew(source, jobs) as crew:
        whole = _Whole(source, crew, level, trust, skew_s, progress, since, log)
        report = whole.check(scratch)
    if since is not None and report.verdict is Verdict.CLEAN:
        since.keep(log, report.checkpoint)
    return report


@dataclass(slots=True)
class _Whole:
    """All levels, in their order."""

    source: Source
    crew: Crew
    level: Level
    trust: TrustPolicy | None
    skew_s: int
    progress: Callable[[int], None]
    since: Since | None
    log: Log
    found: Collector = field(default_factory=Collector)

    def check(self, scratch: OpenScratch) -> Report:
        """The report; what was read is added to `log`."""
        since, found = self.since, self.found
        if since is not None:
            shown = since.went_back(self.source, found)
            if shown is not None or found.findings:
                return self._report(shown.size, shown.root) if shown else self._report()
        note = self._check_log()
        replayed = NOTHING
        if self.level.depth >= Level.SIGNATURES.depth and not found.findings:
            opening: OpenRecords | None = None
            if self.level is Level.RULES:
                opening = nullcontext(since.state.records) if since else scratch()
            tally = since.tally if since else Tally()
            deep = _Deep(self.source, self.log, self.crew, found, tally, self._tell)
            replayed = deep.check(opening)
        if since is not None and found.findings:
            since.forked(self.source, self.log, found)
        return self._report(note=note, replayed=replayed)

    def _check_log(self) -> str:
        """Levels structure and merkle; the note of the signed head."""
        tiles, source, found = Collector(), self.source, self.found
        keep = partial(self.since.take, found=found) if self.since else None
        check_structure(source, self.crew, self.level, self.log, found, tiles, self._tell, keep)
        if self.level.depth < Level.MERKLE.depth:
            return ""
        found.findings += tiles.findings
        return check_merkle(source, self.log, self.trust, self.skew_s, found)

    def _tell(self, done: int) -> None:
        self.progress(done // max(1, self.level.depth))  # times that the log is gone through

    def _report(
        self,
        size: int | None = None,
        root: bytes | None = None,
        note: str = "",
        replayed: Replayed = NOTHING,
    ) -> Report:
        return Report(
            level=self.level,
            size=self.log.size if size is None else size,
            root=(root or self.log.root).hex(),
            checkpoint=note,
            trust="policy" if self.trust else "genesis",
            findings=sorted(self.found.findings, key=lambda item: item.order),
            not_checkable=replayed.not_checkable,
            compared_records=replayed.compared,
            since=self.log.known_size,
            evidence=self.since.evidence if self.since else b"",
            invariants=replayed.whole.invariants,
            acknowledged=replayed.whole.acknowledged,
            digits=replayed.whole.digits,
        )


@dataclass(slots=True)
class _Deep:
    """The levels of signatures and rules, over a log in which nothing was found."""

    source: Source
    log: Log
    crew: Crew
    found: Collector
    tally: Tally
    progress: Callable[[int], None]
    signed: int = 0
    decided: int = 0

    def check(self, opening: OpenRecords | None) -> Replayed:
        """Both levels, or that of signatures alone; what they find goes to `found`."""
        verdicts = check_signatures(self.log, self.crew)
        if opening is None:
            self._sign(verdicts)
            return NOTHING
        if not self.crew.helpers:
            self._sign(verdicts)
            return NOTHING if self.found.findings else self._replay(opening, self.found)
        rules = Collector()
        replayed = self._replay(opening, rules)
        self._sign(verdicts)
        if self.found.findings:
            return NOTHING
        self.found.findings += rules.findings
        return replayed

    def _sign(self, verdicts: Iterator[Collector]) -> None:
        for verdict in verdicts:
            self.found.findings += verdict.findings
            self.signed = min(self.signed + self.log.span, self.log.size)
            self._tell()

    def _replay(self, opening: OpenRecords, found: Collector) -> Replayed:
        with opening as records:
            left = check_rules(self.source, self.log, records, found, self._decide, self.tally)
            if left or found.findings:
                tell(records, self.tally, found)
                return Replayed(left, whole=Whole(self.tally.lines(found.codes)))
            compared = 0
            if self.source.has_records:
                compared = compare_records(self.source, records, found)
            return Replayed(0, compared, look_at(records, self.tally, found))

    def _decide(self, done: int) -> None:
        self.decided = done
        self._tell()

    def _tell(self) -> None:
        self.progress(self.log.size + self.signed + self.decided)
