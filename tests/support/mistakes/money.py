"""Mistakes about programmes, offers, advances and payments: for each refusal one way to meet it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from msgspec.structs import replace

from ledger.financing import commands as f
from ledger.financing.records import Financing, FinancingState, Offer
from ledger.model.records import Record
from ledger.money import Money
from ledger.parties.commands import Assurance
from ledger.receivables.records import Holding, Receivable, Transfer
from ledger.settlement import commands as t
from tests.support import having as h
from tests.support.actors import DAY, HOUR, Stage
from tests.support.acts import distribution, payment
from tests.support.mistakes.claims import cny
from tests.support.mistakes.form import Mistake

ACCEPTED, INSTRUCTED = FinancingState.ACCEPTED, FinancingState.INSTRUCTED
ACTIVE = FinancingState.ACTIVE


# -- programmes, requests and offers ---------------------------------------------------------------
def _operator_funds(s: Stage) -> None:
    command = f.OpenProgramme(
        name="Own",
        currency="CNY",
        minimum_assurance=Assurance.OPERATOR_VOUCHED,
        obligors=(),
        limit_obligor=cny(1),
        limit_total=cny(1),
        max_tenor_days=1,
    )
    s.do("operator", command)


def _closes_twice(s: Stage) -> None:
    item = h.programme(s)
    for _ in range(2):
        s.do("fund", f.CloseProgramme(programme=item.id))


def _wishes_twice(s: Stage) -> None:
    item = h.held(s, fresh=1)
    for _ in range(2):
        s.do(s.name_of(item.holder), h.wish(s, item))


def _unwishes_twice(s: Stage) -> None:
    item = h.request(s)
    for _ in range(2):
        s.do(s.name_of(item.holder), f.WithdrawRequest(request=item.id))


def _withdraws_twice(s: Stage) -> None:
    item = h.standing_offer(s, h.programme(s))
    for _ in range(2):
        s.do("fund", f.WithdrawOffer(offer=item.id))


# -- acceptances -----------------------------------------------------------------------------------
def accept(s: Stage, item: Holding, offer: Offer, **changes: Any) -> None:
    """The holder accepts, with something changed in the command."""
    command, *seen = h.acceptance(s, item, offer)
    assert isinstance(command, f.AcceptOffer)
    s.do(s.name_of(item.holder), replace(command, **changes), *_records(seen))


def _records(seen: list[Any]) -> list[Record]:
    return seen


def changed(**changes: Any) -> Mistake:
    """Accept a fitting offer with a command that is wrong."""

    def mistake(s: Stage) -> None:
        item = h.sellable(s)
        offer = h.offer_for(s, item)
        accept(s, item, offer, **{name: make(s, item) for name, make in changes.items()})

    return mistake


def under(**limits: Any) -> Mistake:
    """Accept an offer of a programme that does not take the holding."""

    def mistake(s: Stage) -> None:
        item = h.sellable(s, fresh=1)
        wanted = {name: make(s, item) for name, make in limits.items()}
        accept(s, item, h.standing_offer(s, h.programme(s, **wanted)))

    return mistake


def _late_offer(s: Stage) -> None:
    item = h.sellable(s, fresh=1)
    offer = h.standing_offer(s, h.programme(s), valid_until_ms=s.clock.ms + HOUR)
    s.clock.ms += HOUR
    accept(s, item, offer)


def _own_claim(s: Stage) -> None:
    item = h.sellable(s, fresh=1)
    said = h.sure(s.do(s.name_of(item.holder), h.offer_to(s, item, "fund")))
    item = h.taken(s, s.get(Transfer, said.id("trf")))
    accept(s, item, h.standing_offer(s, h.programme(s)))


def _part_paid(s: Stage) -> None:
    item = h.sellable(s, fresh=1)
    h.sure(s.do(s.name_of(item.holder), h.receipt(s, item, cny(1))))
    accept(s, s.get(Holding, item.id), h.standing_offer(s, h.programme(s)))


def _small_offer(s: Stage) -> None:
    offer = h.standing_offer(s, h.programme(s), max_amount=cny(1))
    accept(s, h.sellable(s, fresh=1), offer)


def _on_saturday(s: Stage) -> None:
    while s.today.weekday() != 4:
        s.clock.ms += DAY
    item = h.sellable(s)
    accept(s, item, h.offer_for(s, item), value_date=s.today + timedelta(days=1))


def _for_nothing(s: Stage) -> None:
    claim = replace(h.claim(s, h.line(s, cny(1_000))), due=s.today + timedelta(days=365))
    claim = replace(claim, long_term_reason="season")
    said = h.sure(s.do("first", claim))
    item = s.get(Receivable, said.id("rcv"))
    said = h.sure(s.do("core", h.acknowledgement(item, item.face), item))
    offer = h.standing_offer(s, h.programme(s), rate_ppm=1_000_000)
    accept(s, s.get(Holding, said.id("hld")), offer)


def _foreign_account(s: Stage, item: Holding) -> str:
    return h.account_of(s, item.obligor, item.amount.currency)


# -- advances --------------------------------------------------------------------------------------
def _instructs_late(s: Stage) -> None:
    item = h.financing(s, ACCEPTED)
    s.clock.ms = item.lock_lapses_ms or 0
    s.do(s.name_of(item.financier), h.instruction(item))


def _instructs_released(s: Stage) -> None:
    item = h.financing(s, ACCEPTED)
    h.sure(s.do(s.name_of(item.financier), f.ReleaseLock(financing=item.id)))
    s.do(s.name_of(item.financier), h.instruction(item))


def _instructs_twice(s: Stage) -> None:
    item = h.financing(s, INSTRUCTED)
    s.do(s.name_of(item.financier), h.instruction(item))


def _instructs_another_day(s: Stage) -> None:
    item = h.financing(s, ACCEPTED)
    command = replace(h.instruction(item), value_date=item.value_date + timedelta(days=1))
    s.do(s.name_of(item.financier), command)


def proven(state: FinancingState, **changes: Any) -> Mistake:
    """The seller confirms what it may not."""

    def mistake(s: Stage) -> None:
        item = h.financing(s, state)
        wrong = {name: make(s, item) for name, make in changes.items()}
        s.do(s.name_of(item.holder), replace(h.proof(s, item), **wrong))

    return mistake


def _other_account(s: Stage) -> None:
    item = h.financing(s, INSTRUCTED)
    account = h.account_of(s, item.obligor, item.face.currency)
    s.do("bank", replace(h.statement(s, item), account=account))


def _own_advance(s: Stage) -> None:
    item = h.sellable(s, fresh=1)
    offer = h.standing_offer(s, h.programme(s, "house"))
    said = h.sure(s.do(s.name_of(item.holder), *h.acceptance(s, item, offer)))
    made = s.get(Financing, said.id("fin"))
    s.do("house", h.instruction(made))
    s.do("house", h.statement(s, made))


# -- payments --------------------------------------------------------------------------------------
def _line_twice(s: Stage) -> None:
    for _ in range(2):
        item = h.held(s, fresh=1)
        command = payment(s, item, Money(1, item.amount.currency))
        s.do("bank", replace(command, reference="the one line"))


def _too_much(s: Stage) -> None:
    item = h.held(s, fresh=1)  # on another, costs may be owed besides
    more = item.outstanding + Money(1, item.amount.currency)
    s.do(s.name_of(item.holder), h.receipt(s, item, more))


def _paid_tomorrow(s: Stage) -> None:
    item = h.held(s)
    command = h.receipt(s, item, item.outstanding)
    s.do(s.name_of(item.holder), replace(command, value_date=s.today + timedelta(days=1)))


def _in_flight(s: Stage) -> None:
    item = s.get(Holding, h.financing(s, INSTRUCTED).holding)
    s.do(s.name_of(item.holder), h.receipt(s, item, item.outstanding))


def _other_payer(s: Stage) -> None:
    item = h.held(s)
    s.do("bank", replace(payment(s, item, item.outstanding), payer=s.parties["auditor"]))


def _recorded(s: Stage) -> None:
    item = h.held(s, fresh=1)
    part = Money(7, item.amount.currency)
    h.sure(s.do(s.name_of(item.holder), h.receipt(s, item, part)))
    s.do("bank", payment(s, item, part))


def _other_agent(s: Stage) -> None:
    s.do("house", distribution(s, h.with_agent(s, fresh=1)))


def _one_leg_twice(s: Stage) -> None:
    item = h.with_agent(s)
    part = next(
        part for part in s.store.records.find(Holding, {"receivable": item.id}) if part.is_open
    )
    account = h.account_of(s, part.holder, part.amount.currency)
    leg = t.Leg(holding=part.id, account=account, amount=Money(1, part.amount.currency))
    command = t.DistributePayment(
        receivable=item.id, legs=(leg, leg), value_date=s.today, reference=f"line {s.next()}"
    )
    s.do("bank", command)


MONEY: dict[str, Mistake] = {
    "operator_in_principal_leg": _operator_funds,
    "programme_is_closed": _closes_twice,
    "request_is_open": _wishes_twice,
    "request_is_closed": _unwishes_twice,
    "offer_is_closed": _withdraws_twice,
    "offer_has_lapsed": _late_offer,
    "financier_is_a_party_to_the_claim": _own_claim,
    "obligor_not_in_programme": under(
        obligors=lambda s, item: tuple({s.parties["core"], s.parties["other"]} - {item.obligor})
    ),
    "assurance_too_low": under(minimum_assurance=lambda _s, _item: Assurance.CA_CERTIFIED),
    "holding_is_part_paid": _part_paid,
    "offer_amount_exceeded": _small_offer,
    "value_date_out_of_range": changed(value_date=lambda s, _item: s.today - timedelta(days=1)),
    "value_date_is_no_business_day": _on_saturday,
    "tenor_is_too_long": under(max_tenor_days=lambda _s, _item: 1),
    "nothing_would_be_paid": _for_nothing,
    "limit_exceeded": under(limit_total=lambda _s, _item: cny(1)),
    "price_differs": changed(price=lambda _s, item: Money(1, item.amount.currency)),
    "account_not_of_holder": changed(account=_foreign_account),
    "financing_has_lapsed": _instructs_late,
    "financing_is_closed": _instructs_released,
    "disbursement_is_instructed": _instructs_twice,
    "value_date_differs": _instructs_another_day,
    "disbursement_not_instructed": proven(ACCEPTED),
    "disbursement_is_proven": proven(ACTIVE),
    "amount_differs_from_price": proven(
        INSTRUCTED, amount=lambda _s, item: item.price + Money(1, item.price.currency)
    ),
    "account_is_not_agreed": _other_account,
    "attester_is_payer": _own_advance,
    "statement_line_is_used": _line_twice,
    "payment_exceeds_outstanding": _too_much,
    "payment_date_out_of_range": _paid_tomorrow,
    "disbursement_in_flight": _in_flight,
    "payer_is_not_obligor": _other_payer,
    "payment_is_recorded": _recorded,
    "not_the_paying_agent": _other_agent,
    "payment_does_not_fit": _one_leg_twice,
}
"""By the name of the refusal that it meets."""
