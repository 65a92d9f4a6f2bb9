"""The market of the benchmark: who trades, with which keys, and the commands that found it.

Everything follows from a seed: keys, salts, ids and times. So a market can be made again at any
time, and two runs measure the same bytes. Its keys are worth nothing outside a sandbox ledger.
"""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from api.defaults import DIGITS, default_calendar, default_policy
from api.drafting import Desk, Draft, jwk_of
from ledger import vocabulary
from ledger.base64url import b64url_encode
from ledger.chain.entry import LARGEST_ENTRY
from ledger.dates import parse_instant
from ledger.envelope import LIFETIME_S, Sealer
from ledger.financing.commands import OpenProgramme
from ledger.keys import SigningKey
from ledger.model.records import make_id
from ledger.money import LARGEST_MINOR, Money
from ledger.parties.commands import (
    AddAccount,
    Assurance,
    EnrolParty,
    Identifier,
    OpenLedger,
    Role,
)
from ledger.parties.decide import SUITE, operator_id
from ledger.policy.state import RULES_NUMBER

ORIGIN = "bench.example/ledger"
TIME_ZONE = "Asia/Shanghai"
START_MS = parse_instant("2026-03-02T04:00:00.000Z")
"""Noon of a business day in the ledger's time zone: the driven clock starts here."""
TODAY = date(2026, 3, 2)
CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Crowd:
    """How many parties of each kind, each with one key; with the operator's a thousand."""

    suppliers: int = 900
    obligors: int = 60
    financiers: int = 25
    banks: int = 14

    @property
    def keys(self) -> int:
        """All bound keys, the operator's included."""
        return self.suppliers + self.obligors + self.financiers + self.banks + 1

    @property
    def founding(self) -> int:
        """Entries before the first of the workload."""
        return 1 + self.keys + self.suppliers + self.financiers


FEW = Crowd(suppliers=24, obligors=6, financiers=3, banks=2)
"""For tests and first looks."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A party with its key; suppliers have an account, financiers a programme."""

    id: str
    key: SigningKey
    account: str = ""
    programme: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A drafted command with who signs it."""

    draft: Draft
    by: Actor

    def id(self, prefix: str, ordinal: int = 0) -> str:
        """The id of a record that the command makes."""
        return make_id(prefix, self.by.id, str(self.draft.payload["jti"]), ordinal)

    def submission(self) -> bytes:
        """The signed command, ready to send."""
        return self.draft.signed(self.by.key)


class Market:
    """The parties of a crowd, made from `seed`, and their desk.

    `founding` are the commands that open the ledger and bring everybody onto it, in order.
    """

    def __init__(self, crowd: Crowd, seed: int = 1) -> None:
        self.chance = random.Random(f"duebill bench {seed}")  # noqa: S311 - a seeded workload, no secret
        self.log_key = self._new_key()
        self.operator = self._operator()
        self.founding: list[Made] = [self._genesis(), self._policy()]
        self._desk = Desk(ORIGIN, self.operator.id, lambda: START_MS, DIGITS.get)
        self.obligors = self._enrolled(Role.OBLIGOR, crowd.obligors)
        self.banks = self._enrolled(Role.BANK, crowd.banks)
        self.suppliers = [self._banked(it) for it in self._enrolled(Role.SUPPLIER, crowd.suppliers)]
        self.financiers = [
            self._funding(it) for it in self._enrolled(Role.FINANCIER, crowd.financiers)
        ]

    def draft(
        self,
        by: Actor,
        command: vocabulary.Command,
        *,
        expect: Mapping[str, int] | None = None,
        documents: Sequence[bytes] = (),
        jti: str | None = None,
    ) -> Made:
        """`command` as `by` would sign it at the start of the day."""
        sealer = Sealer(self._salt)
        payload = vocabulary.draft(
            command,
            by=by.id,
            origin=ORIGIN,
            jti=jti or self._new_jti(),
            iat=START_MS // 1000,
            exp=START_MS // 1000 + LIFETIME_S,
            digits=DIGITS.get,
            sealer=sealer,
            salt=self.chance.randbytes(32),
            expect=expect,
        )
        return Made(Draft(payload, tuple(sealer.disclosed), tuple(documents)), by)

    def _new_key(self) -> SigningKey:
        return SigningKey.from_seed(self.chance.randbytes(32))

    def _new_jti(self) -> str:
        random_bits = self.chance.getrandbits(74)
        value = START_MS << 80 | 0x7 << 76 | (random_bits >> 62) << 64
        return str(uuid.UUID(int=value | 0x2 << 62 | random_bits & (2**62 - 1)))

    def _salt(self) -> bytes:
        return self.chance.randbytes(16)

    def _operator(self) -> Actor:
        self._genesis_jti = self._new_jti()
        return Actor(operator_id(ORIGIN, self._genesis_jti), self._new_key())

    def _genesis(self) -> Made:
        desk = Desk(ORIGIN, self.operator.id, lambda: START_MS, DIGITS.get)
        command = OpenLedger(
            origin=ORIGIN,
            suite=SUITE,
            time_zone=TIME_ZONE,
            sandbox=True,
            rules=RULES_NUMBER,
            field_classes=vocabulary.field_classes_digest(),
            largest_entry=LARGEST_ENTRY,
            log_key=jwk_of(self.log_key),
            operator_key=desk.new_key(self.operator.key, "operator", self._genesis_jti),
            operator_name="Operator of the bench",
        )
        return self.draft(self.operator, command, jti=self._genesis_jti)

    def _policy(self) -> Made:
        calendar = default_calendar()
        return self.draft(self.operator, default_policy(calendar), documents=[calendar])

    def _enrolled(self, role: Role, count: int) -> list[Actor]:
        return [self._enrol(role, number) for number in range(count)]

    def _enrol(self, role: Role, number: int) -> Actor:
        jti, key = self._new_jti(), self._new_key()
        name = f"{role.value.title()} {number:04} Manufacturing and Trading Co., Ltd."
        command = EnrolParty(
            natural=False,
            roles=(role,),
            keys=(self._desk.new_key(key, "treasurer", jti),),
            evidence=digest_of(name.encode()),
            name=name,
            identifiers=(Identifier(scheme="bench", value=f"{role.value}-{number:08}"),),
            country="CN",
        )
        made = self.draft(self.operator, command, jti=jti)
        self.founding.append(made)
        return Actor(made.id("pty"), key)

    def _banked(self, actor: Actor) -> Actor:
        number = f"{self.chance.randrange(10**16):016}"
        command = AddAccount(number=number, bank="Bank of the Bench", currency=CURRENCY)
        made = self.draft(actor, command)
        self.founding.append(made)
        return Actor(actor.id, actor.key, account=made.id("acc"))

    def _funding(self, actor: Actor) -> Actor:
        limit = Money(LARGEST_MINOR, CURRENCY)
        command = OpenProgramme(
            name="Payables of core enterprises",
            currency=CURRENCY,
            minimum_assurance=Assurance.OPERATOR_VOUCHED,
            obligors=(),
            limit_obligor=limit,
            limit_total=limit,
            max_tenor_days=366,
        )
        made = self.draft(actor, command)
        self.founding.append(made)
        return Actor(actor.id, actor.key, programme=made.id("prg"))


def digest_of(data: bytes) -> str:
    """The base64url SHA-256 of `data`."""
    return b64url_encode(hashlib.sha256(data).digest())
