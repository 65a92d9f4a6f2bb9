"""By which act a holder has its holding from whom, and how title goes back."""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.financing.events import FinancingRepurchased
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader, need, refuse_if
from ledger.receivables import acts
from ledger.receivables.commands import Recourse
from ledger.receivables.events import BurdenKind
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding, HoldingState, Transfer
from ledger.recourse.records import RecourseClaim

Events = tuple[ReceivablesEvent | FinancingRepurchased, ...]


def title_of(book: Reader, holding: Holding) -> Financing | Transfer:
    """The financing or transfer by which its holder got `holding`, or what it was split from.

    Raises `Refused` (`recourse_is_excluded`) where there is none, or it gives no recourse.
    """
    under = _last(book, holding)
    if under is None or under.recourse is not Recourse.ASSIGNOR:
        raise Refused(
            RefusalCode.RECOURSE_IS_EXCLUDED,
            f"Nobody answers for {holding.id} to its holder.",
            place="/body/holding",
        )
    return under


def _last(book: Reader, holding: Holding) -> Financing | Transfer | None:
    financed = financing_of(book, holding)
    if financed is not None:
        return financed
    moves = [item for item in _transfers(book, holding) if item.assignee == holding.holder]
    return max(moves, key=lambda item: (item.accepted_ms or 0, item.last_seq), default=None)


def financing_of(book: Reader, holding: Holding) -> Financing | None:
    """The financing that has a holding; of a closed one, that of the financier who had it last."""
    if holding.is_open:
        financed = holding.state is HoldingState.FINANCED
        return need(book, Financing, holding.pending or "", "") if financed else None
    found = [
        item
        for item in book.find(Financing, holding=holding.id)
        if item.financier == holding.holder and item.state is FinancingState.REPAID
    ]
    return max(found, key=lambda item: item.active_ms or 0, default=None)


def _transfers(book: Reader, holding: Holding) -> list[Transfer]:
    """The accepted transfers of a holding and of what it was split from that were not undone."""
    found: list[Transfer] = []
    undone: set[str] = set()
    for above in ancestry(book, holding):
        found += book.find(Transfer, holding=above.id)
        undone |= {
            item.under
            for item in book.find(RecourseClaim, holding=above.id)
            if item.repurchased_ms is not None
        }
    return [item for item in found if item.accepted_ms is not None and item.id not in undone]


def give_back(book: Reader, recourse: RecourseClaim, at_ms: int) -> Events:
    """Title goes back to who paid; nothing where nothing is owed any more.

    Raises `Refused` while it cannot move: `redemption_is_under_way`, `holding_is_frozen`,
    `holding_is_encumbered`, and as `ledger.receivables.acts.free_holding` does.
    """
    holding = need(book, Holding, recourse.holding, "")
    if not holding.is_open:
        return ()
    acts.check_circulates(book, holding, at_ms)
    for kind, code in _KEEPS.items():
        refuse_if(
            holding.burdened(kind, at_ms).minor > 0,
            code,
            f"Part of {holding.id} or all of it is not free: {kind.value}.",
        )
    if book.get(Financing, recourse.under) is None:
        return acts.undo_transfer(book, holding, recourse.liable, recourse.under, at_ms)
    return (
        *acts.return_title(holding, recourse.liable, recourse.under),
        FinancingRepurchased(financing=recourse.under),
    )


_KEEPS = {
    BurdenKind.FREEZE: RefusalCode.HOLDING_IS_FROZEN,
    BurdenKind.ENCUMBRANCE: RefusalCode.HOLDING_IS_ENCUMBERED,
}
"""What title waits for; a dispute goes along, since it is often why the money was paid back."""
