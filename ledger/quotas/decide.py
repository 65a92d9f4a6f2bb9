"""May this party belong there, or set this quota? Refusals in the order of the lines."""

from __future__ import annotations

from typing import assert_never

from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, refuse_if
from ledger.money import Stake
from ledger.parties.state import Party
from ledger.quotas.commands import Command, JoinGroup, ReleaseMember, SetQuota, stake_of
from ledger.quotas.events import Event, GroupJoined, MemberReleased, QuotaSet
from ledger.quotas.state import parent_of


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events that follow, or `Refused`."""
    match command:
        case JoinGroup():
            return _join(book, command, by)
        case ReleaseMember():
            return _release(book, command, by)
        case SetQuota():
            return _set(book, command, by)
        case _:
            assert_never(command)


def stake(book: Reader, command: Command) -> Stake | None:
    """The amount at stake: the quota."""
    return stake_of(command)


def _join(book: Reader, command: JoinGroup, by: Signer) -> tuple[Event, ...]:
    _known(book, command.parent, "/body/parent")
    refuse_if(
        parent_of(book, by.party) is not None,
        RefusalCode.PARTY_IS_IN_A_GROUP,
        "A parent sets the quotas of this party already.",
    )
    refuse_if(
        command.parent == by.party,
        RefusalCode.FIELD_INVALID,
        "Nobody is its own parent.",
        "/body/parent",
    )
    return (GroupJoined(member=by.party, parent=command.parent),)


def _release(book: Reader, command: ReleaseMember, by: Signer) -> tuple[Event, ...]:
    refuse_if(
        parent_of(book, command.member) != by.party,
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only its parent lets a subsidiary go.",
        "/body/member",
    )
    return (MemberReleased(member=command.member),)


def _set(book: Reader, command: SetQuota, by: Signer) -> tuple[Event, ...]:
    obligor = command.obligor or by.party
    refuse_if(
        (parent_of(book, obligor) or obligor) != by.party,
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "The parent of a group sets its members' quotas; who is in none sets its own.",
        "/body/obligor",
    )
    if command.creditor is not None:
        _known(book, command.creditor, "/body/creditor")
    refuse_if(
        command.amount is not None and command.amount.currency != command.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The quota is for {command.currency}.",
        "/body/amount",
    )
    quota = QuotaSet(
        obligor=obligor,
        creditor=command.creditor,
        currency=command.currency,
        amount=command.amount,
        by=by.party,
    )
    return (quota,)


def _known(book: Reader, party: str, place: str) -> None:
    refuse_if(
        book.get(Party, party) is None,
        RefusalCode.PARTY_UNKNOWN,
        f"There is no party {party}.",
        place,
    )
