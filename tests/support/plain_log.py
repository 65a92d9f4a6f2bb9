"""A log that is not ours: leaves, RFC 6962 and signed notes in plain `hashlib` and `cryptography`.

It shares no code with the ledger, so what our witness makes of it is said about any C2SP log. It
can fork: a copy goes its own way under the same key.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def digest(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 section 2.1 over leaf data."""
    if not leaves:
        return digest(b"")
    if len(leaves) == 1:
        return digest(b"\0" + leaves[0])
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    return digest(b"\1" + root_of(leaves[:middle]) + root_of(leaves[middle:]))


def growth(old: int, leaves: Sequence[bytes], *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 6962 section 2.1.2: that `leaves` begin with the first `old` of them."""
    if old == len(leaves):
        return [] if whole else [root_of(leaves)]
    middle = 1 << (len(leaves) - 1).bit_length() - 1
    if old <= middle:
        return [*growth(old, leaves[:middle], whole=whole), root_of(leaves[middle:])]
    return [*growth(old - middle, leaves[middle:], whole=False), root_of(leaves[:middle])]


class PlainLog:
    """A log named `origin`; `extensions` are lines that it adds to every checkpoint."""

    def __init__(self, origin: str, seed: bytes, extensions: Sequence[str] = ()) -> None:
        self.origin, self.extensions = origin, list(extensions)
        self.leaves: list[bytes] = []
        self._key = Ed25519PrivateKey.from_private_bytes(digest(seed))

    @property
    def vkey(self) -> str:
        """Its verifier key."""
        public = b"\1" + self._key.public_key().public_bytes_raw()
        return f"{self.origin}+{self._key_id().hex()}+{base64.b64encode(public).decode()}"

    def fork(self, *leaves: bytes) -> PlainLog:
        """The same log, going on with other leaves."""
        other = PlainLog(self.origin, b"", self.extensions)
        other._key, other.leaves = self._key, [*self.leaves, *leaves]
        return other

    def root(self, size: int | None = None) -> bytes:
        """The root of the first `size` leaves; of all without it."""
        return root_of(self.leaves[:size])

    def body(self, size: int | None = None) -> str:
        """The text of the checkpoint at a size."""
        count = len(self.leaves) if size is None else size
        root = base64.b64encode(self.root(size)).decode()
        return "".join(f"{line}\n" for line in (self.origin, count, root, *self.extensions))

    def sign(self, body: str) -> str:
        """The signature line over a text."""
        data = self._key_id() + self._key.sign(body.encode())
        return f"— {self.origin} {base64.b64encode(data).decode()}\n"

    def note(self, size: int | None = None) -> str:
        """The signed checkpoint at a size."""
        body = self.body(size)
        return f"{body}\n{self.sign(body)}"

    def proof(self, old: int, size: int | None = None) -> list[bytes]:
        """The consistency proof from `old` to a size."""
        return growth(old, self.leaves[:size]) if old else []

    def request(self, old: int, size: int | None = None, note: str | None = None) -> bytes:
        """The `add-checkpoint` request that a witness which knows `old` leaves should take."""
        return request(old, self.proof(old, size), note or self.note(size))

    def _key_id(self) -> bytes:
        public = self._key.public_key().public_bytes_raw()
        return digest(f"{self.origin}\n\1".encode() + public)[:4]


def request(old: int | str, proof: Sequence[bytes], note: str) -> bytes:
    """An `add-checkpoint` request."""
    lines = "".join(f"{base64.b64encode(item).decode()}\n" for item in proof)
    return f"old {old}\n{lines}\n{note}".encode()


def numbered(count: int, start: int = 0, word: str = "leaf") -> list[bytes]:
    """Leaves that say their number."""
    return [f"{word} {number}".encode() for number in range(start, start + count)]
