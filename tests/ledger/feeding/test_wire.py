"""One exchange with a server that does not behave: it ends in time, and bounded."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, parse_headers

import pytest

from ledger.errors import Unavailable
from ledger.feeding.wire import Wire
from tests.support.waiting import PATIENCE_S

Behave = Callable[[socket.socket, threading.Event], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@contextmanager
def server(behave: Behave) -> Iterator[str]:
    """A server that behaves so on each connection; its URL."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    threading.Thread(target=serve, args=[connection], daemon=True).start()

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                behave(connection, over)

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/prefix/"
        over.set()
        listening.shutdown(socket.SHUT_RDWR)


def take(connection: socket.socket) -> None:
    """Read one request whole: its head and its body may come in two pieces."""
    with connection.makefile("rb") as stream:
        stream.readline()
        stream.read(int(parse_headers(stream).get("Content-Length", "0")))


def silent(connection: socket.socket, over: threading.Event) -> None:
    """Take the request and say nothing."""
    over.wait()


def dripping(start: bytes) -> Behave:
    """A byte every now and then, after `start`, for ever."""

    def drip(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(start)
        while not over.wait(0.02):
            connection.sendall(b"A")

    return drip


def saying(data: bytes) -> Behave:
    """One answer, and hang up."""

    def say(connection: socket.socket, over: threading.Event) -> None:
        take(connection)
        connection.sendall(data)

    return say


@pytest.mark.parametrize(
    "behave",
    [
        silent,
        dripping(b""),
        dripping(b"HTTP/1.1 200 OK\r\nX: "),
        dripping(OK + b"Content-Length: 60000\r\n\r\n"),
        dripping(OK + b"Connection: close\r\n\r\n"),
        dripping(OK + b"Transfer-Encoding: chunked\r\n\r\nffff\r\n"),
    ],
    ids=["silent", "status", "header", "body", "body without length", "chunk"],
)
def test_an_exchange_ends_at_its_deadline(behave: Behave) -> None:
    """However slowly the server drips, the exchange breaks off when its time is over."""
    slow = pytest.raises(Unavailable, match=r"time is over|timed out")
    with server(behave) as url, Wire(url, 0.3) as wire, slow:
        wire.exchange("/add-checkpoint", b"old 0\n\n")


def test_a_deadline_that_comes_while_it_connects_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that is made too late is not used: nothing would break it off any more."""
    connect = HTTPConnection.connect

    def late(connection: HTTPConnection) -> None:
        time.sleep(1.0)
        connect(connection)

    monkeypatch.setattr(HTTPConnection, "connect", late)
    slow = pytest.raises(Unavailable, match="time is over")
    with server(dripping(OK + b"Connection: close\r\n\r\n")) as url, Wire(url, 0.1) as wire, slow:
        wire.exchange("/x")


@pytest.mark.parametrize(
    "data",
    [
        OK + b"Content-Length: 50000000\r\n\r\n" + b"A" * 70_000,
        OK + b"Connection: close\r\n\r\n" + b"A" * 70_000,
    ],
    ids=["with length", "without"],
)
def test_an_answer_is_read_up_to_its_bound(data: bytes) -> None:
    """More than 65,536 bytes are refused, whatever length was promised."""
    large = pytest.raises(Unavailable, match="more than 65536 bytes")
    with server(saying(data)) as url, Wire(url, PATIENCE_S) as wire, large:
        wire.exchange("/add-checkpoint", b"old 0\n\n")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00" * 100,
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 100_000,
        OK + b"Content-Length: 10\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
    ids=["nothing", "no HTTP", "headers", "header", "cut", "chunk"],
)
def test_what_is_no_whole_answer_is_none(data: bytes) -> None:
    """An answer that is cut, or is no HTTP, is unavailable, and never half an answer."""
    broken = pytest.raises(Unavailable, match=r"no answer: (?!its time is over|timed out)")
    with server(saying(data)) as url, Wire(url, PATIENCE_S) as wire, broken:
        wire.exchange("/checkpoint")


def test_a_connection_is_kept_and_made_anew_when_it_was_closed() -> None:
    """Two answers on one connection; the third comes on a second one after a silent close."""
    made = []

    def twice(connection: socket.socket, over: threading.Event) -> None:
        made.append(connection)
        for _ in range(2):
            take(connection)
            connection.sendall(OK + b"Content-Length: 2\r\n\r\nhi")

    with server(twice) as url, Wire(url, PATIENCE_S) as wire:
        answers = [wire.exchange("/x", b"old 0\n\n") for _ in range(3)]
        assert [(item.status, item.media_type, item.body) for item in answers] == [
            (200, "text/plain", b"hi")
        ] * 3
    assert len(made) == 2


def test_nobody_listens() -> None:
    """A closed port is unavailable."""
    refused = pytest.raises(Unavailable, match="refused")
    with socket.socket() as bound:  # so that nobody else can listen there
        bound.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{bound.getsockname()[1]}"
        with Wire(url, PATIENCE_S) as wire, refused:
            wire.exchange("/x")


def test_many_addresses_of_one_host_cost_the_time_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each has its share; one that answers after others did not is reached."""
    asked: list[str] = []

    def silent(address: tuple[str, int], timeout: float) -> socket.socket:
        """Nobody answers."""
        asked.append(address[0])
        time.sleep(timeout)
        raise TimeoutError

    ways = [f"192.0.2.{number}" for number in range(20)]
    with monkeypatch.context() as patched:
        patched.setattr(socket, "create_connection", silent)
        began = time.monotonic()
        with Wire("http://many.example", 0.4, ways) as wire, pytest.raises(Unavailable):
            wire.exchange("/x")
    assert asked == ways
    assert time.monotonic() - began < 4  # one after the other they would take eight seconds
    with server(saying(OK + b"Content-Length: 2\r\n\r\nhi")) as url:
        port = url.split(":")[2]
        with Wire(f"http://many.example:{port}", PATIENCE_S, ("127.0.0.2", "127.0.0.1")) as wire:
            assert wire.exchange("x").body == b"hi"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a/b",
        "file:///etc",
        "http://",
        "a.example",
        "http://a/?q",
        "http://a:port/",
        "http://a:65536/",
        "http://[::1/",
    ],
)
def test_other_addresses_are_refused(url: str) -> None:
    """Only http and https, with a host and a port that can be, and without a query."""
    with pytest.raises(ValueError, match="no http"):
        Wire(url, 1)
