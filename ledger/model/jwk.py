"""A public key as a field of commands, events and records."""

from __future__ import annotations

from msgspec import Struct

from ledger.model.kinds import Code, Digest


class Jwk(Struct, frozen=True, kw_only=True, gc=False):
    """A public JSON Web Key: Ed25519 (OKP) or P-256 (EC), required members only (RFC 7517)."""

    crv: Code
    kty: Code
    x: Digest
    y: Digest | None = None
