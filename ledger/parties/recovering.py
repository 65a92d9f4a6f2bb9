"""Recovery: how a party comes back to its keys, and why nobody else can take them this way.

Who opens it needs more than the operator's word: another key of the party, a bank that knows it,
or a certificate authority's chain, which a bank then completes. So the operator, who names the
trusted authorities, never changes an enrolled party's keys alone. For as long as it is open
nothing moves that the party's keys could move, its contact is told, and any key of the party in
force can veto. A veto always stops that recovery: the log cannot know who is the thief, and a rule
by which institutions overrule a living key would let institutions take it.

Nothing here needs a clock that signs: a recovery that nobody completes is over after as many
hours again.
"""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.keys import from_jwk
from ledger.model.codec import write
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties import binding
from ledger.parties.commands import (
    Assurance,
    CompleteRecovery,
    NewKey,
    OpenRecovery,
    Role,
    VetoRecovery,
)
from ledger.parties.events import (
    Event,
    KeyBound,
    KeyEnds,
    RecoveryCompleted,
    RecoveryOpened,
    RecoveryVetoed,
)
from ledger.parties.records import ApprovalRule, Key, Party, Recovery
from ledger.policy.state import policy_of

GOES_ON = frozenset(
    {
        "change.rescind",
        "encumbrance.reject",
        "encumbrance.rescind",
        "financing.withdraw_request",
        "holding.reject_transfer",
        "holding.rescind_transfer",
        "key.revoke",
        "key.undelegate",
        "offer.withdraw",
        "programme.close",
        "recovery.complete",
        "recovery.veto",
    }
)
"""What a party may do while its own keys are being recovered: end things, and move nothing."""


def check_not_recovering(book: Reader, party_id: str, at_ms: int, place: str = "") -> None:
    """Raises `Refused` (`recovery_is_open`) while a recovery of the party's keys is open."""
    party = book.get(Party, party_id)
    recovery = book.get(Recovery, party.recovery) if party and party.recovery else None
    refuse_if(
        recovery is not None and recovery.is_open(at_ms),
        RefusalCode.RECOVERY_IS_OPEN,
        f"The keys of {party_id} are being recovered.",
        place,
    )


def open_recovery(
    book: Reader, command: OpenRecovery, by: Signer, at_ms: int
) -> tuple[RecoveryOpened]:
    """From here on the party's keys move nothing, and can veto."""
    party = need(book, Party, command.party, "/body/party")
    is_own = party.id == by.party
    _check_opener(command, by, is_own=is_own)
    check_not_recovering(book, party.id, at_ms, "/body/party")
    binding.check_distinct(command.keys)
    for new in command.keys:
        binding.bound(book, new, by, party.id, command.evidence, at_ms)
    _check_certificates(book, command, at_ms)
    keeps = tuple(sorted(by.kids)) if is_own else ()
    _check_people(book, party.id, command.keys, keeps)
    hours_ms = policy_of(book).clocks.recovery_hours * binding.HOUR_MS
    opened = RecoveryOpened(
        recovery=by.new_id("rcy"),
        party=party.id,
        by=by.party,
        keys=command.keys,
        keeps=keeps,
        assurance=_assurance(book, command, by, is_own=is_own),
        evidence=command.evidence,
        from_ms=at_ms + hours_ms,
        until_ms=at_ms + 2 * hours_ms,
    )
    return (opened,)


def _check_opener(command: OpenRecovery, by: Signer, *, is_own: bool) -> None:
    is_operator = Role.OPERATOR.value in by.roles
    refuse_if(
        not (is_own or is_operator or Role.BANK.value in by.roles),
        RefusalCode.ROLE_MISSING,
        "The party itself, a bank or the operator opens a recovery.",
    )
    refuse_if(
        len(command.certificates) != len(command.keys)
        and (bool(command.certificates) or (is_operator and not is_own)),
        RefusalCode.FIELD_INVALID,
        "There is a certificate for each new key; without any the operator opens no recovery.",
        "/body/certificates",
    )


def _check_certificates(book: Reader, command: OpenRecovery, at_ms: int) -> None:
    for index, (chain, new) in enumerate(zip(command.certificates, command.keys, strict=False)):
        key, place = from_jwk(write(new.key)), f"/body/certificates/{index}"
        binding.check_certificate(book, chain.der, key, command.party, at_ms, place)


def _check_people(
    book: Reader, party: str, keys: tuple[NewKey, ...], keeps: tuple[str, ...]
) -> None:
    """The approval rule stays, so there must be as many people afterwards as it asks for."""
    rule = book.get(ApprovalRule, party)
    needed = max((tier.persons for tier in rule.tiers), default=1) if rule else 1
    people = {new.person for new in keys} | {need(book, Key, kid, "").person for kid in keeps}
    refuse_if(
        len(people) < needed,
        RefusalCode.APPROVAL_RULE_UNREACHABLE,
        f"The party's rule asks for {needed} people and {len(people)} would have keys.",
        "/body/keys",
    )


def _assurance(book: Reader, command: OpenRecovery, by: Signer, *, is_own: bool) -> Assurance:
    if command.certificates:
        return Assurance.CA_CERTIFIED
    return binding.weakest(book, by) if is_own else Assurance.BANK_ATTESTED


def veto(book: Reader, command: VetoRecovery, by: Signer, at_ms: int) -> tuple[RecoveryVetoed]:
    """A key of the party says no; things move again."""
    recovery = _open_one(book, command.recovery, at_ms)
    refuse_if(
        recovery.party != by.party,
        RefusalCode.KEY_NOT_OF_PARTY,
        "Only a key of the party whose keys they are vetoes.",
    )
    return (RecoveryVetoed(recovery=recovery.id, reason=command.reason),)


def complete(book: Reader, command: CompleteRecovery, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """All keys of the party end at once but those that opened the recovery; the new ones begin."""
    recovery = _open_one(book, command.recovery, at_ms)
    _check_completer(need(book, Party, recovery.opened_by, ""), recovery, by)
    refuse_if(
        at_ms < recovery.from_ms,
        RefusalCode.RECOVERY_IS_WAITING,
        "The hours in which the old keys may veto are not over.",
    )
    ends = [
        KeyEnds(kid=key.id, until_ms=at_ms, reason="recovered")
        for key in book.find(Key, party=recovery.party)
        if key.until_ms > at_ms and key.id not in recovery.keeps
    ]
    begins = [_begun(book, new, recovery, at_ms) for new in recovery.keys]
    return (RecoveryCompleted(recovery=recovery.id, by=by.party), *ends, *begins)


def _check_completer(opener: Party, recovery: Recovery, by: Signer) -> None:
    """Whoever opened it, a bank if that is still its role; for the operator another, a bank."""
    is_own = opener.id == recovery.party
    refuse_if(
        not is_own and (Role.BANK.value not in by.roles or by.party == recovery.party),
        RefusalCode.ROLE_MISSING,
        "A bank completes what the party itself did not open.",
    )
    refuse_if(
        by.party != opener.id and (is_own or not opener.has(Role.OPERATOR)),
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        "Only who opened the recovery completes it.",
    )


def _begun(book: Reader, new: NewKey, recovery: Recovery, at_ms: int) -> KeyBound:
    kid = from_jwk(write(new.key)).kid
    # Whoever holds it may have had it bound elsewhere since the recovery was opened.
    refuse_if(
        book.get(Key, kid) is not None, RefusalCode.KEY_IS_BOUND, f"The key {kid} is bound already."
    )
    return KeyBound(
        kid=kid,
        party=recovery.party,
        person=new.person,
        key=new.key,
        assurance=recovery.assurance,
        evidence=recovery.evidence,
        from_ms=at_ms,
    )


def _open_one(book: Reader, recovery_id: str, at_ms: int) -> Recovery:
    recovery = need(book, Recovery, recovery_id, "/body/recovery")
    if not recovery.is_open(at_ms):
        raise Refused(
            RefusalCode.RECOVERY_IS_OVER,
            f"{recovery.id} was vetoed, completed, or not completed in time.",
            place="/body/recovery",
        )
    return recovery
