"""Where the time of a command goes, component by component, on the way from bytes to the disk.

One thread does everything in turn, so that no component waits for another; the clock is read
where one component calls the next, and each is charged for its own time only.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from api.bench.ground import Ground
from api.bench.load import GROUP, ordering, raise_first
from ledger.envelope import Envelope, read_submission, verify_signatures
from ledger.overlay import Overlay
from ledger.parties.state import Key
from ledger.sequencer import Sequencer

GROUPS = 4
"""Full groups that are profiled, after one that is not."""

READ, VERIFY, SQLITE, COMMIT = "envelope", "verify", "sqlite", "commit"
COMPONENTS = {
    READ: "submission to envelope: JSON, canonical form, disclosures",
    VERIFY: "Ed25519 verification",
    "look up": "what a group names, read at once; the cache",
    "query": "single records and indexes",
    "fields": "payload to command object",
    "judge": "standing, approval, expectations; records placed",
    "decide": "the rules",
    "evolve": "events to records",
    "effects": "salted digest over the events",
    "entry": "canonical entry and its hash",
    "tree": "frontier and tiles",
    "sequence": "the order of a group; answers",
    "rows": "entries, disclosures and records to rows",
    SQLITE: "statements inside the transaction",
    COMMIT: "COMMIT, forced to the disk",
    "check": "what was written, read and hashed again",
    "note": "the checkpoint, signed",
    "head store": "the signed head, forced to the disk",
}
"""Every component with what it does."""

_WHERE = {
    "ledger.overlay:Overlay.prefetch": "look up",
    "ledger.store.records:SqlRecords.get": "query",
    "ledger.store.records:SqlRecords.find": "query",
    "ledger.vocabulary:parse": "fields",
    "ledger.vocabulary:effects_digest": "effects",
    "ledger.book:Book.judge": "judge",
    "ledger.book:decide": "decide",
    "ledger.book:evolve": "evolve",
    "ledger.sequencer:make_entry": "entry",
    "ledger.signing:sign_note": "note",
    "ledger.sequencer:Sequencer.run": "sequence",
    "ledger.sequencer:Sequencer._check_written": "check",
    "ledger.chain.tree:Frontier.extend": "tree",
    "ledger.chain.tiles:Edge.grow": "tree",
    "ledger.store.sqlite:write_batch": "rows",
    "ledger.store.heads:FileHeadStore.swap": "head store",
}
"""Which function begins which component."""


@dataclass(frozen=True, slots=True)
class Part:
    """A component's own time: how often it was entered, microseconds and share of a command."""

    name: str
    says: str
    calls: int
    micros: float
    share: float


@dataclass(slots=True)
class Probe:
    """Charges passing time to the component that was entered last and not left."""

    clock: Callable[[], int] = time.perf_counter_ns
    spent: dict[str, int] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)
    _open: list[str] = field(default_factory=list)
    _since: int = 0

    @contextmanager
    def inside(self, component: str) -> Iterator[None]:
        """The time of the block is the component's, but for what it enters in turn."""
        self._charge()
        self._open.append(component)
        self.calls[component] = self.calls.get(component, 0) + 1
        try:
            yield
        finally:
            self._charge()
            self._open.pop()

    def timed(self, component: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """`function`, its time charged to the component."""

        def run(*values: Any, **named: Any) -> Any:
            with self.inside(component):
                return function(*values, **named)

        return run

    def parts(self, commands: int) -> list[Part]:
        """What each component took, in the order of `COMPONENTS`."""
        total = sum(self.spent.values()) or 1
        return [
            Part(
                name,
                says,
                self.calls.get(name, 0),
                self.spent.get(name, 0) / 1000 / commands,
                self.spent.get(name, 0) / total,
            )
            for name, says in COMPONENTS.items()
        ]

    def _charge(self) -> None:
        now = self.clock()
        if self._open:
            name = self._open[-1]
            self.spent[name] = self.spent.get(name, 0) + now - self._since
        self._since = now


class _Driver:
    """A database connection whose statements are charged to SQLite, COMMIT apart."""

    def __init__(self, driver: Any, probe: Probe) -> None:
        self._driver = driver
        self._probe = probe
        self.executemany = probe.timed(SQLITE, driver.executemany)

    def execute(self, sql: str, *values: Any) -> Any:
        """Run one statement."""
        with self._probe.inside(COMMIT if sql == "COMMIT" else SQLITE):
            return self._driver.execute(sql, *values)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


def profile(ground: Ground) -> list[Part]:
    """The components of full groups on the base ledger; of smaller ones where there is less."""
    commands = ground.base.commands()
    size = min(GROUP, len(commands) // (1 + GROUPS))
    groups = [commands[at * size : (at + 1) * size] for at in range(1 + GROUPS)]
    probe = Probe()
    with ground.base.copy(ground.folder) as folder, ordering(folder) as sequencer:
        keys = Overlay(sequencer.store.records)
        _run(sequencer, groups[0], keys, Probe())
        with installed(probe, sequencer):
            for group in groups[1:]:
                _run(sequencer, group, keys, probe)
    return probe.parts(GROUPS * size)


def _run(sequencer: Sequencer, group: list[bytes], keys: Overlay, probe: Probe) -> None:
    with probe.inside(READ):
        envelopes = [read_submission(submission) for submission in group]
    for envelope in envelopes:
        _verify(envelope, keys, probe)
    raise_first(sequencer.run([replace(envelope, verified=True) for envelope in envelopes]))


def _verify(envelope: Envelope, keys: Overlay, probe: Probe) -> None:
    records = {item.kid: keys.get(Key, item.kid) for item in envelope.signatures}
    known = {kid: record.public() for kid, record in records.items() if record is not None}
    with probe.inside(VERIFY):
        verify_signatures(envelope, known)


@contextmanager
def installed(probe: Probe, sequencer: Sequencer) -> Iterator[None]:
    """While the block runs, the functions of `_WHERE` and the database are charged."""
    undo: list[tuple[Any, str, Any]] = []
    try:
        for where, component in _WHERE.items():
            owner, name = _find(where)
            undo.append((owner, name, getattr(owner, name)))
            setattr(owner, name, probe.timed(component, getattr(owner, name)))
        store: Any = sequencer.store
        undo.append((store, "_driver", store._driver))  # noqa: SLF001 - the probe stands before it
        store._driver = _Driver(store._driver, probe)  # noqa: SLF001 - taken back below
        yield
    finally:
        for owner, name, before in reversed(undo):
            setattr(owner, name, before)


def _find(where: str) -> tuple[Any, str]:
    """The owner and the name of a function given as ``module:Class.function``."""
    module, _, path = where.partition(":")
    owner: Any = importlib.import_module(module)
    *classes, name = path.split(".")
    for part in classes:
        owner = getattr(owner, part)
    return owner, name
