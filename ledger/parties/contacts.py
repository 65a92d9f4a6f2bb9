"""Where a party is told what happens to its keys: one address, and for a while the one before."""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, refuse_if
from ledger.parties.commands import Notice, SetContact
from ledger.parties.events import ContactSet
from ledger.parties.state import Contact
from ledger.policy.state import policy_of

HOUR_MS = 3_600_000
ALWAYS = frozenset({Notice.KEY_CHANGES, Notice.RECOVERY})
"""What every contact is told."""


def set_contact(
    book: Reader, command: SetContact, by: Signer, at_ms: int
) -> tuple[ContactSet, ...]:
    """The party is told at another address; the one before hears of it as long as a recovery runs.

    Several changes in that time leave the first address in place: nobody is pushed out of it.
    """
    refuse_if(
        len(set(command.notices)) != len(command.notices) or not set(command.notices) >= ALWAYS,
        RefusalCode.FIELD_INVALID,
        "Notices are named once each, key_changes and recovery among them.",
        "/body/notices",
    )
    before = book.get(Contact, by.party)
    earlier = before.address if before else None
    until_ms = at_ms + policy_of(book).clocks.recovery_hours * HOUR_MS
    if before is not None and before.earlier is not None and at_ms < before.earlier_until_ms:
        earlier, until_ms = before.earlier, before.earlier_until_ms
    contact = ContactSet(
        party=by.party,
        address=command.address,
        notices=command.notices,
        earlier=earlier,
        earlier_until_ms=until_ms if earlier is not None else 0,
    )
    return (contact,)
