"""Defaults and recoveries, in the state that an act needs."""

from __future__ import annotations

from ledger.conduct.commands import DeclareInsolvency, EndInsolvency
from ledger.conduct.records import Insolvency
from ledger.money import Money
from ledger.receivables.records import Holding
from ledger.recourse import commands as c
from ledger.recourse.defaults import is_overdue
from ledger.recourse.records import DebtRecovery, Default, RecourseClaim
from ledger.recourse.recovered import excess_of, room_on
from tests.support.actors import Stage, digest
from tests.support.founding import FINANCIERS, SUPPLIERS
from tests.support.having.claims import account_of, held, one, receipt, sure


def declaration(s: Stage, item: Holding) -> c.DeclareDefault:
    """The command that declares a default, on the ground that there is."""
    overdue = is_overdue(s.book, item, s.clock.ms)
    ground = c.DefaultGround.OVERDUE if overdue else c.DefaultGround.INSOLVENCY
    return c.DeclareDefault(holding=item.id, ground=ground)


def declare(s: Stage, times: int = 1) -> None:
    """Declare a default so often: of a debt that is late, or while its obligor is insolvent."""
    known = {default.holding for default in s.all(Default)}
    late = s.some(
        Holding,
        lambda item: item.is_open and item.id not in known and is_overdue(s.book, item, s.clock.ms),
    )
    item = late or held(s, fresh=1)
    live = s.some(Insolvency, lambda found: found.id == item.obligor and found.in_force)
    begins = late is None and live is None
    if begins:
        begun = DeclareInsolvency(
            party=item.obligor, court="Court", case="1", day=s.today, evidence=digest("order")
        )
        sure(s.do("operator", begun))
    for _ in range(times):
        s.do(s.name_of(item.holder), declaration(s, item))
    if begins:
        over = EndInsolvency(party=item.obligor, evidence=digest("decision"))
        sure(s.do("operator", over))


def declared(s: Stage) -> Default:
    """A default that was not lifted."""

    def make() -> Default:
        known = {item.id for item in s.all(Default)}
        declare(s)
        return next(item for item in s.all(Default) if item.id not in known)

    return one(s, Default, lambda item: item.lifted_ms is None, make)


def recoverable(s: Stage) -> Holding:
    """A holding on which others may pay something."""

    def fits(item: Holding) -> bool:
        return item.is_open and room_on(s.book, item, s.today).minor > 0

    return one(s, Holding, fits, lambda: held(s, fresh=1))


def answers(s: Stage, item: Holding) -> str:
    """A party that has no act of its own for paying a holding."""
    liable = {claim.liable for claim in s.all(RecourseClaim) if claim.holding == item.id}
    others = [s.parties[name] for name in (*FINANCIERS, *SUPPLIERS)]
    return s.random.choice([it for it in others if it not in {item.holder, item.obligor, *liable}])


def some_of(s: Stage, most: Money) -> Money:
    """All of it, or some."""
    minor = most.minor if s.random.random() < 0.5 else s.random.randint(1, most.minor)
    return Money(minor, most.currency)


def recovery(s: Stage, item: Holding, amount: Money) -> c.RecoverDebt:
    """The holder's receipt for what somebody paid who answers for the debt."""
    return c.RecoverDebt(
        holding=item.id,
        source=s.random.choice(list(c.RecoverySource)),
        payer=answers(s, item),
        amount=amount,
        value_date=s.today,
        reference=f"recovered {s.next()}",
    )


def attested(s: Stage, item: Holding, amount: Money) -> c.AttestRecovery:
    """A bank's statement of the same."""
    said = recovery(s, item, amount)
    return c.AttestRecovery(
        holding=said.holding,
        source=said.source,
        payer=said.payer,
        account=account_of(s, item.holder, amount.currency),
        amount=said.amount,
        value_date=said.value_date,
        reference=f"line {s.next()}",
    )


def too_much(s: Stage) -> DebtRecovery:
    """A recovery of which something must go back: the obligor paid all after it."""

    def make() -> DebtRecovery:
        item = held(s, fresh=1)
        said = sure(s.do(s.name_of(item.holder), recovery(s, item, item.outstanding)))
        sure(s.do(s.name_of(item.holder), receipt(s, item, item.outstanding)))
        return s.get(DebtRecovery, said.id("dbr"))

    def fits(item: DebtRecovery) -> bool:
        return excess_of(s.book, item, s.today).minor > 0

    return one(s, DebtRecovery, fits, make)


def have_back(s: Stage, item: DebtRecovery, amount: Money) -> c.ReturnRecovery:
    """The word of who paid that it has so much back."""
    return c.ReturnRecovery(
        recovery=item.id, amount=amount, value_date=s.today, reference=f"back {s.next()}"
    )
