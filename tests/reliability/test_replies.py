"""Every reply is lost once: the retry finds exactly one entry, and always says the same."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from random import Random
from typing import Any

import pytest

from ledger.audit.findings import Level
from tests.support.faults import Nursery, seeded
from tests.support.faults_load import Load
from tests.support.faults_net import Caller, Server, lose_reply, receipt_of
from tests.support.faults_results import record
from tests.support.faults_verdict import check_restart

BATCH = 250


def lose_each_once(
    server: Server, caller: Caller, commands: list[bytes], random: Random, kills: int
) -> list[dict[str, Any]]:
    """The receipts of commands whose first reply was lost; some by the death of the server."""
    receipts = []
    last_words = set(random.sample(range(len(commands)), kills))
    for index, command in enumerate(commands):
        lose_reply(server.port, command, random)
        if index in last_words:
            server.child.kill()
            server.start()
        receipts.append(caller.insist(command))
    return receipts


def say_again(caller: Caller, commands: list[bytes]) -> list[dict[str, Any]]:
    """The receipts of commands that are in the ledger already."""
    starts = range(0, len(commands), BATCH)
    verdicts = [each for start in starts for each in caller.batch(commands[start : start + BATCH])]
    return [verdict["receipt"] for verdict in verdicts]


def without_head(receipt: dict[str, Any]) -> dict[str, Any]:
    """A receipt without the head, which is the newest each time."""
    return {name: value for name, value in receipt.items() if name != "checkpoint"}


def place(receipt: dict[str, Any]) -> tuple[int, str]:
    """Where the entry stands, and which it is."""
    return receipt["seq"], receipt["leaf"]


def lose_replies(
    nursery: Nursery, load: Load, folder: Path, count: int, kills: int
) -> dict[str, Any]:
    """So many commands, each sent again after its reply was lost; then all twice more."""
    commands, random = load.commands(0, count), seeded("replies", count)
    ledger = load.copy(folder / "ledger")
    server = Server(nursery, load, ledger)
    with closing(Caller(server.port)) as caller:
        receipts = lose_each_once(server, caller, commands, random, kills)
        again, once_more = (say_again(caller, commands) for _ in range(2))
    server.child.kill()
    answers = [receipt_of(item, index) for index, item in enumerate(receipts)]
    back = check_restart(load, ledger, answers, level=Level.MERKLE)
    assert back.size == load.base + count, "one entry for each command"
    assert list(map(without_head, again)) == list(map(without_head, once_more))
    assert list(map(place, receipts)) == list(map(place, again))
    repeated = sum(item["repeated"] for item in receipts)
    assert repeated > count // 2
    found = f"{kills} by kill -9 of the server; {repeated:,} retries found their entry there"
    return {"times": count, "acknowledged": count, "found": found}


def test_a_thousand_lost_replies_make_one_entry_each(
    nursery: Nursery, load: Load, tmp_path: Path
) -> None:
    """1,000 commands whose first reply is lost, ten of them by kill -9."""
    lose_replies(nursery, load, tmp_path, 1_000, 10)


@pytest.mark.long
@pytest.mark.timeout(3_600)
def test_ten_thousand_lost_replies_make_one_entry_each(
    nursery: Nursery, long_load: Load, tmp_path: Path
) -> None:
    """10,000 commands whose first reply is lost, 200 of them by kill -9."""
    figures = lose_replies(nursery, long_load, tmp_path, 10_000, 200)
    record("60-replies", "reply lost, command sent again", **figures)
