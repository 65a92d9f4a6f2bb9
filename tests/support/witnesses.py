"""Our witness for tests: in a folder, in this process or served by one of its own."""

from __future__ import annotations

import http.client
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from api.witnessing.folder import make_witness, open_witness
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import NoteKey, open_note, parse_note_key
from ledger.witness.judging import log_keys
from ledger.witness.witness import Witness
from tests.support.faults_net import HOST, free_port
from tests.support.plain_log import PlainLog
from tests.support.processes import start
from tests.support.waiting import PATIENCE_S, wait_until

NAME = "witness.example/w1"
NOON = 1_800_000_000
"""A second of the tests' clock."""


@dataclass(slots=True)
class Clock:
    """A clock that stands still until it is put."""

    now: int = NOON

    def __call__(self) -> int:
        """Seconds since 1970."""
        return self.now


def new_witness(folder: Path, name: str = NAME) -> NoteKey:
    """A new witness in a folder; its key."""
    return make_witness(folder, name)


@contextmanager
def witness_of(folder: Path, *logs: PlainLog, clock: Clock | None = None) -> Iterator[Witness]:
    """The witness of a folder, for these logs."""
    keys = log_keys([parse_note_key(log.vkey) for log in logs])
    with open_witness(folder, keys, clock or Clock()) as witness:
        yield witness


def cosigned_head(note: str, key: NoteKey) -> tuple[Checkpoint, int]:
    """The head that a witness signed, and when, of a note with its line."""
    opened = open_note(note, [key])
    return parse_checkpoint(opened.body, allow_extensions=True), opened.cosigned[key]


@dataclass(slots=True)
class Reply:
    """What an HTTP request was answered."""

    status: int
    body: str
    headers: http.client.HTTPMessage = field(repr=False)


class ServedWitness:
    """`duebill witness serve` on a folder, in a process that may be killed and started again."""

    def __init__(self, folder: Path, *logs: PlainLog, words: Sequence[str] = ()) -> None:
        self.folder, self.port = folder, free_port()
        self._words = [*words, *(word for log in logs for word in ("--log", log.vkey))]
        self.start()

    def start(self) -> None:
        """Start it, again if need be, and wait until it answers."""
        place = ["--dir", str(self.folder), "--port", str(self.port)]
        self.process = start("witness", "serve", *place, *self._words)
        wait_until(self._listens)

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(PATIENCE_S)

    def stop(self) -> int:
        """End it as its keeper would; its exit status."""
        self.process.terminate()
        return self.process.wait(PATIENCE_S)

    def connect(self) -> http.client.HTTPConnection:
        """A connection of its own."""
        return http.client.HTTPConnection(HOST, self.port, timeout=PATIENCE_S)

    def add(self, body: bytes) -> Reply:
        """The answer to `add-checkpoint`."""
        with closing(self.connect()) as connection:
            return ask(connection, "POST", "/add-checkpoint", body)

    def get(self, path: str) -> Reply:
        """The answer to a GET."""
        with closing(self.connect()) as connection:
            return ask(connection, "GET", path)

    def _listens(self) -> bool:
        assert self.process.poll() is None, "the witness ended"
        with closing(socket.socket()) as probe:
            return probe.connect_ex((HOST, self.port)) == 0


def ask(
    connection: http.client.HTTPConnection, method: str, path: str, body: bytes | None = None
) -> Reply:
    """One request on a connection, and its answer."""
    connection.request(method, path, body)
    response = connection.getresponse()
    return Reply(response.status, response.read().decode(), response.headers)


@contextmanager
def serving(folder: Path, *logs: PlainLog, words: Sequence[str] = ()) -> Iterator[ServedWitness]:
    """A served witness, ended with the block; `words` are more options."""
    served = ServedWitness(folder, *logs, words=words)
    try:
        yield served
    finally:
        served.kill()
