"""Contacts: where a party is told what, and that nobody is pushed out of it unseen."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.parties.commands import Notice, Role, SetApproval, SetContact, Tier
from ledger.parties.state import Contact
from tests.support.desk import HOUR, Office, open_office

ALWAYS = (Notice.KEY_CHANGES, Notice.RECOVERY)
OFFICE = "mailto:finance@acme.example"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A ledger with a party of two people."""
    with open_office(tmp_path) as opened:
        opened.enrol("acme", Role.SUPPLIER, persons=("ann", "bob"))
        yield opened


def contact(address: str, *more: Notice) -> SetContact:
    """A contact that is told of keys and recoveries, and of `more`."""
    return SetContact(address=address, notices=(*ALWAYS, *more))


def told(office: Office, notice: Notice) -> tuple[str, ...]:
    """Where the party is told of `notice` now."""
    record = office.get(Contact, office.parties["acme"])
    return record.addresses(notice, office.clock.ms)


def test_a_contact_hears_what_it_wants(office: Office) -> None:
    """One address per party, and the kinds of notice that it named."""
    office.do("acme", contact(OFFICE, Notice.DAILY_STATEMENT))
    assert told(office, Notice.DAILY_STATEMENT) == (OFFICE,)
    assert told(office, Notice.RECOVERY) == (OFFICE,)
    assert told(office, Notice.REMINDERS) == ()


def test_nobody_is_pushed_out_unseen(office: Office) -> None:
    """For 72 hours the address before hears, too, however often the contact changes."""
    office.do("acme", contact(OFFICE))
    office.do("acme", contact("https://thief.example/hook"))
    office.clock.advance(ms=HOUR)
    office.do("acme", contact("mailto:thief@thief.example"))
    both = ("mailto:thief@thief.example", OFFICE)
    assert told(office, Notice.RECOVERY) == told(office, Notice.KEY_CHANGES) == both
    office.clock.advance(ms=71 * HOUR - 1)
    assert told(office, Notice.RECOVERY) == both
    office.clock.advance(ms=1)
    assert told(office, Notice.RECOVERY) == both[:1]
    office.do("acme", contact(OFFICE))
    assert told(office, Notice.RECOVERY) == (OFFICE, both[0])


def test_what_a_contact_must_be(office: Office) -> None:
    """It hears of keys and recoveries, each kind once, by mail or by https."""
    at_notices = ("field_invalid", "/body/notices")
    for notices in [
        (Notice.KEY_CHANGES, Notice.REMINDERS),
        (Notice.RECOVERY, Notice.REMINDERS),
        (*ALWAYS, Notice.RECOVERY),
    ]:
        command = SetContact(address=OFFICE, notices=notices)
        assert office.refused("acme", command) == at_notices
    for address in ("http://acme.example", "acme@acme.example", "mailto:a b@c.example"):
        assert office.refused("acme", contact(address)) == ("field_invalid", "/body/address")


def test_a_contact_is_guarded_like_an_account(office: Office) -> None:
    """Where the party's rule wants two people for anything, it wants two for this."""
    rule = SetApproval(tiers=(Tier(acts=("holding.split",), persons=2),))
    office.do("acme", rule)
    assert office.refused("acme", contact(OFFICE)) == ("approvals_missing", "")
    office.do("acme", contact(OFFICE), keys=["acme/ann", "acme/bob"])
