"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from typing import assert_never

from ledger.conduct import events as e
from ledger.conduct.events import Event
from ledger.conduct.records import Insolvency, Licence, Screening, Suspension
from ledger.model.records import Reader, Record, changed, need

__all__ = ["Insolvency", "Licence", "Screening", "Suspension", "evolve"]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case e.PartySuspended():
            return (_suspended(event),)
        case e.PartyReinstated():
            suspension = need(book, Suspension, event.party, "")
            return (changed(suspension, until_ms=event.at_ms),)
        case e.LicenceRecorded():
            return (_licence(event),)
        case e.LicenceEnded():
            licence = need(book, Licence, event.licence, "")
            return (changed(licence, ended_on=event.on),)
        case e.PartyScreened():
            before = book.find(Screening, party=event.party, current=True)
            return (*(changed(item, current=False) for item in before), _screening(event))
        case e.InsolvencyDeclared():
            return (_insolvency(event),)
        case e.InsolvencyEnded():
            insolvency = need(book, Insolvency, event.party, "")
            return (changed(insolvency, ended_on=event.on),)
        case _:
            assert_never(event)


def _suspended(event: e.PartySuspended) -> Suspension:
    return Suspension(
        id=event.party,
        by=event.by,
        reason=event.reason,
        evidence=event.evidence,
        since_ms=event.at_ms,
    )


def _licence(event: e.LicenceRecorded) -> Licence:
    return Licence(
        id=event.licence,
        party=event.party,
        role=event.role,
        number=event.number,
        authority=event.authority,
        valid_from=event.valid_from,
        valid_until=event.valid_until,
        evidence=event.evidence,
        by=event.by,
    )


def _screening(event: e.PartyScreened) -> Screening:
    return Screening(
        id=event.screening,
        party=event.party,
        provider=event.provider,
        list_date=event.list_date,
        result=event.result,
        report=event.report,
    )


def _insolvency(event: e.InsolvencyDeclared) -> Insolvency:
    return Insolvency(
        id=event.party,
        court=event.court,
        case=event.case,
        day=event.day,
        evidence=event.evidence,
        by=event.by,
        declared_ms=event.at_ms,
    )
