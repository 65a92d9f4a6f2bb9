"""The unique key of an invoice, and how an amount fills uses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.receivables.claim import Use
from ledger.receivables.invoices import fill, total, unique_key
from tests.support.world import cny

SELLER = "pty_a"
TWENTY = "24442000000012345678"


@pytest.mark.parametrize(
    "number", ["INV-2026/0045", "inv 2026 0045", "ＩＮＶ－２０２６－００４５", " INV--2026__0045."]
)
def test_writings_of_one_number_have_one_key(number: str) -> None:
    """Case, width and the kind or number of separators make no new invoice."""
    assert unique_key(SELLER, number, None) == "pty_a:INV-2026-0045"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("INV-1-001", "INV-10-01"),
        ("A1", "B1"),
        ("0045", "45"),
        ("发票1", "1"),
        ("INV20260045", "INV-2026-0045"),
        ("1é", "1e"),
    ],
)
def test_different_numbers_have_different_keys(one: str, other: str) -> None:
    """Letters, zeros and the places of separators all count."""
    assert unique_key(SELLER, one, None) != unique_key(SELLER, other, None)


def test_twenty_digits_are_unique_whoever_names_them() -> None:
    """A 数电票 number stands alone: no seller, code, blank or width makes it another one."""
    keys = {
        unique_key("pty_a", TWENTY, None),
        unique_key("pty_b", TWENTY, None),
        unique_key("pty_a", TWENTY, "144"),
        unique_key("pty_a", f"{TWENTY[:4]} {TWENTY[4:]}", None),
        unique_key("pty_a", "２" + TWENTY[1:], None),
    }
    assert keys == {TWENTY}


def test_code_and_seller_are_part_of_other_keys() -> None:
    """Eight digits are unique only with their code, and only for their seller."""
    keys = {
        unique_key("pty_a", "12345678", "1100191130"),
        unique_key("pty_a", "12345678", "1100191131"),
        unique_key("pty_a", "12345678", None),
        unique_key("pty_b", "12345678", None),
    }
    assert len(keys) == 4
    assert unique_key("pty_a", "1100191130-12345678", None) in keys


def test_separators_alone_identify_nothing() -> None:
    """A number without letter or digit has no key, whatever its code."""
    assert unique_key(SELLER, "-/-", "1100") == ""


@given(st.text(min_size=1, max_size=30))
def test_keys_do_not_depend_on_how_often_a_number_was_normalised(number: str) -> None:
    """The key of a key's own number is the same key."""
    key = unique_key(SELLER, number, None)
    if key.startswith(f"{SELLER}:"):
        assert unique_key(SELLER, key.removeprefix(f"{SELLER}:"), None) == key


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=8), st.data())
def test_filling_takes_uses_in_their_order(amounts: list[int], data: st.DataObject) -> None:
    """Filled uses sum to the amount; all but the last are whole; the rest is left out."""
    uses = [Use(invoice=str(place), amount=cny(each)) for place, each in enumerate(amounts)]
    amount = data.draw(st.integers(1, sum(amounts)))
    filled = fill(uses, cny(amount))
    assert total([use.amount for use in filled]) == cny(amount)
    assert list(filled[:-1]) == uses[: len(filled) - 1]
    assert filled[-1].amount <= uses[len(filled) - 1].amount
