"""What a reversed invoice leaves the obligor to pay to others, and so the seller to give back.

An attested red letter is a tax fact and changes no debt. What the creditor holds itself falls by a
credit note, with its signature; only what has passed into other hands is beyond that.
"""

from __future__ import annotations

from ledger.changes.parts import open_parts
from ledger.changes.records import Claim
from ledger.model.records import Reader, need
from ledger.money import Money
from ledger.receivables.claim import Use
from ledger.receivables.commands import InvoiceStatus
from ledger.receivables.records import Invoice, Receivable
from ledger.receivables.uses import ended_proposals, without


def reversed_uses(book: Reader, receivable: Receivable, invoice: str, at_ms: int) -> Money:
    """What of an invoice the receivable uses though it is reversed, and nobody else stands for.

    What is reversed of all its invoices is first that which the creditor holds itself; what has
    been claimed already, because of a credit note or before, is the same money. Zero or less where
    there is nothing.
    """
    gone = {use.invoice: _reversed(book, use, at_ms) for use in receivable.uses}
    if invoice not in gone:
        return Money(0, receivable.face.currency)
    own = sum(
        item.outstanding.minor
        for item in open_parts(book, receivable.id)
        if item.holder == receivable.creditor
    )
    claims = [item for name in gone for item in book.find(Claim, invoice=name)]
    here = sum(item.amount.minor for item in claims if item.receivable == receivable.id)
    of_it = sum(item.amount.minor for item in claims if item.invoice == invoice)
    minor = min(gone[invoice] - of_it, sum(gone.values()) - own - here)
    return Money(minor, receivable.face.currency)


def _reversed(book: Reader, use: Use, at_ms: int) -> int:
    """How much of a use is not left standing, in minor units."""
    invoice = need(book, Invoice, use.invoice, "")
    reduced = invoice.reduced.minor if invoice.reduced else 0
    if invoice.status is InvoiceStatus.NORMAL:
        reduced = 0
    elif invoice.is_void:
        reduced = invoice.gross.minor
    standing = max(0, invoice.gross.minor - invoice.prepaid.minor - reduced)
    used = without(invoice, ended_proposals(book, invoice, at_ms)).used.minor
    return min(use.amount.minor, max(0, used - standing))
