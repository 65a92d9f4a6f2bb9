"""Register (登记) and issue (开立): two ways for a receivable to begin, from the same invoices."""

from __future__ import annotations

from ledger.dates import add_months
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, refuse_if
from ledger.parties.commands import Role
from ledger.parties.state import assurance_signed
from ledger.policy.state import policy_of, today_of
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.commands import ProposeIssue, RegisterReceivable
from ledger.receivables.decide.checks import check_terms, counterparty, need_role
from ledger.receivables.decide.consume import consume
from ledger.receivables.events import Claim, Event, IssueProposed, ReceivableRegistered
from ledger.receivables.invoices import total


def register(
    book: Reader, command: RegisterReceivable, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    """The creditor registers what the obligor owes it."""
    need_role(by, Role.SUPPLIER)
    counterparty(book, command.obligor, (Role.OBLIGOR,), "/body/obligor")
    before, claim = _claim(book, command, by, at_ms, creditor=by.party, obligor=command.obligor)
    return (*before, ReceivableRegistered(receivable=by.new_id("rcv"), claim=claim))


def propose_issue(book: Reader, command: ProposeIssue, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The obligor offers to owe; nothing is owed before the creditor signs for it."""
    need_role(by, Role.OBLIGOR)
    counterparty(book, command.creditor, (Role.SUPPLIER,), "/body/creditor")
    check_terms(book, command.terms, by.party)
    before, claim = _claim(book, command, by, at_ms, creditor=command.creditor, obligor=by.party)
    proposed = IssueProposed(
        receivable=by.new_id("rcv"),
        claim=claim,
        terms=command.terms,
        lapses_ms=at_ms + policy_of(book).clocks.issue_days * DAY_MS,
        assurance=assurance_signed(book, by.kids),
    )
    return (*before, proposed)


def _claim(
    book: Reader,
    command: RegisterReceivable | ProposeIssue,
    by: Signer,
    at_ms: int,
    *,
    creditor: str,
    obligor: str,
) -> tuple[tuple[Event, ...], Claim]:
    refuse_if(
        creditor == obligor, RefusalCode.SELLER_IS_BUYER, "Creditor and obligor are one party."
    )
    _check_dates(book, command, at_ms)
    before, uses = consume(book, command, by, at_ms, seller=creditor, buyer=obligor)
    claim = Claim(
        creditor=creditor,
        obligor=obligor,
        face=total([use.amount for use in uses]),
        uses=uses,
        issued=today_of(book, at_ms),
        due=command.due,
        basis=command.basis,
        basis_date=command.basis_date,
        contract=command.contract,
        proposal=by.payload,
    )
    return before, claim


def _check_dates(book: Reader, command: RegisterReceivable | ProposeIssue, at_ms: int) -> None:
    today = today_of(book, at_ms)
    months = policy_of(book).caps.term_months
    refuse_if(
        command.due < today,
        RefusalCode.DUE_DATE_HAS_PASSED,
        f"It was due {command.due}.",
        "/body/due",
    )
    refuse_if(
        command.due > add_months(today, months),
        RefusalCode.TERM_IS_TOO_LONG,
        f"The term is over {months} months from {today}.",
        "/body/due",
    )
    refuse_if(
        command.basis_date > min(command.due, today),
        RefusalCode.DATES_NOT_IN_ORDER,
        "The payment period begins after it ends, or has not begun: nothing is owed yet.",
        "/body/basis_date",
    )
