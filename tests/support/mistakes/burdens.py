"""Mistakes about security and freezes, and what these keep from happening."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.burdens import commands as b
from ledger.money import Money
from ledger.receivables.records import Holding
from tests.support import having as h
from tests.support.actors import DAY, Stage, digest
from tests.support.mistakes.form import Mistake


def _passes_on(s: Stage, item: Holding) -> None:
    s.do(s.name_of(item.holder), h.offer_to(s, item, h.transferee(s, item)))


def _passes_frozen_on(s: Stage) -> None:
    item = h.held(s, fresh=1)
    h.sure(s.do("operator", h.order(s, h.part(s, item))))
    _passes_on(s, item)


def _passes_security_on(s: Stage) -> None:
    item = h.held(s, fresh=1)
    h.placed(s, on=item)
    _passes_on(s, item)


def _pays_frozen(s: Stage) -> None:
    item = h.held(s, fresh=1)
    h.sure(s.do("operator", h.order(s, h.part(s, item))))
    s.do(s.name_of(item.holder), h.receipt(s, item, item.outstanding))


def _secures_too_much(s: Stage) -> None:
    item = h.held(s)
    more = item.outstanding + Money(1, item.amount.currency)
    command = replace(h.security(s, item), amount=more, share_ppm=None)
    s.do(s.name_of(item.holder), command)


def _freezes_anothers(s: Stage) -> None:
    item = h.held(s)
    s.do("operator", h.order(s, h.part(s, item), debtor=item.obligor))


def _secures_itself(s: Stage) -> None:
    item = h.sellable(s)
    s.do(s.name_of(item.holder), h.security(s, item, secured_party=item.holder))


def _accepts_late(s: Stage) -> None:
    item = h.offered(s)
    s.clock.ms = item.lapses_ms
    command, *seen = h.taking(s, item)
    s.do(s.name_of(item.secured_party), command, *seen)


def _releases_twice(s: Stage) -> None:
    item = h.placed(s)
    for _ in range(2):
        s.do(s.name_of(item.secured_party), b.ReleaseEncumbrance(encumbrance=item.id))


def _releases_elsewhere(s: Stage) -> None:
    item = h.placed(s)
    elsewhere = h.part(s, h.held(s, fresh=1), 1)
    command = b.ReleaseEncumbrance(encumbrance=item.id, parts=(elsewhere,))
    s.do(s.name_of(item.secured_party), command)


def _more_than_ordered(s: Stage) -> None:
    item = h.held(s, fresh=1)
    command = h.order(s, h.part(s, item, 2))
    s.do("operator", replace(command, amount=Money(1, item.amount.currency)))


def _freezes_twice(s: Stage) -> None:
    item = h.held(s, fresh=1)
    command = h.order(s, h.part(s, item))
    for by in ("operator", s.name_of(item.obligor)):
        s.do(by, replace(command, case=f" {command.case.upper()} ".strip()))


def _renews_late(s: Stage) -> None:
    item = h.freeze(s)
    s.clock.ms = item.until_ms
    renewal = b.RenewFreeze(freeze=item.id, order=digest("on"), until_ms=item.until_ms + DAY)
    s.do("operator", renewal)


def _lifts_twice(s: Stage) -> None:
    item = h.freeze(s)
    for _ in range(2):
        s.do("operator", b.LiftFreeze(freeze=item.id, order=digest("off")))


BURDENS: dict[str, Mistake] = {
    "holding_is_frozen": _passes_frozen_on,
    "holding_is_encumbered": _passes_security_on,
    "amount_is_frozen": _pays_frozen,
    "burden_exceeds_holding": _secures_too_much,
    "holding_has_another_holder": _freezes_anothers,
    "secured_party_does_not_fit": _secures_itself,
    "encumbrance_has_lapsed": _accepts_late,
    "encumbrance_is_closed": _releases_twice,
    "release_does_not_fit": _releases_elsewhere,
    "freeze_exceeds_order": _more_than_ordered,
    "freeze_is_recorded": _freezes_twice,
    "freeze_has_lapsed": _renews_late,
    "freeze_is_lifted": _lifts_twice,
}
"""By the name of the refusal that it meets."""
