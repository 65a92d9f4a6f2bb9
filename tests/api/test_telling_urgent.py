"""What is urgent is told first, and one address that does not answer holds up no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.telling.changes import write_changes
from api.telling.outbox import Message, Outbox, address_tag
from api.telling.teller import PATIENCE, Teller
from ledger.errors import Unavailable
from ledger.parties import commands as p
from ledger.parties.commands import Notice
from tests.support.sandbox import Sandbox
from tests.support.telling import (
    BOB,
    HOUR_MS,
    OFFICE,
    Carried,
    account,
    box,
    by,
    events,
    receiver,
    teller_of,
)

__all__ = ["box", "receiver"]


def test_a_statement_that_cannot_be_made_holds_up_no_key_change(
    box: Sandbox, tmp_path: Path
) -> None:
    """A ledger that has halted signs no statement, and a stolen key is heard of all the same."""
    wants = (Notice.KEY_CHANGES, Notice.RECOVERY, Notice.DAILY_STATEMENT)
    box.do("core", p.SetContact(address="mailto:a@core.example", notices=wants))
    by(box, BOB, account(1))
    box.service.halt("for the test")
    carried = Carried()
    teller = teller_of(box, tmp_path / "outbox", carried)
    teller.look()
    assert [kind for (kind,) in events(carried)] == ["contact_set"] * 2 + ["account_added"]
    assert teller.failures == 1


def test_the_urgent_is_sent_first_and_slow_addresses_do_not_hold_it_up(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pass ends after its time, so that what is written meanwhile goes before the rest."""
    monkeypatch.setattr("api.telling.teller.PASS_S", 0.0)
    outbox, carried = Outbox(tmp_path / "outbox"), Carried()
    for day in range(1, 4):
        outbox.put(Message(f"2026-01-0{day}-slow", OFFICE, "", "{}"))
    teller = Teller(box.embedded, outbox, carried)
    teller.look()
    by(box, BOB, account(1))
    for _ in range(4):
        teller.look()
    assert [message.name.endswith("slow") for message in carried.given] == [
        False,
        False,
        True,
        True,
        True,
    ]


def test_many_messages_to_one_dead_address_cost_one_try(box: Sandbox, tmp_path: Path) -> None:
    """Whoever names an address that answers nobody holds up nobody else, however much it does."""
    tried: list[str] = []

    def carry(message: Message) -> None:
        """The office is away; everybody else is there."""
        tried.append(message.address)
        if message.address == OFFICE:
            raise Unavailable("nobody is there")

    outbox = Outbox(tmp_path / "outbox")
    for number in range(5):
        by(box, BOB, account(number))
    outbox.put(Message("2026-01-04-other", "mailto:other@x.example", "", "{}"))
    teller = Teller(box.embedded, outbox, carry)
    teller.look()
    assert tried == [OFFICE, "mailto:other@x.example"]
    teller.look()
    assert (len(tried), teller.waiting) == (2, 6)


def test_many_dead_addresses_of_one_party_hold_up_nobody_else(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each costs its whole time once; after some the others go first, as does what answered."""
    now_s, given = [0.0], []
    monkeypatch.setattr("api.telling.teller.monotonic", lambda: now_s[0])

    def carry(message: Message) -> None:
        """Addresses of the thief keep whoever asks waiting."""
        if message.address != OFFICE:
            now_s[0] += 20.0
            raise Unavailable("its time is over")
        given.append(message.name)

    teller = Teller(box.embedded, Outbox(tmp_path / "outbox"), carry)
    wants = (Notice.KEY_CHANGES, Notice.RECOVERY)
    for label, act in (("rival", box.do), (BOB, lambda label, it: by(box, label, it))):
        for number in range(30):
            address = f"https://dead.example/{label}/{number}"
            act(label, p.SetContact(address=address, notices=wants))
        by(box, BOB, account(len(given)))
        before = len(given)
        for _ in range(3):
            teller.look()
        assert len(given) > before
        assert not any(name.endswith(address_tag(OFFICE)) for name in teller._outbox.names())


def test_a_message_that_is_not_taken_holds_up_no_other(box: Sandbox, tmp_path: Path) -> None:
    """After some tries the messages behind it have their turn; only that one stays."""
    by(box, BOB, account(1))
    by(box, BOB, account(2))
    taken: list[str] = []

    def carry(message: Message) -> None:
        """The server of the office chokes on the first message."""
        if "contact_set" in message.body:
            raise Unavailable("it answers 500")
        taken.append(message.name)

    teller = Teller(box.embedded, Outbox(tmp_path / "outbox"), carry)
    for count in range(1, PATIENCE + 1):
        teller.look()
        assert (taken, teller.failures) == ([], count)
        box.clock.advance(ms=HOUR_MS)
    teller.look()
    assert (len(taken), teller.waiting, teller.failures) == (2, 1, PATIENCE + 1)


def test_a_full_outbox_still_takes_what_is_urgent(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what is urgent never fills it for the others."""
    monkeypatch.setattr("api.telling.outbox.MOST_WAITING", 1)
    outbox = Outbox(tmp_path / "outbox")
    by(box, BOB, account(1))
    write_changes(box.embedded, outbox)
    outbox.check_room()
    outbox.put(Message("2026-01-04-other", OFFICE, "", "{}"))
    with pytest.raises(OSError, match="too many"):
        outbox.check_room()
    by(box, BOB, account(2))
    write_changes(box.embedded, outbox)
    assert len(outbox.names()) == 4
