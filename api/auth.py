"""Who asks: a short-lived token that the caller signs with an enrolled key (RFC 7515, RFC 7519).

    Authorization: Bearer <protected>.<claims>.<signature>
    protected  {"alg", "kid", "typ": "duebill-session+jwt"}
    claims     {"aud": origin, "exp", "iat", "iss": party id}

Both parts are canonical JSON in strict base64url; nothing else is taken. The `typ` keeps a token
from being a command and a command from being a token. There is no other way to sign in, and a
token lets its holder read and keep drafts: whatever enters the log is signed by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.errors import RefusalCode, Refused
from ledger.hands import sees_all
from ledger.keys import SigningKey
from ledger.model.records import Reader
from ledger.parties.commands import Role
from ledger.parties.state import Key, Party
from ledger.policy.state import ledger_of

TYPE = "duebill-session+jwt"
LONGEST_S = 600
"""Seconds from `iat` to `exp`, at most."""
AHEAD_S = 60
"""How far a caller's clock may be ahead."""
LONGEST_TOKEN = 2_000
"""Characters."""

_ALGORITHMS = {"Ed25519": "Ed25519", "EdDSA": "Ed25519", "ES256": "ES256"}


@dataclass(frozen=True, slots=True)
class Caller:
    """A signed-in party with the roles it has now."""

    party: str
    roles: frozenset[Role]

    @property
    def sees_all(self) -> bool:
        """Whether nothing is hidden: auditors and regulators."""
        return sees_all(self.roles)


def make_token(
    party: str, origin: str, key: SigningKey, at_ms: int, lifetime_s: int = LONGEST_S
) -> str:
    """A token by which `party` reads the ledger `origin` from `at_ms` on."""
    iat = at_ms // 1000
    header = {"alg": key.public.alg, "kid": key.public.kid, "typ": TYPE}
    claims = {"aud": origin, "exp": iat + lifetime_s, "iat": iat, "iss": party}
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{b64url_encode(key.sign(signed.encode()))}"


def caller_of(authorization: str | None, book: Reader, at_ms: int) -> Caller:
    """Who sent this Authorization header. Raises `Refused`: `token_missing`, `token_invalid`,
    `token_expired`.
    """
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refused(RefusalCode.TOKEN_MISSING, "The request carries no bearer token.")
    try:
        return _verified(token, book, at_ms)
    except Refused as refused:
        if refused.code is RefusalCode.TOKEN_EXPIRED:
            raise
        raise Refused(RefusalCode.TOKEN_INVALID, refused.detail) from None


def _verified(token: str, book: Reader, at_ms: int) -> Caller:
    parts = token.split(".")
    if len(token) > LONGEST_TOKEN or len(parts) != 3:
        raise _invalid("The token is not a compact JWS.")
    header = _fields(parts[0], {"alg", "kid", "typ"})
    claims = _fields(parts[1], {"aud", "exp", "iat", "iss"})
    texts = (*header.values(), claims["aud"], claims["iss"])
    times = (claims["iat"], claims["exp"])
    if not all(isinstance(item, str) for item in texts) or any(type(at) is not int for at in times):
        raise _invalid("A field of the token is not of its type.")
    if header["typ"] != TYPE or claims["aud"] != ledger_of(book).origin:
        raise _invalid("The token is no session token for this ledger.")
    key, party = book.get(Key, header["kid"]), book.get(Party, claims["iss"])
    if key is None or party is None or key.party != party.id or not key.in_force(at_ms):
        raise _invalid("The key is not in force for the party that the token names.")
    if _ALGORITHMS.get(header["alg"]) != key.public().alg:
        raise _invalid("The algorithm is not the key's.")
    key.public().verify(f"{parts[0]}.{parts[1]}".encode(), b64url_decode(parts[2]))
    _check_times(claims["iat"], claims["exp"], at_ms)
    return Caller(party.id, frozenset(party.roles))


def _check_times(iat: int, exp: int, at_ms: int) -> None:
    if not 0 < exp - iat <= LONGEST_S:
        raise _invalid(f"The token is for more than {LONGEST_S} seconds, or for none.")
    if iat * 1000 > at_ms + AHEAD_S * 1000:
        raise _invalid("The token was issued in the future.")
    if at_ms >= exp * 1000:
        raise Refused(RefusalCode.TOKEN_EXPIRED, "The token has expired.")


def _fields(part: str, names: set[str]) -> Mapping[str, Any]:
    tree = canonical.decode(b64url_decode(part))
    if not isinstance(tree, dict) or set(tree) != names:
        raise _invalid(f"A part of the token has other fields than {', '.join(sorted(names))}.")
    return tree


def _part(tree: Mapping[str, Any]) -> str:
    return b64url_encode(canonical.encode(tree))


def _invalid(detail: str) -> Refused:
    return Refused(RefusalCode.TOKEN_INVALID, detail)
