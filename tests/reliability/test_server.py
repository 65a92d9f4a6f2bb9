"""One server process as its operator treats it: a second one, too much load, an end, a damage."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import cycle, takewhile
from pathlib import Path
from typing import Any

import pytest

from api.embedded import open_folder
from ledger.audit.findings import Level
from tests.support.faults import Nursery, wait_until
from tests.support.faults_load import Load, driven_clock, registrations, take
from tests.support.faults_net import MANY, ONE, Caller, Heard, Server, call_together
from tests.support.faults_results import record
from tests.support.faults_verdict import check_audit, check_receipts

SECOND_WRITER_S, CLOSE_S, RECOVER_S = 1.0, 5.0, 5.0
CALM, CALMS, BATCHES, BATCH, CALLERS, FLOOD_S = 200, 4, 8, 250, 32, 2.0
TOO_MUCH = 10
"""A flood offers so many times what the server takes in calm."""
GROWTH = 100 * 1024 * 1024
"""Bytes by which a server may grow under a flood."""
TRIES = 5
"""What is quick in one of so many tries is quick: the machine's other work is none of its own."""


def made(folder: Path, count: int) -> list[Path]:
    """So many folders in a folder."""
    folders = [folder / f"{number}" for number in range(count)]
    for each in folders:
        each.mkdir()
    return folders


# -- a second writer -------------------------------------------------------------------------------
def open_twice(nursery: Nursery, load: Load, folder: Path) -> float:
    """A second server on a ledger that is served; the seconds after which it was refused."""
    ledger = load.copy(folder / "ledger")
    server = Server(nursery, load, ledger)
    began = time.monotonic()
    second = nursery.start("serve", load, ledger, port=1)
    assert second.wait() not in (0, None)
    seconds = time.monotonic() - began
    assert says_who_writes(server, second.says())
    with closing(Caller(server.port)) as caller:
        assert caller.insist(load.commands(0, 1)[0])["seq"] == load.base
    server.child.kill()
    return seconds


def says_who_writes(server: Server, said: str) -> bool:
    """Whether a refusal names the process that writes, and what to do."""
    why = f"is open for writing in another process (pid {server.child.pid}); stop that one first."
    return why in " ".join(said.split())


def test_a_second_writer_is_refused_within_a_second(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """It says who writes; the first goes on."""
    folders = made(tmp_path, TRIES)
    assert any(open_twice(nursery, load, folder) < SECOND_WRITER_S for folder in folders)


def test_a_second_server_is_refused_on_the_command_line(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """`duebill serve` on a ledger that is served: exit status 1, and no traceback."""
    ledger = load.copy(tmp_path / "ledger")
    server = Server(nursery, load, ledger)
    command = Path(sys.executable).with_name("duebill")
    words: list[str | Path] = [command, "serve", "--dir", ledger, "--port", "1"]
    done = subprocess.run(words, check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    assert done.returncode == 1
    assert says_who_writes(server, done.stderr)
    assert "Traceback" not in done.stderr
    server.child.kill()


# -- the end ---------------------------------------------------------------------------------------
def check_heard(load: Load, ledger: Path, heard: Heard) -> int:
    """Everything that callers were told is in the ledger; how many receipts there were."""
    receipts = heard.receipts()
    with open_folder(ledger, driven_clock(load.begun_ms)) as embedded:
        check_receipts(embedded, receipts)
        keys = embedded.log_keys()
    check_audit(ledger, keys, Level.MERKLE)
    return len(receipts)


def stop(nursery: Nursery, load: Load, folder: Path, after_s: float) -> tuple[float, int]:
    """SIGTERM under load, `after_s` after an answer; the seconds until the end, and how many
    receipts were given before.
    """
    ledger = load.copy(folder / "ledger")
    server = Server(nursery, load, ledger)
    commands = registrations(2_000)
    sent: list[bytes] = []
    shares = [noted(commands[number::4], sent) for number in range(4)]
    with closing(Caller(server.port)) as idle, ThreadPoolExecutor(1) as pool:
        assert idle.get("/healthz")[0] == 200
        loading = pool.submit(call_together, server.port, ONE, shares)
        wait_until(lambda: len(sent) > len(shares))  # who sends a second one heard of the first
        time.sleep(after_s)
        assert not loading.done()
        began = time.monotonic()
        status = server.child.kill(signal.SIGTERM)
        seconds = time.monotonic() - began
        heard = loading.result()
    assert status == 0, server.child.says()
    assert not (ledger / "ledger.db-wal").exists(), "the ledger was not closed"
    assert {code for code, _, _ in heard.answers} <= {201, 503}
    return seconds, check_heard(load, ledger, heard)


def noted(commands: list[bytes], sent: list[bytes]) -> Iterator[bytes]:
    """The commands in turn; those that were asked for are in `sent`."""
    for command in commands:
        sent.append(command)
        yield command


def test_a_server_that_is_told_to_stop_closes_cleanly(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """SIGTERM under load, with an idle caller: soon exit 0, and all that was said is there."""
    for folder in made(tmp_path, TRIES):
        seconds, acknowledged = stop(nursery, load, folder, 0.4)
        assert acknowledged > 0
        if seconds < CLOSE_S:
            return
    pytest.fail("no server was soon at its end")


# -- overload --------------------------------------------------------------------------------------
def until(end: float, bodies: list[bytes]) -> Iterator[bytes]:
    """The bodies in turn, as long as it is not `end` (`time.monotonic`)."""
    return takewhile(lambda _: time.monotonic() < end, cycle(bodies))


def flood(nursery: Nursery, load: Load, folder: Path) -> dict[str, Any]:
    """Ten times what is sustainable, for two seconds; then one caller who wants to be served."""
    ledger = load.copy(folder / "ledger")
    server = Server(nursery, load, ledger)
    commands = registrations(CALMS * CALM + BATCHES * BATCH + 1)
    calms, rates = [], []
    for start in range(0, CALMS * CALM, CALM):
        began = time.monotonic()
        calms.append(
            call_together(server.port, MANY, [[b"\n".join(commands[start : start + CALM])]])
        )
        rates.append(CALM / (time.monotonic() - began))
    sustainable = max(rates)  # what slows a server down in calm is the machine's other work
    before, end = server.memory(), time.monotonic() + FLOOD_S
    starts = range(CALMS * CALM, CALMS * CALM + BATCHES * BATCH, BATCH)
    bodies = [b"\n".join(commands[start : start + BATCH]) for start in starts]
    shares = [until(end, bodies[at % BATCHES :] + bodies) for at in range(CALLERS)]
    pause_s = CALLERS * BATCH / (TOO_MUCH * sustainable)
    with ThreadPoolExecutor(1) as pool, closing(Caller(server.port)) as caller:
        flooding = pool.submit(call_together, server.port, MANY, shares, pause_s)
        time.sleep(FLOOD_S)
        caller.insist(commands[-1])
        recovered_s = time.monotonic() - end
        heard = flooding.result()
    turned_away = [(status, after) for status, after, _ in heard.answers if status != 200]
    assert set(turned_away) == {(503, "1")}
    assert heard.broken == 0
    grown = server.memory() - before
    server.child.kill()
    acknowledged = sum(check_heard(load, ledger, each) for each in (*calms, heard))
    return {
        "a_second": sustainable,
        "acknowledged": acknowledged,
        "turned_away": len(turned_away) * BATCH,
        "recovered_s": recovered_s,
        "grown": grown,
    }


def test_ten_times_too_much_is_turned_away_and_forgotten(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """503 with Retry-After beyond a bound, no acknowledgement lost, and soon all is as before."""
    for folder in made(tmp_path, TRIES):
        figures = flood(nursery, load, folder)
        assert figures["grown"] < GROWTH
        if figures["recovered_s"] < RECOVER_S:
            return
    pytest.fail("after no flood all was soon as before")


# -- damage ----------------------------------------------------------------------------------------
def test_a_damaged_ledger_is_served_for_reading_only(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """A database behind its signed head: commands hear chain_halted, reads and the head go on."""
    ledger, old = load.copy(tmp_path / "ledger"), tmp_path / "old.db"
    shutil.copy(ledger / "ledger.db", old)
    with open_folder(ledger, driven_clock(load.begun_ms)) as embedded:
        take(embedded, load.commands(0, 20))
        note = embedded.service.signed.note
    shutil.copy(old, ledger / "ledger.db")
    server = Server(nursery, load, ledger)
    with closing(Caller(server.port)) as caller:
        status, headers, body = caller.post(ONE, load.commands(20, 21)[0])
        assert (status, json.loads(body)["code"]) == (503, "chain_halted")
        assert headers["Retry-After"]
        assert caller.get("/readyz")[0] == 503
        for path in ("/healthz", "/v1/ledger", "/metrics"):
            assert caller.get(path)[0] == 200
        assert caller.get("/log/checkpoint")[2].decode() == note
    server.child.kill()


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_servers_again_and_again(nursery: Nursery, load: Load, tmp_path: Path) -> None:
    """Twenty second writers, twenty ends at different moments, three floods."""
    folders = made(tmp_path, 43)
    twice = [open_twice(nursery, load, folder) for folder in folders[:20]]
    ends = [
        stop(nursery, load, folder, 0.05 * number) for number, folder in enumerate(folders[20:40])
    ]
    floods = [flood(nursery, load, folder) for folder in folders[40:]]
    assert max(twice) < SECOND_WRITER_S
    assert max(seconds for seconds, _ in ends) < CLOSE_S
    assert max(figures["recovered_s"] for figures in floods) < RECOVER_S
    assert max(figures["grown"] for figures in floods) < GROWTH
    record(
        "80-second-writer",
        "second writer",
        times=len(twice),
        slowest_s=max(twice),
        found="slowest: until it was refused",
    )
    record(
        "81-stop",
        "SIGTERM under load",
        times=len(ends),
        acknowledged=sum(receipts for _, receipts in ends),
        slowest_s=max(seconds for seconds, _ in ends),
        found="slowest: from the signal to the end, exit status 0, the database closed",
    )
    record(
        "82-flood",
        "ten times too much",
        times=len(floods),
        acknowledged=sum(figures["acknowledged"] for figures in floods),
        slowest_s=max(figures["recovered_s"] for figures in floods),
        found=f"{sum(figures['turned_away'] for figures in floods):,} commands heard 503 with"
        " Retry-After; slowest: from the end of the flood to a receipt; the server grew by"
        f" {max(figures['grown'] for figures in floods) / 2**20:.0f} MiB at most",
    )
