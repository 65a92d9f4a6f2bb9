"""What must be true of all payments together, by the numbers of the domain's invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ledger.financing.events import Evidence
from ledger.financing.records import Financing, StatementLine
from ledger.receivables.invariants import View
from ledger.receivables.records import Holding
from ledger.settlement.state import Payment


def invariant_7_paid_is_proven(view: View) -> list[str]:
    """What is paid on a holding is the sum of its payments, and never more than it was."""
    sums: Counter[str] = Counter()
    for payment in view.all(Payment):
        sums[payment.holding] += payment.amount.minor
    return [
        f"{item.id}: what is paid is not the sum of its payments, or too much."
        for item in view.all(Holding)
        if sums[item.id] != item.paid.minor or item.amount < item.paid
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
        or (item.evidence is Evidence.RECEIPT) != (item.account is None)
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


def invariant_24_no_double_recovery(view: View) -> list[str]:
    """What a financing has collected is what its financier was paid on its holding."""
    paid: Counter[tuple[str, str]] = Counter()
    for payment in view.all(Payment):
        paid[payment.holding, payment.payee] += payment.amount.minor
    return [
        f"{item.id}: it has collected another sum than its financier was paid."
        for item in view.all(Financing)
        if item.active_ms is not None and paid[item.holding, item.financier] != item.collected.minor
    ]


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_7_paid_is_proven,
    invariant_13_payer_proves_nothing,
    invariant_15_statement_lines,
    invariant_24_no_double_recovery,
)
"""All checks that need one view."""
