"""Who signs for the log: one small interface, whether the key is here, elsewhere, or in a module.

A log key signs three kinds of text and nothing else: checkpoints, manifests of backups and
statements. Each begins in its own way (origin, size and root; or a header and one canonical
object), so that no signature can be taken for another kind. The one more thing that it signs, when
it comes and when another is to follow it, is the statement by which the log changes its key.

To put the key into a PKCS#11 module or a cloud's key service, write a third `LogSigner`: `held`
reads the public keys of the objects, `sign` puts `C_Sign` with the mechanism ``CKM_EDDSA`` over
the UTF-8 bytes of the body in place of `SigningKey.sign`, and `endorse` the same over the
statement. Whatever goes wrong there is `Unavailable`. Only the separate process
(`ledger.signer`) remembers what was signed; a module behind it gets that for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from ledger import canonical
from ledger.base64url import b64url_decode
from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import NoteKey, NoteSigner, note_key, sign_note
from ledger.errors import RefusalCode, Refused, Unavailable
from ledger.keys import PublicKey, SigningKey
from ledger.parties.log_keys import log_key_message
from ledger.policy.state import Ledger

BACKUP = "duebill-backup@v1"
"""First line of a backup's manifest."""
STATEMENT = "duebill-statement@v1"
"""First line of what the log states about its records: in evidence packs and certificates."""
HEADERS = (BACKUP, STATEMENT)

Prove: TypeAlias = Callable[[int], Sequence[bytes]]
"""The consistency proof from a head of so many entries to the one that is to be signed."""


@dataclass(frozen=True, slots=True)
class KeyChange:
    """What the log's new key `kid` and its key `old` sign, for the command `jti` of `party`."""

    origin: str
    party: str
    jti: str
    kid: str
    old: str

    @property
    def message(self) -> bytes:
        """The bytes of the statement."""
        return log_key_message(self.origin, self.party, self.jti, self.kid, self.old)


class LogSigner(Protocol):
    """Holds the log's private keys, or knows who does. Safe to call from many threads.

    Everything here raises `Unavailable` when a key is not at hand or whoever holds it is away:
    surely nothing was signed that anybody heard of. Raises `Halted` when what is to be signed
    contradicts what was signed before.
    """

    def held(self) -> Sequence[PublicKey]:
        """The keys that it can sign with now."""
        ...

    def sign(self, body: str, by: Sequence[NoteKey], prove: Prove | None = None) -> str:
        """The note over `body`, with a line of each key in `by`, in their order.

        `prove` shows, for a checkpoint, that it extends the ones before.
        """
        ...

    def endorse(self, change: KeyChange) -> tuple[bytes, bytes]:
        """The signatures of the new and of the old key over the statement of a key change."""
        ...


class KeySigner:
    """`LogSigner` with the private keys in this process."""

    def __init__(self, keys: Iterable[SigningKey]) -> None:
        self._keys = {key.public.kid: key for key in keys}

    def add(self, key: SigningKey) -> None:
        """Hold one more key."""
        self._keys[key.public.kid] = key

    def held(self) -> Sequence[PublicKey]:
        """The keys that are held."""
        return [key.public for key in self._keys.values()]

    def sign(self, body: str, by: Sequence[NoteKey], prove: Prove | None = None) -> str:
        """The signed note; nothing is remembered, so nothing has to be proven here."""
        return sign_note(body, [NoteSigner(key.name, self._key(key.key.kid)) for key in by])

    def endorse(self, change: KeyChange) -> tuple[bytes, bytes]:
        """The signatures of the new and of the old key."""
        new, old = self._key(change.kid), self._key(change.old)
        return new.sign(change.message), old.sign(change.message)

    def _key(self, kid: str) -> SigningKey:
        key = self._keys.get(kid)
        if key is None:
            raise Unavailable(f"The log's key {kid} is not here.")
        return key


@dataclass(frozen=True, slots=True)
class LogText:
    """A text that a log key may sign: its `header` (none for a checkpoint) and the head it is of.

    `tree` is what a manifest or a statement says; for a checkpoint it is empty.
    """

    header: str
    head: Checkpoint
    tree: dict[str, Any]


def read_text(body: str) -> LogText:
    """The parts of a text of one of the three kinds. Raises `Refused` for any other."""
    header, _, rest = body.partition("\n")
    if header not in HEADERS or rest.count("\n") != 1:
        return LogText("", parse_checkpoint(body), {})
    tree = canonical.decode(rest.removesuffix("\n").encode("utf-8", "surrogateescape"))
    if not isinstance(tree, dict) or type(tree.get("size")) is not int:
        raise _strange("The text says of no head of which size it is.")
    origin, root = tree.get("origin"), tree.get("root")
    if not isinstance(origin, str) or not isinstance(root, str):
        raise _strange("The text says of no log and root what it is about.")
    return LogText(header, Checkpoint(origin, tree["size"], b64url_decode(root)), tree)


def log_note_keys(ledger: Ledger, size: int) -> list[NoteKey]:
    """The keys that sign the checkpoint of `size` entries, as verifiers name them."""
    return [note_key(ledger.origin, key) for key in ledger.keys_at(size)]


def _strange(detail: str) -> Refused:
    return Refused(RefusalCode.NOTE_MALFORMED, detail)
