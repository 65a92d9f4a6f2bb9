"""A founded ledger in a folder, real or sandbox, for tests of who may sign what.

    with open_office(folder, sandbox=False) as office:
        office.enrol("acme", Role.SUPPLIER, persons=("ann", "bob"))
        office.do("acme", AddAccount(...), keys=["acme/bob"])

Keys are named ``party/person`` and made from their names. `refused` gives the code and the place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from api.defaults import DIGITS
from api.drafting import Desk, Draft, new_jti
from api.embedded import Embedded, found, open_folder
from ledger import vocabulary
from ledger.base64url import b64url_encode
from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.model.records import R
from ledger.parties.commands import EnrolParty, Identifier, Role
from ledger.service import Receipt, Service
from tests.support.sandbox import Clock

ORIGIN = "office.example/ledger"
HOUR = 3_600_000
USCC = "91350100M000100Y43"
"""The example of GB 32100-2015, with its check character."""


def digest(text: str) -> str:
    """A SHA-256 digest in base64url."""
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def key_of(label: str) -> SigningKey:
    """The same key for the same label in every run."""
    return SigningKey.from_seed(hashlib.sha256(label.encode()).digest())


@dataclass
class Office:
    """An open ledger, its clock, and the ids of its parties by name."""

    embedded: Embedded
    clock: Clock
    parties: dict[str, str] = field(default_factory=dict)
    keys: dict[str, SigningKey] = field(default_factory=dict)

    @property
    def service(self) -> Service:
        """The writer."""
        return self.embedded.service

    def desk(self, name: str) -> Desk:
        """Where a party drafts; a strange name is used as the party's id itself."""
        return Desk(ORIGIN, self.parties.get(name, name), self.clock, DIGITS.get)

    def key(self, label: str) -> SigningKey:
        """The key of a label: made at its first use."""
        return self.keys.setdefault(label, key_of(label))

    def enrolment(self, label: str, /, *roles: Role, jti: str, **changes: Any) -> EnrolParty:
        """The command that enrols a legal entity with keys of `persons`."""
        persons = changes.pop("persons", ("ann",))
        desk = self.desk("operator")
        keys = tuple(desk.new_key(self.key(f"{label}/{who}"), who, jti) for who in persons)
        known: dict[str, Any] = {
            "natural": False,
            "roles": roles,
            "keys": keys,
            "evidence": digest(label),
            "name": f"{label} Ltd",
            "identifiers": (
                Identifier(scheme="vat", value=f"SE{digest(label)[:6].encode().hex()}"),
            ),
        }
        return EnrolParty(**(known | changes))

    def enrol(self, label: str, /, *roles: Role, **changes: Any) -> str:
        """A new party; returns its id."""
        jti = new_jti(self.clock.ms)
        command = self.enrolment(label, *roles, jti=jti, **changes)
        receipt = self.do("operator", command, jti=jti)
        self.parties[label] = next(e.party for e in receipt.events if hasattr(e, "natural"))
        return self.parties[label]

    def draft(self, name: str, command: vocabulary.Command, **how: Any) -> Draft:
        """An unsigned command; `how` as in `Desk.draft`."""
        return self.desk(name).draft(command, **how)

    def signed(
        self, name: str, command: vocabulary.Command, keys: Sequence[str] = (), **how: Any
    ) -> bytes:
        """A submission signed by the keys of these labels, else by the party's ``ann``."""
        labels = keys or [f"{name}/ann"]
        return self.draft(name, command, **how).signed(*map(self.key, labels))

    def do(self, name: str, command: vocabulary.Command, **how: Any) -> Receipt:
        """The party gives a command; `how` as in `signed`."""
        return self.service.submit(self.signed(name, command, **how))

    def refused(self, name: str, command: vocabulary.Command, **how: Any) -> tuple[str, str]:
        """The code and place with which the command is refused, without a trace in the log."""
        data = self.signed(name, command, **how)
        size = self.service.signed.size
        answer = refusal(lambda: self.service.submit(data))
        assert self.service.signed.size == self.embedded.store.size() == size
        return answer

    def get(self, kind: type[R], record_id: str) -> R:
        """The record as it is now."""
        return self.embedded.store.records.get(kind, (record_id,))[record_id]


def refusal(act: Callable[[], object]) -> tuple[str, str]:
    """The code and place with which `act` is refused."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code.value, caught.value.place


@contextmanager
def open_office(folder: Path, *, sandbox: bool = True) -> Iterator[Office]:
    """A ledger founded in `folder` with the default policy, or the one that is there already."""
    clock = Clock()
    with open_folder(folder, clock) as embedded:
        if embedded.store.size() == 0:
            found(embedded, origin=ORIGIN, name="Op", time_zone="Asia/Shanghai", sandbox=sandbox)
        office = Office(embedded, clock)
        desk, office.keys["operator/ann"] = embedded.operator()
        office.parties["operator"] = desk.party
        yield office
