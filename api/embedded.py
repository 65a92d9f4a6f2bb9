"""A ledger in a folder: database, head store and the operator's keys, opened and founded.

ledger.db          the SQLite database, unless the folder names another (`api.places`)
head.json          the head store: what was signed last
keys/log.pem       the key that signs checkpoints, unless a signer process has it (`api.keyaccess`)
keys/log-next.pem  the one that is to follow it, while the log changes its key
keys/operator.pem  the operator's own key
policy             how others verify the log: a tlog-policy with its keys
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from api.defaults import DIGITS, default_calendar, default_policy
from api.drafting import Desk, new_jti, new_signing_key, operator_desk
from api.keyaccess import IN_CLEAR, KEYS, KeyAccess
from api.places import OpenStore, Place, open_stores
from ledger import vocabulary
from ledger.backup.copying import signed_moment
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import LARGEST_ENTRY
from ledger.chain.note import NoteKey
from ledger.chain.trust import trust_in
from ledger.errors import Halted, RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.keystore import write_key
from ledger.model.jwk import Jwk
from ledger.packs.build import Moment
from ledger.parties.commands import OpenLedger
from ledger.parties.decide import SUITE
from ledger.policy.state import LEDGER, RULES_NUMBER, Ledger
from ledger.scrub import Scrub
from ledger.service import Service
from ledger.signing import LogSigner, log_note_keys, read_text
from ledger.store.lock import replace_file

POLICY = "policy"
"""The file by which others verify the log."""


@dataclass(frozen=True, slots=True)
class Embedded:
    """An open ledger of a folder, with its writer and who signs for it."""

    folder: Path
    store: OpenStore
    service: Service
    clock: Callable[[], int]
    signer: LogSigner
    access: KeyAccess

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
        return self.desk(self.ledger.operator), self.access.operator(self.folder)

    def sign_statement(self, body: str) -> str:
        """The log's signed note over a statement, in its own name. Raises `Halted` when halted.

        `body` is a text that `ledger.packs.statement` made: it can never be a checkpoint's.
        """
        if self.service.halted:
            raise Halted(self.service.halted)
        keys = log_note_keys(self.ledger, read_text(body).head.size)
        return self.signer.sign(body, keys)

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """Log and records as of one commit, with the signed head of just its size.

        For one thread. Raises as `signed_moment`.
        """
        with signed_moment(self.store.reading, self.service.heads) as (view, head):
            yield Moment(view, head, self.clock(), self.service.subtrees)

    def log_keys(self) -> list[NoteKey]:
        """The keys that sign this ledger's newest checkpoint, as its entries say."""
        return log_note_keys(self.ledger, self.store.size())

    def write_policy(self) -> bool:
        """Let the file `policy` name the keys of now; whether it did not."""
        path, text = self.folder / POLICY, trust_in(self.log_keys()).text().encode()
        if path.exists() and path.read_bytes() == text:
            return False
        replace_file(path, text)
        return True


@contextmanager
def open_folder(
    folder: Path,
    clock: Callable[[], int],
    *,
    keep_reading: bool = False,
    place: Place | None = None,
    access: KeyAccess = IN_CLEAR,
) -> Iterator[Embedded]:
    """The ledger in `folder`, or at `place`, made with fresh keys where there is none yet.

    `access` says how its own keys are had; fresh ones are encrypted if it has a password.

    Raises `Halted` when what is stored contradicts what was signed; with `keep_reading` it opens
    all the same, and its service is halted. Raises `Refused` (`key_unknown`) for a ledger with
    entries whose key is not in the folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keys = folder / KEYS
    with open_stores(folder, place) as (store, heads):
        for name in access.own_files() if store.size() == 0 else ():
            if not os.path.lexists(keys / name):
                write_key(keys / name, new_signing_key(), access.password)
        signer = access.signer(folder)
        with Service(store, heads, signer, clock, keep_reading=keep_reading) as service:
            yield Embedded(folder, store, service, clock, signer, access)


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
    operator_key = embedded.access.operator(embedded.folder)
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
        log_key=Jwk(**embedded.signer.held()[0].jwk()),
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
