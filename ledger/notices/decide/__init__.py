"""May this notice, filing or interest be recorded? One file for each group of acts.

Refusals come in the order in which the lines of an act's function stand. Nothing here judges
whether a filing or a right is sound: the registry does not either (动产和权利担保统一登记办法).
"""

from __future__ import annotations

from typing import assert_never

from ledger.model.records import Reader, Signer
from ledger.notices import commands as c
from ledger.notices.decide import interests, notices, receivers, registry
from ledger.notices.decide.stakes import stake
from ledger.notices.events import Event

__all__ = ["decide", "stake"]


def decide(book: Reader, command: c.Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events that follow, or `Refused`."""
    match command:
        case c.DesignateReceiver():
            return receivers.designate(book, command, by, at_ms)
        case c.RevokeReceiver():
            return receivers.revoke(book, command, by, at_ms)
        case c.GiveNotice():
            return notices.give(book, command, by, at_ms)
        case c.ReceiveNotice():
            return notices.receive(book, command, by, at_ms)
        case c.AttestDelivery():
            return notices.attest(book, command, by, at_ms)
        case c.WithdrawNotice():
            return notices.withdraw(book, command, by, at_ms)
        case c.RecordSearch():
            return registry.search(book, command, by, at_ms)
        case c.RecordFiling():
            return registry.file(book, command, by, at_ms)
        case c.RenewFiling():
            return registry.renew(book, command, by, at_ms)
        case c.DischargeFiling():
            return registry.discharge(book, command, by, at_ms)
        case c.AssertInterest():
            return interests.assert_interest(book, command, by, at_ms)
        case c.WithdrawInterest():
            return interests.withdraw(book, command, by, at_ms)
        case _:
            assert_never(command)
