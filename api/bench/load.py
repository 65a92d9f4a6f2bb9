"""Ledgers to measure on: written from a workload by the sequencer itself, and kept if asked.

A second process drafts and signs while this one writes. What is stored is what the same commands
make of an empty folder in daily work, byte for byte; only the signatures that were made a moment
ago are not verified here (an audit does so).
"""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import chain, islice
from multiprocessing.connection import Connection
from pathlib import Path

from msgspec.structs import replace

from api.bench.market import START_MS, Crowd, Market
from api.bench.workload import FILLING, ROUND, STAGES, Workload
from api.defaults import default_calendar
from api.embedded import Embedded, open_folder
from ledger import vocabulary
from ledger.envelope import read_submission
from ledger.errors import LedgerError
from ledger.keystore import read_log_keys, write_key
from ledger.sequencer import Answer, Sequencer
from ledger.signing import KeySigner
from ledger.store.heads import FileHeadStore
from ledger.store.sqlite import SqliteStore

GROUP = 512
"""Submissions of one call, and of one commit."""
VERSION = 1
"""Of the workload: kept ledgers of another are not used."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A ledger of `loaded` entries (founding included) and `measured` commands that go on from it.

    `apart` rounds lie between a thing and what takes it up (see `api.bench.workload`).
    """

    crowd: Crowd
    loaded: int
    measured: int
    apart: int
    seed: int = 1

    @property
    def least(self) -> int:
        """Entries from which on the mix is exact."""
        return self.crowd.founding + FILLING * self.apart

    @property
    def key(self) -> str:
        """Names the recipe with all that its bytes depend on."""
        facts = [VERSION, STAGES, asdict(self), vocabulary.field_classes_digest()]
        said = json.dumps(facts, sort_keys=True).encode() + default_calendar()
        return hashlib.sha256(said).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Ledger:
    """A folder with a loaded ledger (`api.embedded`), and the commands that may follow."""

    folder: Path
    recipe: Recipe

    def commands(self) -> list[bytes]:
        """The measured commands, in order."""
        return read_bodies(self.folder / "commands")

    @contextmanager
    def copy(self, under: Path) -> Iterator[Path]:
        """A copy to write into, gone afterwards; its `commands` are not copied."""
        with tempfile.TemporaryDirectory(prefix="copy-", dir=under) as name:
            folder = Path(name)
            shutil.copytree(
                self.folder, folder, dirs_exist_ok=True, ignore=lambda *_: {"commands", "ready"}
            )
            yield folder


def spread(measured: int) -> int:
    """How far apart the rounds are so that no measured command depends on another."""
    return 1 + -(-measured // ROUND)


def driven() -> int:
    """The ledger's clock: it stands at noon, so that nothing lapses however long a run takes."""
    return START_MS


@contextmanager
def opened(folder: Path) -> Iterator[Embedded]:
    """The ledger in `folder` under the driven clock."""
    with open_folder(folder, driven) as embedded:
        yield embedded


@contextmanager
def ordering(folder: Path) -> Iterator[Sequencer]:
    """What puts commands in order on the ledger in `folder`, without the queue before it."""
    heads = FileHeadStore(folder / "head.json")
    with SqliteStore(folder / "ledger.db", heads) as store:
        yield Sequencer(store, heads, KeySigner(read_log_keys(folder / "keys")), driven)


def ledger(recipe: Recipe, under: Path, tell: Callable[[int], None]) -> Ledger:
    """The ledger of a recipe below the folder `under`: the kept one, else made now.

    `tell` hears how many entries there are. Raises `ValueError` for a recipe whose mix would not
    be exact before the measured commands.
    """
    if recipe.loaded < recipe.least:
        raise ValueError(f"{recipe.measured} commands need {recipe.least} entries before them.")
    folder = under / f"ledger-{recipe.key}"
    if not (folder / "ready").exists():
        with _scratch(under / f"making-{recipe.key}") as making:
            _make(recipe, making, tell)
            (making / "ready").write_text(f"{recipe.loaded}\n", encoding="ascii")
            shutil.rmtree(folder, ignore_errors=True)
            making.rename(folder)
    return Ledger(folder, recipe)


def _make(recipe: Recipe, folder: Path, tell: Callable[[int], None]) -> None:
    market = Market(Crowd(0, 0, 0, 0), recipe.seed)  # its keys are the first that a seed gives
    write_key(folder / "keys" / "log.pem", market.log_key)
    write_key(folder / "keys" / "operator.pem", market.operator.key)
    with produced(recipe) as submissions:
        with ordering(folder) as sequencer:
            fill(sequencer, submissions, recipe.loaded, tell)
        write_bodies(folder / "commands", submissions)


def fill(
    sequencer: Sequencer, submissions: Iterator[bytes], count: int, tell: Callable[[int], None]
) -> None:
    """Put the first `count` submissions in order, in groups, their signatures not verified."""
    for start in range(0, count, GROUP):
        some = islice(submissions, min(GROUP, count - start))
        envelopes = [replace(read_submission(item), verified=True) for item in some]
        raise_first(sequencer.run(envelopes))
        tell(start + len(envelopes))


def raise_first(answers: Sequence[Answer]) -> None:
    """Raises the first answer that is no receipt: all of the workload must be taken."""
    for answer in answers:
        if isinstance(answer, LedgerError):
            raise answer


@contextmanager
def produced(recipe: Recipe) -> Iterator[Iterator[bytes]]:
    """All submissions of a recipe in order, made by a second process while they are read."""
    context = multiprocessing.get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    process = context.Process(target=_produce, args=(recipe, writer), daemon=True)
    process.start()
    writer.close()
    try:
        yield _received(reader)
    finally:
        reader.close()
        process.terminate()
        process.join()


def submissions_of(recipe: Recipe) -> Iterator[bytes]:
    """All submissions of a recipe in order."""
    workload = Workload(recipe.crowd, apart=recipe.apart, seed=recipe.seed)
    everything = chain(workload.founding(), workload.commands())
    return islice(everything, recipe.loaded + recipe.measured)


def _produce(recipe: Recipe, writer: Connection) -> None:
    submissions = submissions_of(recipe)
    while some := list(islice(submissions, GROUP)):
        writer.send(some)
    writer.send([])


def _received(reader: Connection) -> Iterator[bytes]:
    while some := reader.recv():
        yield from some


def write_bodies(path: Path, bodies: Iterator[bytes] | Sequence[bytes]) -> None:
    """Keep bodies as `send.lua` reads them: the length in decimal, a line break, the bytes."""
    with path.open("wb") as file:
        for body in bodies:
            file.write(b"%d\n" % len(body))
            file.write(body)


def read_bodies(path: Path) -> list[bytes]:
    """The bodies in a file that `write_bodies` made."""
    bodies = []
    with path.open("rb") as file:
        while line := file.readline():
            bodies.append(file.read(int(line)))
    return bodies


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty folder of this name, gone afterwards unless it was renamed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
