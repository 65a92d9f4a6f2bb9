"""Couriers and receivers of what is told, and a victim whose office is told of its keys."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from api.drafting import new_jti
from api.telling.outbox import Message, Outbox
from api.telling.teller import Teller
from ledger.errors import Unavailable
from ledger.parties import commands as p
from ledger.parties.commands import Notice, Role
from ledger.service import Receipt
from tests.support.sandbox import Sandbox, digest, open_sandbox, signing_key

__all__ = ["receiver"]

OFFICE = "mailto:finance@victim.example"
THIEF = "https://thief.example/inbox"
ANN, BOB, NEW = "victim", "victim/bob", "victim/new"
HOUR_MS = 3_600_000


class Carried:
    """A courier that keeps what it is given, and fails while `away`."""

    def __init__(self) -> None:
        self.given: list[Message] = []
        self.away = False

    def __call__(self, message: Message) -> None:
        """Take a message."""
        if self.away:
            raise Unavailable("nobody is there")
        self.given.append(message)

    def days(self) -> list[str]:
        """The days of what arrived."""
        return [message.name[:10] for message in self.given]


class Receiver(ThreadingHTTPServer):
    """An obligor's own server, on a free port of 127.0.0.1, that keeps what arrived."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Taking)
        self.taken: list[bytes] = []


class Taking(BaseHTTPRequestHandler):
    """Takes what is posted to /in, points elsewhere at /moved, and fails at any other path."""

    def do_POST(self) -> None:
        """Answer one request."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = {"/in": 204, "/moved": 302}.get(self.path, 500)
        if status == 204:
            assert isinstance(self.server, Receiver)
            self.server.taken.append(body)
        self.send_response(status)
        self.send_header("Location", "/in")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that listens."""
    with Receiver() as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with a supplier of two people, who named where the office is told."""
    with open_sandbox(tmp_path / "ledger") as opened:
        opened.enrol("victim", (Role.SUPPLIER,), "bob")
        by(opened, BOB, contact(OFFICE))
        yield opened


def contact(address: str) -> p.SetContact:
    """A contact that is told of keys and recoveries."""
    return p.SetContact(address=address, notices=(Notice.KEY_CHANGES, Notice.RECOVERY))


def by(box: Sandbox, label: str, command: Any, jti: str | None = None) -> Receipt:
    """The victim gives a command, signed with this key."""
    return box.service.submit(box.desk("victim").draft(command, jti=jti).signed(box.keys[label]))


def open_recovery(box: Sandbox) -> Receipt:
    """A recovery of the victim's keys, by its bank."""
    box.keys[NEW] = signing_key(NEW)
    desk, jti = box.desk("bank"), new_jti(box.clock.ms)
    command = p.OpenRecovery(
        party=box.party("victim"),
        keys=(desk.new_key(box.keys[NEW], "ann", jti),),
        evidence=digest("report"),
    )
    return box.service.submit(desk.draft(command, jti=jti).signed(box.keys["bank"]))


def account(number: int) -> p.AddAccount:
    """Another account of the victim."""
    return p.AddAccount(number=f"6222 0000 {number:04}", bank="示例银行", currency="CNY")


def teller_of(box: Sandbox, folder: Path, carried: Carried) -> Teller:
    """A teller over an outbox in `folder`."""
    return Teller(box.embedded, Outbox(folder), carried)


def bodies(carried: Carried) -> list[Any]:
    """What arrived, as JSON."""
    return [json.loads(message.body) for message in carried.given]


def events(carried: Carried) -> list[list[str]]:
    """What happened, message by message."""
    return [[item["what"] for item in body["events"]] for body in bodies(carried)]
