"""A holder turns to who sold it the debt."""

from __future__ import annotations

from ledger.conduct.gates import insolvency_of
from ledger.errors import RefusalCode
from ledger.financing.decide.checks import check_paid_on
from ledger.financing.records import Financing
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.policy.state import today_of
from ledger.receivables.clocks import payable_from
from ledger.receivables.decide.checks import only
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding, Invoice, Receivable
from ledger.recourse.amounts import began_ms, claim_of, received_on
from ledger.recourse.commands import NoticeRecourse, RecourseGround
from ledger.recourse.events import RecourseNoticed
from ledger.recourse.records import RecourseClaim, RecourseState
from ledger.recourse.title import title_of


def notice(
    book: Reader, command: NoticeRecourse, by: Signer, at_ms: int
) -> tuple[RecourseNoticed, ...]:
    """The claim, exactly as it counts; the obligor goes on owing, and may go on paying."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    under = title_of(book, holding)
    refuse_if(
        any(
            item.state is RecourseState.OPEN and item.under == under.id
            for item in book.find(RecourseClaim, holding=holding.id)
        ),
        RefusalCode.RECOURSE_IS_OPEN,
        f"There is a recourse for {holding.id} already.",
        "/body/holding",
    )
    refuse_if(
        not _has_come(book, holding, command, at_ms),
        RefusalCode.RECOURSE_GROUND_MISSING,
        f"Nothing on record says of {holding.id}: {command.ground.value}.",
        "/body/ground",
    )
    check_paid_on(book, command.day, began_ms(under), at_ms, "/body/day")
    refuse_if(
        claim_of(book, holding, under, command.day) != command.amount,
        RefusalCode.RECOURSE_AMOUNT_DIFFERS,
        f"Another amount can be claimed for {holding.id} at the end of {command.day}.",
        "/body/amount",
    )
    noticed = RecourseNoticed(
        recourse=by.new_id("rcs"),
        holding=holding.id,
        under=under.id,
        claimant=by.party,
        liable=under.holder if isinstance(under, Financing) else under.assignor,
        ground=command.ground,
        day=command.day,
        claimed=command.amount,
        received=received_on(book, holding, by.party, under),
        evidence=command.evidence,
        at_ms=at_ms,
    )
    return (noticed,)


def _has_come(book: Reader, holding: Holding, command: NoticeRecourse, at_ms: int) -> bool:
    """Whether the ground is there: on record, but for a breach, which the evidence shows."""
    match command.ground:
        case RecourseGround.OVERDUE:
            late = payable_from(book, holding.obligor, holding.due) < today_of(book, at_ms)
            return holding.outstanding.minor > 0 and late
        case RecourseGround.INSOLVENCY:
            return insolvency_of(book, holding.obligor, at_ms) is not None
        case RecourseGround.DILUTION:
            return _is_diluted(book, holding, at_ms)
        case RecourseGround.BREACH:
            return command.evidence is not None


def _is_diluted(book: Reader, holding: Holding, at_ms: int) -> bool:
    """Whether it was reduced, is disputed, or rests on an invoice that was red-lettered."""
    if holding.reduced.minor or holding.burdened(BurdenKind.DISPUTE, at_ms).minor:
        return True
    receivable = need(book, Receivable, holding.receivable, "")
    return any(need(book, Invoice, use.invoice, "").is_red for use in receivable.uses)
