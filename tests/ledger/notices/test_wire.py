"""The wire form of notices and filings: what is sealed, and that a full command fits an entry."""

from __future__ import annotations

import typing
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.errors import Refused
from ledger.model.codec import field_classes
from ledger.notices import commands as n
from tests.support.wire import size, there_and_back
from tests.support.world import cny, digest, party

LETTERS = "a" * 26
HOLDING, NOTICE, FILING = f"hld_{LETTERS}", f"ntc_{LETTERS}", f"fil_{LETTERS}"
COMMANDS: tuple[Any, ...] = (
    n.DesignateReceiver(declaration=digest("declaration")),
    n.RevokeReceiver(designation=f"dsg_{LETTERS}"),
    n.GiveNotice(
        holding=HOLDING,
        basis=f"trf_{LETTERS}",
        assignee=party("second"),
        account=f"acc_{LETTERS}",
        vouchers=(digest("voucher"),) * 10,
    ),
    n.ReceiveNotice(notice=NOTICE),
    n.AttestDelivery(notice=NOTICE, arrived_ms=1, evidence=digest("postmark")),
    n.WithdrawNotice(notice=NOTICE),
    n.RecordSearch(
        registry_code="zhongdeng",
        creditor=party("supplier"),
        obligor=party("core"),
        searched_ms=1,
        result=digest("result"),
        found=(digest("prior"),) * 50,
    ),
    n.RecordFiling(
        registry_code="zhongdeng",
        number="12345678901234567890",
        kind=n.InterestKind.PLEDGE,
        grantor=party("supplier"),
        filed_ms=1,
        expires_ms=2,
        description=digest("description"),
        certificate=digest("certificate"),
        over=HOLDING,
        obligor=party("core"),
        amount=cny(1),
        share_ppm=1,
    ),
    n.RenewFiling(filing=FILING, expires_ms=2, certificate=digest("certificate")),
    n.DischargeFiling(filing=FILING, discharged_ms=2, certificate=digest("certificate")),
    n.AssertInterest(
        holding=HOLDING,
        kind=n.InterestKind.FIDUCIARY,
        grantor=party("supplier"),
        since_ms=1,
        due=cny(1),
        evidence=digest("contract"),
        amount=cny(1),
        share_ppm=1,
    ),
    n.WithdrawInterest(interest=f"int_{LETTERS}"),
)
SEALED: dict[type[Any], set[str]] = {
    n.GiveNotice: {"assignee"},
    n.RecordSearch: {"creditor", "obligor"},
    n.RecordFiling: {"number", "grantor", "obligor", "amount", "share_ppm"},
    n.AssertInterest: {"grantor", "due", "amount", "share_ppm"},
}


def test_counterparties_numbers_and_amounts_are_sealed() -> None:
    """Exactly these fields are confidential; times, kinds, ids and digests are open."""
    for kind in typing.get_args(n.Command):
        assert field_classes(kind) == dict.fromkeys(SEALED.get(kind, ()), "confidential")


def test_every_command_survives_the_wire() -> None:
    """Written, sealed, encoded and read again it is the same command."""
    assert {type(command) for command in COMMANDS} == set(typing.get_args(n.Command))
    for command in COMMANDS:
        assert there_and_back(command) == command


def test_the_largest_command_fits_an_entry() -> None:
    """Fifty prior filings leave room for an envelope with four signatures within 16 KiB."""
    assert max(map(size, COMMANDS)) < 13 * 1024


@pytest.mark.parametrize(
    "wrong",
    [
        replace(COMMANDS[2], vouchers=(digest("voucher"),) * 11),
        replace(COMMANDS[6], found=(digest("prior"),) * 51),
        replace(COMMANDS[7], share_ppm=0),
        replace(COMMANDS[7], share_ppm=1_000_001),
        replace(COMMANDS[7], amount=cny(0)),
        replace(COMMANDS[7], filed_ms=-1),
        replace(COMMANDS[10], due=cny(0)),
    ],
)
def test_fields_out_of_bounds_are_refused(wrong: Any) -> None:
    """Counts, shares, amounts and times are judged before any rule."""
    with pytest.raises(Refused) as caught:
        there_and_back(wrong)
    assert caught.value.code.value == "field_invalid"
