"""How events change the records of this module. The records themselves are in `records`."""

from __future__ import annotations

from typing import Any, assert_never

from ledger.model.records import Reader, Record, changed, need
from ledger.notices import events as e
from ledger.notices.events import Event
from ledger.notices.records import Assertion, Designation, Filing, Notice, Search

__all__ = ["Assertion", "Designation", "Filing", "Notice", "Search", "evolve"]


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    return (_evolved(book, event),)


def _evolved(book: Reader, event: Event) -> Record:
    match event:
        case e.ReceiverDesignated():
            return Designation(id=event.designation, **_rest(event, at_ms="since_ms"))
        case e.ReceiverRevoked():
            designation = need(book, Designation, event.designation, "")
            return changed(designation, until_ms=event.at_ms)
        case e.NoticeGiven():
            return Notice(id=event.notice, **_rest(event, by="given_by", at_ms="given_ms"))
        case e.NoticeArrived():
            return changed(
                need(book, Notice, event.notice, ""),
                arrived_ms=event.arrived_ms,
                how=event.how,
                attested_by=event.by,
                evidence=event.evidence,
            )
        case e.NoticeWithdrawn():
            return changed(need(book, Notice, event.notice, ""), withdrawn_ms=event.at_ms)
        case e.RegistrySearched():
            return Search(id=event.search, **_rest(event, at_ms="recorded_ms"))
        case e.FilingRecorded():
            return Filing(id=event.filing, **_rest(event, at_ms="recorded_ms"))
        case e.FilingRenewed():
            filing = need(book, Filing, event.filing, "")
            return changed(filing, expires_ms=event.expires_ms, certificate=event.certificate)
        case e.FilingDischarged():
            filing = need(book, Filing, event.filing, "")
            return changed(filing, discharged_ms=event.discharged_ms, certificate=event.certificate)
        case e.InterestAsserted():
            return Assertion(id=event.interest, **_rest(event, at_ms="asserted_ms"))
        case e.InterestWithdrawn():
            return changed(need(book, Assertion, event.interest, ""), withdrawn_ms=event.at_ms)
        case _:
            assert_never(event)


def _rest(event: Any, **renamed: str) -> dict[str, Any]:
    """The fields of an event after its first, the new record's id; some by another name."""
    names = event.__struct_fields__[1:]
    return {renamed.get(name, name): getattr(event, name) for name in names}
