"""The records of this module: encumbrances and freezes.

How much of which holding they take stands on the holdings (`Holding.burdens`), under their id.
"""

from __future__ import annotations

from enum import Enum
from typing import ClassVar

from msgspec import Struct

from ledger.burdens.commands import EncumbranceKind
from ledger.money import Money


class EncumbranceState(Enum):
    """Where an encumbrance stands; a proposed one also ends at `lapses_ms`."""

    PROPOSED = "proposed"
    PLACED = "placed"
    REJECTED = "rejected"
    RESCINDED = "rescinded"
    RELEASED = "released"


class FreezeState(Enum):
    """Whether a freeze is in force: not once all of it is lifted or executed, or at `until_ms`."""

    RECORDED = "recorded"
    EXECUTED = "executed"
    LIFTED = "lifted"


class Encumbrance(Struct, frozen=True, kw_only=True, gc=False):
    """Security that `holder` gives on a holding, and after a split on what it became.

    `amount` is what is secured and not given back, None for a share. A placed one whose holdings
    are all paid burdens nothing any more: what it was worth has gone to whoever was paid.
    """

    PREFIX: ClassVar[str] = "enc"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (
        ("holding",),
        ("holder",),
        ("secured_party",),
        ("obligor",),
    )
    FIXED: ClassVar[tuple[str, ...]] = ("holding", "holder", "secured_party", "obligor")

    id: str
    last_seq: int = -1
    holding: str
    receivable: str
    obligor: str
    holder: str
    secured_party: str
    kind: EncumbranceKind
    agreement: str
    amount: Money | None = None
    share_ppm: int | None = None
    behind: str | None = None
    lapses_ms: int
    proposal: str
    state: EncumbranceState = EncumbranceState.PROPOSED
    placed_ms: int | None = None

    def has_lapsed(self, at_ms: int) -> bool:
        """Whether nobody accepted a proposed one in time."""
        return self.state is EncumbranceState.PROPOSED and self.lapses_ms <= at_ms


class Freeze(Struct, frozen=True, kw_only=True, gc=False):
    """A court's order over what `debtor` holds.

    `amount` is what the order freezes, `frozen` how much of it was put on holdings and neither
    lifted nor executed, `executed` what the court has got, `orders` the digests of the order and
    of all that changed it since. `by_obligor` says that whoever owes the debt recorded it, and so
    has an interest in it.
    """

    PREFIX: ClassVar[str] = "frz"
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("debtor",), ("recorded_by",))
    FIXED: ClassVar[tuple[str, ...]] = ("debtor", "recorded_by")

    id: str
    last_seq: int = -1
    debtor: str
    court: str
    case: str
    orders: tuple[str, ...]
    amount: Money
    frozen: Money
    executed: Money
    receivables: tuple[str, ...]
    served_ms: int
    until_ms: int
    recorded_by: str
    by_obligor: bool
    recorded_ms: int
    state: FreezeState = FreezeState.RECORDED

    def has_lapsed(self, at_ms: int) -> bool:
        """Whether its term is over and no court has lifted it before."""
        return self.state is FreezeState.RECORDED and self.until_ms <= at_ms
