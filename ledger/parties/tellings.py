"""What is to be told to whom: whoever steals a key would rather that nobody heard of it.

A pure function of an entry's events and the records after it. The ledger sends nothing; whoever
sends (`api/`) needs no rule of its own, and whether it was sent changes no decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from ledger.model.records import Reader, need
from ledger.parties import events as e
from ledger.parties.commands import Notice
from ledger.parties.records import Contact, Delegation, Key, Recovery


class Telling(Struct, frozen=True, gc=False):
    """That `party` is to be told of `event`, at each of `addresses`."""

    party: str
    notice: Notice
    addresses: tuple[str, ...]
    event: Any


def tellings(book: Reader, events: Iterable[Any], at_ms: int) -> tuple[Telling, ...]:
    """What contacts are to be told of an entry of `at_ms` with these `events`, in their order.

    `book` knows the records after the entry. Parties without a contact are told nothing; so a
    party that is enrolled with its keys hears of every later one.
    """
    return tuple(_tellings(book, events, at_ms))


def _tellings(book: Reader, events: Iterable[Any], at_ms: int) -> Iterator[Telling]:
    for event in events:
        about = _about(book, event)
        contact = book.get(Contact, about[0]) if about else None
        if about is None or contact is None:
            continue
        party, notice = about
        yield Telling(party, notice, contact.addresses(notice, at_ms), event)


def _about(book: Reader, event: Any) -> tuple[str, Notice] | None:
    """Whom an event concerns and which notice it is; None for what no contact is told."""
    match event:
        case e.KeyBound() | e.DelegationGranted() | e.ApprovalSet() | e.AccountAdded():
            return event.party, Notice.KEY_CHANGES
        case e.ContactSet():
            return event.party, Notice.KEY_CHANGES
        case e.KeyEnds() | e.KeyAttested():
            return need(book, Key, event.kid, "").party, Notice.KEY_CHANGES
        case e.DelegationEnded():
            return need(book, Delegation, event.delegation, "").party, Notice.KEY_CHANGES
        case e.RecoveryOpened():
            return event.party, Notice.RECOVERY
        case e.RecoveryVetoed() | e.RecoveryCompleted():
            return need(book, Recovery, event.recovery, "").party, Notice.RECOVERY
    return None
