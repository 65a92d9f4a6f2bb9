"""One history, two databases: the same bytes for the same commands at the same times."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.parties.commands import AddAccount
from ledger.service import Answer, Receipt, Service
from ledger.store.heads import MemoryHeadStore
from ledger.store.postgres import PostgresStore
from ledger.store.sql import everything
from ledger.store.sqlite import View
from ledger.store.tables import METADATA
from tests.support.actors import Clock, Stage, open_stage
from tests.support.acts import claims_by_manifest
from tests.support.founding import found
from tests.support.history import err, play_all
from tests.support.mistakes import MISTAKES


@dataclass(frozen=True)
class Heard:
    """What was sent, when, and what was answered."""

    at_ms: int
    submissions: Sequence[bytes]
    answers: Sequence[str]


def words(answers: Sequence[Answer]) -> list[str]:
    """All that answers say: where a call is cut into groups, and so which heads are signed on the
    way, is a matter of speed; a command by itself has its own head.
    """
    alone = len(answers) == 1
    return [
        repr(answer if alone else replace(answer, checkpoint=""))
        if isinstance(answer, Receipt)
        else str(answer)
        for answer in answers
    ]


def listen(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> list[Heard]:
    """All that is sent to the stage's ledger from now on."""
    heard: list[Heard] = []
    offer = Service.offer

    def overhear(service: Service, submissions: Sequence[bytes]) -> Future[list[Answer]]:
        future = offer(service, submissions)
        heard.append(Heard(stage.clock.ms, list(submissions), words(future.result())))
        return future

    monkeypatch.setattr(Service, "offer", overhear)
    return heard


def contents(view: View) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, in the order of the database."""
    with view.connect() as driver:
        return {
            table.name: [tuple(row) for row in driver.execute(everything(table, view.dialect))]
            for table in METADATA.sorted_tables
        }


def say_what_no_text_holds(stage: Stage) -> None:
    """Commands that name records with U+0000 in their ids, which PostgreSQL cannot look for."""
    key = stage.secrets[stage.keys_of("operator")[0].id]
    command = AddAccount(number="1", bank="Bank", currency="CNY")
    for party, expect in (("pty_\0", {}), (stage.parties["operator"], {"rcv_\0": 1})):
        desk = stage.desk_of("")
        desk.party = party
        assert isinstance(stage._send(desk.draft(command, expect=expect).signed(key)), str)


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_the_same_history_is_the_same_bytes(
    seed: int, tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Entries, tiles, disclosures, documents, records, answers and signed heads are equal.

    The history has every kind of act and every mistake, so rows in every table and refusals of
    every kind that a command can meet.
    """
    with open_stage(tmp_path, seed) as stage, monkeypatch.context() as patch:
        heard = listen(stage, patch)
        found(stage)
        play_all(stage)
        for code, mistake in MISTAKES.items():
            err(stage, code, mistake)
        claims_by_manifest(stage)
        say_what_no_text_holds(stage)
        first, signed = contents(stage.store), stage.heads.read()
        signer = stage.signer
    clock, heads = Clock(), MemoryHeadStore()
    with (
        PostgresStore(postgres_url, heads) as store,
        Service(store, heads, signer, clock) as service,
    ):
        for item in heard:
            clock.ms = item.at_ms
            assert words(service.submit_many(item.submissions)) == item.answers
        second = contents(store)
    assert second.keys() == first.keys()
    for table, rows in first.items():
        assert second[table] == rows, table
        assert rows or table == "pending"
    assert heads.read() == signed
