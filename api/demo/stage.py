"""The stage: a sandbox ledger with a clock that the demonstration drives, and its actors."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from api.drafting import Desk, Draft, new_jti, new_signing_key
from api.embedded import Embedded
from ledger.base64url import b64url_encode
from ledger.dates import parse_instant
from ledger.documents.value import DocumentParty
from ledger.errors import LedgerError, Refused
from ledger.keys import SigningKey
from ledger.model.records import R, make_id
from ledger.parties.commands import (
    AddAccount,
    AttestKey,
    EnrolParty,
    Identifier,
    Role,
)
from ledger.service import Receipt
from ledger.vocabulary import Command

WEAK_SCHEMES = frozenset({"ID", "TAX"})
"""Schemes that identify only within one sender's files."""
GROUP = 500
"""Submissions of one commit."""


class DrivenClock:
    """A clock that stands still until it is moved; only a sandbox ledger may have one."""

    def __init__(self, day: date) -> None:
        self._ms = noon(day)

    def __call__(self) -> int:
        """The present instant, in milliseconds since 1970."""
        return self._ms

    def advance_to(self, day: date) -> None:
        """Move to noon (UTC+8) of `day`, or one second on when that is past."""
        self._ms = max(self._ms + 1000, noon(day))

    @property
    def day(self) -> date:
        """The present civil day in the demonstration's time zone, UTC+8 all year."""
        return date(1970, 1, 1) + timedelta(milliseconds=self._ms + 8 * 3_600_000)


def noon(day: date) -> int:
    """Noon in Shanghai of `day`, in milliseconds since 1970."""
    return parse_instant(f"{day.isoformat()}T04:00:00.000Z")


@dataclass(frozen=True, slots=True)
class Actor:
    """A party of the story with its desk and its one key."""

    id: str
    name: str
    desk: Desk
    key: SigningKey

    def draft(self, command: Command, **expect: int) -> Draft:
        """`command` as this party drafts it; `expect` by record id."""
        return self.desk.draft(command, expect=expect)

    def submission(self, command: Command, **expect: int) -> bytes:
        """`command` signed and ready to send."""
        return self.draft(command, **expect).signed(self.key)


@dataclass(slots=True)
class Stage:
    """Everything the demonstration acts with."""

    embedded: Embedded
    clock: DrivenClock
    actors: dict[str, Actor] = field(default_factory=dict)
    accounts: dict[tuple[str, str], str] = field(default_factory=dict)

    def get(self, kind: type[R], record_id: str) -> R:
        """A record that is known to exist."""
        return self.embedded.store.records.get(kind, (record_id,))[record_id]

    def act(self, actor: Actor, command: Command, **expect: int) -> Receipt:
        """Send one command. Raises `Refused` when it is refused."""
        return self.embedded.service.submit(actor.submission(command, **expect))

    def try_act(self, actor: Actor, command: Command, **expect: int) -> Refused:
        """Send one command that the rules must refuse; returns the refusal."""
        try:
            self.act(actor, command, **expect)
        except Refused as refused:
            return refused
        raise RuntimeError(f"{type(command).__name__} was to be refused and was taken")

    def send(self, submissions: Sequence[bytes]) -> list[Receipt | LedgerError]:
        """Send many commands in groups; one answer each."""
        answers: list[Receipt | LedgerError] = []
        for start in range(0, len(submissions), GROUP):
            answers += self.embedded.service.submit_many(submissions[start : start + GROUP])
        return answers

    def send_signed(self, actor: Actor, drafts: Sequence[Draft]) -> list[Receipt | LedgerError]:
        """Sign all `drafts` at once under a manifest and send them."""
        manifest, lines = actor.desk.manifest(drafts)
        self.embedded.service.submit(manifest.signed(actor.key))
        return self.send(lines)

    def enrol(
        self, wanted: Mapping[str, tuple[DocumentParty, frozenset[Role]]], *, attest: bool = True
    ) -> None:
        """Enrol parties by a label for each, with fresh keys that the bank attests."""
        desk, operator_key = self.embedded.operator()
        submissions, enrolled = [], []
        for number, (label, (party, roles)) in enumerate(sorted(wanted.items())):
            jti, key = new_jti(self.clock()), new_signing_key()
            command = EnrolParty(
                natural=False,
                roles=tuple(sorted(roles, key=lambda role: role.value)),
                keys=(desk.new_key(key, "treasurer", jti),),
                evidence=_digest(f"application of {label}"),
                name=_name(party),
                identifiers=_identifiers(party, len(self.actors) + number),
                country=party.country if len(party.country) == 2 else None,
            )
            submissions.append(desk.draft(command, jti=jti).signed(operator_key))
            party_id = make_id("pty", desk.party, jti)
            enrolled.append(
                (label, Actor(party_id, _name(party), self.embedded.desk(party_id), key))
            )
        for (label, actor), answer in zip(enrolled, self.send(submissions), strict=True):
            if isinstance(answer, LedgerError):
                raise answer
            self.actors[label] = actor
        if attest and "bank" in self.actors:
            self._attest([actor for _, actor in enrolled])

    def account(self, actor: Actor, currency: str) -> str:
        """The actor's account in a currency, named on the ledger at first use."""
        place = (actor.id, currency)
        if place not in self.accounts:
            number = f"{currency}-{int(_digest(actor.id)[:8].encode().hex(), 16) % 10**12:012}"
            command = AddAccount(number=number, bank="Demonstration Bank", currency=currency)
            draft = actor.draft(command)
            self.embedded.service.submit(draft.signed(actor.key))
            self.accounts[place] = make_id("acc", actor.id, str(draft.payload["jti"]))
        return self.accounts[place]

    def _attest(self, actors: Sequence[Actor]) -> None:
        bank = self.actors["bank"]
        drafts = [
            bank.draft(
                AttestKey(
                    kid=actor.key.public.kid,
                    evidence=_digest(f"transfer of 0.01 from {actor.name}"),
                    account=f"account of {actor.name}"[:100].strip(),
                )
            )
            for actor in actors
            if actor.id != bank.id
        ]
        for answer in self.send_signed(bank, drafts):
            if isinstance(answer, LedgerError):
                raise answer


def made_id(actor: Actor, draft: Draft, prefix: str, ordinal: int = 0) -> str:
    """The id of a record that a draft makes: known before it is sent."""
    return make_id(prefix, actor.id, str(draft.payload["jti"]), ordinal)


def _digest(text: str) -> str:
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def _name(party: DocumentParty) -> str:
    return " ".join(party.name.split())[:200] or "(no name)"


def _identifiers(party: DocumentParty, number: int) -> tuple[Identifier, ...]:
    """The document's own identifiers; a number of ours where it names none."""
    found = tuple(
        Identifier(scheme=scheme, value=" ".join(value.split())[:100])
        for scheme, value in dict(party.identifiers).items()
        if value.strip() and scheme not in WEAK_SCHEMES
    )
    return found[:8] or (Identifier(scheme="demo", value=f"{number:08}"),)
