"""What must be true of all recourse together, by the numbers of the domain's invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from ledger.financing.events import Evidence
from ledger.financing.records import Financing, FinancingState, StatementLine
from ledger.model.records import View
from ledger.receivables.records import Holding
from ledger.recourse.records import (
    DebtRecovery,
    RecourseClaim,
    RecoursePayment,
    RecourseState,
    WriteOff,
)
from ledger.settlement.records import Payment


def invariant_13_payer_proves_no_recourse(view: View) -> list[str]:
    """Who is liable pays and who claims is paid; no payer attests, and a receipt is the payee's."""
    claims = {item.id: item for item in view.all(RecourseClaim)}
    return [
        f"{item.id}: payer, payee or attester do not fit."
        for item in view.all(RecoursePayment)
        if (item.payer, item.payee)
        != (claims[item.recourse].liable, claims[item.recourse].claimant)
        or item.attested_by == item.payer
        or (item.evidence is Evidence.RECEIPT) != (item.account is None)
        or (item.evidence is Evidence.RECEIPT and item.attested_by != item.payee)
    ]


def invariant_13_others_are_others(view: View) -> list[str]:
    """What was recovered came from neither obligor nor payee, and its payer proved nothing."""
    holdings = {item.id: item for item in view.all(Holding)}
    return [
        f"{item.id}: payer, payee or attester do not fit."
        for item in view.all(DebtRecovery)
        if item.payer in (holdings[item.holding].obligor, item.payee, item.attested_by)
        or item.payee not in holdings[item.holding].chain
        or (item.evidence is Evidence.RECEIPT) != (item.account is None)
        or (item.evidence is Evidence.RECEIPT and item.attested_by != item.payee)
    ]


def invariant_14_title_goes_back(view: View) -> list[str]:
    """A financing is repurchased exactly where its recourse was met with title, by its seller."""
    holdings = {item.id: item for item in view.all(Holding)}
    bought = {item.under: item for item in view.all(RecourseClaim) if item.repurchased_ms}
    found = [
        f"{item.id}: it is {item.state.value} against its recourse."
        for item in view.all(Financing)
        if (item.state is FinancingState.REPURCHASED) != (item.id in bought)
    ]
    return found + [
        f"{item.id}: title went back to nobody."
        for item in bought.values()
        if (item.claimant, item.liable) not in _steps(holdings[item.holding])
        or item.state is not RecourseState.MET
    ]


def _steps(holding: Holding) -> set[tuple[str, str]]:
    return set(zip(holding.chain, holding.chain[1:], strict=False))


def invariant_15_recourse_lines(view: View) -> list[str]:
    """Whatever a bank attested has its own statement line."""
    used = {item.id: item.used_for for item in view.all(StatementLine)}
    attested: list[RecoursePayment | DebtRecovery] = [
        *view.all(RecoursePayment),
        *view.all(DebtRecovery),
    ]
    return [
        f"{item.id}: its statement line is not on record."
        for item in attested
        if item.evidence is Evidence.STATEMENT
        and used.get(f"{item.attested_by}:{item.reference}") != item.id
    ]


def invariant_24_recourse_paid_once(view: View) -> list[str]:
    """By recourse at most what was claimed is paid, and at most what was paid goes back.

    All recourse under one title keeps together no more than one notice of it claimed.
    """
    most: defaultdict[tuple[str, str], int] = defaultdict(int)
    kept: Counter[tuple[str, str]] = Counter()
    for item in view.all(RecourseClaim):
        title = (item.holding, item.under)
        most[title] = max(most[title], item.claimed.minor + item.received.minor)
        kept[title] += item.kept.minor
    sums: Counter[str] = Counter()
    for payment in view.all(RecoursePayment):
        sums[payment.recourse] += payment.amount.minor
    return [
        f"{item.id}: more is paid than claimed, returned than paid, or its payments differ."
        for item in view.all(RecourseClaim)
        if sums[item.id] != item.paid.minor
        or item.claimed + item.received < item.kept
        or most[item.holding, item.under] < kept[item.holding, item.under]
        or not 0 <= item.returned.minor <= item.paid.minor
        or (item.state is RecourseState.WITHDRAWN and item.paid.minor > 0)
    ]


def invariant_24_recovery_returned(view: View) -> list[str]:
    """At most what was recovered goes back."""
    return [
        f"{item.id}: more is returned than was paid."
        for item in view.all(DebtRecovery)
        if not 0 <= item.returned.minor <= item.amount.minor
    ]


def invariant_24_collected_while_held(view: View) -> list[str]:
    """A financing has collected the principal that its financier was paid while it had title.

    Acts at one instant have an order that instants do not tell: then either is right.
    """
    ended = {
        item.under: item.repurchased_ms
        for item in view.all(RecourseClaim)
        if item.repurchased_ms is not None
    }
    paid: defaultdict[tuple[str, str], list[Payment]] = defaultdict(list)
    for payment in view.all(Payment):
        if payment.counts:
            paid[payment.holding, payment.payee].append(payment)
    found = []
    for item in view.all(Financing):
        least = most = 0
        for payment in paid[item.holding, item.financier]:
            first = payment.recorded_ms + 1 if item.active_ms is None else item.active_ms
            last = ended.get(item.id) or payment.recorded_ms + 1
            most += payment.principal.minor if first <= payment.recorded_ms <= last else 0
            least += payment.principal.minor if first < payment.recorded_ms < last else 0
        if not least <= item.collected.minor <= most:
            found.append(f"{item.id}: it has collected another sum than its financier was paid.")
    return found


def invariant_25_accounts_alone(view: View) -> list[str]:
    """A write-off was signed by two people at least, by a past or present holder, within its part.

    That no claim changes with it, its entry tells.
    """
    holdings = {item.id: item for item in view.all(Holding)}
    return [
        f"{item.id}: it is more than the holding, or signed by too few or by a stranger."
        for item in view.all(WriteOff)
        if len(set(item.persons)) < 2
        or item.holder not in holdings[item.holding].chain
        or not 0 < item.amount.minor <= holdings[item.holding].amount.minor
    ]


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_13_payer_proves_no_recourse,
    invariant_13_others_are_others,
    invariant_14_title_goes_back,
    invariant_15_recourse_lines,
    invariant_24_recourse_paid_once,
    invariant_24_recovery_returned,
    invariant_24_collected_while_held,
    invariant_25_accounts_alone,
)
"""All checks that need one view."""
