"""What must be true of security and freezes together, by the numbers of the domain's invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from ledger.burdens.records import Encumbrance, EncumbranceState, Freeze, FreezeState
from ledger.model.records import View
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.records import Holding, HoldingState


def invariant_8_nothing_prior(view: View) -> list[str]:
    """What is locked for a financing, or was sold to a financier, is nobody else's security.

    So an advance is never on more than the outstanding amount less prior encumbrances.
    """
    return [
        f"{item.id}: it is {item.state.value} and security at once."
        for item in view.all(Holding)
        if item.state in (HoldingState.LOCKED, HoldingState.FINANCED)
        and any(burden.kind is BurdenKind.ENCUMBRANCE for burden in item.burdens)
    ]


def invariant_8_security(view: View) -> list[str]:
    """Security is of a placed encumbrance and in its form; it sums to at most what that secures."""
    known = {item.id: item for item in view.all(Encumbrance)}
    sums: Counter[str] = Counter()
    found = []
    for holding, burden in _lying(view, BurdenKind.ENCUMBRANCE):
        own = known.get(burden.id)
        sums[burden.id] += burden.amount.minor
        if (
            own is None
            or own.state is not EncumbranceState.PLACED
            or (own.receivable, own.share_ppm) != (holding.receivable, burden.ppm)
        ):
            found.append(f"{holding.id}: no placed encumbrance fits {burden.id}.")
    return found + [
        f"{item.id}: more is taken than it secures."
        for item in known.values()
        if item.amount is not None and sums[item.id] > item.amount.minor
    ]


def invariant_8_freezes(view: View) -> list[str]:
    """What is frozen on a holding is of a freeze in force, to its end.

    What an order froze and what it brought is at most what it says.
    """
    known = {item.id: item for item in view.all(Freeze)}
    sums: Counter[str] = Counter()
    found = []
    for holding, burden in _lying(view, BurdenKind.FREEZE):
        own = known.get(burden.id)
        sums[burden.id] += burden.amount.minor
        if (
            own is None
            or own.state is not FreezeState.RECORDED
            or holding.receivable not in own.receivables
            or own.until_ms != burden.until_ms
        ):
            found.append(f"{holding.id}: no recorded freeze fits {burden.id}.")
    return found + [
        f"{item.id}: more is frozen than the order says."
        for item in known.values()
        if not sums[item.id] <= item.frozen.minor
        or item.executed.minor < 0
        or item.amount < item.frozen + item.executed
    ]


def _lying(view: View, kind: BurdenKind) -> Iterator[tuple[Holding, Burden]]:
    for holding in view.all(Holding):
        if holding.state is not HoldingState.SPLIT:
            yield from ((holding, item) for item in holding.burdens if item.kind is kind)


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_8_nothing_prior,
    invariant_8_security,
    invariant_8_freezes,
)
"""All checks that need one view."""
