"""One audit: the levels in their order, up to the one that was asked for.

A level is only run when those before it found nothing: signatures under a broken tree, or rules
over entries that nobody signed, would report the same fault again in other words.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

from ledger.audit.findings import Collector, Level, Report
from ledger.audit.log import Log, check_disclosures, check_merkle, check_structure, genesis_keys
from ledger.audit.rules import Scratch, check_rules, compare_records
from ledger.audit.signatures import check_signatures
from ledger.audit.source import Source
from ledger.chain.note import NoteKey


def _silent(_done: int) -> None:
    """Report no progress."""


def audit(
    source: Source,
    scratch: Callable[[], AbstractContextManager[Scratch]],
    *,
    level: Level = Level.RULES,
    keys: Sequence[NoteKey] = (),
    jobs: int = 1,
    progress: Callable[[int], None] = _silent,
) -> Report:
    """The report over a whole log. Never raises, whatever the bytes.

    `scratch` opens empty records for the replay; `keys` are the log's keys from the auditor's own
    policy file (without them the genesis is believed, and the report says so); `progress` is told
    how many entries the present level has done.
    """
    found = Collector()
    log = check_structure(source, found)
    disclosures = check_disclosures(source, log, found)
    trusted = list(keys) or genesis_keys(log)
    note, not_checkable, compared = "", 0, 0
    if level.depth >= Level.MERKLE.depth:
        note = check_merkle(source, log, trusted, found)
    if level.depth >= Level.SIGNATURES.depth and not found.findings:
        check_signatures(log, jobs, found, progress)
    if level.depth >= Level.RULES.depth and not found.findings:
        with scratch() as records:
            not_checkable = check_rules(source, log, disclosures, records, found, progress)
            if source.has_records and not not_checkable and not found.findings:
                compared = compare_records(source, records, found)
    return Report(
        level=level,
        size=len(log.entries),
        root=_root(log),
        checkpoint=note,
        trust="policy" if keys else "genesis",
        findings=sorted(found.findings, key=lambda item: item.order),
        not_checkable=not_checkable,
        compared_records=compared,
    )


def _root(log: Log) -> str:
    return log.head.frontier.root().hex()
