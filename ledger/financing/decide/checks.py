"""The questions that several acts ask, here and wherever money is proven."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from ledger.dates import civil_date
from ledger.errors import RefusalCode, Refused
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader, Signer, refuse_if
from ledger.money import Money
from ledger.parties.commands import Role
from ledger.policy.state import ledger_of, today_of
from ledger.receivables.decide.checks import need_role


def principal(by: Signer, role: Role) -> None:
    """Raises `Refused` (`operator_in_principal_leg`, `role_missing`) unless `role` signs.

    Whoever runs the ledger is never on a side of the money.
    """
    refuse_if(
        Role.OPERATOR.value in by.roles,
        RefusalCode.OPERATOR_IN_PRINCIPAL_LEG,
        "The operator neither funds nor pays nor attests payments.",
    )
    need_role(by, role)


def bank_for(by: Signer, payer: str) -> None:
    """Raises `Refused` unless a bank other than the payer signs (`attester_is_payer`)."""
    principal(by, Role.BANK)
    refuse_if(
        by.party == payer,
        RefusalCode.ATTESTER_IS_PAYER,
        "The attesting bank is the payer.",
    )


class Proven(Protocol):
    """A payment on record, as it was proven."""

    @property
    def amount(self) -> Money:
        """What was paid."""
        ...

    @property
    def value_date(self) -> date:
        """On which day it was credited."""
        ...

    @property
    def attested_by(self) -> str:
        """By whose word."""
        ...


def check_not_proven(
    found: Iterable[Proven], amount: Money, day: date, by: str, place: str
) -> None:
    """Raises `Refused` (`payment_is_recorded`) where another than `by` proved this payment.

    Receipt and statement would count it twice; who has two alike says so both times.
    """
    refuse_if(
        any(
            (item.amount, item.value_date) == (amount, day) and item.attested_by != by
            for item in found
        ),
        RefusalCode.PAYMENT_IS_RECORDED,
        "Somebody else has proven a payment of this amount and day.",
        place,
    )


def check_paid_on(book: Reader, day: date, since_ms: int, at_ms: int, place: str) -> None:
    """Raises `Refused` (`payment_date_out_of_range`) unless `day` is from then to today."""
    first, today = civil_date(since_ms, ledger_of(book).time_zone), today_of(book, at_ms)
    refuse_if(
        not first <= day <= today,
        RefusalCode.PAYMENT_DATE_OUT_OF_RANGE,
        f"The credit was from {first} to {today}.",
        place,
    )


def check_state(financing: Financing, wanted: tuple[FinancingState, ...], at_ms: int) -> None:
    """Raises `Refused` with what stands in the way, unless the state is one of `wanted` now."""
    refuse_if(
        financing.has_lapsed(at_ms),
        RefusalCode.FINANCING_HAS_LAPSED,
        f"The lock of {financing.id} is over.",
    )
    if financing.state not in wanted:
        code = _IN_THE_WAY.get(financing.state, RefusalCode.FINANCING_IS_CLOSED)
        raise Refused(code, f"{financing.id} is {financing.state.value}.")


_IN_THE_WAY = {
    FinancingState.ACCEPTED: RefusalCode.DISBURSEMENT_NOT_INSTRUCTED,
    FinancingState.INSTRUCTED: RefusalCode.DISBURSEMENT_IS_INSTRUCTED,
    FinancingState.ACTIVE: RefusalCode.DISBURSEMENT_IS_PROVEN,
    FinancingState.REPAID: RefusalCode.DISBURSEMENT_IS_PROVEN,
    FinancingState.REPURCHASED: RefusalCode.DISBURSEMENT_IS_PROVEN,
}
