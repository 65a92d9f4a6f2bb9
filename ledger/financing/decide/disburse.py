"""The advance (放款): instructed by the financier, proven by payee or bank; title moves with proof.

Until it is instructed the lock lapses by itself. After that it ends by proof of payment, a bank's
word that it failed, or the financier's release, and by nothing else.
"""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.financing.acts import Events, use_line
from ledger.financing.commands import (
    AttestDisbursement,
    AttestFailure,
    ConfirmReceipt,
    InstructDisbursement,
    ReleaseLock,
)
from ledger.financing.decide.checks import bank_for, check_paid_on, check_state, principal
from ledger.financing.events import (
    DisbursementInstructed,
    DisbursementProven,
    Evidence,
    FinancingFailed,
    FinancingReleased,
    RequestFulfilled,
)
from ledger.financing.records import Financing, FinancingState, Request, RequestState
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.notices.gate import check_registration
from ledger.parties.commands import Role
from ledger.parties.recovering import check_not_recovering
from ledger.policy.state import today_of
from ledger.receivables import acts
from ledger.receivables.decide.checks import only
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding


def instruct(book: Reader, command: InstructDisbursement, by: Signer, at_ms: int) -> Events:
    """The financier has told its bank to pay on the agreed day, which has not passed."""
    financing = need(book, Financing, command.financing, "/body/financing")
    only(financing.financier, by, "financier")
    principal(by, Role.FINANCIER)
    check_state(financing, (FinancingState.ACCEPTED,), at_ms)
    check_not_recovering(book, financing.holder, at_ms, "/body/financing")
    refuse_if(
        command.value_date != financing.value_date,
        RefusalCode.VALUE_DATE_DIFFERS,
        f"The price holds for {financing.value_date}.",
        "/body/value_date",
    )
    refuse_if(
        today_of(book, at_ms) > financing.value_date,
        RefusalCode.VALUE_DATE_OUT_OF_RANGE,
        "The value date has passed: the discount would count days that the seller waited.",
        "/body/value_date",
    )
    holding = need(book, Holding, financing.holding, "")
    refuse_if(
        holding.burdened(BurdenKind.FREEZE, at_ms).minor > 0,
        RefusalCode.HOLDING_IS_FROZEN,
        f"A court has frozen {holding.id} or part of it.",
    )
    instructed = DisbursementInstructed(
        financing=financing.id,
        reference=command.reference,
        at_ms=at_ms,
        filing=check_registration(book, financing, at_ms),
    )
    return (instructed, *acts.lock(book, holding, financing.id, at_ms, None))


def confirm(book: Reader, command: ConfirmReceipt, by: Signer, at_ms: int) -> Events:
    """The seller has the money."""
    financing = need(book, Financing, command.financing, "/body/financing")
    only(financing.holder, by, "seller")
    proven = DisbursementProven(
        financing=financing.id,
        evidence=Evidence.RECEIPT,
        by=by.party,
        paid_on=command.paid_on,
        reference=None,
        at_ms=at_ms,
    )
    return _prove(book, financing, command, proven, at_ms)


def attest(book: Reader, command: AttestDisbursement, by: Signer, at_ms: int) -> Events:
    """A bank saw the money arrive on the agreed account."""
    financing = need(book, Financing, command.financing, "/body/financing")
    bank_for(by, financing.financier)
    proven = DisbursementProven(
        financing=financing.id,
        evidence=Evidence.STATEMENT,
        by=by.party,
        paid_on=command.paid_on,
        reference=command.reference,
        at_ms=at_ms,
    )
    events = _prove(book, financing, command, proven, at_ms)
    refuse_if(
        command.account != financing.account,
        RefusalCode.ACCOUNT_IS_NOT_AGREED,
        f"The acceptance names {financing.account}.",
        "/body/account",
    )
    return (use_line(book, by.party, command.reference, financing.id), *events)


def _prove(
    book: Reader,
    financing: Financing,
    command: ConfirmReceipt | AttestDisbursement,
    proven: DisbursementProven,
    at_ms: int,
) -> Events:
    check_state(financing, (FinancingState.INSTRUCTED,), at_ms)
    refuse_if(
        command.amount != financing.price,
        RefusalCode.AMOUNT_DIFFERS_FROM_PRICE,
        "The amount is not the price.",
        "/body/amount",
    )
    check_paid_on(book, command.paid_on, financing.accepted_ms, at_ms, "/body/paid_on")
    holding = need(book, Holding, financing.holding, "")
    fulfilled = (
        RequestFulfilled(request=item.id, financing=financing.id)
        for item in book.find(Request, holding=holding.id)
        if item.state is RequestState.OPEN and item.holder == financing.holder
    )
    moved = acts.move_title(holding, financing.financier, financing.id)
    return (proven, *moved, *fulfilled)


def fail(book: Reader, command: AttestFailure, by: Signer, at_ms: int) -> Events:
    """A bank states that the payment was not made: not the seller, who could sell again."""
    financing = need(book, Financing, command.financing, "/body/financing")
    principal(by, Role.BANK)
    refuse_if(
        by.party in (financing.holder, financing.obligor),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only a bank that neither sells nor owes the holding does this.",
    )
    check_state(financing, (FinancingState.INSTRUCTED,), at_ms)
    failed = FinancingFailed(financing=financing.id, by=by.party, reference=command.reference)
    holding = need(book, Holding, financing.holding, "")
    return (failed, *acts.unlock(holding, financing.id))


def release(book: Reader, command: ReleaseLock, by: Signer, at_ms: int) -> Events:
    """The financier lets go; a way out, so it needs no role."""
    financing = need(book, Financing, command.financing, "/body/financing")
    only(financing.financier, by, "financier")
    check_state(financing, (FinancingState.ACCEPTED, FinancingState.INSTRUCTED), at_ms)
    holding = need(book, Holding, financing.holding, "")
    return (FinancingReleased(financing=financing.id), *acts.unlock(holding, financing.id))
