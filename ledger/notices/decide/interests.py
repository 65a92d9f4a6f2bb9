"""Rights that were given outside this ledger: asserted by their claimants, and no more than that.

An assertion blocks nothing. It is named in the ranking with what it rests on, so that nobody can
say later that the ledger had heard of no other claim.
"""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.notices.commands import AssertInterest, WithdrawInterest
from ledger.notices.decide.checks import check_extent, check_grantor, check_past
from ledger.notices.events import Event, InterestAsserted, InterestWithdrawn
from ledger.notices.records import Assertion
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding


def assert_interest(
    book: Reader, command: AssertInterest, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    """The signer claims a right in the holding."""
    holding = need(book, Holding, command.holding, "/body/holding")
    refuse_if(
        not holding.is_open, RefusalCode.HOLDING_IS_CLOSED, f"{holding.id} was split or redeemed."
    )
    check_grantor(holding, command.grantor)
    refuse_if(
        by.party in (command.grantor, holding.obligor),
        RefusalCode.GRANTOR_HAS_NO_CLAIM,
        "Nobody has a right against itself.",
        "/body/grantor",
    )
    currency = holding.amount.currency
    refuse_if(
        command.due.currency != currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The claim is in {currency}.",
        "/body/due",
    )
    check_extent(command.amount, command.share_ppm, currency)
    check_past(command.since_ms, at_ms, "/body/since_ms")
    asserted = InterestAsserted(
        interest=by.new_id("int"),
        claimant=by.party,
        holding=holding.id,
        kind=command.kind,
        grantor=command.grantor,
        since_ms=command.since_ms,
        due=command.due,
        amount=command.amount,
        share_ppm=command.share_ppm,
        evidence=command.evidence,
        at_ms=at_ms,
    )
    return (asserted,)


def withdraw(book: Reader, command: WithdrawInterest, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The claimant lets go."""
    interest = need(book, Assertion, command.interest, "/body/interest")
    only(interest.claimant, by, "claimant")
    refuse_if(
        interest.withdrawn_ms is not None,
        RefusalCode.INTEREST_IS_WITHDRAWN,
        f"{interest.id} was withdrawn before.",
    )
    return (InterestWithdrawn(interest=interest.id, at_ms=at_ms),)
