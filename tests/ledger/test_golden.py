"""Golden ledgers are kept for ever: what a build once wrote, every later build finds clean."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from api.keyfiles import read_trust
from api.sources import open_source
from api.verifying import verifier_file
from ledger.audit.findings import Verdict
from ledger.audit.run import audit
from ledger.book import Book, Judged
from ledger.chain.entry import Entry
from ledger.replay import replay
from ledger.store.records import temporary_records
from ledger.vocabulary import COMMANDS, name_of
from tests.support.acts import NEVER
from tests.vectors.golden import EVENTS, FOLDER

GOLDEN = sorted(FOLDER.glob("*.tar.xz"), key=lambda path: int(path.name.split(".")[0]))


def unpacked(path: Path, folder: Path) -> Path:
    """The export of a golden ledger as files."""
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    return folder


def test_there_is_one() -> None:
    """Without golden ledgers the tests below would judge nothing."""
    assert GOLDEN


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_a_golden_ledger_audits_clean(path: Path, tmp_path: Path) -> None:
    """Signatures, tree, every decision and all invariants: nothing is found."""
    folder = unpacked(path, tmp_path)
    with open_source(str(folder)) as source:
        report = audit(source, temporary_records, trust=read_trust(folder / "policy"))
    assert (report.verdict, report.findings) == (Verdict.CLEAN, [])


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_the_single_file_verifies_a_golden_ledger(path: Path, tmp_path: Path) -> None:
    """The file that shares no code with the ledger agrees."""
    folder = unpacked(path, tmp_path / "export")
    verifier = tmp_path / "verify.py"
    verifier.write_bytes(verifier_file())
    done = subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, "-I", str(verifier), str(folder), "--policy", str(folder / "policy")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_together_they_have_every_kind_of_command_and_event(tmp_path: Path) -> None:
    """Only what no history adopts is missing; a new kind wants a new golden ledger."""
    commands: Counter[str] = Counter()
    events: Counter[str] = Counter()

    def watch(_: Book, __: Entry, judged: Judged) -> None:
        commands[name_of(judged.command)[0]] += 1
        events.update(type(event).__name__ for event in judged.events)

    for path in GOLDEN:
        folder = unpacked(path, tmp_path / path.name)
        with open_source(str(folder)) as source, temporary_records() as scratch:
            scratch.put((), source.documents())
            replay(source, scratch, watch=watch)
    assert {kind for kind, _ in COMMANDS} - NEVER.keys() <= set(commands)
    assert set(events) == EVENTS
