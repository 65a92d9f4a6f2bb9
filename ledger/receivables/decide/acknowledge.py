"""The obligor's word: acknowledge (确权), sign for (签收), and the ways in which it is withheld."""

from __future__ import annotations

from ledger.conduct.gates import check_proposer, check_screened, check_solvent
from ledger.dates import add_days
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.money import Money
from ledger.parties.commands import Assurance, Role
from ledger.parties.state import assurance_signed
from ledger.policy.state import policy_of, today_of
from ledger.receivables.commands import (
    Acknowledge,
    DeclineIssue,
    RejectReceivable,
    RequestAcknowledgement,
    SignForIssue,
    Terms,
    WithdrawReceivable,
)
from ledger.receivables.decide.checks import (
    check_accepts,
    check_state,
    check_terms,
    counterparty,
    need_role,
    only,
)
from ledger.receivables.events import (
    AcknowledgementRequested,
    Event,
    HoldingOpened,
    ReceivableAcknowledged,
    ReceivableRejected,
    ReceivableWithdrawn,
)
from ledger.receivables.invoices import fill
from ledger.receivables.limits import check_not_suspended, check_quota
from ledger.receivables.records import Mode, Receivable, ReceivableState
from ledger.receivables.statute import is_protected


def request(
    book: Reader, command: RequestAcknowledgement, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    """The creditor asks for the obligor's word, once.

    The law sets a day for it where it protects the creditor: the day of the request not counted.
    """
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    only(receivable.creditor, by, "creditor")
    check_state(receivable, ReceivableState.REGISTERED, at_ms)
    refuse_if(
        receivable.requested_ms is not None,
        RefusalCode.ACKNOWLEDGEMENT_IS_REQUESTED,
        "The creditor has asked before.",
    )
    days = policy_of(book).clocks.acknowledge_days
    asked = AcknowledgementRequested(
        receivable=receivable.id,
        at_ms=at_ms,
        answer_by=add_days(today_of(book, at_ms), days) if is_protected(receivable.sizes) else None,
    )
    return (asked,)


def acknowledge(book: Reader, command: Acknowledge, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The obligor owes the amount, on the registered due date; the creditor holds it."""
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    only(receivable.obligor, by, "obligor")
    need_role(by, Role.OBLIGOR)
    check_state(receivable, ReceivableState.REGISTERED, at_ms)
    check_accepts(receivable.id, receivable.proposal, command.accepts, by)
    check_screened(book, (receivable.creditor, receivable.obligor))
    refuse_if(
        receivable.face < command.amount,
        RefusalCode.AMOUNT_EXCEEDS_FACE,
        "Less was registered.",
        "/body/amount",
    )
    refuse_if(
        receivable.due != command.due,
        RefusalCode.DUE_DATE_DIFFERS,
        f"It was registered as due {receivable.due}.",
        "/body/due",
    )
    check_terms(book, command.terms, by.party)
    check_not_suspended(book, receivable.obligor, at_ms)
    check_quota(book, receivable.obligor, receivable.creditor, command.amount)
    signed = assurance_signed(book, by.kids)
    return _owed(receivable, command.amount, command.terms, signed, by, at_ms)


def sign_for(book: Reader, command: SignForIssue, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The creditor takes what the obligor offered: it is owed in full.

    An obligor that lost its role or failed to pay meanwhile gains no new debts (77号 article 15).
    """
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    only(receivable.creditor, by, "creditor")
    check_state(receivable, ReceivableState.PROPOSED, at_ms)
    check_accepts(receivable.id, receivable.proposal, command.accepts, by)
    counterparty(book, receivable.obligor, (Role.OBLIGOR,), "/body/receivable")
    check_not_suspended(book, receivable.obligor, at_ms)
    check_quota(book, receivable.obligor, receivable.creditor, receivable.face)
    check_proposer(book, receivable.obligor, at_ms, "/body/receivable")
    check_solvent(book, receivable.obligor, at_ms, "/body/receivable")
    check_screened(book, (receivable.creditor, receivable.obligor))
    terms = Terms(
        waiver_of_defences=receivable.waiver_of_defences,
        consent_to_split=receivable.consent_to_split,
        pay_to=receivable.pay_to,
        paying_agent=receivable.paying_agent,
    )
    signed = receivable.assurance or Assurance.OPERATOR_VOUCHED
    return _owed(receivable, receivable.face, terms, signed, by, at_ms)


def reject(book: Reader, command: RejectReceivable, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The obligor says no to what was registered."""
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    only(receivable.obligor, by, "obligor")
    check_state(receivable, ReceivableState.REGISTERED, at_ms)
    return (ReceivableRejected(receivable=receivable.id, by=by.party, reason=command.reason),)


def decline(book: Reader, command: DeclineIssue, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The creditor says no to what was offered."""
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    only(receivable.creditor, by, "creditor")
    check_state(receivable, ReceivableState.PROPOSED, at_ms)
    return (ReceivableRejected(receivable=receivable.id, by=by.party, reason=command.reason),)


def withdraw(
    book: Reader, command: WithdrawReceivable, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    """Whoever proposed takes it back while the other has not said yes."""
    receivable = need(book, Receivable, command.receivable, "/body/receivable")
    if receivable.mode is Mode.SUPPLIER_LED:
        only(receivable.creditor, by, "creditor who registered it")
        check_state(receivable, ReceivableState.REGISTERED, at_ms)
    else:
        only(receivable.obligor, by, "obligor who proposed it")
        check_state(receivable, ReceivableState.PROPOSED, at_ms)
    return (ReceivableWithdrawn(receivable=receivable.id),)


def _owed(
    receivable: Receivable,
    amount: Money,
    terms: Terms,
    signed: Assurance,
    by: Signer,
    at_ms: int,
) -> tuple[Event, ...]:
    acknowledged = ReceivableAcknowledged(
        receivable=receivable.id,
        amount=amount,
        uses=fill(receivable.uses, amount),
        terms=terms,
        assurance=signed,
        at_ms=at_ms,
    )
    opened = HoldingOpened(
        holding=by.new_id("hld"),
        receivable=receivable.id,
        obligor=receivable.obligor,
        amount=amount,
        due=receivable.due,
        chain=(receivable.creditor,),
        parent=None,
        ordinal=0,
    )
    return (acknowledged, opened)
