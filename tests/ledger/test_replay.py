"""Replay: the same records whoever reads the pages, and a clear end at what cannot be replayed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger import replay as replaying
from ledger.catalogue import RECORDS
from ledger.chain.entry import Head
from ledger.errors import Halted
from ledger.helper import Helper
from ledger.parties.commands import AddAccount, Role
from ledger.ports import LogReader
from ledger.replay import replay
from ledger.store.records import SqlRecords, temporary_records
from tests.support.desk import Office, open_office


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """A ledger of 23 entries, which is long here: six pages."""
    monkeypatch.setattr(replaying, "PAGE", 4)
    monkeypatch.setattr(replaying, "LONG", 20)
    with open_office(tmp_path) as opened:
        opened.enrol("acme", Role.SUPPLIER)
        for number in range(20):
            opened.do("acme", AddAccount(number=f"{number}", bank="Bank", currency="CNY"))
        yield opened


def rows(records: SqlRecords) -> dict[str, list[Any]]:
    """All rows of all kinds."""
    return {kind.__name__: list(records.rows(kind)) for kind in RECORDS}


def replayed(office: Office, log: LogReader) -> tuple[Head, dict[str, list[Any]]]:
    """The head after a replay of `log`, and what it left."""
    with temporary_records() as records:
        records.put([], office.embedded.store.documents())
        return replay(log, records), rows(records)


@dataclass
class Edited:
    """A log with other bytes in some of its entries."""

    log: LogReader
    edits: Mapping[int, bytes]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.log, name)

    def entries(self, start: int, stop: int) -> Iterator[bytes]:
        """As in the log, edited."""
        for seq, data in enumerate(self.log.entries(start, stop), start):
            yield self.edits.get(seq, data)


def entry(office: Office, seq: int) -> bytes:
    """The bytes of an entry."""
    return next(iter(office.embedded.store.entries(seq, seq + 1)))


@pytest.mark.parametrize("long", [1, 1_000])
def test_the_records_are_those_of_the_store(
    office: Office, long: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a helper and without: every row, and the head with the root that was signed."""
    monkeypatch.setattr(replaying, "LONG", long)
    head, made = replayed(office, office.embedded.store)
    assert made == rows(office.embedded.store.records)
    assert (head.size, head.frontier.root()) == (23, office.service.signed.root)


def test_a_helper_that_dies_is_not_missed(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it was to read is read here; nothing is left out or done twice."""

    class Mortal(Helper):
        """Dies after its second answer."""

        asked = 0

        def ask(self, request: Any) -> Any:
            Mortal.asked += 1
            if Mortal.asked == 3:
                os.kill(self.pid, signal.SIGKILL)
            return super().ask(request)

    monkeypatch.setattr(replaying, "Helper", Mortal)
    _, made = replayed(office, office.embedded.store)
    assert made == rows(office.embedded.store.records)
    assert Mortal.asked == 6


@pytest.mark.parametrize("long", [1, 1_000])
@pytest.mark.parametrize(
    ("seq", "other", "sentence"),
    [
        (9, b"{", "an entry from 8 to 11 cannot be read: json_invalid"),
        (9, None, "entry 9 cannot be replayed: entry_out_of_order"),
    ],
    ids=["no entry", "another entry"],
)
def test_what_does_not_follow_ends_it(
    office: Office,
    long: int,
    seq: int,
    other: bytes | None,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`Halted`, with where and why, whoever read the page."""
    monkeypatch.setattr(replaying, "LONG", long)
    edits = {seq: entry(office, 10) if other is None else other}
    with pytest.raises(Halted, match=sentence):
        replayed(office, Edited(office.embedded.store, edits))


def test_progress_is_told_page_by_page(office: Office) -> None:
    """How many entries are done, up to all."""
    told: list[int] = []
    with temporary_records() as records:
        records.put([], office.embedded.store.documents())
        replay(office.embedded.store, records, told.append)
    assert told == [4, 8, 12, 16, 20, 23]
