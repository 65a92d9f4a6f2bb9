"""How fast commands are taken over HTTP: wrk sends prepared commands, each once, on this machine.

wrk, server and figures share the cores. The server is the one of `duebill serve`; the limit is
the least FastAPI route that takes a raw body.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.bench import limits
from api.bench.figures import Goal, Judged, Pair, alternate
from api.bench.ground import Ground, NotTaken, NotValid, serving
from api.bench.load import write_bodies
from api.bench.writing import Supply, counted, rate, warmed
from api.client import Client

CONNECTIONS = 32
BATCH = 100
BATCHERS = 8
"""Connections over which batches are sent."""
ABLE = 8_000
"""Requests per second that wrk must drive on a fixed answer, else its figures mean nothing."""
LONGEST_S = 60
SCRIPT = Path(__file__).with_name("send.lua")

SINGLE = Goal(
    name="http.single",
    title=f"POST /v1/commands, {CONNECTIONS} connections",
    unit="/s",
    bound=0.30,
    target=0.40,
    limit="a trivial FastAPI POST of the same raw bodies",
)
TAIL = Goal(
    name="http.p99",
    title=f"POST /v1/commands, {CONNECTIONS} connections, p99",
    unit="ms",
    bound=60,
    judged=Judged.VALUE,
    at_most=True,
    limit="the trivial POST",
)
GROUPS = Goal(
    name="http.batch",
    title=f"POST /v1/commands:batch, {BATCH} a request, {BATCHERS} connections",
    unit="/s",
    bound=0.75,
    limit="the same commands in process",
)
LATENCY = Goal(
    name="latency.http",
    title="one command alone over HTTP, p50",
    unit="ms",
    bound=1.0,
    at_most=True,
    limit="3 × fsync p50 + 2 ms",
)


@dataclass(frozen=True, slots=True)
class Sent:
    """What wrk saw: requests per second, and the median and 99th percentile in milliseconds."""

    rate: float
    p50: float
    p99: float


@dataclass(frozen=True, slots=True)
class Sender:
    """Sends files of bodies to `url` and counts the answers with `status`."""

    url: str
    kind: str
    status: int
    connections: int

    def send(self, folder: Path, bodies: Sequence[bytes], total: int) -> Sent:
        """Send `total` requests, the bodies in turns. Raises `NotValid` unless all are answered."""
        file = folder / "bodies"
        write_bodies(file, bodies)
        wrk = [_wrk(), "-t1", f"-c{self.connections}", f"-d{LONGEST_S}s", f"--timeout={LONGEST_S}s"]
        words = [str(file), self.kind, str(self.status), str(total)]
        done = subprocess.run(  # noqa: S603 - our script, our server
            [*wrk, "-s", str(SCRIPT), self.url, "--", *words],
            check=False,
            capture_output=True,
            text=True,
        )
        said = done.stdout.strip().rpartition("\n")[2]
        if not said.startswith("{"):
            raise NotValid(f"wrk failed: {done.stderr.strip()[:200]}")
        found = json.loads(said)
        if found["answered"] != total or found["odd"] or found["failed"]:
            raise NotValid(f"not every request was answered as it should be: {said}")
        return Sent(total / found["seconds"], found["p50_ms"], found["p99_ms"])


def _wrk() -> str:
    path = shutil.which("wrk")
    if path is None:
        raise NotTaken("needs wrk (Debian package wrk)")
    return path


def check_able(ground: Ground) -> None:
    """Raises `NotValid` when wrk itself drives fewer than `ABLE` requests per second here."""
    if ground.able is None:
        bodies = ground.base.commands()[:500]
        with serving("plain", "fixed") as url:
            sender = Sender(f"{url}/", "application/json", 201, CONNECTIONS)
            ground.able = sender.send(ground.folder, bodies, 20_000).rate
    if ground.able < ABLE:
        raise NotValid(f"wrk itself drives only {ground.able:,.0f} requests a second, not {ABLE:,}")


@contextmanager
def served(ground: Ground) -> Iterator[tuple[str, Path, Supply]]:
    """The URL of a server over a copy of the base, the folder, and the commands to send."""
    with ground.base.copy(ground.folder) as folder, serving("ledger", folder) as url:
        supply = Supply(ground.base.commands())
        size = _size(url)
        commands = supply.take(ground.scale.warm)
        singles(url).send(folder, commands, len(commands))
        yield url, folder, supply
        _check_taken(url, size, supply.taken)


def singles(url: str, connections: int = CONNECTIONS) -> Sender:
    """Sends one command a request."""
    return Sender(f"{url}/v1/commands", "application/json", 201, connections)


def measure_single(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """One command a request against the trivial route: rate, and the slowest hundredth."""
    check_able(ground)
    count = ground.scale.sent
    with (
        served(ground) as (url, folder, supply),
        serving("plain", "trivial") as trivial,
        ground.counting(SINGLE.name) as tell,
    ):
        bodies = ground.base.commands()[:count]
        found = alternate(
            ground.scale.pairs,
            counted(tell, lambda: singles(url).send(folder, supply.take(count), count)),
            lambda: singles(trivial).send(folder, bodies, 2 * count),
        )
    return {
        SINGLE.name: [Pair(ours.rate, limit.rate) for ours, limit in found],
        TAIL.name: [Pair(ours.p99, limit.p99) for ours, limit in found],
    }


def measure_batch(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """A hundred commands a request against the same commands in process."""
    check_able(ground)
    count = ground.scale.batched // BATCH * BATCH
    with (
        served(ground) as (url, folder, of_server),
        warmed(ground, ground.base) as (_, service, of_service),
        ground.counting(GROUPS.name) as tell,
    ):
        sender = Sender(f"{url}/v1/commands:batch", "application/x-ndjson", 200, BATCHERS)

        def batches() -> float:
            commands = of_server.take(count)
            bodies = [b"\n".join(commands[at : at + BATCH]) for at in range(0, count, BATCH)]
            return BATCH * sender.send(folder, bodies, len(bodies)).rate

        found = alternate(
            ground.scale.pairs,
            counted(tell, batches),
            lambda: rate(service, of_service.take(count)),
        )
    return {GROUPS.name: [Pair(ours, limit) for ours, limit in found]}


def measure_latency(ground: Ground) -> Mapping[str, Sequence[Pair]]:
    """The median of one command alone over one connection against three forced writes."""
    check_able(ground)
    count = ground.scale.single
    sample = ground.base.commands()[0]
    with served(ground) as (url, folder, supply), ground.counting(LATENCY.name) as tell:
        found = alternate(
            ground.scale.pairs,
            counted(tell, lambda: singles(url, 1).send(folder, supply.take(count), count).p50),
            lambda: 3e3 * limits.fsync_seconds(folder, sample, count) + 2,
        )
    return {LATENCY.name: [Pair(ours, limit) for ours, limit in found]}


def _size(url: str) -> int:
    return int(Client(url).ledger()["ledger"]["size"])


def _check_taken(url: str, before: int, sent: int) -> None:
    """Raises `NotValid` unless every command that was sent became an entry."""
    taken = _size(url) - before
    if taken != sent:
        raise NotValid(f"{sent} commands were sent and {taken} became entries")
