"""Acts about security and freezes, by kind of command."""

from __future__ import annotations

from ledger.burdens import commands as b
from ledger.receivables.records import Holding
from tests.support import having as h
from tests.support.actors import DAY, Stage, digest
from tests.support.acts.parties import Act


def _propose(s: Stage) -> None:
    item = h.held(s)
    s.do(s.name_of(item.holder), h.security(s, item))


def _accept(s: Stage) -> None:
    item = h.offered(s)
    s.do(s.name_of(item.secured_party), *h.taking(s, item))


def _reject(s: Stage) -> None:
    item = h.offered(s)
    s.do(s.name_of(item.secured_party), b.RejectEncumbrance(encumbrance=item.id))


def _rescind(s: Stage) -> None:
    item = h.offered(s)
    s.do(s.name_of(item.holder), b.RescindEncumbrance(encumbrance=item.id))


def _release(s: Stage) -> None:
    item = h.placed(s)
    command = b.ReleaseEncumbrance(encumbrance=item.id, parts=h.some_of(s, item))
    s.do(s.name_of(item.secured_party), command)


def _record(s: Stage) -> None:
    """One to three open holdings of one party, whatever has them; the operator or the obligor."""
    first = s.some(Holding, lambda item: item.is_open) or h.held(s)
    currency = first.amount.currency
    more = [
        item
        for item in s.store.records.find(Holding, {"holder": first.holder})
        if item.is_open and item.id != first.id and item.amount.currency == currency
    ]
    chosen = [first, *s.random.sample(more, min(len(more), s.random.randint(0, 2)))]
    obligors = {item.obligor for item in chosen}
    by = "operator"
    if len(obligors) == 1 and s.random.random() < 0.5:
        by = s.name_of(first.obligor)
    s.do(by, h.order(s, *(h.part(s, item) for item in chosen)))


def _renew(s: Stage) -> None:
    item = h.freeze(s)
    until_ms = item.until_ms + s.random.randint(1, 20) * DAY
    s.do("operator", b.RenewFreeze(freeze=item.id, order=digest("on"), until_ms=until_ms))


def _lift(s: Stage) -> None:
    item = h.freeze(s)
    s.do("operator", b.LiftFreeze(freeze=item.id, order=digest("off"), parts=h.some_of(s, item)))


BURDENS: dict[str, Act] = {
    "encumbrance.propose": _propose,
    "encumbrance.accept": _accept,
    "encumbrance.reject": _reject,
    "encumbrance.rescind": _rescind,
    "encumbrance.release": _release,
    "freeze.record": _record,
    "freeze.renew": _renew,
    "freeze.lift": _lift,
}
