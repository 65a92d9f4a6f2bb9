"""Curves: signing keys, public keys, and the one rule by which a signature is accepted.

Ed25519 everywhere (RFC 8032), ES256 (P-256, RFC 7518 section 3.4) for hardware modules. The
libraries disagree on edge cases, so the rule is ours and stands before any library: small-order
and non-canonical keys are refused, and per signature a small-order or non-canonical R and an
S at or beyond the group order. What passes is then judged by `cryptography` alone.

A key is named by its RFC 7638 thumbprint (`kid`) and carried as a JSON Web Key (RFC 7517).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from ledger.base64url import b64url_decode, b64url_encode
from ledger.errors import RefusalCode, Refused
from ledger.pkcs8 import encrypted_pem

Algorithm = Literal["Ed25519", "ES256"]

MOST_REMEMBERED = 65_536
"""So many keys, those used last, are decompressed and checked only once."""

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
# The y coordinates of the eight points whose order divides 8; a test derives them from the curve.
SMALL_ORDER_Y = frozenset(
    {
        0,
        1,
        2707385501144840649318225287225658788936804267575313519463743609750303402022,
        55188659117513257062467267217118295137698188065244968500265048394206261417927,
        _P - 1,
    }
)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A public key: `raw` is 32 bytes of Ed25519, or the 64 bytes x‖y of P-256.

    Build it with `public_key`, `from_jwk` or `SigningKey.public`: they refuse unsafe keys.
    """

    alg: Algorithm
    raw: bytes

    @property
    def kid(self) -> str:
        """The RFC 7638 SHA-256 thumbprint, base64url: the key's name everywhere."""
        members = ",".join(f'"{name}":"{value}"' for name, value in sorted(self.jwk().items()))
        return b64url_encode(hashlib.sha256(f"{{{members}}}".encode()).digest())

    def jwk(self) -> dict[str, str]:
        """The required members of the JSON Web Key (RFC 7517, RFC 8037), no others."""
        if self.alg == "Ed25519":
            return {"crv": "Ed25519", "kty": "OKP", "x": b64url_encode(self.raw)}
        x, y = b64url_encode(self.raw[:32]), b64url_encode(self.raw[32:])
        return {"crv": "P-256", "kty": "EC", "x": x, "y": y}

    def verify(self, message: bytes, signature: bytes) -> None:
        """Raises `Refused` (`signature_invalid`) unless this key made `signature`."""
        try:
            if len(signature) != 64:
                raise InvalidSignature
            if self.alg == "Ed25519":
                _check_ed25519_signature(signature)
                _load_ed25519(self.raw).verify(signature, message)
            else:
                r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
                encoded = utils.encode_dss_signature(r, s)
                _load_p256(self.raw).verify(encoded, message, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise Refused(
                RefusalCode.SIGNATURE_INVALID, f"The signature of key {self.kid} does not verify."
            ) from None


def public_key(alg: Algorithm, raw: bytes) -> PublicKey:
    """A safe public key from its raw bytes. Raises `Refused` (`key_unsafe`)."""
    return _safe(alg, raw)


@lru_cache(maxsize=MOST_REMEMBERED)
def _safe(alg: Algorithm, raw: bytes) -> PublicKey:
    if alg == "Ed25519":
        if len(raw) != 32 or _y_of(raw) >= _P or _y_of(raw) in SMALL_ORDER_Y:
            raise _unsafe("The Ed25519 key is small-order or not in its canonical form.")
        # Decompression: about half of all y belong to no point of the curve.
        if not _is_on_curve(_y_of(raw)):
            raise _unsafe("The Ed25519 key is no point of the curve.")
        return PublicKey(alg, raw)
    try:
        # The library reduces coordinates: x and x + p would be one key under two names.
        if len(raw) != 64 or max(_p256_point(raw)) >= _P256:
            raise ValueError
        _load_p256(raw)
    except ValueError:
        raise _unsafe("The P-256 key is no point of the curve in its canonical form.") from None
    return PublicKey(alg, raw)


def from_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    """The key of a JWK with exactly the required members. Raises `Refused`."""
    shape = (jwk.get("kty"), jwk.get("crv"), frozenset(jwk))
    if shape == ("OKP", "Ed25519", frozenset({"kty", "crv", "x"})):
        return public_key("Ed25519", b64url_decode(jwk["x"]))
    if shape == ("EC", "P-256", frozenset({"kty", "crv", "x", "y"})):
        x, y = b64url_decode(jwk["x"]), b64url_decode(jwk["y"])
        if len(x) == len(y) == 32:
            return public_key("ES256", x + y)
    raise _unsafe("The key is neither an Ed25519 (OKP) nor a P-256 (EC) JWK with its members only.")


class SigningKey:
    """A private key in memory. `sign` makes the raw 64-byte signature of JOSE."""

    def __init__(self, private: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        public = private.public_key()
        if isinstance(public, ed25519.Ed25519PublicKey):
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.public = public_key("Ed25519", raw)
        else:
            numbers = public.public_numbers()
            xy = numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
            self.public = public_key("ES256", xy)

    @classmethod
    def from_seed(cls, seed: bytes) -> SigningKey:
        """The Ed25519 key of a 32-byte secret seed (RFC 8032 section 5.1.5), else `ValueError`."""
        return cls(ed25519.Ed25519PrivateKey.from_private_bytes(seed))

    @classmethod
    def from_pem(cls, pem: bytes, password: bytes | None = None) -> SigningKey:
        """The key of a PKCS#8 PEM file; Ed25519 or P-256. A plain key needs no password.

        Raises `Refused`: `key_is_locked` when the password is missing or wrong, `key_unsafe`.
        """
        locked = b"ENCRYPTED" in pem
        if locked and not password:
            raise _locked("The key file is encrypted, and no password was given.")
        try:
            private = serialization.load_pem_private_key(pem, password if locked else None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            if locked:
                raise _locked("The password does not open the key file.") from None
            raise _unsafe(f"The private key file cannot be read: {error}.") from None
        if isinstance(private, ed25519.Ed25519PrivateKey):
            return cls(private)
        if isinstance(private, ec.EllipticCurvePrivateKey) and private.curve.name == "secp256r1":
            return cls(private)
        raise _unsafe("The private key is neither Ed25519 nor P-256.")

    def to_pem(self) -> bytes:
        """PKCS#8 PEM, in clear."""
        return self._pkcs8(serialization.Encoding.PEM)

    def to_encrypted_pem(self, password: bytes, entropy: bytes) -> bytes:
        """PKCS#8 PEM under a password; `entropy` is 32 fresh random bytes (`ledger.pkcs8`)."""
        return encrypted_pem(self._pkcs8(serialization.Encoding.DER), password, entropy)

    def _pkcs8(self, encoding: serialization.Encoding) -> bytes:
        return self._private.private_bytes(
            encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, message: bytes) -> bytes:
        """The raw signature over `message`: R‖S of Ed25519, r‖s of ES256."""
        if isinstance(self._private, ed25519.Ed25519PrivateKey):
            return self._private.sign(message)
        r, s = utils.decode_dss_signature(self._private.sign(message, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _check_ed25519_signature(signature: bytes) -> None:
    y = _y_of(signature[:32])
    if y >= _P or y in SMALL_ORDER_Y or int.from_bytes(signature[32:], "little") >= _L:
        raise InvalidSignature


def _y_of(encoded: bytes) -> int:
    return int.from_bytes(encoded, "little") & (2**255 - 1)


def _is_on_curve(y: int) -> bool:
    d = -121665 * pow(121666, -1, _P) % _P
    x_squared = (y * y - 1) * pow(d * y * y + 1, -1, _P) % _P
    return pow(x_squared, (_P - 1) // 2, _P) in (0, 1)


@lru_cache(maxsize=MOST_REMEMBERED)
def _load_ed25519(raw: bytes) -> ed25519.Ed25519PublicKey:
    return ed25519.Ed25519PublicKey.from_public_bytes(raw)


@lru_cache(maxsize=MOST_REMEMBERED)
def _load_p256(raw: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicNumbers(*_p256_point(raw), ec.SECP256R1()).public_key()


def _p256_point(raw: bytes) -> tuple[int, int]:
    return int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")


def _unsafe(detail: str) -> Refused:
    return Refused(RefusalCode.KEY_UNSAFE, detail)


def _locked(detail: str) -> Refused:
    return Refused(RefusalCode.KEY_IS_LOCKED, detail)
