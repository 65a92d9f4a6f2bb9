"""The ledger itself and the policy in force, one record each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from typing import ClassVar, assert_never

from msgspec import Struct
from msgspec.structs import replace

from ledger import canonical
from ledger.dates import Calendar, Roll, civil_date, parse_date, roll
from ledger.errors import Halted, RefusalCode, Refused
from ledger.keys import PublicKey, from_jwk
from ledger.model.codec import write
from ledger.model.jwk import Jwk
from ledger.model.records import Reader, Record
from ledger.money import Rounding
from ledger.policy.commands import (
    Caps,
    Clocks,
    CurrencyDigits,
    FeeLine,
    Gates,
    IdentifierRule,
    Statute,
)
from ledger.policy.events import (
    Event,
    LedgerOpened,
    LogKeyRetired,
    LogKeyRotated,
    PolicyAdopted,
    RulesAdopted,
)

LEDGER = "ledger"
POLICY = "policy"
RULES_NUMBER = 1
"""The newest rules this build can decide by."""


class LogKey(Struct, frozen=True, kw_only=True, gc=False):
    """A key with which the log signs the checkpoints whose last entry is in [since, until)."""

    kid: str
    jwk: Jwk
    since: int
    until: int | None = None

    def signs(self, size: int) -> bool:
        """Whether the checkpoint of `size` entries is signed with it."""
        return self.since < size and (self.until is None or size <= self.until)

    def public(self) -> PublicKey:
        """The key itself."""
        return from_jwk(write(self.jwk))


class Ledger(Struct, frozen=True, kw_only=True, gc=False):
    """The log: fixed at genesis, but for its keys, oldest first, and the rules number in force."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    origin: str
    operator: str
    suite: str
    time_zone: str
    sandbox: bool
    rules: int
    predecessor: str | None = None
    log_keys: tuple[LogKey, ...]

    def keys_at(self, size: int) -> tuple[PublicKey, ...]:
        """The keys that sign the checkpoint of `size` entries (from 1 on): one, or two."""
        return tuple(key.public() for key in self.log_keys if key.signs(size))


class Policy(Struct, frozen=True, kw_only=True, gc=False):
    """The policy in force (see `AdoptPolicy` for the meaning of the parts)."""

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    currencies: tuple[CurrencyDigits, ...]
    identifiers: tuple[IdentifierRule, ...]
    calendar: str
    roll: Roll
    rounding: Rounding
    caps: Caps
    clocks: Clocks
    certificate_roots: tuple[str, ...] = ()
    statute: Statute | None = None
    gates: Gates = Gates()
    fees: tuple[FeeLine, ...] = ()


def evolve(book: Reader, event: Event) -> tuple[Record, ...]:
    """The records that `event` leaves changed."""
    match event:
        case LedgerOpened():
            return (_opened(event),)
        case LogKeyRotated():
            ledger = ledger_of(book)
            new = LogKey(kid=event.kid, jwk=event.key, since=event.since)
            return (replace(ledger, log_keys=(*ledger.log_keys, new)),)
        case LogKeyRetired():
            ledger = ledger_of(book)
            keys = (
                replace(key, until=event.until) if key.kid == event.kid else key
                for key in ledger.log_keys
            )
            return (replace(ledger, log_keys=tuple(keys)),)
        case PolicyAdopted():
            policy = event.policy
            return (
                Policy(
                    id=POLICY,
                    currencies=policy.currencies,
                    identifiers=policy.identifiers,
                    calendar=policy.calendar,
                    roll=Roll(policy.roll),
                    rounding=Rounding(policy.rounding),
                    caps=policy.caps,
                    clocks=policy.clocks,
                    certificate_roots=policy.certificate_roots,
                    statute=policy.statute,
                    gates=policy.gates,
                    fees=policy.fees,
                ),
            )
        case RulesAdopted():
            return (replace(ledger_of(book), rules=event.number),)
        case _:
            assert_never(event)


def _opened(event: LedgerOpened) -> Ledger:
    first = LogKey(kid=from_jwk(write(event.log_key)).kid, jwk=event.log_key, since=0)
    return Ledger(
        id=LEDGER,
        origin=event.origin,
        operator=event.operator,
        suite=event.suite,
        time_zone=event.time_zone,
        sandbox=event.sandbox,
        rules=event.rules,
        predecessor=event.predecessor,
        log_keys=(first,),
    )


def ledger_of(book: Reader) -> Ledger:
    """The ledger's own record. Raises `Halted` before genesis."""
    record = book.get(Ledger, LEDGER)
    if record is None:
        raise Halted("the log has no genesis entry")
    return record


def policy_of(book: Reader) -> Policy:
    """The policy in force. Raises `Refused` (`policy_missing`) before the first one."""
    record = book.get(Policy, POLICY)
    if record is None:
        raise Refused(RefusalCode.POLICY_MISSING, "No policy is in force yet.")
    return record


def digits_of(book: Reader) -> Callable[[str], int | None]:
    """The minor digits of a currency under the policy in force, None where it is not listed."""
    record = book.get(Policy, POLICY)
    if record is None:
        return _no_digits
    known = _DIGITS.get(id(record))
    if known is None or known[0] is not record:
        if len(_DIGITS) >= MOST_POLICIES:
            _DIGITS.clear()
        known = (record, {item.code: item.digits for item in record.currencies}.get)
        _DIGITS[id(record)] = known
    return known[1]


MOST_POLICIES = 16
# The table of a policy, by the very object: comparing a policy costs more than making its table.
_DIGITS: dict[int, tuple[Policy, Callable[[str], int | None]]] = {}


def _no_digits(_currency: str) -> None:
    return None


def calendar_of(book: Reader) -> Calendar:
    """The calendar in force, read from its rule document."""
    digest = policy_of(book).calendar
    data = book.document(digest)
    if data is None:
        raise Refused(RefusalCode.DOCUMENT_MISSING, f"The calendar {digest} is not at hand.")
    return read_calendar(data)


def certificate_roots_of(book: Reader) -> list[bytes]:
    """The trusted certificate authorities in force, DER each."""
    documents = (book.document(digest) for digest in policy_of(book).certificate_roots)
    return [data for data in documents if data is not None]


def today_of(book: Reader, at_ms: int) -> date:
    """The civil date of an instant in the ledger's legal time zone."""
    return civil_date(at_ms, ledger_of(book).time_zone)


def payable_on(book: Reader, due: date) -> date:
    """The business day on which a debt due at `due` is payable; no late interest for the roll."""
    return roll(due, calendar_of(book), policy_of(book).roll)


@lru_cache(maxsize=32)
def read_calendar(data: bytes) -> Calendar:
    """The calendar of a rule document: canonical JSON of its parts. Raises `Refused`."""
    tree = canonical.decode(data)
    try:
        return Calendar(
            id=tree["id"],
            first=parse_date(tree["first"]),
            last=parse_date(tree["last"]),
            holidays=frozenset(map(parse_date, tree["holidays"])),
            working_weekends=frozenset(map(parse_date, tree["working_weekends"])),
            weekend=frozenset(tree["weekend"]),
        )
    except (KeyError, TypeError) as error:
        raise Refused(
            RefusalCode.FIELD_INVALID, f"The calendar document is not in its form: {error}."
        ) from None
