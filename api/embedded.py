"""A ledger in a folder: database, head store and the operator's keys, opened and founded.

ledger.db        the SQLite database, unless the folder names another (`api.places`)
head.json        the head store: what was signed last
keys/log.pem     the key that signs checkpoints
keys/operator.pem  the operator's own key
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from api.defaults import DIGITS, default_calendar, default_policy
from api.drafting import Desk, jwk_of, new_jti, new_signing_key, operator_desk
from api.places import OpenStore, Place, open_stores
from ledger import vocabulary
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import LARGEST_ENTRY
from ledger.chain.note import NoteKey, note_key
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.parties.commands import OpenLedger
from ledger.parties.decide import SUITE
from ledger.policy.state import LEDGER, RULES_NUMBER, Ledger
from ledger.scrub import Scrub
from ledger.service import Service


@dataclass(frozen=True, slots=True)
class Embedded:
    """An open ledger of a folder, with its writer."""

    folder: Path
    store: OpenStore
    service: Service
    clock: Callable[[], int]

    @property
    def ledger(self) -> Ledger:
        """The ledger's own record. Raises `Refused` (`ledger_not_open`) before genesis."""
        record = self.store.records.get(Ledger, (LEDGER,)).get(LEDGER)
        if record is None:
            raise Refused(RefusalCode.LEDGER_NOT_OPEN, "The folder holds no opened ledger.")
        return record

    @contextmanager
    def scrubbing(self) -> Iterator[Scrub]:
        """While the block runs, the log is read again in the background."""
        scrub = Scrub(
            self.store,
            lambda: self.service.signed,
            self.service.halt,
            lambda: self.service.waiting,
        )
        scrub.start()
        try:
            yield scrub
        finally:
            scrub.close()

    def desk(self, party: str) -> Desk:
        """A desk at which `party` drafts commands for this ledger."""
        return Desk(self.ledger.origin, party, self.clock, DIGITS.get)

    def operator(self) -> tuple[Desk, SigningKey]:
        """The operator's desk and key."""
        return self.desk(self.ledger.operator), read_key(self.folder / "keys" / "operator.pem")

    def log_keys(self) -> list[NoteKey]:
        """The keys that verify this ledger's checkpoints."""
        key = read_key(self.folder / "keys" / "log.pem")
        return [note_key(self.ledger.origin, key.public)]


@contextmanager
def open_folder(
    folder: Path,
    clock: Callable[[], int],
    *,
    keep_reading: bool = False,
    place: Place | None = None,
) -> Iterator[Embedded]:
    """The ledger in `folder`, or at `place`, made with fresh keys where there is none yet.

    Raises `Halted` when what is stored contradicts what was signed; with `keep_reading` it opens
    all the same, and its service is halted. Raises `Refused` (`key_unknown`) for a ledger with
    entries whose key is not in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / "keys"
    with open_stores(folder, place) as (store, heads):
        for name in ("log", "operator") if store.size() == 0 else ():
            if not (keys / f"{name}.pem").exists():
                write_key(keys / f"{name}.pem", new_signing_key())
        if not (keys / "log.pem").exists():
            raise Refused(
                RefusalCode.KEY_UNKNOWN,
                "The ledger's own key is not here: bring keys/log.pem back to its folder.",
                file=str(keys / "log.pem"),
            )
        log_key = read_key(keys / "log.pem")
        with Service(store, heads, log_key, clock, keep_reading=keep_reading) as service:
            yield Embedded(folder, store, service, clock)


def found(
    embedded: Embedded,
    *,
    origin: str,
    name: str,
    time_zone: str,
    sandbox: bool,
    predecessor: Checkpoint | None = None,
) -> None:
    """Write genesis and the default policy. Raises `Refused` when the log has a genesis.

    `predecessor` is the last head of the log that this one takes the place of.
    """
    keys = embedded.folder / "keys"
    log_key, operator_key = read_key(keys / "log.pem"), read_key(keys / "operator.pem")
    jti = new_jti(embedded.clock())
    desk = operator_desk(origin, jti, embedded.clock, DIGITS.get)
    genesis = OpenLedger(
        origin=origin,
        suite=SUITE,
        time_zone=time_zone,
        sandbox=sandbox,
        rules=RULES_NUMBER,
        field_classes=vocabulary.field_classes_digest(),
        largest_entry=LARGEST_ENTRY,
        log_key=jwk_of(log_key),
        operator_key=desk.new_key(operator_key, "operator", jti),
        operator_name=name,
        predecessor=b64url_encode(sha256(predecessor.body.encode()).digest())
        if predecessor
        else None,
    )
    embedded.service.submit(desk.draft(genesis, jti=jti).signed(operator_key))
    calendar = default_calendar()
    policy = desk.draft(default_policy(calendar), documents=[calendar])
    embedded.service.submit(policy.signed(operator_key))


def write_key(path: Path, key: SigningKey, password: bytes | None = None) -> None:
    """Keep a private key as PKCS#8 PEM, readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(key.to_pem(password))


def read_key(path: Path, password: bytes | None = None) -> SigningKey:
    """The private key of a file. Raises `Refused` (`key_unsafe`) when others may read it."""
    if path.stat().st_mode & 0o077:
        raise Refused(
            RefusalCode.KEY_UNSAFE,
            f"The key file {path.name} is readable by others: chmod 600 it.",
        )
    return SigningKey.from_pem(path.read_bytes(), password)
