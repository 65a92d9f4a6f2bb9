"""Acts about payments that go wrong, lists of redemption and surpluses, by kind of command."""

from __future__ import annotations

from ledger.money import Money
from ledger.settlement import commands as t
from ledger.settlement.records import InstructionState
from tests.support import having as h
from tests.support.actors import Stage, digest
from tests.support.acts.parties import Act
from tests.support.having import paying as y


def _reverse(s: Stage) -> None:
    item = y.paid(s)
    s.do(s.name_of(item.attested_by), y.reversal(s, item))


def _instruct(s: Stage) -> None:
    item = h.held(s)
    back = s.some(
        y.Instruction,
        lambda one: one.holding == item.id and one.state is InstructionState.BOUNCED,
    )
    s.do(s.name_of(item.obligor), y.order(s, item, back.id if back else None))


def _bounce(s: Stage) -> None:
    item = y.ordered(s)
    reason = s.random.choice(list(t.ReturnReason))
    s.do("bank", t.BouncePayment(instruction=item.id, reason=reason, reference="returned"))


def _report(s: Stage) -> None:
    command = y.astray_report(s, h.held(s))
    s.do(s.random.choice(["bank", s.name_of(command.payee)]), command)


def _turn_over(s: Stage) -> None:
    item = y.astray(s)
    s.do(s.name_of(s.get(y.Holding, item.holding).holder), y.turn_over(s, item))


def _give_back(s: Stage) -> None:
    item = y.astray(s)
    command = t.ReturnMisdirected(misdirected=item.id, value_date=s.today, reference="back")
    s.do(s.name_of(item.payer), command)


def _admit(s: Stage) -> None:
    item = h.held(s)
    amount = Money(s.random.randint(1, 50_00), item.amount.currency)
    s.do(
        s.name_of(item.obligor),
        t.AdmitCosts(holding=item.id, amount=amount, evidence=digest("judgment")),
    )


def _sign_list(s: Stage) -> None:
    item = y.due_today(s)
    s.do(s.name_of(item.obligor), y.redemption(s, item))


def _surplus(s: Stage) -> None:
    item = y.with_surplus(s)
    left = y.left_of(s, item)
    amount = Money(s.random.randint(1, left.minor), left.currency)
    command = t.ReceiveSurplus(
        financing=item.id, amount=amount, value_date=s.today, reference=f"mine {s.next()}"
    )
    s.do(s.name_of(item.holder), command)


PAYING: dict[str, Act] = {
    "payment.reverse": _reverse,
    "payment.instruct": _instruct,
    "payment.bounce": _bounce,
    "payment.report_misdirected": _report,
    "payment.turn_over": _turn_over,
    "payment.return_misdirected": _give_back,
    "costs.admit": _admit,
    "redemption.sign": _sign_list,
    "surplus.receive": _surplus,
}
