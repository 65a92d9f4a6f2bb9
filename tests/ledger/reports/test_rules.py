"""Each rule of the report on one story: what it finds as things were, and as they could have been.

What a rule refuses is on no log. So records, events and signers are replaced as if `decide` had let
the act through, and the rule must notice.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import fields, replace

from ledger.conduct.commands import ScreeningResult
from ledger.conduct.records import Insolvency, Licence, Screening, Suspension
from ledger.financing.events import FinancingAccepted
from ledger.financing.records import Programme
from ledger.notices.records import Filing, Notice
from ledger.parties.commands import Assurance
from ledger.parties.events import RecoveryOpened
from ledger.parties.state import Delegation
from ledger.policy.commands import Caps, Clocks, Gates, Statute
from ledger.policy.state import Ledger, Policy
from ledger.quotas.state import Quota
from ledger.receivables.events import ReceivableRegistered
from ledger.reports.rules import BY_ID, RULES, Measured, Result
from tests.support import rule_story
from tests.support.rule_story import Otherwise, measured
from tests.support.sandbox import Sandbox, cny, open_sandbox

HOLDS, FLAGGED, SILENT = Result.HOLDS, Result.FLAGGED, Result.NOT_APPLICABLE


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """The story, told once."""
    with open_sandbox(tmp_path_factory.mktemp("story") / "ledger") as opened:
        rule_story.tell(opened)
        yield opened


@pytest.fixture(scope="module")
def found(box: Sandbox) -> dict[str, list[Measured]]:
    """What each rule found on the story."""
    return measured(box, dict.fromkeys(BY_ID, Otherwise()))


def results(found: list[Measured]) -> set[Result]:
    """Which results there are."""
    return {item.result for item in found}


# -- as things were --------------------------------------------------------------------------------
FACTS_MISSING = {
    "acknowledgement_clock",
    "statutory_due_date",
    "contract_clause",
    "late_interest_floor",
    "quota",
    "invoice_status",
    "invoice_status_daily",
    "registration",
    "licence",
    "screening",
    "obligor_key_delay",
}
"""Rules that say of something in the story that they do not apply."""
NOTICED = {"invoice_status_daily", "invoice_stands"}
"""Rules of those that only warn which in the story have to."""


@pytest.mark.parametrize("name", BY_ID)
def test_a_rule_holds_on_what_was_taken(found: dict[str, list[Measured]], name: str) -> None:
    """Each has something to measure; only what warns is ever flagged."""
    expected = {HOLDS}
    expected |= {SILENT} if name in FACTS_MISSING else set()
    expected |= {FLAGGED} if name in NOTICED else set()
    assert BY_ID[name].warns or FLAGGED not in expected
    assert results(found[name]) == expected


# -- as they could have been -----------------------------------------------------------------------
def policy(part: str, **changes: Any) -> Otherwise:
    """Another policy was in force."""

    def change(record: Policy, _: str) -> Policy:
        return replace(record, **{part: replace(getattr(record, part), **changes)})

    return Otherwise(records={Policy: change})


def record(kind: type[Any], **changes: Any) -> Otherwise:
    """Records of a kind had other values."""
    return Otherwise(records={kind: lambda found, _: found and replace(found, **changes)})


def event(kind: type[Any], **changes: Any) -> Otherwise:
    """Events of a kind had other values."""
    return Otherwise(events={kind: lambda found, _: replace(found, **changes)})


def no_clause(found: ReceivableRegistered, _: str) -> ReceivableRegistered:
    """The claim names no clause."""
    return replace(found, claim=replace(found.claim, clause=None))


def suspended(_: Suspension | None, party: str) -> Suspension:
    """Whoever is asked about is suspended."""
    return Suspension(id=party, by="pty_x", reason="77-15", evidence="", since_ms=0)


def insolvent(_: Insolvency | None, party: str) -> Insolvency:
    """Whoever is asked about is insolvent."""
    return Insolvency(
        id=party,
        court="Court",
        case="1",
        day=date(2026, 1, 5),
        evidence="",
        by="pty_x",
        declared_ms=0,
    )


def operated(box: Sandbox) -> Otherwise:
    """The supplier is the operator."""
    return record(Ledger, operator=box.party("supplier"))


def no_fees(found: Policy, _: str) -> Policy:
    """The line of the schedule allows nothing."""
    return replace(found, fees=tuple(replace(line, most_minor=0) for line in rule_story.FEES))


OTHERWISE: dict[str, Any] = {
    "term_hard_cap": policy("caps", term_months=0),
    "term_soft_cap": policy("caps", soft_term_months=0),
    "issue_clock": policy("clocks", issue_days=13),
    "acknowledgement_clock": policy("clocks", acknowledge_days=0),
    "statutory_due_date": policy("statute", large_days=1),
    "contract_clause": Otherwise(events={ReceivableRegistered: no_clause}),
    "late_interest_floor": policy("statute", late_floor_ppm=84),
    "suspension": policy("clocks", suspend_days=-1),
    "quota": record(Quota, amount=cny(1)),
    "default_clock": policy("clocks", default_days=101),
    "hop_limit": policy("caps", hops=0),
    "offer_clock": policy("clocks", transfer_days=0),
    "children_cap": policy("caps", children=1),
    "holdings_cap": policy("caps", open_holdings=1),
    "smallest_split": policy("caps", smallest_split_minor=300_01),
    "no_operator_money": operated,
    "assurance_floor": record(Programme, minimum_assurance=Assurance.BANK_ATTESTED),
    "alerts_cleared": event(FinancingAccepted, alerts=()),
    "invoice_status": policy("clocks", status_hours=1),
    "invoice_status_daily": policy("gates", invoice_status=True),
    "invoice_stands": Otherwise(),
    "lock_clock": policy("clocks", lock_days=13),
    "fee_schedule": Otherwise(records={Policy: no_fees}),
    "licence": record(Licence, ended_on=date(2026, 1, 5)),
    "screening": record(Screening, result=ScreeningResult.HIT),
    "suspended_party": Otherwise(records={Suspension: suspended}),
    "insolvent_obligor": Otherwise(records={Insolvency: insolvent}),
    "approval": Otherwise(nobody=True),
    "delegation_cap": record(Delegation, per_day=cny(399_99)),
    "obligor_key_delay": policy("clocks", obligor_key_hours=25),
    "recovery_veto": event(RecoveryOpened, from_ms=0),
}
"""For each rule what it would have flagged, had it been so."""


@pytest.fixture(scope="module")
def flagged(box: Sandbox) -> dict[str, set[Result]]:
    """What came of each rule, had things been otherwise."""
    plan = {name: item(box) if callable(item) else item for name, item in OTHERWISE.items()}
    return {name: results(found) for name, found in measured(box, plan).items()}


@pytest.mark.parametrize("name", sorted(OTHERWISE))
def test_a_rule_notices_what_must_not_be(flagged: dict[str, set[Result]], name: str) -> None:
    """A bound one below what happened, or a fact that was otherwise, is flagged."""
    assert FLAGGED in flagged[name]


@pytest.mark.parametrize(
    ("otherwise", "flagged"),
    [
        (policy("clocks", search_hours=1), [True, False, False]),
        (record(Filing, discharged_ms=0), [False, True, False]),
        (record(Filing, filed_ms=1), [False, True, False]),
        (record(Notice, arrived_ms=None), [False, False, True]),
    ],
)
def test_the_registry_is_measured_step_by_step(
    box: Sandbox, otherwise: Otherwise, flagged: list[bool]
) -> None:
    """The search two hours old, the filing after it, the notice: each is a row of its own."""
    *_, search, filing, notice = measured(box, {"registration": otherwise})["registration"]
    assert [item.result is FLAGGED for item in (search, filing, notice)] == flagged
    assert (search.value, filing.value) == ("searched 2 hours before", "zhongdeng ZD-1")


def test_a_payment_of_others_is_measured(box: Sandbox) -> None:
    """The guarantor's payment is a principal leg, and its holder's word of it is its own act."""
    guarantor = record(Ledger, operator=box.party("rival"))
    paid = measured(box, {"no_operator_money": guarantor})["no_operator_money"][-1]
    assert (paid.subject[:4], paid.result) == ("dbr_", FLAGGED)
    said = measured(box, {"suspended_party": Otherwise(records={Suspension: suspended})})
    last = said["suspended_party"][-1]
    assert (last.subject, last.result) == (box.party("supplier"), FLAGGED)


def test_no_rule_is_left_out() -> None:
    """Each rule has an example in which it flags; `registration` has four of its own."""
    assert OTHERWISE.keys() | {"registration"} == BY_ID.keys()


# -- figures by hand -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "value", "bound"),
    [
        ("acknowledgement_clock", "day 1", "day 30"),
        ("issue_clock", "day 14", "day 14"),
        ("default_clock", "100 days late", "90 days"),
        ("offer_clock", "day 1", "day 14"),
        ("lock_clock", "day 14", "day 14"),
        ("fee_schedule", "platform: 300 minor units", "400 minor units"),
        ("alerts_cleared", "1 cleared", "1 open"),
        ("invoice_status", "normal, 2 hours", "not adverse, 24 hours"),
        ("invoice_status_daily", "normal, 76 hours", "not adverse, 24 hours"),
        ("invoice_stands", "red", "normal"),
        ("approval", "2 signed", "2 needed"),
        ("delegation_cap", "40000 minor units", "100000 minor units"),
        ("obligor_key_delay", "24 hours", "24 hours"),
        ("licence", "financier until 2027-01-09", "in force on 2026-01-09"),
        ("screening", "clear on the list of 2026-01-09", "no hit"),
    ],
)
def test_figures(found: dict[str, list[Measured]], name: str, value: str, bound: str) -> None:
    """The last thing that a rule had to say, by hand.

    A tenth of a per cent of 4,000.00 is 4.00; the status was told two hours before the sale and
    four hours before the advance, and three days later the claim was paid.
    """
    *_, last = (item for item in found[name] if item.result is not SILENT)
    assert (last.value, last.bound) == (value, bound)


# -- completeness ----------------------------------------------------------------------------------
NO_BOUND = {
    "calendar",
    "certificate_roots",
    "clocks.discharge_days",
    "clocks.remind_days",
    "currencies",
    "id",
    "identifiers",
    "last_seq",
    "roll",
    "rounding",
}
"""How things are counted and written; and days of reminders, which are computed and no entry."""


class Reading:
    """A part of a policy that notes which fields are read."""

    def __init__(self, part: Any, read: set[str], at: str = "") -> None:
        self.part, self.read, self.at = part, read, at

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.part, name)
        if isinstance(value, Caps | Clocks | Statute | Gates):
            return Reading(value, self.read, f"{name}.")
        self.read.add(f"{self.at}{name}")
        return value


def paths(kind: type[Any]) -> set[str]:
    """All fields of a policy that are no parts themselves."""
    parts: dict[str, type[Struct]] = {
        "caps": Caps,
        "clocks": Clocks,
        "statute": Statute,
        "gates": Gates,
    }
    found = {item.name for item in fields(kind)} - parts.keys()
    return found | {f"{name}.{item.name}" for name, part in parts.items() for item in fields(part)}


def test_every_bound_of_the_policy_is_read_by_a_rule(box: Sandbox) -> None:
    """A new cap, clock, gate or line without a rule fails here; what rules name they do read."""
    named = {path for rule in RULES for path in rule.reads}
    assert named == paths(Policy) - NO_BOUND
    read: dict[str, set[str]] = {name: set() for name in BY_ID}
    measured(box, {name: Otherwise(records={Policy: reading(read[name])}) for name in BY_ID})
    assert {name: fields - NO_BOUND for name, fields in read.items()} == {
        rule.id: set(rule.reads) for rule in RULES
    }


def reading(read: set[str]) -> Any:
    """Notes what is read of a policy."""
    return lambda policy, _: Reading(policy, read)
