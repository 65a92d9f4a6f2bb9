"""What our states and reasons are called by others."""

from __future__ import annotations

import pytest

from docs.reference import make_statuses
from ledger.receivables import commands as c
from ledger.receivables.records import Receivable, ReceivableState
from ledger.receivables.responses import (
    ANSWERS,
    Action,
    Answer,
    Reason,
    action_of,
    answer_of,
    reason_of,
)
from tests.support.world import World, line
from tests.tidy import ROOT

STATUSES = {"AB", "IP", "UQ", "CA", "RE", "AP", "PD"}
REASONS = {"NON", "REF", "LEG", "REC", "QUA", "DEL", "PRI", "QTY", "ITM", "PAY", "UNR", "FIN"}
ACTIONS = {"NOA", "PIN", "NIN", "CNF", "CNP", "CNA", "OTH"}


def test_the_code_lists_are_those_of_peppol() -> None:
    """Exactly the published codes; PPD and OTH came to the reasons later."""
    assert {item.value for item in Reason} == REASONS | {"PPD", "OTH"}
    assert {item.value for item in Action} == ACTIONS


def test_each_reason_says_why_and_what_is_asked() -> None:
    """No reason is "no issue" or "partly paid": a rejection is neither; each has its own code."""
    said = {reason: reason_of(reason) for reason in c.RejectReason}
    assert not {Reason.NONE, Reason.PARTIAL} & set(said.values())
    other = {reason for reason, code in said.items() if code is Reason.OTHER}
    assert other == {c.RejectReason.OTHER, c.RejectReason.PAID}
    assert len(set(said.values())) == len(said) - 1
    assert action_of(c.RejectReason.PAID) is Action.NONE


@pytest.mark.parametrize("state", ReceivableState)
def test_every_state_has_its_answer_or_none(state: ReceivableState) -> None:
    """Statuses are of the subset, French codes 200 to 213; both speak, or neither does."""
    answer = ANSWERS[state]
    assert (answer.peppol is None) == (answer.french is None)
    assert answer.peppol in {*STATUSES, None}
    assert answer.french is None or 200 <= answer.french <= 213


def test_a_life_in_the_words_of_others() -> None:
    """Registered, asked, owed in part or whole, in dispute, refused, taken back."""
    world = World()

    def now(item: Receivable) -> Answer:
        return answer_of(world.receivable(item.id))

    whole, part, none = (world.register(line(number)) for number in "ABC")
    assert now(whole) == Answer("AB", 203)
    world.do("supplier", c.RequestAcknowledgement(receivable=whole.id))
    assert now(whole) == Answer("IP", 204)
    world.acknowledge(whole)
    assert now(whole) == Answer("AP", 205)
    assert answer_of(world.receivable(whole.id), disputed=True) == Answer("UQ", 207)
    world.acknowledge(part, 1)
    assert now(part) == Answer("CA", 206)
    world.do("core", c.RejectReceivable(receivable=none.id, reason=c.RejectReason.PRICE))
    assert now(none) == Answer("RE", 210)
    back = world.register(line("D"))
    world.do("supplier", c.WithdrawReceivable(receivable=back.id))
    assert now(back) == Answer(None, None)


def test_the_page_is_what_the_code_says() -> None:
    """The table in docs/reference is made from the mapping."""
    text = (ROOT / "docs" / "reference" / "statuses.md").read_text(encoding="utf-8")
    assert text == make_statuses.page()
