"""Rules about money: what is known before a claim is sold, and who pays whom how much for what."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.alerts.state import open_alerts
from ledger.fees.events import FeeCharged
from ledger.fees.schedule import Base, allowed, charged, line_of
from ledger.financing.events import (
    DisbursementInstructed,
    DisbursementProven,
    FinancingAccepted,
    FinancingCollected,
    FinancingReduced,
)
from ledger.financing.records import Financing, Programme
from ledger.model.records import Reader, need
from ledger.notices.records import Filing, Notice, Search
from ledger.policy.state import ledger_of, policy_of
from ledger.receivables.attested import InvoiceStatusAttested
from ledger.receivables.clocks import DAY_MS, HOUR_MS
from ledger.receivables.commands import InvoiceStatus
from ledger.receivables.lineage import lineage
from ledger.receivables.records import Holding, Invoice, Receivable
from ledger.recourse.events import DebtRecovered, RecoursePaid
from ledger.reports.rules.shape import (
    ACT_77,
    POLICY,
    Act,
    Measured,
    Rule,
    days_of,
    hours_of,
    judged,
    not_applicable,
)
from ledger.settlement.events import PaymentRecorded

Paid = PaymentRecorded | RecoursePaid | DebtRecovered
Funded = DisbursementProven | FinancingCollected | FinancingReduced


def _no_operator(book: Reader, act: Act, event: FinancingAccepted | Paid) -> Iterator[Measured]:
    """Nobody on either side of a principal leg is the operator."""
    operator = ledger_of(book).operator
    if isinstance(event, FinancingAccepted):
        subject, sides = event.financing, {event.financier, event.holder, event.obligor}
    else:
        subject = event.recovery if isinstance(event, DebtRecovered) else event.payment
        sides = {event.payer, event.payee}
    count = int(operator in sides)
    return judged(subject, f"{count} legs", "0 legs", holds=count == 0)


def _assurance(book: Reader, act: Act, event: FinancingAccepted) -> Iterator[Measured]:
    holding = need(book, Holding, event.holding, "")
    signed = need(book, Receivable, holding.receivable, "").assurance
    least = need(book, Programme, event.programme, "").minimum_assurance
    if signed is None:
        return not_applicable(event.financing, "nothing is acknowledged")
    return judged(event.financing, signed.value, least.value, holds=signed.level >= least.level)


def _alerts(book: Reader, act: Act, event: FinancingAccepted) -> Iterator[Measured]:
    """Those that are open on what is sold are listed in the acceptance, cleared by the buyer."""
    found = {item.id for item in open_alerts(book, lineage(book, _holding(book, event.holding)))}
    listed = len(found & set(event.alerts))
    value, bound = f"{listed} cleared", f"{len(found)} open"
    return judged(event.financing, value, bound, holds=listed == len(found))


def _lock_clock(book: Reader, act: Act, event: FinancingAccepted) -> Iterator[Measured]:
    days, open_ms = policy_of(book).clocks.lock_days, event.lock_lapses_ms - act.at_ms
    holds = open_ms <= days * DAY_MS
    return judged(event.financing, days_of(open_ms), f"day {days}", holds=holds)


def _holding(book: Reader, holding: str) -> Holding:
    return need(book, Holding, holding, "")


def _invoices(book: Reader, holding: str) -> Iterator[Invoice]:
    for use in need(book, Receivable, _holding(book, holding).receivable, "").uses:
        yield need(book, Invoice, use.invoice, "")


def _status(book: Reader, act: Act, event: FinancingAccepted) -> Iterator[Measured]:
    """The status of each invoice at acceptance: never adverse, and young where the gate is shut."""
    policy = policy_of(book)
    hours = policy.clocks.status_hours
    for invoice in _invoices(book, event.holding):
        if policy.gates.invoice_status:
            yield _age(invoice, act.at_ms, hours)
        elif invoice.status is None:
            yield from not_applicable(invoice.id, "the policy asks for no tax status")
        else:
            sound = not invoice.is_red
            yield from judged(invoice.id, invoice.status.value, "not adverse", holds=sound)


def _daily(book: Reader, act: Act, event: Funded) -> Iterator[Measured]:
    """What is financed is asked about every day: how old the answer was at this entry."""
    if not policy_of(book).gates.invoice_status:
        yield from not_applicable(event.financing, "the policy asks for no tax status")
        return
    holding = need(book, Financing, event.financing, "").holding
    for invoice in _invoices(book, holding):
        yield _age(invoice, act.at_ms, DAY_MS // HOUR_MS)


def _age(invoice: Invoice, at_ms: int, hours: int) -> Measured:
    """How old the status of an invoice is, and whether it is one to rest on."""
    bound = f"not adverse, {hours} hours"
    if invoice.status is None or invoice.status_ms is None:
        (found,) = judged(invoice.id, "none", bound, holds=False)
        return found
    age_ms = at_ms - invoice.status_ms
    holds = not invoice.is_red and age_ms <= hours * HOUR_MS
    (found,) = judged(invoice.id, f"{invoice.status.value}, {hours_of(age_ms)}", bound, holds=holds)
    return found


def _adverse(book: Reader, act: Act, event: InvoiceStatusAttested) -> Iterator[Measured]:
    holds = event.status is InvoiceStatus.NORMAL
    return judged(event.invoice, event.status.value, InvoiceStatus.NORMAL.value, holds=holds)


def _registration(book: Reader, act: Act, event: DisbursementInstructed) -> Iterator[Measured]:
    """A young search, then a filing that stands, then the notice's arrival."""
    policy, financing = policy_of(book), need(book, Financing, event.financing, "")
    if not policy.gates.registration:
        yield from not_applicable(financing.id, "the policy asks for no registration")
        return
    hours = policy.clocks.search_hours
    searches = [
        item
        for item in book.find(Search, searcher=financing.financier, creditor=financing.holder)
        if item.obligor in (None, financing.obligor)
    ]
    newest = max(searches, key=lambda item: (item.searched_ms, item.id), default=None)
    age_ms = act.at_ms - newest.searched_ms if newest else None
    yield from judged(
        newest.id if newest else financing.id,
        "no search" if age_ms is None else f"searched {hours_of(age_ms)} before",
        f"{hours} hours",
        holds=age_ms is not None and age_ms <= hours * HOUR_MS,
    )
    searched = [item.searched_ms for item in searches]
    fresh = [ms for ms in searched if act.at_ms - ms <= hours * HOUR_MS]
    yield from _filed(book, act, event, min(fresh or searched, default=None))
    yield from _noticed(book, financing)


def _filed(
    book: Reader, act: Act, event: DisbursementInstructed, searched_ms: int | None
) -> Iterator[Measured]:
    filing = book.get(Filing, event.filing) if event.filing else None
    live = filing is not None and filing.is_live(act.at_ms)
    later = filing is not None and searched_ms is not None and searched_ms <= filing.filed_ms
    value = f"{filing.registry_code} {filing.number}" if filing else "no filing"
    subject = filing.id if filing else event.financing
    return judged(subject, value, "a filing that stands, after a search", holds=live and later)


def _noticed(book: Reader, financing: Financing) -> Iterator[Measured]:
    arrived = [
        item.id
        for item in book.find(Notice, basis=financing.id)
        if item.arrived_ms is not None and item.withdrawn_ms is None
    ]
    subject = arrived[0] if arrived else financing.id
    value = "arrived" if arrived else "not arrived"
    return judged(subject, value, "the obligor has notice", holds=bool(arrived))


def _fee(book: Reader, act: Act, event: FeeCharged) -> Iterator[Measured]:
    """All that is charged under the line on the base, this fee included."""
    policy = policy_of(book)
    base: Base = book.get(Financing, event.base) or need(book, Holding, event.base, "")
    line = line_of(policy, event.line, event.amount.currency)
    sum_charged, most = charged(book, line.code, base).minor, allowed(line, base, policy).minor
    value = f"{line.code}: {sum_charged} minor units"
    return judged(event.fee, value, f"{most} minor units", holds=sum_charged <= most)


_STATUS = ("gates.invoice_status", "clocks.status_hours")

RULES: tuple[Rule, ...] = (
    Rule(
        "no_operator_money",
        "The operator is in no principal leg.",
        f"{ACT_77} 4, 14",
        (FinancingAccepted, PaymentRecorded, RecoursePaid, DebtRecovered),
        _no_operator,
    ),
    Rule(
        "assurance_floor",
        "The obligor's word is as well known as the programme asks.",
        "programme",
        (FinancingAccepted,),
        _assurance,
    ),
    Rule(
        "alerts_cleared",
        "Every open alert on what is sold was cleared by the financier, and is listed.",
        "民法典 763",
        (FinancingAccepted,),
        _alerts,
    ),
    Rule(
        "invoice_status",
        "What is sold rests on invoices whose tax status is young, and not adverse.",
        POLICY,
        (FinancingAccepted,),
        _status,
        _STATUS,
    ),
    Rule(
        "invoice_status_daily",
        "While invoices are financed their tax status is attested every day.",
        POLICY,
        (DisbursementProven, FinancingCollected, FinancingReduced),
        _daily,
        ("gates.invoice_status",),
        warns=True,
    ),
    Rule(
        "invoice_stands",
        "The tax office has not reversed an invoice.",
        POLICY,
        (InvoiceStatusAttested,),
        _adverse,
        warns=True,
    ),
    Rule(
        "lock_clock",
        "An accepted financing that nobody instructs lapses in time.",
        POLICY,
        (FinancingAccepted,),
        _lock_clock,
        ("clocks.lock_days",),
    ),
    Rule(
        "registration",
        "Before an advance: a registry search, a filing after it, the notice's arrival.",
        f"{ACT_77} 13; 民法典 768",
        (DisbursementInstructed,),
        _registration,
        ("gates.registration", "clocks.search_hours"),
    ),
    Rule(
        "fee_schedule",
        "No more is charged than the published line allows on the base.",
        "fee schedule",
        (FeeCharged,),
        _fee,
        ("fees",),
    ),
)
"""The rules about money."""
