"""The queue before the sequencer: groups, bounds, closing, and one bad command among good ones."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from ledger import book as judging
from ledger import checking
from ledger import sequencer as ordering
from ledger.chain.checkpoint import open_checkpoint
from ledger.errors import (
    Failed,
    Halted,
    Overloaded,
    Refused,
    Unavailable,
)
from ledger.parties.commands import AddAccount
from ledger.ports import SignedHead
from ledger.scrub import BUSY_S, PAUSE_S, Scrub, Scrubbed
from ledger.service import PART, Limits, Receipt, Service
from tests.support.desk import ORIGIN, Office
from tests.support.waiting import wait_until

ACCOUNT = AddAccount(number="1", bank="Bank", currency="CNY")


def accounts(office: Office, count: int, first: int = 1) -> list[bytes]:
    """Signed commands of the party, all of which can be taken."""
    numbers = range(first, first + count)
    return [office.signed("acme", replace(ACCOUNT, number=f"{number}")) for number in numbers]


@contextmanager
def opened(office: Office, limits: Limits | None = None, heads: Any = None) -> Iterator[Service]:
    """Another service over the office's ledger."""
    own = office.service.sequencer
    signer = office.embedded.signer
    with Service(own.store, heads or own.heads, signer, office.clock, limits) as service:
        yield service


class Gate:
    """A head store whose swap waits until it is opened: the group before is still being written."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner
        self.entered = threading.Event()
        self.open = threading.Event()

    def read(self) -> SignedHead | None:
        """As the inner one."""
        found: SignedHead | None = self.inner.read()
        return found

    def swap(self, old: SignedHead | None, new: SignedHead) -> SignedHead:
        """As the inner one, when the gate is open."""
        self.entered.set()
        assert self.open.wait(30)
        swapped: SignedHead = self.inner.swap(old, new)
        return swapped


def test_what_arrives_while_a_group_is_written_is_the_next_group(office: Office) -> None:
    """Many callers, two checkpoints: one for the first command, one for all that came meanwhile."""
    first, *rest = accounts(office, 9)
    gate = Gate(office.service.sequencer.heads)
    with opened(office, heads=gate) as service:
        futures = [service.offer([first])]
        assert gate.entered.wait(30)
        futures += [service.offer([item]) for item in rest]
        wait_until(lambda: all(part.envelopes is not None for part in service._ordered))
        gate.open.set()
        receipts = [answer for future in futures for answer in future.result(30)]
    sizes = [
        open_checkpoint(item.checkpoint, ORIGIN, office.embedded.log_keys()).size
        for item in receipts
        if isinstance(item, Receipt)
    ]
    assert sizes == [4] + [12] * 8


def test_a_group_has_a_bound_and_a_call_may_be_larger(office: Office) -> None:
    """A call of more commands than a group takes is answered in order, over several heads."""
    count = 2 * PART + 5
    with opened(office, Limits(group=PART)) as service:
        answers = service.submit_many(accounts(office, count))
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    assert [receipt.seq for receipt in receipts] == list(range(3, 3 + count))
    assert len({receipt.checkpoint for receipt in receipts}) == 3


@pytest.mark.parametrize("limits", [Limits(waiting=2), Limits(waiting_bytes=3_000)])
def test_a_full_queue_says_so_at_once_and_takes_again_later(office: Office, limits: Limits) -> None:
    """Nobody waits for a place, nothing is half taken, and what was refused may come again."""
    commands = accounts(office, 6)
    gate = Gate(office.service.sequencer.heads)
    with opened(office, limits, gate) as service:
        taken = [service.offer([commands[0]])]
        assert gate.entered.wait(30)
        turned_away: list[bytes] = []
        for command in commands[1:]:
            try:
                taken.append(service.offer([command]))
            except Overloaded:
                turned_away.append(command)
        assert turned_away
        assert service.waiting == len(taken)
        gate.open.set()
        for future in taken:
            assert isinstance(future.result(30)[0], Receipt)
        assert [service.submit(command).repeated for command in turned_away] == [False] * len(
            turned_away
        )
        assert service.waiting == 0


def test_closing_writes_what_waits_and_takes_no_more(office: Office) -> None:
    """Every command that was let in is answered; the next one hears that the ledger closes."""
    gate = Gate(office.service.sequencer.heads)
    commands = accounts(office, 3)
    with opened(office, heads=gate) as service:
        futures = [service.offer([command]) for command in commands]
        assert gate.entered.wait(30)
        closing = threading.Thread(target=service.close)
        closing.start()
        wait_until(lambda: service._closing)
        with pytest.raises(Unavailable, match="closing"):
            service.offer(accounts(office, 1, 9))
        gate.open.set()
        closing.join(30)
        assert all(isinstance(future.result(0)[0], Receipt) for future in futures)


def test_a_fault_in_a_rule_stops_its_own_command_only(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one command hears that the program failed; before and after it all is as ever."""
    decide = judging.decide

    def faulty(book: Any, command: Any, by: Any, at_ms: int) -> Any:
        if command.number == "2":
            raise ZeroDivisionError
        return decide(book, command, by, at_ms)

    monkeypatch.setattr(judging, "decide", faulty)
    answers = office.service.submit_many(accounts(office, 3))
    assert [type(answer) for answer in answers] == [Receipt, Failed, Receipt]
    assert isinstance(answers[1], Failed)
    monkeypatch.setattr(judging, "decide", decide)
    assert office.service.submit(accounts(office, 1, 2)[0]).seq == 5


def test_a_fault_in_reading_stops_its_own_command_only(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for ever for a checking thread that met the unexpected."""
    one, two, three = accounts(office, 3)
    read = checking.read_submission

    def faulty(submission: bytes) -> Any:
        if submission == two:
            raise ZeroDivisionError
        return read(submission)

    monkeypatch.setattr(checking, "read_submission", faulty)
    answers = office.service.submit_many([one, two, three])
    assert [type(answer) for answer in answers] == [Receipt, Failed, Receipt]


def test_signatures_are_verified_before_the_order_is_known(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A known key is asked by the checking threads; the rules ask again only what failed there."""
    asked: list[str] = []
    verify = judging.verify_signatures

    def count(envelope: Any, keys: Any) -> None:
        asked.append(envelope.jti)
        verify(envelope, keys)

    monkeypatch.setattr(judging, "verify_signatures", count)
    good = accounts(office, 4)
    at = good[0].index(b'"signature":"') + 20
    bad = good[0][:at] + (b"A" if good[0][at : at + 1] != b"A" else b"B") + good[0][at + 1 :]
    answers = office.service.submit_many([*good[1:], bad])
    assert [type(answer) for answer in answers] == [Receipt, Receipt, Receipt, Refused]
    assert isinstance(answers[3], Refused)
    assert answers[3].code.value == "signature_invalid"
    assert len(asked) == 1


def halting(error: Exception) -> Callable[[Any, Sequence[Any]], Any]:
    """A sequencer's `run` that fails."""

    def run(_self: Any, _envelopes: Sequence[Any]) -> Any:
        raise error

    return run


def test_halting_is_for_good_and_reading_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever waits hears it, later ones at once, and proofs are still given."""
    monkeypatch.setattr(ordering.Sequencer, "run", halting(Halted("the disk lies")))
    command = accounts(office, 1)
    with pytest.raises(Halted, match="the disk lies"):
        office.service.submit_many(command)
    monkeypatch.undo()
    with pytest.raises(Halted, match="the disk lies"):
        office.service.offer(command)
    assert office.service.proof(1)


def test_a_damaged_ledger_opens_for_reading(office: Office) -> None:
    """With `keep_reading` the reason is kept, nothing is signed, and nothing is taken."""
    own = office.service.sequencer
    heads = Gate(own.heads)
    heads.read = lambda: SignedHead(9, bytes(32), "")  # type: ignore[method-assign] # for the test
    with Service(own.store, heads, own.signer, office.clock, keep_reading=True) as service:
        assert service.halted is not None
        assert "9 were signed" in service.halted
        assert service.signed.size == 9
        with pytest.raises(Halted):
            service.offer(accounts(office, 1))
        with pytest.raises(Halted):
            _ = service.sequencer


def test_a_scrub_steps_back_while_commands_wait(office: Office) -> None:
    """It reads on, slowly: the same pages, with the longer pause between them."""
    office.service.submit_many(accounts(office, 300))
    pauses: list[float] = []

    class Noted(threading.Event):
        """Notes how long it was to wait, and does not."""

        def wait(self, timeout: float | None = None) -> bool:
            pauses.append(timeout or 0)
            return False

    waiting = iter([0, 7])
    scrub = Scrub(
        office.service.sequencer.store,
        lambda: office.service.signed,
        office.service.halt,
        lambda: next(waiting),
    )
    scrub._stop = Noted()
    scrub.read_all()
    assert scrub.state == Scrubbed(303, 303)
    assert pauses == [PAUSE_S, BUSY_S]


def test_a_scrub_reads_all_and_finds_what_was_flipped(office: Office) -> None:
    """A sound log is read to its signed head; one other bit stops the writer with its place."""
    office.service.submit_many(accounts(office, 300))
    store = office.service.sequencer.store
    scrub = Scrub(store, lambda: office.service.signed, office.service.halt, pause_s=0)
    scrub.read_all()
    assert scrub.state == Scrubbed(303, 303)

    class Flipped:
        """The log with one byte of one entry changed."""

        def __getattr__(self, name: str) -> Any:
            return getattr(store, name)

        def entries(self, start: int, stop: int) -> Iterator[bytes]:
            """As they are, but for the last byte of entry 260."""
            for seq, data in enumerate(store.entries(start, stop), start):
                yield data[:-1] + b"?" if seq == 260 else data

    log: Any = Flipped()
    with_damage = Scrub(log, lambda: office.service.signed, office.service.halt, pause_s=0)
    with_damage.start()
    with_damage._thread.join(30)
    assert office.service.halted is not None
    assert "entries 256 to 302 are not those of tile/0/001.p/47" in office.service.halted
    with_damage.close()


def test_a_scrub_notices_a_tree_that_was_never_signed(office: Office) -> None:
    """Entries and tiles that fit each other, under another root, are found at the end."""
    signed = office.service.signed
    store = office.service.sequencer.store
    reasons: list[str] = []
    other = SignedHead(signed.size, bytes(32), signed.note)
    scrub = Scrub(store, lambda: other, reasons.append, pause_s=0)
    scrub.start()
    scrub._thread.join(30)
    scrub.close()
    (reason,) = reasons
    assert "are not those that were signed" in reason
