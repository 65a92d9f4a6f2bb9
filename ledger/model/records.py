"""Records, events and the reader: what `decide` and `evolve` of every module are written with.

A record is a frozen struct (`msgspec`) with an `id` and `last_seq`, the entry that changed it
last. An event states what then is true. `Reader` is all that rules may know of the ledger; what
is live at an instant is always a function of (record, `at`), never of a clock that ran.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, ClassVar, Protocol, TypeVar, cast

from msgspec import Struct
from msgspec.structs import replace

from ledger.errors import RefusalCode, Refused


class Record(Protocol):
    """What every record has. `PREFIX` begins its ids (empty where the id is not made by us).

    A kind whose records change often may name in `FIXED` those indexed fields that never do, so
    that their indexes are left alone.
    """

    PREFIX: ClassVar[str]
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]]

    @property
    def id(self) -> str:
        """Its name among the records of its kind."""
        ...

    @property
    def last_seq(self) -> int:
        """The number of the entry that changed it last."""
        ...


R = TypeVar("R", bound=Record)


def placed(record: R, seq: int) -> R:
    """The record as of entry `seq`: a copy with another `last_seq`."""
    return cast(R, replace(cast(Any, record), last_seq=seq))


def changed(record: R, **values: Any) -> R:
    """A copy with other values in some fields.

    Raises `TypeError` for a field that the record does not have.
    """
    return cast(R, replace(cast(Any, record), **values))


class Reader(Protocol):
    """The records as rules see them: before this command, after every earlier one."""

    def get(self, kind: type[R], record_id: str) -> R | None:
        """The record of this id, or None."""
        ...

    def find(self, kind: type[R], **key: str | int | bool) -> Sequence[R]:
        """All records whose fields equal `key`; the fields must be one of the kind's `INDEXES`."""
        ...

    def document(self, digest: str) -> bytes | None:
        """The bytes of a rule document (calendar, curve, …) by their SHA-256, or None."""
        ...


class View(Protocol):
    """All records of a ledger as of one entry: what invariants are checked over."""

    def all(self, kind: type[R], /) -> Iterable[R]:
        """Every record of a kind, in any order."""
        ...


def snake(name: str) -> str:
    """What a class is called in tables and in JSON: ``HoldingOpened`` is ``holding_opened``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


class Effect(Struct, frozen=True, gc=False, tag_field="event", tag=snake):
    """What every event is. Written as JSON, it begins with its class's name as ``"event"``."""


class Signer(Struct, frozen=True, gc=False):
    """Who asks, as established before any rule runs.

    `persons` are the distinct people of the party that signed, `payload` the digest of the signed
    payload (base64url SHA-256), `jti` the command's own id, `origin` the log it is meant for,
    `expects` the ids of the records that the signer saw as they still are, `seq` the number that
    the command's entry will have, `needed` how many people the act asked for.
    """

    party: str
    jti: str
    payload: str
    origin: str
    roles: frozenset[str]
    persons: frozenset[str]
    kids: frozenset[str]
    expects: frozenset[str] = frozenset()
    seq: int = 0
    needed: int = 1

    def new_id(self, prefix: str, ordinal: int = 0) -> str:
        """The id that this command gives to the `ordinal`-th new record of a kind."""
        return make_id(prefix, self.party, self.jti, ordinal)


def make_id(prefix: str, party: str, jti: str, ordinal: int = 0) -> str:
    """``prefix_`` and the base32 of SHA-256 over (prefix, party, jti, ordinal), 16 bytes.

    The signer can compute it before sending, and so sign follow-up commands in advance.
    """
    seed = f"duebill.id.v1\n{prefix}\n{party}\n{jti}\n{ordinal}".encode()
    bits = int.from_bytes(hashlib.sha256(seed).digest()[:16]) << 7
    letters = "".join([_TRIPLES[bits >> shift & 32_767] for shift in _SHIFTS])
    return f"{prefix}_{letters[:26]}"


# Base32 (RFC 4648) in lower case, three letters for each fifteen bits: 128 bits and seven more, of
# which two fill the 26th letter.
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_SHIFTS = tuple(range(120, -1, -15))
_TRIPLES = tuple(map("".join, product(_LETTERS, repeat=3)))


def need(book: Reader, kind: type[R], record_id: str, place: str) -> R:
    """The record of this id; raises `Refused` (`record_not_found`) when there is none."""
    record = book.get(kind, record_id)
    if record is None:
        raise Refused(
            RefusalCode.RECORD_NOT_FOUND,
            f"There is no {kind.__name__.lower()} {record_id}.",
            place=place,
        )
    return record


def refuse_if(
    condition: bool,  # noqa: FBT001 - it reads as the `if` that it is
    code: RefusalCode,
    detail: str,
    place: str = "",
) -> None:
    """Raises `Refused` when `condition` holds: one line per rule, in their order of precedence."""
    if condition:
        raise Refused(code, detail, place=place)
