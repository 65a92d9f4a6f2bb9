"""Conduct: suspension, licences, screening, insolvency, and what each keeps from beginning."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.defaults import default_calendar, default_policy
from ledger.book import Book
from ledger.burdens import commands as b
from ledger.burdens.events import EncumbranceProposed
from ledger.burdens.records import Encumbrance
from ledger.conduct import commands as c
from ledger.conduct.gates import BEGINS, GIVES_UP, LICENSED, OWES, insolvency_of, suspension_of
from ledger.conduct.records import Insolvency, Licence, Screening, Suspension
from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.financing.records import Offer, Programme
from ledger.parties.commands import AssignRoles, Role
from ledger.policy.commands import Gates
from ledger.receivables.commands import RejectReason, RejectReceivable
from ledger.receivables.invariants import invariant_23_nothing_new_is_owed
from ledger.receivables.records import Holding
from ledger.vocabulary import COMMANDS
from tests.support.sandbox import DAY, Sandbox, digest, open_sandbox

Result = c.ScreeningResult


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with everybody on it."""
    with open_sandbox(tmp_path) as opened:
        yield opened


def suspend(box: Sandbox, name: str) -> c.SuspendParty:
    """The command that suspends a party."""
    return c.SuspendParty(party=box.party(name), reason="77-15", evidence=digest("list"))


def reinstate(box: Sandbox, name: str) -> c.ReinstateParty:
    """The command that reinstates it."""
    return c.ReinstateParty(party=box.party(name), reason="paid", evidence=digest("receipt"))


def insolvent(box: Sandbox, name: str, **changes: Any) -> c.DeclareInsolvency:
    """The command that declares it insolvent as of today."""
    command = c.DeclareInsolvency(
        party=box.party(name),
        court="Intermediate Court",
        case="(2026) 破 1",
        day=box.today,
        evidence=digest("notice"),
    )
    return replace(command, **changes)


def licence(box: Sandbox, name: str = "financier", **changes: Any) -> c.RecordLicence:
    """The command that records a financier's licence for ten days."""
    command = c.RecordLicence(
        party=box.party(name),
        role=Role.FINANCIER,
        number="L-1",
        authority="Authority",
        valid_from=box.today,
        valid_until=box.today + timedelta(days=9),
        evidence=digest("licence"),
    )
    return replace(command, **changes)


def screen(box: Sandbox, name: str, result: Result, **changes: Any) -> c.ScreenParty:
    """The command that says what today's list has of a party."""
    command = c.ScreenParty(
        party=box.party(name),
        provider="lists",
        list_date=box.today,
        result=result,
        report=digest("report"),
    )
    return replace(command, **changes)


def gates(box: Sandbox, **shut: Any) -> None:
    """The default policy with these gates shut."""
    calendar = default_calendar()
    policy = replace(default_policy(calendar), gates=Gates(**shut))
    draft = box.desk("operator").draft(policy, documents=[calendar])
    box.service.submit(draft.signed(box.keys["operator"]))


def refusal(act: Any, *what: Any, **how: Any) -> tuple[str, str]:
    """Code and place with which an act is refused."""
    with pytest.raises(Refused) as caught:
        act(*what, **how)
    return caught.value.code.value, caught.value.place


SUSPENDED = "party_is_suspended"


# -- suspension ------------------------------------------------------------------------------------
def test_a_suspended_obligor_gains_no_new_debt(box: Sandbox) -> None:
    """Neither by its own word nor by a creditor's that signs for what it proposed before."""
    registered, proposed = box.register(), box.issue()
    box.do("operator", suspend(box, "core"))
    assert refusal(box.acknowledge, registered) == (SUSPENDED, "")
    assert refusal(box.issue) == (SUSPENDED, "")
    assert refusal(box.sign_for, proposed) == (SUSPENDED, "/body/receivable")
    assert invariant_23_nothing_new_is_owed(box) == []
    box.do("operator", reinstate(box, "core"))
    box.acknowledge(registered)
    box.sign_for(proposed)


def test_what_is_owed_goes_on(box: Sandbox) -> None:
    """A suspended obligor pays, says no, and its creditors split, transfer and are paid."""
    holding, waiting = box.held(100_00), box.register()
    box.do("operator", suspend(box, "core"))
    box.do("core", RejectReceivable(receivable=waiting.id, reason=RejectReason.OTHER))
    kept, passed = box.split("supplier", holding, 40_00, 60_00)
    box.transfer("supplier", passed, "second")
    box.pay(kept, by="supplier")


def test_a_suspended_supplier_passes_nothing_on(box: Sandbox) -> None:
    """It registers, transfers and sells nothing; what it offered before is not accepted now."""
    holding, other = box.held(100_00), box.held(50_00)
    pending = box.propose("supplier", holding, "second")
    offer = box.offer(box.programme())
    box.do("operator", suspend(box, "supplier"))
    assert refusal(box.accept, "second", pending) == (SUSPENDED, "/body/transfer")
    assert refusal(box.propose, "supplier", other, "second") == (SUSPENDED, "")
    assert refusal(box.register) == (SUSPENDED, "")
    assert refusal(box.account, "supplier") == (SUSPENDED, "")
    sell = f.RequestFinancing(holding=other.id, latest=box.today + timedelta(days=9))
    assert refusal(box.do, "supplier", sell) == (SUSPENDED, "")
    assert offer.is_live(box.clock.ms)


def test_a_suspended_financier_buys_nothing_more_and_pays_what_it_bought(box: Sandbox) -> None:
    """No programmes, no offers, no acceptance of its offers; a contract it has is performed."""
    offer = box.offer(box.programme())
    bought = box.sell("supplier", box.held(100_00), offer)
    holding = box.held(50_00)
    box.do("regulator", suspend(box, "financier"))
    assert refusal(box.programme) == (SUSPENDED, "")
    assert refusal(box.offer, _of(box, offer)) == (SUSPENDED, "")
    assert refusal(box.sell, "supplier", holding, offer) == (SUSPENDED, "/body/offer")
    assert box.advance(bought).active_ms is not None


def _of(box: Sandbox, offer: Offer) -> Programme:
    return box.get(Programme, offer.programme)


def pledge(box: Sandbox, holding: Holding, by: str = "supplier") -> Encumbrance:
    """A pledge of a holding that is offered to the financier."""
    command = b.ProposeEncumbrance(
        holding=holding.id,
        secured_party=box.party("financier"),
        kind=b.EncumbranceKind.PLEDGE,
        agreement=digest("loan"),
        lapses_ms=box.clock.ms + DAY,
        amount=holding.amount,
    )
    proposed = box.do(by, command).events[-1]
    assert isinstance(proposed, EncumbranceProposed)
    return box.get(Encumbrance, proposed.encumbrance)


def secure(box: Sandbox, item: Encumbrance) -> None:
    """The financier takes the security."""
    command = b.AcceptEncumbrance(encumbrance=item.id, accepts=item.proposal)
    box.do("financier", command, item, box.get(Holding, item.holding))


def test_a_suspended_party_gives_and_takes_no_security(box: Sandbox) -> None:
    """Neither side begins any, and what was offered before is not accepted now; it is released."""
    holding, other = box.held(100_00), box.held(50_00)
    lying, offered = pledge(box, holding), pledge(box, other)
    secure(box, lying)
    box.do("operator", suspend(box, "supplier"))
    assert refusal(pledge, box, other) == (SUSPENDED, "")
    assert refusal(secure, box, offered) == (SUSPENDED, "/body/encumbrance")
    box.do("operator", reinstate(box, "supplier"))
    box.do("operator", suspend(box, "financier"))
    assert refusal(secure, box, offered) == (SUSPENDED, "")
    box.do("financier", b.ReleaseEncumbrance(encumbrance=lying.id))
    assert box.now(holding).burdens == ()


def test_an_order_outlives_the_role_of_who_gave_it(box: Sandbox) -> None:
    """The operator takes a regulator's role away, and still ends nothing that it ordered."""
    box.enrol("old", (Role.REGULATOR,))
    box.do("old", suspend(box, "core"))
    box.do("old", insolvent(box, "core"))
    box.do("operator", AssignRoles(party=box.party("old"), roles=()))
    end = c.EndInsolvency(party=box.party("core"), evidence=digest("decision"))
    for command in (reinstate(box, "core"), end):
        assert refusal(box.do, "operator", command) == ("role_missing", "")
        box.do("regulator", command)


def test_who_suspends_and_who_reinstates(box: Sandbox) -> None:
    """Operator or regulator; what a regulator suspended no operator reinstates."""
    assert refusal(box.do, "core", suspend(box, "supplier")) == ("role_missing", "")
    nobody = replace(suspend(box, "core"), party="pty_" + "a" * 26)
    assert refusal(box.do, "operator", nobody) == ("record_not_found", "/body/party")
    not_held = ("party_is_not_suspended", "/body/party")
    assert refusal(box.do, "operator", reinstate(box, "core")) == not_held
    box.do("regulator", suspend(box, "core"))
    again = (SUSPENDED, "/body/party")
    assert refusal(box.do, "operator", suspend(box, "core")) == again
    assert refusal(box.do, "core", reinstate(box, "core")) == ("role_missing", "")
    assert refusal(box.do, "operator", reinstate(box, "core")) == ("role_missing", "")
    box.do("regulator", reinstate(box, "core"))
    record = box.get(Suspension, box.party("core"))
    assert (record.since_ms, record.until_ms) == (box.clock.ms, box.clock.ms)
    assert suspension_of(Book(box.store.records), record.id) is None


def test_the_tables_name_acts_that_exist() -> None:
    """A slip of the pen in a table of kinds would open a gate."""
    kinds = {kind for kind, _ in COMMANDS}
    assert kinds >= BEGINS | GIVES_UP | OWES | LICENSED.keys()
    assert OWES <= BEGINS


# -- licences --------------------------------------------------------------------------------------
UNLICENSED = "licence_not_in_force"


def test_a_financier_acts_under_a_licence_where_the_policy_asks(box: Sandbox) -> None:
    """Judged at the instant: it expires by its date alone, and both its days count."""
    offer = box.offer(box.programme())
    holding, bought = box.held(50_00), box.sell("supplier", box.held(100_00), offer)
    gates(box, licences=("financier",))
    assert refusal(box.programme) == (UNLICENSED, "")
    assert refusal(box.offer, _of(box, offer)) == (UNLICENSED, "")
    assert refusal(box.sell, "supplier", holding, offer) == (UNLICENSED, "/body/offer")
    assert refusal(box.advance, bought) == (UNLICENSED, "")
    box.do("operator", licence(box))
    box.advance(bought)
    box.clock.advance(ms=9 * DAY + 14 * 3_600_000 - 1)
    box.programme()
    box.clock.advance(ms=1)
    assert refusal(box.programme) == (UNLICENSED, "")


def test_a_licence_that_is_to_come_or_was_ended_does_not_hold(box: Sandbox) -> None:
    """From its first day on, and until the day on which its end is on record."""
    gates(box, licences=("financier",))
    tomorrow = box.today + timedelta(days=1)
    box.do("operator", licence(box, valid_from=tomorrow))
    assert refusal(box.programme) == (UNLICENSED, "")
    box.clock.advance(days=1)
    box.programme()
    (record,) = box.all(Licence)
    ended = c.EndLicence(licence=record.id, reason="withdrawn")
    assert refusal(box.do, "financier", ended) == ("role_missing", "")
    box.do("regulator", ended)
    assert refusal(box.programme) == (UNLICENSED, "")
    assert refusal(box.do, "regulator", ended) == (UNLICENSED, "/body/licence")


def test_nobody_licenses_itself(box: Sandbox) -> None:
    """The operator's licence is recorded by a regulator; without one it takes nobody in."""
    gates(box, licences=("operator",))
    assert refusal(box.enrol, "late", (Role.SUPPLIER,)) == (UNLICENSED, "")
    own = licence(box, "operator", role=Role.OPERATOR)
    assert refusal(box.do, "operator", own) == ("role_missing", "/body/party")
    box.do("regulator", own)
    box.enrol("late", (Role.SUPPLIER,))


def test_what_a_regulator_recorded_a_regulator_ends(box: Sandbox) -> None:
    """The operator ends no licence by a regulator's word."""
    box.do("regulator", licence(box))
    ended = c.EndLicence(licence=box.all(Licence)[0].id, reason="withdrawn")
    assert refusal(box.do, "operator", ended) == ("role_missing", "")
    box.do("regulator", ended)


def test_refusals_of_a_licence_in_their_order(box: Sandbox) -> None:
    """Who, whom, in which role, when."""
    assert refusal(box.do, "bank", licence(box)) == ("role_missing", "")
    nobody = licence(box, party="pty_" + "a" * 26)
    assert refusal(box.do, "operator", nobody) == ("record_not_found", "/body/party")
    other = licence(box, "supplier")
    assert refusal(box.do, "operator", other) == ("party_lacks_role", "/body/role")
    ended = licence(box, valid_until=box.today - timedelta(days=1))
    assert refusal(box.do, "operator", ended) == ("dates_not_in_order", "/body/valid_until")


# -- screening -------------------------------------------------------------------------------------
def test_both_sides_of_a_contract_are_screened_where_the_policy_asks(box: Sandbox) -> None:
    """Debts, transfers, sales and security; a hit stops what its absence allowed."""
    registered, proposed = box.register(), box.issue()
    holding, sold = box.held(100_00), box.held(50_00)
    pending = box.propose("supplier", holding, "second")
    offer = box.offer(box.programme())
    secured = pledge(box, box.held(30_00))
    gates(box, screening=True)
    contracts = (
        lambda: box.acknowledge(registered),
        lambda: box.sign_for(proposed),
        lambda: box.accept("second", pending),
        lambda: box.sell("supplier", sold, offer),
        lambda: secure(box, secured),
    )
    for contract in contracts:
        assert refusal(contract) == ("screening_missing", "")
    box.do("operator", screen(box, "supplier", Result.CLEAR))
    for contract in contracts:
        assert refusal(contract) == ("screening_missing", "")
    for name in ("core", "second", "financier"):
        box.do("operator", screen(box, name, Result.HIT))
    for contract in contracts:
        assert refusal(contract) == ("screening_hit", "")
    for name in ("core", "second", "financier"):
        box.do("operator", screen(box, name, Result.CLEAR))
    for contract in contracts:
        contract()


def test_the_newest_screening_counts(box: Sandbox) -> None:
    """One is current per party; only the operator records one, of a list that is out."""
    assert refusal(box.do, "regulator", screen(box, "core", Result.CLEAR)) == ("role_missing", "")
    later = screen(box, "core", Result.CLEAR, list_date=box.today + timedelta(days=1))
    assert refusal(box.do, "operator", later) == ("dates_not_in_order", "/body/list_date")
    for result in (Result.CLEAR, Result.HIT):
        box.do("operator", screen(box, "core", result))
        (newest,) = (item for item in box.all(Screening) if item.current)
        assert newest.result is result
    assert len(box.all(Screening)) == 2


# -- insolvency ------------------------------------------------------------------------------------
def test_an_insolvent_obligor_gains_no_new_debt(box: Sandbox) -> None:
    """It says so itself, or operator or regulator on evidence; its debts can still be paid."""
    holding, registered, proposed = box.held(100_00), box.register(), box.issue()
    box.do("core", insolvent(box, "core"))
    code = "party_is_insolvent"
    assert refusal(box.acknowledge, registered) == (code, "")
    assert refusal(box.issue) == (code, "")
    assert refusal(box.sign_for, proposed) == (code, "/body/receivable")
    box.transfer("supplier", holding, "second")
    box.pay(holding, by="second")
    assert refusal(box.do, "regulator", insolvent(box, "core")) == (code, "/body/party")


def test_the_day_of_insolvency_is_for_others_to_read(box: Sandbox) -> None:
    """From its record: in force until its end, whatever time passes."""
    book = Book(box.store.records)
    core = box.party("core")
    assert insolvency_of(book, core, box.clock.ms) is None
    day = box.today - timedelta(days=3)
    box.do("operator", insolvent(box, "core", day=day))
    found = insolvency_of(Book(box.store.records), core, box.clock.ms + 400 * DAY)
    assert found is not None
    assert found.day == day
    box.do("operator", c.EndInsolvency(party=core, evidence=digest("decision")))
    assert insolvency_of(Book(box.store.records), core, box.clock.ms) is None
    assert box.get(Insolvency, core).ended_on == box.today
    box.acknowledge(box.register())


def test_refusals_of_an_insolvency_in_their_order(box: Sandbox) -> None:
    """Who, whom, when, once; and what a regulator declared a regulator ends."""
    assert refusal(box.do, "supplier", insolvent(box, "core")) == ("role_missing", "")
    nobody = insolvent(box, "core", party="pty_" + "a" * 26)
    assert refusal(box.do, "operator", nobody) == ("record_not_found", "/body/party")
    later = insolvent(box, "core", day=box.today + timedelta(days=1))
    assert refusal(box.do, "operator", later) == ("dates_not_in_order", "/body/day")
    end = c.EndInsolvency(party=box.party("core"), evidence=digest("decision"))
    assert refusal(box.do, "core", end) == ("role_missing", "")
    assert refusal(box.do, "operator", end) == ("party_is_not_insolvent", "/body/party")
    box.do("regulator", insolvent(box, "core"))
    assert refusal(box.do, "operator", end) == ("role_missing", "")
    box.do("regulator", end)


# -- all together ----------------------------------------------------------------------------------
def test_the_gates_stand_in_one_order(box: Sandbox) -> None:
    """Suspended before insolvent, and either before what the module itself would say."""
    absurd = replace(box.registration(1), obligor="pty_" + "a" * 26)
    box.do("core", insolvent(box, "core"))
    box.do("operator", suspend(box, "core"))
    assert refusal(box.issue) == (SUSPENDED, "")
    box.do("operator", suspend(box, "supplier"))
    assert refusal(box.do, "supplier", absurd) == (SUSPENDED, "")
