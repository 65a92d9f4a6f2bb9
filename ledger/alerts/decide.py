"""May this party close or disposition this alert? Refusals in the order in which the lines stand.

Exceptions are not closed by those concerned (maker is not checker). The records that an alert is
about are on higher floors, so whoever closes must be on no side of any trade: an auditor or
regulator without a trading role.
"""

from __future__ import annotations

from typing import assert_never

from ledger.alerts.commands import CloseAlert, Command, DispositionAlert
from ledger.alerts.events import AlertClosed, AlertDispositioned, Event
from ledger.alerts.state import Alert, AlertState, disposition_of
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role

CLOSERS = frozenset({Role.AUDITOR.value, Role.REGULATOR.value})
TRADERS = frozenset(
    role.value for role in (Role.OBLIGOR, Role.SUPPLIER, Role.FINANCIER, Role.BANK, Role.OPERATOR)
)


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events that follow, or `Refused`."""
    match command:
        case CloseAlert():
            return _close(book, command, by, at_ms)
        case DispositionAlert():
            return _disposition(book, command, by, at_ms)
        case _:
            assert_never(command)


def _close(book: Reader, command: CloseAlert, by: Signer, at_ms: int) -> tuple[Event, ...]:
    refuse_if(
        CLOSERS.isdisjoint(by.roles),
        RefusalCode.ROLE_MISSING,
        "Alerts are closed by auditors and regulators.",
    )
    refuse_if(
        not TRADERS.isdisjoint(by.roles),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only an auditor or regulator that neither trades nor runs the ledger does this.",
    )
    alert = _open(book, command.alert)
    return (AlertClosed(alert=alert.id, by=by.party, evidence=command.evidence, at_ms=at_ms),)


def _disposition(
    book: Reader, command: DispositionAlert, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    refuse_if(
        Role.OPERATOR.value in by.roles,
        RefusalCode.OPERATOR_IN_PRINCIPAL_LEG,
        "The operator funds nothing.",
    )
    refuse_if(
        Role.FINANCIER.value not in by.roles,
        RefusalCode.ROLE_MISSING,
        "This is for parties with the role financier.",
    )
    alert = _open(book, command.alert)
    known = disposition_of(book, alert.id, by.party)
    said = AlertDispositioned(
        disposition=known.id if known else by.new_id("dpn"),
        alert=alert.id,
        financier=by.party,
        verdict=command.verdict,
        evidence=command.evidence,
        persons=tuple(sorted(by.persons)),
        at_ms=at_ms,
    )
    return (said,)


def _open(book: Reader, alert_id: str) -> Alert:
    alert = need(book, Alert, alert_id, "/body/alert")
    refuse_if(
        alert.state is not AlertState.OPEN,
        RefusalCode.ALERT_IS_CLOSED,
        f"{alert.id} was closed by {alert.closed_by}.",
        "/body/alert",
    )
    return alert
