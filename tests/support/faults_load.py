"""A mixed load of signed commands for fault campaigns, on copies of one founded ledger.

The commands are those of the benchmark, all signed beforehand and all accepted in their order. So
command i is entry `base` + i of every copy, whatever was killed in between: each check is exact.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from api.bench.market import FEW, START_MS, Market
from api.bench.workload import Workload
from api.embedded import Embedded, open_folder
from api.target import now_ms
from ledger.errors import LedgerError
from ledger.keystore import write_key

CHUNK = 1_000
"""Commands in one file of a load."""


def driven_clock(begun_ms: int) -> Callable[[], int]:
    """The market's time: it began at `START_MS` when the wall clock said `begun_ms`."""
    return lambda: START_MS + now_ms() - begun_ms


@dataclass(frozen=True, slots=True)
class Load:
    """A ledger in `template`, and `count` commands that its copies take as entries from `base`."""

    template: Path
    base: int
    count: int
    begun_ms: int

    def tree(self) -> dict[str, Any]:
        """The load as JSON, for another process."""
        return {**asdict(self), "template": str(self.template)}

    @classmethod
    def from_tree(cls, tree: dict[str, Any]) -> Load:
        """The load that another process told."""
        return cls(**{**tree, "template": Path(tree["template"])})

    def copy(self, folder: Path) -> Path:
        """A fresh copy of the ledger."""
        return shutil.copytree(self.template, folder)

    def commands(self, start: int, stop: int) -> list[bytes]:
        """The commands start … stop-1, or as many of them as there are."""
        found: list[bytes] = []
        for number in range(start // CHUNK, -(-min(stop, self.count) // CHUNK)):
            lines = self._chunk(number).read_bytes().splitlines()
            found += lines[max(0, start - number * CHUNK) : stop - number * CHUNK]
        return found

    def keep(self, number: int, commands: Sequence[bytes]) -> None:
        """Write one chunk."""
        self._chunk(number).write_bytes(b"".join(line + b"\n" for line in commands))

    def _chunk(self, number: int) -> Path:
        return self.template.with_name(f"{self.template.name}-{number:05}.ndjson")


def make_load(folder: Path, count: int) -> Load:
    """A load of `count` commands, kept in `folder`."""
    workload = Workload(FEW)
    begun_ms = now_ms()
    folder.mkdir()
    base = found_market(workload.market, folder / "template", workload.founding(), begun_ms)
    load = Load(folder / "template", base, count, begun_ms)
    commands = workload.commands()
    for number, start in enumerate(range(0, count, CHUNK)):
        load.keep(number, list(islice(commands, min(CHUNK, count - start))))
    return load


def registrations(count: int) -> list[bytes]:
    """Commands on a copy of any load's ledger that are accepted in any order, many at once."""
    workload = Workload(FEW)
    return [workload._register()[0].submission() for _ in range(count)]


def found_market(market: Market, folder: Path, commands: Sequence[bytes], begun_ms: int) -> int:
    """The ledger of a market in `folder`, with these commands taken; how many entries it has."""
    write_key(folder / "keys" / "log.pem", market.log_key)
    write_key(folder / "keys" / "operator.pem", market.operator.key)
    with open_folder(folder, driven_clock(begun_ms)) as embedded:
        take(embedded, commands)
        return embedded.store.size()


def take(embedded: Embedded, commands: Sequence[bytes]) -> None:
    """Give commands to a ledger, which must accept them all."""
    for start in range(0, len(commands), 500):
        answers = embedded.service.submit_many(commands[start : start + 500])
        refused = [str(answer) for answer in answers if isinstance(answer, LedgerError)]
        assert not refused, refused[0]
