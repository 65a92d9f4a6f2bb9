"""Money from who neither owes nor sold the debt: proven, never twice, and back what is too much."""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.financing.acts import use_line
from ledger.financing.decide.checks import bank_for, check_not_proven, check_paid_on
from ledger.financing.events import Evidence, StatementLineUsed
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.policy.state import today_of
from ledger.receivables.decide.checks import check_account, only
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding, Receivable
from ledger.recourse.commands import AttestRecovery, RecoverDebt, ReturnRecovery
from ledger.recourse.events import DebtRecovered, RecoveryReturned
from ledger.recourse.records import DebtRecovery, RecourseClaim, RecourseState
from ledger.recourse.recovered import excess_of, room_on

Recover = RecoverDebt | AttestRecovery


def receive(book: Reader, command: RecoverDebt, by: Signer, at_ms: int) -> tuple[DebtRecovered]:
    """The holder says that it has the money."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    return (_recovered(book, holding, command, by, at_ms),)


def attest(
    book: Reader, command: AttestRecovery, by: Signer, at_ms: int
) -> tuple[DebtRecovered, StatementLineUsed]:
    """A bank that does not pay itself saw the money arrive."""
    holding = need(book, Holding, command.holding, "/body/holding")
    bank_for(by, command.payer)
    currency = holding.amount.currency
    check_account(book, command.account, holding.holder, currency, "/body/account")
    recovered = _recovered(book, holding, command, by, at_ms)
    return recovered, use_line(book, by.party, command.reference, recovered.recovery)


def _recovered(
    book: Reader, holding: Holding, command: Recover, by: Signer, at_ms: int
) -> DebtRecovered:
    _check_payer(book, holding, command.payer)
    refuse_if(
        command.amount.currency != holding.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The holding is in {holding.amount.currency}.",
        "/body/amount",
    )
    receivable = need(book, Receivable, holding.receivable, "")
    since_ms = receivable.acknowledged_ms or 0
    check_paid_on(book, command.value_date, since_ms, at_ms, "/body/value_date")
    refuse_if(
        room_on(book, holding, command.value_date) < command.amount,
        RefusalCode.RECOVERY_EXCEEDED,
        f"With what came from others, less than that is owed on {holding.id}.",
        "/body/amount",
    )
    before = (
        item
        for above in ancestry(book, holding)
        for item in book.find(DebtRecovery, holding=above.id)
        if item.payer == command.payer
    )
    check_not_proven(before, command.amount, command.value_date, by.party, "/body/amount")
    return DebtRecovered(
        recovery=by.new_id("dbr"),
        holding=holding.id,
        source=command.source,
        payer=command.payer,
        payee=holding.holder,
        account=command.account if isinstance(command, AttestRecovery) else None,
        amount=command.amount,
        value_date=command.value_date,
        evidence=Evidence.RECEIPT if isinstance(command, RecoverDebt) else Evidence.STATEMENT,
        reference=command.reference,
        by=by.party,
        at_ms=at_ms,
    )


def have_back(
    book: Reader, command: ReturnRecovery, by: Signer, at_ms: int
) -> tuple[RecoveryReturned]:
    """Who had paid has back what then came twice."""
    recovery = need(book, DebtRecovery, command.recovery, "/body/recovery")
    only(recovery.payer, by, "one who paid")
    refuse_if(
        command.amount.currency != recovery.amount.currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The recovery is in {recovery.amount.currency}.",
        "/body/amount",
    )
    check_paid_on(book, command.value_date, recovery.recorded_ms, at_ms, "/body/value_date")
    refuse_if(
        excess_of(book, recovery, today_of(book, at_ms)) < command.amount,
        RefusalCode.SURPLUS_EXCEEDED,
        "Less than that is too much.",
        "/body/amount",
    )
    returned = RecoveryReturned(
        recovery=recovery.id,
        amount=command.amount,
        value_date=command.value_date,
        reference=command.reference,
    )
    return (returned,)


def _check_payer(book: Reader, holding: Holding, payer: str) -> None:
    """Raises `Refused` unless it is a party that has no act of its own for paying this debt."""
    party = book.get(Party, payer)
    if party is None:
        raise Refused(RefusalCode.PARTY_UNKNOWN, f"There is no party {payer}.", place="/body/payer")
    refuse_if(
        party.has(Role.OPERATOR),
        RefusalCode.OPERATOR_IN_PRINCIPAL_LEG,
        "The operator answers for no debt.",
        "/body/payer",
    )
    liable = {
        item.liable
        for item in book.find(RecourseClaim, holding=holding.id)
        if item.state is RecourseState.OPEN and item.claimant == holding.holder
    }
    refuse_if(
        payer in (holding.obligor, holding.holder) or payer in liable,
        RefusalCode.RECOVERY_PAYER_DOES_NOT_FIT,
        f"{payer} owes {holding.id}, has it, or is claimed from by recourse.",
        "/body/payer",
    )
