"""The questions that several acts ask."""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, refuse_if
from ledger.money import Money
from ledger.parties.state import Party
from ledger.receivables.records import Holding


def known_party(book: Reader, party: str, place: str) -> None:
    """Raises `Refused` (`party_unknown`) unless the party is enrolled."""
    if book.get(Party, party) is None:
        raise Refused(RefusalCode.PARTY_UNKNOWN, f"There is no party {party}.", place=place)


def check_past(stated_ms: int, at_ms: int, place: str) -> None:
    """Raises `Refused` (`stated_time_is_in_the_future`) for what has not happened yet."""
    refuse_if(
        stated_ms > at_ms,
        RefusalCode.STATED_TIME_IS_IN_THE_FUTURE,
        "The time that is stated has not come.",
        place,
    )


def check_order(first_ms: int, then_ms: int, what: str, place: str) -> None:
    """Raises `Refused` (`dates_not_in_order`) unless `then_ms` is not before `first_ms`."""
    refuse_if(then_ms < first_ms, RefusalCode.DATES_NOT_IN_ORDER, what, place)


def check_extent(amount: Money | None, share_ppm: int | None, currency: str | None) -> None:
    """Raises `Refused` unless amount and share do not both bound the right, in its currency.

    Codes: `extent_does_not_fit`, `currency_mismatch`; no currency means that any will do.
    """
    refuse_if(
        amount is not None and share_ppm is not None,
        RefusalCode.EXTENT_DOES_NOT_FIT,
        "An amount and a share contradict each other.",
        "/body/share_ppm",
    )
    refuse_if(
        amount is not None and currency is not None and amount.currency != currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The claim is in {currency}.",
        "/body/amount",
    )


def check_grantor(holding: Holding, grantor: str) -> None:
    """Raises `Refused` (`grantor_has_no_claim`) unless the grantor holds or held the holding."""
    refuse_if(
        grantor not in holding.chain,
        RefusalCode.GRANTOR_HAS_NO_CLAIM,
        f"The grantor never held {holding.id}.",
        "/body/grantor",
    )
