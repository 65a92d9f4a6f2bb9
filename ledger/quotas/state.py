"""Records of groups and quotas, and how events change them."""

from __future__ import annotations

from typing import ClassVar, assert_never

from msgspec import Struct

from ledger.model.records import Reader, Record, changed, need
from ledger.money import Money
from ledger.quotas.events import Event, GroupJoined, MemberReleased, QuotaSet


class Membership(Struct, frozen=True, kw_only=True, gc=False):
    """That a party is a subsidiary of another, which sets its quotas. `id` is the member's."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("member",), ("parent",))

    id: str
    last_seq: int = -1
    member: str
    parent: str
    is_live: bool


class Quota(Struct, frozen=True, kw_only=True, gc=False):
    """How much an obligor may owe at a time (None: any amount), to one creditor or in all.

    `id` is ``obligor:creditor:currency``, with no creditor for the quota over all: the id of the
    sum that it bounds.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("obligor",), ("set_by",))

    id: str
    last_seq: int = -1
    obligor: str
    creditor: str | None = None
    currency: str
    amount: Money | None = None
    set_by: str


def quota_id(obligor: str, creditor: str | None, currency: str) -> str:
    """The id of a quota; no creditor: over all."""
    return f"{obligor}:{creditor or ''}:{currency}"


def parent_of(book: Reader, party: str) -> str | None:
    """The parent that sets the party's quotas, or None where it does so itself."""
    found = book.get(Membership, party)
    return found.parent if found is not None and found.is_live else None


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case GroupJoined():
            joined = Membership(
                id=event.member, member=event.member, parent=event.parent, is_live=True
            )
            return (joined,)
        case MemberReleased():
            return (changed(need(book, Membership, event.member, ""), is_live=False),)
        case QuotaSet():
            quota = Quota(
                id=quota_id(event.obligor, event.creditor, event.currency),
                obligor=event.obligor,
                creditor=event.creditor,
                currency=event.currency,
                amount=event.amount,
                set_by=event.by,
            )
            return (quota,)
        case _:
            assert_never(event)
