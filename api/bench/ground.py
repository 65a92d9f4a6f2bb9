"""The ground on which figures are taken: the ledgers, how much is measured, and child processes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from api.bench.limits import Signed, signed_messages
from api.bench.load import Ledger, Recipe, ledger, spread
from api.bench.market import FEW, Crowd, Market
from ledger.errors import Unavailable


class NotValid(Exception):
    """A figure was taken and says nothing; the text says why."""


class NotTaken(Exception):
    """A figure was not taken; the text says what it needs."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is loaded and measured; everything in entries, commands or pairs.

    `loaded` are on the ledger that is written to, `audited` on the one that is audited, `small`
    on the one that a large one is compared with; on those two, and on the large one, things are
    taken up `apart` rounds after they were made. Of each pair: `grouped` commands in groups,
    `single` one by one, `sent` over HTTP, `batched` over HTTP by the hundred, `grown` on the large
    ledger. `warm` commands come before the first. A void figure is taken again, `attempts` times
    in all.
    """

    crowd: Crowd
    pairs: int
    loaded: int
    audited: int
    small: int
    grouped: int
    single: int
    sent: int
    batched: int
    grown: int
    warm: int
    apart: int
    attempts: int

    @property
    def measured(self) -> int:
        """Commands that the longest figure takes from the ledger that is written to."""
        return self.warm + self.pairs * max(self.grouped, self.single, self.sent, self.batched)

    @property
    def growing(self) -> int:
        """Commands that are taken from the small and the large ledger."""
        return self.warm + self.pairs * self.grown


FULL = Scale(
    crowd=Crowd(),
    pairs=9,
    loaded=100_000,
    audited=30_000,
    small=10_000,
    grouped=2_300,
    single=300,
    sent=2_000,
    batched=2_000,
    grown=512,
    warm=1_000,
    apart=10,
    attempts=3,
)
QUICK = Scale(
    crowd=FEW,
    pairs=3,
    loaded=5_000,
    audited=2_000,
    small=1_000,
    grouped=256,
    single=20,
    sent=200,
    batched=200,
    grown=64,
    warm=100,
    apart=2,
    attempts=1,
)
"""For tests and first looks: too little for a verdict on a machine."""

Bar = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Shows how far something is: what it is, out of how many."""


@dataclass
class Ground:
    """Where figures are taken: a folder, a scale, and `entries` on the large ledger.

    `postgres` is the URL of a database in which a schema may be made and dropped, or "".
    """

    folder: Path
    scale: Scale
    entries: int
    bar: Bar
    postgres: str = ""
    able: float | None = None
    """Requests per second that wrk drives here, once that was looked at."""
    _ledgers: dict[Recipe, Ledger] = field(default_factory=dict)

    @property
    def base(self) -> Ledger:
        """The ledger that is written to; its measured commands may come in any order."""
        measured = self.scale.measured
        return self._ledger(self.scale.loaded, measured, spread(measured))

    @property
    def audited(self) -> Ledger:
        """The ledger that audits and replays read again and again."""
        return self._ledger(self.scale.audited, 0, self.scale.apart)

    @property
    def small(self) -> Ledger:
        """The ledger that the large one is compared with."""
        return self._ledger(self.scale.small, self.scale.growing, self.scale.apart)

    @property
    def large(self) -> Ledger:
        """The ledger of `entries`; the base where those are not more."""
        if not self.is_large:
            return self.base
        return self._ledger(self.entries, self.scale.growing, self.scale.apart)

    @property
    def tenth(self) -> Ledger:
        """The ledger of a tenth of `entries`, but no smaller than the small one."""
        entries = max(self.entries // 10, self.scale.small)
        if entries == self.scale.loaded:
            return self.base
        return self._ledger(entries, self.scale.growing, self.scale.apart)

    @property
    def is_large(self) -> bool:
        """Whether the large ledger is larger than the base."""
        return self.entries > self.scale.loaded

    @cached_property
    def signed(self) -> list[Signed]:
        """The signatures of the measured commands: raw material for what the machine can do."""
        return signed_messages(Market(self.scale.crowd), self.base.commands())

    def counting(self, what: str) -> AbstractContextManager[Callable[[int], None]]:
        """A bar over the pairs of a figure."""
        return self.bar(what, self.scale.pairs)

    def _ledger(self, loaded: int, measured: int, apart: int) -> Ledger:
        recipe = Recipe(self.scale.crowd, loaded, measured, apart)
        if recipe not in self._ledgers:
            with self.bar(f"writing {loaded:,} entries", loaded) as tell:
                self._ledgers[recipe] = ledger(recipe, self.folder, tell)
        return self._ledgers[recipe]


def child(module: str, *words: str | Path) -> dict[str, Any]:
    """What the module ``api.bench.child_…`` says as JSON, run in a process of its own.

    Raises `Unavailable` when it fails; it says on standard error why.
    """
    done = subprocess.run(_command(module, words), check=False, stdout=subprocess.PIPE)  # noqa: S603 - this interpreter, our module
    if done.returncode:
        raise Unavailable(f"The process of the {module} ended with {done.returncode}.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@contextmanager
def serving(module: str, *words: str | Path) -> Iterator[str]:
    """The URL of what the module ``api.bench.child_…`` serves until the block ends.

    Raises `Unavailable` when it does not start; it says on standard error why.
    """
    command = _command(module, words)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - this interpreter, our module
        try:
            port = process.stdout.readline().strip() if process.stdout else ""
            if not port:
                raise Unavailable(f"The server of the {module} did not start.")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _command(module: str, words: tuple[str | Path, ...]) -> list[str]:
    return [sys.executable, "-m", f"api.bench.child_{module}", *map(str, words)]
