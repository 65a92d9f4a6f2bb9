"""Who may see a sealed field besides its signer, and a command as the rules of that look at it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.book import Book
from ledger.envelope import Envelope
from ledger.financing.records import Financing, Offer, OfferState, Programme
from ledger.hands import Hands, knows
from ledger.model.records import Reader, make_id
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.ports import Records
from ledger.receivables.records import Holding, HoldingState

Path = tuple[str, ...]
"""Where a field stands in the body of its command."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may see a sealed field besides its signer.

    These parties, everybody with one of these roles, whoever met the party `met` (its name), and
    whoever may take one of `offers`.
    """

    parties: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    met: str | None = None
    offers: tuple[Offer, ...] = ()

    def includes(self, asker: Party, records: Records) -> bool:
        """Whether `asker` is one of them."""
        return (
            asker.id in self.parties
            or bool(self.roles & frozenset(asker.roles))
            or (self.met is not None and knows(records, asker.id, self.met))
            or any(may_take(Book(records), offer, asker.id) for offer in self.offers)
        )


@dataclass(frozen=True, slots=True)
class Act:
    """A command as the audience rules look at it."""

    view: Hands
    envelope: Envelope

    @property
    def body(self) -> Mapping[str, Any]:
        """The body of the command."""
        body: Mapping[str, Any] = self.envelope.payload["body"]
        return body

    def made(self, prefix: str, ordinal: int = 0) -> str:
        """The id of the `ordinal`-th record that the command made."""
        return make_id(prefix, self.envelope.by, self.envelope.jti, ordinal)


def may_take(book: Reader, offer: Offer, party: str) -> bool:
    """Whether an open offer is for a holding that the party has, or it sold one under it."""
    programme = book.get(Programme, offer.programme)
    if offer.state is OfferState.OPEN and programme is not None:
        for item in book.find(Holding, holder=party):
            named = offer.obligors or programme.obligors or (item.obligor,)
            if item.is_open and item.state is not HoldingState.FINANCED and item.obligor in named:
                return True
    return any(item.offer == offer.id for item in book.find(Financing, holder=party))


def of(*parties: str | None, more: Iterable[str] = ()) -> Audience:
    """These parties, those that are None left out."""
    return Audience(frozenset(party for party in (*parties, *more) if party))
