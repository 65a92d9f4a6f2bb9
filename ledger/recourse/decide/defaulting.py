"""A holder says that the obligor is in default, or no longer: a flag, by which no right changes."""

from __future__ import annotations

from ledger.conduct.gates import insolvency_of
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding
from ledger.recourse.commands import DeclareDefault, DefaultGround, LiftDefault
from ledger.recourse.defaults import is_live, is_overdue
from ledger.recourse.events import DefaultDeclared, DefaultLifted
from ledger.recourse.records import Default


def declare(
    book: Reader, command: DeclareDefault, by: Signer, at_ms: int
) -> tuple[DefaultDeclared]:
    """Once for a holding and its holder, on a ground that is on record."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    refuse_if(
        not holding.is_open,
        RefusalCode.HOLDING_IS_CLOSED,
        f"{holding.id} is {holding.state.value}.",
        "/body/holding",
    )
    refuse_if(
        any(is_live(item, holding) for item in book.find(Default, holding=holding.id)),
        RefusalCode.DEFAULT_IS_DECLARED,
        f"A default on {holding.id} is declared already.",
        "/body/holding",
    )
    refuse_if(
        not _has_come(book, holding, command.ground, at_ms),
        RefusalCode.DEFAULT_GROUND_MISSING,
        f"Nothing on record says of {holding.id}: {command.ground.value}.",
        "/body/ground",
    )
    declared = DefaultDeclared(
        default=by.new_id("dft"),
        holding=holding.id,
        holder=by.party,
        obligor=holding.obligor,
        ground=command.ground,
        at_ms=at_ms,
    )
    return (declared,)


def _has_come(book: Reader, holding: Holding, ground: DefaultGround, at_ms: int) -> bool:
    if ground is DefaultGround.INSOLVENCY:
        return insolvency_of(book, holding.obligor, at_ms) is not None
    return is_overdue(book, holding, at_ms)


def lift(book: Reader, command: LiftDefault, by: Signer, at_ms: int) -> tuple[DefaultLifted]:
    """Once, by whoever declared it, at any time."""
    default = need(book, Default, command.default, "/body/default")
    only(default.holder, by, "one who declared it")
    refuse_if(
        default.lifted_ms is not None,
        RefusalCode.DEFAULT_IS_LIFTED,
        f"{default.id} was lifted before.",
        "/body/default",
    )
    return (DefaultLifted(default=default.id, at_ms=at_ms),)
