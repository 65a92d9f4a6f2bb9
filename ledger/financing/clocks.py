"""What is live: always a function of records and an instant."""

from __future__ import annotations

from ledger.financing.records import Request, RequestState
from ledger.model.records import Reader, need
from ledger.policy.state import today_of
from ledger.receivables.records import Holding


def request_is_live(book: Reader, request: Request, at_ms: int) -> bool:
    """Whether a request still waits for an offer: open, in time, and still its holder's to sell."""
    holding = need(book, Holding, request.holding, "")
    return (
        request.state is RequestState.OPEN
        and holding.is_open
        and holding.holder == request.holder
        and today_of(book, at_ms) <= request.latest
    )
