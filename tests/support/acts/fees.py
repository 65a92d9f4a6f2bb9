"""Acts about fees, by kind of command."""

from __future__ import annotations

from ledger.fees import commands as f
from ledger.fees.schedule import Base, allowed, amount_of, charged, line_of
from ledger.fees.state import Fee, FeeState
from ledger.financing.records import FinancingState
from ledger.money import Money
from ledger.policy.state import policy_of
from tests.support import having as h
from tests.support.actors import Said, Stage
from tests.support.acts.parties import Act


def charge(s: Stage, base: Base, *, more: int = 0) -> Said:
    """A fee on a base, all that is left or a part; `more` than that is refused."""
    currency = amount_of(base).currency
    line = f"{s.random.choice(['holder', 'obligor'])}-{currency}"
    policy = policy_of(s.book)
    bound = allowed(line_of(policy, line, currency), base, policy)
    left = bound.minor - charged(s.book, line, base).minor
    minor = left + more if more else s.random.randint(min(left, 1), left)
    return s.do("operator", f.ChargeFee(line=line, base=base.id, amount=Money(minor, currency)))


def _charge(s: Stage) -> None:
    if s.random.random() < 0.5:
        charge(s, h.held(s, fresh=0.8))
        return
    item = h.financing(s, FinancingState.ACTIVE, fresh=0.8)
    line, currency = f"obligor-{item.face.currency}", item.face.currency
    amount = Money(1, currency)
    s.do(s.name_of(item.financier), f.ChargeFee(line=line, base=item.id, amount=amount))


def _waive(s: Stage) -> None:
    fee = s.some(Fee, lambda item: item.state is FeeState.CHARGED)
    if fee is None:
        fee = s.get(Fee, h.sure(charge(s, h.held(s, fresh=1))).id("fee"))
    s.do(s.name_of(fee.charged_by), f.WaiveFee(fee=fee.id))


FEES: dict[str, Act] = {"fee.charge": _charge, "fee.waive": _waive}
