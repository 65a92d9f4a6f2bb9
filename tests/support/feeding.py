"""Logs made of counters, and witnesses over HTTP that do whatever a test wants.

`LogOfCounters` is a log without a ledger: leaves by number, signed heads. `FakeWitness` is a
`tlog-witness` that keeps one size; a script replaces what it would answer, request by request.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from ledger.chain.checkpoint import Checkpoint, parse_checkpoint, sign_checkpoint
from ledger.chain.contradiction import Relation, read_contradiction
from ledger.chain.note import Cosigner, NoteKey, base64_decode, note_key
from ledger.chain.proof import Subtrees, TreeReader, verify_first_or_grown
from ledger.chain.tiles import TileId
from ledger.chain.tree import EMPTY_ROOT, leaf_hash, mth
from ledger.chain.trust import Group, LogLine, TrustPolicy, WitnessLine
from ledger.errors import RefusalCode, Refused
from ledger.feeding.feeder import Feeder, Pace
from ledger.feeding.kept import FILE, Kept, Reader
from ledger.feeding.outside import FedLog, Outside
from ledger.keys import SigningKey
from ledger.ports import NOTHING_SIGNED, SignedHead
from tests.support.answering import Reply, answering
from tests.support.waiting import PATIENCE_S, wait_until

ORIGIN = "counters.example/log"
Script = Callable[["FakeWitness", int, list[bytes], str], Reply | None]
"""(witness, old size, proof, note) to status, media type and body; None: nothing, and hang up."""


def seeded(name: str) -> SigningKey:
    """The same key for the same name in every run."""
    return SigningKey.from_seed(hashlib.sha256(name.encode()).digest())


class LogOfCounters:
    """A log of which entry n is the text `prefix` and n."""

    def __init__(
        self, size: int = 0, prefix: str = "entry ", key: SigningKey | None = None
    ) -> None:
        self.prefix = prefix
        self.signing_key = key or seeded("log of counters")
        self.key: NoteKey = note_key(ORIGIN, self.signing_key.public)
        self.head = NOTHING_SIGNED
        self.news = threading.Event()
        self.halted: list[str] = []
        if size:
            self.grow(size)

    def grow(self, count: int = 1) -> SignedHead:
        """Append, sign, and say that there is news."""
        self.head = self.at(self.head.size + count)
        self.news.set()
        return self.head

    def keys(self, size: int) -> list[NoteKey]:
        """What verifies the head of a size."""
        return [self.key]

    def at(self, size: int) -> SignedHead:
        """The signed head of the first `size` entries."""
        root = TreeReader(size, self.tile).root()
        note = sign_checkpoint(Checkpoint(ORIGIN, size, root), self.signing_key)
        return SignedHead(size, root, note)

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile."""
        span = 256**tile.level
        first = tile.index * 256
        return b"".join(
            mth(self._leaf(n * span + at) for at in range(span))
            for n in range(first, first + tile.width)
        )

    def fed(self) -> FedLog:
        """The log as its feeder sees it."""
        subtrees: Subtrees = {}
        return FedLog(lambda: self.head, lambda: self.head, self.tile, subtrees, self.halted.append)

    def _leaf(self, n: int) -> bytes:
        return leaf_hash(f"{self.prefix}{n}".encode())


@dataclass(slots=True)
class FakeWitness:
    """A witness of one log; `asked` are the (old, new) sizes of all requests so far."""

    name: str
    url: str = ""
    size: int = 0
    root: bytes = EMPTY_ROOT
    note: str = ""
    now: Callable[[], float] = time.time
    script: list[Script] = field(default_factory=list)
    always: Script | None = None
    asked: list[tuple[int, int]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def cosigner(self) -> Cosigner:
        """Its key."""
        return Cosigner(f"{self.name}.example/w", seeded(self.name))

    def line(self) -> WitnessLine:
        """Its line in a policy file."""
        return WitnessLine(self.name, self.cosigner.key, self.url)

    def answer(self, old: int, proof: list[bytes], note: str) -> Reply | None:
        """What is answered to a request: by the script while there is one, else by the rules."""
        with self.lock:
            body = note.partition("\n\n")[0] + "\n"
            self.asked.append((old, parse_checkpoint(body).size))
            script = self.script.pop(0) if self.script else self.always
        return script(self, old, proof, note) if script else honest(self, old, proof, note)


def honest(witness: FakeWitness, old: int, proof: list[bytes], note: str) -> Reply:
    """What C2SP `tlog-witness` says."""
    body = note.partition("\n\n")[0] + "\n"
    new = parse_checkpoint(body)
    with witness.lock:
        if old != witness.size:
            return told(witness.size)
        try:
            verify_first_or_grown(old, witness.root, new.size, new.root, proof)
        except Refused:
            return 422, "text/plain", b"bad proof\n"
        witness.size, witness.root, witness.note = new.size, new.root, note
    return cosigned(witness, body)


def cosigned(witness: FakeWitness, body: str, at_s: int | None = None) -> Reply:
    """200 with the witness's line over the body."""
    line = witness.cosigner.line(body, int(witness.now()) if at_s is None else at_s)
    return 200, "text/plain; charset=utf-8", line.encode()


def told(size: int) -> Reply:
    """409 with the size that the witness has."""
    return 409, "text/x.tlog.size", f"{size}\n".encode()


@contextmanager
def witnesses(*names: str) -> Iterator[list[FakeWitness]]:
    """Witnesses of these names, each at its own address, until the block ends."""
    found = [FakeWitness(name) for name in names]
    with ExitStack() as stack:
        for witness in found:
            url = stack.enter_context(answering(partial(_answer, witness)))
            witness.url = f"{url}/{witness.name}"
        yield found


def policy(log: NoteKey, quorum: int, *asked: FakeWitness) -> TrustPolicy:
    """Of these witnesses `quorum` must cosign; 0 asks for none."""
    lines = tuple(witness.line() for witness in asked)
    if quorum == 0:
        return TrustPolicy((LogLine(log),), lines)
    group = {"enough": Group(quorum, tuple(line.name for line in lines))}
    return TrustPolicy((LogLine(log),), lines, group, "enough")


QUICK = Pace(interval_s=0.01, timeout_s=PATIENCE_S, rest_s=0.05, look_s=0.05)
"""Its timeout only guards against hanging: who asks again is counted again."""


class Evidence(list[bytes]):
    """What was kept of contradictions."""

    def shows(self, log: LogOfCounters, kept: str, shown: str, relation: Relation) -> None:
        """The first file shows these two notes, and that they are this to each other."""
        found = read_contradiction(self[0], [log.key])
        assert (found.kept_note, found.shown_note) == (kept, shown)
        assert found.relation is relation


@contextmanager
def feed(
    log: LogOfCounters,
    quorum: int,
    *asked: FakeWitness,
    path: Path | None = None,
    pace: Pace = QUICK,
    evidence: Evidence | None = None,
    start: bool = True,
) -> Iterator[Feeder]:
    """A feeder of the log, running unless `start` is false; it keeps what it has at `path`."""
    reader = Reader(ORIGIN, log.keys, policy(log.key, quorum, *asked))
    fed = log.fed()
    outside = Outside(fed, log.keys, (evidence if evidence is not None else Evidence()).append)
    with TemporaryDirectory() as folder:
        kept = Kept(path or Path(folder) / FILE, reader)
        with Feeder(fed, reader, kept, outside, log.news, pace) as feeder:
            if start:
                feeder.start()
            yield feeder


def reached(feeder: Feeder, size: int) -> str:
    """The note of the witnessed head, once it has `size` entries."""
    feeder.when(size).result(PATIENCE_S)
    best = feeder.witnessed()
    assert best is not None
    assert best.head.size >= size
    return best.note


def failing(feeder: Feeder, text: str) -> None:
    """Wait until the first witness fails with a reason that has `text`."""
    wait_until(lambda: text in feeder.states()[0].failing)


def _answer(witness: FakeWitness, path: str, body: bytes | None) -> Reply | None:
    if body is None:
        name = hashlib.sha256(ORIGIN.encode()).hexdigest()
        known = path == f"/{witness.name}/{name}/checkpoint" and witness.note
        return (200, "text/plain", witness.note.encode()) if known else (404, "", b"")
    request, _, note = body.decode().partition("\n\n")
    old, *proof = request.split("\n")
    hashes = [base64_decode(item, RefusalCode.PROOF_INVALID) for item in proof]
    return witness.answer(int(old.removeprefix("old ")), hashes, note)
