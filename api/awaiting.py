"""Waiting for the writer's answers in an event loop that many requests share.

A group of answers comes from another thread at once. Waking the loop for each of them would cost
the writer a system call each, and the interpreter would change threads as often; so the loop is
woken once for all that have come.
"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, TypeVar
from weakref import WeakKeyDictionary, WeakMethod

T = TypeVar("T")


class Awaiting:
    """Brings what other threads complete into the event loops where it is waited for."""

    def __init__(self) -> None:
        self._inboxes: WeakKeyDictionary[asyncio.AbstractEventLoop, _Inbox] = WeakKeyDictionary()

    async def wait(self, future: Future[T]) -> T:
        """What `future` gives, or raises. Who waits may go away; the work goes on."""
        loop = asyncio.get_running_loop()
        inbox = self._inboxes.get(loop)
        if inbox is None:
            inbox = self._inboxes[loop] = _Inbox(loop)
        mine: asyncio.Future[T] = loop.create_future()
        future.add_done_callback(lambda done: inbox.put(mine, done))
        return await mine


class _Inbox:
    """What has come for one loop and was not handed over yet."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._wake = WeakMethod(loop.call_soon_threadsafe)
        self._come: deque[tuple[asyncio.Future[Any], Future[Any]]] = deque()
        self._is_woken = False

    def put(self, mine: asyncio.Future[Any], done: Future[Any]) -> None:
        """Have `done` handed over soon. For any thread."""
        self._come.append((mine, done))
        wake = self._wake()
        if not self._is_woken and wake is not None:
            self._is_woken = True
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                wake(self._hand_over)

    def _hand_over(self) -> None:
        # First the flag: what comes from here on wakes the loop again, should it be missed below.
        self._is_woken = False
        while self._come:
            mine, done = self._come.popleft()
            if mine.cancelled():
                continue
            error = done.exception()
            if error is None:
                mine.set_result(done.result())
            else:
                mine.set_exception(error)
