"""What a notice is about: transfer, financing, security or asserted interest, seen as one."""

from __future__ import annotations

from msgspec import Struct

from ledger.burdens.records import Encumbrance, EncumbranceState
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader
from ledger.notices.commands import InterestKind
from ledger.notices.records import Assertion
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding, Transfer, TransferState


class Basis(Struct, frozen=True, kw_only=True, gc=False):
    """An assignment of `holding` by `assignor` to `assignee`, made at `since_ms`."""

    id: str
    holding: str
    assignor: str
    assignee: str
    is_factoring: bool
    since_ms: int

    def reaches(self, book: Reader, holding: Holding) -> bool:
        """Whether it is of `holding`, or of what that was split from."""
        return any(item.id == self.holding for item in ancestry(book, holding))


def basis_of(book: Reader, record_id: str, at_ms: int) -> Basis | None:
    """The assignment that a record states, None where there is none or it has come to nothing.

    A transfer stands once it is accepted, a financing from acceptance until it fails, lapses or
    is released or repaid, security from acceptance until it is given back, an asserted interest
    until it is withdrawn. A pledge is no assignment,
    but the obligor of the pledged claim is told in the same way.
    """
    transfer = book.get(Transfer, record_id)
    if transfer is not None and transfer.state is TransferState.ACCEPTED:
        return Basis(
            id=transfer.id,
            holding=transfer.holding,
            assignor=transfer.assignor,
            assignee=transfer.assignee,
            is_factoring=False,
            since_ms=transfer.accepted_ms or 0,
        )
    financing = book.get(Financing, record_id)
    if financing is not None and financing_stands(financing, at_ms):
        return Basis(
            id=financing.id,
            holding=financing.holding,
            assignor=financing.holder,
            assignee=financing.financier,
            is_factoring=True,
            since_ms=financing.accepted_ms,
        )
    security = book.get(Encumbrance, record_id)
    if security is not None and security.state is EncumbranceState.PLACED:
        return Basis(
            id=security.id,
            holding=security.holding,
            assignor=security.holder,
            assignee=security.secured_party,
            is_factoring=False,
            since_ms=security.placed_ms or 0,
        )
    asserted = book.get(Assertion, record_id)
    if asserted is not None and asserted.withdrawn_ms is None:
        return Basis(
            id=asserted.id,
            holding=asserted.holding,
            assignor=asserted.grantor,
            assignee=asserted.claimant,
            is_factoring=asserted.kind is InterestKind.FACTORING,
            since_ms=asserted.since_ms,
        )
    return None


def financing_stands(financing: Financing, at_ms: int) -> bool:
    """Whether the financier has a right from it: accepted in time, under way, or active."""
    return financing.state in _STANDS and not financing.has_lapsed(at_ms)


_STANDS = (FinancingState.ACCEPTED, FinancingState.INSTRUCTED, FinancingState.ACTIVE)
