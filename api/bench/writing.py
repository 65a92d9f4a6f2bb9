"""How fast commands become durable entries: in groups, one by one, and as the ledger grows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

from api.bench import limits
from api.bench.figures import Goal, Pair, alternate
from api.bench.ground import Ground, NotTaken
from api.bench.load import GROUP, Ledger, opened, raise_first
from ledger.service import Service

A = TypeVar("A")

GROUPS = Goal(
    name="append.groups",
    title="signed durable appends in process, groups up to 512",
    unit="/s",
    bound=0.25,
    target=0.40,
    limit="Ed25519 verification by two threads, messages of the same size",
)
SINGLE = Goal(
    name="append.single",
    title="signed durable appends in process, one by one",
    unit="/s",
    bound=0.30,
    limit="one verification, one SQLite commit of the same bytes, one durable small file",
)
LATENCY = Goal(
    name="latency.process",
    title="one command alone in process, p50",
    unit="ms",
    bound=1.0,
    at_most=True,
    limit="3 × fsync p50 + 1 ms",
)
GROWTH = Goal(
    name="append.growth",
    title="cost of an append on the large ledger, groups up to 512",
    unit="µs",
    bound=1.25,
    at_most=True,
    limit="the same on the small ledger",
)


class Supply:
    """Commands that are handed out once each."""

    def __init__(self, commands: Sequence[bytes]) -> None:
        self._commands = commands
        self.taken = 0

    def take(self, count: int) -> list[bytes]:
        """The next `count` commands; `ValueError` when there are not so many."""
        some = list(self._commands[self.taken : self.taken + count])
        if len(some) < count:
            raise ValueError(f"the workload has no {count} commands more")
        self.taken += count
        return some


@contextmanager
def warmed(ground: Ground, ledger: Ledger) -> Iterator[tuple[Path, Service, Supply]]:
    """A copy of `ledger` in service, after its first commands, with those that may follow."""
    with ledger.copy(ground.folder) as folder, opened(folder) as embedded:
        supply = Supply(ledger.commands())
        raise_first(embedded.service.submit_many(supply.take(ground.scale.warm)))
        yield folder, embedded.service, supply


def rate(service: Service, commands: Sequence[bytes]) -> float:
    """Commands per second, all handed over at once; groups form by themselves."""
    start = time.perf_counter()
    answers = service.submit_many(commands)
    seconds = time.perf_counter() - start
    raise_first(answers)
    return len(commands) / seconds


def counted(tell: Callable[[int], None], work: Callable[[], A]) -> Callable[[], A]:
    """`work` that also tells how often it was done."""
    done = 0

    def run() -> A:
        nonlocal done
        number = work()
        done += 1
        tell(done)
        return number

    return run


def measure_groups(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """Groups against the raw verification rate."""
    scale = ground.scale
    with warmed(ground, ground.base) as (_, service, supply), ground.counting(GROUPS.name) as tell:
        found = alternate(
            scale.pairs,
            counted(tell, lambda: rate(service, supply.take(scale.grouped))),
            lambda: limits.verify_rate(ground.signed[: scale.grouped]),
        )
    return {GROUPS.name: [Pair(ours, limit) for ours, limit in found]}


def measure_single(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """One by one against one verification, one commit and one head, one after the other."""
    count = ground.scale.single
    rows = ground.base.commands()[:count]

    def limit(folder: Path) -> float:
        verify = 1 / limits.verify_rate(ground.signed[:count], threads=1)
        return 1 / (
            verify + limits.commit_seconds(folder, rows) + limits.head_seconds(folder, count)
        )

    with (
        warmed(ground, ground.base) as (folder, service, supply),
        ground.counting(SINGLE.name) as tell,
    ):
        found = alternate(
            ground.scale.pairs,
            counted(tell, lambda: 1 / statistics.mean(_seconds_each(service, supply.take(count)))),
            lambda: limit(folder),
        )
    return {SINGLE.name: [Pair(ours, best) for ours, best in found]}


def measure_latency(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """The median of one command alone against three forced writes."""
    count = ground.scale.single
    sample = ground.base.commands()[0]

    with (
        warmed(ground, ground.base) as (folder, service, supply),
        ground.counting(LATENCY.name) as tell,
    ):
        found = alternate(
            ground.scale.pairs,
            counted(
                tell, lambda: statistics.median(_seconds_each(service, supply.take(count))) * 1e3
            ),
            lambda: 3e3 * limits.fsync_seconds(folder, sample, count) + 1,
        )
    return {LATENCY.name: [Pair(ours, limit) for ours, limit in found]}


def measure_growth(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """The cost of an append on the large ledger and on the small one."""
    if not ground.is_large:
        raise NotTaken(f"needs --entries of more than {ground.scale.loaded:,}")
    with ExitStack() as stack:
        _, large, of_large = stack.enter_context(warmed(ground, ground.large))
        _, small, of_small = stack.enter_context(warmed(ground, ground.small))
        tell = stack.enter_context(ground.counting(GROWTH.name))
        count = ground.scale.grown
        found = alternate(
            ground.scale.pairs,
            counted(tell, lambda: _cost(large, of_large.take(count))),
            lambda: _cost(small, of_small.take(count)),
        )
    return {GROWTH.name: [Pair(ours, limit) for ours, limit in found]}


def _cost(service: Service, commands: Sequence[bytes]) -> float:
    """Microseconds of each command, a group after the other."""
    start = time.perf_counter()
    answers = [
        answer
        for at in range(0, len(commands), GROUP)
        for answer in service.submit_many(commands[at : at + GROUP])
    ]
    seconds = time.perf_counter() - start
    raise_first(answers)
    return seconds * 1e6 / len(commands)


def _seconds_each(service: Service, commands: Sequence[bytes]) -> list[float]:
    """Seconds of each command, sent when the one before is answered."""
    seconds = []
    for command in commands:
        start = time.perf_counter()
        service.submit(command)
        seconds.append(time.perf_counter() - start)
    return seconds
