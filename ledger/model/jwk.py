"""A public key as a field of commands, events and records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from ledger.errors import Refused
from ledger.keys import PublicKey, from_jwk
from ledger.model.kinds import Code, Digest


class Jwk(Struct, frozen=True, kw_only=True, gc=False):
    """A public JSON Web Key: Ed25519 (OKP) or P-256 (EC), required members only (RFC 7517)."""

    crv: Code
    kty: Code
    x: Digest
    y: Digest | None = None


def keys_in(tree: Any) -> Iterator[PublicKey]:
    """The keys that a tree names: what is unsafe, or a JWK in another form, is none."""
    for jwk in _jwks_in(tree):
        try:
            yield from_jwk(jwk)
        except Refused:
            continue


def _jwks_in(tree: Any) -> Iterator[Mapping[str, Any]]:
    """The objects in a tree that say they are keys: they have the member ``kty`` (RFC 7517)."""
    if isinstance(tree, dict):
        if "kty" in tree:
            yield tree
        else:
            for value in tree.values():
                yield from _jwks_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _jwks_in(value)
