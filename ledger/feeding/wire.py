"""One HTTP connection to a witness, kept open, of which every exchange ends at its deadline.

A socket's timeout bounds each read, and a peer that sends a byte now and then never meets it. So
a watch beside each exchange breaks the connection when its time is over.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from time import monotonic
from urllib.parse import urlsplit

from ledger.closing import Closing
from ledger.errors import Unavailable
from ledger.feeding.asking import LARGEST_ANSWER, Answer


@dataclass(frozen=True, slots=True)
class Address:
    """What an http or https URL says: the `path` is the prefix of what is asked for."""

    secure: bool
    host: str
    port: int | None
    path: str


def parse_address(url: str) -> Address:
    """The address in a URL. Raises `ValueError` unless it is http(s), with a host, and no query."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:  # brackets, or a port that is none
        raise ValueError(f"{url!r} is no http or https URL: {error}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
        raise ValueError(f"{url!r} is no http or https URL with a host and without a query")
    return Address(parts.scheme == "https", parts.hostname, port, parts.path)


class Wire(Closing):
    """Exchanges with the server at `url`, its prefix, for one thread at a time.

    Redirects are not followed. With `ways` it connects to these numeric addresses of the host
    alone, one after the other, all in the time of one. Raises `ValueError` as `parse_address`.
    """

    def __init__(self, url: str, timeout_s: float, ways: Sequence[str] = ()) -> None:
        address = parse_address(url)
        self._path = address.path
        self._timeout_s = timeout_s
        self._secure = address.secure
        self._ways = tuple(ways)
        kind = HTTPSConnection if address.secure else HTTPConnection
        self._connection = kind(address.host, address.port, timeout=timeout_s)
        self._held: socket.socket | None = None

    def close(self) -> None:
        """Let go of the connection; a later exchange makes a new one."""
        self._connection.close()

    def exchange(
        self,
        path: str,
        body: bytes | None = None,
        most: int = LARGEST_ANSWER,
        media_type: str = "text/plain; charset=utf-8",
    ) -> Answer:
        """The answer to a GET, or to a POST of `body`, at `path` below the prefix ("": there).

        Raises `Unavailable` when it does not come in time, breaks off, or has more than `most`
        bytes.
        """
        was_open = self._connection.sock is not None
        over = threading.Event()
        watch = threading.Timer(self._timeout_s, self._break, [over])
        watch.daemon = True
        watch.start()
        try:
            try:
                answer = self._once(path, body, most, media_type, over)
            except (ConnectionError, HTTPException):
                if not was_open or over.is_set():
                    raise
                self.close()  # it was kept open for too long
                answer = self._once(path, body, most, media_type, over)
            if over.is_set():
                raise TimeoutError
        except (OSError, HTTPException, UnicodeError) as error:
            self.close()
            why = "its time is over" if over.is_set() else str(error) or type(error).__name__
            raise Unavailable(f"no answer: {why[:200]}") from None
        finally:
            watch.cancel()
        return answer

    def _once(
        self, path: str, body: bytes | None, most: int, media_type: str, over: threading.Event
    ) -> Answer:
        method = "GET" if body is None else "POST"
        headers = {} if body is None else {"Content-Type": media_type}
        if self._connection.sock is None:
            self._connect()
        self._held = self._connection.sock  # where the answer ends it, the connection forgets it
        if over.is_set():  # the watch came while we connected, and had nothing to break
            raise TimeoutError
        target = self._path.rstrip("/") + path if path else self._path or "/"
        self._connection.request(method, target, body, headers)
        with self._connection.getresponse() as response:
            return self._read(response, most)

    def _connect(self) -> None:
        if not self._ways:
            self._connection.connect()
            return
        reached = self._reach()
        try:
            reached.settimeout(self._timeout_s)
            reached.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._secure:
                context = ssl.create_default_context()
                reached = context.wrap_socket(reached, server_hostname=self._connection.host)
        except OSError:
            reached.close()
            raise
        self._connection.sock = reached

    def _reach(self) -> socket.socket:
        """The first of the ways that answers; each has its share of the time that is left."""
        until, failed = monotonic() + self._timeout_s, OSError("no address")
        for number, way in enumerate(self._ways):
            share_s = (until - monotonic()) / (len(self._ways) - number)
            try:
                return socket.create_connection((way, self._connection.port), max(share_s, 0.001))
            except OSError as error:
                failed = error
        raise failed

    def _read(self, response: HTTPResponse, most: int) -> Answer:
        data = response.read(most + 1)
        if len(data) > most:
            self.close()
            raise Unavailable(f"the answer has more than {most} bytes")
        media_type = response.headers.get_content_type()
        if response.length:  # it promised more than it sent
            raise HTTPException("the answer breaks off")
        return Answer(response.status, media_type, data)

    def _break(self, over: threading.Event) -> None:
        over.set()
        if self._held is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._held, socket.SHUT_RDWR)
