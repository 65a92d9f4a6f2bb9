"""Writes a golden ledger: an export in which every kind of command and of event occurs.

Run `python -m tests.vectors.make_golden NUMBER` from the root of the project. Each number is
written once and kept for ever: what is in it must audit clean in every later build. A new kind of
command or event wants a new number, which holds everything again.

    golden/NUMBER.tar.xz     the export: entries, tiles, disclosures, policy, checkpoint

Keys, salts and clock follow from a seed, so the same build writes the same bytes.
"""

from __future__ import annotations

import io
import sys
import tarfile
import tempfile
from pathlib import Path

from ledger.audit.folder import export_log
from ledger.vocabulary import COMMANDS
from tests.support.actors import Said, Stage, open_stage
from tests.support.acts import NEVER
from tests.support.founding import found
from tests.support.history import play_all, step
from tests.vectors.golden import EVENTS, FOLDER

SEED = 20_261_122
MOST = 1_000
"""Steps after which something must be wrong with the histories: some kind never occurs."""


def play(s: Stage) -> None:
    """Found the ledger and go on until every kind has occurred."""
    wanting = set(EVENTS)

    def hear(said: Said) -> None:
        if not isinstance(said.answer, str):
            wanting.difference_update(type(event).__name__ for event in said.answer.events)

    s.watchers.append(hear)
    found(s)
    play_all(s)
    for _ in range(MOST):
        if not wanting and {kind for kind, _ in COMMANDS} - NEVER.keys() <= set(s.tally):
            return
        step(s)
    raise SystemExit(f"These events never occur: {sorted(wanting)}.")


def main(number: str) -> None:
    """Write the golden ledger of this number; one that exists is not written again."""
    path = FOLDER / f"{int(number)}.tar.xz"
    if path.exists():
        raise SystemExit(f"{path.name} is kept as it is: choose a new number.")
    with tempfile.TemporaryDirectory() as scratch:
        history, export = Path(scratch) / "history", Path(scratch) / "export"
        history.mkdir()
        with open_stage(history, SEED) as s:
            play(s)
            export_log(s.store, export, s.log_keys)
        FOLDER.mkdir(exist_ok=True)
        path.write_bytes(packed(export))


def packed(folder: Path) -> bytes:
    """The files of a folder as one archive, the same bytes for the same files."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w:xz", format=tarfile.PAX_FORMAT) as archive:
        for path in sorted(item for item in folder.rglob("*") if item.is_file()):
            info = tarfile.TarInfo(path.relative_to(folder).as_posix())
            info.size = path.stat().st_size
            with path.open("rb") as file:
                archive.addfile(info, file)
    return target.getvalue()


if __name__ == "__main__":
    main(sys.argv[1])
