"""Each invariant finds the fault that it is there for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.conduct.events import InsolvencyDeclared, PartySuspended
from ledger.conduct.records import Insolvency, Suspension
from ledger.model.records import View
from ledger.money import Money
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.invariants import INVARIANTS, payable_never_rises
from ledger.receivables.records import (
    HoldingState,
    Maturity,
    Owed,
    Receivable,
    ReceivableState,
    TransferState,
)
from tests.support.world import TODAY, World, cny, line, party


def _world() -> tuple[World, dict[str, Any]]:
    """A world with one of everything, and its records by short names."""
    world = World()
    root = world.acknowledge(world.register(line("A", 100_00)), 90_00)
    child, other = world.split("supplier", root, 40_00, 50_00)
    transfer = world.propose("supplier", child, "second")
    proposed = world.issue(line("B"))
    core, now = party("core"), world.at_ms
    suspended = PartySuspended(party=core, by="op", reason="77-15", evidence="list", at_ms=now)
    declared = InsolvencyDeclared(
        party=core, court="C", case="1", day=TODAY, evidence="notice", by="op", at_ms=now
    )
    world.book.apply([suspended, declared])
    return world, {
        "suspended": next(iter(world.book.all(Suspension))),
        "insolvent": next(iter(world.book.all(Insolvency))),
        "root": world.holding(root.id),
        "child": world.holding(child.id),
        "other": world.holding(other.id),
        "transfer": transfer,
        "owed": world.receivable(root.receivable),
        "proposed": proposed,
        "invoice": world.invoice("A"),
        "second_invoice": world.invoice("B"),
        "day": next(iter(world.book.all(Maturity))),
        "sum": next(iter(world.book.all(Owed))),
    }


BURDEN = Burden(id="dsp_one", kind=BurdenKind.DISPUTE, amount=cny(1))
FAULTS: list[tuple[str, str, dict[str, Any]]] = [
    ("invariant_1_conservation", "child", {"amount": cny(40_01)}),
    ("invariant_1_conservation", "owed", {"merged": cny(1)}),
    ("invariant_1_conservation", "owed", {"open_holdings": 3}),
    ("invariant_1_conservation", "owed", {"state": ReceivableState.SETTLED}),
    ("invariant_2_split", "other", {"amount": cny(50_01)}),
    ("invariant_2_split", "other", {"obligor": party("other_core")}),
    ("invariant_2_split", "other", {"state": HoldingState.SPLIT}),
    ("invariant_2_split", "root", {"state": HoldingState.HELD}),
    ("invariant_2_split", "root", {"chain": (party("supplier"), party("second"))}),
    ("invariant_3_one_holder", "other", {"holder": party("second")}),
    ("invariant_3_one_holder", "other", {"chain": (party("second"), party("supplier"))}),
    ("invariant_4_one_claim_on_a_holding", "transfer", {"state": TransferState.LAPSED}),
    ("invariant_4_one_claim_on_a_holding", "child", {"state": HoldingState.HELD}),
    ("invariant_4_one_claim_on_a_holding", "child", {"pending": None}),
    ("invariant_4_one_claim_on_a_holding", "other", {"state": HoldingState.FINANCED}),
    ("invariant_4_one_claim_on_a_holding", "other", {"lock_lapses_ms": 1}),
    ("invariant_5_invoices", "invoice", {"used": cny(90_01)}),
    ("invariant_5_invoices", "invoice", {"gross": cny(89_99)}),
    ("invariant_5_invoices", "invoice", {"key": f"{party('supplier')}:B"}),
    ("invariant_5_invoices", "second_invoice", {"proposals": ()}),
    ("invariant_6_nothing_without_acknowledgement", "owed", {"state": ReceivableState.REGISTERED}),
    ("invariant_7_payable", "owed", {"acknowledged": cny(100_01)}),
    ("invariant_7_payable", "owed", {"paid": cny(1)}),
    ("invariant_7_payable", "other", {"paid": cny(50_01)}),
    ("invariant_7_payable", "owed", {"merged": cny(90_01)}),
    ("invariant_7_payable", "owed", {"reduced": cny(1)}),
    ("invariant_7_payable", "other", {"reduced": cny(50_01)}),
    ("invariant_8_burdens", "other", {"burdens": (BURDEN, BURDEN)}),
    ("invariant_8_burdens", "other", {"burdens": (replace(BURDEN, amount=cny(0)),)}),
    ("invariant_8_burdens", "other", {"burdens": (replace(BURDEN, amount=Money(1, "USD")),)}),
    ("invariant_23_nothing_new_is_owed", "suspended", {"since_ms": 0}),
    ("invariant_23_nothing_new_is_owed", "insolvent", {"declared_ms": 0}),
    ("invariant_23_sums_of_debts", "other", {"burdens": (BURDEN,)}),
    ("invariant_23_sums_of_debts", "other", {"due": date(2026, 3, 3)}),
    ("invariant_23_sums_of_debts", "other", {"paid": cny(1)}),
    ("invariant_23_sums_of_debts", "day", {"is_open": False}),
    ("invariant_23_sums_of_debts", "sum", {"amount": cny(1)}),
    ("invariant_16_confusion", "owed", {"creditor": party("core")}),
    ("invariant_16_confusion", "other", {"holder": party("core")}),
]


def _findings(view: View) -> dict[str, list[str]]:
    return {check.__name__: check(view) for check in INVARIANTS}


@pytest.mark.parametrize(("name", "record", "fault"), FAULTS)
def test_a_planted_fault_is_found(name: str, record: str, fault: dict[str, Any]) -> None:
    """The check of that name reports it, and names no record when all is well."""
    world, records = _world()
    assert not any(_findings(world.book).values())
    changed = replace(records[record], **fault)
    world.book.records[(type(changed), changed.id)] = changed
    assert _findings(world.book)[name]


def test_every_invariant_has_a_planted_fault() -> None:
    """No check stands untested."""
    assert {name for name, _, _ in FAULTS} == {check.__name__ for check in INVARIANTS}


def test_a_risen_debt_is_found() -> None:
    """Between two entries a debt may fall or go, and not rise."""
    world, records = _world()
    after = world.book.copy()
    risen = replace(records["owed"], acknowledged=cny(95_00))
    after.records[(Receivable, risen.id)] = risen
    assert payable_never_rises(world.book, after)
    assert payable_never_rises(after, world.book) == []
