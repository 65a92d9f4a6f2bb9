"""What the server counts about unpaid debts, and for whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ledger.conduct.commands import DeclareInsolvency
from ledger.receivables.commands import Recourse
from ledger.receivables.records import Holding
from ledger.recourse import commands as c
from ledger.recourse.records import DebtRecovery, Default, RecourseClaim
from ledger.settlement.commands import ReceivePayment
from tests.support.sandbox import Sandbox, cny, digest
from tests.support.served import Served, serve


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An insolvent obligor, a claim by recourse, a recovery, a default, and a payment."""
    with serve(tmp_path_factory.mktemp("unpaid")) as opened:
        _tell(opened.box)
        yield opened


def _tell(box: Sandbox) -> None:
    holding = box.transfer(
        "supplier", box.held(100_00), "second", recourse=Recourse.ASSIGNOR, price=90_00
    )
    order = DeclareInsolvency(
        party=box.party("core"), court="Court", case="1", day=box.today, evidence=digest("order")
    )
    box.do("operator", order)
    box.do("second", c.DeclareDefault(holding=holding.id, ground=c.DefaultGround.INSOLVENCY))
    ground = c.RecourseGround.INSOLVENCY
    notice = c.NoticeRecourse(holding=holding.id, ground=ground, day=box.today, amount=cny(90_00))
    box.do("second", notice)
    box.clock.advance(ms=1)
    paid: dict[str, Any] = {"value_date": box.today, "reference": "mine"}
    guarantor = c.RecoverDebt(
        holding=holding.id,
        source=c.RecoverySource.GUARANTOR,
        payer=box.party("rival"),
        amount=cny(50_00),
        **paid,
    )
    box.do("second", guarantor)
    box.do("second", ReceivePayment(holding=holding.id, amount=cny(70_00), **paid))


def data(served: Served, name: str, path: str) -> Any:
    """What a party is told; None where there is nothing for it."""
    answer = served.get(name, f"/v1/{path}")
    return answer.json()["data"] if answer.status_code == 200 else None


def only(served: Served, kind: type[Any]) -> Any:
    """The one record of a kind."""
    (item,) = served.box.all(kind)
    return item


def test_the_holder_is_told_what_it_may_claim_and_others_may_pay(served: Served) -> None:
    """30.00 of 100.00 are owed, for a part of 27.00 of the price, and 50.00 were recovered: nothing
    more either way. Neither obligor nor seller is told.
    """
    (holding,) = (item for item in served.box.all(Holding) if item.is_open)
    today = served.box.today.isoformat()
    zero = {"amount": "0.00", "currency": "CNY"}
    claim = data(served, "second", f"holdings/{holding.id}/recourse")
    assert (claim["liable"], claim["amount"], claim["day"]) == (
        served.box.party("supplier"),
        zero,
        today,
    )
    assert data(served, "second", f"holdings/{holding.id}/recoverable") == {
        "amount": zero,
        "day": today,
    }
    for name in ("core", "supplier", "rival"):
        assert data(served, name, f"holdings/{holding.id}/recourse") is None
        assert data(served, name, f"holdings/{holding.id}/recoverable") is None


def test_both_sides_of_a_recourse_are_told_what_is_due(served: Served) -> None:
    """120.00 came on a claim of 90.00; by recourse nothing did, so nothing of it goes back."""
    path = f"recourses/{only(served, RecourseClaim).id}/due"
    for name in ("second", "supplier"):
        told = data(served, name, path)
        assert (told["due"]["amount"], told["excess"]["amount"]) == ("0.00", "0.00")
    assert data(served, "core", path) is None
    assert data(served, "rival", path) is None


def test_who_paid_and_who_was_paid_are_told_what_goes_back(served: Served) -> None:
    """50.00 are kept and 30.00 are owed: 20.00 came twice."""
    path = f"debt_recoveries/{only(served, DebtRecovery).id}/excess"
    for name in ("second", "rival", "auditor"):
        assert data(served, name, path)["amount"]["amount"] == "20.00"
    assert data(served, "core", path) is None
    assert data(served, "supplier", path) is None


def test_a_default_is_told_to_holder_and_obligor(served: Served) -> None:
    """It stands, and something is owed."""
    path = f"defaults/{only(served, Default).id}/standing"
    for name in ("second", "core"):
        assert data(served, name, path) == {"is_live": True, "is_cured": False}
    assert data(served, "rival", path) is None


def test_of_a_split_holding_only_the_obligor_is_told_whether_all_is_paid(tmp_path: Path) -> None:
    """Whoever declared it might have passed the parts on since."""
    with serve(tmp_path) as opened:
        box = opened.box
        holding = box.held(100_00)
        order = DeclareInsolvency(
            party=box.party("core"),
            court="Court",
            case="1",
            day=box.today,
            evidence=digest("order"),
        )
        box.do("operator", order)
        command = c.DeclareDefault(holding=holding.id, ground=c.DefaultGround.INSOLVENCY)
        box.do("supplier", command)
        box.split("supplier", holding, 60_00, 40_00)
        path = f"defaults/{only(opened, Default).id}/standing"
        assert data(opened, "supplier", path) == {"is_live": False}
        assert data(opened, "core", path) == {"is_live": False, "is_cured": False}
