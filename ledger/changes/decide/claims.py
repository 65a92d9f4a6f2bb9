"""Claims beside receivables, and corrections: what was wrong is made good by later commands.

A correction edits nothing. What was said stays in the log; a party cites its own command and those
by which it made it good, each of which was judged by its own rules. What two parties have signed
each of them corrects for itself: a correction never speaks for anybody else.
"""

from __future__ import annotations

from ledger.changes.commands import RaiseClaim, RecordCorrection, SettleClaim
from ledger.changes.decide.outcome import Events, raised
from ledger.changes.events import ClaimCause, ClaimSettled, CorrectionRecorded
from ledger.changes.records import Claim, Correction
from ledger.changes.red import reversed_uses
from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.records import Spent, spent_id
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Receivable, ReceivableState


def raise_claim(book: Reader, command: RaiseClaim, by: Signer, at_ms: int) -> Events:
    """What the creditor owes back for an invoice that the tax office has reversed."""
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    only(receivable.obligor, by, "obligor")
    owed = (ReceivableState.ACKNOWLEDGED, ReceivableState.SETTLED)
    amount = reversed_uses(book, receivable, command.invoice, at_ms)
    refuse_if(
        receivable.state not in owed or amount.minor <= 0,
        RefusalCode.NOTHING_TO_CLAIM,
        "Nothing of the invoice is reversed, in others' hands and not claimed yet.",
        "/body/invoice",
    )
    cause, invoice = ClaimCause.RED_LETTER, command.invoice
    return raised(receivable, amount, cause, invoice, by, at_ms, invoice=invoice)


def settle(book: Reader, command: SettleClaim, by: Signer, _at_ms: int) -> Events:
    """The claimant's receipt: the debtor's own word would be none."""
    claim = need(book, Claim, command.claim, "/body/claim")
    only(claim.claimant, by, "claimant")
    refuse_if(
        command.amount.currency != claim.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The claim is in {claim.amount.currency}.",
        "/body/amount",
    )
    refuse_if(
        claim.outstanding < command.amount,
        RefusalCode.CLAIM_IS_EXCEEDED,
        f"Less is owed on {claim.id}.",
        "/body/amount",
    )
    return (ClaimSettled(claim=claim.id, amount=command.amount),)


def correct(book: Reader, command: RecordCorrection, by: Signer, _at_ms: int) -> Events:
    """The party says which of its commands was wrong, and which of its later ones mend it."""
    spent = book.get(Spent, spent_id(by.party, command.jti))
    if spent is None or spent.payload != command.payload:
        raise Refused(
            RefusalCode.CORRECTED_COMMAND_DIFFERS,
            "No command of this party has this id and payload.",
            place="/body/jti",
        )
    entry = spent.last_seq
    refuse_if(
        bool(book.find(Correction, entry=entry)),
        RefusalCode.COMMAND_IS_CORRECTED,
        f"A correction of entry {entry} is on record.",
        "/body/jti",
    )
    later = [
        _later(book, jti, entry, by, f"/body/compensated_by/{ordinal}")
        for ordinal, jti in enumerate(command.compensated_by)
    ]
    recorded = CorrectionRecorded(
        correction=by.new_id("cor"),
        by=by.party,
        entry=entry,
        payload=command.payload,
        code=command.code,
        reason=command.reason,
        compensated_by=tuple(later),
    )
    return (recorded,)


def _later(book: Reader, jti: str, entry: int, by: Signer, place: str) -> int:
    """The entry of a command of the party that came after the corrected one."""
    spent = book.get(Spent, spent_id(by.party, jti))
    if spent is None or spent.last_seq <= entry:
        raise Refused(
            RefusalCode.COMPENSATION_IS_MISSING,
            f"No later command of this party is {jti}.",
            place=place,
        )
    return spent.last_seq
