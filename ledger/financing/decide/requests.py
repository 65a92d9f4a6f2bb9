"""Requests: a holder says which holding it would sell, and until when."""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.financing.acts import Events, free
from ledger.financing.clocks import request_is_live
from ledger.financing.commands import RequestFinancing, WithdrawRequest
from ledger.financing.events import FinancingRequested, RequestWithdrawn
from ledger.financing.records import Request, RequestState
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.policy.state import payable_on, today_of
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding


def request(book: Reader, command: RequestFinancing, by: Signer, at_ms: int) -> Events:
    """The holder of a free holding wants offers; one request at a time for each holding."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    before = free(book, holding, at_ms)
    refuse_if(
        any(request_is_live(book, item, at_ms) for item in book.find(Request, holding=holding.id)),
        RefusalCode.REQUEST_IS_OPEN,
        f"There is an open request for {holding.id}.",
    )
    due = payable_on(book, holding.due)
    refuse_if(
        not today_of(book, at_ms) <= command.latest < due,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        f"The money must come from today on and before {due}.",
        "/body/latest",
    )
    refuse_if(
        command.min_net is not None and command.min_net.currency != holding.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}.",
        "/body/min_net",
    )
    requested = FinancingRequested(
        request=by.new_id("req"),
        holder=by.party,
        holding=holding.id,
        latest=command.latest,
        min_net=command.min_net,
    )
    return (*before, requested)


def withdraw(book: Reader, command: WithdrawRequest, by: Signer) -> Events:
    """Whoever asked takes it back."""
    asked = need(book, Request, command.request, "/body/request")
    only(asked.holder, by, "holder who asked")
    refuse_if(
        asked.state is not RequestState.OPEN,
        RefusalCode.REQUEST_IS_CLOSED,
        f"{asked.id} is {asked.state.value}.",
    )
    return (RequestWithdrawn(request=asked.id),)
