"""May an obligor owe more? What it failed to pay suspends it, and a quota bounds it.

Both are functions of records and of the day: nobody declares them, and who has paid is free again.
"""

from __future__ import annotations

from ledger.dates import add_days
from ledger.errors import RefusalCode
from ledger.model.records import Reader, refuse_if
from ledger.money import Money
from ledger.policy.state import payable_on, policy_of, today_of
from ledger.quotas.state import Quota, quota_id
from ledger.receivables.holdings import owed
from ledger.receivables.records import Maturity


def unpaid_since(book: Reader, obligor: str, at_ms: int) -> tuple[Maturity, ...]:
    """The days on which `obligor` failed to pay, oldest first: what suspends it (77号 article 15).

    On each of them something was due that is in no dispute and is unpaid `suspend_days` after the
    business day on which it was payable. Raises `Refused` (`calendar_does_not_cover`).
    """
    today, days = today_of(book, at_ms), policy_of(book).clocks.suspend_days
    failed = [
        item
        for item in book.find(Maturity, obligor=obligor, is_open=True)
        if item.due < today
        and item.disputed < item.outstanding
        and add_days(payable_on(book, item.due), days) < today
    ]
    return tuple(sorted(failed, key=lambda item: (item.due, item.id)))


def check_not_suspended(book: Reader, obligor: str, at_ms: int) -> None:
    """Raises `Refused` (`obligor_is_suspended`) while `obligor` has failed to pay."""
    failed = unpaid_since(book, obligor, at_ms)
    refuse_if(
        bool(failed),
        RefusalCode.OBLIGOR_IS_SUSPENDED,
        f"What was due {failed[0].due if failed else ''} is unpaid and in no dispute.",
    )


def check_quota(book: Reader, obligor: str, creditor: str, more: Money) -> None:
    """Raises `Refused` (`quota_exceeded`) if `more` to `creditor` is over a quota of `obligor`."""
    for bound in (creditor, None):
        name = quota_id(obligor, bound, more.currency)
        quota = book.get(Quota, name)
        refuse_if(
            quota is not None
            and quota.amount is not None
            and quota.amount < owed(book, name, more.currency) + more,
            RefusalCode.QUOTA_EXCEEDED,
            "The obligor would owe more than its quota "
            + ("in all." if bound is None else "for this creditor."),
        )
