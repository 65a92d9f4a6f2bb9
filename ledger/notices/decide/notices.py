"""The notice of assignment (转让通知): given by either side, final once it has arrived.

Without notice an assignment has no effect on the obligor, and only the assignee can take a notice
back (Civil Code 546). When it arrived is the obligor's word, the entry's time where the obligor
receives by entry, or a proof of delivery: never the word of who gave it (合同编通则解释 50).
"""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.notices.bases import Basis, basis_of
from ledger.notices.commands import AttestDelivery, GiveNotice, ReceiveNotice, WithdrawNotice
from ledger.notices.decide.checks import check_order, check_past
from ledger.notices.events import Arrival, Event, NoticeArrived, NoticeGiven, NoticeWithdrawn
from ledger.notices.records import Designation, Notice
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.receivables.decide.checks import check_account, only
from ledger.receivables.records import Holding


def give(book: Reader, command: GiveNotice, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The notice, and its arrival where the obligor receives by entry."""
    holding = need(book, Holding, command.holding, "/body/holding")
    refuse_if(
        not holding.is_open, RefusalCode.HOLDING_IS_CLOSED, f"{holding.id} was split or redeemed."
    )
    basis = _basis(book, command, holding, by, at_ms)
    as_factor = basis.is_factoring or _is_financier(book, basis.assignee)
    _check_content(book, command, holding, basis, as_factor=as_factor)
    given = NoticeGiven(
        notice=by.new_id("ntc"),
        holding=holding.id,
        basis=basis.id,
        obligor=holding.obligor,
        assignor=basis.assignor,
        assignee=basis.assignee,
        as_factor=as_factor,
        account=command.account,
        vouchers=command.vouchers,
        since_ms=basis.since_ms,
        by=by.party,
        at_ms=at_ms,
    )
    if not any(item.covers(at_ms) for item in book.find(Designation, obligor=holding.obligor)):
        return (given,)
    return (given, _arrived(given.notice, at_ms, Arrival.ENTRY, by))


def _basis(book: Reader, command: GiveNotice, holding: Holding, by: Signer, at_ms: int) -> Basis:
    """The assignment that is notified. Raises `Refused` unless one of its sides signs."""
    basis = basis_of(book, command.basis, at_ms)
    if basis is None or not basis.reaches(book, holding):
        detail = f"{command.basis} is no assignment of this holding that stands."
        raise Refused(RefusalCode.BASIS_DOES_NOT_FIT, detail, place="/body/basis")
    refuse_if(
        by.party not in (basis.assignor, basis.assignee),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only assignor or assignee does this.",
    )
    refuse_if(
        command.assignee != basis.assignee,
        RefusalCode.BASIS_DOES_NOT_FIT,
        f"{basis.id} has another assignee.",
        "/body/assignee",
    )
    return basis


def _check_content(
    book: Reader, command: GiveNotice, holding: Holding, basis: Basis, *, as_factor: bool
) -> None:
    refuse_if(
        as_factor and not command.vouchers,
        RefusalCode.VOUCHER_MISSING,
        "A factor's notice comes with the vouchers of the factoring.",
        "/body/vouchers",
    )
    check_account(book, command.account, basis.assignee, holding.amount.currency, "/body/account")
    refuse_if(
        any(
            item.holding == holding.id and item.withdrawn_ms is None
            for item in book.find(Notice, basis=basis.id)
        ),
        RefusalCode.NOTICE_IS_GIVEN,
        f"A notice of {basis.id} stands.",
    )


def receive(book: Reader, command: ReceiveNotice, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The obligor has it."""
    notice = need(book, Notice, command.notice, "/body/notice")
    only(notice.obligor, by, "obligor")
    _check_under_way(notice)
    return (_arrived(notice.id, at_ms, Arrival.RECEIPT, by),)


def attest(book: Reader, command: AttestDelivery, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """Somebody who is no side saw it delivered, at the latest now."""
    notice = need(book, Notice, command.notice, "/body/notice")
    refuse_if(
        not {Role.BANK.value, Role.OPERATOR.value} & by.roles,
        RefusalCode.ROLE_MISSING,
        "This is for banks and the operator.",
    )
    refuse_if(
        by.party in (notice.assignor, notice.assignee, notice.obligor),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "A side of the assignment proves no delivery.",
    )
    _check_under_way(notice)
    check_past(command.arrived_ms, at_ms, "/body/arrived_ms")
    what = "Nobody is told of an assignment before it is made."
    check_order(notice.since_ms, command.arrived_ms, what, "/body/arrived_ms")
    return (_arrived(notice.id, command.arrived_ms, Arrival.DELIVERY, by, command.evidence),)


def withdraw(book: Reader, command: WithdrawNotice, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The assignee agrees that the obligor need not heed it."""
    notice = need(book, Notice, command.notice, "/body/notice")
    only(notice.assignee, by, "assignee")
    _check_stands(notice)
    return (NoticeWithdrawn(notice=notice.id, at_ms=at_ms),)


def _arrived(
    notice: str, arrived_ms: int, how: Arrival, by: Signer, evidence: str | None = None
) -> NoticeArrived:
    return NoticeArrived(
        notice=notice, arrived_ms=arrived_ms, how=how, by=by.party, evidence=evidence
    )


def _check_under_way(notice: Notice) -> None:
    _check_stands(notice)
    refuse_if(
        notice.arrived_ms is not None,
        RefusalCode.NOTICE_HAS_ARRIVED,
        f"{notice.id} has arrived.",
    )


def _check_stands(notice: Notice) -> None:
    refuse_if(
        notice.withdrawn_ms is not None,
        RefusalCode.NOTICE_IS_WITHDRAWN,
        f"{notice.id} was taken back.",
    )


def _is_financier(book: Reader, party: str) -> bool:
    record = book.get(Party, party)
    return record is not None and record.has(Role.FINANCIER)
