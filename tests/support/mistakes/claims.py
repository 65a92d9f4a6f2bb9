"""Mistakes about invoices, receivables, holdings and transfers, one for each refusal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from ledger.documents.codes import CREDIT_TYPES, FACTORED_TYPES, PREPAYMENT_TYPES
from ledger.financing.commands import AdvanceClock
from ledger.financing.records import FinancingState
from ledger.money import Money
from ledger.receivables import commands as c
from ledger.receivables.records import Holding, Receivable
from tests.support import having as h
from tests.support.actors import DAY, Stage
from tests.support.mistakes.form import NOWHERE, Mistake

MOST_PROPOSALS = 100


def cny(minor: int) -> Money:
    """Chinese yuan in fen."""
    return Money(minor, "CNY")


# -- invoices --------------------------------------------------------------------------------------
def of_type(types: Sequence[str] | frozenset[str]) -> Mistake:
    """Register an invoice of the first of these types."""

    def mistake(s: Stage) -> None:
        line = h.line(s, cny(1_000))
        s.do("first", h.claim(s, replace(line, facts=replace(line.facts, type=min(types)))))

    return mistake


def _twice(s: Stage) -> None:
    number = f"TWICE-{s.next()}"
    s.do("first", h.claim(s, h.line(s, cny(100), number), h.line(s, cny(100), number)))


def _of_another_seller(s: Stage) -> None:
    number = f"{s.next():020}"
    h.sure(s.do("first", h.claim(s, h.line(s, cny(1_000), number))))
    s.do("second", h.claim(s, h.line(s, cny(1_000), number)))


def _other_facts(s: Stage) -> None:
    number = f"FACTS-{s.next()}"
    h.sure(s.do("first", h.claim(s, h.line(s, cny(1_000), number))))
    s.do("first", h.claim(s, h.line(s, cny(1_000), number, more=1)))


def _used_up(s: Stage) -> None:
    number = f"USED-{s.next()}"
    h.sure(s.do("first", h.claim(s, h.line(s, cny(1_000), number))))
    s.do("first", h.claim(s, h.line(s, cny(1_000), number)))


def crowd(s: Stage) -> None:
    """A hundred proposals of one invoice, and one more."""
    number, most = f"CROWD-{s.next()}", MOST_PROPOSALS + 1
    facts = h.line(s, cny(most), number).facts
    for _ in range(most):
        s.do("core", h.issue(s, c.InvoiceLine(facts=facts, used=cny(1))))


# -- claims ----------------------------------------------------------------------------------------
def _long(s: Stage) -> None:
    s.do("first", replace(h.claim(s), due=s.today + timedelta(days=367)))


def _without_reason(s: Stage) -> None:
    s.do("first", replace(h.claim(s), due=s.today + timedelta(days=190)))


def _without_clause(s: Stage) -> None:
    s.do("first", replace(h.claim(s), sizes=h.PROTECTED))


def _cheap_delay(s: Stage) -> None:
    claim = replace(h.claim(s), sizes=h.PROTECTED, basis=c.Basis.DELIVERY, late_ppm=82)
    s.do("first", claim)


def _past(s: Stage) -> None:
    day = s.today - timedelta(days=1)
    s.do("first", replace(h.claim(s), due=day, basis_date=day))


def _of_tomorrow(s: Stage) -> None:
    line = h.line(s, cny(1_000))
    facts = replace(line.facts, issued=s.today + timedelta(days=1))
    s.do("first", h.claim(s, replace(line, facts=facts)))


def _odd_agent(s: Stage) -> None:
    terms = replace(h.PLAIN, paying_agent=s.parties["bank"])
    s.do("other", h.issue(s, terms=terms))


def _hurried(s: Stage) -> None:
    item = h.proposed(s)
    s.do(s.name_of(item.obligor), h.acknowledgement(item, item.face), item)


def _signs_its_own(s: Stage) -> None:
    item = h.registered(s)
    command = c.SignForIssue(receivable=item.id, accepts=item.proposal)
    s.do(s.name_of(item.creditor), command, item)


def _regrets(s: Stage) -> None:
    item = s.get(Receivable, h.held(s).receivable)
    reason = c.RejectReason.OTHER
    s.do(s.name_of(item.obligor), c.RejectReceivable(receivable=item.id, reason=reason))


def _withdraws_twice(s: Stage) -> None:
    item = h.registered(s)
    for _ in range(2):
        s.do(s.name_of(item.creditor), c.WithdrawReceivable(receivable=item.id))


def _signs_late(s: Stage) -> None:
    item = h.proposed(s)
    s.clock.ms += 11 * DAY
    command = c.SignForIssue(receivable=item.id, accepts=item.proposal)
    s.do(s.name_of(item.creditor), command, item)


def _asks_twice(s: Stage) -> None:
    item = h.registered(s)
    for _ in range(2):
        s.do(s.name_of(item.creditor), c.RequestAcknowledgement(receivable=item.id))


def _too_generous(s: Stage) -> None:
    item = h.registered(s)
    more = item.face + Money(1, item.face.currency)
    s.do(s.name_of(item.obligor), h.acknowledgement(item, more), item)


def _another_day(s: Stage) -> None:
    item = h.registered(s)
    command = replace(h.acknowledgement(item, item.face), due=item.due + timedelta(days=1))
    s.do(s.name_of(item.obligor), command, item)


# -- holdings --------------------------------------------------------------------------------------
def split(s: Stage, item: Holding, *amounts: int) -> None:
    """The holder splits into these minor units."""
    children = (c.Child(amount=Money(minor, item.amount.currency)) for minor in amounts)
    command = c.SplitHolding(holding=item.id, children=tuple(children))
    s.do(s.name_of(item.holder), command)


def _split_anothers(s: Stage) -> None:
    s.do("auditor", h.halves(h.held(s)))


def _split_closed(s: Stage) -> None:
    split(s, h.closed(s), 100, 100)


def _split_pending(s: Stage) -> None:
    split(s, s.get(Holding, h.pending(s).holding), 100, 100)


def in_financing(state: FinancingState) -> Mistake:
    """The holder splits what a financing has."""

    def mistake(s: Stage) -> None:
        split(s, s.get(Holding, h.financing(s, state).holding), 100, 100)

    return mistake


def _split_whole(s: Stage) -> None:
    terms = replace(h.PLAIN, consent_to_split=False)
    split(s, h.held(s, fresh=1, terms=terms), 100, 100)


def _five(s: Stage) -> None:
    split(s, h.held(s, fresh=1, amount=cny(5_000)), *[1_000] * 5)


def _crumbs(s: Stage) -> None:
    item = h.held(s, fresh=1, amount=cny(5_000))
    split(s, item, 4_999, 1)


def _seven(s: Stage) -> None:
    item = h.held(s, fresh=1, amount=cny(16_000))
    split(s, item, *[4_000] * 4)
    parts = s.store.records.find(Holding, {"receivable": item.receivable})
    split(s, next(part for part in parts if part.parent == item.id), *[1_000] * 4)


def _unequal(s: Stage) -> None:
    split(s, h.held(s, fresh=1, amount=cny(5_000)), 2_000, 3_001)


# -- transfers -------------------------------------------------------------------------------------
def _to_itself(s: Stage) -> None:
    item = h.held(s)
    s.do(s.name_of(item.holder), h.offer_to(s, item, s.name_of(item.holder)))


def _to_an_auditor(s: Stage) -> None:
    item = h.held(s)
    s.do(s.name_of(item.holder), h.offer_to(s, item, "auditor"))


def _on_the_day_of_payment(s: Stage) -> None:
    command = replace(h.claim(s), due=s.today)
    said = h.sure(s.do("first", command))
    item = s.get(Receivable, said.id("rcv"))
    owed = h.sure(s.do("core", h.acknowledgement(item, item.face), item))
    s.do("first", h.halves(s.get(Holding, owed.id("hld"))))


def _fourth_hop(s: Stage) -> None:
    item = h.travelled(s, 3)
    s.do(s.name_of(item.holder), h.offer_to(s, item, h.transferee(s, item)))


def _for_a_year(s: Stage) -> None:
    item = h.travelled(s, 0)
    command = h.offer_to(s, item, h.transferee(s, item))
    s.do(s.name_of(item.holder), replace(command, lapses_ms=s.clock.ms + 366 * DAY))


def _accepts_late(s: Stage) -> None:
    item = h.pending(s)
    s.clock.ms = item.lapses_ms
    command = c.AcceptTransfer(transfer=item.id, accepts=item.proposal)
    s.do(s.name_of(item.assignee), command, item)


def _answers_twice(s: Stage) -> None:
    item = h.pending(s)
    for _ in range(2):
        s.do(s.name_of(item.assignee), c.RejectTransfer(transfer=item.id))


CLAIMS: dict[str, Mistake] = {
    "invoice_is_named_twice": _twice,
    "invoice_is_of_another_seller": _of_another_seller,
    "invoice_facts_differ": _other_facts,
    "invoice_is_used_up": _used_up,
    "invoice_is_already_assigned": of_type(FACTORED_TYPES),
    "invoice_is_a_credit_note": of_type(CREDIT_TYPES),
    "invoice_is_a_prepayment": of_type(PREPAYMENT_TYPES),
    "term_is_too_long": _long,
    "term_needs_a_reason": _without_reason,
    "basis_needs_a_clause": _without_clause,
    "late_interest_below_floor": _cheap_delay,
    "due_date_has_passed": _past,
    "issued_in_the_future": _of_tomorrow,
    "seller_is_buyer": lambda s: s.do("other", h.claim(s, obligor="other")),
    "paying_agent_does_not_fit": _odd_agent,
    "receivable_awaits_its_creditor": _hurried,
    "receivable_awaits_its_obligor": _signs_its_own,
    "receivable_is_acknowledged": _regrets,
    "receivable_is_closed": _withdraws_twice,
    "issue_has_lapsed": _signs_late,
    "acknowledgement_is_requested": _asks_twice,
    "amount_exceeds_face": _too_generous,
    "due_date_differs": _another_day,
    "act_belongs_to_another_party": _split_anothers,
    "holding_is_closed": _split_closed,
    "holding_is_pending": _split_pending,
    "holding_is_locked": in_financing(FinancingState.INSTRUCTED),
    "holding_is_financed": in_financing(FinancingState.ACTIVE),
    "split_not_consented": _split_whole,
    "too_many_children": _five,
    "child_is_too_small": _crumbs,
    "too_many_holdings": _seven,
    "children_do_not_sum": _unequal,
    "transferee_is_holder": _to_itself,
    "party_lacks_role": _to_an_auditor,
    "too_many_hops": _fourth_hop,
    "redemption_is_under_way": _on_the_day_of_payment,
    "deadline_out_of_range": _for_a_year,
    "transfer_has_lapsed": _accepts_late,
    "transfer_is_closed": _answers_twice,
    "nothing_to_lapse": lambda s: s.do("operator", AdvanceClock(lapsed=(NOWHERE,))),
}
"""By the name of the refusal that it meets."""
CROWDED: dict[str, Mistake] = {"invoice_has_too_many_proposals": crowd}
"""Those that take a hundred commands."""
