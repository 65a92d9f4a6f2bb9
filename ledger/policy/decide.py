"""May the operator change the rules? Only by entries, and only to what this build knows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import assert_never

from ledger.dates import Roll
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, refuse_if
from ledger.money import Rounding
from ledger.policy.commands import AdoptPolicy, AdoptRules, Command
from ledger.policy.events import Event, PolicyAdopted, RulesAdopted
from ledger.policy.state import POLICY, RULES_NUMBER, Policy, ledger_of, read_calendar

CHECKS = ("none", "gb32100", "mod97", "ean")
"""The check-digit rules of this rules number."""
LICENSED = ("financier", "operator")
"""Roles that a policy may let act under a licence alone (77号 article 4)."""
BEARERS = ("financier", "holder", "obligor")
"""Who may bear a fee."""


def decide(book: Reader, command: Command, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The events that follow, or `Refused`."""
    refuse_if(
        "operator" not in by.roles,
        RefusalCode.ROLE_MISSING,
        "Only the operator puts rules in force.",
    )
    match command:
        case AdoptPolicy():
            return _adopt_policy(book, command)
        case AdoptRules():
            return _adopt_rules(book, command)
        case _:
            assert_never(command)


def _adopt_policy(book: Reader, command: AdoptPolicy) -> tuple[Event, ...]:
    codes = [item.code for item in command.currencies]
    refuse_if(
        codes != sorted(set(codes)),
        RefusalCode.FIELD_INVALID,
        "Currencies are listed once each, in alphabetical order.",
        "/body/currencies",
    )
    current = book.get(Policy, POLICY)
    refuse_if(
        current is not None and not set(current.currencies) <= set(command.currencies),
        RefusalCode.FIELD_INVALID,
        "A currency stays, with its minor digits: amounts on record are counted and paid in them.",
        "/body/currencies",
    )
    schemes = [item.scheme for item in command.identifiers]
    refuse_if(
        schemes != sorted(set(schemes)),
        RefusalCode.FIELD_INVALID,
        "Identifier schemes are listed once each, in alphabetical order.",
        "/body/identifiers",
    )
    for rule in command.identifiers:
        refuse_if(
            rule.check not in CHECKS or not _is_pattern(rule.pattern),
            RefusalCode.FIELD_INVALID,
            f"The rule for {rule.scheme} has an unknown check or an invalid pattern.",
            "/body/identifiers",
        )
    _one_of(command.roll, Roll, "/body/roll")
    _one_of(command.rounding, Rounding, "/body/rounding")
    _check_rule_pack(command)
    calendar = book.document(command.calendar)
    refuse_if(
        calendar is None,
        RefusalCode.DOCUMENT_MISSING,
        "The calendar document did not come along.",
        "/body/calendar",
    )
    read_calendar(calendar or b"")
    refuse_if(
        any(book.document(root) is None for root in command.certificate_roots),
        RefusalCode.DOCUMENT_MISSING,
        "A root certificate did not come along.",
        "/body/certificate_roots",
    )
    return (PolicyAdopted(policy=command),)


def _check_rule_pack(command: AdoptPolicy) -> None:
    """Raises `Refused` (`field_invalid`) where caps, clocks, statute, gates or fees do not fit."""
    caps, statute = command.caps, command.statute
    refuse_if(
        caps.soft_term_months > caps.term_months,
        RefusalCode.FIELD_INVALID,
        "The term that needs a reason is longer than the longest term.",
        "/body/caps/soft_term_months",
    )
    refuse_if(
        list(command.clocks.remind_days) != sorted(set(command.clocks.remind_days), reverse=True),
        RefusalCode.FIELD_INVALID,
        "Reminders are listed once each, the earliest day first.",
        "/body/clocks/remind_days",
    )
    refuse_if(
        statute is not None and statute.late_ppm < statute.late_floor_ppm,
        RefusalCode.FIELD_INVALID,
        "Late interest where nothing is agreed is below the least that may be agreed.",
        "/body/statute/late_ppm",
    )
    for role in command.gates.licences:
        _among(role, LICENSED, "/body/gates/licences")
    codes = [line.code for line in command.fees]
    refuse_if(
        codes != sorted(set(codes)),
        RefusalCode.FIELD_INVALID,
        "Lines of the fee schedule are listed once each, in alphabetical order.",
        "/body/fees",
    )
    for line in command.fees:
        _among(line.bearer, BEARERS, "/body/fees")


def _adopt_rules(book: Reader, command: AdoptRules) -> tuple[Event, ...]:
    current = ledger_of(book).rules
    refuse_if(
        not current < command.number <= RULES_NUMBER,
        RefusalCode.RULES_UNKNOWN,
        f"Rules {current} are in force and this build knows rules up to {RULES_NUMBER}.",
        "/body/number",
    )
    return (RulesAdopted(number=command.number),)


def _one_of(value: str, kind: type[Enum], place: str) -> None:
    _among(value, [str(member.value) for member in kind], place)


def _among(value: str, allowed: Sequence[str], place: str) -> None:
    refuse_if(
        value not in allowed,
        RefusalCode.FIELD_INVALID,
        f"{value!r} is not one of {', '.join(allowed)}.",
        place,
    )


# Characters and classes with a fixed count, and at most one range of counts, at the end: such
# patterns have nothing to backtrack over.
_CLASS = r"\[(?:[A-Z](?:-[A-Z])?|[a-z](?:-[a-z])?|[0-9](?:-[0-9])?)+\]"
_CHARACTER = rf"(?:{_CLASS}|[A-Z0-9a-z])"
_PATTERN = re.compile(
    rf"(?:{_CHARACTER}(?:\{{[0-9]{{1,2}}\}})?)*(?:{_CHARACTER}\{{[0-9]{{1,2}},[0-9]{{1,2}}\}})?"
)


def _is_pattern(text: str) -> bool:
    try:
        re.compile(text)  # refuses [z-a] and {5,2}
    except re.error:
        return False
    return _PATTERN.fullmatch(text) is not None
