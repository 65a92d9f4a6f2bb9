"""A payment that went back: it never was one, so what it had paid is owed again."""

from __future__ import annotations

from ledger.burdens.acts import undo_execution
from ledger.errors import RefusalCode
from ledger.financing.acts import use_line
from ledger.financing.decide.checks import check_paid_on
from ledger.financing.events import Evidence, FinancingReversed
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.receivables.debts import take_back
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding
from ledger.settlement.arrears import costs_of
from ledger.settlement.commands import ReversePayment
from ledger.settlement.decide.payments import Events
from ledger.settlement.events import CostsStood, PaymentReversed, SurplusArose
from ledger.settlement.records import Payment
from ledger.settlement.waterfall import surplus


def reverse(book: Reader, command: ReversePayment, by: Signer, at_ms: int) -> Events:
    """Whoever proved the payment proves that its money went back.

    Only while its payee still has what was paid on: after that the two sides settle it between
    them, since nobody else's claim may come back to life.
    """
    payment = need(book, Payment, command.payment, "/body/payment")
    only(payment.attested_by, by, "one who proved the payment")
    refuse_if(
        not payment.counts,
        RefusalCode.PAYMENT_IS_REVERSED,
        f"{payment.id} was taken back before.",
        "/body/payment",
    )
    check_paid_on(book, command.value_date, payment.recorded_ms, at_ms, "/body/value_date")
    holding = need(book, Holding, payment.holding, "")
    refuse_if(
        holding.holder != payment.payee or holding.went_on,
        RefusalCode.PAYMENT_DOES_NOT_FIT,
        f"{holding.id} has passed to another hand or was split since.",
        "/body/payment",
    )
    reversed_ = PaymentReversed(
        payment=payment.id,
        reason=command.reason,
        value_date=command.value_date,
        reference=command.reference,
        at_ms=at_ms,
    )
    events: Events = (reversed_, *_costs_again(book, holding, payment))
    if payment.evidence is Evidence.STATEMENT:
        events = (*events, use_line(book, by.party, command.reference, payment.id))
    if payment.principal.minor == 0:
        return events
    financing = _financing_of(book, payment)
    refuse_if(
        financing is not None and financing.state is FinancingState.REPURCHASED,
        RefusalCode.PAYMENT_DOES_NOT_FIT,
        f"{holding.id} has been bought back since.",
        "/body/payment",
    )
    again = take_back(book, holding, payment.principal, financing.id if financing else None)
    undone = (*again, *(_uncollected(book, financing, payment) if financing else ()))
    if payment.freeze is None:
        return (*events, *undone)
    frozen_again = undo_execution(book, payment.freeze, holding, payment.principal)
    return (*events, *undone, *frozen_again)


def _costs_again(book: Reader, holding: Holding, payment: Payment) -> tuple[CostsStood, ...]:
    """The costs that the payment had paid; late interest follows from the payments that count."""
    if payment.costs.minor == 0:
        return ()
    return (CostsStood(holding=holding.id, costs=costs_of(book, holding) + payment.costs),)


def _financing_of(book: Reader, payment: Payment) -> Financing | None:
    """The financing whose holding it was when the payment arrived, if one."""
    found = [
        item
        for item in book.find(Financing, holding=payment.holding)
        if item.active_ms is not None
        and item.active_ms <= payment.recorded_ms
        and item.financier == payment.payee
    ]
    return max(found, key=lambda item: item.active_ms or 0, default=None)


def _uncollected(book: Reader, financing: Financing, payment: Payment) -> Events:
    back = FinancingReversed(financing=financing.id, amount=payment.principal)
    over = surplus(financing, payment.principal, payment.value_date)
    if over.minor == 0:
        return (back,)
    return (back, SurplusArose(financing=financing.id, amount=-over))
