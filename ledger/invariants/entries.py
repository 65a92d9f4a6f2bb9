"""What one entry can tell of the invariants: its events, over the records as they are after it.

Each check names the events that it looks at, so that an entry without them costs nothing. The
policy of now is the policy of then: these run in the replay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from msgspec import Struct

from ledger.dates import add_months, civil_date
from ledger.financing.events import FinancingAccepted
from ledger.financing.records import Programme
from ledger.invariants.happened import Happened
from ledger.invariants.unpaid import (
    entry_24_recourse_once,
    entry_24_recovered_once,
    entry_24_returned,
    entry_25_books_alone,
)
from ledger.model.records import Reader
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.policy.events import PolicyAdopted
from ledger.policy.state import ledger_of, policy_of, today_of
from ledger.receivables.events import (
    HoldingPaid,
    HoldingReduced,
    HoldingUnpaid,
    IssueProposed,
    ReceivableAcknowledged,
    ReceivableRegistered,
    TransferAccepted,
    TransferProposed,
)
from ledger.receivables.limits import unpaid_since
from ledger.receivables.records import Holding, Receivable, Transfer
from ledger.receivables.statute import late_floor
from ledger.recourse.events import (
    DebtRecovered,
    DebtWrittenOff,
    DefaultDeclared,
    DefaultLifted,
    RecoursePaid,
    RecourseReturned,
    RecoveryReturned,
    WriteOffReversed,
)
from ledger.settlement.events import PaymentRecorded

__all__ = ["ENTRY_CHECKS", "EntryCheck", "Happened", "checks_for"]

Told = Callable[[Reader, Happened], list[str]]


class EntryCheck(Struct, frozen=True, gc=False, eq=False):
    """A check of invariant `number` for entries with an event of a kind in `on`."""

    number: int
    on: tuple[type[Any], ...]
    check: Told


def entry_7_payable(book: Reader, entry: Happened) -> list[str]:
    """What lowers a debt lowers it: each such amount is above zero.

    Only a payment that is taken back raises a debt: it never was one.
    """
    return [
        f"{event.holding}: its debt changed by nothing or less."
        for event in entry.of(HoldingPaid, HoldingReduced, HoldingUnpaid)
        if event.amount.minor <= 0
    ]


def entry_10_term(book: Reader, entry: Happened) -> list[str]:
    """The unadjusted due date is within the policy's months from the issue."""
    months = policy_of(book).caps.term_months
    return [
        f"{event.receivable}: its term is over {months} months."
        for event in entry.of(ReceivableRegistered, IssueProposed)
        if event.claim.due > add_months(event.claim.issued, months)
        or event.claim.due < event.claim.issued
    ]


def entry_10_long_term(book: Reader, entry: Happened) -> list[str]:
    """A term over the policy's soft cap has its reason."""
    months = policy_of(book).caps.soft_term_months
    return [
        f"{event.receivable}: its term is over {months} months without a reason."
        for event in entry.of(ReceivableRegistered, IssueProposed)
        if event.claim.due > add_months(event.claim.issued, months)
        and event.claim.long_term_reason is None
    ]


def entry_12_allocated(book: Reader, entry: Happened) -> list[str]:
    """The principal that payments bring is what the debt falls by, holding by holding."""
    brought: Counter[str] = Counter()
    fallen: Counter[str] = Counter()
    for event in entry.of(PaymentRecorded):
        brought[event.holding] += event.principal.minor
    for event in entry.of(HoldingPaid):
        fallen[event.holding] += event.amount.minor
    return [
        f"{holding}: its debt fell by another sum than was paid."
        for holding in sorted(brought.keys() | fallen.keys())
        if brought[holding] != fallen[holding]
    ]


def entry_16_parties(book: Reader, entry: Happened) -> list[str]:
    """A financing is between others than the obligor, which cannot buy its own debt."""
    return [
        f"{event.financing}: the obligor finances its own debt."
        for event in entry.of(FinancingAccepted)
        if event.obligor in (event.financier, event.holder)
    ]


def entry_18_dates(book: Reader, entry: Happened) -> list[str]:
    """A payment is dated from the day of the acknowledgement to the day of its entry."""
    today = today_of(book, entry.at_ms)
    zone = ledger_of(book).time_zone
    found = []
    for event in entry.of(PaymentRecorded):
        receivable = book.get(Receivable, event.receivable)
        owed_ms = None if receivable is None else receivable.acknowledged_ms
        if owed_ms is None or not civil_date(owed_ms, zone) <= event.value_date <= today:
            found.append(f"{event.payment}: it is dated {event.value_date}.")
    return found


def entry_20_late_interest(book: Reader, entry: Happened) -> list[str]:
    """The rate in force is not below the floor."""
    statutes = (event.policy.statute for event in entry.of(PolicyAdopted))
    return [
        f"policy: late interest of {item.late_ppm} ppm a day is below the floor."
        for item in statutes
        if item is not None and item.late_ppm < item.late_floor_ppm
    ]


def entry_20_agreed(book: Reader, entry: Happened) -> list[str]:
    """What is agreed with a small creditor is not below the floor in force."""
    statute = policy_of(book).statute
    return [
        f"{event.receivable}: less late interest is agreed than the law lets be agreed."
        for event in entry.of(ReceivableRegistered, IssueProposed)
        if event.claim.late_ppm is not None
        and event.claim.late_ppm < late_floor(statute, event.claim.sizes)
    ]


def entry_23_obligor_may_owe(book: Reader, entry: Happened) -> list[str]:
    """Who acknowledges has the role of an obligor at that entry, and has not failed to pay."""
    found = []
    for event in entry.of(ReceivableAcknowledged):
        receivable = book.get(Receivable, event.receivable)
        obligor = book.get(Party, receivable.obligor) if receivable else None
        if (
            obligor is None
            or not obligor.has(Role.OBLIGOR)
            or unpaid_since(book, obligor.id, entry.at_ms)
        ):
            found.append(f"{event.receivable}: its obligor may not owe more.")
    return found


def entry_29_hops(book: Reader, entry: Happened) -> list[str]:
    """A holding is offered only below the cap; each transfer adds one hand to its chain."""
    most = policy_of(book).caps.hops
    found = []
    for event in entry.of(TransferProposed):
        holding = book.get(Holding, event.holding)
        if holding is None or holding.hops >= most:
            found.append(f"{event.holding}: it has changed hands {most} times.")
    for event in entry.of(TransferAccepted):
        transfer = book.get(Transfer, event.transfer)
        holding = book.get(Holding, transfer.holding) if transfer else None
        if transfer is None or holding is None or transfer.assignee not in holding.chain[1:]:
            found.append(f"{event.transfer}: its chain does not show the transfer.")
    return found


def entry_9_accepted(book: Reader, entry: Happened) -> list[str]:
    """What is accepted is by itself within the programme's limits, and in its currency."""
    found = []
    for event in entry.of(FinancingAccepted):
        programme = book.get(Programme, event.programme)
        if (
            programme is None
            or programme.currency != event.face.currency
            or programme.limit_total < event.face
            or programme.limit_obligor < event.face
        ):
            found.append(f"{event.financing}: it does not fit its programme.")
    return found


ENTRY_CHECKS: tuple[EntryCheck, ...] = (
    EntryCheck(7, (HoldingPaid, HoldingReduced, HoldingUnpaid), entry_7_payable),
    EntryCheck(9, (FinancingAccepted,), entry_9_accepted),
    EntryCheck(10, (ReceivableRegistered, IssueProposed), entry_10_term),
    EntryCheck(10, (ReceivableRegistered, IssueProposed), entry_10_long_term),
    EntryCheck(12, (PaymentRecorded, HoldingPaid), entry_12_allocated),
    EntryCheck(16, (FinancingAccepted,), entry_16_parties),
    EntryCheck(18, (PaymentRecorded,), entry_18_dates),
    EntryCheck(20, (PolicyAdopted,), entry_20_late_interest),
    EntryCheck(20, (ReceivableRegistered, IssueProposed), entry_20_agreed),
    EntryCheck(23, (ReceivableAcknowledged,), entry_23_obligor_may_owe),
    EntryCheck(24, (DebtRecovered,), entry_24_recovered_once),
    EntryCheck(24, (RecoursePaid,), entry_24_recourse_once),
    EntryCheck(24, (RecourseReturned, RecoveryReturned), entry_24_returned),
    EntryCheck(
        25, (DebtWrittenOff, WriteOffReversed, DefaultDeclared, DefaultLifted), entry_25_books_alone
    ),
    EntryCheck(29, (TransferProposed, TransferAccepted), entry_29_hops),
)
"""All that one entry can tell. A new act adds its line."""


def _by_event() -> Mapping[type[Any], tuple[EntryCheck, ...]]:
    kinds = {kind for check in ENTRY_CHECKS for kind in check.on}
    return {kind: tuple(item for item in ENTRY_CHECKS if kind in item.on) for kind in kinds}


_BY_EVENT = _by_event()


def checks_for(events: Iterable[Any]) -> Iterable[EntryCheck]:
    """The checks that an entry with these events is for, each once."""
    return dict.fromkeys(check for event in events for check in _BY_EVENT.get(type(event), ()))
