"""A ledger that goes on after its backup was taken, and everything that was kept outside it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from api.commands.restore import examiner
from api.defaults import default_calendar, default_policy
from api.keyfiles import trusted_keys
from api.outside import Gathered
from api.receipts import whole_receipt
from ledger.audit.folder import FolderSource, export_log
from ledger.backup.catching_up import Supply
from ledger.backup.making import back_up
from ledger.backup.manifest import FILES, MANIFEST, Manifest
from ledger.backup.restoring import Restored, open_backup, restore
from ledger.chain.note import NoteKey
from ledger.chain.trust import trust_in
from ledger.keys import SigningKey
from ledger.parties.commands import AddAccount
from ledger.ports import LogReader
from ledger.signing import KeySigner
from ledger.store.heads import FileHeadStore
from ledger.store.snapshot import open_snapshot
from tests.support.sandbox import START, Sandbox, open_sandbox

WHOLE = (MANIFEST, *FILES)


@dataclass(frozen=True)
class Drill:
    """A backup of `size` entries in a folder, of a ledger that ended with `last` of them.

    Beside it: ``ledger`` (closed), ``backup``, ``checkpoint`` (the head at `size`), ``policy``,
    ``receipts`` (of all later entries), ``halfway`` (an export in between) and ``export``.
    """

    folder: Path
    size: int
    last: int

    @property
    def backup(self) -> Path:
        """The backup."""
        return self.folder / "backup"

    def keys(self) -> list[NoteKey]:
        """The log's keys, from the policy file."""
        return trusted_keys(self.folder / "policy")

    def restore(
        self, *outside: str | Path, supply: LogReader | None = None, **at: Path
    ) -> Restored:
        """Restore the backup (or that at `backup`) into ``new`` (or `to`)."""
        backup = at.get("backup", self.backup)
        gathered = Gathered(self.keys())
        for source in outside:
            gathered.add(str(source))
        if supply is not None:
            gathered.add_log("the supply", supply)
        manifest = open_backup(backup, self.keys())
        to = at.get("to", self.folder / "new")
        supplied = Supply(supply, gathered.valid)
        return restore(backup, manifest, to, supplied, examiner(self.keys(), 1))


def make_drill(
    folder: Path, before: int = 10, between: int = 5, after: int = 5, *, policy: bool = False
) -> Drill:
    """A drill whose ledger gained so many accounts before the backup and after it.

    With `policy` the operator adopted another policy, with its document, in between.
    """
    with open_sandbox(folder / "ledger") as box:
        box.held()
        add_accounts(box, before)
        size = box.service.signed.size
        (folder / "checkpoint").write_text(box.service.signed.note, encoding="utf-8")
        make_backup(folder / "ledger", folder / "backup")
        if policy:
            calendar = default_calendar("DE")
            draft = box.desk("operator").draft(default_policy(calendar), documents=[calendar])
            box.service.submit(draft.signed(box.keys["operator"]))
        box.held()
        add_accounts(box, between)
        keys = box.embedded.log_keys()
        export_log(box.store, folder / "halfway", keys)
        add_accounts(box, after)
        export_log(box.store, folder / "export", keys)
        (folder / "policy").write_text(trust_in(keys).text(), encoding="utf-8")
        last = box.service.signed.size
        keep_receipts(box, folder / "receipts", range(size, last))
    return Drill(folder, size, last)


def make_backup(ledger: Path, destination: Path) -> Manifest:
    """Back up the ledger in a folder, as `duebill backup` does."""
    heads = FileHeadStore(ledger / "head.json")
    moments = partial(open_snapshot, ledger / "ledger.db", heads)
    return back_up(moments, heads, KeySigner([log_key(ledger)]), destination, START)


def log_key(ledger: Path) -> SigningKey:
    """The key that signs the ledger's checkpoints."""
    return SigningKey.from_pem((ledger / "keys" / "log.pem").read_bytes())


def add_accounts(box: Sandbox, count: int) -> None:
    """So many entries more, each with sealed fields."""
    commands = [
        AddAccount(number=f"62-{at:06}-{box.service.signed.size}", bank="Bank", currency="CNY")
        for at in range(count)
    ]
    answers = box.service.submit_many([box.signed("supplier", command) for command in commands])
    for answer in answers:
        if isinstance(answer, Exception):
            raise answer


def keep_receipts(box: Sandbox, folder: Path, seqs: range) -> None:
    """The receipts of these entries with all their disclosures, one file each."""
    folder.mkdir()
    for seq in seqs:
        receipt = whole_receipt(box.store, box.service.proof(seq), seq)
        (folder / f"{seq}.json").write_bytes(receipt)


def log_of(ledger: Path) -> tuple[list[bytes], dict[int, list[str]], dict[str, bytes]]:
    """Everything in the log tables of a ledger's folder: what a restore must bring back."""
    with open_snapshot(ledger / "ledger.db", FileHeadStore(ledger / "head.json")) as log:
        size = log.size()
        texts = {seq: list(found) for seq, found in log.disclosures(0, size).items()}
        return list(log.entries(0, size)), texts, dict(log.documents())


def without(source: FolderSource, folder: Path, place: str) -> FolderSource:
    """A copy of an export without one of its files or folders."""
    shutil.copytree(source._folder, folder)
    path = folder / place
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    return FolderSource(folder)


def leftovers(folder: Path) -> list[str]:
    """What stands in a folder that was given no name."""
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def dying(act: Any, arguments: tuple[Any, ...], step: int) -> None:
    """Run `act` and end by SIGKILL at the `step`-th change it makes to the disk.

    For a process of its own. Ends with exit status 0 when `act` made fewer.
    """
    left = iter(range(step, -1, -1))

    def counted(call: Any) -> Any:
        def wrapper(*args: Any, **options: Any) -> Any:
            if next(left) == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return call(*args, **options)

        return wrapper

    for name in ("open", "fsync", "rename", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))
    act(*arguments)


def crowded(act: Any, arguments: tuple[Any, ...], limit: int) -> None:
    """Run `act` where no file may grow beyond `limit` bytes: to it the disk is full.

    For a process of its own. Ends with exit status 0 when that did not matter, else 1.
    """
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    act(*arguments)


def exit_codes(context: Any, jobs: Iterator[tuple[Any, ...]]) -> Iterator[int | None]:
    """Run (function, arguments…) one after another, each in a process of its own."""
    for function, *arguments in jobs:
        child = context.Process(target=function, args=tuple(arguments))
        child.start()
        child.join()
        yield child.exitcode
