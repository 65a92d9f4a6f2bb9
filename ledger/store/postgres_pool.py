"""A few connections for reading, kept and lent: made when they are needed, dropped when dead.

A pool that makes connections in the background, with growing pauses after a failure, goes on
failing for seconds after the server is back. This one asks the server whenever somebody asks it.
"""

from __future__ import annotations

import select
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from psycopg import Connection
from psycopg.pq import TransactionStatus

from ledger.errors import Unavailable
from ledger.store.postgres_link import SECONDS


class Pool:
    """At most `size` connections that `connect` makes, for as many threads at a time."""

    def __init__(self, connect: Callable[[], Connection], size: int) -> None:
        self._connect = connect
        self._free = threading.BoundedSemaphore(size)
        self._idle: deque[Connection] = deque()
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[Connection]:
        """A connection that is outside of any transaction, until the block ends.

        Raises `psycopg.Error` when none can be made, `Unavailable` when all are lent for seconds
        or the pool is closed.
        """
        if not self._free.acquire(timeout=SECONDS):
            raise Unavailable("Too many read at once: try again.")
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._free.release()

    def close(self) -> None:
        """Close what is not lent now; the rest is closed when it comes back."""
        self._closed = True
        while self._idle:
            self._idle.pop().close()

    def _take(self) -> Connection:
        if self._closed:
            raise Unavailable("The ledger is closed.")
        while self._idle:
            connection = self._idle.pop()
            if is_alive(connection):
                return connection
            connection.close()
        return self._connect()

    def _give_back(self, connection: Connection) -> None:
        if self._closed or connection.info.transaction_status != TransactionStatus.IDLE:
            connection.close()
        else:
            self._idle.append(connection)


def is_alive(connection: Connection) -> bool:
    """Whether an idle connection can be used: a server that ended it has sent its farewell."""
    if connection.closed:
        return False
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return not poll.poll(0)
