"""Acknowledge, sign for, and the ways in which the word is not given."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from ledger.money import Money
from ledger.receivables import commands as c
from ledger.receivables.acts import lapse
from ledger.receivables.claim import Use
from ledger.receivables.decide import decide, stake
from ledger.receivables.records import Holding, HoldingState, Receivable, ReceivableState
from tests.support.actors import open_stage
from tests.support.acts import ACTS
from tests.support.founding import found
from tests.support.world import DAY, TERMS, World, cny, digest, line, party, refusal

PROTECTED = c.Sizes(creditor=c.Size.SMALL, obligor=c.Size.LARGE)
AGENT = replace(TERMS, pay_to=c.PayTo.PAYING_AGENT)


def acknowledge(receivable: Receivable, amount: int = 100_00) -> c.Acknowledge:
    """The command that acknowledges."""
    return c.Acknowledge(
        receivable=receivable.id,
        accepts=receivable.proposal,
        amount=cny(amount),
        due=receivable.due,
        terms=TERMS,
    )


def test_acknowledgement_opens_the_creditors_holding() -> None:
    """Exactly what is acknowledged is held, by the creditor, with the obligor's terms on record."""
    world = World()
    terms = replace(AGENT, paying_agent=party("bank"), waiver_of_defences=False)
    registered = world.register()
    holding = world.acknowledge(registered, terms=terms)
    receivable = world.receivable(registered.id)
    assert receivable.state is ReceivableState.ACKNOWLEDGED
    assert receivable.acknowledged == receivable.outstanding == holding.outstanding == cny(100_00)
    assert receivable.open_holdings == 1
    assert receivable.acknowledged_ms == world.at_ms
    assert (receivable.waiver_of_defences, receivable.consent_to_split) == (False, True)
    assert (receivable.pay_to, receivable.paying_agent) == (AGENT.pay_to, party("bank"))
    assert holding.state is HoldingState.HELD
    assert (holding.holder, holding.chain, holding.hops) == (
        party("supplier"),
        (party("supplier"),),
        0,
    )
    assert (holding.parent, holding.due) == (None, registered.due)


def test_a_partial_acknowledgement_fills_invoices_in_their_order_and_frees_the_rest() -> None:
    """What the obligor does not owe of an invoice can be used again, and only that."""
    world = World()
    registered = world.register(line("A", 60_00), line("B", 40_00), line("C", 20_00))
    world.acknowledge(registered, 70_00)
    assert world.receivable(registered.id).uses == (
        Use(invoice=world.invoice("A").id, amount=cny(60_00)),
        Use(invoice=world.invoice("B").id, amount=cny(10_00)),
    )
    used = [world.invoice(number).used for number in "ABC"]
    assert used == [cny(60_00), cny(10_00), cny(0)]
    world.register(line("B", 30_00, gross=cny(40_00)), line("C", 20_00))


@pytest.mark.parametrize("place", range(10))
def test_refusals_of_acknowledge_come_in_their_order(place: int) -> None:
    """With several things wrong the first of the order is named."""
    world = World()
    registered = world.register()
    command = acknowledge(registered)
    by, expects = "core", [registered.id]
    faults = [
        "record_not_found",
        "act_belongs_to_another_party",
        "receivable_is_closed",
        "expect_missing",
        "accepted_digest_differs",
        "amount_exceeds_face",
        "due_date_differs",
        "paying_agent_does_not_fit",
        "party_unknown",
        "party_lacks_role",
    ]
    present = faults[place:]
    if "receivable_is_closed" in present:
        world.do("supplier", c.WithdrawReceivable(receivable=registered.id))
    if "record_not_found" in present:
        command = replace(command, receivable="rcv_none")
    if "act_belongs_to_another_party" in present:
        by = "other_core"
    if "expect_missing" in present:
        expects = []
    if "accepted_digest_differs" in present:
        command = replace(command, accepts=digest("another"))
    if "amount_exceeds_face" in present:
        command = replace(command, amount=cny(100_01))
    if "due_date_differs" in present:
        command = replace(command, due=date(2026, 5, 1))
    command = replace(command, terms=_terms(present[0]))
    assert refusal(world.do, by, command, *expects) == faults[place]


def _terms(first: str) -> c.Terms:
    agents = {"party_unknown": party("nobody"), "party_lacks_role": party("supplier")}
    return replace(AGENT, paying_agent=agents.get(first))


def test_an_obligor_without_its_role_acknowledges_nothing_new() -> None:
    """A suspended obligor gains no debt; it may still reject."""
    world = World()
    registered = world.register()
    signer = replace(world.signer("core", registered.id), roles=frozenset())
    assert (
        refusal(decide, world.book, acknowledge(registered), signer, world.at_ms) == "role_missing"
    )
    rejected = c.RejectReceivable(receivable=registered.id, reason=c.RejectReason.OTHER)
    assert len(decide(world.book, rejected, signer, world.at_ms)) == 1


def test_an_acknowledgement_is_in_the_currency_of_the_receivable() -> None:
    """No amount of another currency is compared or taken."""
    world = World()
    registered = world.register()
    command = replace(acknowledge(registered), amount=Money(1, "USD"))
    assert refusal(world.do, "core", command, registered.id) == "currency_mismatch"


def test_an_acknowledgement_is_irrevocable() -> None:
    """Nothing that comes before an acknowledgement can come after it."""
    world = World()
    registered = world.register()
    world.acknowledge(registered)
    for by, command in (
        ("core", acknowledge(registered)),
        ("core", c.RejectReceivable(receivable=registered.id, reason=c.RejectReason.OTHER)),
        ("supplier", c.WithdrawReceivable(receivable=registered.id)),
        ("supplier", c.RequestAcknowledgement(receivable=registered.id)),
    ):
        assert refusal(world.do, by, command, registered.id) == "receivable_is_acknowledged"


def test_no_kind_of_command_takes_an_acknowledgement_back(tmp_path: Path) -> None:
    """Every plausible act of every kind is tried: what is acknowledged stays so, and as large.

    Payment, cancellation by all and the like end a debt; none makes it never acknowledged.
    """
    with open_stage(tmp_path, 7) as stage:
        found(stage)
        fixed: dict[str, tuple[Money, int | None]] = {}
        for kind in sorted(ACTS) * 3:
            ACTS[kind](stage)
            for item in stage.all(Receivable):
                if item.acknowledged_ms is not None:
                    now = (item.acknowledged, item.acknowledged_ms)
                    assert fixed.setdefault(item.id, now) == now, kind
                    assert item.state not in BEFORE_AND_BESIDE, kind
        assert len(fixed) > 3


BEFORE_AND_BESIDE = (
    ReceivableState.REGISTERED,
    ReceivableState.PROPOSED,
    ReceivableState.REJECTED,
    ReceivableState.WITHDRAWN,
    ReceivableState.LAPSED,
)


def test_silence_never_acknowledges() -> None:
    """Neither the request nor any time that passes after it binds the obligor, who may refuse."""
    world = World()
    registered = world.register(sizes=PROTECTED)
    world.do("supplier", c.RequestAcknowledgement(receivable=registered.id))
    before = world.receivable(registered.id)
    world.at_ms += 400 * DAY
    assert world.receivable(registered.id) == before
    assert before.state is ReceivableState.REGISTERED
    assert not world.book.all(Holding)
    assert refusal(lapse, world.book, registered.id, world.at_ms) == "nothing_to_lapse"
    world.do("core", c.RejectReceivable(receivable=registered.id, reason=c.RejectReason.OTHER))


@pytest.mark.parametrize(
    ("creditor", "obligor", "answer_by"),
    [
        ("small", "large", date(2026, 2, 4)),
        ("micro", "public", date(2026, 2, 4)),
        ("medium", "large", date(2026, 2, 4)),
        ("large", "large", None),
        ("small", "medium", None),
        ("public", "large", None),
        (None, None, None),
    ],
)
def test_the_clock_of_a_request_runs_for_the_protected_alone(
    creditor: str | None, obligor: str | None, answer_by: date | None
) -> None:
    """Thirty civil days after the day of the request, for a small creditor of a large obligor."""
    world = World()
    sizes = c.Sizes(creditor=c.Size(creditor), obligor=c.Size(obligor)) if creditor else None
    registered = world.register(sizes=sizes, clause="clause 7")
    world.do("supplier", c.RequestAcknowledgement(receivable=registered.id))
    assert world.receivable(registered.id).answer_by == answer_by


def test_signing_for_an_issue_makes_it_owed_in_full() -> None:
    """The creditor holds all of it on the terms that the obligor offered."""
    world = World()
    terms = replace(AGENT, paying_agent=party("bank"), consent_to_split=False)
    proposed = world.issue(line("A", 60_00), line("B", 40_00), terms=terms)
    command = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    opened = world.do("supplier", command, proposed.id)[-1]
    receivable = world.receivable(proposed.id)
    assert receivable.state is ReceivableState.ACKNOWLEDGED
    assert (receivable.acknowledged, receivable.uses) == (proposed.face, proposed.uses)
    assert (receivable.paying_agent, receivable.consent_to_split) == (party("bank"), False)
    assert receivable.lapses_ms is None
    assert world.holding(opened.holding).holder == party("supplier")
    assert world.invoice("A").proposals == ()
    assert world.invoice("A").used == cny(60_00)


def test_refusals_of_sign_for_come_in_their_order() -> None:
    """Record, party, time, expect, digest."""
    world = World()
    proposed = world.issue()
    good = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    wrong = replace(good, accepts=digest("another"))
    none = replace(wrong, receivable="rcv_none")
    assert refusal(world.do, "core", none) == "record_not_found"
    assert refusal(world.do, "core", wrong) == "act_belongs_to_another_party"
    assert refusal(world.do, "supplier", wrong) == "expect_missing"
    act = (world.do, "supplier", wrong, proposed.id)
    assert refusal(*act) == "accepted_digest_differs"
    world.at_ms += 10 * DAY
    assert refusal(*act) == "issue_has_lapsed"


def test_an_issue_is_signed_for_only_before_its_end() -> None:
    """The last millisecond counts, and the next does not: for every answer."""
    world = World()
    proposed = world.issue()
    sign = c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal)
    world.at_ms = (proposed.lapses_ms or 0) - 1
    before = world.book.copy()
    world.do("supplier", sign, proposed.id)
    world.book = before
    world.at_ms += 1
    decline = c.DeclineIssue(receivable=proposed.id, reason=c.RejectReason.PRICE)
    withdraw = c.WithdrawReceivable(receivable=proposed.id)
    for by, command in (("supplier", sign), ("supplier", decline), ("core", withdraw)):
        assert refusal(world.do, by, command, proposed.id) == "issue_has_lapsed"


def test_rejecting_withdrawing_and_declining_free_the_invoices() -> None:
    """Each end of a proposal gives the invoices back, and nothing follows it."""
    world = World()
    reason = c.RejectReason.QUALITY
    for start, by, kind, state in (
        (world.register, "core", c.RejectReceivable, ReceivableState.REJECTED),
        (world.register, "supplier", c.WithdrawReceivable, ReceivableState.WITHDRAWN),
        (world.issue, "supplier", c.DeclineIssue, ReceivableState.REJECTED),
        (world.issue, "core", c.WithdrawReceivable, ReceivableState.WITHDRAWN),
    ):
        receivable = start()
        assert world.invoice().used == cny(100_00)
        has_reason = kind is not c.WithdrawReceivable
        command = kind(receivable=receivable.id, **({"reason": reason} if has_reason else {}))
        world.do(by, command)
        assert world.receivable(receivable.id).state is state
        assert (world.invoice().used, world.invoice().proposals) == (cny(0), ())
        assert refusal(world.do, by, command) == "receivable_is_closed"


def test_each_side_has_its_own_answers() -> None:
    """The creditor does not reject, the obligor does not decline, and nobody else does either."""
    world = World()
    registered = world.register(line("A"))
    proposed = world.issue(line("B"))
    reason = c.RejectReason.OTHER
    other = "act_belongs_to_another_party"
    for by, command, code in (
        ("supplier", c.RejectReceivable(receivable=registered.id, reason=reason), other),
        ("core", c.WithdrawReceivable(receivable=registered.id), other),
        ("core", c.RequestAcknowledgement(receivable=registered.id), other),
        ("core", c.DeclineIssue(receivable=proposed.id, reason=reason), other),
        ("supplier", c.WithdrawReceivable(receivable=proposed.id), other),
        ("core", acknowledge(proposed), "receivable_awaits_its_creditor"),
        (
            "supplier",
            c.SignForIssue(receivable=registered.id, accepts=registered.proposal),
            "receivable_awaits_its_obligor",
        ),
    ):
        assert refusal(world.do, by, command, registered.id) == code


def test_the_clock_of_the_acknowledgement_starts_once() -> None:
    """A second request does not move it."""
    world = World()
    registered = world.register()
    request = c.RequestAcknowledgement(receivable=registered.id)
    world.do("supplier", request)
    assert world.receivable(registered.id).requested_ms == world.at_ms
    world.at_ms += DAY
    assert refusal(world.do, "supplier", request) == "acknowledgement_is_requested"


def test_stakes_are_what_the_act_is_about() -> None:
    """An acknowledgement by its own amount, other answers by the face, nothing for no record."""
    world = World()
    registered = world.register()
    assert stake(world.book, acknowledge(registered, 7)) == cny(7)
    assert stake(world.book, c.WithdrawReceivable(receivable=registered.id)) == cny(100_00)
    assert stake(world.book, c.WithdrawReceivable(receivable="rcv_none")) is None
