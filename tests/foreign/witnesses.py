"""Witnesses that others wrote (C2SP `tlog-witness`), as servers on this machine.

`witness-log` is Rust in a wheel and brings no server, so a few lines of HTTP stand before it;
`aics-witness` is a server in Python, started as its operators start it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from witness_log import WitnessService

from ledger.chain.note import NoteKey, parse_note_key
from ledger.feeding.asking import Answer
from ledger.feeding.wire import Wire
from tests.foreign.tools import INSTALLED, found, run
from tests.ledger.chain.sample import LOG_NOTE_KEY, ORIGIN
from tests.support.answering import Reply, answering

SEED = bytes(range(100, 132))


@dataclass(frozen=True)
class Witness:
    """A foreign witness that knows the sample log: where it listens, and its key.

    `shows_its_head` says whether it serves what it cosigned last, as monitors ask for it.
    """

    url: str
    key: NoteKey
    shows_its_head: bool

    def ask(self, body: bytes) -> Answer:
        """Its answer to the body of an `add-checkpoint` request."""
        with Wire(self.url, 30) as wire:
            return wire.exchange("/add-checkpoint", body)


@contextmanager
def witness_log() -> Iterator[Witness]:
    """The Rust witness, its state in memory."""
    service = WitnessService.new("witness.example/rust", SEED)
    assert service.add_log(ORIGIN, LOG_NOTE_KEY.text())

    def answer(_: str, request: bytes | None) -> Reply:
        if request is None:
            return 404, "text/plain", b""
        status, media_type, said = service.handle_add_checkpoint_http(request.decode())
        return status, media_type, said.encode()

    with answering(answer) as url:
        yield Witness(url, parse_note_key(service.vkey()), shows_its_head=False)


@contextmanager
def aics_witness(folder: Path) -> Iterator[Witness]:
    """The Python witness as a process of its own, its state below `folder`."""
    python = {"PYTHONPATH": str(found(INSTALLED / "python"))}
    words = [sys.executable, "-m", "aics_witness"]
    config = ["--config", str(folder / "witness.json")]
    new = ["--name", "witness.example/aics", "--listen", "127.0.0.1:0"]
    log = ["--origin", ORIGIN, "--vkey", LOG_NOTE_KEY.text()]
    done = run([*words, "init", *config, *new], folder, python)
    assert done.returncode == 0, done.stderr
    vkey = done.stdout.split()[0]
    done = run([*words, "add-log", *config, *log], folder, python)
    assert done.returncode == 0, done.stderr
    said = folder / "serve.log"
    with said.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a program of our own choice
            [*words, "serve", *config], stdout=output, stderr=output, env=python, cwd=folder
        )
    try:
        yield Witness(_address(process, said), parse_note_key(vkey), shows_its_head=True)
    finally:
        process.terminate()
        process.wait(30)


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    """Where the process says that it listens."""
    while process.poll() is None:
        match = re.search(r"listening on (http://\S+)\s", said.read_text("utf-8"))
        if match:
            return match[1]
        time.sleep(0.05)
    raise AssertionError(said.read_text("utf-8"))
