"""Receivables consume invoices: each invoice once by its key, and never more of it than there is.

Proposed issues whose time is over no longer count: their lapses are stated first. While nothing
of an invoice is in use its facts may be stated anew, so that a mistaken registration that was
withdrawn, or a stranger's that was rejected, does not keep the right one out.
"""

from __future__ import annotations

from datetime import date

from msgspec.structs import replace

from ledger.documents.codes import CREDIT_TYPES, FACTORED_TYPES, PREPAYMENT_TYPES
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, refuse_if
from ledger.money import Money
from ledger.policy.state import today_of
from ledger.receivables.claim import Use
from ledger.receivables.commands import (
    InvoiceFacts,
    InvoiceLine,
    ProposeIssue,
    RegisterReceivable,
)
from ledger.receivables.events import Event, Events, InvoiceRecorded, IssueLapsed
from ledger.receivables.invoices import unique_key
from ledger.receivables.near import near_alerts
from ledger.receivables.records import Invoice
from ledger.receivables.uses import ended_proposals, without

MOST_PROPOSALS = 100
"""Proposed issues that one invoice may be waiting for."""


def consume(
    book: Reader,
    command: RegisterReceivable | ProposeIssue,
    by: Signer,
    at_ms: int,
    *,
    seller: str,
    buyer: str,
) -> tuple[Events, tuple[Use, ...]]:
    """What must be stated first, and the uses of the command's invoice lines.

    Raises `Refused` for the first line that does not fit. An invoice dated today or earlier is
    never dated after a due date that is not past, so the two are not compared.
    """
    today = today_of(book, at_ms)
    keys: set[str] = set()
    over: dict[str, Event] = {}
    recorded: list[InvoiceRecorded] = []
    uses: list[Use] = []
    for ordinal, line in enumerate(command.invoices):
        place = f"/body/invoices/{ordinal}"
        _check_document(line.facts, today, place)
        stated = _stated(line, by.new_id("inv", ordinal), seller, buyer)
        refuse_if(
            not stated.key, RefusalCode.FIELD_INVALID, "The number has no digit or letter.", place
        )
        refuse_if(
            stated.key in keys,
            RefusalCode.INVOICE_IS_NAMED_TWICE,
            "Two lines name one invoice.",
            place,
        )
        keys.add(stated.key)
        known = next(iter(book.find(Invoice, key=stated.key)), None)
        ended = ended_proposals(book, known, at_ms) if known else []
        over |= {item.id: IssueLapsed(receivable=item.id) for item in ended}
        refuse_if(
            isinstance(command, ProposeIssue)
            and known is not None
            and len(known.proposals) - len(ended) >= MOST_PROPOSALS,
            RefusalCode.INVOICE_HAS_TOO_MANY_PROPOSALS,
            f"{MOST_PROPOSALS} proposed issues of this invoice wait for their creditor.",
            place,
        )
        record, use = _consume(stated, line.used, known and without(known, ended), place)
        recorded += record
        uses.append(use)
    near = near_alerts(book, recorded, by, at_ms)
    return (*over.values(), *recorded, *near), tuple(uses)


def _consume(
    stated: InvoiceRecorded, used: Money, known: Invoice | None, place: str
) -> tuple[list[InvoiceRecorded], Use]:
    """The use of one invoice, and its facts where they are not on record as binding."""
    record: list[InvoiceRecorded] = []
    if known is None:
        record.append(stated)
        invoice, free = stated.invoice, stated.gross - stated.prepaid
    else:
        refuse_if(
            known.is_void,
            RefusalCode.INVOICE_IS_VOID,
            "The tax office has reversed the invoice, or it never was.",
            place,
        )
        if known.used.minor == known.credited.minor == 0:
            record.append(replace(stated, invoice=known.id))
            nothing = dict.fromkeys(_COUNTED, Money(0, stated.gross.currency))
            known = replace(known, gross=stated.gross, prepaid=stated.prepaid, **nothing)
        else:
            _check_facts(known, stated, place)
        invoice, free = known.id, known.free
    refuse_if(
        free < used,
        RefusalCode.INVOICE_IS_USED_UP,
        "More is to be used than is left of the invoice.",
        f"{place}/used",
    )
    return record, Use(invoice=invoice, amount=used)


_COUNTED = ("credited", "unabsorbed", "used")


def _check_document(facts: InvoiceFacts, today: date, place: str) -> None:
    for types, code in _NO_CLAIM:
        refuse_if(facts.type in types, code, f"The invoice is of type {facts.type}.", place)
    refuse_if(
        facts.issued > today,
        RefusalCode.ISSUED_IN_THE_FUTURE,
        f"The invoice is dated {facts.issued}.",
        place,
    )


_NO_CLAIM = (
    (CREDIT_TYPES, RefusalCode.INVOICE_IS_A_CREDIT_NOTE),
    (PREPAYMENT_TYPES, RefusalCode.INVOICE_IS_A_PREPAYMENT),
    (FACTORED_TYPES, RefusalCode.INVOICE_IS_ALREADY_ASSIGNED),
)


def _stated(line: InvoiceLine, invoice: str, seller: str, buyer: str) -> InvoiceRecorded:
    facts = line.facts
    return InvoiceRecorded(
        invoice=invoice,
        key=unique_key(seller, facts.number, facts.code),
        seller=seller,
        buyer=buyer,
        number=facts.number,
        code=facts.code,
        issued=facts.issued,
        gross=facts.gross,
        prepaid=facts.prepaid or Money(0, facts.gross.currency),
        type=facts.type,
        document=line.document,
    )


def _check_facts(known: Invoice, stated: InvoiceRecorded, place: str) -> None:
    refuse_if(
        known.seller != stated.seller,
        RefusalCode.INVOICE_IS_OF_ANOTHER_SELLER,
        "Another seller has receivables from an invoice of this number.",
        place,
    )
    refuse_if(
        (known.buyer, known.gross, known.prepaid, known.issued)
        != (stated.buyer, stated.gross, stated.prepaid, stated.issued),
        RefusalCode.INVOICE_FACTS_DIFFER,
        "The invoice is in use with another buyer, amount, currency or issue date.",
        place,
    )
