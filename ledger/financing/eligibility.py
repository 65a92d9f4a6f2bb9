"""Whether an offer fits a holding, and whether there is room under the limits.

Limits are judged as of an instant: locks whose time is over do not count, whether or not anybody
has stated their lapse.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ledger.errors import RefusalCode
from ledger.financing.records import (
    Financing,
    FinancingState,
    Offer,
    OfferState,
    Programme,
    ProgrammeState,
    exposure_id,
)
from ledger.financing.state import exposed
from ledger.model.records import Reader, need, refuse_if
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.receivables.records import Holding, Receivable


def check_offer(book: Reader, holding: Holding, offer: Offer, at_ms: int) -> Programme:
    """The programme of an offer that is live and fits `holding`, limits and price aside.

    Raises `Refused`: `offer_is_closed`, `offer_has_lapsed`, `programme_is_closed`,
    `party_lacks_role`, then as `_check_claim` does.
    """
    programme = need(book, Programme, offer.programme, "/body/offer")
    refuse_if(
        offer.state is not OfferState.OPEN,
        RefusalCode.OFFER_IS_CLOSED,
        f"{offer.id} was withdrawn.",
        "/body/offer",
    )
    refuse_if(
        not offer.is_live(at_ms),
        RefusalCode.OFFER_HAS_LAPSED,
        f"{offer.id} is not valid any more.",
        "/body/offer",
    )
    check_programme(programme)
    financier = need(book, Party, offer.financier, "/body/offer")
    refuse_if(
        not financier.has(Role.FINANCIER),
        RefusalCode.PARTY_LACKS_ROLE,
        "Whoever made the offer is no financier any more.",
        "/body/offer",
    )
    _check_claim(book, holding, offer, programme)
    return programme


def check_programme(programme: Programme) -> None:
    """Raises `Refused` (`programme_is_closed`) unless the programme is open."""
    refuse_if(
        programme.state is not ProgrammeState.OPEN,
        RefusalCode.PROGRAMME_IS_CLOSED,
        f"{programme.id} is closed.",
    )


def _check_claim(book: Reader, holding: Holding, offer: Offer, programme: Programme) -> None:
    refuse_if(
        offer.financier in (holding.holder, holding.obligor),
        RefusalCode.FINANCIER_IS_A_PARTY_TO_THE_CLAIM,
        "The financier is the holder or the obligor.",
    )
    refuse_if(
        holding.amount.currency != programme.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}, the programme in {programme.currency}.",
    )
    refuse_if(
        any(
            names and holding.obligor not in names for names in (programme.obligors, offer.obligors)
        ),
        RefusalCode.OBLIGOR_NOT_IN_PROGRAMME,
        "Programme or offer is for other obligors.",
    )
    _check_assurance(book, holding, programme)
    refuse_if(
        holding.paid.minor > 0,
        RefusalCode.HOLDING_IS_PART_PAID,
        f"Part of {holding.id} has been paid: it is not whole.",
    )
    refuse_if(
        offer.max_amount is not None and offer.max_amount < holding.outstanding,
        RefusalCode.OFFER_AMOUNT_EXCEEDED,
        "The offer is for a smaller face.",
    )


def _check_assurance(book: Reader, holding: Holding, programme: Programme) -> None:
    """The keys with which the obligor signed for this debt were known well enough when they did.

    Other keys that it has, had or will have say nothing about this word, and evidence that came
    later does not better it.
    """
    signed = need(book, Receivable, holding.receivable, "").assurance
    refuse_if(
        signed is None or signed.level < programme.minimum_assurance.level,
        RefusalCode.ASSURANCE_TOO_LOW,
        f"The programme asks for {programme.minimum_assurance.value} of the keys with which the"
        " obligor signed for the debt.",
    )


def check_room(
    book: Reader, holding: Holding, programme: Programme, value_date: date, at_ms: int
) -> None:
    """Raises `Refused` (`tenor_is_too_long`, `limit_exceeded`) unless there is room for it.

    The tenor is counted to the unadjusted due date; limits count the face, locks included.
    """
    refuse_if(
        (holding.due - value_date).days > programme.max_tenor_days,
        RefusalCode.TENOR_IS_TOO_LONG,
        f"The programme funds at most {programme.max_tenor_days} days.",
        "/body/value_date",
    )
    face, limit, total = holding.outstanding, programme.limit_obligor, programme.limit_total
    name = exposure_id(programme.financier, holding.obligor, programme.currency)
    # What is recorded is never less than what counts: most often it is enough to look there.
    refuse_if(
        limit < exposed(book, name, programme.currency) + face
        and limit < obligor_exposure(book, programme, holding.obligor, at_ms) + face,
        RefusalCode.LIMIT_EXCEEDED,
        "The financier's limit for this obligor would be exceeded.",
    )
    refuse_if(
        total < exposed(book, programme.id, programme.currency) + face
        and total < programme_exposure(book, programme, at_ms) + face,
        RefusalCode.LIMIT_EXCEEDED,
        "The programme's limit would be exceeded.",
    )


def obligor_exposure(book: Reader, programme: Programme, obligor: str, at_ms: int) -> Money:
    """What the programme's financier has locked and advanced on `obligor` in its currency."""
    name = exposure_id(programme.financier, obligor, programme.currency)
    accepted = book.find(
        Financing,
        financier=programme.financier,
        obligor=obligor,
        state=FinancingState.ACCEPTED,
    )
    return exposed(book, name, programme.currency) - _over(accepted, programme.currency, at_ms)


def programme_exposure(book: Reader, programme: Programme, at_ms: int) -> Money:
    """What is locked and advanced under the programme."""
    accepted = book.find(Financing, programme=programme.id, state=FinancingState.ACCEPTED)
    recorded = exposed(book, programme.id, programme.currency)
    return recorded - _over(accepted, programme.currency, at_ms)


def _over(accepted: Iterable[Financing], currency: str, at_ms: int) -> Money:
    """What is still recorded for locks whose time is over."""
    over = (item.exposure for item in accepted if item.has_lapsed(at_ms))
    return Money(sum(item.minor for item in over if item.currency == currency), currency)
