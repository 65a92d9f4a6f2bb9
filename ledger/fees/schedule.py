"""The fee schedule as arithmetic: who bears a line, and how much of a base it may be."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import RefusalCode, Refused
from ledger.fees.state import Fee, FeeState
from ledger.financing.records import Financing
from ledger.model.records import Reader, need
from ledger.money import Money, divide
from ledger.policy.commands import FeeLine
from ledger.policy.state import Policy
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding, HoldingState

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
    """What is charged under a line on the debt that the base is, so that nothing is charged twice.

    On a holding: its own, that of the holdings that it was split from, and of their financings.
    On a financing: its own and that of its holding, those it was split from, and its parts; another
    financing of that holding is another service. What was waived does not count.
    """
    minor = sum(
        fee.amount.minor
        for name in _same_debt(book, base)
        for fee in book.find(Fee, base=name)
        if fee.line == line and fee.state is FeeState.CHARGED
    )
    return Money(minor, amount_of(base).currency)


def _same_debt(book: Reader, base: Base) -> Iterator[str]:
    if isinstance(base, Financing):
        yield base.id
        holding = need(book, Holding, base.holding, "")
        yield from (item.id for item in ancestry(book, holding))
        yield from _parts(book, holding)
        return
    for above in ancestry(book, base):
        yield above.id
        yield from (item.id for item in book.find(Financing, holding=above.id))


def _parts(book: Reader, holding: Holding) -> Iterator[str]:
    """What the holding was split into, once its financing was over."""
    if holding.state is HoldingState.SPLIT:
        for item in book.find(Holding, receivable=holding.receivable):
            if item != holding and holding in ancestry(book, item):
                yield item.id
