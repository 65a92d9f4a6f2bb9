"""Answers of other threads in an event loop: each to whom it belongs, the loop woken once."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from threading import Thread
from typing import Any

import pytest

from api.awaiting import Awaiting

MANY = 50


def futures(count: int) -> list[Future[int]]:
    """So many that nobody completed yet."""
    return [Future() for _ in range(count)]


def complete(given: list[Future[int]]) -> None:
    """Complete them in another thread: each second one with an error."""

    def work() -> None:
        for number, future in enumerate(given):
            if number % 2:
                future.set_exception(ValueError(number))
            else:
                future.set_result(number)

    thread = Thread(target=work)
    thread.start()
    thread.join()


def test_a_group_wakes_the_loop_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody hears the own answer, a result or an error."""
    awaiting = Awaiting()

    async def run() -> tuple[list[Any], int]:
        loop = asyncio.get_running_loop()
        woken = 0
        wake = loop.call_soon_threadsafe

        def counted(*given: Any) -> Any:
            nonlocal woken
            woken += 1
            return wake(*given)

        monkeypatch.setattr(type(loop), "call_soon_threadsafe", lambda _self, *it: counted(*it))
        given = futures(MANY)
        waiting = [asyncio.ensure_future(awaiting.wait(future)) for future in given]
        await asyncio.sleep(0)  # all wait now
        complete(given)
        return await asyncio.gather(*waiting, return_exceptions=True), woken

    answers, woken = asyncio.run(run())
    assert [answer.args[0] if isinstance(answer, ValueError) else answer for answer in answers] == [
        *range(MANY)
    ]
    assert [isinstance(answer, ValueError) for answer in answers] == [False, True] * (MANY // 2)
    assert woken == 1


def test_who_went_away_is_not_told() -> None:
    """A cancelled request leaves its answer; the others get theirs."""
    awaiting = Awaiting()

    async def run() -> int:
        given = futures(3)
        waiting = [asyncio.ensure_future(awaiting.wait(future)) for future in given]
        await asyncio.sleep(0)
        waiting[0].cancel()
        complete(given)
        return await waiting[2]

    assert asyncio.run(run()) == 2


def test_a_second_loop_has_its_own_answers() -> None:
    """Loops come and go; what completes after its loop has ended harms nobody."""
    awaiting = Awaiting()
    late = futures(1)

    async def leave() -> None:
        task = asyncio.ensure_future(awaiting.wait(late[0]))
        await asyncio.sleep(0)
        task.cancel()

    async def stay() -> int:
        given = futures(1)
        task = asyncio.ensure_future(awaiting.wait(given[0]))
        await asyncio.sleep(0)
        complete(given)
        return await task

    asyncio.run(leave())
    complete(late)
    assert asyncio.run(stay()) == 0


def test_what_is_done_already_is_given_at_once() -> None:
    """A future need not be waited for before it is complete."""
    awaiting = Awaiting()
    given = futures(1)
    complete(given)
    assert asyncio.run(awaiting.wait(given[0])) == 0
