"""A server under load and under fire: requests whose replies are lost, floods, and its memory."""

from __future__ import annotations

import http.client
import json
import secrets
import socket
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from ledger.base64url import b64url_decode
from tests.support.faults import PATIENCE_S, Answer, Child, Nursery, wait_until
from tests.support.faults_load import Load

HOST = "127.0.0.1"
ONE, MANY = "/v1/commands", "/v1/commands:batch"


def free_port() -> int:
    """A port on which nobody listens.

    It is below those that a system gives to whoever asks for any: else another test's socket could
    take it before the server does, or while the server is dead.
    """
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with suppress(OSError), closing(socket.create_server((HOST, port))):
            return port


class Server:
    """`duebill serve` on a ledger, in a child that may be killed and started again."""

    def __init__(self, nursery: Nursery, load: Load, ledger: Path) -> None:
        self.port = free_port()
        self._nursery, self._load, self._ledger = nursery, load, ledger
        self.child = self.start()

    def start(self) -> Child:
        """Start it, again if need be, and wait until it answers."""
        self.child = self._nursery.start("serve", self._load, self._ledger, port=self.port)
        wait_until(lambda: self.child.has_ended(0) or self._listens())
        assert not self.child.has_ended(0), self.child.says()
        return self.child

    def memory(self) -> int:
        """The most bytes it ever had in memory."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) * 1024

    def _listens(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port)):
                return True
        except OSError:
            return False


class Caller:
    """One connection to a server, kept from call to call and made anew when it is broken."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection(HOST, port, timeout=PATIENCE_S)

    def post(self, path: str, body: bytes) -> tuple[int, http.client.HTTPMessage, bytes]:
        """Status, headers and body of the answer. Raises `OSError` or `HTTPException`."""
        return self._ask("POST", path, body)

    def get(self, path: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        """The same for a GET."""
        return self._ask("GET", path, None)

    def insist(self, command: bytes) -> dict[str, Any]:
        """The receipt of a command, asked for until there is one."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                status, _, body = self.post(ONE, command)
            except (OSError, http.client.HTTPException):
                time.sleep(0.002)
                continue
            if status in (200, 201):
                return dict(json.loads(body))
            assert status == 503, body
            time.sleep(0.01)
        raise AssertionError("There never was a receipt.")

    def batch(self, commands: Sequence[bytes]) -> list[dict[str, Any]]:
        """The verdicts on commands, sent as one batch."""
        status, _, body = self.post(MANY, b"\n".join(commands))
        assert status == 200, body
        return [json.loads(line) for line in body.splitlines()]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def _ask(
        self, method: str, path: str, body: bytes | None
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        kept = self._connection.sock is not None
        try:
            self._connection.request(method, path, body)
            response = self._connection.getresponse()
            return response.status, response.headers, response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            if not kept:
                raise
        return self._ask(method, path, body)  # the server lets go of connections that idle


def lose_reply(port: int, command: bytes, random: Random) -> None:
    """Send a command and never read its reply: it comes and is thrown away, or is not awaited."""
    with closing(socket.create_connection((HOST, port))) as connection:
        head = f"POST {ONE} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(command)}\r\n\r\n"
        connection.sendall(head.encode() + command)
        if random.random() < 0.8:
            connection.settimeout(PATIENCE_S)
            connection.recv(1, socket.MSG_PEEK)


@dataclass(slots=True)
class Heard:
    """What callers heard: status, Retry-After and body of each; `broken` counts connections."""

    answers: list[tuple[int, str | None, bytes]] = field(default_factory=list)
    broken: int = 0

    def receipts(self) -> list[Answer]:
        """All receipts that were given, in single answers and in batches."""
        trees = [
            json.loads(line)
            for status, _, body in self.answers
            if status in (200, 201)
            for line in body.splitlines()
        ]
        found = [tree.get("receipt", tree) for tree in trees]
        return [receipt_of(tree) for tree in found if "leaf" in tree]


def receipt_of(tree: dict[str, Any], index: int = 0) -> Answer:
    """A receipt as the server sends it."""
    leaf = b64url_decode(tree["leaf"]).hex()
    return Answer(index, tree["seq"], leaf, tree["checkpoint"])


def call(port: int, path: str, bodies: Iterable[bytes], pause_s: float = 0.0) -> Heard:
    """Post the bodies one after the other, one each `pause_s` seconds at most, on one connection.

    Ends at the first connection that breaks.
    """
    heard = Heard()
    with closing(Caller(port)) as caller:
        due = time.monotonic()
        for body in bodies:
            time.sleep(max(0.0, due - time.monotonic()))
            due += pause_s
            try:
                status, headers, answer = caller.post(path, body)
            except (OSError, http.client.HTTPException):
                heard.broken += 1
                break
            heard.answers.append((status, headers["Retry-After"], answer))
    return heard


def call_together(
    port: int, path: str, shares: Sequence[Iterable[bytes]], pause_s: float = 0.0
) -> Heard:
    """As `call`, with one connection and thread for each share of the bodies."""
    with ThreadPoolExecutor(len(shares)) as pool:
        all_heard = list(pool.map(lambda share: call(port, path, share, pause_s), shares))
    together = Heard()
    for heard in all_heard:
        together.answers += heard.answers
        together.broken += heard.broken
    return together
