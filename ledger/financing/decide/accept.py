"""Acceptance: the holder's signature under a standing offer makes the contract and the lock."""

from __future__ import annotations

from ledger.conduct.gates import check_licence, check_proposer, check_screened
from ledger.errors import RefusalCode
from ledger.financing.acts import Events, free
from ledger.financing.commands import AcceptOffer
from ledger.financing.eligibility import check_offer, check_room
from ledger.financing.events import FinancingAccepted
from ledger.financing.gates import check_invoices, cleared_alerts
from ledger.financing.records import Offer
from ledger.financing.terms import Quote, quote
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role
from ledger.policy.state import policy_of
from ledger.receivables.acts import check_circulates, check_unburdened
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.decide.checks import check_accepts, check_account, only
from ledger.receivables.events import HoldingLocked
from ledger.receivables.records import Holding


def accept(book: Reader, command: AcceptOffer, by: Signer, at_ms: int) -> Events:
    """The holding is sold at the quoted price, and locked while the policy allows."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    offer = need(book, Offer, command.offer, "/body/offer")
    check_accepts(offer.id, offer.proposal, command.accepts, by)
    refuse_if(
        holding.id not in by.expects,
        RefusalCode.EXPECT_MISSING,
        f"expect does not name {holding.id}.",
        "/expect",
    )
    check_proposer(book, offer.financier, at_ms, "/body/offer")
    check_licence(book, offer.financier, Role.FINANCIER, at_ms, "/body/offer")
    check_screened(book, (by.party, offer.financier))
    before = free(book, holding, at_ms)
    check_unburdened(holding, at_ms)
    check_circulates(book, holding, at_ms)
    programme = check_offer(book, holding, offer, at_ms)
    check_account(book, command.account, by.party, programme.currency, "/body/account")
    terms = quote(book, holding, offer, command.value_date, at_ms)
    check_room(book, holding, programme, command.value_date, at_ms)
    refuse_if(
        command.price != terms.price,
        RefusalCode.PRICE_DIFFERS,
        "The price is not what rate, days and rounding give.",
        "/body/price",
    )
    check_invoices(book, holding, at_ms)
    alerts = cleared_alerts(book, holding, offer)
    accepted = _accepted(book, command, by, at_ms, offer, holding, terms, alerts)
    locked = HoldingLocked(
        holding=holding.id, financing=accepted.financing, lapses_ms=accepted.lock_lapses_ms
    )
    return (*before, accepted, locked)


def _accepted(
    book: Reader,
    command: AcceptOffer,
    by: Signer,
    at_ms: int,
    offer: Offer,
    holding: Holding,
    terms: Quote,
    alerts: tuple[str, ...],
) -> FinancingAccepted:
    return FinancingAccepted(
        financing=by.new_id("fin"),
        holding=holding.id,
        offer=offer.id,
        programme=offer.programme,
        financier=offer.financier,
        holder=by.party,
        obligor=holding.obligor,
        face=terms.face,
        price=terms.price,
        discount=terms.discount,
        rate_ppm=terms.rate_ppm,
        value_date=terms.value_date,
        due=terms.due,
        days=terms.days,
        recourse=offer.recourse,
        account=command.account,
        proposal=by.payload,
        lock_lapses_ms=at_ms + policy_of(book).clocks.lock_days * DAY_MS,
        at_ms=at_ms,
        alerts=alerts,
    )
