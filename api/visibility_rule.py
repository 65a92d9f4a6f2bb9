"""What a rule of visibility is: whom records of one kind concern, and what stays hidden of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from api.auth import Caller
from ledger.model.records import Reader
from ledger.parties.commands import Role
from ledger.store.pages import Via

Hidden: TypeAlias = frozenset[str] | None
"""The fields that stay hidden, or None for a record that does not concern the party."""
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom records of one kind concern.

    A record that names the party in a field of `sides`, or by way of `via`, may concern it; with
    neither, any may. `hidden` decides. `sealed` are the fields that the operator does not see.
    """

    kind: type[Any]
    hidden: Callable[[Any, Reader, str], Hidden]
    sides: tuple[str, ...] = ()
    via: tuple[Via, ...] = ()
    sealed: frozenset[str] = NOTHING
    private: frozenset[str] = NOTHING
    """Fields by which nobody may search."""

    def filters(self, caller: Caller) -> frozenset[str]:
        """The fields of the kind's indexes and its state, unless searching would tell secrets.

        The state has no index: it changes often, and most records are in one of few states.
        """
        sealed = self.sealed if Role.OPERATOR in caller.roles else NOTHING
        indexed = frozenset(name for index in self.kind.INDEXES for name in index)
        state = {"state"}.intersection(self.kind.__struct_fields__)
        return (indexed | state) - self.private - sealed


def sides(*names: str) -> Callable[[Any, Reader, str], Hidden]:
    """Both sides see all of it, nobody else anything."""

    def hidden(record: Any, book: Reader, party: str) -> Hidden:
        return NOTHING if any(getattr(record, name) == party for name in names) else None

    return hidden
