"""What then is true about security and freezes. What lies on which holding, receivables tell."""

from __future__ import annotations

from ledger.burdens.commands import EncumbranceKind
from ledger.model.records import Effect
from ledger.money import Money


class EncumbranceProposed(Effect, frozen=True, kw_only=True):
    """`holder` offers `secured_party` security on a holding: an amount, or a share of it."""

    encumbrance: str
    holding: str
    receivable: str
    obligor: str
    holder: str
    secured_party: str
    kind: EncumbranceKind
    agreement: str
    amount: Money | None
    share_ppm: int | None
    behind: str | None
    lapses_ms: int
    proposal: str


class EncumbrancePlaced(Effect, frozen=True, kw_only=True):
    """The secured party has accepted: since `at_ms` the holding is security."""

    encumbrance: str
    at_ms: int


class EncumbranceRejected(Effect, frozen=True, kw_only=True):
    """The secured party does not want it."""

    encumbrance: str


class EncumbranceRescinded(Effect, frozen=True, kw_only=True):
    """The holder took its offer back."""

    encumbrance: str


class EncumbranceReleased(Effect, frozen=True, kw_only=True):
    """The secured party gives `amount` of the security back, or (None) all there is of it."""

    encumbrance: str
    amount: Money | None


class FreezeRecorded(Effect, frozen=True, kw_only=True):
    """A court has frozen `amount`, and `frozen` of it lies on holdings of these receivables."""

    freeze: str
    debtor: str
    court: str
    case: str
    order: str
    amount: Money
    frozen: Money
    receivables: tuple[str, ...]
    served_ms: int
    until_ms: int
    by: str
    by_obligor: bool
    at_ms: int


class FreezeRenewed(Effect, frozen=True, kw_only=True):
    """The freeze goes on until another instant."""

    freeze: str
    order: str
    until_ms: int


class FreezeLifted(Effect, frozen=True, kw_only=True):
    """The court has lifted `amount` of the freeze, or (None) all that is left of it."""

    freeze: str
    order: str
    amount: Money | None


class FreezeExecuted(Effect, frozen=True, kw_only=True):
    """`amount` of what was frozen has been paid to the court, by its order of this digest."""

    freeze: str
    order: str
    amount: Money


class ExecutionReversed(Effect, frozen=True, kw_only=True):
    """`amount` that a court had got came back: it is frozen again."""

    freeze: str
    amount: Money


Event = (
    EncumbranceProposed
    | EncumbrancePlaced
    | EncumbranceRejected
    | EncumbranceRescinded
    | EncumbranceReleased
    | FreezeRecorded
    | FreezeRenewed
    | FreezeLifted
    | FreezeExecuted
    | ExecutionReversed
)
