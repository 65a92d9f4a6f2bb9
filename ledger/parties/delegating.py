"""Delegation: a key that signs certain acts alone, up to an amount, a sum per day, and a time.

Who sets rules, keys and accounts is never delegated: a limited key could widen its own limits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Stake, Unbounded
from ledger.parties.commands import DelegateKey, UndelegateKey
from ledger.parties.events import DelegationEnded, DelegationGranted, DelegationUsed
from ledger.parties.records import Delegation, Key
from ledger.parties.standing import ANYBODY, GUARDS, PAIRS
from ledger.policy.state import today_of

NEVER = GUARDS | ANYBODY | PAIRS | {"key.certify", "key.revoke", "key.rotate", "key.undelegate"}
"""Acts that no limited key signs."""


def delegate(
    book: Reader, command: DelegateKey, by: Signer, at_ms: int
) -> tuple[DelegationGranted]:
    """A key of the signing party is limited from the next entry on; another key of it grants."""
    key = need(book, Key, command.kid, "/body/kid")
    refuse_if(
        key.party != by.party or key.id in by.kids,
        RefusalCode.KEY_NOT_OF_PARTY,
        "A party limits a key of its own, and signs with another.",
        "/body/kid",
    )
    refuse_if(
        key.until_ms <= at_ms,
        RefusalCode.KEY_NOT_IN_FORCE,
        "The key has ended already.",
        "/body/kid",
    )
    refuse_if(
        len(set(command.acts)) != len(command.acts) or not NEVER.isdisjoint(command.acts),
        RefusalCode.FIELD_INVALID,
        "Acts are named once each, and none that sets keys, rules, accounts or contacts.",
        "/body/acts",
    )
    refuse_if(
        command.until_ms <= at_ms,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        "The delegation would be over before it begins.",
        "/body/until_ms",
    )
    caps = [cap.currency for cap in (command.per_act, command.per_day) if cap is not None]
    refuse_if(
        len(set(caps)) > 1,
        RefusalCode.CURRENCY_MISMATCH,
        "Both amounts are in one currency.",
        "/body/per_day",
    )
    granted = DelegationGranted(
        delegation=by.new_id("dlg"),
        party=by.party,
        kid=key.id,
        acts=command.acts,
        per_act=command.per_act,
        per_day=command.per_day,
        until_ms=command.until_ms,
    )
    return (granted,)


def undelegate(
    book: Reader, command: UndelegateKey, by: Signer, at_ms: int
) -> tuple[DelegationEnded]:
    """The delegation ends, and its key signs nothing."""
    delegation = need(book, Delegation, command.delegation, "/body/delegation")
    refuse_if(
        delegation.party != by.party,
        RefusalCode.KEY_NOT_OF_PARTY,
        "A party withdraws its own delegations only.",
        "/body/delegation",
    )
    _check_lasts(delegation, at_ms, "/body/delegation")
    return (DelegationEnded(delegation=delegation.id, until_ms=at_ms),)


def uses(
    book: Reader, kids: Iterable[str], act: str, stake: Stake | None, at_ms: int
) -> tuple[DelegationUsed, ...]:
    """What signing `act` over `stake` with these keys uses of their delegations; mostly nothing.

    Raises `Refused`: `delegation_is_over`, `delegation_does_not_cover` (another act, or an amount
    in another currency), `delegation_cap_exceeded` (invariant 17).
    """
    return tuple(_uses(book, kids, act, stake, at_ms))


def _uses(
    book: Reader, kids: Iterable[str], act: str, stake: Stake | None, at_ms: int
) -> Iterator[DelegationUsed]:
    for kid in kids:
        key = book.get(Key, kid)
        if key is None or key.delegation is None:
            continue
        delegation = need(book, Delegation, key.delegation, "")
        _check_lasts(delegation, at_ms, "")
        if act not in delegation.acts:
            raise Refused(
                RefusalCode.DELEGATION_DOES_NOT_COVER, f"The key {kid} may not sign {act}."
            )
        used = _within(book, delegation, stake, at_ms) if stake is not None else None
        if used is not None:
            yield used


def _within(
    book: Reader, delegation: Delegation, stake: Stake, at_ms: int
) -> DelegationUsed | None:
    caps = [cap for cap in (delegation.per_act, delegation.per_day) if cap is not None]
    if isinstance(stake, Unbounded):
        refuse_if(
            bool(caps),
            RefusalCode.DELEGATION_CAP_EXCEEDED,
            f"No amount bounds this act, and {delegation.id} has a cap.",
        )
        return None
    refuse_if(
        any(cap.currency != stake.currency for cap in caps),
        RefusalCode.DELEGATION_DOES_NOT_COVER,
        f"{delegation.id} is for amounts in another currency.",
    )
    refuse_if(
        delegation.per_act is not None and delegation.per_act < stake,
        RefusalCode.DELEGATION_CAP_EXCEEDED,
        f"{delegation.id} does not reach so far in one act.",
    )
    if delegation.per_day is None:
        return None
    today = today_of(book, at_ms)
    before = delegation.used if delegation.day == today else None
    used = stake if before is None else before + stake
    refuse_if(
        delegation.per_day < used,
        RefusalCode.DELEGATION_CAP_EXCEEDED,
        f"{delegation.id} does not reach so far in one day.",
    )
    return DelegationUsed(delegation=delegation.id, day=today, used=used)


def _check_lasts(delegation: Delegation, at_ms: int, place: str) -> None:
    refuse_if(
        delegation.until_ms <= at_ms,
        RefusalCode.DELEGATION_IS_OVER,
        f"{delegation.id} has ended.",
        place,
    )
