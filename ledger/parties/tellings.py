"""What is to be told to whom: whoever steals a key would rather that nobody heard of it.

A pure function of an entry's events and the records after it. The book keeps its answer with the
entry (`Tidings`); the ledger sends nothing; whoever sends (`api/telling/`) needs no rule of its
own, and whether it was sent changes no decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from ledger.model.records import Reader, need
from ledger.parties import events as e
from ledger.parties.commands import Notice
from ledger.parties.records import Contact, Delegation, Key, Recovery, Tiding, What


class _About(Struct, frozen=True, gc=False):
    """Whom an event concerns, and what it is."""

    party: str
    what: What
    subject: str
    when_ms: int | None = None


_RECOVERIES = frozenset({What.RECOVERY_OPENED, What.RECOVERY_VETOED, What.RECOVERY_COMPLETED})


def tellings(book: Reader, events: Iterable[Any], at_ms: int) -> tuple[Tiding, ...]:
    """What contacts are to be told of an entry of `at_ms` with these `events`, in their order.

    `book` knows the records after the entry. Parties without a contact are told nothing; so a
    party that is enrolled with its keys hears of every later one.
    """
    return tuple(_tellings(book, events, at_ms))


def _tellings(book: Reader, events: Iterable[Any], at_ms: int) -> Iterator[Tiding]:
    for event in events:
        about = _about(book, event) if isinstance(event, _TOLD) else None
        contact = book.get(Contact, about.party) if about else None
        if about is None or contact is None:
            continue
        notice = Notice.RECOVERY if about.what in _RECOVERIES else Notice.KEY_CHANGES
        yield Tiding(
            party=about.party,
            notice=notice,
            addresses=contact.addresses(notice, at_ms),
            what=about.what,
            subject=about.subject,
            when_ms=about.when_ms,
        )


_TOLD = (
    e.KeyBound,
    e.KeyEnds,
    e.KeyAttested,
    e.ApprovalSet,
    e.AccountAdded,
    e.ContactSet,
    e.DelegationGranted,
    e.DelegationEnded,
    e.RecoveryOpened,
    e.RecoveryVetoed,
    e.RecoveryCompleted,
)
"""The events that a contact is told of."""


def _about(book: Reader, event: Any) -> _About | None:
    match event:
        case e.KeyBound():
            return _About(event.party, What.KEY_BOUND, event.kid, event.from_ms)
        case e.KeyEnds():
            owner = need(book, Key, event.kid, "").party
            return _About(owner, What.KEY_ENDS, event.kid, event.until_ms)
        case e.KeyAttested():
            return _About(need(book, Key, event.kid, "").party, What.KEY_ATTESTED, event.kid)
        case e.ApprovalSet():
            return _About(event.party, What.APPROVAL_SET, event.party)
        case e.AccountAdded():
            return _About(event.party, What.ACCOUNT_ADDED, event.account)
        case e.ContactSet():
            return _About(event.party, What.CONTACT_SET, event.party)
        case e.DelegationGranted():
            return _About(event.party, What.DELEGATION_GRANTED, event.delegation, event.until_ms)
        case e.DelegationEnded():
            owner = need(book, Delegation, event.delegation, "").party
            return _About(owner, What.DELEGATION_ENDED, event.delegation, event.until_ms)
        case e.RecoveryOpened():
            return _About(event.party, What.RECOVERY_OPENED, event.recovery, event.from_ms)
        case e.RecoveryVetoed():
            owner = need(book, Recovery, event.recovery, "").party
            return _About(owner, What.RECOVERY_VETOED, event.recovery)
        case e.RecoveryCompleted():
            owner = need(book, Recovery, event.recovery, "").party
            return _About(owner, What.RECOVERY_COMPLETED, event.recovery)
    return None
