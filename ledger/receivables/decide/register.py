"""Register (登记) and issue (开立): two ways for a receivable to begin, from the same invoices."""

from __future__ import annotations

from datetime import date

from ledger.alerts.acts import raised
from ledger.alerts.events import AlertKind, AlertRaised
from ledger.dates import add_months
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, refuse_if
from ledger.parties.commands import Role
from ledger.parties.state import assurance_signed
from ledger.policy.state import Policy, policy_of, today_of
from ledger.receivables.claim import Claim
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.commands import ProposeIssue, RegisterReceivable
from ledger.receivables.decide.checks import check_terms, counterparty, need_role
from ledger.receivables.decide.consume import consume
from ledger.receivables.events import Events, IssueProposed, ReceivableRegistered
from ledger.receivables.invoices import total
from ledger.receivables.limits import check_not_suspended
from ledger.receivables.statute import is_protected, late_floor, needs_clause, statutory_due


def register(book: Reader, command: RegisterReceivable, by: Signer, at_ms: int) -> Events:
    """The creditor registers what the obligor owes it."""
    need_role(by, Role.SUPPLIER)
    counterparty(book, command.obligor, (Role.OBLIGOR,), "/body/obligor")
    before, claim = _claim(book, command, by, at_ms, creditor=by.party, obligor=command.obligor)
    receivable = by.new_id("rcv")
    noticed = _noticed(book, claim, receivable, by, at_ms)
    return (*before, *noticed, ReceivableRegistered(receivable=receivable, claim=claim))


def propose_issue(book: Reader, command: ProposeIssue, by: Signer, at_ms: int) -> Events:
    """The obligor offers to owe; nothing is owed before the creditor signs for it."""
    need_role(by, Role.OBLIGOR)
    counterparty(book, command.creditor, (Role.SUPPLIER,), "/body/creditor")
    check_terms(book, command.terms, by.party)
    check_not_suspended(book, by.party, at_ms)
    before, claim = _claim(book, command, by, at_ms, creditor=command.creditor, obligor=by.party)
    receivable = by.new_id("rcv")
    proposed = IssueProposed(
        receivable=receivable,
        claim=claim,
        terms=command.terms,
        lapses_ms=at_ms + policy_of(book).clocks.issue_days * DAY_MS,
        assurance=assurance_signed(book, by.kids),
    )
    return (*before, *_noticed(book, claim, receivable, by, at_ms), proposed)


def _noticed(
    book: Reader, claim: Claim, receivable: str, by: Signer, at_ms: int
) -> tuple[AlertRaised, ...]:
    """What whoever rests on the claim should look at: it may be agreed, and is to be explained."""
    alerts = []
    due = f"due:{claim.due}"
    if claim.statutory_due is not None and claim.due > claim.statutory_due:
        reasons = (due, f"statutory_due:{claim.statutory_due}")
        alerts.append(raised(by, 0, AlertKind.DUE_AFTER_STATUTE, receivable, reasons, at_ms))
    soft = add_months(claim.issued, policy_of(book).caps.soft_term_months)
    if claim.due > soft:
        reasons = (due, f"soft_term_ends:{soft}")
        alerts.append(raised(by, 0, AlertKind.TERM_IS_LONG, receivable, reasons, at_ms))
    return tuple(alerts)


def _claim(
    book: Reader,
    command: RegisterReceivable | ProposeIssue,
    by: Signer,
    at_ms: int,
    *,
    creditor: str,
    obligor: str,
) -> tuple[Events, Claim]:
    refuse_if(
        creditor == obligor, RefusalCode.SELLER_IS_BUYER, "Creditor and obligor are one party."
    )
    policy, today = policy_of(book), today_of(book, at_ms)
    _check_dates(policy, command, today)
    _check_statute(policy, command)
    before, uses = consume(book, command, by, at_ms, seller=creditor, buyer=obligor)
    claim = Claim(
        creditor=creditor,
        obligor=obligor,
        face=total([use.amount for use in uses]),
        uses=uses,
        issued=today,
        due=command.due,
        basis=command.basis,
        basis_date=command.basis_date,
        contract=command.contract,
        proposal=by.payload,
        documents=command.documents,
        sizes=command.sizes,
        tranche=command.tranche,
        clause=command.clause,
        long_term_reason=command.long_term_reason,
        late_ppm=command.late_ppm,
        statutory_due=statutory_due(
            policy.statute, command.sizes, command.tranche, command.basis_date
        ),
    )
    return before, claim


def _check_dates(policy: Policy, command: RegisterReceivable | ProposeIssue, today: date) -> None:
    caps = policy.caps
    refuse_if(
        command.due < today,
        RefusalCode.DUE_DATE_HAS_PASSED,
        f"It was due {command.due}.",
        "/body/due",
    )
    refuse_if(
        command.due > add_months(today, caps.term_months),
        RefusalCode.TERM_IS_TOO_LONG,
        f"The term is over {caps.term_months} months from {today}.",
        "/body/due",
    )
    refuse_if(
        command.due > add_months(today, caps.soft_term_months) and command.long_term_reason is None,
        RefusalCode.TERM_NEEDS_A_REASON,
        f"The term is over {caps.soft_term_months} months from {today}, and nothing says why.",
        "/body/long_term_reason",
    )
    refuse_if(
        command.basis_date > min(command.due, today),
        RefusalCode.DATES_NOT_IN_ORDER,
        "The payment period begins after it ends, or has not begun: nothing is owed yet.",
        "/body/basis_date",
    )


def _check_statute(policy: Policy, command: RegisterReceivable | ProposeIssue) -> None:
    """What the law wants of a claim of a small creditor on a large or public obligor."""
    if policy.statute is None or not is_protected(command.sizes):
        return
    refuse_if(
        needs_clause(command.basis, command.tranche) and command.clause is None,
        RefusalCode.BASIS_NEEDS_A_CLAUSE,
        "The period runs from delivery, and of the whole price, unless the contract says more.",
        "/body/clause",
    )
    refuse_if(
        command.late_ppm is not None
        and command.late_ppm < late_floor(policy.statute, command.sizes),
        RefusalCode.LATE_INTEREST_BELOW_FLOOR,
        "Less late interest is agreed than the law lets a small creditor agree to.",
        "/body/late_ppm",
    )
