"""A sandbox ledger with everybody on it, driven by one seed: the stage for simulated histories.

All that a party sends is drafted, sealed and signed as in life, with jti, salts and keys from
the seed, so that the same seed writes the same log, byte for byte. A stage may have a twin, a
second ledger that is told the same at the same time and must answer the same.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from random import Random
from typing import Any, Self

from api.drafting import Desk, Draft
from ledger import vocabulary
from ledger.base64url import b64url_encode
from ledger.book import Book
from ledger.chain.note import NoteKey, note_key
from ledger.dates import civil_date, parse_instant
from ledger.envelope import Sealer
from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.model.records import R, Record, make_id
from ledger.money import Money
from ledger.parties.commands import SignManifest
from ledger.parties.decide import operator_id
from ledger.parties.standing import persons_needed
from ledger.parties.state import Key
from ledger.policy.state import LEDGER, Ledger
from ledger.routing import stake
from ledger.service import Receipt, Service
from ledger.signing import KeySigner, log_note_keys
from ledger.store.heads import MemoryHeadStore
from ledger.store.sqlite import SqliteStore

ORIGIN = "stage.example/ledger"
START = parse_instant("2026-01-05T02:00:00.000Z")
HOUR = 3_600_000
DAY = 24 * HOUR
DIGITS = {"CNY": 2, "USD": 2}

Make = Callable[[Desk, str], vocabulary.Command]
"""Makes a command at a desk, for a jti; asked again for a twin, so it may draw nothing."""
Edit = Callable[[dict[str, Any]], None]
"""Changes a payload before it is signed."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a party said, and what the ledger answered: a receipt, or the name of a refusal."""

    party: str
    command: vocabulary.Command
    jti: str
    payload: str
    answer: Receipt | str
    at_ms: int

    @property
    def taken(self) -> bool:
        """Whether it is in the log."""
        return isinstance(self.answer, Receipt)

    def id(self, prefix: str, ordinal: int = 0) -> str:
        """The id that the command gives to what it makes."""
        return make_id(prefix, self.party, self.jti, ordinal)


@dataclass(slots=True, kw_only=True)
class SeededDesk(Desk):
    """A desk whose randomness comes from `ink`."""

    ink: Random

    def __post_init__(self) -> None:
        self._sealer = Sealer(self._salt)

    def _salt(self) -> bytes:
        return self.ink.randbytes(16)

    def new_jti(self) -> str:
        """A UUID of version 7 at the desk's time."""
        value = (self.clock() & (2**48 - 1)) << 80 | self.ink.getrandbits(80)
        value = value & ~(0xF << 76) | 0x7 << 76
        return str(uuid.UUID(int=value & ~(0x3 << 62) | 0x2 << 62))

    def draft(
        self,
        command: vocabulary.Command,
        *,
        expect: Mapping[str, int] | None = None,
        jti: str | None = None,
        documents: Sequence[bytes] = (),
    ) -> Draft:
        """`command` as this party would sign it."""
        at_s = self.clock() // 1000
        sealer, self._sealer = self._sealer, Sealer(self._salt)
        payload = vocabulary.draft(
            command,
            by=self.party,
            origin=self.origin,
            jti=jti or self.new_jti(),
            iat=at_s,
            exp=at_s + self.lifetime_s,
            digits=self.digits,
            sealer=sealer,
            salt=self.ink.randbytes(32),
            expect=expect,
        )
        return Draft(payload, tuple(sealer.disclosed), tuple(documents))


@dataclass(slots=True)
class Clock:
    """The time, which only the simulation moves."""

    ms: int = START

    def __call__(self) -> int:
        """Milliseconds since 1970."""
        return self.ms


class Stage:
    """One ledger in `folder`. `parties` maps names to ids; `random` decides what happens.

    `tally` counts what was accepted by kind and refused by code; `watchers` hear all that is
    said. With `exact` each refusal is checked against every byte of the files, else against
    their size and time.
    """

    def __init__(self, folder: Path, seed: int, clock: Clock, *, exact: bool = False) -> None:
        self.random = Random(seed)  # noqa: S311 - a simulation wants the same again, not secrecy
        self.ink = Random(seed + 1)  # noqa: S311 - as above; apart, so that a twin writes alike
        self.clock = clock
        self.exact = exact
        self.heads = MemoryHeadStore()
        self.store = SqliteStore(folder / "ledger.db", self.heads)
        self.log_key = SigningKey.from_seed(hashlib.sha256(b"log key").digest())
        self.signer = KeySigner([self.log_key])
        self.service = Service(self.store, self.heads, self.signer, clock)
        self.jti = self.desk_of("").new_jti()
        self.parties = {"operator": operator_id(ORIGIN, self.jti)}
        self.secrets: dict[str, SigningKey] = {}
        self.tally: Counter[str] = Counter()
        self.watchers: list[Callable[[Said], None]] = []
        self.twin: Twin | None = None
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.store.close()

    @property
    def log_keys(self) -> list[NoteKey]:
        """What verifies this ledger's checkpoints."""
        if not self.store.size():
            return [note_key(ORIGIN, self.log_key.public)]
        return log_note_keys(self.get(Ledger, LEDGER), self.store.size())

    @property
    def every_log_key(self) -> list[NoteKey]:
        """All keys with which the log ever signed."""
        ledger = self.get(Ledger, LEDGER)
        return [note_key(ledger.origin, key.public()) for key in ledger.log_keys]

    @property
    def today(self) -> date:
        """The ledger's civil date."""
        return civil_date(self.clock.ms, "Asia/Shanghai")

    @property
    def book(self) -> Book:
        """The records as rules read them: as of now, since a book keeps what it has read."""
        return Book(self.store.records)

    # -- reading ---------------------------------------------------------------------------------
    def get(self, kind: type[R], record_id: str) -> R:
        """The record of this id; it must be there."""
        return self.store.records.get(kind, (record_id,))[record_id]

    def all(self, kind: type[R]) -> list[R]:
        """Every record of a kind, by id."""
        return list(self.store.records.scan(kind))

    def some(self, kind: type[R], test: Callable[[R], bool]) -> R | None:
        """Any record that passes `test`, or None."""
        found = [record for record in self.all(kind) if test(record)]
        return self.random.choice(found) if found else None

    def name_of(self, party: str) -> str:
        """The name of a party on this stage."""
        return next(name for name, known in self.parties.items() if known == party)

    def keys_of(self, name: str) -> list[Key]:
        """A party's unlimited keys in force, those that last longest first."""
        found = self.store.records.find(Key, {"party": self.parties[name]})
        live = [key for key in found if key.in_force(self.clock.ms) and not key.delegation]
        return sorted(live, key=lambda key: (-key.until_ms, key.id))

    def next(self) -> int:
        """A number that was not used before."""
        self.count += 1
        return self.count

    def money(self, least: int = 1_000, most: int = 90_000, currency: str = "CNY") -> Money:
        """Some amount."""
        return Money(self.random.randint(least, most), currency)

    def new_key(self) -> SigningKey:
        """A fresh key, which the stage remembers."""
        key = SigningKey.from_seed(self.random.randbytes(32))
        self.secrets[key.public.kid] = key
        return key

    # -- saying ----------------------------------------------------------------------------------
    def desk_of(self, name: str, digits: Callable[[str], int | None] = DIGITS.get) -> SeededDesk:
        """Where a party drafts."""
        party = self.parties[name] if name else ""
        return SeededDesk(ORIGIN, party, self.clock, digits, ink=self.ink)

    def do(
        self,
        name: str,
        what: vocabulary.Command | Make,
        *seen: Record,
        keys: Sequence[SigningKey] = (),
        edit: Edit | None = None,
        digits: Callable[[str], int | None] = DIGITS.get,
        documents: Sequence[bytes] = (),
        jti: str | None = None,
    ) -> Said:
        """The party gives a command, having seen these records as they are.

        It signs with `keys`, or with as many people as its rule asks.
        """
        ink = self.ink.getstate() if self.twin else None
        desk = self.desk_of(name, digits)
        own_jti = jti or desk.new_jti()
        command = what(desk, own_jti) if callable(what) else what
        expect = {item.id: self.get(type(item), item.id).last_seq for item in seen}
        draft = desk.draft(command, expect=expect, jti=own_jti, documents=documents)
        if edit is not None:
            payload = dict(draft.payload)
            edit(payload)
            draft = replace(draft, payload=payload)
        signers = keys or self.signers(name, command)
        said = self._hear(name, command, draft, draft.signed(*signers))
        if self.twin is not None:
            how = {"edit": edit, "digits": digits, "documents": documents, "jti": jti}
            self.twin.repeat(said, ink, name, what, *seen, keys=signers, **how)
        return said

    def manifest(self, name: str, commands: Sequence[vocabulary.Command]) -> list[Said]:
        """The party signs for all commands at once; the manifest's answer comes first."""
        ink = self.ink.getstate() if self.twin else None
        desk = self.desk_of(name)
        head, lines = desk.manifest(drafts := [desk.draft(command) for command in commands])
        body: Any = head.payload["body"]
        signed = head.signed(*self.signers(name, None))
        command = SignManifest(root=body["root"], count=body["count"])
        said = [self._hear(name, command, head, signed)]
        said += [
            self._hear(name, command, draft, line)
            for command, draft, line in zip(commands, drafts, lines, strict=True)
        ]
        if self.twin is not None:
            self.twin.repeat_manifest(said, ink, name, commands)
        return said

    def send(self, data: bytes) -> Receipt | str:
        """Bytes as they are; a refusal must leave every byte of the ledger as it was."""
        answer = self._send(data)
        if self.twin is not None:
            self.twin.repeat_bytes(answer, data)
        return answer

    def _hear(self, name: str, command: vocabulary.Command, draft: Draft, data: bytes) -> Said:
        answer = self._send(data)
        jti = str(draft.payload["jti"])
        said = Said(self.parties[name], command, jti, draft.digest, answer, self.clock.ms)
        if said.taken:
            self.tally[vocabulary.name_of(command)[0]] += 1
        for watcher in self.watchers:
            watcher(said)
        return said

    def _send(self, data: bytes) -> Receipt | str:
        before = self.fingerprint()
        try:
            answer: Receipt | str = self.service.submit(data)
        except Refused as refused:
            answer = refused.code.value
            self.tally[answer] += 1
        if isinstance(answer, str) or answer.repeated:
            assert self.fingerprint() == before, f"{answer} changed the ledger"
        return answer

    def fingerprint(self) -> tuple[Any, ...]:
        """What may not change when nothing is accepted: the files, and the signed head."""
        paths = [self.store.path, self.store.path.with_name(f"{self.store.path.name}-wal")]
        if self.exact:
            return (*(path.read_bytes() for path in paths), self.heads.read())
        stats = [path.stat() for path in paths]
        return (*((stat.st_size, stat.st_mtime_ns) for stat in stats), self.heads.read())

    def signers(
        self, name: str, command: vocabulary.Command | None, kid: str = ""
    ) -> list[SigningKey]:
        """One key for each of as many people as are needed, that of `kid` among them."""
        needed = 1
        if command is not None and self.service.signed.size:
            kind = vocabulary.name_of(command)[0]
            try:
                amount = stake(self.book, command)
            except Refused:
                amount = None
            needed = persons_needed(self.book, self.parties[name], kind, amount)
        keys = sorted(self.keys_of(name), key=lambda key: (key.id == kid, key.until_ms))
        by_person = {key.person: key.id for key in keys}
        chosen = sorted(by_person.values(), key=lambda known: (known != kid, known))
        return [self.secrets[known] for known in chosen[:needed]]


@dataclass(slots=True)
class Twin:
    """A second stage that hears the same; `before` may act on it first.

    It writes with the same ink, so that all ids are the same, and with the same keys.
    """

    stage: Stage
    before: Callable[[], None]
    differences: list[str] = field(default_factory=list)
    ticks: int = 0

    def _tick(self) -> None:
        """Let `before` act, with ink of its own: the same ink would give it a command's jti."""
        self.ticks += 1
        self.stage.ink.seed(self.ticks)
        self.before()

    def repeat(self, said: Said, ink: Any, *what: Any, **how: Any) -> None:
        """The same again: to be compared with what was `said`."""
        self._tick()
        self.stage.ink.setstate(ink)
        self._compare(said.answer, self.stage.do(*what, **how).answer)

    def repeat_manifest(self, said: Sequence[Said], ink: Any, *what: Any) -> None:
        """The same manifest again."""
        self._tick()
        self.stage.ink.setstate(ink)
        for one, other in zip(said, self.stage.manifest(*what), strict=True):
            self._compare(one.answer, other.answer)

    def repeat_bytes(self, answer: Receipt | str, data: bytes) -> None:
        """The same bytes again."""
        self._tick()
        self._compare(answer, self.stage._send(data))

    def _compare(self, one: Receipt | str, other: Receipt | str) -> None:
        names = [item if isinstance(item, str) else "accepted" for item in (one, other)]
        if names[0] != names[1]:
            self.differences.append(f"{names[0]} here, {names[1]} there")


@contextmanager
def open_stage(folder: Path, seed: int, *, exact: bool = False) -> Iterator[Stage]:
    """An empty ledger of this seed."""
    with Stage(folder, seed, Clock(), exact=exact) as stage:
        yield stage


def digest(text: str) -> str:
    """A SHA-256 digest in base64url."""
    return b64url_encode(hashlib.sha256(text.encode()).digest())
