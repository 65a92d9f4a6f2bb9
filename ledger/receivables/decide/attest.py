"""The tax status of an invoice: an attested fact that no side of the invoice states itself.

What turns red after registration raises an alert and blocks what is not funded yet; holdings in
others' hands stay as they are, and what their holders lose is a claim on the seller.
"""

from __future__ import annotations

from ledger.alerts.acts import raised
from ledger.alerts.events import AlertKind
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role
from ledger.receivables.attested import InvoiceStatusAttested
from ledger.receivables.commands import AttestInvoiceStatus, InvoiceStatus
from ledger.receivables.events import Events
from ledger.receivables.records import Invoice
from ledger.receivables.uses import is_in_use


def attest_status(book: Reader, command: AttestInvoiceStatus, by: Signer, at_ms: int) -> Events:
    """What the tax office said of an invoice, and an alert where it takes from what is in use."""
    refuse_if(
        not {Role.DATA_PROVIDER.value, Role.REGULATOR.value} & by.roles,
        RefusalCode.ROLE_MISSING,
        "This is for data providers and regulators.",
    )
    invoice = need(book, Invoice, command.invoice, "/body/invoice")
    refuse_if(
        by.party in (invoice.seller, invoice.buyer),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only somebody who is no side of the invoice does this.",
    )
    _check(command, invoice, at_ms)
    attested = InvoiceStatusAttested(
        invoice=invoice.id,
        status=command.status,
        reduced=command.reduced,
        provider=command.provider,
        provided_ms=command.provided_ms,
        response=command.response,
        by=by.party,
    )
    same = (command.status, command.reduced) == (invoice.status, invoice.reduced)
    if command.status is InvoiceStatus.NORMAL or same or not is_in_use(book, invoice, at_ms):
        return (attested,)
    reasons = (f"status_is_{command.status.value}",)
    return (attested, raised(by, 0, AlertKind.INVOICE_STATUS, invoice.id, reasons, at_ms))


def _check(command: AttestInvoiceStatus, invoice: Invoice, at_ms: int) -> None:
    refuse_if(
        command.provided_ms > at_ms,
        RefusalCode.NOT_YET_VALID,
        "The answer is from the future.",
        "/body/provided_ms",
    )
    refuse_if(
        command.provided_ms < (invoice.status_ms or 0),
        RefusalCode.INVOICE_STATUS_IS_OLD,
        "A later answer about this invoice is on record.",
        "/body/provided_ms",
    )
    refuse_if(
        (command.status is InvoiceStatus.PART_RED) != (command.reduced is not None),
        RefusalCode.FIELD_INVALID,
        "A sum is reversed exactly when the invoice is red in part.",
        "/body/reduced",
    )
    if command.reduced is not None:
        refuse_if(
            invoice.gross < command.reduced,
            RefusalCode.FIELD_INVALID,
            "More is reversed than was invoiced.",
            "/body/reduced",
        )
