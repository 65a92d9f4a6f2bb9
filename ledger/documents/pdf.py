"""Factur-X and ZUGFeRD PDF: the embedded invoice XML is taken out; pages are never looked at.

The file is opened with the PDF reader of the `factur-x` library (optional extra `einvoice`), which
bounds each unpacked stream; the attachment is parsed by our own guarded parser only.
"""

from __future__ import annotations

from io import BytesIO

from ledger.documents.tree import malformed
from ledger.errors import RefusalCode, Refused

MAGIC = b"%PDF-"
LARGEST_PDF = 20 * 1024 * 1024
MOST_ATTACHMENTS = 5
INVOICE_NAMES = frozenset(["factur-x.xml", "zugferd-invoice.xml", "xrechnung.xml"])
"""What Factur-X 1.0, ZUGFeRD 2.0 and the profile XRECHNUNG call the attachment."""


def embedded_invoice(data: bytes) -> bytes:
    """The bytes of the invoice XML inside a PDF.

    Raises `Refused`: `bytes_too_large`, `document_too_complex` beyond 5 attachments,
    `not_an_invoice` unless exactly one of them is an invoice, `document_malformed` for a damaged
    PDF, and `reader_not_installed`.
    """
    if len(data) > LARGEST_PDF:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, f"A PDF has at most {LARGEST_PDF} bytes.")
    try:
        return _embedded(data)
    except Refused:
        raise
    except ModuleNotFoundError:
        raise Refused(
            RefusalCode.READER_NOT_INSTALLED, "Reading PDF needs: pip install 'duebill[einvoice]'."
        ) from None
    except Exception as problem:  # noqa: BLE001 - what a damaged PDF raises is not foreseeable
        kind = type(problem).__name__
        raise malformed(f"The PDF cannot be opened ({kind}).", "") from None


def _embedded(data: bytes) -> bytes:
    from facturx.facturx import PdfReader  # noqa: PLC0415 - an optional extra

    found: list[bytes] = []
    for count, attachment in enumerate(PdfReader(BytesIO(data)).attachment_list, start=1):
        if count > MOST_ATTACHMENTS:
            raise Refused(
                RefusalCode.DOCUMENT_TOO_COMPLEX,
                f"A PDF has at most {MOST_ATTACHMENTS} attachments.",
            )
        if str(attachment.name).lower() in INVOICE_NAMES:
            found.append(bytes(attachment.content))
    if len(found) != 1:
        raise Refused(
            RefusalCode.NOT_AN_INVOICE,
            f"The PDF embeds {len(found)} invoices, named {' or '.join(sorted(INVOICE_NAMES))}.",
        )
    return found[0]
