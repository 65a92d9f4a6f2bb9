"""The wire form: what is sealed in each command, and that it is read back as it was written."""

from __future__ import annotations

import typing
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.model.codec import field_classes
from tests.support.market import Market, instruct, offer, programme
from tests.support.wire import size, there_and_back
from tests.support.world import cny, party

SEALED = {
    f.OpenProgramme: {"name", "obligors", "limit_obligor", "limit_total"},
    f.RequestFinancing: {"min_net"},
    f.MakeOffer: {"rate_ppm", "max_amount", "obligors"},
    f.AcceptOffer: {"price"},
    f.InstructDisbursement: {"reference"},
    f.ConfirmReceipt: {"amount"},
    f.AttestDisbursement: {"amount", "reference"},
    f.AttestFailure: {"reference"},
}
KINDS = typing.get_args(f.Command)


@pytest.mark.parametrize("kind", KINDS)
def test_names_amounts_rates_and_references_are_sealed(kind: type) -> None:
    """Exactly these fields are confidential; all others are open."""
    assert field_classes(kind) == dict.fromkeys(SEALED.get(kind, set()), "confidential")


def _id(kind: str) -> str:
    return f"{kind}_{'a' * 26}"


def _commands() -> list[Any]:
    market = Market()
    financing = replace(market.accepted(), id=_id("fin"), account=_id("acc"))
    one = _id("fin")
    offered = replace(offer(_id("prg"), market.at_ms), max_amount=cny(1))
    return [
        replace(programme(), obligors=(party("core"),)),
        programme(),
        f.CloseProgramme(programme=_id("prg")),
        f.RequestFinancing(holding=_id("hld"), latest=date(2026, 2, 2), min_net=cny(5)),
        f.WithdrawRequest(request=_id("req")),
        replace(offered, obligors=(party("core"),)),
        f.WithdrawOffer(offer=_id("off")),
        f.AcceptOffer(
            holding=_id("hld"),
            offer=_id("off"),
            accepts=financing.proposal,
            value_date=date(2026, 1, 6),
            account=_id("acc"),
            price=cny(5),
        ),
        instruct(financing),
        market.receipt(financing),
        market.statement(financing),
        f.AttestFailure(financing=one, reference="AC04"),
        f.ReleaseLock(financing=one),
        f.AdvanceClock(lapsed=(one, _id("rcv"))),
    ]


def test_every_command_survives_the_wire() -> None:
    """Written, sealed, encoded and read again it is the same command."""
    commands = _commands()
    assert {type(command) for command in commands} == set(KINDS)
    for command in commands:
        assert there_and_back(command) == command


def test_the_largest_tick_fits_an_entry() -> None:
    """A hundred ids stay far under 16 KiB of canonical JSON."""
    assert size(f.AdvanceClock(lapsed=(_id("fin"),) * 100)) < 4 * 1024


@pytest.mark.parametrize(
    "wrong",
    [
        replace(programme(), limit_total=cny(0)),
        replace(programme(), max_tenor_days=0),
        replace(programme(), obligors=(party("core"),) * 101),
        replace(offer(_id("prg"), 1), rate_ppm=1_000_001),
        replace(offer(_id("prg"), 1), rate_ppm=-1),
        replace(offer(_id("prg"), 1), obligors=()),
        replace(offer("prg", 1)),
        f.AdvanceClock(lapsed=()),
        f.AttestFailure(financing=_id("fin"), reference="a\u202eb"),
    ],
)
def test_fields_out_of_bounds_are_refused(wrong: Any) -> None:
    """Counts, signs, rates, invisible characters and ids are judged before any rule."""
    with pytest.raises(Refused) as caught:
        there_and_back(wrong)
    assert caught.value.code.value == "field_invalid"
