"""`duebill restore`: a backup that proves itself whole, or says what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from api.backups import delivery
from api.database import DatabaseSource
from api.keyfiles import trusted_keys
from api.options import Json
from api.outside import Gathered
from api.restored import OWN_WORD, restored_tree, tell_restored
from api.sources import open_source
from api.terminal import note, progress, say_json
from ledger.audit.findings import Report
from ledger.audit.run import audit
from ledger.backup.catching_up import Supply
from ledger.backup.folder import read_text_file
from ledger.backup.manifest import POLICY, Manifest
from ledger.backup.restoring import (
    Examine,
    Verdict,
    keep_head,
    open_backup,
    restore,
)
from ledger.chain.note import NoteKey
from ledger.chain.trust import parse_trust, trust_in
from ledger.ports import HeadStore
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot

Many: TypeAlias = list[str] | None
"""An option that may be said several times."""


def run(
    backup: Annotated[Path, typer.Argument(exists=True, file_okay=False, metavar="BACKUP")],
    *,
    folder: Annotated[Path, typer.Option("--dir", metavar="NEW", help="A new or empty folder.")],
    policy: Annotated[
        Path | None, typer.Option(exists=True, help="The log key you trust (tlog-policy).")
    ] = None,
    checkpoint: Annotated[Many, typer.Option(help="A checkpoint: file, export or URL.")] = None,
    receipts: Annotated[Many, typer.Option(help="A receipt, or a folder of them.")] = None,
    heads: Annotated[Many, typer.Option(help="The old head store, if it survived.")] = None,
    entries: Annotated[
        str | None, typer.Option(help="A copy of the log that goes on: export or ledger folder.")
    ] = None,
    db: Annotated[
        str | None, typer.Option(help="Put it into an empty schema: postgresql://…?schema=name.")
    ] = None,
    head_store: Annotated[
        str, typer.Option(help="With --db: its head store; by default a file in NEW.")
    ] = "",
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Threads for signatures.")] = 1,
    as_json: Json = False,
) -> None:
    """Restore a backup into a new folder and prove that it is whole.

    It is audited like any log and compared with what was kept outside, the newest first. Exit 0
    only for `complete`. When acknowledged entries are missing, the folder is called NEW.incomplete
    and can be read, never written; bring the entries with --entries and --receipts and restore
    again.
    """
    # A head store that survived, and is to be used again, knows what must be there.
    named = [*(checkpoint or ()), *(receipts or ()), *(heads or ()), *filter(None, [head_store])]
    if not named and entries is None:
        raise typer.BadParameter(
            "Name what was kept outside with --checkpoint, --receipts or --heads: the backup"
            " itself cannot know what came after it."
        )
    deliver = delivery(db, head_store, folder) if db else keep_head
    trust = "policy" if policy else OWN_WORD
    manifest, gathered = _verified(backup, trusted_keys(policy) or _own_keys(backup), named)
    with open_source(entries) if entries else nullcontext(None) as log:
        if log is not None:
            gathered.add_log(str(entries), log)
        for source, reason in gathered.ignored:
            note(f"ignored {source}: {reason}")
        supply, examine = Supply(log, gathered.valid), examiner(gathered.keys, jobs)
        found = restore(backup, manifest, folder, supply, examine, progress, deliver)
    if entries and found.missing and found.size == manifest.head.size:
        note(f"{entries} has no entries that lead from the backup to a signed head")
    if as_json:
        say_json(restored_tree(found, gathered.ignored, trust))
    else:
        tell_restored(found, trust)
    if found.verdict is not Verdict.COMPLETE:
        raise typer.Exit(1)


def _verified(
    backup: Path, trusted: Sequence[NoteKey], named: Sequence[str]
) -> tuple[Manifest, Gathered]:
    """The manifest that one of the trusted keys signed, and what else its log signed."""
    manifest = open_backup(backup, trusted)
    gathered = Gathered([key for key in trusted if key.name == manifest.head.origin])
    for source in named:
        gathered.add(source)
    return manifest, gathered


def _own_keys(backup: Path) -> list[NoteKey]:
    """The log's keys by the backup's own word."""
    text = read_text_file(backup / POLICY).decode("utf-8", "surrogateescape")
    return parse_trust(text).log_keys()


def examiner(keys: Sequence[NoteKey], jobs: int) -> Examine:
    """A whole audit of a restored database under the log's keys, in `jobs` threads."""

    def examine(database: Path, heads: HeadStore) -> Report:
        with open_snapshot(database, heads) as snapshot, progress("auditing", None) as tell:
            source = DatabaseSource(snapshot)
            return audit(source, temporary_records, trust=trust_in(keys), jobs=jobs, progress=tell)

    return examine
