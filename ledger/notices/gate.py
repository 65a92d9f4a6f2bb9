"""The registry gate: what must be on record before an advance is instructed.

A search of the seller's claims, then the filing, then the notice's arrival, in this order: who
searched after filing has seen only its own filing (77号 article 13; Civil Code 768).
"""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.financing.records import Financing
from ledger.model.records import Reader, need
from ledger.notices.commands import InterestKind
from ledger.notices.records import Filing, Notice, Search
from ledger.notices.scene import covering
from ledger.policy.state import policy_of
from ledger.receivables.records import Holding

HOUR_MS = 3_600_000


def check_registration(book: Reader, financing: Financing, at_ms: int) -> str | None:
    """The filing under which an advance may be instructed; None where the gate stands open.

    Raises `Refused`: `registration_required` (no search, or no filing after it),
    `search_is_old`, `notice_has_not_arrived`.
    """
    if not policy_of(book).gates.registration:
        return None
    searched_ms = _searched(book, financing, at_ms)
    filing = _filed(book, financing, searched_ms, at_ms)
    if not any(
        item.arrived_ms is not None and item.withdrawn_ms is None
        for item in book.find(Notice, basis=financing.id)
    ):
        raise Refused(
            RefusalCode.NOTICE_HAS_NOT_ARRIVED, f"The obligor has no notice of {financing.id}."
        )
    return filing.id


def _searched(book: Reader, financing: Financing, at_ms: int) -> int:
    """When the earliest search that is not too old was made."""
    searches = [
        item.searched_ms
        for item in book.find(Search, searcher=financing.financier, creditor=financing.holder)
        if item.obligor in (None, financing.obligor)
    ]
    if not searches:
        detail = "The financier has not searched the registry for the seller's claims."
        raise Refused(RefusalCode.REGISTRATION_REQUIRED, detail)
    hours = policy_of(book).clocks.search_hours
    fresh = [item for item in searches if item >= at_ms - hours * HOUR_MS]
    if not fresh:
        raise Refused(
            RefusalCode.SEARCH_IS_OLD, f"The latest search is more than {hours} hours old."
        )
    return min(fresh)


def _filed(book: Reader, financing: Financing, searched_ms: int, at_ms: int) -> Filing:
    """The financier's earliest live filing over the holding since its search."""
    holding = need(book, Holding, financing.holding, "")
    found = [
        item
        for item in covering(book, holding)
        if (item.secured, item.grantor) == (financing.financier, financing.holder)
        and item.kind is not InterestKind.PLEDGE
        and item.is_live(at_ms)
        and item.filed_ms >= searched_ms
    ]
    if not found:
        detail = "The financier has filed nothing over the holding since its search."
        raise Refused(RefusalCode.REGISTRATION_REQUIRED, detail)
    return min(found, key=lambda item: (item.filed_ms, item.id))
