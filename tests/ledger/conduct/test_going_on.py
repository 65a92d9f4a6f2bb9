"""What a suspension leaves alone on higher floors: keeping and settling what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.changes.commands import ProposeCancellation, RefuseChange
from ledger.changes.records import Change
from ledger.conduct.gates import BEGINS, GIVES_UP
from ledger.notices.commands import DesignateReceiver
from ledger.receivables.records import Holding
from ledger.settlement.commands import AttestPayment
from ledger.vocabulary import COMMANDS
from tests.support.acts.conduct import reinstate, suspend
from tests.support.changing import complaint, consenting
from tests.support.sandbox import DAY, Sandbox, digest, open_sandbox
from tests.support.world import refusal

SUSPENDED = "party_is_suspended"


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with everybody on it."""
    with open_sandbox(tmp_path) as opened:
        yield opened


def test_a_suspended_party_keeps_its_rights(box: Sandbox) -> None:
    """Notices to it are received, and it disputes what it owes."""
    holding = box.held(100_00)
    for name in ("supplier", "core"):
        box.do("operator", suspend(box.party(name)))
    box.do("core", DesignateReceiver(declaration=digest("declaration")))
    box.do("core", complaint(holding.receivable, 10_00))


def cancellation(box: Sandbox, holding: Holding) -> ProposeCancellation:
    """The proposal to end a debt."""
    return ProposeCancellation(
        receivable=holding.receivable, document=digest("end"), lapses_ms=box.clock.ms + DAY
    )


def test_a_suspended_party_agrees_to_no_change(box: Sandbox) -> None:
    """Neither by its own word nor by another's to what it proposed before; it says no."""
    first, second = box.held(100_00), box.held(50_00)
    box.do("supplier", cancellation(box, first))
    box.do("core", cancellation(box, second))
    own, others = sorted(box.all(Change), key=lambda item: item.last_seq)
    box.do("operator", suspend(box.party("supplier")))
    assert refusal(box.do, "supplier", cancellation(box, box.now(first))) == SUSPENDED
    assert refusal(box.do, "supplier", consenting(others), others) == SUSPENDED
    assert refusal(box.do, "core", consenting(own), own) == SUSPENDED
    box.do("supplier", RefuseChange(change=others.id))
    box.do("operator", reinstate(box.party("supplier")))
    box.do("core", consenting(own), own)
    assert box.now(first).outstanding.minor == 0


def test_what_reaches_a_suspended_party_a_bank_proves(box: Sandbox) -> None:
    """Its own receipt ends no claim, its bank's statement does."""
    holding = box.held(100_00)
    account = box.account("supplier")
    box.do("operator", suspend(box.party("supplier")))
    assert refusal(lambda: box.pay(holding, by="supplier")) == SUSPENDED
    attested = AttestPayment(
        holding=holding.id,
        payer=box.party("core"),
        account=account,
        amount=holding.amount,
        value_date=box.today,
        reference="line 1",
    )
    box.do("bank", attested)
    assert box.now(holding).outstanding.minor == 0


def test_the_specification_names_every_kind_once() -> None:
    """What a suspended party does not sign, and what goes on, are the tables of the page."""
    page = (Path(__file__).parents[3] / "docs/spec/suspension.md").read_text()
    no, goes_on = page.split("## Goes on")
    listed = [
        re.findall(r"`([a-z_]+\.[a-z_]+)`", " ".join(re.findall(r"^\| .*", part, re.MULTILINE)))
        for part in (no, goes_on)
    ]
    assert sorted(listed[0]) == sorted(BEGINS | GIVES_UP)
    assert sorted(listed[0] + listed[1]) == sorted({kind for kind, _ in COMMANDS})
