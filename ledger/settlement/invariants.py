"""What must be true of all payments together, by the numbers of the domain's invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ledger.financing.events import Evidence
from ledger.financing.records import Financing, StatementLine
from ledger.model.records import View
from ledger.receivables.records import Holding
from ledger.settlement.records import Costs, Instruction, Misdirected, Payment, Surplus


def invariant_7_paid_is_proven(view: View) -> list[str]:
    """What is paid on a holding is the principal of its payments, and never more than it was."""
    sums: Counter[str] = Counter()
    for payment in view.all(Payment):
        if payment.counts:
            sums[payment.holding] += payment.principal.minor
    return [
        f"{item.id}: what is paid is not the sum of its payments, or too much."
        for item in view.all(Holding)
        if sums[item.id] != item.paid.minor or item.amount < item.paid
    ]


def invariant_12_allocated(view: View) -> list[str]:
    """Each payment is costs, interest and principal, to the unit; no costs are below zero."""
    return [
        f"{item.id}: its parts are not its amount."
        for item in view.all(Payment)
        if item.costs + item.interest + item.principal != item.amount
        or min(item.costs.minor, item.interest.minor, item.principal.minor) < 0
    ] + [
        f"{item.id}: less than nothing of costs is owed."
        for item in view.all(Costs)
        if item.amount.minor < 0
    ]


def invariant_13_payer_proves_nothing(view: View) -> list[str]:
    """The obligor is the payer, a past or present holder the payee; the payer attests nothing."""
    holdings = {item.id: item for item in view.all(Holding)}
    return [
        f"{item.id}: payer, payee or attester do not fit."
        for item in view.all(Payment)
        if item.payer != holdings[item.holding].obligor
        or item.payee not in holdings[item.holding].chain
        or item.attested_by == item.payer
        or (item.evidence is Evidence.RECEIPT or item.freeze is not None) != (item.account is None)
        or (item.evidence is Evidence.RECEIPT and item.attested_by != item.payee)
    ]


def invariant_15_statement_lines(view: View) -> list[str]:
    """Whatever a bank attested has its own statement line."""
    lines = {item.id for item in view.all(StatementLine)}
    attested = [
        (item.id, f"{item.attested_by}:{item.reference}")
        for item in view.all(Payment)
        if item.evidence is Evidence.STATEMENT
    ]
    return [
        f"{name}: its statement line is not on record."
        for name, line in attested
        if line not in lines
    ]


def invariant_24_surplus(view: View) -> list[str]:
    """No surplus is more than there can be.

    That each financing has collected what its financier was paid, the floor above tells, which
    knows when title went back.
    """
    most = {item.id: item.discount for item in view.all(Financing)}
    return [
        f"{item.id}: its surplus is more than its discount, or below zero."
        for item in view.all(Surplus)
        if item.owed.minor < 0 or item.paid.minor < 0 or most[item.id] < item.owed
    ]


def invariant_24_money_astray(view: View) -> list[str]:
    """What ended an instruction or a misdirected payment is a payment on its own holding."""
    payments = {item.id: item for item in view.all(Payment)}
    ended: list[Instruction | Misdirected] = [*view.all(Instruction), *view.all(Misdirected)]
    return [
        f"{item.id}: the payment that ended it is another."
        for item in ended
        if item.payment is not None
        and (
            item.payment not in payments
            or (payments[item.payment].holding, payments[item.payment].amount)
            != (item.holding, item.amount)
        )
    ]


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_7_paid_is_proven,
    invariant_12_allocated,
    invariant_13_payer_proves_nothing,
    invariant_15_statement_lines,
    invariant_24_surplus,
    invariant_24_money_astray,
)
"""All checks that need one view."""
