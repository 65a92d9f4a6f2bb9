"""The wire form of recourse, default, recovery and write-off: what is sealed, and what is not."""

from __future__ import annotations

import typing
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.errors import Refused
from ledger.model.codec import field_classes
from ledger.recourse import commands as c
from tests.support.wire import there_and_back
from tests.support.world import cny, digest

HOLDING, ACCOUNT, RECOURSE = f"hld_{'a' * 26}", f"acc_{'a' * 26}", f"rcs_{'a' * 26}"
PAYER = f"pty_{'a' * 26}"
MONEY: dict[str, Any] = {
    "amount": cny(1),
    "value_date": date(2026, 2, 2),
    "reference": "mine",
}
COMMANDS: tuple[Any, ...] = (
    c.NoticeRecourse(
        holding=HOLDING,
        ground=c.RecourseGround.BREACH,
        day=date(2026, 2, 2),
        amount=cny(1),
        evidence=digest("breach"),
    ),
    c.ReceiveRecourse(recourse=RECOURSE, **MONEY),
    c.AttestRecourse(recourse=RECOURSE, account=ACCOUNT, **MONEY),
    c.ReturnRecourse(recourse=RECOURSE, **MONEY),
    c.EndRecourse(recourse=RECOURSE),
    c.DeclareDefault(holding=HOLDING, ground=c.DefaultGround.OVERDUE),
    c.LiftDefault(default=f"dft_{'a' * 26}"),
    c.RecoverDebt(holding=HOLDING, source=c.RecoverySource.GUARANTOR, payer=PAYER, **MONEY),
    c.AttestRecovery(
        holding=HOLDING, source=c.RecoverySource.INSURER, payer=PAYER, account=ACCOUNT, **MONEY
    ),
    c.ReturnRecovery(recovery=f"dbr_{'a' * 26}", **MONEY),
    c.WriteOffDebt(holding=HOLDING, amount=cny(1), reason=c.WriteOffReason.FRAUD),
    c.ReverseWriteOff(write_off=f"wof_{'a' * 26}"),
)
SEALED: dict[type, set[str]] = {
    c.NoticeRecourse: {"amount"},
    c.ReceiveRecourse: {"amount", "reference"},
    c.AttestRecourse: {"amount", "reference"},
    c.ReturnRecourse: {"amount", "reference"},
    c.EndRecourse: set(),
    c.DeclareDefault: set(),
    c.LiftDefault: set(),
    c.RecoverDebt: {"payer", "amount", "reference"},
    c.AttestRecovery: {"payer", "amount", "reference"},
    c.ReturnRecovery: {"amount", "reference"},
    c.WriteOffDebt: {"amount"},
    c.ReverseWriteOff: set(),
}


def test_amounts_references_and_payers_are_sealed() -> None:
    """Exactly these fields are confidential; all others are open."""
    for kind in typing.get_args(c.Command):
        assert field_classes(kind) == dict.fromkeys(SEALED[kind], "confidential")


def test_every_command_survives_the_wire() -> None:
    """Written, sealed, encoded and read again it is the same command."""
    assert {type(command) for command in COMMANDS} == set(typing.get_args(c.Command))
    for command in COMMANDS:
        assert there_and_back(command) == command


@pytest.mark.parametrize(
    "wrong", [replace(COMMANDS[0], amount=cny(0)), replace(COMMANDS[1], recourse="rcs_x")]
)
def test_fields_out_of_bounds_are_refused(wrong: Any) -> None:
    """Signs and ids are judged before any rule."""
    with pytest.raises(Refused) as caught:
        there_and_back(wrong)
    assert caught.value.code.value == "field_invalid"
