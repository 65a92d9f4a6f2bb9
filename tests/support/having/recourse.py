"""Recourse and what is paid by it, in the state that an act needs."""

from __future__ import annotations

from datetime import timedelta

from ledger.financing.records import Financing
from ledger.money import Money
from ledger.receivables.commands import Recourse
from ledger.receivables.records import Holding, HoldingState
from ledger.recourse import commands as c
from ledger.recourse.amounts import claim_of, due_of, excess_of
from ledger.recourse.records import RecourseClaim, RecourseState, WriteOff
from ledger.recourse.title import title_of
from tests.support.actors import Stage, digest
from tests.support.having.claims import account_of, one, receipt, sure
from tests.support.having.funding import acceptance, instruction, offer_for, proof, sellable
from tests.support.having.notices import clear


def bought(s: Stage) -> Holding:
    """A holding that a financier has just bought with recourse."""
    item = sellable(s, fresh=1)
    offer = offer_for(s, item, recourse=Recourse.ASSIGNOR, rate_ppm=120_000)
    said = sure(s.do(s.name_of(item.holder), *acceptance(s, item, offer)))
    financing = s.get(Financing, said.id("fin"))
    clear(s, financing)
    sure(s.do(s.name_of(financing.financier), instruction(financing)))
    sure(s.do(s.name_of(financing.holder), proof(s, financing)))
    return s.get(Holding, item.id)


def notice(s: Stage, item: Holding) -> c.NoticeRecourse:
    """The command by which its holder turns to who sold it, for a breach."""
    return c.NoticeRecourse(
        holding=item.id,
        ground=c.RecourseGround.BREACH,
        day=s.today,
        amount=claim_of(s.book, item, title_of(s.book, item), s.today),
        evidence=digest("breach"),
    )


def noticed(s: Stage, *, unpaid: bool = False) -> RecourseClaim:
    """An open recourse of which something is due, and whose title may go back now."""

    def make() -> RecourseClaim:
        item = bought(s)
        said = sure(s.do(s.name_of(item.holder), notice(s, item)))
        return s.get(RecourseClaim, said.id("rcs"))

    def fits(item: RecourseClaim) -> bool:
        return (
            is_open(s, item) and due_of(s.book, item).minor > 0 and not (unpaid and item.paid.minor)
        )

    return one(s, RecourseClaim, fits, make)


def is_open(s: Stage, item: RecourseClaim) -> bool:
    """Whether a recourse is open, and nothing keeps title from going back."""
    holding = s.get(Holding, item.holding)
    near = abs(holding.due - s.today) < timedelta(days=15)  # the list of payment may be fixed
    return (
        item.state is RecourseState.OPEN
        and holding.state in (HoldingState.FINANCED, HoldingState.REDEEMED)
        and holding.holder == item.claimant
        and not holding.burdens
        and not near
    )


def received(s: Stage, item: RecourseClaim, amount: Money) -> c.ReceiveRecourse:
    """The claimant's receipt."""
    return c.ReceiveRecourse(
        recourse=item.id, amount=amount, value_date=s.today, reference=f"recourse {s.next()}"
    )


def attested(s: Stage, item: RecourseClaim, amount: Money) -> c.AttestRecourse:
    """A bank's statement that who is liable paid."""
    return c.AttestRecourse(
        recourse=item.id,
        account=account_of(s, item.claimant, amount.currency),
        amount=amount,
        value_date=s.today,
        reference=f"line {s.next()}",
    )


def met_by_obligor(s: Stage) -> RecourseClaim:
    """An open recourse that was paid in part, before the obligor paid all but one unit."""

    def make() -> RecourseClaim:
        item = bought(s)
        said = sure(s.do(s.name_of(item.holder), notice(s, item)))
        claim = s.get(RecourseClaim, said.id("rcs"))
        half = Money(max(claim.claimed.minor // 2, 1), claim.claimed.currency)
        sure(s.do(s.name_of(item.holder), received(s, claim, half)))
        rest = Money(item.outstanding.minor - 1, half.currency)
        sure(s.do(s.name_of(item.holder), receipt(s, item, rest)))
        return s.get(RecourseClaim, claim.id)

    return one(
        s,
        RecourseClaim,
        lambda item: is_open(s, item) and excess_of(s.book, item).minor > 0,
        make,
    )


def write_off(item: Holding, amount: Money) -> c.WriteOffDebt:
    """The command by which its holder no longer expects so much of a holding."""
    return c.WriteOffDebt(holding=item.id, amount=amount, reason=c.WriteOffReason.UNCOLLECTABLE)


def written_off(s: Stage) -> WriteOff:
    """A write-off that was not taken back."""

    def make() -> WriteOff:
        item = bought(s)
        said = sure(s.do(s.name_of(item.holder), write_off(item, item.outstanding)))
        return s.get(WriteOff, said.id("wof"))

    return one(s, WriteOff, lambda item: item.reversed_ms is None, make)
