"""The sums of an invoice: what is stated is judged, what is left out is derived."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.documents.arithmetic import Totals, amounts, broken_rules
from ledger.errors import RefusalCode, Refused

RIGHT = Totals(
    payable=9_650, gross=10_900, net=10_000, taxes=(900,), prepaid=1_300, rounding=50,
    line_total=10_500, lines=(10_000, 500), allowance_total=800, allowances=(300, 500),
    charge_total=300, charges=(300,), tax_parts=(400, 500),
)  # fmt: skip


def rules(totals: Totals) -> list[str]:
    """The names of the broken rules."""
    return [finding.rule for finding in broken_rules(totals, 2)]


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({}, []),
        ({"lines": (10_000, 501)}, ["BR-CO-10"]),
        ({"allowances": (300,)}, ["BR-CO-11"]),
        ({"charges": ()}, ["BR-CO-12"]),
        ({"tax_parts": (900, 1)}, ["BR-CO-14"]),
        ({"gross": 10_901}, ["BR-CO-15", "BR-CO-16"]),
        ({"payable": 9_651}, ["BR-CO-16"]),
        ({"net": 10_001}, ["BR-CO-13", "BR-CO-15"]),
        ({"taxes": (900, 900)}, ["BR-CO-15"]),
        ({"taxes": (), "foreign_tax": True}, ["BR-CO-15"]),
        ({"line_total": None, "lines": ()}, []),
        ({"lines": ()}, []),
        ({"allowance_total": None}, ["BR-CO-11", "BR-CO-13"]),
        ({"gross": None}, []),
        ({"payable": None}, []),
        ({"prepaid": None, "payable": 10_950}, []),
    ],
)
def test_each_rule_stands_alone(changed: dict[str, object], broken: list[str]) -> None:
    """One changed figure breaks exactly the rules it stands in."""
    assert rules(replace(RIGHT, **changed)) == broken  # type: ignore[arg-type] # a table of fields


def test_a_finding_tells_both_figures() -> None:
    """The sentence has the computed and the stated amount, in the currency's digits."""
    (finding,) = broken_rules(replace(RIGHT, lines=(10_000, 600)), 2)
    assert finding.text == "The line amounts come to 106.00, stated is 105.00."


@given(st.integers(-(10**9), 10**9), st.integers(-(10**6), 10**6), st.integers(0, 10**6))
def test_what_is_left_out_is_derived_so_that_nothing_breaks(
    payable: int, prepaid: int, rounding: int
) -> None:
    """Amounts derived from the amount due alone keep BR-CO-15 and BR-CO-16."""
    stated = Totals(payable=payable, prepaid=prepaid, rounding=rounding)
    found = amounts(stated, "EUR", "")
    full = replace(stated, gross=found.gross.minor, net=found.net.minor, taxes=(found.tax.minor,))
    assert rules(full) == []


def test_no_amount_due_is_refused() -> None:
    """Without it there is nothing to read; beyond 2^53-1 neither."""
    for stated, code in [
        (replace(RIGHT, payable=None), RefusalCode.DOCUMENT_INCOMPLETE),
        (Totals(payable=2**53 - 1, prepaid=1), RefusalCode.AMOUNT_INVALID),
    ]:
        with pytest.raises(Refused) as caught:
            amounts(stated, "EUR", "here")
        assert (caught.value.code, caught.value.place) == (code, "here")
