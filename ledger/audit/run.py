"""One audit: the levels in their order, up to the one that was asked for.

A level only counts when those before it found nothing: signatures under a broken tree, or rules
over entries that nobody signed, would report the same fault again in other words. With helpers the
rules are replayed here while the signatures are verified there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from ledger.audit.crew import Crew
from ledger.audit.derived import compare_records
from ledger.audit.findings import Collector, Level, Report
from ledger.audit.log import Log, check_merkle, check_structure, genesis_keys
from ledger.audit.rules import Scratch, check_rules
from ledger.audit.signatures import check_signatures
from ledger.audit.source import PAGE, Source
from ledger.chain.note import NoteKey

SPAN = 32 * PAGE
"""Entries that one of the crew checks at a time."""

OpenScratch = Callable[[], AbstractContextManager[Scratch]]


def _silent(_done: int) -> None:
    """Report no progress."""


def audit(
    source: Source,
    scratch: OpenScratch,
    *,
    level: Level = Level.RULES,
    keys: Sequence[NoteKey] = (),
    jobs: int = 1,
    progress: Callable[[int], None] = _silent,
    span: int = SPAN,
) -> Report:
    """The report over a whole log. Never raises, whatever the bytes.

    `scratch` opens empty records for the replay; `keys` are the log's keys from the auditor's own
    policy file (without them the genesis is believed, and the report says so). Up to `jobs`
    processes share the work, a `span` of entries (a multiple of `PAGE`) at a time; the report is
    the same with any number. `progress` is told how far it is, in entries.
    """
    found, tiles, note = Collector(), Collector(), ""
    times = max(1, level.depth)  # that the log is gone through

    def tell(done: int) -> None:
        progress(done // times)

    with Crew(source, jobs) as crew:
        log = check_structure(source, crew, level, span, found, tiles, tell)
        if level.depth >= Level.MERKLE.depth:
            found.findings += tiles.findings
            note = check_merkle(source, log, list(keys) or genesis_keys(log), found)
        replayed = Replayed()
        if level.depth >= Level.SIGNATURES.depth and not found.findings:
            deep = scratch if level is Level.RULES else None
            replayed = _Deep(source, log, crew, found, tell).check(deep)
    return Report(
        level=level,
        size=log.size,
        root=log.root.hex(),
        checkpoint=note,
        trust="policy" if keys else "genesis",
        findings=sorted(found.findings, key=lambda item: item.order),
        not_checkable=replayed.not_checkable,
        compared_records=replayed.compared,
    )


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many entries could not be replayed, and how many records equal the replay."""

    not_checkable: int = 0
    compared: int = 0


@dataclass(slots=True)
class _Deep:
    """The levels of signatures and rules, over a log in which nothing was found."""

    source: Source
    log: Log
    crew: Crew
    found: Collector
    progress: Callable[[int], None]
    signed: int = 0
    decided: int = 0

    def check(self, scratch: OpenScratch | None) -> Replayed:
        """Both levels, or that of signatures alone; what they find goes to `found`."""
        verdicts = check_signatures(self.log, self.crew)
        if scratch is None:
            self._sign(verdicts)
            return Replayed()
        if not self.crew.helpers:
            self._sign(verdicts)
            return Replayed() if self.found.findings else self._replay(scratch, self.found)
        rules = Collector()
        replayed = self._replay(scratch, rules)
        self._sign(verdicts)
        if self.found.findings:
            return Replayed()
        self.found.findings += rules.findings
        return replayed

    def _sign(self, verdicts: Iterator[Collector]) -> None:
        for verdict in verdicts:
            self.found.findings += verdict.findings
            self.signed = min(self.signed + self.log.span, self.log.size)
            self._tell()

    def _replay(self, scratch: OpenScratch, found: Collector) -> Replayed:
        with scratch() as records:
            left = check_rules(self.source, self.log, records, found, self._decide)
            if left or found.findings or not self.source.has_records:
                return Replayed(left)
            return Replayed(0, compare_records(self.source, records, found))

    def _decide(self, done: int) -> None:
        self.decided = done
        self._tell()

    def _tell(self) -> None:
        self.progress(self.log.size + self.signed + self.decided)
