"""Two processes on one ledger: each decides on what the other wrote, and both prove all of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from api.embedded import Embedded, open_folder
from ledger.chain.receipt import verify_receipt
from ledger.errors import LedgerError, RefusalCode, Refused
from ledger.parties.commands import AddAccount
from ledger.receivables import commands as c
from ledger.service import Receipt
from ledger.store import postgres_schema
from tests.support.postgres import Cluster
from tests.support.postgres_ledger import in_schema
from tests.support.sandbox import Sandbox, cny, open_sandbox


@dataclass(frozen=True)
class Two:
    """A ledger and its parties at one process, and another process on it."""

    box: Sandbox
    other: Embedded

    def account(self, number: int) -> bytes:
        """A command that is always good."""
        command = AddAccount(number=f"{number}", bank="Bank", currency="CNY")
        return self.box.signed("supplier", command)


@pytest.fixture
def two(postgres: Cluster, tmp_path: Path) -> Iterator[Two]:
    """Both are open and have looked at everything."""
    folder = in_schema(tmp_path / "ledger", postgres)
    with open_sandbox(folder) as box, open_folder(folder, box.clock) as other:
        yield Two(box, other)


def test_each_sees_what_the_other_wrote(two: Two) -> None:
    """What one process has read before counts no more when the other has changed it."""
    box = two.box
    holding = box.held(100_00)
    split = c.SplitHolding(
        holding=holding.id,
        children=(c.Child(amount=cny(60_00)), c.Child(amount=cny(40_00))),
    )
    first, second = (box.signed("supplier", split, holding) for _ in range(2))
    with pytest.raises(Refused):  # and has read the holding
        two.other.service.submit(box.signed("second", split))
    box.service.submit(first)
    with pytest.raises(Refused) as caught:
        two.other.service.submit(second)
    assert caught.value.code is RefusalCode.RECORD_HAS_CHANGED


def test_the_same_command_at_both_is_one_entry(two: Two) -> None:
    """A retry at the other process gets the first place again, under a head that covers it."""
    command = two.account(1)
    first = two.box.service.submit(command)
    again = two.other.service.submit(command)
    assert (again.seq, again.leaf, again.repeated) == (first.seq, first.leaf, True)
    assert two.other.service.signed.size > first.seq


def test_each_proves_what_the_other_wrote(two: Two) -> None:
    """A receipt may be asked of any process, also of one that has written nothing since."""
    receipt = two.box.service.submit(two.account(1))
    keys = two.box.embedded.log_keys()
    proof = two.other.service.proof(receipt.seq)
    (entry,) = two.other.store.entries(receipt.seq, receipt.seq + 1)
    assert verify_receipt(proof, entry, keys[0].name, keys).size == receipt.seq + 1


def test_forgotten_changes_evict_everything(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever was away for longer than the ring remembers goes on all the same, from the tables."""
    monkeypatch.setattr(postgres_schema, "RING", 2)
    for number in range(5):
        two.box.service.submit(two.account(number))
    receipt = two.other.service.submit(two.account(9))
    assert receipt.seq == two.box.service.signed.size


def test_both_at_once(two: Two) -> None:
    """Two hundred commands at two processes from eight threads: each is one entry, none is lost."""
    commands = [two.account(number) for number in range(200)]
    answers: list[Receipt | LedgerError] = []

    def send(at: int) -> None:
        service = (two.box.service, two.other.service)[at % 2]
        for start in range(at, len(commands), 8):
            answers.extend(service.submit_many([commands[start]]))

    size = two.box.service.signed.size
    threads = [threading.Thread(target=send, args=(at,)) for at in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert sorted(receipt.seq for receipt in receipts) == list(range(size, size + 200))
    assert two.box.store.size() == size + 200
    with open_again(two) as third:
        assert third.service.signed.size == size + 200


@contextmanager
def open_again(two: Two) -> Iterator[Embedded]:
    """One more process, which checks everything that is signed."""
    with open_folder(two.box.embedded.folder, two.box.clock) as opened:
        yield opened
