"""What to do about refusals of invoice documents and tables."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # e-invoices: what cannot be read
    "not_an_invoice": "Send an invoice: 数电票 XML, UBL 2.1, CII D16B, Factur-X or ZUGFeRD 2 PDF, CSV or XLSX.",
    "document_malformed": "The file is damaged: ask its issuer for it again.",
    "doctype_forbidden": "Send the XML without a document type declaration.",
    "encoding_not_accepted": "Save the file as UTF-8 or GB18030.",
    "document_too_complex": "Split the document; limits are in the message.",
    "archive_unsafe": "Save the workbook anew with a spreadsheet program.",
    "reader_not_installed": "Install the optional reader that is named.",
    "document_incomplete": "Ask the issuer for a document that states it.",
    "document_text_forbidden": "Ask for the text without control, direction or invisible characters, and shorter.",
    "column_missing": "Name the column in the column map, or add it.",
    # e-invoices: what may not be registered
    "invoice_is_void": "Register the invoice that replaced it.",
    "invoice_is_already_assigned": "Pay and ask its payee: the claim was assigned or financed before.",
    "invoice_is_a_credit_note": "Record it as a credit note against the invoice that it reduces.",
    "invoice_is_a_prepayment": "Register the final invoice, once goods or services are delivered.",
    "invoice_type_not_accepted": "Send an invoice of a type that docs/samples/README.md lists.",
    "number_was_rounded": "Export the table again with the number column formatted as text.",
    "document_totals_disagree": "Ask the issuer for a corrected invoice.",
    "nothing_is_payable": "Register only invoices with an amount due.",
    "due_date_missing": "State the due date when you sign (duebill import --due).",
    "due_before_issue": "Correct the due date: it is not before the issue date.",
    "due_date_has_passed": "Collect it: an overdue claim is not registered.",
    "issued_in_the_future": "Register it on its issue date or later.",
    "seller_is_buyer": "Register only invoices between two different parties.",
    "party_identifier_missing": "Ask for an invoice that names both parties, best by registration or tax number.",
}
