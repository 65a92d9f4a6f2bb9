"""Whatever comes in whatever order on one day: nobody is paid twice, and all of it goes back."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.financing.records import Financing
from ledger.receivables.records import Holding
from ledger.recourse import amounts, recovered
from ledger.recourse.commands import EndRecourse
from ledger.recourse.records import DebtRecovery, RecourseClaim, RecourseState
from ledger.settlement.records import Payment
from tests.ledger.recourse.staging import (
    at,
    back,
    claim,
    have_back,
    market_of_sellers,
    receipt,
    recover,
    sold,
)

ACTS = st.tuples(
    st.sampled_from(["obligor", "bounce", "guarantor", "notice", "seller", "end", "return"]),
    st.integers(1, 100),
)


class Story:
    """A holding that was sold with recourse, ten days late: 100.50 are owed."""

    def __init__(self) -> None:
        self.market = market_of_sellers()
        self.financing = sold(self.market)
        at(self.market, 10)

    @property
    def holding(self) -> Holding:
        """The holding as it is now."""
        return self.market.holding_of(self.financing)

    def claims(self) -> list[RecourseClaim]:
        """All recourse, one after the other."""
        return list(self.market.book.all(RecourseClaim))

    def open_claims(self) -> list[RecourseClaim]:
        """That which is open, if one is."""
        return [item for item in self.claims() if item.state is RecourseState.OPEN]

    def payments(self) -> list[Payment]:
        """The obligor's payments that count, in their order."""
        found = [item for item in self.market.book.all(Payment) if item.counts]
        return sorted(found, key=lambda item: item.recorded_ms)

    def act(self, kind: str, percent: int) -> None:
        """A part of what may come from somebody comes, or of what must go back goes back."""
        self.market.at_ms += 1
        match kind:
            case "obligor":
                owed = recovered.owed_below(self.market.book, self.holding.id, self.market.today)
                if minor := _part(owed.minor, percent):
                    self.market.do("financier", self.market.payment(self.holding, minor))
            case "bounce":
                for payment in self.payments()[-1:]:
                    self.market.do("financier", self.market.taken_back(payment.id))
            case "guarantor":
                room = recovered.room_on(self.market.book, self.holding, self.market.today)
                if minor := _part(room.minor, percent):
                    recover(self.market, self.holding, minor)
            case "notice":
                self.notice()
            case "seller":
                for item in self.open_claims():  # never the last unit: title stays where it is
                    due = amounts.due_of(self.market.book, item).minor - 1
                    if minor := _part(due, percent):
                        self.market.do("financier", receipt(self.market, item, minor))
            case "end":  # only where the obligor has paid: title stays where it is
                for item in [] if self.holding.is_open else self.open_claims():
                    self.market.do("supplier", EndRecourse(recourse=item.id))
            case _:
                self.give_back(percent)

    def notice(self) -> None:
        """The financier claims what counts, while no recourse is open."""
        if self.open_claims() or not self.holding.is_open:
            return
        under = self.market.get(Financing, self.financing.id)
        counts = amounts.claim_of(self.market.book, self.holding, under, self.market.today).minor
        if counts > 0:
            claim(self.market, self.holding, counts)

    def give_back(self, percent: int) -> None:
        """Part of what came twice goes back to each."""
        for item in self.market.book.all(DebtRecovery):
            excess = recovered.excess_of(self.market.book, item, self.market.today).minor
            if minor := _part(excess, percent):
                self.market.do("rival", have_back(self.market, item, minor))
        for recourse in self.claims():
            if minor := _part(amounts.excess_of(self.market.book, recourse).minor, percent):
                self.market.do("supplier", back(self.market, recourse, minor))

    def excess(self) -> int:
        """All that must go back, to whomever."""
        book, day = self.market.book, self.market.today
        found = [recovered.excess_of(book, item, day).minor for item in book.all(DebtRecovery)]
        return sum(found) + sum(amounts.excess_of(book, item).minor for item in self.claims())


def _part(most: int, percent: int) -> int:
    """So much of it, rounded up; nothing of nothing."""
    return max(-(-most * percent // 100), 0)


@settings(max_examples=60, deadline=None)
@given(st.lists(ACTS, max_size=12))
def test_what_is_too_much_is_shared_out_whole_and_goes_back_whole(
    acts: list[tuple[str, int]],
) -> None:
    """After each act the shares of all who paid add up to what is kept beyond what is owed; once
    they have them back, the holder keeps no more than 100.50 from all together.
    """
    story = Story()
    for kind, percent in acts:
        story.act(kind, percent)
        over = recovered.over_on(story.market.book, story.holding.id, story.market.today)
        assert story.excess() == max(over.minor, 0)
    while story.excess():
        story.act("return", 100)
    book = story.market.book
    paid = sum(item.amount.minor for item in story.payments())
    others = [*book.all(DebtRecovery), *book.all(RecourseClaim)]
    assert paid + sum(item.kept.minor for item in others) <= 100_50
    assert story.market.findings() == []
