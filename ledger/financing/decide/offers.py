"""Programmes and standing offers: what a financier puts up, and takes down again."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.errors import RefusalCode
from ledger.financing.commands import CloseProgramme, MakeOffer, OpenProgramme, WithdrawOffer
from ledger.financing.decide.checks import principal
from ledger.financing.eligibility import check_programme
from ledger.financing.events import (
    Event,
    OfferMade,
    OfferWithdrawn,
    ProgrammeClosed,
    ProgrammeOpened,
)
from ledger.financing.records import Offer, OfferState, Programme
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.decide.checks import counterparty, only

LONGEST_OFFER_DAYS = 366


def open_programme(book: Reader, command: OpenProgramme, by: Signer) -> tuple[Event, ...]:
    """A financier funds under these terms from now on."""
    principal(by, Role.FINANCIER)
    _check_obligors(book, command.obligors)
    _check_currency(command.limit_obligor, command.currency, "/body/limit_obligor")
    _check_currency(command.limit_total, command.currency, "/body/limit_total")
    opened = ProgrammeOpened(
        programme=by.new_id("prg"),
        financier=by.party,
        name=command.name,
        currency=command.currency,
        minimum_assurance=command.minimum_assurance,
        obligors=command.obligors,
        limit_obligor=command.limit_obligor,
        limit_total=command.limit_total,
        max_tenor_days=command.max_tenor_days,
    )
    return (opened,)


def close_programme(book: Reader, command: CloseProgramme, by: Signer) -> tuple[Event, ...]:
    """Its financier closes a programme."""
    programme = need(book, Programme, command.programme, "/body/programme")
    only(programme.financier, by, "financier of the programme")
    check_programme(programme)
    return (ProgrammeClosed(programme=programme.id),)


def make(book: Reader, command: MakeOffer, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The financier of an open programme stands by."""
    programme = need(book, Programme, command.programme, "/body/programme")
    only(programme.financier, by, "financier of the programme")
    principal(by, Role.FINANCIER)
    check_programme(programme)
    refuse_if(
        not at_ms < command.valid_until_ms <= at_ms + LONGEST_OFFER_DAYS * DAY_MS,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        f"An offer stands for at most {LONGEST_OFFER_DAYS} days.",
        "/body/valid_until_ms",
    )
    if command.max_amount is not None:
        _check_currency(command.max_amount, programme.currency, "/body/max_amount")
    obligors = command.obligors or ()
    _check_obligors(book, obligors)
    refuse_if(
        bool(programme.obligors) and not set(obligors) <= set(programme.obligors),
        RefusalCode.OBLIGOR_NOT_IN_PROGRAMME,
        "The programme is for other obligors.",
        "/body/obligors",
    )
    made = OfferMade(
        offer=by.new_id("off"),
        financier=by.party,
        programme=programme.id,
        rate_ppm=command.rate_ppm,
        valid_until_ms=command.valid_until_ms,
        recourse=command.recourse,
        max_amount=command.max_amount,
        obligors=obligors,
        proposal=by.payload,
        persons=tuple(sorted(by.persons)),
    )
    return (made,)


def withdraw(book: Reader, command: WithdrawOffer, by: Signer) -> tuple[Event, ...]:
    """Its financier takes an offer back."""
    offer = need(book, Offer, command.offer, "/body/offer")
    only(offer.financier, by, "financier who made the offer")
    refuse_if(
        offer.state is not OfferState.OPEN,
        RefusalCode.OFFER_IS_CLOSED,
        f"{offer.id} was withdrawn.",
    )
    return (OfferWithdrawn(offer=offer.id),)


def _check_obligors(book: Reader, obligors: Sequence[str]) -> None:
    refuse_if(
        len(set(obligors)) != len(obligors),
        RefusalCode.FIELD_INVALID,
        "An obligor is named twice.",
        "/body/obligors",
    )
    for obligor in obligors:
        counterparty(book, obligor, (Role.OBLIGOR,), "/body/obligors")


def _check_currency(amount: Money, currency: str, place: str) -> None:
    refuse_if(
        amount.currency != currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The programme is in {currency}.",
        place,
    )
