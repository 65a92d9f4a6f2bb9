"""What a party sees by an offer or by security alone stands in its lists, too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.burdens import commands as b
from ledger.burdens.records import Encumbrance
from ledger.receivables.records import Holding
from tests.support.sandbox import DAY, Sandbox, cny
from tests.support.served import Served, serve
from tests.support.world import digest


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """A served ledger with a debt that has nothing to do with the other parties."""
    with serve(tmp_path) as opened:
        opened.box.held(70_00)
        yield opened


def pledged(box: Sandbox, holding: Holding) -> Encumbrance:
    """A pledge of the holding that is offered to the second supplier."""
    command = b.ProposeEncumbrance(
        holding=holding.id,
        secured_party=box.party("second"),
        kind=b.EncumbranceKind.PLEDGE,
        agreement=digest("loan"),
        lapses_ms=box.clock.ms + DAY,
        amount=cny(60_00),
    )
    box.do("supplier", command)
    return box.all(Encumbrance)[-1]


def check_listed(served: Served, name: str, *holdings: Holding) -> None:
    """These and no others are listed with their receivable, and each is read by its id."""
    assert served.ids(name, "holdings") == {item.id for item in holdings}
    receivables = {item.receivable for item in holdings}
    assert served.ids(name, "receivables") == receivables
    for item in receivables:
        shown = served.get(name, f"/v1/receivables/{item}").json()["data"]
        assert shown in served.list(name, "receivables")


def test_an_offered_transfer_lists_its_receivable(served: Served) -> None:
    """Until it is refused; without the whole."""
    box = served.box
    holding = box.held(100_00)
    box.propose("supplier", holding, "second")
    check_listed(served, "second", holding)
    (shown,) = served.list("second", "receivables")
    assert "face" not in shown
    check_listed(served, "rival")


def test_an_accepted_offer_lists_its_receivable(served: Served) -> None:
    """For the financier that has a holding to itself and no title yet."""
    box = served.box
    holding = box.held(100_00)
    box.sell("supplier", holding, box.offer(box.programme()))
    check_listed(served, "financier", holding)
    check_listed(served, "rival")


def test_security_lists_its_receivable_also_after_a_split(served: Served) -> None:
    """Offered, given, and on the part on which it lies then; not on its sibling."""
    box = served.box
    holding = box.held(100_00)
    item = pledged(box, holding)
    check_listed(served, "second", holding)
    accepted = b.AcceptEncumbrance(encumbrance=item.id, accepts=item.proposal)
    box.do("second", accepted, item, box.get(Holding, holding.id))
    check_listed(served, "second", holding)
    burdened, free = box.split("supplier", box.get(Holding, holding.id), 60_00, 40_00)
    check_listed(served, "second", holding, burdened)
    assert served.get("second", f"/v1/holdings/{free.id}").status_code == 404
