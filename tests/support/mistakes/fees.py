"""Mistakes about fees: for each refusal one way to meet it."""

from __future__ import annotations

from ledger.fees import commands as f
from ledger.fees.state import Fee
from ledger.money import Money
from tests.support import having as h
from tests.support.actors import Stage
from tests.support.acts.fees import charge
from tests.support.mistakes.form import Mistake


def _invented(s: Stage) -> None:
    item = h.held(s)
    amount = Money(1, item.amount.currency)
    s.do("operator", f.ChargeFee(line="convenience", base=item.id, amount=amount))


def _too_much(s: Stage) -> None:
    charge(s, h.held(s, fresh=1), more=1)


def _waived_twice(s: Stage) -> None:
    fee = s.get(Fee, h.sure(charge(s, h.held(s, fresh=1))).id("fee"))
    for _ in range(2):
        s.do("operator", f.WaiveFee(fee=fee.id))


FEES: dict[str, Mistake] = {
    "fee_not_on_schedule": _invented,
    "fee_exceeds_schedule": _too_much,
    "fee_is_waived": _waived_twice,
}
"""By the name of the refusal that it meets."""
