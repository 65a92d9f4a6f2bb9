"""Gates: what a party must not begin, judged for every command in one order.

For who signs (`check_may_begin`): its keys are being recovered, it is suspended, it is insolvent,
it has no licence. For who signed first what is accepted now (`check_proposer`): the same two
first questions. For both sides of a new contract (`check_screened`). Paying, performing,
releasing, taking back and whatever else protects others always goes on.

All of it is a function of records and the instant: a licence expires without anybody's act.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ledger.conduct.commands import ScreeningResult
from ledger.conduct.records import Insolvency, Licence, Screening, Suspension
from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, refuse_if
from ledger.parties.commands import Role
from ledger.parties.recovering import GOES_ON, check_not_recovering
from ledger.policy.state import policy_of, today_of

BEGINS = frozenset(
    {
        # claims and holdings
        "receivable.register",
        "receivable.issue",
        "receivable.sign_for",
        "receivable.acknowledge",
        "holding.propose_transfer",
        "holding.accept_transfer",
        # security
        "encumbrance.propose",
        "encumbrance.accept",
        # financing
        "programme.open",
        "offer.make",
        "offer.accept",
        "financing.request",
        # members, and who speaks for one and where its money goes
        "party.enrol",
        "party.assign_roles",
        "account.add",
        "approval.set",
        "key.bind",
        "key.delegate",
        "key.rotate",
        "party.set_contact",
        "group.join",
    }
)
"""What a suspended party does not begin."""

GIVES_UP = frozenset(
    {
        # agreements by which it loses a claim or owes more
        "change.consent",
        "change.propose_cancellation",
        "change.propose_credit_note",
        "change.propose_due_date",
        "change.propose_set_off",
        "change.propose_settlement",
        "costs.admit",
        # its own word that money reached it, which ends a claim or moves a title
        "claim.settle",
        "debt.recover",
        "debt.return_recovery",
        "financing.receive",
        "payment.receive",
        "payment.return_misdirected",
        "payment.turn_over",
        "recourse.receive",
        "recourse.return",
        "surplus.receive",
    }
)
"""What a suspended party does not give up, since its only key may be the thief's.

Money that reaches it is proven by a bank, or by itself once it is reinstated, with the day on which
the money came. Everything else goes on (docs/spec/suspension.md): it pays, performs its contracts,
says no, takes back, releases what others own, and keeps its rights by notices, filings, disputes.
"""

OWES = frozenset({"receivable.issue", "receivable.acknowledge"})
"""By which an obligor comes to owe: what an insolvent one does not do."""

LICENSED: Mapping[str, Role] = {
    "programme.open": Role.FINANCIER,
    "offer.make": Role.FINANCIER,
    "financing.instruct": Role.FINANCIER,
    "party.enrol": Role.OPERATOR,
    "party.assign_roles": Role.OPERATOR,
}
"""What needs a licence in which role, where the policy asks for licences in it.

Without one a financier's offers are not accepted either (`check_licence`). An operator without
one takes nobody in; all else that it does serves those who are in already.
"""


def check_may_begin(book: Reader, party: str, kind: str, at_ms: int) -> None:
    """Raises `Refused` unless `party` may sign a command of `kind` now.

    In this order: `recovery_is_open`, `party_is_suspended`, `party_is_insolvent`,
    `licence_not_in_force`.
    """
    if kind not in GOES_ON:
        check_not_recovering(book, party, at_ms)
    if kind in BEGINS | GIVES_UP:
        _check_not_suspended(book, party, "")
    if kind in OWES:
        check_solvent(book, party, at_ms)
    if kind in LICENSED:
        check_licence(book, party, LICENSED[kind], at_ms)


def check_proposer(book: Reader, party: str, at_ms: int, place: str) -> None:
    """Raises `Refused` unless what `party` proposed may be accepted now.

    A thief's offer, or that of a party suspended since, binds nobody: `recovery_is_open`,
    `party_is_suspended`.
    """
    check_not_recovering(book, party, at_ms, place)
    _check_not_suspended(book, party, place)


def check_solvent(book: Reader, obligor: str, at_ms: int, place: str = "") -> None:
    """Raises `Refused` (`party_is_insolvent`) where `obligor` may come to owe nothing more."""
    refuse_if(
        insolvency_of(book, obligor, at_ms) is not None,
        RefusalCode.PARTY_IS_INSOLVENT,
        f"{obligor} is insolvent.",
        place,
    )


def check_licence(book: Reader, party: str, role: Role, at_ms: int, place: str = "") -> None:
    """Raises `Refused` (`licence_not_in_force`) where the policy asks for one and none holds."""
    if role.value not in policy_of(book).gates.licences:
        return
    today = today_of(book, at_ms)
    found = book.find(Licence, party=party)
    refuse_if(
        not any(item.role is role and item.in_force(today) for item in found),
        RefusalCode.LICENCE_NOT_IN_FORCE,
        f"{party} has no licence as {role.value} that is in force.",
        place,
    )


def check_screened(book: Reader, sides: Iterable[str]) -> None:
    """Raises `Refused` (`screening_missing`, `screening_hit`) unless all sides are clear.

    Only where the policy asks for screenings; each party's newest one counts.
    """
    if not policy_of(book).gates.screening:
        return
    for party in sides:
        found = book.find(Screening, party=party, current=True)
        if not found:
            raise Refused(RefusalCode.SCREENING_MISSING, f"{party} was not screened.")
        refuse_if(
            any(item.result is ScreeningResult.HIT for item in found),
            RefusalCode.SCREENING_HIT,
            f"A list names {party}.",
        )


def suspension_of(book: Reader, party: str) -> Suspension | None:
    """The suspension of a party that is in force, or None."""
    record = book.get(Suspension, party)
    return record if record is not None and record.in_force else None


def insolvency_of(book: Reader, party: str, at_ms: int) -> Insolvency | None:
    """The insolvency of a party that goes on at this instant, or None."""
    record = book.get(Insolvency, party)
    live = record is not None and record.in_force and record.day <= today_of(book, at_ms)
    return record if live else None


def _check_not_suspended(book: Reader, party: str, place: str) -> None:
    refuse_if(
        suspension_of(book, party) is not None,
        RefusalCode.PARTY_IS_SUSPENDED,
        f"{party} is suspended.",
        place,
    )
