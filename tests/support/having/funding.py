"""Programmes, offers, requests and financings in the state that an act needs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.financing.records import Financing, FinancingState, Offer, Programme, Request
from ledger.financing.terms import quote
from ledger.model.records import Record
from ledger.money import Money
from ledger.parties.commands import Assurance
from ledger.policy.state import calendar_of
from ledger.receivables import commands as c
from ledger.receivables.records import (
    Holding,
)
from tests.support.actors import DAY, Stage
from tests.support.founding import SUPPLIERS
from tests.support.having.alerts import is_clean
from tests.support.having.burdens import is_frozen
from tests.support.having.claims import FRESH, account_of, held, is_free, one, sure
from tests.support.having.notices import clear


def programme(s: Stage, by: str = "fund", *, currency: str = "CNY", **changes: Any) -> Programme:
    """A new programme, wide open unless said otherwise."""
    wide: dict[str, Any] = {
        "name": "Suppliers of all",
        "currency": currency,
        "minimum_assurance": Assurance.OPERATOR_VOUCHED,
        "obligors": (),
        "limit_obligor": Money(10**10, currency),
        "limit_total": Money(10**10, currency),
        "max_tenor_days": 366,
    }
    said = sure(s.do(by, f.OpenProgramme(**(wide | changes))))
    return s.get(Programme, said.id("prg"))


def standing_offer(s: Stage, under: Programme, **changes: Any) -> Offer:
    """A new offer under a programme."""
    usual: dict[str, Any] = {
        "programme": under.id,
        "rate_ppm": s.random.randint(10_000, 120_000),
        "valid_until_ms": s.clock.ms + 30 * DAY,
        "recourse": s.random.choice(list(c.Recourse)),
    }
    said = sure(s.do(s.name_of(under.financier), f.MakeOffer(**(usual | changes))))
    return s.get(Offer, said.id("off"))


def offer_for(s: Stage, item: Holding, **changes: Any) -> Offer:
    """A live offer that fits a holding which is free and unpaid."""
    by = s.random.choice([name for name in ("fund", "house") if s.parties[name] != item.holder])
    currency = item.amount.currency
    wide = [
        offer
        for offer in s.all(Offer)
        if offer.is_live(s.clock.ms)
        and s.get(Programme, offer.programme).state == "open"
        and s.get(Programme, offer.programme).name == f"Wide {currency}"
        and offer.financier == s.parties[by]
        and offer.max_amount is None
        and offer.rate_ppm < 200_000
    ]
    if wide and not changes and s.random.random() > FRESH:
        return s.random.choice(wide)
    return standing_offer(
        s, programme(s, by, currency=currency, name=f"Wide {currency}"), **changes
    )


def value_date(s: Stage) -> date:
    """The next business day, today included."""
    calendar, day = calendar_of(s.book), s.today
    while not calendar.is_business_day(day):
        day += timedelta(days=1)
    return day


def acceptance(s: Stage, item: Holding, offer: Offer) -> tuple[f.AcceptOffer, Record, Record]:
    """The command that accepts an offer at its exact price, and the two records it must expect."""
    day = value_date(s)
    try:
        price = quote(s.book, item, offer, day, s.clock.ms).price
    except Refused:
        price = Money(1, item.amount.currency)
    command = f.AcceptOffer(
        holding=item.id,
        offer=offer.id,
        accepts=offer.proposal,
        value_date=day,
        account=account_of(s, item.holder, item.amount.currency),
        price=price,
    )
    return command, item, offer


def sellable(s: Stage, *, fresh: float = FRESH) -> Holding:
    """A free and unpaid holding of a supplier that is due long enough after today."""
    suppliers = {s.parties[name] for name in SUPPLIERS}
    soon = s.today + timedelta(days=12)

    def make() -> Holding:
        # A new claim may look like an old one by chance; its financier would have to review it.
        found = (held(s, amount=s.money(), fresh=1) for _ in range(9))
        return next(item for item in found if is_clean(s, item))

    return one(
        s,
        Holding,
        lambda item: (
            is_free(s, item)
            and item.paid.minor == 0
            and item.holder in suppliers
            and item.due > soon
            and is_clean(s, item)
        ),
        make,
        fresh,
    )


def financing(s: Stage, state: FinancingState, *, fresh: float = FRESH) -> Financing:
    """A financing that is accepted (its lock running), instructed or active."""

    def make() -> Financing:
        item = sellable(s)
        said = sure(s.do(s.name_of(item.holder), *acceptance(s, item, offer_for(s, item))))
        return s.get(Financing, said.id("fin"))

    def advance(item: Financing) -> Financing:
        if state is not FinancingState.ACCEPTED:
            clear(s, item)
            sure(s.do(s.name_of(item.financier), instruction(item)))
        if state is FinancingState.ACTIVE:
            sure(s.do(s.name_of(item.holder), proof(s, item)))
        return s.get(Financing, item.id)

    return one(
        s,
        Financing,
        lambda item: (
            item.state is state
            and not item.has_lapsed(s.clock.ms)
            and not is_frozen(s, item.holding)
        ),
        lambda: advance(make()),
        fresh,
    )


def instruction(item: Financing) -> f.InstructDisbursement:
    """The command that instructs the advance."""
    return f.InstructDisbursement(
        financing=item.id, value_date=item.value_date, reference="pain.001"
    )


def proof(s: Stage, item: Financing) -> f.ConfirmReceipt:
    """The seller's receipt."""
    return f.ConfirmReceipt(financing=item.id, amount=item.price, paid_on=s.today)


def statement(s: Stage, item: Financing) -> f.AttestDisbursement:
    """The bank's statement."""
    return f.AttestDisbursement(
        financing=item.id,
        amount=item.price,
        account=item.account,
        paid_on=s.today,
        reference=f"line {s.next()}",
    )


def request(s: Stage) -> Request:
    """An open request."""

    def make() -> Request:
        item = held(s, fresh=1, amount=Money(10_000, "CNY"))
        said = sure(s.do(s.name_of(item.holder), wish(s, item)))
        return s.get(Request, said.id("req"))

    return one(s, Request, lambda item: item.state == "open", make)


def wish(s: Stage, item: Holding) -> f.RequestFinancing:
    """The command that asks for offers, to be met before the holding is due."""
    latest = min(s.today + timedelta(days=2), max(s.today, item.due - timedelta(days=1)))
    return f.RequestFinancing(holding=item.id, latest=latest)
