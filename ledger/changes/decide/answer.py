"""Answers to a proposed change; the last one that is needed applies it, in the same entry."""

from __future__ import annotations

from ledger.changes.commands import ConsentToChange, RefuseChange, RescindChange
from ledger.changes.decide.checks import LOWERING, needed, open_change
from ledger.changes.decide.outcome import Events, applied, raised
from ledger.changes.events import (
    ChangeConsented,
    ChangeDeclined,
    ChangeKind,
    ChangeRefused,
    ChangeRescinded,
    ClaimCause,
    ClaimRaised,
)
from ledger.changes.records import Change
from ledger.conduct.gates import check_proposer
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, changed, need, refuse_if
from ledger.receivables.decide.checks import check_accepts, only
from ledger.receivables.records import Receivable


def consent(book: Reader, command: ConsentToChange, by: Signer, at_ms: int) -> Events:
    """The party agrees to exactly what was proposed."""
    change = _asked(book, command.change, by, at_ms)
    check_accepts(change.id, change.proposal, command.accepts, by)
    given = changed(change, consents=(*change.consents, by.party))
    consented = ChangeConsented(change=change.id, party=by.party)
    return (consented, *_closing(book, given, by, at_ms))


def refuse(book: Reader, command: RefuseChange, by: Signer, at_ms: int) -> Events:
    """The party says no: for itself alone where it is asked to give something up, else for all."""
    change = _asked(book, command.change, by, at_ms)
    receivable = need(book, Receivable, change.receivable, "")
    if change.kind in LOWERING and by.party not in (receivable.creditor, receivable.obligor):
        without = changed(change, declined=(*change.declined, by.party))
        declined = ChangeDeclined(change=change.id, party=by.party)
        return (declined, *_closing(book, without, by, at_ms))
    refused = ChangeRefused(change=change.id, by=by.party)
    return (refused, *_denied(change, receivable, by, at_ms))


def rescind(book: Reader, command: RescindChange, by: Signer, at_ms: int) -> Events:
    """The proposer takes it back."""
    change = open_change(book, command.change, at_ms)
    only(change.proposer, by, "party that proposed it")
    return (ChangeRescinded(change=change.id),)


def _asked(book: Reader, change_id: str, by: Signer, at_ms: int) -> Change:
    """An open change that the party has to answer and has not answered."""
    change = open_change(book, change_id, at_ms)
    refuse_if(
        by.party not in needed(book, change),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "The change does not need this party's answer.",
    )
    refuse_if(
        by.party in (*change.consents, *change.declined),
        RefusalCode.ANSWER_IS_GIVEN,
        f"The party has answered {change.id}.",
        "/body/change",
    )
    return change


def _closing(book: Reader, change: Change, by: Signer, at_ms: int) -> Events:
    """What follows when all have answered who had to; nothing before."""
    if needed(book, change) - {*change.consents, *change.declined}:
        return ()
    check_proposer(book, change.proposer, at_ms, "/body/change")
    return applied(book, change, by, at_ms)


def _denied(
    change: Change, receivable: Receivable, by: Signer, at_ms: int
) -> tuple[ClaimRaised, ...]:
    """A set-off that the holder denies leaves the obligor with its counterclaim."""
    claim, amount = change.counterclaim, change.amount
    if change.kind is not ChangeKind.SET_OFF or claim is None or amount is None:
        return ()
    cause = ClaimCause.SET_OFF_DENIED
    return raised(receivable, amount, cause, change.id, by, at_ms, debtor=claim.against)
