"""Notices, filings and the order of claims over HTTP: who reads what, and what stays hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from ledger.catalogue import history_of
from ledger.notices import commands as n
from ledger.notices.records import Assertion, Designation, Filing, Notice, Search
from ledger.parties.commands import Role
from ledger.receivables.records import Holding
from tests.support.sandbox import DAY, Sandbox, cny, digest
from tests.support.served import Served, serve

EVERYBODY = ("operator", "core", "supplier", "second", "financier", "rival", "bank", "auditor")


class Contest(NamedTuple):
    """A holding of the supplier that a factor has filed, and a pledgee asserts."""

    served: Served
    holding: Holding
    filing: Filing
    interest: Assertion
    notice: Notice

    def seen(self, name: str) -> Any:
        """The ranking as a party reads it."""
        answer = self.served.get(name, f"/v1/holdings/{self.holding.id}/priority")
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


@pytest.fixture(scope="module")
def contest(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Contest]:
    """The contest, told to a served ledger."""
    folder: Path = tmp_path_factory.mktemp("contest")
    with serve(folder) as served:
        box = served.box
        box.do("core", n.DesignateReceiver(declaration=digest("declaration")))
        holding = box.held(100_00)
        box.do("financier", _search(box))
        box.do("financier", _filing(box, holding))
        box.do("rival", _assertion(box, holding, n.InterestKind.PLEDGE, None))
        box.do("financier", _assertion(box, holding, n.InterestKind.FACTORING, cny(70_00)))
        found = box.all(Assertion)
        (factor,) = (item for item in found if item.kind is n.InterestKind.FACTORING)
        given = n.GiveNotice(
            holding=holding.id,
            basis=factor.id,
            assignee=box.party("financier"),
            account=box.account("financier"),
            vouchers=(digest("contract"),),
        )
        box.do("financier", given)
        (filing,), (notice,) = box.all(Filing), box.all(Notice)
        yield Contest(served, holding, filing, factor, notice)


def _search(box: Sandbox) -> n.RecordSearch:
    return n.RecordSearch(
        registry_code="zhongdeng",
        creditor=box.party("supplier"),
        searched_ms=box.clock.ms,
        result=digest("result"),
    )


def _filing(box: Sandbox, holding: Holding) -> n.RecordFiling:
    return n.RecordFiling(
        registry_code="zhongdeng",
        number="ZD-77",
        kind=n.InterestKind.FACTORING,
        grantor=box.party("supplier"),
        filed_ms=box.clock.ms - DAY,
        expires_ms=box.clock.ms + 365 * DAY,
        description=digest("description"),
        certificate=digest("certificate"),
        over=holding.id,
    )


def _assertion(
    box: Sandbox, holding: Holding, kind: n.InterestKind, amount: Any
) -> n.AssertInterest:
    return n.AssertInterest(
        holding=holding.id,
        kind=kind,
        grantor=box.party("supplier"),
        since_ms=box.clock.ms - DAY,
        due=cny(55_00),
        evidence=digest("contract"),
        amount=amount,
    )


def test_the_order_is_read_with_its_reasons(contest: Contest) -> None:
    """The auditor reads ranks, amounts, sentences in two languages, statutes and entries."""
    box, data = contest.served.box, contest.seen("auditor")
    assert (data["regime"], data["freezes"]) == ("filing", [])
    assert data["outstanding"] == {"amount": "100.00", "currency": "CNY"}
    first, last = data["places"]
    assert (first["rank"], first["interest"]) == (1, contest.interest.id)
    assert (first["claimant"], first["kind"]) == (box.party("financier"), "factoring")
    assert first["takes"] == {"amount": "70.00", "currency": "CNY"}
    (reason,) = first["reasons"]
    assert (reason["code"], reason["statute"][:14]) == ("filed", "Civil Code 768")
    assert "2026-01-04T02:00:00.000Z" in reason["english"]
    assert "登记" in reason["chinese"]
    records = box.store.records
    rests_on = (contest.interest.id, contest.filing.id, contest.notice.id)
    assert set(first["records"]) == set(rests_on)
    assert first["entries"] == sorted(seq for item in rests_on for seq in history_of(records, item))
    assert (last["rank"], last["kind"], last["takes"]["amount"]) == (2, "holder", "30.00")
    (void,) = data["without_effect"]
    assert (void["rank"], void["claimant"]) == (0, box.party("rival"))
    assert [item["code"] for item in void["reasons"]] == ["pledge_is_not_filed"]


def test_amounts_of_others_are_hidden(contest: Contest) -> None:
    """Holder, obligor and claimants read the whole order, and of amounts their own."""
    box = contest.served.box
    for name in ("supplier", "core", "financier", "rival"):
        data = contest.seen(name)
        places = [*data["places"], *data["without_effect"]]
        assert [item["rank"] for item in places] == [1, 2, 0]
        shown = {item["claimant"] for item in places if "takes" in item}
        assert shown == {box.party(name)} - {box.party("core")}
        assert ("outstanding" in data) == (name in ("supplier", "core"))


def test_who_asserts_a_right_learns_of_no_party(tmp_path: Path) -> None:
    """An assertion is a party's own word: it tells who claims, and that others do, not who."""
    with serve(tmp_path) as served:
        box = served.box
        box.enrol("third", (Role.SUPPLIER,))
        first = box.held(100_00)
        box.accept("second", box.propose("supplier", first, "second", price=90_00))
        box.accept("third", box.propose("second", box.now(first), "third", price=80_00))
        path = f"/v1/holdings/{first.id}/priority"
        assert served.get("supplier", path).status_code == 404
        assertion = _assertion(box, first, n.InterestKind.FACTORING, None)
        grantor = box.party("second")
        box.do("supplier", replace(assertion, grantor=grantor))
        box.do("rival", replace(assertion, grantor=grantor))
        everybody = {box.party(name) for name in ("supplier", "third", "rival")}
        for name, known in (
            ("supplier", {box.party("supplier"), None}),
            ("rival", {box.party("rival"), None}),
            ("third", everybody),
            ("core", everybody),
            ("auditor", everybody),
        ):
            data = served.get(name, path).json()["data"]
            places = [*data["places"], *data["without_effect"]]
            assert {item.get("claimant") for item in places} == known, name
            assert all(item["reasons"] and item["kind"] for item in places)


def test_the_order_of_another_is_404(contest: Contest) -> None:
    """A stranger cannot tell a holding with rivals from one that is not."""
    path = f"/v1/holdings/{contest.holding.id}/priority"
    missing = f"/v1/holdings/hld_{'a' * 26}/priority"
    for name in ("operator", "second", "bank"):
        there = contest.served.get(name, path).json()
        absent = contest.served.get(name, missing).json()
        assert there | {"request_id": ""} == absent | {"request_id": ""}
        assert there["code"] == "record_not_found"
    assert contest.served.get("", path).status_code == 401


COUNTS = {
    #                op co su se fi ri ba au
    "designations": (1, 1, 1, 1, 1, 1, 1, 1),
    "notices": (1, 1, 1, 0, 1, 0, 0, 1),
    "searches": (1, 0, 0, 0, 1, 0, 0, 1),
    "filings": (1, 0, 1, 0, 1, 0, 0, 1),
    "interests": (2, 2, 2, 0, 1, 1, 0, 2),
}
"""How many records of each list each of `EVERYBODY` sees."""


@pytest.mark.parametrize("path", COUNTS)
def test_each_party_sees_its_own(contest: Contest, path: str) -> None:
    """Lists and single records agree on what concerns whom."""
    everything = contest.served.ids("auditor", path)
    for name, count in zip(EVERYBODY, COUNTS[path], strict=True):
        own = contest.served.ids(name, path)
        assert len(own) == count, name
        for record_id in everything:
            status = contest.served.get(name, f"/v1/{path}/{record_id}").status_code
            assert status == (200 if record_id in own else 404)


def test_what_a_side_may_not_know_is_hidden(contest: Contest) -> None:
    """The obligor reads that a right is claimed and not over how much; the operator no number."""
    extent = {"amount", "share_ppm", "due"}
    for item in contest.served.list("core", "interests"):
        assert not extent & item.keys()
        assert item["grantor"]
    assert all("due" in item for item in contest.served.list("supplier", "interests"))
    (filing,) = contest.served.list("operator", "filings")
    assert not {"number", "grantor", "over", "amount"} & filing.keys()
    (search,) = contest.served.list("operator", "searches")
    assert "creditor" not in search
    (notice,) = contest.served.list("operator", "notices")
    assert not {"obligor", "assignor", "assignee"} & notice.keys()


def test_sealed_fields_are_disclosed_to_whom_they_concern(contest: Contest) -> None:
    """A number is for filer and grantor, an assignee also for the obligor, none for strangers."""
    served, box = contest.served, contest.served.box
    told = {
        contest.filing: {"financier": True, "supplier": True, "rival": False, "core": False},
        contest.notice: {"financier": True, "supplier": True, "rival": False, "core": True},
        contest.interest: {"financier": True, "supplier": True, "rival": False, "core": True},
    }
    for record, readers in told.items():
        (seq,) = history_of(box.store.records, record.id)
        for name, shown in readers.items():
            answer = served.get(name, f"/v1/entries/{seq}")
            tree = answer.json() if answer.status_code == 200 else {"disclosures": []}
            assert bool(tree["disclosures"]) == shown, (record.id, name)
    assert len(box.all(Search)) == len(box.all(Designation)) == 1
    assert "ZD-77" not in json.dumps(contest.seen("rival"))
