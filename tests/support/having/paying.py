"""Payments and what goes wrong with them, in the state that an act needs."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.financing.records import Financing, FinancingState
from ledger.money import Money
from ledger.receivables.commands import Recourse
from ledger.receivables.records import Holding, HoldingState, Receivable
from ledger.settlement import commands as t
from ledger.settlement.records import (
    Instruction,
    InstructionState,
    Misdirected,
    MisdirectedState,
    Payment,
    Surplus,
)
from ledger.settlement.redeeming import list_digest, redemption_list
from tests.support.actors import Stage
from tests.support.founding import SUPPLIERS
from tests.support.having.claims import FRESH, acknowledgement, claim, held, one, receipt, sure
from tests.support.having.funding import (
    acceptance,
    account_of,
    instruction,
    offer_for,
    proof,
    sellable,
)
from tests.support.having.notices import clear


def paid(s: Stage) -> Payment:
    """A payment that may be taken back: its payee still has what was paid on."""

    def make() -> Payment:
        item = held(s, fresh=1)
        minor = s.random.randint(1, item.outstanding.minor)
        command = receipt(s, item, Money(minor, item.amount.currency))
        said = sure(s.do(s.name_of(item.holder), command))
        return s.get(Payment, said.id("pay"))

    return one(s, Payment, lambda item: _may_go_back(s, item), make)


def _may_go_back(s: Stage, item: Payment) -> bool:
    holding = s.get(Holding, item.holding)
    return item.counts and holding.holder == item.payee and not holding.went_on


def reversal(s: Stage, item: Payment) -> t.ReversePayment:
    """The command that takes a payment back."""
    return t.ReversePayment(
        payment=item.id,
        reason=s.random.choice(list(t.ReturnReason)),
        value_date=s.today,
        reference=f"back {s.next()}",
    )


def order(s: Stage, item: Holding, replaces: str | None = None) -> t.InstructPayment:
    """The obligor's word that it told its bank to pay all that is outstanding."""
    return t.InstructPayment(
        holding=item.id,
        account=account_of(s, item.holder, item.amount.currency),
        amount=item.outstanding,
        value_date=s.today,
        reference=f"order {s.next()}",
        replaces=replaces,
    )


def ordered(s: Stage) -> Instruction:
    """An instruction of which nothing more is known."""

    def make() -> Instruction:
        item = held(s)
        said = sure(s.do(s.name_of(item.obligor), order(s, item)))
        return s.get(Instruction, said.id("ins"))

    return one(s, Instruction, lambda item: item.state is InstructionState.INSTRUCTED, make)


def astray_report(s: Stage, item: Holding) -> t.ReportMisdirected:
    """The command that says that a part of what is outstanding reached a supplier without right."""
    wrong = [name for name in SUPPLIERS if s.parties[name] not in (item.holder, item.obligor)]
    return t.ReportMisdirected(
        holding=item.id,
        payee=s.parties[s.random.choice(wrong)],
        amount=Money(s.random.randint(1, item.outstanding.minor), item.amount.currency),
        value_date=s.today,
        reference=f"astray {s.next()}",
    )


def astray(s: Stage, *, fresh: float = FRESH) -> Misdirected:
    """Misdirected money that the holder may still get in full."""

    def make() -> Misdirected:
        said = sure(s.do("bank", astray_report(s, held(s, fresh=1))))
        return s.get(Misdirected, said.id("mis"))

    def fits(item: Misdirected) -> bool:
        holding = s.get(Holding, item.holding)
        free = holding.state in (HoldingState.HELD, HoldingState.TRANSFER_PENDING)
        return item.state is MisdirectedState.OPEN and free and item.amount <= holding.outstanding

    return one(s, Misdirected, fits, make, fresh)


def turn_over(s: Stage, item: Misdirected) -> t.TurnOver:
    """The holder's word that it has the money now."""
    return t.TurnOver(misdirected=item.id, value_date=s.today, reference=f"mine {s.next()}")


def due_today(s: Stage) -> Receivable:
    """An acknowledged receivable whose day of payment has come."""
    said = sure(s.do("first", replace(claim(s), due=s.today)))
    item = s.get(Receivable, said.id("rcv"))
    sure(s.do("core", acknowledgement(item, item.face), item))
    return s.get(Receivable, item.id)


def redemption(s: Stage, item: Receivable) -> t.SignRedemption:
    """The command that signs the list as it stands."""
    lines = redemption_list(s.book, item, s.clock.ms)
    return t.SignRedemption(
        receivable=item.id, list=list_digest(s.book, item, lines), total=item.outstanding
    )


def with_surplus(s: Stage) -> Financing:
    """A financing with recourse whose debt was paid before its day."""

    def make() -> Financing:
        item = sellable(s, fresh=1)
        offer = offer_for(s, item, recourse=Recourse.ASSIGNOR, rate_ppm=120_000)
        said = sure(s.do(s.name_of(item.holder), *acceptance(s, item, offer)))
        financing = s.get(Financing, said.id("fin"))
        clear(s, financing)
        sure(s.do(s.name_of(financing.financier), instruction(financing)))
        sure(s.do(s.name_of(financing.holder), proof(s, financing)))
        held_ = s.get(Holding, item.id)
        sure(s.do(s.name_of(held_.holder), receipt(s, held_, held_.outstanding)))
        return s.get(Financing, financing.id)

    return one(s, Financing, lambda item: left_of(s, item).minor > 0, make, 0)


def left_of(s: Stage, item: Financing) -> Money:
    """What is left for the seller."""
    nothing = Money(0, item.face.currency)
    if item.state not in (FinancingState.ACTIVE, FinancingState.REPAID):
        return nothing
    known = s.store.records.get(Surplus, (item.id,)).get(item.id)
    return known.owed - known.paid if known else nothing
