"""Acts about limited keys and the recovery of keys, by kind of command."""

from __future__ import annotations

from typing import Any

from ledger.parties import commands as p
from ledger.parties.standing import persons_needed
from ledger.parties.state import Delegation, Key
from tests.support import having as h
from tests.support.actors import DAY, Stage
from tests.support.acts.parties import Act, bind
from tests.support.founding import SUPPLIERS


def limited(s: Stage, name: str, **terms: Any) -> Key:
    """A fresh key of a clerk of the party, who may register claims and sign lists of them."""
    key = bind(s, name, "clerk")
    known: dict[str, Any] = {
        "acts": ("manifest.sign", "receivable.register"),
        "until_ms": s.clock.ms + 7 * DAY,
        "per_act": s.money(90_000, 90_000),
        "per_day": s.money(90_000, 180_000),
    }
    command = p.DelegateKey(kid=key.id, **(known | terms))
    others = {item.person: item.id for item in s.keys_of(name) if item.id != key.id}
    needed = persons_needed(s.book, s.parties[name], "key.delegate", None)
    keys = [s.secrets[kid] for kid in sorted(others.values())[:needed]]
    h.sure(s.do(name, command, keys=keys))
    return s.get(Key, key.id)


def _delegate(s: Stage) -> None:
    name = s.random.choice(SUPPLIERS)
    key = s.secrets[limited(s, name).id]
    for _ in range(s.random.randint(0, 3)):
        s.do(name, h.claim(s), keys=[key])


def _undelegate(s: Stage) -> None:
    live = s.some(Delegation, lambda item: item.until_ms > s.clock.ms)
    if live is None or s.random.random() < h.FRESH:
        key = limited(s, s.random.choice(SUPPLIERS))
        live = s.get(Delegation, key.delegation or "")
    s.do(s.name_of(live.party), p.UndelegateKey(delegation=live.id))


KEYS: dict[str, Act] = {
    "key.delegate": _delegate,
    "key.undelegate": _undelegate,
}
