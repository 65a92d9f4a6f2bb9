"""Reports of an open ledger, from one moment of it; signed where others rely on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from api.embedded import Embedded
from ledger.book import Book
from ledger.feeding.kept import CosignedHead
from ledger.policy.state import today_of
from ledger.ports import SignedHead
from ledger.reports.acknowledged import daily, statement_file


def acknowledged_file(
    embedded: Embedded,
    obligor: str,
    day: date | None,
    over: Callable[[SignedHead], CosignedHead] = CosignedHead,
) -> bytes:
    """The signed statement of what `obligor` acknowledged on `day`; without one, yesterday.

    `over` gives a head with the cosignatures that are known. Raises as `daily`,
    `Embedded.moment` and `Embedded.sign_statement`.
    """
    with embedded.moment() as moment:
        records = moment.view.records
        day = day or today_of(Book(records), moment.at_ms) - timedelta(days=1)
        head = replace(moment.head, note=over(moment.head).note)
        statement = daily(records, head, obligor, day, moment.at_ms)
        return statement_file(records, statement, embedded.sign_statement, head.note)
