"""What the tests of the readers share: the sample files, and a table of currency digits."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ledger.documents.read import read_document, read_rows
from ledger.documents.value import InvoiceDocument, ReadResult
from ledger.errors import Refused

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"
FILES = sorted(p.name for p in SAMPLES.iterdir() if p.suffix in {".xml", ".pdf", ".csv", ".xlsx"})
DIGITS = {"JPY": 0, "KWD": 3} | dict.fromkeys(
    ["CAD", "CHF", "CNY", "DKK", "EUR", "GBP", "HUF", "NOK", "SEK", "USD"], 2
)


def digits(currency: str) -> int | None:
    """The minor digits of the currencies that the tests know."""
    return DIGITS.get(currency)


def sample(name: str) -> bytes:
    """The bytes of a sample file."""
    return (SAMPLES / name).read_bytes()


def document(data: bytes) -> InvoiceDocument:
    """`data` as one invoice."""
    return read_document(data, name="test.xml", digits=digits)


def rows(text: str | bytes, columns: Mapping[str, str] | None = None) -> list[ReadResult]:
    """`text` as a table."""
    data = text.encode() if isinstance(text, str) else text
    return read_rows(data, name="test.csv", digits=digits, columns=columns)


def one_row(text: str, columns: Mapping[str, str] | None = None) -> InvoiceDocument:
    """The invoice of a table with one row."""
    (result,) = rows(text, columns)
    assert isinstance(result.outcome, InvoiceDocument), result.outcome
    return result.outcome


def refusal(text: str, columns: Mapping[str, str] | None = None) -> Refused:
    """Why the one row of a table is refused."""
    (result,) = rows(text, columns)
    assert isinstance(result.outcome, Refused), result.outcome
    return result.outcome
