"""What a holding rests on: an alert about any of it is an alert about the holding."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.model.records import Reader, need
from ledger.receivables.records import Holding, Receivable


def ancestry(book: Reader, holding: Holding) -> Iterator[Holding]:
    """The holding and those that it was split from, itself first."""
    above: Holding | None = holding
    while above is not None:
        yield above
        above = need(book, Holding, above.parent, "") if above.parent else None


def lineage(book: Reader, holding: Holding) -> tuple[str, ...]:
    """The ids of what `holding` rests on (see `rests_on`)."""
    _, *above = ancestry(book, holding)
    receivable = need(book, Receivable, holding.receivable, "")
    return rests_on(holding, above, receivable, holding.chain)


def rests_on(
    holding: Holding, above: Iterable[Holding], receivable: Receivable, hands: Iterable[str]
) -> tuple[str, ...]:
    """The holding, those it was split from, receivable, invoices, debtor and hands, each once.

    Siblings are none of it.
    """
    holdings = (item.id for item in above)
    invoices = (use.invoice for use in receivable.uses)
    ids = (holding.id, *holdings, receivable.id, *invoices, holding.obligor, *hands)
    return tuple(dict.fromkeys(ids))
