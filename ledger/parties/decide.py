"""May this party change who may sign what? Refusals in the order in which the lines stand."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import assert_never

from ledger.chain.note import note_key
from ledger.dates import civil_date
from ledger.errors import RefusalCode
from ledger.keys import from_jwk
from ledger.model.codec import write
from ledger.model.records import Reader, Signer, make_id, need, refuse_if
from ledger.parties import binding, contacts, delegating, log_keys, recovering
from ledger.parties.commands import (
    AddAccount,
    AssignRoles,
    AttestKey,
    BindKey,
    CertifyKey,
    Command,
    CompleteRecovery,
    DelegateKey,
    EnrolParty,
    Identifier,
    OpenLedger,
    OpenRecovery,
    RetireLogKey,
    RevokeKey,
    Role,
    RotateKey,
    RotateLogKey,
    SetApproval,
    SetContact,
    SignManifest,
    Tier,
    UndelegateKey,
    VetoRecovery,
)
from ledger.parties.events import (
    AccountAdded,
    ApprovalSet,
    Event,
    ManifestSigned,
    PartyEnrolled,
    RolesAssigned,
)
from ledger.parties.identifiers import check_digit_holds
from ledger.parties.state import Key, Party, TakenIdentifier
from ledger.policy.events import Event as PolicyEvent
from ledger.policy.events import LedgerOpened
from ledger.policy.state import LEDGER, RULES_NUMBER, Ledger, ledger_of, policy_of

SUITE = "SHA-256+Ed25519"


def decide(
    book: Reader, command: Command, by: Signer, at_ms: int
) -> tuple[Event | PolicyEvent, ...]:
    """The events that follow, or `Refused`."""
    match command:
        case OpenLedger():
            return _open(book, command, by, at_ms)
        case RotateLogKey():
            return log_keys.rotate(book, command, by)
        case RetireLogKey():
            return log_keys.retire(book, command, by)
        case EnrolParty():
            return _enrol(book, command, by, at_ms)
        case AssignRoles():
            return _assign_roles(book, command, by)
        case BindKey():
            return binding.bind(book, command, by, at_ms)
        case RotateKey():
            return binding.rotate(book, command, by, at_ms)
        case RevokeKey():
            return binding.revoke(book, command, by, at_ms)
        case CertifyKey():
            return binding.certify(book, command, by, at_ms)
        case AttestKey():
            return binding.attest(book, command, by)
        case SetApproval():
            return _set_approval(book, command, by, at_ms)
        case AddAccount():
            return _add_account(command, by)
        case DelegateKey():
            return delegating.delegate(book, command, by, at_ms)
        case UndelegateKey():
            return delegating.undelegate(book, command, by, at_ms)
        case SetContact():
            return contacts.set_contact(book, command, by, at_ms)
        case SignManifest():
            return _sign_manifest(command, by)
        case OpenRecovery():
            return recovering.open_recovery(book, command, by, at_ms)
        case VetoRecovery():
            return recovering.veto(book, command, by, at_ms)
        case CompleteRecovery():
            return recovering.complete(book, command, by, at_ms)
        case _:
            assert_never(command)


def operator_id(origin: str, jti: str) -> str:
    """The operator's party id, made from the genesis command."""
    return make_id("pty", origin, jti)


def _open(
    book: Reader, command: OpenLedger, by: Signer, at_ms: int
) -> tuple[Event | PolicyEvent, ...]:
    _check_genesis(book, command, by, at_ms)
    opened = LedgerOpened(
        origin=command.origin,
        operator=by.party,
        suite=command.suite,
        time_zone=command.time_zone,
        sandbox=command.sandbox,
        rules=command.rules,
        predecessor=command.predecessor,
        log_key=command.log_key,
    )
    enrolled = PartyEnrolled(
        party=by.party,
        natural=False,
        roles=(Role.OPERATOR,),
        evidence=by.payload,
        country=None,
        name=command.operator_name,
        identifiers=(),
        person_name=None,
        person_identifier=None,
        token=None,
    )
    bound = binding.bound(book, command.operator_key, by, by.party, by.payload, at_ms)
    return (opened, enrolled, bound)


def _check_genesis(book: Reader, command: OpenLedger, by: Signer, at_ms: int) -> None:
    refuse_if(
        book.get(Ledger, LEDGER) is not None, RefusalCode.LEDGER_IS_OPEN, "The log has a genesis."
    )
    refuse_if(
        command.suite != SUITE,
        RefusalCode.FIELD_INVALID,
        f"The suite is {SUITE}.",
        "/body/suite",
    )
    refuse_if(
        command.rules != RULES_NUMBER,
        RefusalCode.RULES_UNKNOWN,
        f"A new log opens under rules {RULES_NUMBER}.",
        "/body/rules",
    )
    refuse_if(
        command.origin != by.origin or operator_id(command.origin, by.jti) != by.party,
        RefusalCode.AUDIENCE_IS_ANOTHER_LEDGER,
        "aud and by do not follow from the origin and jti of this genesis.",
    )
    # What checkpoints and civil dates will need: afterwards it could not be mended.
    note_key(command.origin, from_jwk(write(command.log_key)))
    refuse_if(
        command.log_key == command.operator_key.key,
        RefusalCode.KEY_IS_BOUND,
        "The log and its operator have a key each.",
        "/body/log_key",
    )
    civil_date(at_ms, command.time_zone)


def _enrol(book: Reader, command: EnrolParty, by: Signer, at_ms: int) -> tuple[Event, ...]:
    _only_operator(by)
    _check_roles(command.roles)
    complete = (
        command.person_name and command.person_identifier and command.token
        if command.natural
        else command.name and command.identifiers
    )
    strange = (
        (command.name, command.identifiers)
        if command.natural
        else (command.person_name, command.person_identifier, command.token)
    )
    refuse_if(
        not complete or any(strange),
        RefusalCode.PARTY_NOT_COMPLETE,
        "A natural person has person_name, person_identifier and token;"
        " a legal entity has name and identifiers.",
    )
    identifiers = command.identifiers or ()
    _check_identifiers(book, identifiers)
    refuse_if(
        command.token is not None and bool(book.find(Party, token=command.token)),
        RefusalCode.IDENTIFIER_IS_TAKEN,
        "A person with this identifier is enrolled.",
        "/body/token",
    )
    party = by.new_id("pty")
    binding.check_distinct(command.keys)
    enrolled = PartyEnrolled(
        party=party,
        natural=command.natural,
        roles=command.roles,
        evidence=command.evidence,
        country=command.country,
        name=command.name,
        identifiers=identifiers,
        person_name=command.person_name,
        person_identifier=command.person_identifier,
        token=command.token,
    )
    keys = (binding.bound(book, new, by, party, command.evidence, at_ms) for new in command.keys)
    return (enrolled, *keys)


def _check_identifiers(book: Reader, identifiers: Sequence[Identifier]) -> None:
    rules = {rule.scheme: rule for rule in policy_of(book).identifiers}
    sandbox = ledger_of(book).sandbox
    names = [f"{item.scheme}:{item.value}" for item in identifiers]
    refuse_if(
        len(set(names)) != len(names),
        RefusalCode.FIELD_INVALID,
        "An identifier is given twice.",
        "/body/identifiers",
    )
    for item, name in zip(identifiers, names, strict=True):
        rule = rules.get(item.scheme)
        fits = (
            rule is not None
            and re.fullmatch(rule.pattern, item.value) is not None
            and check_digit_holds(rule.check, item.value)
        )
        refuse_if(
            not fits and not sandbox,
            RefusalCode.IDENTIFIER_INVALID,
            f"The identifier of scheme {item.scheme} does not follow the policy's rule for it.",
            "/body/identifiers",
        )
        refuse_if(
            book.get(TakenIdentifier, name) is not None,
            RefusalCode.IDENTIFIER_IS_TAKEN,
            f"A party with this identifier of scheme {item.scheme} is enrolled.",
            "/body/identifiers",
        )


def _assign_roles(book: Reader, command: AssignRoles, by: Signer) -> tuple[Event, ...]:
    _only_operator(by)
    _check_roles(command.roles)
    party = need(book, Party, command.party, "/body/party")
    refuse_if(
        party.has(Role.OPERATOR),
        RefusalCode.FIELD_INVALID,
        "The operator's role is fixed at genesis.",
        "/body/party",
    )
    return (RolesAssigned(party=party.id, roles=command.roles),)


def _set_approval(book: Reader, command: SetApproval, by: Signer, at_ms: int) -> tuple[Event, ...]:
    keys = book.find(Key, party=by.party)
    people = {key.person for key in keys if key.until_ms > at_ms and key.delegation is None}
    most = max((tier.persons for tier in command.tiers), default=1)
    refuse_if(
        most > len(people),
        RefusalCode.APPROVAL_RULE_UNREACHABLE,
        f"The rule asks for {most} people and {len(people)} have unlimited keys.",
        "/body/tiers",
    )
    for tier in command.tiers:
        _check_tier(tier)
    return (ApprovalSet(party=by.party, tiers=command.tiers),)


def _check_tier(tier: Tier) -> None:
    refuse_if(
        (tier.from_minor > 0) != (tier.currency is not None),
        RefusalCode.FIELD_INVALID,
        "A tier names an amount and its currency together or neither.",
        "/body/tiers",
    )


def _add_account(command: AddAccount, by: Signer) -> tuple[Event, ...]:
    added = AccountAdded(
        account=by.new_id("acc"),
        party=by.party,
        number=command.number,
        bank=command.bank,
        currency=command.currency,
    )
    return (added,)


def _sign_manifest(command: SignManifest, by: Signer) -> tuple[Event, ...]:
    signed = ManifestSigned(
        manifest=by.new_id("man"),
        party=by.party,
        jti=by.jti,
        root=command.root,
        count=command.count,
        kids=tuple(sorted(by.kids)),
        persons=tuple(sorted(by.persons)),
    )
    return (signed,)


def _check_roles(roles: Sequence[Role]) -> None:
    refuse_if(
        Role.OPERATOR in roles or len(set(roles)) != len(roles),
        RefusalCode.FIELD_INVALID,
        "Roles are named once each, and there is one operator.",
        "/body/roles",
    )


def _only_operator(by: Signer) -> None:
    refuse_if(
        Role.OPERATOR.value not in by.roles,
        RefusalCode.ROLE_MISSING,
        "Only the operator enrols parties and assigns roles.",
    )
