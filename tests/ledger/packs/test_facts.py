"""What a number tells of its invoice: the same that the ledger knows it by."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.money import Money
from ledger.packs.facts import invoice_class
from ledger.receivables.invoices import unique_key
from ledger.receivables.records import Invoice

NOTHING = Money(0, "CNY")
DIGITS = "24117000000012345678"


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [
        (DIGITS, None, "fully_digital"),
        (DIGITS, "0440022001", "fully_digital"),
        ("2411 7000 0000 1234 5678", None, "fully_digital"),
        (DIGITS[1:], None, "numbered"),
        (DIGITS[1:], "0440022001", "coded"),
        ("INV-1", None, "numbered"),
    ],
)
def test_the_class_of_an_invoice_follows_its_key(number: str, code: str | None, said: str) -> None:
    """Twenty digits are unique in themselves, however they are written; else a code counts."""
    invoice = Invoice(
        id="inv_a",
        key=unique_key("pty_seller", number, code),
        seller="pty_seller",
        buyer="pty_buyer",
        number=number,
        code=code,
        issued=date(2026, 1, 5),
        gross=NOTHING,
        prepaid=NOTHING,
        credited=NOTHING,
        unabsorbed=NOTHING,
        reduced=NOTHING,
        used=NOTHING,
    )
    assert invoice_class(invoice) == said
