"""The wire form of disputes and changes: what is sealed, and that the longest fit an entry."""

from __future__ import annotations

import typing
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.changes import commands as c
from ledger.errors import Refused
from ledger.model.codec import field_classes
from tests.support.wire import size, there_and_back
from tests.support.world import cny, digest, party

HOLDING, CHANGE = f"hld_{'a' * 26}", f"chg_{'a' * 26}"
RECEIVABLE, DISPUTE = f"rcv_{'a' * 26}", f"dsp_{'a' * 26}"
JTI = "019b7c9e-0d00-7000-8000-000000000001"
PART = c.AskedPart(holding=HOLDING, most=cny(1))
DAY, LATER = date(2026, 2, 2), 1_800_000_000_000
COMMANDS: tuple[Any, ...] = (
    c.RaiseDispute(
        receivable=RECEIVABLE,
        amount=cny(1),
        reason=c.DisputeReason.PRICE,
        evidence=digest("a"),
    ),
    c.AddEvidence(dispute=DISPUTE, evidence=digest("a")),
    c.WithdrawDispute(dispute=DISPUTE),
    c.AwardDispute(dispute=DISPUTE, amount=cny(0), file="(2026) 1", award=digest("a")),
    c.ProposeCreditNote(
        receivable=RECEIVABLE,
        invoice=f"inv_{'a' * 26}",
        number="CN-1",
        document=digest("a"),
        amount=cny(1),
        total=cny(2),
        lapses_ms=LATER,
        asked=(PART,) * 60,
    ),
    c.ProposeSettlement(
        dispute=DISPUTE, amount=cny(1), document=digest("a"), lapses_ms=LATER, asked=(PART,)
    ),
    c.ProposeSetOff(
        holding=HOLDING,
        amount=cny(1),
        against=party("supplier"),
        reference="ours",
        arose=DAY,
        matures=DAY,
        same_contract=True,
        document=digest("a"),
        lapses_ms=LATER,
    ),
    c.ProposeDueDate(receivable=RECEIVABLE, due=DAY, document=digest("a"), lapses_ms=LATER),
    c.ProposeCancellation(receivable=RECEIVABLE, document=digest("a"), lapses_ms=LATER),
    c.ConsentToChange(change=CHANGE, accepts=digest("a")),
    c.RefuseChange(change=CHANGE),
    c.RescindChange(change=CHANGE),
    c.RaiseClaim(receivable=RECEIVABLE, invoice=f"inv_{'a' * 26}"),
    c.SettleClaim(claim=f"clm_{'a' * 26}", amount=cny(1), reference="back"),
    c.RecordCorrection(
        jti=JTI,
        payload=digest("a"),
        code=c.CorrectionCode.TWICE,
        reason=digest("a"),
        compensated_by=(JTI,) * 20,
    ),
)
SEALED = {
    c.RaiseDispute: {"amount"},
    c.AwardDispute: {"amount", "file"},
    c.ProposeCreditNote: {"number", "amount", "total", "asked/most"},
    c.ProposeSettlement: {"amount", "asked/most"},
    c.ProposeSetOff: {"amount", "against", "reference"},
    c.SettleClaim: {"amount", "reference"},
}


def test_amounts_numbers_and_counterparties_are_sealed() -> None:
    """Exactly these fields are confidential; all others are open."""
    for kind in typing.get_args(c.Command):
        assert field_classes(kind) == dict.fromkeys(SEALED.get(kind, ()), "confidential")


def test_every_command_survives_the_wire() -> None:
    """Written, sealed, encoded and read again it is the same command."""
    assert {type(command) for command in COMMANDS} == set(typing.get_args(c.Command))
    for command in COMMANDS:
        assert there_and_back(command) == command


def test_the_longest_credit_note_fits_an_entry() -> None:
    """Sixty holders asked leave room for an envelope with four signatures within 16 KiB."""
    assert size(COMMANDS[4]) < 13 * 1024


def test_every_reason_has_its_peppol_code() -> None:
    """Each maps to a code of the list OPStatusReason, of three capital letters."""
    assert all(len(reason.peppol) == 3 and reason.peppol.isupper() for reason in c.DisputeReason)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(COMMANDS[0], amount=cny(0)),
        replace(COMMANDS[3], amount=cny(-1)),
        replace(COMMANDS[4], asked=(PART,) * 61),
        replace(COMMANDS[6], against="pty_x"),
        replace(COMMANDS[14], jti="019b7c9e-0d00-4000-8000-000000000001"),
        replace(COMMANDS[14], compensated_by=()),
    ],
)
def test_fields_out_of_bounds_are_refused(wrong: Any) -> None:
    """Signs, ids and counts are judged before any rule."""
    with pytest.raises(Refused) as caught:
        there_and_back(wrong)
    assert caught.value.code.value == "field_invalid"
