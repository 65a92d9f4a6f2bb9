"""Whether a ledger's records say what the toy ledger expects, and what each invariant says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from ledger.changes.records import Claim
from ledger.financing.records import Financing
from ledger.invariants.table import CHECKS
from ledger.invariants.tally import contradictions
from ledger.model.records import R
from ledger.parties.state import Party
from ledger.receivables.clocks import issue_is_over, lock_is_over, transfer_is_over
from ledger.receivables.records import (
    Holding,
    HoldingState,
    Invoice,
    Receivable,
    ReceivableState,
    Transfer,
)
from ledger.settlement.arrears import interest_of
from tests.support.actors import Stage
from tests.support.toy import FOREVER, Toy
from tests.support.toy_burdens import shown
from tests.support.toy_interest import day_of, owed


class Everything:
    """All records of a stage, each kind read once: a view for invariants."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._read: dict[type, Any] = {}

    def all(self, kind: type[R]) -> Iterable[R]:
        """Every record of a kind."""
        if kind not in self._read:
            self._read[kind] = self._stage.all(kind)
        found: list[R] = self._read[kind]
        return found


def broken(stage: Stage) -> list[str]:
    """What contradicts any invariant."""
    view = Everything(stage)
    return contradictions(view, CHECKS)


_LIENS = {
    HoldingState.TRANSFER_PENDING: "transfer",
    HoldingState.LOCKED: "lock",
    HoldingState.FINANCED: "title",
}


def disagreements(stage: Stage, toy: Toy) -> list[str]:
    """Where the records say something else than the toy."""
    toy.now = max(toy.now, stage.clock.ms)
    view = Everything(stage)
    pairs: list[tuple[str, Any, Any]] = [
        ("holdings", _holdings(view, toy), _toy_holdings(toy)),
        ("burdens", _burdens(view, toy), _toy_burdens(toy)),
        ("interest", _interest(stage, view), _toy_interest(toy)),
        ("claims", _claims(view, toy), _toy_claims(toy)),
        ("debts", _debts(view), {key: item["open"] for key, item in toy.debts.items()}),
        ("invoices", _used(view, toy), toy.used()),
        ("exposures", _exposures(view, toy), toy.exposures()),
        ("roles", _roles(view, toy), toy.roles),
    ]
    return [
        f"{what} {key}: {one.get(key)} in the ledger, {other.get(key)} expected"
        for what, one, other in pairs
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    ]


def _holdings(view: Everything, toy: Toy) -> dict[str, Any]:
    transfers = {item.id: item for item in view.all(Transfer)}
    found = {}
    for item in view.all(Holding):
        kind = _LIENS.get(item.state)
        over = (
            transfer_is_over(transfers[item.pending or ""], toy.now)
            if kind == "transfer"
            else lock_is_over(item, toy.now)
        )
        lien = (kind, item.pending) if kind and not over else None
        ended = (item.paid.minor, item.reduced.minor)
        found[item.id] = (item.holder, item.amount.minor, *ended, item.is_open, lien)
    return found


def _toy_holdings(toy: Toy) -> dict[str, Any]:
    return {
        key: (
            item["holder"],
            item["amount"],
            item["paid"],
            item["reduced"],
            item["open"],
            toy.lien(item),
        )
        for key, item in toy.holdings.items()
    }


def _burdens(view: Everything, toy: Toy) -> dict[str, Any]:
    return {
        item.id: [
            (one.id, None if one.ppm else one.amount.minor, one.ppm, one.until_ms or FOREVER)
            for one in item.burdens
            if one.is_live(toy.now)
        ]
        for item in view.all(Holding)
        if item.is_open
    }


def _toy_burdens(toy: Toy) -> dict[str, Any]:
    return {key: shown(item, toy.now) for key, item in toy.holdings.items() if item["open"]}


def _interest(stage: Stage, view: Everything) -> dict[str, int]:
    book = stage.book
    return {
        item.id: interest_of(book, item, stage.today).minor
        for item in view.all(Holding)
        if item.is_open and item.due < stage.today
    }


def _toy_interest(toy: Toy) -> dict[str, int]:
    today = day_of(toy.now)
    return {
        key: owed(toy, key, today)
        for key, item in toy.holdings.items()
        if item["open"] and toy.claims[item["claim"]]["due"] < today
    }


_OWED = (ReceivableState.ACKNOWLEDGED, ReceivableState.SETTLED, ReceivableState.CANCELLED)
_WAITING = (ReceivableState.REGISTERED, ReceivableState.PROPOSED)


def _claims(view: Everything, toy: Toy) -> dict[str, Any]:
    found = {}
    for item in view.all(Receivable):
        waits = item.state in _WAITING and not issue_is_over(item, toy.now)
        state = "owed" if item.state in _OWED else "waiting" if waits else "over"
        parties = (item.creditor, item.obligor)
        amounts = (item.face.minor, item.outstanding.minor)
        found[item.id] = (state, *parties, *amounts, item.due)
    return found


def _toy_claims(toy: Toy) -> dict[str, Any]:
    found = {}
    for key, item in toy.claims.items():
        lapsed = item["state"] == "waiting" and item["until"] <= toy.now
        state = "over" if lapsed else item["state"]
        parties = (item["creditor"], item["obligor"])
        found[key] = (state, *parties, item["face"], item["owed"], item["due"])
    return found


def _debts(view: Everything) -> dict[str, Any]:
    """What is open of each claim beside a receivable."""
    return {item.id: item.outstanding.minor for item in view.all(Claim)}


def _used(view: Everything, toy: Toy) -> Counter[tuple[str, str]]:
    over: Counter[str] = Counter()
    for item in view.all(Receivable):
        if item.state is ReceivableState.PROPOSED and issue_is_over(item, toy.now):
            over.update({use.invoice: use.amount.minor for use in item.uses})
    used = {
        (item.seller, item.number): item.used.minor - over[item.id] for item in view.all(Invoice)
    }
    return +Counter(used)


def _exposures(view: Everything, toy: Toy) -> Counter[str]:
    sums: Counter[str] = Counter()
    for item in view.all(Financing):
        if not item.has_lapsed(toy.now):
            sums[item.programme] += item.exposure.minor
    return +sums


def _roles(view: Everything, toy: Toy) -> dict[str, set[str]]:
    return {
        item.id: {role.value for role in item.roles}
        for item in view.all(Party)
        if item.id in toy.roles
    }
