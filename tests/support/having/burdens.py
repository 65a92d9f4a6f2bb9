"""Security and freezes in the state that an act needs."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from ledger.burdens import commands as b
from ledger.burdens.acts import as_found
from ledger.burdens.decide.checks import lying
from ledger.burdens.records import Encumbrance, EncumbranceState, Freeze, FreezeState
from ledger.errors import Refused
from ledger.money import Money
from ledger.receivables.acts import check_circulates, free_holding
from ledger.receivables.burdens import weight
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding
from ledger.settlement.commands import ExecuteFreeze
from tests.support.actors import DAY, HOUR, Stage, digest
from tests.support.founding import SUPPLIERS
from tests.support.having.claims import FRESH, held, one, sure

LENDERS = (*SUPPLIERS, "fund", "house", "bank")


def burdened(s: Stage, *, fresh: float = FRESH) -> Holding:
    """A holding that a live burden lies on, and that its holder may split."""

    def splits(item: Holding) -> bool:
        try:
            free_holding(s.book, item, s.clock.ms)
            check_circulates(s.book, item, s.clock.ms)
        except Refused:
            return False
        return any(burden.is_live(s.clock.ms) for burden in item.burdens)

    def make() -> Holding:
        item = held(s, fresh=1)
        if s.random.random() < 0.5:
            return s.get(Holding, placed(s, on=item).holding)
        sure(s.do("operator", order(s, part(s, item))))
        return s.get(Holding, item.id)

    return one(s, Holding, splits, make, fresh)


def security(s: Stage, item: Holding, **changes: Any) -> b.ProposeEncumbrance:
    """The command that offers security on some of a holding, or a share of it."""
    names = [name for name in LENDERS if s.parties[name] not in (item.holder, item.obligor)]
    usual: dict[str, Any] = {
        "holding": item.id,
        "secured_party": s.parties[s.random.choice(names)],
        "kind": s.random.choice(list(b.EncumbranceKind)),
        "agreement": digest("loan"),
        "lapses_ms": s.clock.ms + s.random.randint(1, 5) * DAY,
    }
    if s.random.random() < 0.5:
        usual["amount"] = Money(s.random.randint(1, item.outstanding.minor), item.amount.currency)
    else:
        usual["share_ppm"] = s.random.randint(1, 1_000_000)
    return b.ProposeEncumbrance(**(usual | changes))


def offered(s: Stage, *, fresh: float = FRESH, on: Holding | None = None) -> Encumbrance:
    """Security that may still be accepted."""

    def make() -> Encumbrance:
        item = on or held(s)
        said = sure(s.do(s.name_of(item.holder), security(s, item)))
        return s.get(Encumbrance, said.id("enc"))

    def open_(item: Encumbrance) -> bool:
        return item.state is EncumbranceState.PROPOSED and not item.has_lapsed(s.clock.ms)

    return make() if on else one(s, Encumbrance, open_, make, fresh)


def placed(s: Stage, *, fresh: float = FRESH, on: Holding | None = None) -> Encumbrance:
    """Security that lies on some holding."""

    def make() -> Encumbrance:
        item = offered(s, on=on or held(s, fresh=0.5))
        command, *seen = taking(s, item)
        sure(s.do(s.name_of(item.secured_party), command, *seen))
        return s.get(Encumbrance, item.id)

    def lies(item: Encumbrance) -> bool:
        return item.state is EncumbranceState.PLACED

    return make() if on else one(s, Encumbrance, lies, make, fresh)


def taking(s: Stage, item: Encumbrance) -> tuple[b.AcceptEncumbrance, Encumbrance, Holding]:
    """The command that accepts security, and what it must expect."""
    command = b.AcceptEncumbrance(encumbrance=item.id, accepts=item.proposal)
    return command, item, s.get(Holding, item.holding)


def part(s: Stage, item: Holding, minor: int = 0) -> b.Part:
    """So much of a holding, or some of it."""
    chosen = minor or s.random.randint(1, item.outstanding.minor)
    return b.Part(holding=item.id, amount=Money(chosen, item.amount.currency))


def order(s: Stage, *parts: b.Part, **changes: Any) -> b.RecordFreeze:
    """A court's order over these parts of what one party holds; each of another case."""
    holder = s.get(Holding, parts[0].holding).holder
    minor = sum(item.amount.minor for item in parts)
    usual = b.RecordFreeze(
        debtor=holder,
        court="Court of the Stage",
        case=f"case {s.next()}",
        order=digest(f"order {s.next()}"),
        amount=Money(minor + s.random.choice([0, 100]), parts[0].amount.currency),
        served_ms=s.clock.ms - HOUR,
        until_ms=s.clock.ms + s.random.randint(1, 20) * DAY,
        parts=parts,
    )
    return replace(usual, **changes)


def freeze(s: Stage, *, fresh: float = FRESH) -> Freeze:
    """A freeze that is in force."""

    def make() -> Freeze:
        said = sure(s.do("operator", order(s, part(s, held(s)))))
        return s.get(Freeze, said.id("frz"))

    def in_force(item: Freeze) -> bool:
        return item.state is FreezeState.RECORDED and not item.has_lapsed(s.clock.ms)

    return one(s, Freeze, in_force, make, fresh)


def some_of(s: Stage, item: Encumbrance | Freeze) -> tuple[b.Part, ...]:
    """All that lies somewhere of a burden (no parts), or some of it on one holding."""
    names = item.receivables if isinstance(item, Freeze) else (item.receivable,)
    found = [pair for pair in lying(s.book, item.id, names) if pair[0].is_open]
    if not found or s.random.random() < 0.5:
        return ()
    holding, burden = s.random.choice(found)
    most = weight(burden, holding.outstanding)
    share = burden.ppm is not None
    minor = most.minor if share else s.random.randint(1, most.minor)
    return (b.Part(holding=holding.id, amount=Money(minor, most.currency)),)


def executable(s: Stage, item: Freeze) -> list[tuple[Holding, Money]]:
    """The holdings of a freeze that its debtor still has, with what its court may have of each."""
    found = []
    for holding, burden in lying(s.book, item.id, item.receivables):
        before = as_found(holding, item.id)
        left = before.outstanding - before.burdened(BurdenKind.FREEZE, s.clock.ms)
        most = min(left, burden.amount)
        if holding.is_open and holding.holder == item.debtor and most.minor > 0:
            found.append((holding, most))
    return found


def execution(s: Stage, item: Freeze, *parts: b.Part) -> ExecuteFreeze:
    """The bank's word that the court has these parts."""
    return ExecuteFreeze(
        freeze=item.id,
        payer=s.get(Holding, parts[0].holding).obligor,
        order=digest(f"execution {s.next()}"),
        parts=parts,
        value_date=s.today,
        reference=f"line {s.next()}",
    )


def is_frozen(s: Stage, holding_id: str) -> bool:
    """Whether a court has frozen a holding, or part of it, now."""
    return s.get(Holding, holding_id).burdened(BurdenKind.FREEZE, s.clock.ms).minor > 0
