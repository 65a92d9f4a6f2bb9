"""Fees: only under the schedule, within it, to its bearer, and once."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from api.visibility import concerns
from ledger import canonical
from ledger.fees import commands as f
from ledger.fees.decide import decide, stake
from ledger.fees.invariants import INVARIANTS
from ledger.fees.schedule import allowed
from ledger.fees.state import Fee, FeeState
from ledger.model.codec import WireForm, field_classes, read, write
from ledger.money import Money
from ledger.policy.commands import FeeLine
from ledger.policy.events import PolicyAdopted
from ledger.policy.state import policy_of
from ledger.recourse.commands import RecourseGround
from tests.ledger.recourse.staging import claim, receipt, sold
from tests.support.market import Market
from tests.support.world import ROLES, cny, digest, party, policy, refusal


def _line(code: str, bearer: str, ppm: int = 10_000, most_minor: int = 1_000_00) -> FeeLine:
    return FeeLine(code=code, bearer=bearer, currency="CNY", ppm=ppm, most_minor=most_minor)


SCHEDULE = (
    _line("platform", "holder"),
    _line("rich", "obligor", ppm=1_000_000, most_minor=5_00),
    _line("service", "financier"),
)
EXCEEDED = "fee_exceeds_schedule"
BREACH, WHY = RecourseGround.BREACH, digest("breach")
CHARGE = f.ChargeFee(line="platform", base="hld_" + "a" * 26, amount=cny(1_00))


def market() -> Market:
    """A market under a schedule: one per cent of the holder, or of the financier, and so on."""
    found = Market()
    found.book.apply((PolicyAdopted(policy=replace(policy(), fees=SCHEDULE)),))
    return found


def ask(found: Market, name: str, command: f.Command) -> None:
    """`name` gives a command about fees; it is applied as one entry."""
    found.book.apply(decide(found.book, command, found.signer(name), found.at_ms))


def charge(found: Market, by: str, line: str, base: str, minor: int) -> Fee:
    """A fee that is charged."""
    known = {fee.id for fee in found.book.all(Fee)}
    ask(found, by, f.ChargeFee(line=line, base=base, amount=cny(minor)))
    (fresh,) = (fee for fee in found.book.all(Fee) if fee.id not in known)
    return fresh


def refused(found: Market, by: str, line: str, base: str, minor: int) -> str:
    """With which refusal a fee is not charged."""
    return refusal(lambda: charge(found, by, line, base, minor))


@pytest.mark.parametrize("command", [CHARGE, f.WaiveFee(fee="fee_" + "a" * 26)])
def test_the_amount_alone_is_sealed(command: f.Command) -> None:
    """Every command survives the wire; what is charged, and on what, is open but for how much."""
    sealed = {"amount": "confidential"} if isinstance(command, f.ChargeFee) else {}
    assert field_classes(type(command)) == sealed
    disclosures: dict[str, tuple[str, Any]] = {}

    def sealer(name: str, value: Any) -> str:
        disclosures[digest(name)] = (name, value)
        return digest(name)

    digits = {"CNY": 2}.get
    tree = canonical.decode(canonical.encode(write(command, WireForm(digits, {}, sealer))))
    assert read(type(command), tree, WireForm(digits, disclosures), "/body") == command


def test_a_fee_is_charged_up_to_the_line_and_once() -> None:
    """One per cent of 100.00 is 1.00: in parts too, and not a unit more."""
    found = market()
    holding = found.held(100_00)
    first = charge(found, "operator", "platform", holding.id, 60)
    assert (first.bearer, first.charged_by) == (party("supplier"), party("operator"))
    assert (first.amount, first.allowed) == (cny(60), cny(1_00))
    assert refused(found, "operator", "platform", holding.id, 41) == "fee_exceeds_schedule"
    charge(found, "operator", "platform", holding.id, 40)
    assert refused(found, "operator", "platform", holding.id, 1) == "fee_exceeds_schedule"


def test_a_waived_fee_is_not_owed_and_may_be_charged_anew() -> None:
    """By whoever charged it, once."""
    found = market()
    fee = charge(found, "operator", "platform", found.held(100_00).id, 1_00)
    waive = f.WaiveFee(fee=fee.id)
    assert refusal(ask, found, "supplier", waive) == "act_belongs_to_another_party"
    ask(found, "operator", waive)
    assert found.get(Fee, fee.id).state is FeeState.WAIVED
    assert refusal(ask, found, "operator", waive) == "fee_is_waived"
    assert refusal(ask, found, "operator", f.WaiveFee(fee="fee_none")) == "record_not_found"
    charge(found, "operator", "platform", fee.base, 1_00)


def test_a_split_lets_nothing_be_charged_twice() -> None:
    """What was charged on a holding counts for what it became."""
    found = market()
    holding = found.held(100_00)
    charge(found, "operator", "platform", holding.id, 50)
    large, small = found.split("supplier", holding, 60_00, 40_00)
    assert refused(found, "operator", "platform", large.id, 11) == "fee_exceeds_schedule"
    charge(found, "operator", "platform", large.id, 10)
    assert refused(found, "operator", "platform", small.id, 1) == "fee_exceeds_schedule"
    assert refused(found, "operator", "platform", holding.id, 1) == "holding_is_closed"


def test_a_holding_and_its_financing_are_charged_as_one() -> None:
    """What was charged on either counts on the other, and on the parts of the holding."""
    found = market()
    first, second = found.active(), found.active()
    charge(found, "financier", "platform", first.id, first.face.minor // 100)
    assert refused(found, "operator", "platform", first.holding, 1) == "fee_exceeds_schedule"
    charge(found, "operator", "platform", second.holding, second.face.minor // 100 - 1)
    assert refused(found, "financier", "platform", second.id, 2) == "fee_exceeds_schedule"
    charge(found, "financier", "platform", second.id, 1)
    assert refused(found, "operator", "platform", second.id, 1) == "fee_exceeds_schedule"
    assert [said for rule in INVARIANTS for said in rule(found.book)] == []


def test_what_was_financed_bought_back_and_split_is_charged_once() -> None:
    """A fee on the ended financing counts on the parts, and those on the parts count on it."""
    for charged_first in ("financing", "parts"):
        found = market()
        financing = sold(found)
        recourse = claim(found, found.holding_of(financing), 98_86, ground=BREACH, evidence=WHY)
        found.do("financier", receipt(found, recourse, 98_86))
        large, small = found.split("supplier", found.holding_of(financing), 60_00, 40_00)
        if charged_first == "parts":
            charge(found, "operator", "platform", large.id, 60)
            charge(found, "operator", "platform", small.id, 40)
            assert refused(found, "operator", "platform", financing.id, 1) == EXCEEDED
        else:
            charge(found, "operator", "platform", financing.id, 1_00)
            assert refused(found, "operator", "platform", large.id, 1) == EXCEEDED
        assert [said for rule in INVARIANTS for said in rule(found.book)] == []


def test_the_cap_of_a_line_binds_where_its_rate_does_not() -> None:
    """The whole amount by rate, five by the cap; the obligor bears it."""
    found = market()
    holding = found.held(100_00)
    assert refused(found, "operator", "rich", holding.id, 5_01) == "fee_exceeds_schedule"
    assert charge(found, "operator", "rich", holding.id, 5_00).bearer == party("core")


def test_only_lines_of_the_schedule_in_their_currency_to_another_party() -> None:
    """No such line, another currency, nobody to bear it, or the charger itself: not on it."""
    found = market()
    holding, active = found.held(100_00), found.active()
    for line in ("convenience", "service"):
        assert refused(found, "operator", line, holding.id, 1) == "fee_not_on_schedule"
    assert refused(found, "financier", "service", active.id, 1) == "fee_not_on_schedule"
    assert charge(found, "operator", "service", active.id, 1).bearer == party("financier")
    wrong = f.ChargeFee(line="platform", base=holding.id, amount=Money(1, "USD"))
    assert refusal(ask, found, "operator", wrong) == "currency_mismatch"
    assert refused(found, "operator", "platform", "hld_none", 1) == "record_not_found"


def test_a_financier_charges_on_its_own_financings_alone() -> None:
    """Not on another's, not on a holding; nor does anybody else but the operator."""
    found = market()
    active, holding = found.active(), found.held(100_00)
    assert charge(found, "financier", "platform", active.id, 1).bearer == party("supplier")
    for by, base in (("rival", active.id), ("financier", holding.id), ("supplier", holding.id)):
        assert refused(found, by, "platform", base, 1) == "act_belongs_to_another_party"


def test_nothing_is_charged_on_a_financing_that_came_to_nothing() -> None:
    """Also when its lock is over and nobody has said so."""
    found = market()
    accepted = found.accepted()
    charge(found, "financier", "platform", accepted.id, 1)
    found.at_ms = accepted.lock_lapses_ms or 0
    assert refused(found, "financier", "platform", accepted.id, 1) == "financing_is_closed"


def test_the_stake_of_a_fee_is_its_amount() -> None:
    """Charged or waived; None for a fee that is not there."""
    found = market()
    fee = charge(found, "operator", "platform", found.held(100_00).id, 1_00)
    commands = (CHARGE, f.WaiveFee(fee=fee.id), f.WaiveFee(fee="fee_none"))
    assert [stake(found.book, command) for command in commands] == [cny(1_00), cny(1_00), None]


def test_a_fee_is_shown_to_its_two_sides() -> None:
    """To whoever charged it and whoever bears it."""
    found = market()
    fee = charge(found, "operator", "platform", found.held(100_00).id, 1_00)
    seen = [name for name in ROLES if concerns(fee, found.book, party(name))]
    assert seen == ["operator", "supplier"]


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ("invariant_13_fees_have_two_sides", {"bearer": party("operator")}),
        ("invariant_21_fees", {"amount": cny(1_01)}),
    ],
)
def test_each_invariant_finds_its_fault(check: str, fault: dict[str, Any]) -> None:
    """Sound records are found sound; a fee that is off is named."""
    found = market()
    fee = charge(found, "operator", "platform", found.held(100_00).id, 1_00)
    assert [said for rule in INVARIANTS for said in rule(found.book)] == []
    found.book.records[Fee, fee.id] = replace(fee, **fault)
    assert [rule.__name__ for rule in INVARIANTS if rule(found.book)] == [check]


@given(st.integers(1, 10**12), st.integers(0, 1_000_000), st.integers(0, 10**9))
def test_what_a_line_allows_is_within_its_rate_and_cap(minor: int, ppm: int, most: int) -> None:
    """Never above the cap nor the base; within half a unit of the rate otherwise."""
    found = Market()
    base = replace(found.held(1_00), amount=cny(minor))
    bound = allowed(_line("any", "holder", ppm, most), base, policy_of(found.book)).minor
    assert 0 <= bound <= min(most, minor)
    assert bound == most or abs(bound * 1_000_000 - minor * ppm) <= 500_000
