"""The wire form of payments: sealed amounts and references, and a full command fits an entry."""

from __future__ import annotations

import typing
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.burdens.commands import Part
from ledger.errors import Refused
from ledger.model.codec import field_classes
from ledger.settlement import commands as s
from tests.support.wire import size, there_and_back
from tests.support.world import cny, digest, party

HOLDING, ACCOUNT = f"hld_{'a' * 26}", f"acc_{'a' * 26}"
INSTRUCTION, ASTRAY = f"ins_{'a' * 26}", f"mis_{'a' * 26}"
LEG = s.Leg(holding=HOLDING, account=ACCOUNT, amount=cny(1))
COMMANDS: tuple[Any, ...] = (
    s.ReceivePayment(holding=HOLDING, amount=cny(1), value_date=date(2026, 2, 2), reference="mine"),
    s.AttestPayment(
        holding=HOLDING,
        payer=party("core"),
        account=ACCOUNT,
        amount=cny(1),
        value_date=date(2026, 2, 2),
        reference="line 1",
    ),
    s.DistributePayment(
        receivable=f"rcv_{'a' * 26}",
        legs=(LEG,) * 80,
        value_date=date(2026, 2, 2),
        reference="batch 1",
    ),
    s.ExecuteFreeze(
        freeze=f"frz_{'a' * 26}",
        payer=party("core"),
        order=digest("execution"),
        parts=(Part(holding=HOLDING, amount=cny(1)),) * 80,
        value_date=date(2026, 2, 2),
        reference="court 1",
    ),
    s.ReversePayment(
        payment=f"pay_{'a' * 26}",
        reason=s.ReturnReason.RECALLED,
        value_date=date(2026, 2, 2),
        reference="back",
    ),
    s.InstructPayment(
        holding=HOLDING,
        account=ACCOUNT,
        amount=cny(1),
        value_date=date(2026, 2, 2),
        reference="order",
        replaces=INSTRUCTION,
    ),
    s.BouncePayment(
        instruction=INSTRUCTION, reason=s.ReturnReason.ACCOUNT_CLOSED, reference="back"
    ),
    s.ReportMisdirected(
        holding=HOLDING,
        payee=party("second"),
        amount=cny(1),
        value_date=date(2026, 2, 2),
        reference="astray",
    ),
    s.TurnOver(misdirected=ASTRAY, value_date=date(2026, 2, 2), reference="mine"),
    s.ReturnMisdirected(misdirected=ASTRAY, value_date=date(2026, 2, 2), reference="mine"),
    s.AdmitCosts(holding=HOLDING, amount=cny(1), evidence=digest("bill")),
    s.SignRedemption(receivable=f"rcv_{'a' * 26}", list=digest("list"), total=cny(1)),
    s.ReceiveSurplus(
        financing=f"fin_{'a' * 26}", amount=cny(1), value_date=date(2026, 2, 2), reference="mine"
    ),
)
SEALED = {
    s.ReceivePayment: {"amount", "reference"},
    s.AttestPayment: {"payer", "amount", "reference"},
    s.DistributePayment: {"legs/amount", "reference"},
    s.ExecuteFreeze: {"payer", "parts/amount", "reference"},
    s.ReversePayment: {"reference"},
    s.InstructPayment: {"amount", "reference"},
    s.BouncePayment: {"reference"},
    s.ReportMisdirected: {"payee", "amount", "reference"},
    s.TurnOver: {"reference"},
    s.ReturnMisdirected: {"reference"},
    s.AdmitCosts: {"amount"},
    s.SignRedemption: {"list", "total"},
    s.ReceiveSurplus: {"amount", "reference"},
}


def test_amounts_references_and_payers_are_sealed() -> None:
    """Exactly these fields are confidential; all others are open."""
    for kind in typing.get_args(s.Command):
        assert field_classes(kind) == dict.fromkeys(SEALED[kind], "confidential")


def test_every_command_survives_the_wire() -> None:
    """Written, sealed, encoded and read again it is the same command."""
    assert {type(command) for command in COMMANDS} == set(typing.get_args(s.Command))
    for command in COMMANDS:
        assert there_and_back(command) == command


def test_the_largest_distribution_fits_an_entry() -> None:
    """Eighty legs leave room for an envelope with four signatures within 16 KiB."""
    assert size(COMMANDS[2]) < 13 * 1024


@pytest.mark.parametrize(
    "wrong",
    [
        replace(COMMANDS[0], amount=cny(0)),
        replace(COMMANDS[1], amount=cny(-1)),
        replace(COMMANDS[1], account="acc_x"),
        replace(COMMANDS[2], legs=()),
        replace(COMMANDS[2], legs=(LEG,) * 81),
    ],
)
def test_fields_out_of_bounds_are_refused(wrong: Any) -> None:
    """Signs, ids and counts are judged before any rule."""
    with pytest.raises(Refused) as caught:
        there_and_back(wrong)
    assert caught.value.code.value == "field_invalid"
