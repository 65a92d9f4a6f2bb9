"""The verdict after a fault: what was acknowledged is there, nothing forked, the audit is clean."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from api.database import DatabaseSource
from api.embedded import Embedded, open_folder
from ledger import canonical
from ledger.audit.findings import Level, Verdict
from ledger.audit.run import audit
from ledger.chain.checkpoint import open_checkpoint
from ledger.chain.note import NoteKey
from ledger.chain.proof import consistency_proof, verify_consistency
from ledger.chain.tree import leaf_hash
from ledger.chain.trust import trust_in
from ledger.store.heads import FileHeadStore
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot
from tests.support.faults import Answer
from tests.support.faults_load import Load, driven_clock


@dataclass(frozen=True, slots=True)
class Restart:
    """How a ledger came back: its size, how many receipts held, and how long opening took.

    `work_s` is the part in which this process had a processor: other work on the machine is not
    in it.
    """

    size: int
    acknowledged: int
    seconds: float
    work_s: float


def check_restart(
    load: Load, ledger: Path, answers: Sequence[Answer], since: int = 0, level: Level | None = None
) -> Restart:
    """Open a ledger after a fault and hold it against what the writer of its load was answered.

    Entries from `since` on are compared with the commands of the load; with a `level` the whole
    log is audited.
    """
    receipts = [answer for answer in answers if not answer.error]
    assert all(answer.seq == load.base + answer.index for answer in receipts)
    began, began_work = time.perf_counter(), time.process_time()
    with open_folder(ledger, driven_clock(load.begun_ms)) as embedded:
        seconds, work_s = time.perf_counter() - began, time.process_time() - began_work
        size = embedded.store.size()
        check_receipts(embedded, receipts)
        _check_commands(load, embedded, max(since, load.base))
        keys = embedded.log_keys()
    if level is not None:
        check_audit(ledger, keys, level)
    return Restart(size, len(receipts), seconds, work_s)


def check_receipts(embedded: Embedded, receipts: Sequence[Answer]) -> None:
    """Every receipt names an entry that is there, byte for byte, under a head that only grew."""
    if not receipts:
        return
    first = min(answer.seq for answer in receipts)
    entries = list(embedded.store.entries(first, max(answer.seq for answer in receipts) + 1))
    for answer in receipts:
        assert answer.seq - first < len(entries), f"entry {answer.seq} was acknowledged and lost"
        assert leaf_hash(entries[answer.seq - first]).hex() == answer.leaf, answer
    head = embedded.service.signed
    keys = embedded.log_keys()
    for note in {answer.note for answer in receipts}:
        seen = open_checkpoint(note, keys[0].name, keys)
        proof = consistency_proof(embedded.store.tile, seen.size, head.size)
        verify_consistency(seen.size, seen.root, head.size, head.root, proof)


def _check_commands(load: Load, embedded: Embedded, since: int) -> None:
    """Entries from `since` on are the load's commands, in its order, each once."""
    size = embedded.store.size()
    entries = list(embedded.store.entries(since, size))
    assert len(entries) == size - since
    commands = load.commands(since - load.base, size - load.base)
    for entry, command in zip(entries, commands, strict=True):
        assert canonical.encode(canonical.decode(command)["command"]) in entry


def check_audit(ledger: Path, keys: Sequence[NoteKey], level: Level) -> None:
    """The audit of a closed ledger finds nothing; at level rules its records equal the replay."""
    with open_snapshot(ledger / "ledger.db", FileHeadStore(ledger / "head.json")) as snapshot:
        report = audit(
            DatabaseSource(snapshot), temporary_records, level=level, trust=trust_in(keys)
        )
    assert report.verdict is Verdict.CLEAN, report.findings[:3] or report
    assert level is not Level.RULES or report.compared_records > 0
