"""Totals of what is acknowledged: nothing is lost, and nothing is counted twice."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.money import Money
from ledger.parties.commands import Assurance
from ledger.receivables.records import Receivable
from ledger.reports.totals import by_class, totals
from tests.support.world import World, cny

OBLIGORS = ("pty_a", "pty_b")
CURRENCIES = ("CNY", "USD")


def owed(
    obligor: str, assurance: Assurance | None, currency: str, face: int, paid: int
) -> Receivable:
    """A receivable of which `paid` is paid; not acknowledged without a class."""
    nothing = Money(0, currency)
    return replace(
        WAITING,
        obligor=obligor,
        acknowledged=Money(face, currency),
        paid=Money(min(paid, face), currency),
        merged=nothing,
        reduced=nothing,
        assurance=assurance,
        acknowledged_ms=None if assurance is None else 1,
    )


WAITING = World().register()
RECEIVABLES = st.lists(
    st.builds(
        owed,
        st.sampled_from(OBLIGORS),
        st.sampled_from([None, *Assurance]),
        st.sampled_from(CURRENCIES),
        st.integers(1, 2**53 - 1),
        st.integers(0, 2**53 - 1),
    ),
    max_size=12,
)


@given(RECEIVABLES)
def test_the_totals_add_up_to_what_is_acknowledged(found: list[Receivable]) -> None:
    """By obligor, and by class over all of them: in each currency the sums are the same.

    They may be larger than any one amount may be.
    """
    lines = totals(found)
    counted = [item for item in found if item.acknowledged_ms is not None]
    for summed in (lines, by_class(lines)):
        assert sum(item.count for item in summed) == len(counted)
        for currency in CURRENCIES:
            of_currency = [item for item in counted if item.acknowledged.currency == currency]
            some = [item for item in summed if item.currency == currency]
            assert sum(item.acknowledged for item in some) == sum(
                item.acknowledged.minor for item in of_currency
            )
            assert sum(item.outstanding for item in some) == sum(
                item.outstanding.minor for item in of_currency
            )
    assert len({(item.obligor, item.assurance, item.currency) for item in lines}) == len(lines)


def test_the_weakest_class_stands_first() -> None:
    """Within an obligor, so that what rests on the operator's word alone meets the eye."""
    found = [owed("pty_a", item, "CNY", 1_00, 0) for item in reversed(Assurance)]
    assert [item.assurance for item in totals(found)] == list(Assurance)
    assert [item.acknowledged for item in totals(found)] == [cny(1_00).minor] * 3
