"""The fee schedule as arithmetic: who bears a line, and how much of a base it may be."""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.fees.state import Fee, FeeState
from ledger.financing.records import Financing
from ledger.model.records import Reader
from ledger.money import Money, divide
from ledger.policy.commands import FeeLine
from ledger.policy.state import Policy
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding

PPM = 1_000_000
Base = Financing | Holding
"""What a fee is charged on."""


def line_of(policy: Policy, code: str, currency: str) -> FeeLine:
    """The line of the schedule in force. Raises `Refused` (`fee_not_on_schedule`)."""
    for line in policy.fees:
        if (line.code, line.currency) == (code, currency):
            return line
    raise Refused(
        RefusalCode.FEE_NOT_ON_SCHEDULE,
        f"The schedule in force has no line {code} in {currency}.",
        place="/body/line",
    )


def amount_of(base: Base) -> Money:
    """What a rate is applied to: the face that is financed, or the amount of the holding."""
    return base.face if isinstance(base, Financing) else base.amount


def bearer_of(line: FeeLine, base: Base) -> str | None:
    """The party that bears a line on a base; None where there is none, as on a holding alone."""
    financier = base.financier if isinstance(base, Financing) else None
    return {"holder": base.holder, "obligor": base.obligor, "financier": financier}[line.bearer]


def allowed(line: FeeLine, base: Base, policy: Policy) -> Money:
    """The most that the line allows on the base: its rate, rounded as policy says, up to its cap.

    `ppm` is in millionths of the base, once and not per year.
    """
    amount = amount_of(base)
    by_rate = divide(amount.minor * line.ppm, PPM, policy.rounding)
    return Money(min(by_rate, line.most_minor), amount.currency)


def charged(book: Reader, line: str, base: Base) -> Money:
    """What is charged under a line on a base, and on the holdings that it was split from.

    So a split lets nothing be charged twice; what was waived does not count.
    """
    minor = sum(
        fee.amount.minor
        for name in _with_ancestors(book, base)
        for fee in book.find(Fee, base=name)
        if fee.line == line and fee.state is FeeState.CHARGED
    )
    return Money(minor, amount_of(base).currency)


def _with_ancestors(book: Reader, base: Base) -> list[str]:
    return [item.id for item in ancestry(book, base)] if isinstance(base, Holding) else [base.id]
