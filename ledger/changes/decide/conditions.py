"""What must hold for a change: asked when it is proposed, and again when it is applied."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from ledger.changes.commands import AskedPart
from ledger.changes.decide.checks import check_currency
from ledger.changes.defences import check_set_off
from ledger.changes.events import Counterclaim, Note
from ledger.changes.parts import open_parts, room
from ledger.changes.records import TakenNote
from ledger.dates import add_months, civil_date
from ledger.errors import RefusalCode
from ledger.financing.acts import Events as FinancingEvents
from ledger.financing.acts import free
from ledger.model.records import Reader, need, refuse_if
from ledger.money import Money
from ledger.policy.state import ledger_of, payable_on, policy_of, today_of
from ledger.receivables.acts import check_circulates, check_unburdened
from ledger.receivables.events import BurdenKind, IssueLapsed
from ledger.receivables.invoices import unique_key
from ledger.receivables.records import Holding, HoldingState, Invoice, Receivable
from ledger.receivables.uses import ended_proposals, without


def note_key(seller: str, note: Note) -> str:
    """The text by which a seller's credit note is one and the same (see `unique_key`)."""
    return unique_key(seller, note.number, None)


def check_note(
    book: Reader, receivable: Receivable, note: Note, amount: Money, at_ms: int
) -> tuple[IssueLapsed, ...]:
    """The lapses to be stated first, where the note fits the invoice and is new.

    Raises `Refused`: `currency_mismatch`, `field_invalid`, `credit_note_is_recorded`,
    `note_exceeds_invoice` (more than the receivable uses of the invoice, or beyond that more than
    nobody uses).
    """
    for money, place in ((amount, "/body/amount"), (note.total, "/body/total")):
        check_currency(receivable, money, place)
    invoice = need(book, Invoice, note.invoice, "/body/invoice")
    key = note_key(invoice.seller, note)
    refuse_if(
        not key, RefusalCode.FIELD_INVALID, "The number has no digit or letter.", "/body/number"
    )
    refuse_if(
        book.get(TakenNote, key) is not None,
        RefusalCode.CREDIT_NOTE_IS_RECORDED,
        "A credit note of this number has been applied.",
        "/body/number",
    )
    nothing = Money(0, amount.currency)
    used = sum((use.amount for use in receivable.uses if use.invoice == invoice.id), nothing)
    over = ended_proposals(book, invoice, at_ms)
    unused = invoice.usable - without(invoice, over).used
    refuse_if(
        used < amount or not amount <= note.total <= amount + unused,
        RefusalCode.NOTE_EXCEEDS_INVOICE,
        f"So much of {invoice.id} is not there to be credited.",
        "/body/amount",
    )
    return tuple(IssueLapsed(receivable=item.id) for item in over)


def check_asked(
    book: Reader, receivable: Receivable, asked: Sequence[AskedPart], at_ms: int
) -> None:
    """Raises `Refused` (`part_does_not_fit`) unless each is an open holding in other hands.

    Each is named once, and asked for at most what may be taken off it.
    """
    seen = set()
    for ordinal, part in enumerate(asked):
        place = f"/body/asked/{ordinal}"
        holding = need(book, Holding, part.holding, f"{place}/holding")
        check_currency(receivable, part.most, f"{place}/most")
        refuse_if(
            holding.id in seen
            or not holding.is_open
            or holding.receivable != receivable.id
            or holding.holder == receivable.creditor
            or room(holding, at_ms) < part.most,
            RefusalCode.PART_DOES_NOT_FIT,
            f"{holding.id} cannot bear this, or is not to be asked.",
            place,
        )
        seen.add(holding.id)


def check_set_off_fits(
    book: Reader,
    receivable: Receivable,
    holding: Holding,
    claim: Counterclaim,
    amount: Money,
    at_ms: int,
) -> None:
    """Raises `Refused` unless `claim` may be set off for `amount` (`holding_is_closed`,
    `currency_mismatch`, `part_does_not_fit`, then as `check_set_off`).
    """
    refuse_if(
        not holding.is_open,
        RefusalCode.HOLDING_IS_CLOSED,
        f"{holding.id} is {holding.state.value}: nothing is owed on it.",
        "/body/holding",
    )
    check_currency(receivable, amount, "/body/amount")
    refuse_if(
        room(holding, at_ms) < amount,
        RefusalCode.PART_DOES_NOT_FIT,
        f"Less of {holding.id} may be taken off.",
        "/body/amount",
    )
    check_set_off(book, receivable, holding, claim, at_ms)


def check_amended(book: Reader, receivable: Receivable, due: date, at_ms: int) -> FinancingEvents:
    """The lapses to be stated first, where the receivable may be due on another day.

    The term is that of the policy, from acknowledgement, both days unadjusted. Raises `Refused`:
    `nothing_would_change`, `due_date_has_passed`, `term_is_too_long`, `calendar_does_not_cover`,
    and for each holding as `check_circulates`, `check_unburdened` and `free_holding` do; what a
    financier has bought it may defer, with its signature.
    """
    place, months = "/body/due", policy_of(book).caps.term_months
    owed_since = civil_date(receivable.acknowledged_ms or at_ms, ledger_of(book).time_zone)
    refuse_if(
        due == receivable.due,
        RefusalCode.NOTHING_WOULD_CHANGE,
        f"{receivable.id} is due that day.",
        place,
    )
    refuse_if(
        due < today_of(book, at_ms), RefusalCode.DUE_DATE_HAS_PASSED, f"{due} is past.", place
    )
    refuse_if(
        due > add_months(owed_since, months),
        RefusalCode.TERM_IS_TOO_LONG,
        f"The term would be over {months} months from {owed_since}.",
        place,
    )
    payable_on(book, due)
    before: FinancingEvents = ()
    for item in open_parts(book, receivable.id):
        check_circulates(book, item, at_ms)
        check_unburdened(item, at_ms)
        if item.state is not HoldingState.FINANCED:
            before = (*before, *free(book, item, at_ms))
    return before


def check_cancelled(book: Reader, receivable: Receivable, at_ms: int) -> None:
    """Raises `Refused` unless every holding may end: nobody else has a right in it.

    `holding_is_frozen`, `holding_is_encumbered`, then as `free_holding` does; what a financier has
    bought it may give up, with its signature.
    """
    for item in open_parts(book, receivable.id):
        for kind, code in _RIGHTS.items():
            refuse_if(
                item.burdened(kind, at_ms).minor > 0,
                code,
                f"{item.id} or part of it is not free: {kind.value}.",
            )
        if item.state is not HoldingState.FINANCED:
            free(book, item, at_ms)


_RIGHTS = {
    BurdenKind.FREEZE: RefusalCode.HOLDING_IS_FROZEN,
    BurdenKind.ENCUMBRANCE: RefusalCode.HOLDING_IS_ENCUMBERED,
}
