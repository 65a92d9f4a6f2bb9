"""Mistakes about payments that go wrong, lists and surpluses: one way to meet each refusal."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.money import Money
from ledger.receivables.records import Receivable
from ledger.settlement import commands as t
from tests.support import having as h
from tests.support.actors import Stage
from tests.support.acts import payment
from tests.support.having import paying as y
from tests.support.mistakes.form import Mistake


def _reverses_twice(s: Stage) -> None:
    item = y.paid(s)
    for _ in range(2):
        s.do(s.name_of(item.attested_by), y.reversal(s, item))


def _not_astray(s: Stage) -> None:
    item = h.held(s, fresh=1)
    s.do("bank", replace(y.astray_report(s, item), payee=item.holder))


def _back_twice(s: Stage) -> None:
    item = y.astray(s)
    command = t.ReturnMisdirected(misdirected=item.id, value_date=s.today, reference="back")
    for _ in range(2):
        s.do(s.name_of(item.payer), command)


def _another_order(s: Stage) -> None:
    item = y.ordered(s)
    other = h.held(s, fresh=1)
    part = Money(1, other.amount.currency)
    s.do("bank", replace(payment(s, other, part), instruction=item.id))


def _bounces_twice(s: Stage) -> None:
    item = y.ordered(s)
    for _ in range(2):
        reason = t.ReturnReason.OTHER
        s.do("bank", t.BouncePayment(instruction=item.id, reason=reason, reference="returned"))


def _too_early(s: Stage) -> None:
    item = s.get(Receivable, h.held(s, fresh=1).receivable)
    s.do(s.name_of(item.obligor), y.redemption(s, item))


def _another_total(s: Stage) -> None:
    item = y.due_today(s)
    more = item.outstanding + Money(1, item.face.currency)
    s.do(s.name_of(item.obligor), replace(y.redemption(s, item), total=more))


def _more_surplus(s: Stage) -> None:
    item = y.with_surplus(s)
    command = t.ReceiveSurplus(
        financing=item.id, amount=item.face, value_date=s.today, reference="too much"
    )
    s.do(s.name_of(item.holder), command)


PAYING: dict[str, Mistake] = {
    "payment_is_reversed": _reverses_twice,
    "payee_is_not_astray": _not_astray,
    "misdirected_is_closed": _back_twice,
    "instruction_differs": _another_order,
    "instruction_is_closed": _bounces_twice,
    "redemption_is_not_due": _too_early,
    "redemption_list_differs": _another_total,
    "surplus_exceeded": _more_surplus,
}
"""By the name of the refusal that it meets."""
