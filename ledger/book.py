"""The book: all records as of now, and the one way by which a command becomes events.

Writer, replay and audit all call `judge`: an auditor's verdict means something because it runs
the rules, not a second copy of them. Changes stay in an overlay until the store has them; a
refused command leaves no trace in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, ClassVar, cast

from ledger import vocabulary
from ledger.chain.entry import LARGEST_ENTRY
from ledger.envelope import Envelope, verify_signatures
from ledger.errors import RefusalCode, Refused, Repeated
from ledger.financing import records as financing_records
from ledger.keys import PublicKey, from_jwk
from ledger.model.records import R, Record, Signer, make_id, refuse_if
from ledger.parties import commands as parties_commands
from ledger.parties import decide as parties
from ledger.parties import standing
from ledger.parties import state as parties_state
from ledger.parties.state import Key, Party, Spent
from ledger.policy import state as policy_state
from ledger.ports import Records
from ledger.receivables import records as receivables_records
from ledger.routing import decide, evolve, stake
from ledger.settlement import state as settlement_state
from ledger.vocabulary import Command, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """An entry that changed a record: the record's history, in order of `last_seq`."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = (("record",), ("last_seq",))

    id: str
    last_seq: int = -1
    record: str


RECORDS: tuple[type[Any], ...] = (
    policy_state.Ledger,
    policy_state.Policy,
    parties_state.Party,
    parties_state.TakenIdentifier,
    parties_state.Key,
    parties_state.ApprovalRule,
    parties_state.Account,
    parties_state.Manifest,
    parties_state.Spent,
    receivables_records.Invoice,
    receivables_records.Receivable,
    receivables_records.Holding,
    receivables_records.Transfer,
    financing_records.Programme,
    financing_records.Request,
    financing_records.Offer,
    financing_records.Financing,
    financing_records.Exposure,
    financing_records.StatementLine,
    settlement_state.Payment,
    Touch,
)
"""Every kind of record: each is one derived table."""

AHEAD_MS = 5 * 60 * 1000
"""How far `iat` may lie after the ledger's clock."""

_BY_PREFIX = {kind.PREFIX: kind for kind in RECORDS if kind.PREFIX}


@dataclass(frozen=True, slots=True)
class Judged:
    """A command that was taken: what it was, what followed, and the digest of what followed."""

    command: Command
    events: tuple[Event, ...]
    effects: bytes
    rules: int


_Overlay = dict[type[Any], dict[str, Any]]
MOST_CACHED = 100_000
"""Records kept in memory beside the overlay; when there are more, all are let go."""


class Book:
    """Records over a `Records` port, with what changed since in an overlay.

    Nothing else may write these records meanwhile: what was read once is kept.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._changed: _Overlay = {}
        self._pending: _Overlay = {}
        self._cache: dict[tuple[type[Any], str], Any] = {}
        self._documents: dict[str, bytes] = {}
        self._pending_documents: dict[str, bytes] = {}

    def get(self, kind: type[R], record_id: str) -> R | None:
        """The record of this id, or None."""
        for overlay in (self._pending, self._changed):
            found = overlay.get(kind, {}).get(record_id)
            if found is not None:
                return cast("R", found)
        place = (kind, record_id)
        if place not in self._cache:
            found = self._records.get(kind, (record_id,)).get(record_id)
            self._keep(place, found)
        return cast("R | None", self._cache[place])

    def find(self, kind: type[R], **key: str | int | bool) -> Sequence[R]:
        """All records whose fields equal `key` (enumerations by their value), ordered by id."""
        found = {record.id: record for record in self._records.find(kind, key)}
        for overlay in (self._changed, self._pending):
            for record_id, record in overlay.get(kind, {}).items():
                found.pop(record_id, None)
                if all(_plain(getattr(record, name)) == key[name] for name in key):
                    found[record_id] = record
        return [found[record_id] for record_id in sorted(found)]

    def document(self, digest: str) -> bytes | None:
        """A rule document by its digest, or None."""
        for overlay in (self._pending_documents, self._documents):
            if digest in overlay:
                return overlay[digest]
        return self._records.document(digest)

    def changed(self) -> list[Record]:
        """The records that changed since the last `saved`, each as it is now."""
        return [record for records in self._changed.values() for record in records.values()]

    def saved(self) -> None:
        """The store has what changed: it leaves the overlay."""
        for kind, records in self._changed.items():
            for record_id, record in records.items():
                self._keep((kind, record_id), record)
        self._changed = {}
        self._documents = {}
        self.drop()

    def forget(self) -> None:
        """What changed must not count, and what was read may be out of date: start anew."""
        self._changed = {}
        self._documents = {}
        self._cache = {}
        self.drop()

    def _keep(self, place: tuple[type[Any], str], record: Any) -> None:
        if len(self._cache) >= MOST_CACHED:
            self._cache = {}
        self._cache[place] = record

    def judge(
        self, envelope: Envelope, at_ms: int, seq: int, *, signatures_verified: bool = False
    ) -> Judged:
        """Decide `envelope` at this instant and place in the order.

        What follows is then pending: `keep` or `drop` it. Raises `Repeated` for a command that is
        in the log already, `Refused` otherwise; then the book is as it was before.
        """
        self._pending_documents = dict(envelope.documents)
        try:
            return self._judge(envelope, at_ms, seq, verified=signatures_verified)
        except BaseException:
            self.drop()
            raise

    def keep(self) -> None:
        """Take what the last judged command changed."""
        for kind, records in self._pending.items():
            self._changed.setdefault(kind, {}).update(records)
        self._documents.update(self._pending_documents)
        self.drop()

    def drop(self) -> None:
        """Let go of what the last judged command would change."""
        self._pending = {}
        self._pending_documents = {}

    def _judge(self, envelope: Envelope, at_ms: int, seq: int, *, verified: bool) -> Judged:
        if seq == 0:
            return self._judge_genesis(envelope, at_ms)
        ledger = policy_state.ledger_of(self)
        refuse_if(
            envelope.payload["aud"] != ledger.origin,
            RefusalCode.AUDIENCE_IS_ANOTHER_LEDGER,
            f"The command is for {envelope.payload['aud']!r}, this is {ledger.origin!r}.",
            "/aud",
        )
        self._check_unspent(envelope)
        _check_time(envelope, at_ms)
        if not verified:
            verify_signatures(envelope, self.keys_of(envelope))
        command = vocabulary.parse(envelope, policy_state.digits_of(self))
        if isinstance(command, parties_commands.SetApproval):
            _check_acts(command)
        signer = self._signer(envelope, command, at_ms)
        events = decide(self, command, signer, at_ms)
        return self._take(envelope, command, events, seq, ledger.rules)

    def _judge_genesis(self, envelope: Envelope, at_ms: int) -> Judged:
        refuse_if(
            envelope.manifest is not None,
            RefusalCode.NOT_ON_MANIFESTS,
            "The genesis is signed by itself.",
            "/command/manifest",
        )
        _check_time(envelope, at_ms)
        command = vocabulary.parse(envelope, lambda _: None)
        if not isinstance(command, parties_commands.OpenLedger):
            raise Refused(RefusalCode.LEDGER_NOT_OPEN, "The first entry of a log is its genesis.")
        frozen = (vocabulary.FIELD_CLASSES.get(command.rules), LARGEST_ENTRY)
        refuse_if(
            (command.field_classes, command.largest_entry) != frozen,
            RefusalCode.FIELD_INVALID,
            "field_classes or largest_entry is not what these rules fix.",
            "/body",
        )
        key = genesis_key(envelope)
        verify_signatures(envelope, {key.kid: key})
        signer = Signer(
            party=envelope.by,
            jti=envelope.jti,
            payload=envelope.digest,
            origin=envelope.payload["aud"],
            roles=frozenset(),
            persons=frozenset({command.operator_key.person}),
            kids=frozenset({key.kid}),
        )
        events = parties.decide(self, command, signer, at_ms)
        return self._take(envelope, command, events, 0, command.rules)

    def keys_of(self, envelope: Envelope) -> dict[str, PublicKey]:
        """The bound keys that the envelope's signatures name."""
        keys = {item.kid: self.get(Key, item.kid) for item in envelope.signatures}
        return {kid: key.public() for kid, key in keys.items() if key is not None}

    def _check_unspent(self, envelope: Envelope) -> None:
        spent = self.get(Spent, make_id("cmd", envelope.by, envelope.jti))
        if spent is None:
            return
        if spent.payload == envelope.digest:
            raise Repeated(spent.last_seq)
        raise Refused(
            RefusalCode.JTI_IS_SPENT,
            f"Another command of this party, entry {spent.last_seq}, has this jti.",
            place="/jti",
        )

    def _signer(self, envelope: Envelope, command: Command, at_ms: int) -> Signer:
        party = self.get(Party, envelope.by)
        if party is None:
            raise Refused(
                RefusalCode.PARTY_UNKNOWN, f"There is no party {envelope.by}.", place="/by"
            )
        if envelope.manifest is None:
            kids = tuple(signature.kid for signature in envelope.signatures)
        else:
            refuse_if(
                envelope.kind in vocabulary.ALONE,
                RefusalCode.NOT_ON_MANIFESTS,
                f"{envelope.kind} is signed by itself.",
                "/kind",
            )
            proof = envelope.manifest
            manifest = standing.manifest_of(self, party.id, proof.jti)
            standing.check_line(manifest, envelope.digest, proof.index, proof.path)
            kids = manifest.kids
        persons = standing.persons_of(self, party.id, kids, at_ms)
        needed = standing.persons_needed(self, party.id, envelope.kind, stake(self, command))
        loose = envelope.manifest is not None or envelope.kind == "manifest.sign"
        standing.check_approval(persons, needed, envelope.kind, exact=not loose)
        return Signer(
            party=party.id,
            jti=envelope.jti,
            payload=envelope.digest,
            origin=envelope.payload["aud"],
            roles=frozenset(role.value for role in party.roles),
            persons=persons,
            kids=frozenset(kids),
            expects=self._check_expect(envelope.payload.get("expect", {})),
        )

    def _check_expect(self, expect: Mapping[str, int]) -> frozenset[str]:
        for record_id, seq in expect.items():
            kind = _BY_PREFIX.get(record_id.partition("_")[0])
            record = self.get(kind, record_id) if kind else None
            if record is None or record.last_seq != seq:
                raise Refused(
                    RefusalCode.RECORD_HAS_CHANGED,
                    f"{record_id} is not as it was at entry {seq}.",
                    place=f"/expect/{record_id}",
                )
        return frozenset(expect)

    def _take(
        self,
        envelope: Envelope,
        command: Command,
        events: tuple[Event, ...],
        seq: int,
        rules: int,
    ) -> Judged:
        effects = vocabulary.effects_digest(envelope, events)
        for event in events:
            for record in evolve(self, event):
                self._put(record, seq)
        touched = [
            record_id
            for kind, records in self._pending.items()
            if kind.PREFIX
            for record_id in records
        ]
        for record_id in touched:
            self._put(Touch(id=f"{record_id}@{seq}", record=record_id), seq)
        spent = Spent(id=make_id("cmd", envelope.by, envelope.jti), payload=envelope.digest)
        self._put(spent, seq)
        return Judged(command, events, effects, rules)

    def _put(self, record: Any, seq: int) -> None:
        placed = replace(record, last_seq=seq)
        self._pending.setdefault(type(record), {})[record.id] = placed


def genesis_key(envelope: Envelope) -> PublicKey:
    """The operator's own key, as the genesis payload names it: genesis is self-signed."""
    try:
        return from_jwk(envelope.payload["body"]["operator_key"]["key"])
    except (KeyError, TypeError, AttributeError):
        raise Refused(
            RefusalCode.FIELD_MISSING, "The genesis names no operator key.", place="/body"
        ) from None


def _check_acts(command: parties_commands.SetApproval) -> None:
    """A tier for an act that does not exist would protect nothing, and nobody would notice."""
    known = {kind for kind, _ in vocabulary.COMMANDS}
    for tier in command.tiers:
        unknown = sorted(set(tier.acts) - known)
        refuse_if(
            bool(unknown),
            RefusalCode.KIND_UNKNOWN,
            f"There is no act {', '.join(unknown)[:100]}.",
            "/body/tiers",
        )


def _check_time(envelope: Envelope, at_ms: int) -> None:
    iat_ms, exp_ms = envelope.payload["iat"] * 1000, envelope.payload["exp"] * 1000
    refuse_if(
        iat_ms - AHEAD_MS > at_ms,
        RefusalCode.NOT_YET_VALID,
        "The command was issued more than 5 minutes after the ledger's present time.",
        "/iat",
    )
    refuse_if(at_ms > exp_ms, RefusalCode.EXPIRED, "The command has expired.", "/exp")


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
