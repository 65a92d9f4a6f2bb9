"""Rules about who acts: licences, screenings, suspension, and how many people and keys it takes."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ledger.burdens.events import EncumbrancePlaced
from ledger.burdens.records import Encumbrance
from ledger.conduct.commands import ScreeningResult
from ledger.conduct.gates import BEGINS, GIVES_UP, LICENSED, insolvency_of, suspension_of
from ledger.conduct.records import Licence, Screening
from ledger.dates import instant_text
from ledger.financing.events import FinancingAccepted
from ledger.model.records import Reader, need
from ledger.parties.commands import BindKey, Role, RotateKey
from ledger.parties.events import DelegationUsed, KeyBound, RecoveryCompleted, RecoveryOpened
from ledger.parties.records import Delegation, Recovery
from ledger.parties.state import ApprovalRule, Party
from ledger.policy.state import policy_of, today_of
from ledger.receivables.clocks import HOUR_MS
from ledger.receivables.events import IssueProposed, ReceivableAcknowledged, TransferAccepted
from ledger.receivables.records import Mode, Receivable, Transfer
from ledger.reports.rules.shape import (
    ACT_77,
    POLICY,
    Act,
    Measured,
    Rule,
    hours_of,
    judged,
    not_applicable,
)
from ledger.vocabulary import COMMANDS

Contract = ReceivableAcknowledged | TransferAccepted | EncumbrancePlaced | FinancingAccepted


def _sides(book: Reader, event: Contract) -> tuple[str, str]:
    """Who proposed what is now agreed, and who agreed to it."""
    match event:
        case ReceivableAcknowledged():
            claim = need(book, Receivable, event.receivable, "")
            sides = (claim.creditor, claim.obligor)
            return sides if claim.mode is Mode.SUPPLIER_LED else (claim.obligor, claim.creditor)
        case TransferAccepted():
            transfer = need(book, Transfer, event.transfer, "")
            return transfer.assignor, transfer.assignee
        case EncumbrancePlaced():
            security = need(book, Encumbrance, event.encumbrance, "")
            return security.holder, security.secured_party
        case FinancingAccepted():
            return event.financier, event.holder


def _licence(book: Reader, act: Act, what: Any) -> Iterator[Measured]:
    """The signer's, in the role that the act needs; at acceptance the financier's."""
    sold = isinstance(what, FinancingAccepted)
    party = what.financier if sold else act.by.party
    role = Role.FINANCIER if sold else LICENSED[act.kind]
    if role.value not in policy_of(book).gates.licences:
        return not_applicable(party, f"the policy asks for no licence as {role.value}")
    today = today_of(book, act.at_ms)
    ends = [
        item.valid_until
        for item in book.find(Licence, party=party)
        if item.role is role and item.in_force(today)
    ]
    value = f"{role.value} until {max(ends)}" if ends else "none in force"
    return judged(party, value, f"in force on {today}", holds=bool(ends))


def _screening(book: Reader, act: Act, event: Contract) -> Iterator[Measured]:
    """Each party's newest screening."""
    for party in _sides(book, event):
        if not policy_of(book).gates.screening:
            yield from not_applicable(party, "the policy asks for no screening")
            continue
        found = book.find(Screening, party=party, current=True)
        words = sorted(f"{item.result.value} on the list of {item.list_date}" for item in found)
        holds = bool(found) and all(item.result is not ScreeningResult.HIT for item in found)
        yield from judged(party, "; ".join(words) or "not screened", "no hit", holds=holds)


def _suspended(book: Reader, act: Act, what: Any) -> Iterator[Measured]:
    """The signer of what a suspended party may not, and whoever proposed what is agreed to."""
    party = act.by.party
    if isinstance(what, Contract):
        if isinstance(what, ReceivableAcknowledged) and _mode(book, what) is Mode.SUPPLIER_LED:
            return iter(())  # to own up to a debt whose creditor is suspended harms nobody
        party = _sides(book, what)[0]
    found = suspension_of(book, party)
    value = "not suspended" if found is None else f"suspended since {instant_text(found.since_ms)}"
    return judged(party, value, "not suspended", holds=found is None)


def _mode(book: Reader, event: ReceivableAcknowledged) -> Mode:
    return need(book, Receivable, event.receivable, "").mode


def _solvent(
    book: Reader, act: Act, event: IssueProposed | ReceivableAcknowledged
) -> Iterator[Measured]:
    obligor = need(book, Receivable, event.receivable, "").obligor
    found = insolvency_of(book, obligor, act.at_ms)
    value = "solvent" if found is None else f"insolvent since {found.day}"
    return judged(obligor, value, "solvent", holds=found is None)


def _approval(book: Reader, act: Act, command: Any) -> Iterator[Measured]:
    """Of a party with an approval rule, and where an act asks for several people by itself.

    Else one key speaks for its party, and there is nothing to measure. How many were needed was
    judged before the entry: it may have changed the rule.
    """
    if act.by.needed == 1 and book.get(ApprovalRule, act.by.party) is None:
        return iter(())
    signed, needed = len(act.by.persons), act.by.needed
    return judged(act.by.party, f"{signed} signed", f"{needed} needed", holds=signed >= needed)


def _delegation(book: Reader, act: Act, event: DelegationUsed) -> Iterator[Measured]:
    most = need(book, Delegation, event.delegation, "").per_day
    if most is None:
        return not_applicable(event.delegation, "no sum a day is set")
    value, bound = f"{event.used.minor} minor units", f"{most.minor} minor units"
    return judged(event.delegation, value, bound, holds=event.used.minor <= most.minor)


def _key_delay(book: Reader, act: Act, command: BindKey | RotateKey) -> Iterator[Measured]:
    """A key that an obligor adds waits, so that its older keys hear of it first."""
    hours, party = policy_of(book).clocks.obligor_key_hours, need(book, Party, act.by.party, "")
    for event in act.events:
        if isinstance(event, KeyBound):
            if not party.has(Role.OBLIGOR):
                yield from not_applicable(event.kid, "no key of an obligor")
                continue
            waits_ms = event.from_ms - act.at_ms
            holds = waits_ms >= hours * HOUR_MS
            yield from judged(event.kid, hours_of(waits_ms), f"{hours} hours", holds=holds)


def _recovery(
    book: Reader, act: Act, event: RecoveryOpened | RecoveryCompleted
) -> Iterator[Measured]:
    """At opening the time in which the old keys may veto; at completion that it is over."""
    recovery = need(book, Recovery, event.recovery, "")
    if isinstance(event, RecoveryOpened):
        hours, waits_ms = policy_of(book).clocks.recovery_hours, event.from_ms - act.at_ms
        holds = waits_ms >= hours * HOUR_MS
        return judged(recovery.id, hours_of(waits_ms), f"{hours} hours", holds=holds)
    value, bound = instant_text(act.at_ms), instant_text(recovery.from_ms)
    return judged(recovery.id, value, bound, holds=act.at_ms >= recovery.from_ms)


_CONTRACTS = (ReceivableAcknowledged, TransferAccepted, EncumbrancePlaced, FinancingAccepted)


def _commands(kinds: Collection[str]) -> tuple[type[Any], ...]:
    return tuple(command for (kind, _), command in COMMANDS.items() if kind in kinds)


RULES: tuple[Rule, ...] = (
    Rule(
        "licence",
        "Financiers and operators act under a licence in force, where the policy asks for one.",
        f"{ACT_77} 4",
        (*_commands(LICENSED), FinancingAccepted),
        _licence,
        ("gates.licences",),
    ),
    Rule(
        "screening",
        "Both sides of a new contract were screened, and no list names them.",
        POLICY,
        _CONTRACTS,
        _screening,
        ("gates.screening",),
    ),
    Rule(
        "suspended_party",
        "Who is suspended begins nothing and gives nothing up; its proposals are not accepted.",
        f"{ACT_77} 15",
        (*_commands(BEGINS | GIVES_UP), *_CONTRACTS),
        _suspended,
    ),
    Rule(
        "insolvent_obligor",
        "An insolvent obligor comes to owe nothing more.",
        POLICY,
        (IssueProposed, ReceivableAcknowledged),
        _solvent,
    ),
    Rule(
        "approval",
        "As many people signed as the party's approval rule asks for.",
        "approval rule",
        tuple(COMMANDS.values()),
        _approval,
    ),
    Rule(
        "delegation_cap",
        "A limited key signs no more a day than it was given.",
        "delegation",
        (DelegationUsed,),
        _delegation,
    ),
    Rule(
        "obligor_key_delay",
        "A key that an obligor adds takes effect after a delay.",
        POLICY,
        (BindKey, RotateKey),
        _key_delay,
        ("clocks.obligor_key_hours",),
    ),
    Rule(
        "recovery_veto",
        "Old keys have their time to veto before a recovery is completed.",
        POLICY,
        (RecoveryOpened, RecoveryCompleted),
        _recovery,
        ("clocks.recovery_hours",),
    ),
)
"""The rules about people and keys."""
