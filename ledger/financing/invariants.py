"""What must be true of all financings together, by the numbers of the domain's invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
They are for audits and tests: rules keep these by construction and never ask them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from ledger.alerts.state import Alert, Disposition
from ledger.dates import year_denominator
from ledger.financing.records import (
    Exposure,
    Financing,
    FinancingState,
    Programme,
    exposure_id,
)
from ledger.financing.terms import PPM
from ledger.model.records import View
from ledger.receivables.lineage import rests_on
from ledger.receivables.records import Holding, HoldingState, Receivable


def invariant_4_one_financing(view: View) -> list[str]:
    """A locked or financed holding and its one financing name each other.

    A lock that ended by time may be gone while nobody has told its financing: then the financing
    is still recorded as accepted, and only that.
    """
    financings = {item.id: item for item in view.all(Financing)}
    holdings = {item.id: item for item in view.all(Holding)}
    found = []
    for holding in holdings.values():
        wanted = _HAS.get(holding.state)
        if wanted is None:
            continue
        financing = financings.get(holding.pending or "")
        if financing is None or financing.holding != holding.id or financing.state not in wanted:
            found.append(f"{holding.id}: it is {holding.state.value} for no fitting financing.")
    for financing in financings.values():
        holding = holdings[financing.holding]
        bound = financing.state in (FinancingState.INSTRUCTED, FinancingState.ACTIVE)
        if bound and holding.pending != financing.id:
            found.append(f"{financing.id}: it is {financing.state.value} without its holding.")
    return found


_HAS = {
    HoldingState.LOCKED: (FinancingState.ACCEPTED, FinancingState.INSTRUCTED),
    HoldingState.FINANCED: (FinancingState.ACTIVE,),
}


def invariant_9_limits(view: View) -> list[str]:
    """Exposures are the sums over their financings; what is under way or active is within limits.

    Locks are left out of the second part: which of them have lapsed, no record says.
    """
    sums: Counter[str] = Counter()
    firm: Counter[str] = Counter()
    for item in view.all(Financing):
        obligor = exposure_id(item.financier, item.obligor, item.face.currency)
        for name in (obligor, item.programme):
            sums[name] += item.exposure.minor
        if item.state is not FinancingState.ACCEPTED:
            firm[item.programme] += item.exposure.minor
    recorded = {item.id: item.amount.minor for item in view.all(Exposure)}
    return [
        f"{name}: the exposure is not the sum of its financings."
        for name in sorted(sums.keys() | recorded.keys())
        if sums[name] != recorded.get(name, 0)
    ] + [
        f"{item.id}: more is funded than its limit."
        for item in view.all(Programme)
        if firm[item.id] > item.limit_total.minor
    ]


def invariant_13_no_operator_money(view: View) -> list[str]:
    """Financier, seller and obligor of a financing are three parties; its programme is theirs."""
    owners = {item.id: item.financier for item in view.all(Programme)}
    return [
        f"{item.id}: its parties are not three, or its programme is another's."
        for item in view.all(Financing)
        if len({item.financier, item.holder, item.obligor}) < 3
        or owners.get(item.programme) != item.financier
    ]


def invariant_14_title(view: View) -> list[str]:
    """Title moved exactly where the advance is proven, and to the financier."""
    holdings = {item.id: item for item in view.all(Holding)}
    found = []
    for item in view.all(Financing):
        proven = item.state in _PROVEN
        if proven != (item.evidence is not None) or proven != (item.active_ms is not None):
            found.append(f"{item.id}: it is {item.state.value} against its evidence.")
        if proven and item.financier not in holdings[item.holding].chain:
            found.append(f"{item.id}: the financier never had the holding.")
    return found


_PROVEN = (FinancingState.ACTIVE, FinancingState.REPAID, FinancingState.REPURCHASED)


def invariant_22_price(view: View) -> list[str]:
    """Price and discount make up the face, and the discount is within a unit of F·r·t."""
    found = []
    for item in view.all(Financing):
        if item.price + item.discount != item.face or item.price.minor <= 0:
            found.append(f"{item.id}: price and discount do not make up the face.")
        denominator = PPM * year_denominator(item.day_count)
        exact = item.face.minor * item.rate_ppm * item.days
        if abs(item.discount.minor * denominator - exact) >= denominator:
            found.append(f"{item.id}: the discount does not follow from rate and days.")
        if (item.due - item.value_date).days != item.days:
            found.append(f"{item.id}: the days are not those to the due date.")
    return found


def invariant_24_collected(view: View) -> list[str]:
    """Nothing ends beyond the face, nor before title; repaid is that of which nothing is owed."""
    found = []
    for item in view.all(Financing):
        ended = item.collected + item.reduced
        whole = ended == item.face
        if min(item.collected.minor, item.reduced.minor) < 0 or item.face < ended:
            found.append(f"{item.id}: more is collected or given up than the face.")
        if whole != (item.state is FinancingState.REPAID):
            found.append(f"{item.id}: it is {item.state.value} against what is collected.")
        if ended.minor > 0 and item.active_ms is None:
            found.append(f"{item.id}: something is collected without title.")
    return found


def invariant_32_known_alerts(view: View) -> list[str]:
    """Every alert that was open when a holding was sold is listed there, and was reviewed.

    Acts at one instant have an order that instants do not tell: then either is right.
    """
    alerts = {item.id: item for item in view.all(Alert)}
    reviewed = {(item.alert, item.financier) for item in view.all(Disposition)}
    resting = _resting(view)
    found = []
    for item in view.all(Financing):
        open_then = {
            alert.id
            for alert in alerts.values()
            if alert.subject in resting[item.id]
            and alert.raised_ms < item.accepted_ms
            and (alert.closed_ms is None or item.accepted_ms < alert.closed_ms)
        }
        known = [alerts[name] for name in item.alerts if name in alerts]
        if not open_then <= set(item.alerts):
            found.append(f"{item.id}: it does not list every alert that was open.")
        if len(known) < len(item.alerts) or any(
            item.accepted_ms < alert.raised_ms or (alert.id, item.financier) not in reviewed
            for alert in known
        ):
            found.append(f"{item.id}: it lists an alert that nobody of its financier reviewed.")
    return found


def _resting(view: View) -> dict[str, frozenset[str]]:
    """What the holding of each financing rested on when it was sold, by the financing."""
    holdings = {item.id: item for item in view.all(Holding)}
    receivables = {item.id: item for item in view.all(Receivable)}
    found = {}
    for item in view.all(Financing):
        holding = holdings[item.holding]
        above = []
        parent = holding.parent
        while parent is not None:
            above.append(holdings[parent])
            parent = above[-1].parent
        hands = holding.chain
        if item.holder in hands:  # those after it came later
            hands = hands[: hands.index(item.holder) + 1]
        ids = rests_on(holding, above, receivables[holding.receivable], hands)
        found[item.id] = frozenset(ids)
    return found


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_4_one_financing,
    invariant_9_limits,
    invariant_13_no_operator_money,
    invariant_14_title,
    invariant_22_price,
    invariant_24_collected,
    invariant_32_known_alerts,
)
"""All checks that need one view."""
