"""The operator enrols a false core enterprise with a key of its own: who is deceived, and how far.

Nothing stops an operator from inventing a company. But its key can have no more than the
operator's own word behind it, and that shows: a programme with a floor refuses, and every audit
totals what was acknowledged on that word alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.commands.audit import report_tree
from api.database import DatabaseSource
from api.whole import whole_lines
from ledger.audit.findings import Report, Verdict
from ledger.audit.run import audit
from ledger.financing import commands as f
from ledger.financing.records import Offer, Programme
from ledger.parties.commands import Assurance, AttestKey, Role
from ledger.receivables.records import Holding
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot
from tests.support.sandbox import Sandbox, cny, digest, open_sandbox, refusal


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """The true core enterprise's key is attested by a bank; the false one is the operator's."""
    with open_sandbox(tmp_path / "ledger") as opened:
        kid = opened.keys["core"].public.kid
        opened.do("bank", AttestKey(kid=kid, evidence=digest("transfer"), account="6222-1"))
        opened.enrol("false", (Role.OBLIGOR,))
        yield opened


def owed_by(box: Sandbox, obligor: str, amount: int) -> Holding:
    """What the supplier holds of a debt that the obligor has acknowledged."""
    return box.acknowledge(box.register(amount, obligor=obligor), by=obligor)


def offer_with_floor(box: Sandbox) -> Offer:
    """An offer for the debts of obligors whose keys a bank has attested."""
    command = f.OpenProgramme(
        name="Attested obligors",
        currency="CNY",
        minimum_assurance=Assurance.BANK_ATTESTED,
        obligors=(),
        limit_obligor=cny(10_000_00),
        limit_total=cny(10_000_00),
        max_tenor_days=365,
    )
    box.do("financier", command)
    return box.offer(max(box.all(Programme), key=lambda item: item.last_seq))


def acceptance(box: Sandbox, holding: Holding, offer: Offer) -> Any:
    """The supplier accepts for a holding."""
    command = f.AcceptOffer(
        holding=holding.id,
        offer=offer.id,
        accepts=offer.proposal,
        value_date=box.today,
        account=box.account("supplier"),
        price=cny(1),
    )
    return box.do("supplier", command, box.now(holding), box.now(offer))


def audited(box: Sandbox) -> Report:
    """The audit of the database."""
    with open_snapshot(box.store.path, box.service.heads) as snapshot:
        return audit(DatabaseSource(snapshot), temporary_records)


def test_a_programme_with_a_floor_does_not_fund_its_debts(box: Sandbox) -> None:
    """The false debt is refused, and the true one is sold under the same offer."""
    offer = offer_with_floor(box)
    false = owed_by(box, "false", 900_00)
    assert refusal(lambda: acceptance(box, false, offer)) == "assurance_too_low"
    assert box.sell("supplier", owed_by(box, "core", 100_00), offer).obligor == box.party("core")


def test_the_audit_report_totals_what_rests_on_the_operators_word_alone(box: Sandbox) -> None:
    """Its debts stand apart, with number and sum, though every single entry is in order."""
    owed_by(box, "core", 100_00)
    paid = owed_by(box, "false", 900_00)
    owed_by(box, "false", 50_50)
    box.pay(paid, by="supplier")
    report = audited(box)
    assert report.verdict is Verdict.CLEAN
    lines = [line.strip() for line in whole_lines(report)]
    assert "acknowledged under operator_vouched keys: 2, CNY 950.50" in lines
    assert f"by {box.party('false')}: 2, CNY 950.50" in lines
    assert "acknowledged under bank_attested keys: 1, CNY 100.00" in lines
    by_obligor = {item["obligor"]: item for item in report_tree(report)["acknowledged"]}
    assert by_obligor[box.party("false")] == {
        "obligor": box.party("false"),
        "assurance": "operator_vouched",
        "currency": "CNY",
        "count": 2,
        "acknowledged": "950.50",
        "outstanding": "50.50",
    }
    assert by_obligor[box.party("core")]["assurance"] == "bank_attested"
    assert len(report_tree(report)["invariants"]) == 32


def test_an_attestation_that_comes_later_does_not_make_the_older_word_better(box: Sandbox) -> None:
    """What was said under a vouched key stays so in the totals; what is said after it does not."""
    owed_by(box, "false", 10_00)
    kid = box.keys["false"].public.kid
    box.do("bank", AttestKey(kid=kid, evidence=digest("late"), account="6222-2"))
    owed_by(box, "false", 20_00)
    sums = [
        (item.assurance, item.acknowledged)
        for item in audited(box).acknowledged
        if item.obligor == box.party("false")
    ]
    assert sums == [(Assurance.OPERATOR_VOUCHED, 10_00), (Assurance.BANK_ATTESTED, 20_00)]
