"""Drafting and signing: commands to submissions, with the randomness that the core may not have.

What a party does at its own desk, before anything is sent: give the command its id and its times,
seal what is confidential with fresh salts, sign alone, with others, or many lines at once.
"""

from __future__ import annotations

import hashlib
import os
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger import canonical, vocabulary
from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import Tree
from ledger.chain.proof import inclusion_proof
from ledger.chain.tiles import Edge, TileId
from ledger.chain.tree import Frontier, leaf_hash
from ledger.envelope import LIFETIME_S, Sealer, line_of_manifest, sign_payload
from ledger.keys import SigningKey
from ledger.model.jwk import Jwk
from ledger.model.kinds import Digest
from ledger.parties.binding import possession_message
from ledger.parties.commands import NewKey, Person, SignManifest
from ledger.parties.decide import operator_id


def new_signing_key() -> SigningKey:
    """A fresh Ed25519 key."""
    return SigningKey.from_seed(os.urandom(32))


def new_jti(at_ms: int) -> str:
    """A UUID of version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, the rest random."""
    value = (at_ms & (2**48 - 1)) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def new_salt() -> bytes:
    """16 random bytes, as a sealed field needs them."""
    return os.urandom(16)


@dataclass(frozen=True, slots=True)
class Draft:
    """An unsigned command with its disclosures and rule documents: what waits for signatures."""

    payload: Mapping[str, Tree]
    disclosed: Sequence[str]
    documents: Sequence[bytes] = ()

    @property
    def digest(self) -> str:
        """The base64url SHA-256 of the payload: what an acceptance of it names."""
        return b64url_encode(hashlib.sha256(canonical.encode(self.payload)).digest())

    def signed(self, *keys: SigningKey) -> bytes:
        """The submission, signed by these keys."""
        return self.submission(sign_payload(self.payload, keys))

    def submission(self, command: Mapping[str, Tree]) -> bytes:
        """The submission of a command tree over this draft's payload."""
        return canonical.encode(
            {
                "command": dict(command),
                "disclosures": list(self.disclosed),
                "documents": [b64url_encode(data) for data in self.documents],
            }
        )


@dataclass(slots=True)
class Desk:
    """Where one party drafts for one ledger.

    `clock` gives milliseconds since 1970; `digits` the minor digits of a currency there.
    """

    origin: str
    party: str
    clock: Callable[[], int]
    digits: Callable[[str], int | None]
    lifetime_s: int = LIFETIME_S - 3600
    _sealer: Sealer = field(default_factory=lambda: Sealer(new_salt))

    def personal(self, name: str, value: str) -> Digest:
        """The digest to put into a personal field of the next command that is drafted."""
        return self._sealer(name, value)

    def draft(
        self,
        command: vocabulary.Command,
        *,
        expect: Mapping[str, int] | None = None,
        jti: str | None = None,
        documents: Sequence[bytes] = (),
    ) -> Draft:
        """`command` as this party would sign it."""
        at_ms = self.clock()
        sealer, self._sealer = self._sealer, Sealer(new_salt)
        payload = vocabulary.draft(
            command,
            by=self.party,
            origin=self.origin,
            jti=jti or new_jti(at_ms),
            iat=at_ms // 1000,
            exp=at_ms // 1000 + self.lifetime_s,
            digits=self.digits,
            sealer=sealer,
            salt=os.urandom(32),
            expect=expect,
        )
        return Draft(payload, tuple(sealer.disclosed), tuple(documents))

    def manifest(self, drafts: Sequence[Draft]) -> tuple[Draft, list[bytes]]:
        """One command that signs for all `drafts`, and the drafts as its lines.

        Sign and send the first, then send the lines: each is judged by itself.
        """
        leaves = [leaf_hash(b64url_decode(draft.digest)) for draft in drafts]
        root = Frontier().extend(leaves).root()
        command = SignManifest(root=b64url_encode(root), count=len(leaves))
        manifest = self.draft(command)
        jti = str(manifest.payload["jti"])
        edge, full = Edge().grow(leaves)
        tiles = dict(full)

        def read(tile: TileId) -> bytes:
            return tiles[tile] if tile in tiles else edge.tile(tile.level)

        lines = [
            draft.submission(
                line_of_manifest(
                    draft.payload, jti, index, inclusion_proof(read, index, len(leaves))
                )
            )
            for index, draft in enumerate(drafts)
        ]
        return manifest, lines

    def new_key(self, key: SigningKey, person: Person, jti: str) -> NewKey:
        """A key to be bound by the command with this `jti`, with its proof of possession."""
        message = possession_message(self.origin, self.party, jti, key.public.kid)
        return NewKey(key=jwk_of(key), person=person, possession=b64url_encode(key.sign(message)))


def jwk_of(key: SigningKey) -> Jwk:
    """The public half of a key as the command field it travels in."""
    return Jwk(**key.public.jwk())


def operator_desk(
    origin: str,
    jti: str,
    clock: Callable[[], int],
    digits: Callable[[str], int | None] = lambda _: None,
) -> Desk:
    """The desk at which a ledger's genesis with this `jti` is drafted."""
    return Desk(origin, operator_id(origin, jti), clock, digits)
