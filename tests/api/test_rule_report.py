"""The report of rules: what was measured on which entry, under which policy, for auditors alone."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.asked import Asked, Format
from api.client import Client, Desk
from api.defaults import default_calendar, default_policy
from api.reporting import rule_report, write_rules
from docs.reference import make_rules
from ledger.parties.commands import Assurance
from ledger.policy.commands import Statute
from ledger.policy.state import POLICY, Policy
from ledger.quotas.commands import SetQuota
from ledger.receivables import commands as c
from ledger.reports.rules import BY_ID, COLUMNS, RULES, Result, Row
from tests.support.cli import answer, duebill, make_ledger
from tests.support.sandbox import ORIGIN, Sandbox, cny, open_sandbox, refusal
from tests.support.served import Served, running

SIZES = c.Sizes(creditor=c.Size.SMALL, obligor=c.Size.LARGE)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox ledger."""
    with open_sandbox(tmp_path / "ledger") as opened:
        yield opened


def report(box: Sandbox, *rules: str, start: int = 0, stop: int | None = None) -> list[Row]:
    """The rows of some rules (none: all)."""
    found: list[Row] = []
    rule_report(box.store, Asked(start, stop, frozenset(rules)), found.append)
    return found


def last(box: Sandbox, rule: str) -> tuple[str, str, Result]:
    """What a rule measured last: value, bound and result."""
    measured = report(box, rule)[-1].measured
    return measured.value, measured.bound, measured.result


def adopt(box: Sandbox, **changes: Any) -> None:
    """Another policy is in force."""
    calendar = default_calendar()
    policy = replace(default_policy(calendar), **changes)
    draft = box.desk("operator").draft(policy, documents=[calendar])
    box.service.submit(draft.signed(box.keys["operator"]))


def claim(box: Sandbox, days: int, **facts: Any) -> None:
    """The supplier registers a claim that is due in so many days."""
    box.do("supplier", replace(box.registration(100_00, days=days), **facts))


def test_the_rules_have_an_id_a_sentence_and_a_source() -> None:
    """Each once; a rule that there is not is refused by name."""
    assert len(BY_ID) == len(RULES)
    assert all(rule.name.endswith(".") and rule.source and rule.on for rule in RULES)
    assert refusal(lambda: Asked(rules=frozenset({"term_hard_cap", "taste"}))) == "field_invalid"


def test_the_page_is_written_from_the_rules() -> None:
    """Run docs/reference/make_rules.py when it is not."""
    page = Path(make_rules.__file__).with_name("rules.md")
    assert page.read_text("utf-8") == make_rules.render()


def test_the_term_is_measured_against_both_caps(box: Sandbox) -> None:
    """Twelve months hard, six soft: a longer one has a reason, and is flagged all the same."""
    claim(box, 90)
    assert last(box, "term_hard_cap") == ("2026-04-05", "2027-01-05", Result.HOLDS)
    assert last(box, "term_soft_cap") == (
        "2026-04-05, without a reason",
        "2026-07-05",
        Result.HOLDS,
    )
    claim(box, 300, long_term_reason="a ship takes a year")
    assert last(box, "term_soft_cap") == (
        "2026-11-01, with a reason",
        "2026-07-05",
        Result.FLAGGED,
    )
    assert last(box, "term_hard_cap")[2] is Result.HOLDS


def test_the_clock_of_an_acknowledgement_runs_from_the_request(box: Sandbox) -> None:
    """To the thirtieth day it holds, a millisecond later not; unasked, it does not run."""
    box.held(1_00)
    assert last(box, "acknowledgement_clock")[2] is Result.NOT_APPLICABLE
    for late_ms, day, expected in ((0, "day 30", Result.HOLDS), (1, "day 31", Result.FLAGGED)):
        asked = box.register(1_00)
        box.do("supplier", c.RequestAcknowledgement(receivable=asked.id))
        box.clock.advance(days=30, ms=late_ms)
        box.acknowledge(asked)
        assert last(box, "acknowledgement_clock") == (day, "day 30", expected)


def test_payment_law_is_measured_where_sizes_are_declared(box: Sandbox) -> None:
    """Sixty days from the basis date for a small creditor of a large obligor; interest, a floor."""
    statute = Statute(large_days=60, public_days=30, late_ppm=500, late_floor_ppm=83)
    adopt(box, statute=statute)
    claim(box, 90)
    assert last(box, "statutory_due_date")[2] is Result.NOT_APPLICABLE
    assert last(box, "late_interest_floor")[2] is Result.NOT_APPLICABLE
    claim(box, 90, sizes=SIZES, clause="8.2", late_ppm=83)
    assert last(box, "statutory_due_date") == ("2026-04-05", "2026-03-04", Result.FLAGGED)
    assert last(box, "late_interest_floor") == ("83 ppm a day", "83 ppm a day", Result.HOLDS)
    claim(box, 30, sizes=SIZES, clause="8.2")
    assert last(box, "statutory_due_date") == ("2026-02-04", "2026-03-04", Result.HOLDS)
    assert last(box, "late_interest_floor")[0] == "500 ppm a day"


def test_parts_and_hops_are_counted_against_their_caps(box: Sandbox) -> None:
    """By hand: three children, three open parts, the smallest of 10.00, the first hop."""
    parts = box.split("supplier", box.held(100_00), 60_00, 30_00, 10_00)
    caps = box.get(Policy, POLICY).caps
    assert last(box, "children_cap") == ("3", str(caps.children), Result.HOLDS)
    assert last(box, "holdings_cap") == ("3", str(caps.open_holdings), Result.HOLDS)
    assert last(box, "smallest_split")[0] == "1000 minor units"
    box.transfer("supplier", parts[0], "second")
    assert last(box, "hop_limit") == ("1", str(caps.hops), Result.HOLDS)


def test_money_never_passes_the_operator_and_the_obligor_is_known(box: Sandbox) -> None:
    """A financing and a payment, each with no leg of the operator's; the class that was signed."""
    held = box.held(100_00)
    offer = box.offer(box.programme())
    financing = box.advance(box.sell("supplier", held, offer))
    vouched = Assurance.OPERATOR_VOUCHED.value
    assert last(box, "assurance_floor") == (vouched, vouched, Result.HOLDS)
    box.pay(box.now(held), by="financier")
    found = report(box, "no_operator_money")
    assert [item.measured.subject[:4] for item in found] == ["fin_", "pay_"]
    assert found[0].measured.subject == financing.id
    assert {item.measured.value for item in found} == {"0 legs"}


def test_an_obligor_that_owes_too_late_is_measured(box: Sandbox) -> None:
    """Days since the oldest undisputed debt was payable, when it acknowledges a new one."""
    adopt(box, clocks=replace(default_policy(default_calendar()).clocks, suspend_days=5))
    box.held(1_00)
    assert last(box, "suspension") == ("0 days late", "5 days", Result.HOLDS)
    old = box.held(2_00, days=5)
    pending = box.register(3_00)
    box.clock.advance(days=9)
    box.acknowledge(pending)
    assert old.due.isoformat() == "2026-01-10"  # a Saturday: payable on Monday the 12th
    assert last(box, "suspension") == ("2 days late", "5 days", Result.HOLDS)


def test_what_an_obligor_owes_is_measured_against_its_quotas(box: Sandbox) -> None:
    """To one creditor and in all, after the entry; without a quota the rule does not apply."""
    box.held(100_00)
    assert {row.measured.result for row in report(box, "quota")} == {Result.NOT_APPLICABLE}
    core, supplier = box.party("core"), box.party("supplier")
    box.do("core", SetQuota(obligor=core, creditor=supplier, currency="CNY", amount=cny(150_00)))
    box.held(50_00)
    first, second = (row.measured for row in report(box, "quota")[-2:])
    assert first.subject == f"{core}:{supplier}:CNY"
    assert (first.value, first.bound, first.result) == (
        "15000 minor units",
        "15000 minor units",
        Result.HOLDS,
    )
    assert second.result is Result.NOT_APPLICABLE


def test_a_row_names_its_entry_and_the_policy_that_it_was_judged_under(box: Sandbox) -> None:
    """Also after another policy came; a range has the rows of its entries and no others."""
    claim(box, 90)
    before = box.get(Policy, POLICY).last_seq
    first = box.store.size() - 1
    adopt(box)
    claim(box, 90)
    found = report(box, "term_hard_cap")
    assert [(row.seq, row.kind, row.policy) for row in found] == [
        (first, "receivable.register", before),
        (first + 2, "receivable.register", first + 1),
    ]
    assert report(box, "term_hard_cap", start=first + 1) == found[1:]
    assert report(box, "term_hard_cap", stop=first + 2) == found[:1]
    assert {row.rule for row in report(box, start=first)} > {"term_hard_cap", "term_soft_cap"}


def text(box: Sandbox, form: Format) -> str:
    """The report of everything in a form."""
    with io.StringIO(newline="") as file:
        write_rules(box.store, Asked(), form, file)
        return file.getvalue()


def test_the_three_forms_say_the_same(box: Sandbox) -> None:
    """JSON with rules and root, one object a line, and a table; also of parties alone."""
    enrolled = json.loads(text(box, Format.JSON))["data"]
    assert {item["kind"] for item in enrolled} == {"party.enrol"}
    assert len(text(box, Format.NDJSON).splitlines()) == len(enrolled)
    assert text(box, Format.CSV).splitlines()[0] == ",".join(COLUMNS)
    box.split("supplier", box.held(100_00), 60_00, 40_00)
    tree = json.loads(text(box, Format.JSON))
    lines = [json.loads(line) for line in text(box, Format.NDJSON).splitlines()]
    table = list(csv.DictReader(io.StringIO(text(box, Format.CSV))))
    assert tree["data"] == lines
    assert [{**item, "seq": str(item["seq"]), "policy": str(item["policy"])} for item in lines] == (
        table
    )
    assert [item["id"] for item in tree["rules"]] == [rule.id for rule in RULES]
    assert tree["ledger"]["size"] == box.store.size()


def test_it_is_for_auditors_and_regulators(served: Served) -> None:
    """Others may not read it; one report at a time; a range and a rule are asked for by query."""
    box = served.box
    box.held(100_00)
    path = "/v1/reports/rules"
    for name in ("core", "supplier", "operator", "bank"):
        assert served.get(name, path).json()["code"] == "role_missing"
    whole = served.get("auditor", path).json()
    assert whole["ledger"] == served.get("auditor", "/v1/parties").json()["ledger"]
    assert served.get("regulator", path).json() == whole
    some = served.get("auditor", f"{path}?rule=term_hard_cap&format=csv&from=1&to=999")
    assert some.headers["content-type"].startswith("text/csv")
    assert len(some.text.splitlines()) == 2
    assert served.get("auditor", f"{path}?rule=taste").json()["code"] == "field_invalid"
    with served.app.state.site.reporting:
        assert served.get("auditor", path).status_code == 503
    assert served.get("auditor", f"{path}?to=1&format=ndjson").text == ""


def test_the_command_line_writes_it(tmp_path: Path, box: Sandbox) -> None:
    """From a folder and from a server; the file is for its owner alone."""
    make_ledger(tmp_path / "cli")
    out = tmp_path / "rules.csv"
    said = answer("report", "rules", "--dir", tmp_path / "cli" / "ledger", "--out", out)
    head, *lines = out.read_text().splitlines()
    assert (said["format"], head) == ("csv", ",".join(COLUMNS))
    assert {line.split(",")[3] for line in lines} == {"licence", "suspended_party"}
    assert out.stat().st_mode & 0o077 == 0
    duebill("report", "rules", "--dir", tmp_path / "cli" / "ledger", "--out", out, "--rule", "x",
            status=1)  # fmt: skip
    box.held(cny(1_00).minor)
    desk = Desk(box.party("auditor"), ORIGIN, box.keys["auditor"])
    with running(box) as url:
        data = Client(url, desk, clock=box.clock).rules(0, None, ["term_hard_cap"], "ndjson")
    assert [json.loads(line)["rule"] for line in data.splitlines()] == ["term_hard_cap"]
