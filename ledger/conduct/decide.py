"""May this be recorded of a party? Refusals in the order in which the lines stand."""

from __future__ import annotations

from datetime import date
from typing import assert_never

from ledger.conduct import commands as c
from ledger.conduct import events as e
from ledger.conduct.commands import Command
from ledger.conduct.events import Event
from ledger.conduct.gates import insolvency_of, suspension_of
from ledger.conduct.records import Licence
from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.policy.state import today_of


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events that follow, or `Refused`."""
    match command:
        case c.SuspendParty():
            return _suspend(book, command, by, at_ms)
        case c.ReinstateParty():
            return _reinstate(book, command, by, at_ms)
        case c.RecordLicence():
            return _record_licence(book, command, by)
        case c.EndLicence():
            return _end_licence(book, command, by, at_ms)
        case c.ScreenParty():
            return _screen(book, command, by, at_ms)
        case c.DeclareInsolvency():
            return _declare(book, command, by, at_ms)
        case c.EndInsolvency():
            return _end_insolvency(book, command, by, at_ms)
        case _:
            assert_never(command)


def _suspend(book: Reader, command: c.SuspendParty, by: Signer, at_ms: int) -> tuple[Event, ...]:
    _overseer(by)
    party = need(book, Party, command.party, "/body/party")
    refuse_if(
        suspension_of(book, party.id) is not None,
        RefusalCode.PARTY_IS_SUSPENDED,
        f"{party.id} is suspended already.",
        "/body/party",
    )
    suspended = e.PartySuspended(
        party=party.id,
        by=by.party,
        reason=command.reason,
        evidence=command.evidence,
        at_ms=at_ms,
    )
    return (suspended,)


def _reinstate(
    book: Reader, command: c.ReinstateParty, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    _overseer(by)
    suspension = suspension_of(book, command.party)
    if suspension is None:
        raise Refused(
            RefusalCode.PARTY_IS_NOT_SUSPENDED,
            f"{command.party} is not suspended.",
            place="/body/party",
        )
    _may_undo(suspension.by, suspension.id, by)
    reinstated = e.PartyReinstated(
        party=suspension.id,
        by=by.party,
        reason=command.reason,
        evidence=command.evidence,
        at_ms=at_ms,
    )
    return (reinstated,)


def _record_licence(book: Reader, command: c.RecordLicence, by: Signer) -> tuple[Event, ...]:
    _overseer(by)
    party = need(book, Party, command.party, "/body/party")
    refuse_if(
        party.id == by.party,
        RefusalCode.ROLE_MISSING,
        "Nobody's own word says that it is licensed.",
        "/body/party",
    )
    refuse_if(
        not party.has(command.role),
        RefusalCode.PARTY_LACKS_ROLE,
        f"{party.id} has not the role {command.role.value}.",
        "/body/role",
    )
    refuse_if(
        command.valid_until < command.valid_from,
        RefusalCode.DATES_NOT_IN_ORDER,
        "The licence ends before it begins.",
        "/body/valid_until",
    )
    recorded = e.LicenceRecorded(
        licence=by.new_id("lic"),
        party=party.id,
        role=command.role,
        number=command.number,
        authority=command.authority,
        valid_from=command.valid_from,
        valid_until=command.valid_until,
        evidence=command.evidence,
        by=by.party,
    )
    return (recorded,)


def _end_licence(book: Reader, command: c.EndLicence, by: Signer, at_ms: int) -> tuple[Event, ...]:
    _overseer(by)
    licence = need(book, Licence, command.licence, "/body/licence")
    _may_undo(licence.by, licence.party, by)
    refuse_if(
        licence.ended_on is not None,
        RefusalCode.LICENCE_NOT_IN_FORCE,
        f"{licence.id} was ended before.",
        "/body/licence",
    )
    ended = e.LicenceEnded(licence=licence.id, on=today_of(book, at_ms), reason=command.reason)
    return (ended,)


def _screen(book: Reader, command: c.ScreenParty, by: Signer, at_ms: int) -> tuple[Event, ...]:
    refuse_if(
        Role.OPERATOR.value not in by.roles,
        RefusalCode.ROLE_MISSING,
        "Only the operator records screenings.",
    )
    party = need(book, Party, command.party, "/body/party")
    _check_not_to_come(book, command.list_date, at_ms, "/body/list_date")
    screened = e.PartyScreened(
        screening=by.new_id("scr"),
        party=party.id,
        provider=command.provider,
        list_date=command.list_date,
        result=command.result,
        report=command.report,
    )
    return (screened,)


def _declare(
    book: Reader, command: c.DeclareInsolvency, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    if by.party != command.party:
        _overseer(by)
    party = need(book, Party, command.party, "/body/party")
    _check_not_to_come(book, command.day, at_ms, "/body/day")
    refuse_if(
        insolvency_of(book, party.id, at_ms) is not None,
        RefusalCode.PARTY_IS_INSOLVENT,
        f"The insolvency of {party.id} is on record.",
        "/body/party",
    )
    declared = e.InsolvencyDeclared(
        party=party.id,
        court=command.court,
        case=command.case,
        day=command.day,
        evidence=command.evidence,
        by=by.party,
        at_ms=at_ms,
    )
    return (declared,)


def _end_insolvency(
    book: Reader, command: c.EndInsolvency, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    _overseer(by)
    insolvency = insolvency_of(book, command.party, at_ms)
    if insolvency is None:
        raise Refused(
            RefusalCode.PARTY_IS_NOT_INSOLVENT,
            f"No insolvency of {command.party} is on record.",
            place="/body/party",
        )
    _may_undo(insolvency.by, insolvency.id, by)
    ended = e.InsolvencyEnded(
        party=insolvency.id,
        on=today_of(book, at_ms),
        evidence=command.evidence,
        by=by.party,
    )
    return (ended,)


def _check_not_to_come(book: Reader, day: date, at_ms: int, place: str) -> None:
    refuse_if(
        day > today_of(book, at_ms),
        RefusalCode.DATES_NOT_IN_ORDER,
        f"{day} is to come.",
        place,
    )


def _overseer(by: Signer) -> None:
    """Raises `Refused` (`role_missing`) unless the operator or a regulator signs."""
    refuse_if(
        by.roles.isdisjoint({Role.OPERATOR.value, Role.REGULATOR.value}),
        RefusalCode.ROLE_MISSING,
        "Only the operator or a regulator does this.",
    )


def _may_undo(first: str, party: str, by: Signer) -> None:
    """Raises `Refused` (`role_missing`) where a regulator spoke `first` and none speaks now.

    Who is neither the signer nor the party itself was a regulator then, whatever roles the
    operator has given it since.
    """
    refuse_if(
        first not in (by.party, party) and Role.REGULATOR.value not in by.roles,
        RefusalCode.ROLE_MISSING,
        "What a regulator ordered a regulator ends.",
    )
