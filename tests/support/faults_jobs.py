"""What the child processes of a fault campaign do, and the nursery that forks them.

``python -m tests.support.faults_jobs`` imports everything once and then forks a child for each
order it reads, in milliseconds. Children say what was answered to them in a file of their own,
by `writev`: the database never calls that, so a fault that is injected into `write` spares it.
"""

from __future__ import annotations

import json
import os
import sys
import time
import traceback
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import api.local
from api.app import create_app
from api.commands import serve as serving
from api.embedded import Embedded, open_folder
from ledger.errors import Halted, LedgerError
from ledger.service import Answer, Receipt
from ledger.store import schema
from tests.support.faults import seeded
from tests.support.faults_load import Load, driven_clock, take
from tests.support.faults_net import ONE, Caller

CALLS_AT_ONCE, SIZES = 3, (1, 1, 1, 3, 10, 40)
WARMING = 50
"""Commands that the nursery takes before it forks."""
CRASHED = 70
"""Exit status of a child that ended by an exception."""
HALTED = 3
"""Exit status of a child whose ledger halted."""


class Acks:
    """The file to which a child says what it was answered, each answer at once."""

    def __init__(self, path: str) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def say(self, first: int, answers: Sequence[Answer]) -> None:
        """The answers to commands `first` and those after it."""
        lines = [json.dumps(_told(first + at, answer)) for at, answer in enumerate(answers)]
        os.writev(self._file, ["".join(f"{line}\n" for line in lines).encode()])

    def note(self, **facts: Any) -> None:
        """Anything else that the parent should know."""
        os.writev(self._file, [f"{json.dumps(facts)}\n".encode()])


def _told(index: int, answer: Answer) -> dict[str, Any]:
    if isinstance(answer, Receipt):
        leaf, note = answer.leaf.hex(), answer.checkpoint
        return {"index": index, "seq": answer.seq, "leaf": leaf, "note": note}
    return {"index": index, "error": type(answer).__name__, "says": str(answer)}


# -- jobs ------------------------------------------------------------------------------------------
def write(
    load: Load,
    folder: Path,
    acks: str,
    seed: int,
    most: int | None = None,
    pause_s: float = 0.0,
    synchronous: str = "",
) -> int:
    """Go on with the load where the log ends, in calls of random sizes, some on their way at once.

    At most `most` commands, with a pause after each answer. `synchronous` other than the
    release's own makes the database lie: for controls.
    """
    schema.WRITER["synchronous"] = synchronous or schema.WRITER["synchronous"]
    random, told = seeded(seed), Acks(acks)
    with open_folder(folder, driven_clock(load.begun_ms)) as embedded:
        first = embedded.store.size() - load.base
        end = load.count if most is None else min(load.count, first + most)
        on_their_way: deque[tuple[int, Future[list[Answer]]]] = deque()
        while first < end or on_their_way:
            while first < end and len(on_their_way) < CALLS_AT_ONCE:
                group = load.commands(first, min(end, first + random.choice(SIZES)))
                on_their_way.append((first, embedded.service.offer(group)))
                first += len(group)
            start, answers = on_their_way.popleft()
            told.say(start, answers.result())
            time.sleep(pause_s)
    return 0


def insist(load: Load, folder: Path, acks: str, count: int, tries: int) -> int:
    """Give `count` commands one by one, each up to `tries` times, and read at the end."""
    told = Acks(acks)
    with open_folder(folder, driven_clock(load.begun_ms)) as embedded:
        first = embedded.store.size() - load.base
        for index, command in enumerate(load.commands(first, first + count), start=first):
            for _ in range(tries):
                answer = _attempt(embedded, command)
                told.say(index, [answer])
                if isinstance(answer, Receipt):
                    break
        halted = embedded.service.halted
        told.note(halted=halted, read=len(list(embedded.store.entries(0, load.base))))
    return HALTED if halted else 0


def _attempt(embedded: Embedded, command: bytes) -> Answer:
    try:
        return embedded.service.submit(command)
    except LedgerError as error:
        return error


def serve(load: Load, folder: Path, port: int) -> int:
    """`duebill serve`, at the market's time."""
    vars(api.local)["now_ms"] = driven_clock(load.begun_ms)
    serving.run(folder=folder, port=port)
    return 0


def race(load: Load, folder: Path, commands: str, port: int, gun_s: float, told: str) -> int:
    """Send commands one by one from `gun_s` on (`time.time`), and tell what each heard and when."""
    caller, heard = Caller(port), []
    lines = Path(commands).read_bytes().splitlines()
    time.sleep(max(0.0, gun_s - time.time()))
    for line in lines:
        sent = time.time()
        status, _, body = caller.post(ONE, line)
        heard.append({"sent": sent, "heard": time.time(), "status": status, **json.loads(body)})
    Path(told).write_text(json.dumps(heard))
    return 0


JOBS = {job.__name__: job for job in (write, insist, serve, race)}


# -- the nursery -----------------------------------------------------------------------------------
def _warm_up(load: Load, folder: Path) -> int:
    """Do once what every child would have to do first; returns the exit status 0."""
    with open_folder(load.copy(folder), driven_clock(load.begun_ms)) as embedded:
        take(embedded, load.commands(0, WARMING))
        create_app(embedded)
    return 0


def _fork(order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = CRASHED
    try:
        for path, mode, number in (("/dev/null", os.O_RDONLY, 0), (order["log"], os.O_WRONLY, 1)):
            os.dup2(os.open(path, mode | os.O_CREAT | os.O_APPEND, 0o600), number)
        os.dup2(1, 2)
        if order["gate"]:
            os.read(os.open(order["gate"], os.O_RDONLY), 1)
        status = JOBS[order["job"]](
            Load.from_tree(order["load"]), Path(order["folder"]), **order["how"]
        )
    except Halted:
        traceback.print_exc()
        status = HALTED
    except BaseException as error:  # noqa: BLE001 - a child must not go on as the nursery
        traceback.print_exc()
        if isinstance(error, SystemExit):
            status = error.code if isinstance(error.code, int) else CRASHED
    finally:
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    """Fork a child for each order on standard input; answer with its number or its status."""
    for line in sys.stdin:
        order = json.loads(line)
        if "warm" in order:
            answer = _warm_up(Load.from_tree(order["warm"]), Path(order["folder"]))
        elif "wait" in order:
            _, status = os.waitpid(order["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = _fork(order)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
