"""How far an entry is, and waiting until it is as far as somebody needs.

*Sequenced*: it is in the log, its place is fixed. *Included*: it is under a head that the log
signed. *Witnessed*: it is under a head that meets the quorum of the operator's policy file.
Waiting holds no thread, ends after a bounded time, and is never an error.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.site import Site
from ledger.chain.receipt import State
from ledger.errors import Overloaded, RefusalCode, Refused
from ledger.feeding.kept import CosignedHead

MOST_WAIT_S, USUAL_WAIT_S = 20.0, 2.0
LOOK_S = 0.2
"""Between two looks whether a head was signed after all: the head store was away, most often."""

WAITABLE = (State.INCLUDED.value, State.WITNESSED.value)
PARAMETERS: list[dict[str, Any]] = [
    {
        "name": "state",
        "in": "query",
        "description": "How far the entry must be: under a signed head, or under a witnessed one.",
        "schema": {"type": "string", "enum": list(WAITABLE), "default": WAITABLE[0]},
    },
    {
        "name": "wait",
        "in": "query",
        "description": "Seconds to wait for that. When they are over: 202, and where to ask again.",
        "schema": {"type": "number", "minimum": 0, "maximum": MOST_WAIT_S, "default": USUAL_WAIT_S},
    },
]
"""The parameters of the routes that wait, for /openapi.json."""


def wanted(site: Site, params: Mapping[str, str]) -> tuple[State, float]:
    """The state that a caller asks for, and the seconds it waits. Raises `Refused`.

    Where no witness is asked, nothing will ever be witnessed: that is said at once.
    """
    state = params.get("state", State.INCLUDED.value)
    if state not in WAITABLE:
        raise _invalid("state", f"The state is {' or '.join(WAITABLE)}.")
    if state == State.WITNESSED.value and site.feeder is None:
        raise _invalid("state", "This server asks no witnesses: entries are included at most.")
    try:
        seconds = float(params.get("wait", USUAL_WAIT_S))
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= MOST_WAIT_S:
        raise _invalid("wait", f"The wait is 0 to {MOST_WAIT_S:g} seconds.")
    return State(state), seconds


async def reach(site: Site, seq: int, state: State, seconds: float) -> CosignedHead | None:
    """The newest head under which entry `seq` is in `state`; None when it is not there in time.

    Raises `Refused` (`record_not_found`) where there is no such entry.
    """
    head = await run_in_threadpool(_head, site, seq, state)
    if head is None and not 0 <= seq < await run_in_threadpool(site.embedded.store.size):
        raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no entry {seq}.")
    if head is None and seconds:
        with suppress(TimeoutError, Overloaded):
            async with asyncio.timeout(seconds):
                head = await _wait(site, seq, state)
    return head


def later(site: Site, seq: int, state: State) -> Response:
    """202: the entry is not so far yet; how far it is, and where to ask again."""
    url = f"/v1/receipts/{seq}?state={state.value}"
    tree = {"seq": seq, "state": present(site, seq).value, "url": url}
    return JSONResponse(tree, 202, {"Location": url, "Retry-After": "1"})


def present(site: Site, seq: int) -> State:
    """How far an entry of the log is now, by what this process knows."""
    if site.feeder is not None and site.feeder.has(seq + 1):
        return State.WITNESSED
    return State.INCLUDED if site.service.signed.size > seq else State.SEQUENCED


def state_under(site: Site, head: CosignedHead) -> State:
    """How far entries are that are shown under this head."""
    met = site.feeder is not None and site.feeder.policy.met_by(head.lines)
    return State.WITNESSED if met else State.INCLUDED


def _head(site: Site, seq: int, state: State) -> CosignedHead | None:
    if state is State.WITNESSED:
        head = site.feeder.witnessed() if site.feeder is not None else None
    else:
        head = site.over(site.service.newest(seq + 1))
    return head if head is not None and head.head.size > seq >= 0 else None


async def _wait(site: Site, seq: int, state: State) -> CosignedHead:
    """The head, whenever there is one; whoever waits gives up by cancelling."""
    if state is State.WITNESSED and site.feeder is not None:
        future = site.feeder.when(seq + 1)
        try:
            await site.awaiting.wait(future)
        finally:
            future.cancel()
    while True:
        head = await run_in_threadpool(_head, site, seq, state)
        if head is not None:
            return head
        await asyncio.sleep(LOOK_S)  # another process may sign it, and cannot tell us


def _invalid(name: str, detail: str) -> Refused:
    return Refused(RefusalCode.FIELD_INVALID, detail, place=f"/query/{name}")
