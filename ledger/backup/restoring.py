"""Restoring a backup: copied, checked, brought up to date where it can be, audited, compared.

What was acknowledged and is not there is never signed over: a ledger that lacks entries is left
under a name that says so, and its head store holds the newest head that anybody showed, behind
which the service refuses to write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TypeAlias

from ledger.audit.findings import Report
from ledger.audit.findings import Verdict as AuditVerdict
from ledger.backup.catching_up import Supply, catch_up, reachable
from ledger.backup.copying import Stage, head_of, silent
from ledger.backup.folder import check_free, copy_checked, publish, read_text_file, unfinished
from ledger.backup.manifest import CHECKPOINT, DATABASE, MANIFEST, POLICY, Manifest, read_manifest
from ledger.backup.outside import Holder, Outside, contradictions, doubt, holders, newest
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.note import NoteKey
from ledger.errors import Halted, RefusalCode, Refused, Unavailable
from ledger.ports import HeadStore, SignedHead
from ledger.replay import replay
from ledger.store.heads import FileHeadStore, MemoryHeadStore
from ledger.store.snapshot import Snapshot, open_snapshot
from ledger.store.sqlite import SqliteStore

LEDGER = "ledger.db"
HEADS = "head.json"
RECORD_FINDINGS = frozenset({"record_differs", "record_missing", "record_stray"})
"""What an audit says of derived tables that are not as the entries leave them."""
INCOMPLETE = ".incomplete"
"""What the name of a folder ends with whose ledger lacks entries."""

Examine: TypeAlias = Callable[[Path, HeadStore], Report]
"""A whole audit, rules and records included, of the database at a path under its signed head."""


Deliver: TypeAlias = Callable[[Path, SignedHead], None]
"""Gives a complete ledger in a folder the head store that holds its last signed head."""


class Verdict(Enum):
    """How a restore ends: a ledger that may go on, one that may only be read, none, none."""

    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    CONTRADICTED = "contradicted"
    FINDINGS = "findings"


@dataclass(frozen=True, slots=True)
class Restored:
    """What became of a backup: `size` entries are there, under `root`; what the audit found.

    `newest` has the largest head outside, `contradictions` says what cannot be of this log.
    `missing` are the numbers of acknowledged entries that are not there, `receipts` what was given
    that proves some of them, and `ask` who may have more. `doubt` says why it is not shown that
    the log with the missing entries begins with this one (empty: it is shown, or none is missing).
    `replayed` records were not as the entries leave them, and were made again. `folder` is where
    the ledger is, None where nothing was left.
    """

    manifest: Manifest
    size: int
    root: bytes
    report: Report
    newest: Outside
    verdict: Verdict = Verdict.FINDINGS
    contradictions: Sequence[str] = ()
    missing: range = range(0)
    receipts: Sequence[Outside] = ()
    ask: Sequence[Holder] = ()
    doubt: str = ""
    replayed: int = 0
    folder: Path | None = None


def open_backup(backup: Path, keys: Sequence[NoteKey]) -> Manifest:
    """The manifest of a backup, signed by one of `keys`. Raises `Refused` as `read_manifest`."""
    return read_manifest(read_text_file(backup / MANIFEST), keys)


def keep_head(work: Path, head: SignedHead) -> None:
    """The head store of a ledger in a folder, with the signed head in it."""
    FileHeadStore(work / HEADS).swap(None, head)


def restore(
    backup: Path,
    manifest: Manifest,
    destination: Path,
    supply: Supply,
    examine: Examine,
    stage: Stage = silent,
    deliver: Deliver = keep_head,
) -> Restored:
    """Restore a backup whose manifest was verified into the new folder `destination`.

    The outside heads of `supply` say what must be there. `deliver` is given the finished folder of
    a complete ledger before it gets its name. Raises `Refused`: `folder_not_empty`,
    `outside_head_missing`, `backup_malformed` and `backup_damaged` with the file; `Halted` for an
    entry that cannot be brought back; `Unavailable`, `OSError`. Then nothing is left.
    """
    if not supply.outside:
        raise Refused(RefusalCode.OUTSIDE_HEAD_MISSING, "Nothing from outside the backup is valid.")
    check_free(destination)
    destination = destination.absolute()
    lacking = destination.with_name(destination.name + INCOMPLETE)
    check_free(lacking)
    with unfinished(destination) as work:
        _unpack(backup, manifest, work, stage)
        head = _go_on(work / LEDGER, manifest, supply, stage)
        heads = MemoryHeadStore()
        heads.swap(None, head)
        report, replayed = _examined(work / LEDGER, heads, examine, stage)
        with open_snapshot(work / LEDGER, heads) as log:
            found = _judged(log, manifest, head, report, supply.outside)
        found = replace(found, replayed=replayed)
        if found.verdict in (Verdict.COMPLETE, Verdict.INCOMPLETE):
            folder = lacking if found.missing else destination
            if found.missing:
                keep_head(work, _signed(found.newest.head, found.newest.note))
            else:
                deliver(work, head)
            publish(work, folder)
            found = replace(found, folder=folder)
    return found


def _unpack(backup: Path, manifest: Manifest, work: Path, stage: Stage) -> None:
    """The files of the backup in `work`, each as the manifest says."""
    length = manifest.files[DATABASE].length
    with stage("copying", length) as tell:
        copy_checked(backup / DATABASE, work / LEDGER, manifest.files[DATABASE], tell)
    for name in (POLICY, CHECKPOINT):
        copy_checked(backup / name, work / name, manifest.files[name], lambda _done: None)
    (work / CHECKPOINT).unlink()  # in a ledger's folder nobody would keep it up to date


def _go_on(path: Path, manifest: Manifest, supply: Supply, stage: Stage) -> SignedHead:
    """Bring the ledger up to date as far as the supply goes; the signed head of what is there."""
    signed = _signed(manifest.head, manifest.note)
    with _open(path, stage) as store:
        if newest(supply.outside).head.size <= signed.size:
            return signed
        head = head_of(store, stage)
        if (head.size, head.frontier.root()) != (signed.size, signed.root):
            return signed  # the audit says what is wrong
        reached = reachable(head.frontier, supply)
        if reached is None:
            return signed
        stop = reached.head.size
        try:
            catch_up(store, head, stop, supply, stage)
        except Halted:  # perhaps only because the tables are not as the entries leave them
            _replay(store, stage)
            catch_up(store, head_of(store, stage), stop, supply, stage)
    return _signed(reached.head, reached.note)


def _open(path: Path, stage: Stage) -> SqliteStore:
    """The restored database; derived tables of another release's shape are replayed."""
    try:
        return SqliteStore(path, MemoryHeadStore())
    except Unavailable:
        _rebuild(path, stage)
    return SqliteStore(path, MemoryHeadStore())


def _rebuild(path: Path, stage: Stage) -> None:
    with SqliteStore(path, MemoryHeadStore(), rebuild=True) as store:
        _replay(store, stage)


def _replay(store: SqliteStore, stage: Stage) -> None:
    with store.rebuilding() as records, stage("replaying", store.size()) as tell:
        replay(store, records, tell)


def _examined(path: Path, heads: HeadStore, examine: Examine, stage: Stage) -> tuple[Report, int]:
    """The audit, and how many records had to be replayed for it to be clean.

    Records are worth nothing by themselves: where they alone are wrong, written by another release
    or changed behind the ledger's back, they are made again from the entries.
    """
    report = examine(path, heads)
    if not report.findings or any(item.code not in RECORD_FINDINGS for item in report.findings):
        return report, 0
    _rebuild(path, stage)
    return examine(path, heads), len(report.findings)


def _judged(
    log: Snapshot, manifest: Manifest, head: SignedHead, report: Report, outside: Sequence[Outside]
) -> Restored:
    """What is to be said of the audited log; nothing was published yet."""
    last = newest(outside)
    found = Restored(manifest, head.size, head.root, report, last)
    if report.verdict is not AuditVerdict.CLEAN:
        return found
    contrary = contradictions(log, head.size, outside)
    if contrary:
        return replace(found, verdict=Verdict.CONTRADICTED, contradictions=contrary)
    if last.head.size <= head.size:
        return replace(found, verdict=Verdict.COMPLETE)
    return replace(
        found,
        verdict=Verdict.INCOMPLETE,
        missing=range(head.size, last.head.size),
        receipts=[item for item in outside if (item.index or 0) >= head.size],
        ask=holders(log, log.records, head.size),
        doubt=doubt(log, head.size, last),
    )


def _signed(head: Checkpoint, note: str) -> SignedHead:
    return SignedHead(head.size, head.root, note)
