"""Acts about limited keys and the recovery of keys, by kind of command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.drafting import Desk
from ledger import vocabulary
from ledger.keys import SigningKey
from ledger.parties import commands as p
from ledger.parties.standing import persons_needed
from ledger.parties.state import Delegation, Key, Party, Recovery
from tests.support import having as h
from tests.support.actors import DAY, Make, Stage, digest
from tests.support.acts.parties import Act, bind, certificate_of
from tests.support.authority import Authority
from tests.support.founding import AUTHORITY, PARTIES, SUPPLIERS


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


def opening(
    s: Stage,
    name: str,
    people: Sequence[str],
    authority: Authority | None = None,
    **changes: Any,
) -> Make:
    """The command that opens a recovery of a party's keys, with a fresh key for each person."""
    keys = [(s.new_key(), person) for person in people]
    party = s.get(Party, s.parties[name])
    numbers = [item.value for item in party.identifiers]
    chains = tuple(
        p.Chain(der=(certificate_of(key.public.raw, numbers[0], authority),))
        for key, _ in keys
        if authority is not None
    )

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        known: dict[str, Any] = {
            "party": party.id,
            "keys": tuple(desk.new_key(key, person, jti) for key, person in keys),
            "evidence": digest(f"keys of {name} were lost"),
            "certificates": chains,
        }
        return p.OpenRecovery(**(known | changes))

    return make


def opened(s: Stage, name: str, *, by: str = "bank") -> Recovery:
    """An open recovery of all of a party's people's keys, opened by a bank or the operator."""
    authority = AUTHORITY if by == "operator" else None
    said = h.sure(s.do(by, opening(s, name, PARTIES[name][1], authority)))
    return s.get(Recovery, said.id("rcy"))


def _open_recovery(s: Stage) -> None:
    name, by = s.random.choice(SUPPLIERS), s.random.choice(["bank", "operator"])
    recovery = opened(s, name, by=by)
    s.do(name, p.VetoRecovery(recovery=recovery.id, reason="not_lost"), keys=_any(s, name))


def _veto_recovery(s: Stage) -> None:
    name = s.random.choice(SUPPLIERS)
    recovery = opened(s, name)
    s.clock.ms += s.random.choice([0, DAY, 4 * DAY])
    s.do(name, p.VetoRecovery(recovery=recovery.id, reason="not_lost"), keys=_any(s, name))


def _complete_recovery(s: Stage) -> None:
    name, by = s.random.choice(SUPPLIERS), s.random.choice(["bank", "operator"])
    recovery = opened(s, name, by=by)
    s.clock.ms += 3 * DAY
    h.sure(s.do("bank", p.CompleteRecovery(recovery=recovery.id)))


def _any(s: Stage, name: str) -> list[SigningKey]:
    """One key of the party: a veto needs no more."""
    return [s.secrets[s.keys_of(name)[0].id]]


KEYS: dict[str, Act] = {
    "key.delegate": _delegate,
    "key.undelegate": _undelegate,
    "recovery.open": _open_recovery,
    "recovery.veto": _veto_recovery,
    "recovery.complete": _complete_recovery,
}
