"""Ticks: the operator states what time alone has ended. No decision depends on them."""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.financing.acts import Events, lapse
from ledger.financing.commands import AdvanceClock
from ledger.model.records import Reader, Signer, refuse_if
from ledger.parties.commands import Role
from ledger.receivables.decide.checks import need_role


def advance(book: Reader, command: AdvanceClock, by: Signer, at_ms: int) -> Events:
    """The lapses of what is named, in its order."""
    need_role(by, Role.OPERATOR)
    refuse_if(
        len(set(command.lapsed)) != len(command.lapsed),
        RefusalCode.NOTHING_TO_LAPSE,
        "An id is named twice.",
        "/body/lapsed",
    )
    return tuple(event for name in command.lapsed for event in lapse(book, name, at_ms))
