"""The book: all records as of now, and the one way by which a command becomes events.

Writer, replay and audit all call `judge`: an auditor's verdict means something because it runs
the rules, not a second copy of them. Changes stay in an overlay until the store has them; a
refused command leaves no trace in it.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from ledger import vocabulary
from ledger.catalogue import BY_PREFIX, Touch, touch_id
from ledger.chain.entry import LARGEST_ENTRY
from ledger.conduct.gates import check_may_begin
from ledger.envelope import Envelope, verify_signatures
from ledger.errors import RefusalCode, Refused, Repeated
from ledger.keys import PublicKey, from_jwk
from ledger.model.records import Signer, placed, refuse_if
from ledger.overlay import Overlay
from ledger.parties import commands as parties_commands
from ledger.parties import decide as parties
from ledger.parties import delegating, standing
from ledger.parties.events import DelegationUsed
from ledger.parties.records import Tidings, spent_id
from ledger.parties.state import Key, Party, Spent
from ledger.parties.tellings import tellings
from ledger.policy import state as policy_state
from ledger.routing import decide, evolve, stake
from ledger.vocabulary import Command, Event

AHEAD_MS = 5 * 60 * 1000
"""How far `iat` may lie after the ledger's clock."""


class Judged(Struct, frozen=True, gc=False):
    """A command that was taken: what and whose it was, what followed, and the digest of that."""

    command: Command
    signer: Signer
    events: tuple[Event, ...]
    effects: bytes
    rules: int


class Book(Overlay):
    """All records of a ledger, and what is decided over them."""

    def judge(
        self, envelope: Envelope, at_ms: int, seq: int, *, signatures_verified: bool = False
    ) -> Judged:
        """Decide `envelope` at this instant and place in the order.

        What follows is then pending: `keep` or `drop` it. Raises `Repeated` for a command that is
        in the log already, `Refused` otherwise; then the book is as it was before.
        """
        self.bring(envelope.documents)
        try:
            return self._judge(envelope, at_ms, seq, verified=signatures_verified)
        except BaseException:
            self.drop()
            raise

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
        _check_acts(command)
        signer, used = self._signer(envelope, command, at_ms, seq)
        check_may_begin(self, signer.party, envelope.kind, at_ms)
        events = (*used, *decide(self, command, signer, at_ms))
        return self._take(envelope, command, signer, events, seq, at_ms, ledger.rules)

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
        return self._take(envelope, command, signer, events, 0, at_ms, command.rules)

    def keys_of(self, envelope: Envelope) -> dict[str, PublicKey]:
        """The bound keys that the envelope's signatures name."""
        keys = {item.kid: self.get(Key, item.kid) for item in envelope.signatures}
        return {kid: key.public() for kid, key in keys.items() if key is not None}

    def _check_unspent(self, envelope: Envelope) -> None:
        spent = self.get(Spent, spent_id(envelope.by, envelope.jti))
        if spent is None:
            return
        if spent.payload == envelope.digest:
            raise Repeated(spent.last_seq)
        raise Refused(
            RefusalCode.JTI_IS_SPENT,
            f"Another command of this party, entry {spent.last_seq}, has this jti.",
            place="/jti",
        )

    def _signer(
        self, envelope: Envelope, command: Command, at_ms: int, seq: int
    ) -> tuple[Signer, tuple[DelegationUsed, ...]]:
        """Who asks, and what of the signing keys' delegations that uses."""
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
        at_stake = stake(self, command)
        needed = standing.persons_needed(self, party.id, envelope.kind, at_stake)
        loose = envelope.manifest is not None or envelope.kind == "manifest.sign"
        standing.check_approval(persons, needed, envelope.kind, exact=not loose)
        used = delegating.uses(self, kids, envelope.kind, at_stake, at_ms)
        signer = Signer(
            party=party.id,
            jti=envelope.jti,
            payload=envelope.digest,
            origin=envelope.payload["aud"],
            roles=frozenset(role.value for role in party.roles),
            persons=persons,
            kids=frozenset(kids),
            expects=self._check_expect(envelope.payload.get("expect", {})),
            seq=seq,
            needed=needed,
        )
        return signer, used

    def _check_expect(self, expect: Mapping[str, int]) -> frozenset[str]:
        for record_id, seq in expect.items():
            kind = BY_PREFIX.get(record_id.partition("_")[0])
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
        signer: Signer,
        events: tuple[Event, ...],
        seq: int,
        at_ms: int,
        rules: int,
    ) -> Judged:
        effects = vocabulary.effects_digest(envelope, events)
        touched: dict[str, int] = {}
        for event in events:
            for record in evolve(self, event):
                if record.PREFIX:
                    touched.setdefault(record.id, record.last_seq)
                self.put(placed(record, seq))
        names = " ".join(
            f"{record_id}@{before}" if before >= 0 else record_id
            for record_id, before in touched.items()
        )
        self.put(Touch(id=touch_id(seq), last_seq=seq, records=names))
        told = tellings(self, events, at_ms)
        if told:
            self.put(Tidings(id=touch_id(seq), last_seq=seq, items=told))
        spent = spent_id(envelope.by, envelope.jti)
        self.put(Spent(id=spent, last_seq=seq, payload=envelope.digest))
        return Judged(command, signer, events, effects, rules)


def genesis_key(envelope: Envelope) -> PublicKey:
    """The operator's own key, as the genesis payload names it: genesis is self-signed."""
    try:
        return from_jwk(envelope.payload["body"]["operator_key"]["key"])
    except (KeyError, TypeError, AttributeError):
        raise Refused(
            RefusalCode.FIELD_MISSING, "The genesis names no operator key.", place="/body"
        ) from None


def _check_acts(command: Command) -> None:
    """A tier for an act that does not exist would protect nothing, and nobody would notice."""
    match command:
        case parties_commands.SetApproval():
            acts, place = {act for tier in command.tiers for act in tier.acts}, "/body/tiers"
        case parties_commands.DelegateKey():
            acts, place = set(command.acts), "/body/acts"
        case _:
            return
    unknown = sorted(acts - {kind for kind, _ in vocabulary.COMMANDS})
    refuse_if(
        bool(unknown),
        RefusalCode.KIND_UNKNOWN,
        f"There is no act {', '.join(unknown)[:100]}.",
        place,
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
