"""Freezes (冻结): what a court has ordered, recorded by the operator or by whoever owes the debt.

The rules judge the form: whose the holdings are, that no more is frozen than the order says, how
long. Whether the court was right is for the court; whether there was an order at all, its digest
tells whoever asks for the paper. A freeze is valid against locked, pending and financed holdings.
It lies on holdings that there are: what the debtor acquires later needs a record of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from ledger.burdens.commands import LiftFreeze, RecordFreeze, RenewFreeze
from ledger.burdens.decide.checks import (
    Events,
    check_amount,
    check_holder,
    check_in_force,
    give_back,
    lying,
)
from ledger.burdens.events import FreezeLifted, FreezeRecorded, FreezeRenewed
from ledger.burdens.records import Freeze
from ledger.dates import LAST_INSTANT_MS, add_months, civil_date
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.policy.state import ledger_of
from ledger.receivables.acts import burden
from ledger.receivables.events import Burden, BurdenKind, HoldingBurdened
from ledger.receivables.invoices import total, unique_key
from ledger.receivables.records import Holding, Receivable

LONGEST_MONTHS = 36
"""A term, and each renewal of it (民事诉讼法解释 article 485: three years for such rights)."""


def record(book: Reader, command: RecordFreeze, by: Signer, at_ms: int) -> Events:
    """The holdings are frozen, each behind what froze it before."""
    holdings = [
        need(book, Holding, part.holding, f"/body/parts/{index}/holding")
        for index, part in enumerate(command.parts)
    ]
    _check_recorder(by, (holding.obligor for holding in holdings))
    refuse_if(
        len({holding.id for holding in holdings}) != len(holdings),
        RefusalCode.FIELD_INVALID,
        "A holding is named twice.",
        "/body/parts",
    )
    frozen = total([part.amount for part in command.parts])
    _check_order(book, command, frozen.currency, at_ms)
    refuse_if(
        command.amount < frozen,
        RefusalCode.FREEZE_EXCEEDS_ORDER,
        "The parts are more than the order freezes.",
        "/body/parts",
    )
    freeze = FreezeRecorded(
        freeze=by.new_id("frz"),
        debtor=command.debtor,
        court=command.court,
        case=command.case,
        order=command.order,
        amount=command.amount,
        frozen=frozen,
        receivables=tuple(sorted({holding.receivable for holding in holdings})),
        served_ms=command.served_ms,
        until_ms=command.until_ms,
        by=by.party,
        by_obligor=any(holding.obligor == by.party for holding in holdings),
        at_ms=at_ms,
    )
    laid = [
        event
        for index, (holding, part) in enumerate(zip(holdings, command.parts, strict=True))
        for event in _lay(book, freeze, holding, part.amount, f"/body/parts/{index}", at_ms)
    ]
    return (freeze, *laid)


def _check_recorder(by: Signer, obligors: Iterable[str]) -> None:
    refuse_if(
        Role.OPERATOR.value not in by.roles and any(item != by.party for item in obligors),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only the operator, or whoever owes all of these holdings, does this.",
    )


def _check_order(book: Reader, command: RecordFreeze, currency: str, at_ms: int) -> None:
    refuse_if(
        command.amount.currency != currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holdings are in {currency}.",
        "/body/amount",
    )
    refuse_if(
        command.served_ms > at_ms,
        RefusalCode.DATES_NOT_IN_ORDER,
        "The order has not been served yet.",
        "/body/served_ms",
    )
    _check_term(book, command.served_ms, command.until_ms, at_ms)


def _check_term(book: Reader, since_ms: int, until_ms: int, at_ms: int) -> None:
    """Raises `Refused` (`deadline_out_of_range`) unless the term goes on and is not too long."""
    last = add_months(_day(book, since_ms), LONGEST_MONTHS)
    refuse_if(
        not max(since_ms, at_ms) < until_ms <= LAST_INSTANT_MS or _day(book, until_ms) > last,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        f"The term is from now to {last} at most.",
        "/body/until_ms",
    )


def _day(book: Reader, at_ms: int) -> date:
    return civil_date(at_ms, ledger_of(book).time_zone)


def _lay(
    book: Reader, freeze: FreezeRecorded, holding: Holding, amount: Money, place: str, at_ms: int
) -> Events:
    """One part of the order on one holding."""
    laid = burden(
        holding,
        Burden(id=freeze.freeze, kind=BurdenKind.FREEZE, amount=amount, until_ms=freeze.until_ms),
    )
    check_holder(holding, freeze.debtor, f"{place}/holding")
    check_amount(holding, amount, f"{place}/amount")
    refuse_if(
        any(
            _case_of(need(book, Freeze, item.id, "")) == _case_of(freeze)
            for item in holding.burdens
            if item.kind is BurdenKind.FREEZE and item.is_live(at_ms)
        ),
        RefusalCode.FREEZE_IS_RECORDED,
        f"This court's order in this case lies on {holding.id} already.",
        f"{place}/holding",
    )
    return laid


def _case_of(freeze: Freeze | FreezeRecorded) -> str:
    """Court and case number without what two people write differently: widths, marks, blanks."""
    return unique_key("", f"{freeze.court} {freeze.case}", None).replace("-", "")


def renew(book: Reader, command: RenewFreeze, by: Signer, at_ms: int) -> Events:
    """The freeze goes on and keeps its place in the queue.

    One that is over has lost its effect (查封、扣押、冻结规定 article 27): what the court orders
    then is a new freeze, behind those that came meanwhile.
    """
    freeze = _in_force(book, command.freeze, by, at_ms)
    refuse_if(
        command.until_ms <= freeze.until_ms,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        "It goes on so long without a renewal.",
        "/body/until_ms",
    )
    _check_term(book, freeze.until_ms, command.until_ms, at_ms)
    renewed = FreezeRenewed(freeze=freeze.id, order=command.order, until_ms=command.until_ms)
    laid = [
        HoldingBurdened(holding=holding.id, burden=replace(item, until_ms=command.until_ms))
        for holding, item in lying(book, freeze.id, freeze.receivables)
    ]
    return (renewed, *laid)


def lift(book: Reader, command: LiftFreeze, by: Signer, at_ms: int) -> Events:
    """All is free of it, or what the court names; those behind move up by themselves."""
    freeze = _in_force(book, command.freeze, by, at_ms)
    freed, whole = give_back(lying(book, freeze.id, freeze.receivables), command.parts)
    amount = None if whole else total([part.amount for part in command.parts])
    return (FreezeLifted(freeze=freeze.id, order=command.order, amount=amount), *freed)


def _in_force(book: Reader, freeze_id: str, by: Signer, at_ms: int) -> Freeze:
    """The freeze that whoever may have recorded it changes; raises `Refused` when it is over."""
    freeze = need(book, Freeze, freeze_id, "/body/freeze")
    receivables = (need(book, Receivable, item, "") for item in freeze.receivables)
    _check_recorder(by, (item.obligor for item in receivables))
    check_in_force(freeze, at_ms)
    return freeze
