"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from ledger.model.records import Reader, Record, changed, need
from ledger.parties import events as e
from ledger.parties.commands import Assurance
from ledger.parties.events import Event
from ledger.parties.records import (
    FOR_EVER_MS,
    Account,
    ApprovalRule,
    Contact,
    Delegation,
    Key,
    Manifest,
    Party,
    Recovery,
    RecoveryState,
    Spent,
    TakenIdentifier,
)

__all__ = [
    "FOR_EVER_MS",
    "Account",
    "ApprovalRule",
    "Contact",
    "Delegation",
    "Key",
    "Manifest",
    "Party",
    "Recovery",
    "RecoveryState",
    "Spent",
    "TakenIdentifier",
    "evolve",
]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.PartyEnrolled():
            return _enrolled(event)
        case e.RolesAssigned():
            return (changed(need(book, Party, event.party, ""), roles=event.roles),)
        case e.KeyBound():
            return (_bound(event),)
        case e.KeyEnds():
            return (changed(need(book, Key, event.kid, ""), until_ms=event.until_ms),)
        case e.KeyAttested():
            key = need(book, Key, event.kid, "")
            return (changed(key, assurance=event.assurance, evidence=event.evidence),)
        case e.ApprovalSet():
            return (ApprovalRule(id=event.party, tiers=event.tiers),)
        case e.AccountAdded():
            return (_account(event),)
        case e.ContactSet():
            return (_contact(event),)
        case e.ManifestSigned():
            return (_manifest(event),)
        case _:
            return _evolve_delegation(book, event)


_LaterEvent = (
    e.DelegationGranted
    | e.DelegationUsed
    | e.DelegationEnded
    | e.RecoveryOpened
    | e.RecoveryVetoed
    | e.RecoveryCompleted
)


def _evolve_delegation(book: Reader, event: _LaterEvent) -> tuple[Record, ...]:
    match event:
        case e.DelegationGranted():
            limited = changed(need(book, Key, event.kid, ""), delegation=event.delegation)
            return (_granted(event), limited)
        case e.DelegationUsed():
            delegation = need(book, Delegation, event.delegation, "")
            return (changed(delegation, day=event.day, used=event.used),)
        case e.DelegationEnded():
            delegation = need(book, Delegation, event.delegation, "")
            return (changed(delegation, until_ms=event.until_ms),)
        case _:
            return _evolve_recovery(book, event)


_RecoveryEvent = e.RecoveryOpened | e.RecoveryVetoed | e.RecoveryCompleted


def _evolve_recovery(book: Reader, event: _RecoveryEvent) -> tuple[Record, ...]:
    match event:
        case e.RecoveryOpened():
            party = need(book, Party, event.party, "")
            return (_opened(event), changed(party, recovery=event.recovery))
        case e.RecoveryVetoed():
            recovery = need(book, Recovery, event.recovery, "")
            party = need(book, Party, recovery.party, "")
            vetoed = changed(recovery, state=RecoveryState.VETOED)
            return (vetoed, changed(party, recovery=None))
        case e.RecoveryCompleted():
            recovery = need(book, Recovery, event.recovery, "")
            party = need(book, Party, recovery.party, "")
            done = changed(recovery, state=RecoveryState.COMPLETED, completed_by=event.by)
            return (done, changed(party, recovery=None))
        case _:
            assert_never(event)


def _opened(event: e.RecoveryOpened) -> Recovery:
    return Recovery(
        id=event.recovery,
        party=event.party,
        opened_by=event.by,
        keys=event.keys,
        keeps=event.keeps,
        assurance=event.assurance,
        evidence=event.evidence,
        from_ms=event.from_ms,
        until_ms=event.until_ms,
    )


def _granted(event: e.DelegationGranted) -> Delegation:
    return Delegation(
        id=event.delegation,
        party=event.party,
        kid=event.kid,
        acts=event.acts,
        until_ms=event.until_ms,
        per_act=event.per_act,
        per_day=event.per_day,
    )


def _bound(event: e.KeyBound) -> Key:
    return Key(
        id=event.kid,
        party=event.party,
        person=event.person,
        jwk=event.key,
        assurance=event.assurance,
        evidence=event.evidence,
        from_ms=event.from_ms,
    )


def _account(event: e.AccountAdded) -> Account:
    return Account(
        id=event.account,
        party=event.party,
        number=event.number,
        bank=event.bank,
        currency=event.currency,
    )


def _contact(event: e.ContactSet) -> Contact:
    return Contact(
        id=event.party,
        address=event.address,
        notices=event.notices,
        earlier=event.earlier,
        earlier_until_ms=event.earlier_until_ms,
    )


def _manifest(event: e.ManifestSigned) -> Manifest:
    return Manifest(
        id=event.manifest,
        party=event.party,
        jti=event.jti,
        root=event.root,
        count=event.count,
        kids=event.kids,
        persons=event.persons,
    )


def _enrolled(event: e.PartyEnrolled) -> tuple[Record, ...]:
    party = Party(
        id=event.party,
        natural=event.natural,
        roles=event.roles,
        evidence=event.evidence,
        country=event.country,
        name=event.name,
        identifiers=event.identifiers,
        person_name=event.person_name,
        person_identifier=event.person_identifier,
        token=event.token,
    )
    taken = (
        TakenIdentifier(id=f"{item.scheme}:{item.value}", party=event.party)
        for item in event.identifiers
    )
    return (party, *taken)


def assurance_signed(book: Reader, kids: Iterable[str]) -> Assurance:
    """The weakest assurance class among the keys that signed, as it is now.

    A key that nobody bound is taken for the weakest.
    """
    keys = (book.get(Key, kid) for kid in kids)
    return min(
        (key.assurance for key in keys if key is not None),
        key=lambda item: item.level,
        default=Assurance.OPERATOR_VOUCHED,
    )
