"""What must be true of all keys and people together, by the numbers of the domain's invariants.

Each check returns what contradicts it, in sentences with record ids; nothing when all is well.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.model.records import View
from ledger.parties.records import Delegation, Key, Manifest


def invariant_17_delegations(view: View) -> list[str]:
    """A limited key is limited by its own party, and no day's sum exceeds its cap."""
    keys = {item.id: item for item in view.all(Key)}
    found = list(view.all(Delegation))
    known = {item.id for item in found}
    wrong = [
        f"{item.id}: it limits the key of another party."
        for item in found
        if keys[item.kid].party != item.party
    ]
    wrong += [
        f"{item.id}: more was signed in a day than it allows."
        for item in found
        if item.used is not None and (item.per_day is None or item.per_day < item.used)
    ]
    return wrong + [
        f"{key.id}: its delegation is not on record."
        for key in keys.values()
        if key.delegation is not None and key.delegation not in known
    ]


def invariant_17_manifests(view: View) -> list[str]:
    """Who signed a list: keys of its party, one for each of as many different people."""
    keys = {item.id: item for item in view.all(Key)}
    return [
        f"{item.id}: its keys and people do not fit."
        for item in view.all(Manifest)
        if any(keys[kid].party != item.party for kid in item.kids)
        or sorted(keys[kid].person for kid in item.kids) != sorted(item.persons)
        or len(set(item.persons)) != len(item.persons)
    ]


INVARIANTS: tuple[Callable[[View], list[str]], ...] = (
    invariant_17_delegations,
    invariant_17_manifests,
)
"""All checks that need one view."""
