"""Claims, holdings, transfers and payments in the state that an act needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from ledger.errors import Refused
from ledger.model.records import R
from ledger.money import Money
from ledger.parties.commands import AddAccount
from ledger.parties.state import Account
from ledger.receivables import commands as c
from ledger.receivables.acts import check_circulates, check_unburdened
from ledger.receivables.clocks import issue_is_over, lock_is_over, transfer_is_over
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Receivable,
    ReceivableState,
    Transfer,
    TransferState,
)
from ledger.settlement.commands import ReceivePayment
from tests.support.actors import DAY, Said, Stage, digest
from tests.support.founding import OBLIGORS, SUPPLIERS

FRESH = 0.3
"""How often something new is made though there is something that would do."""
PLAIN = c.Terms(waiver_of_defences=True, consent_to_split=True, pay_to=c.PayTo.HOLDER)
PROTECTED = c.Sizes(creditor=c.Size.SMALL, obligor=c.Size.LARGE)
"""Sizes for which the statute on payments to small creditors speaks."""


def sure(said: Said) -> Said:
    """What was said, which must have been accepted."""
    assert said.taken, f"{said.command} was refused: {said.answer}"
    return said


def one(
    s: Stage, kind: type[R], test: Callable[[R], bool], make: Callable[[], R], fresh: float = FRESH
) -> R:
    """A record of `kind` that passes `test`, or a new one."""
    found = None if s.random.random() < fresh else s.some(kind, test)
    return found or make()


# -- claims ----------------------------------------------------------------------------------------
def line(s: Stage, amount: Money, number: str = "", more: int = 0) -> c.InvoiceLine:
    """An invoice line that uses `amount`; `more` of the invoice is left."""
    facts = c.InvoiceFacts(
        number=number or f"INV-{s.next()}",
        issued=s.today - timedelta(days=3),
        gross=amount + Money(more, amount.currency),
    )
    return c.InvoiceLine(facts=facts, used=amount)


def claim(s: Stage, *lines: c.InvoiceLine, obligor: str = "core") -> c.RegisterReceivable:
    """The command that registers a claim, due in one to six months."""
    return c.RegisterReceivable(
        obligor=s.parties[obligor],
        invoices=lines or (line(s, s.money(), more=s.random.choice([0, 500])),),
        due=s.today + timedelta(days=s.random.randint(30, 180)),
        basis=c.Basis.ACCEPTANCE,
        basis_date=s.today,
    )


def issue(s: Stage, *lines: c.InvoiceLine, to: str = "first", terms: c.Terms = PLAIN) -> c.Command:
    """The command that proposes an issue."""
    return c.ProposeIssue(
        creditor=s.parties[to],
        invoices=lines or (line(s, s.money()),),
        due=s.today + timedelta(days=s.random.randint(30, 180)),
        basis=c.Basis.DELIVERY,
        basis_date=s.today,
        terms=terms,
    )


def registered(s: Stage, *, fresh: float = FRESH, amount: Money | None = None) -> Receivable:
    """A receivable that waits for its obligor."""

    def make() -> Receivable:
        obligor, supplier = s.random.choice(OBLIGORS), s.random.choice(SUPPLIERS)
        lines = (line(s, amount),) if amount else ()
        said = sure(s.do(supplier, claim(s, *lines, obligor=obligor)))
        return s.get(Receivable, said.id("rcv"))

    return one(s, Receivable, lambda item: item.state is ReceivableState.REGISTERED, make, fresh)


def proposed(s: Stage, *, fresh: float = FRESH) -> Receivable:
    """A proposed issue that waits for its creditor."""

    def make() -> Receivable:
        said = sure(s.do(s.random.choice(OBLIGORS), issue(s, to=s.random.choice(SUPPLIERS))))
        return s.get(Receivable, said.id("rcv"))

    return one(
        s,
        Receivable,
        lambda item: item.state is ReceivableState.PROPOSED and not issue_is_over(item, s.clock.ms),
        make,
        fresh,
    )


def is_free(s: Stage, item: Holding) -> bool:
    """Whether a holding may be passed on now: also when what had it is over, stated or not."""
    try:
        check_circulates(s.book, item, s.clock.ms)
        check_unburdened(item, s.clock.ms)
    except Refused:
        return False
    if item.state is HoldingState.TRANSFER_PENDING:
        return transfer_is_over(s.get(Transfer, item.pending or ""), s.clock.ms)
    return item.state is HoldingState.HELD or lock_is_over(item, s.clock.ms)


def acknowledgement(item: Receivable, amount: Money, terms: c.Terms = PLAIN) -> c.Acknowledge:
    """The command that acknowledges."""
    return c.Acknowledge(
        receivable=item.id, accepts=item.proposal, amount=amount, due=item.due, terms=terms
    )


def held(
    s: Stage, *, fresh: float = FRESH, amount: Money | None = None, terms: c.Terms = PLAIN
) -> Holding:
    """A holding that is free; fresh ones are of a creditor, under `terms`."""

    def make() -> Holding:
        item = registered(s, fresh=1 if amount else FRESH, amount=amount)
        if item.due < s.today + timedelta(days=12):  # on its day it would not circulate
            item = registered(s, fresh=1, amount=amount)
        command = acknowledgement(item, item.face, terms)
        said = sure(s.do(s.name_of(item.obligor), command, item))
        return s.get(Holding, said.id("hld"))

    return one(s, Holding, lambda item: is_free(s, item), make, fresh)


def closed(s: Stage) -> Holding:
    """A holding that is split or redeemed."""

    def make() -> Holding:
        item = held(s, fresh=1)
        sure(s.do(s.name_of(item.holder), receipt(s, item, item.outstanding)))
        return s.get(Holding, item.id)

    return one(s, Holding, lambda item: not item.is_open, make, 0)


def with_agent(s: Stage, *, fresh: float = FRESH) -> Receivable:
    """An acknowledged receivable that is paid through an agent, the bank."""
    terms = c.Terms(
        waiver_of_defences=False,
        consent_to_split=True,
        pay_to=c.PayTo.PAYING_AGENT,
        paying_agent=s.parties["bank"],
    )

    def make() -> Receivable:
        item = held(s, fresh=1, terms=terms)
        if s.random.random() < 0.5 and item.amount.minor >= 200:
            sure(s.do(s.name_of(item.holder), halves(item)))
        return s.get(Receivable, item.receivable)

    return one(
        s,
        Receivable,
        lambda item: item.paying_agent is not None and item.state is ReceivableState.ACKNOWLEDGED,
        make,
        fresh,
    )


def halves(item: Holding) -> c.SplitHolding:
    """The command that splits what is outstanding in two."""
    first = Money(item.outstanding.minor // 2, item.amount.currency)
    children = (c.Child(amount=first), c.Child(amount=item.outstanding - first))
    return c.SplitHolding(holding=item.id, children=children)


# -- transfers -------------------------------------------------------------------------------------
def offer_to(s: Stage, item: Holding, to: str, *, price: Money | None = None) -> c.ProposeTransfer:
    """The command that proposes a transfer, open for one to five days."""
    return c.ProposeTransfer(
        holding=item.id,
        to=s.parties[to],
        base_trade=digest("trade"),
        recourse=s.random.choice(list(c.Recourse)),
        discharges_underlying=s.random.choice(list(c.DischargesUnderlying)),
        lapses_ms=s.clock.ms + s.random.randint(1, 5) * DAY,
        consideration=price,
    )


def transferee(s: Stage, item: Holding) -> str:
    """Anybody who may take the holding."""
    names = [*SUPPLIERS, "fund", s.name_of(item.obligor)]
    return s.random.choice([name for name in names if s.parties[name] != item.holder])


def travelled(s: Stage, hops: int) -> Holding:
    """A free holding that changed hands `hops` times, exactly."""
    item = held(s, fresh=1)
    for _ in range(hops):
        to = next(name for name in SUPPLIERS if s.parties[name] != item.holder)
        said = sure(s.do(s.name_of(item.holder), offer_to(s, item, to)))
        item = taken(s, s.get(Transfer, said.id("trf")))
    return item


def pending(s: Stage, *, fresh: float = FRESH) -> Transfer:
    """A proposed transfer that may still be answered."""

    def make() -> Transfer:
        item = one(
            s, Holding, lambda item: is_free(s, item) and item.hops < 3,
            lambda: held(s, fresh=1),
        )  # fmt: skip
        said = sure(s.do(s.name_of(item.holder), offer_to(s, item, transferee(s, item))))
        return s.get(Transfer, said.id("trf"))

    return one(
        s,
        Transfer,
        lambda item: (
            item.state is TransferState.PROPOSED and not transfer_is_over(item, s.clock.ms)
        ),
        make,
        fresh,
    )


def taken(s: Stage, item: Transfer) -> Holding:
    """The holding once its transfer is accepted."""
    command = c.AcceptTransfer(transfer=item.id, accepts=item.proposal)
    sure(s.do(s.name_of(item.assignee), command, item))
    return s.get(Holding, item.holding)


# -- payments --------------------------------------------------------------------------------------
def receipt(s: Stage, item: Holding, amount: Money) -> ReceivePayment:
    """The holder's receipt for a payment."""
    return ReceivePayment(
        holding=item.id, amount=amount, value_date=s.today, reference=f"mine {s.next()}"
    )


def account_of(s: Stage, party: str, currency: str) -> str:
    """An account of a party, which it adds when it has none."""
    for item in s.store.records.find(Account, {"party": party}):
        if item.currency == currency:
            return item.id
    name = s.name_of(party)
    command = AddAccount(number=f"{name} {currency}", bank="Bank", currency=currency)
    return sure(s.do(name, command)).id("acc")
