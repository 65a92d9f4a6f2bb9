"""Private keys as files: PKCS#8 under a password (RFC 5958, RFC 8018), one way of writing it.

PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC, which OpenSSL and every library reads. The work
that one guess costs is ours to say: the library's own "best available" encryption stops at 2,048
rounds, which is a second's work for a million guesses.
"""

from __future__ import annotations

import base64
from textwrap import wrap

from cryptography.hazmat.primitives import hashes, padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

ROUNDS = 600_000
"""Rounds of PBKDF2-HMAC-SHA-256 (OWASP, Password Storage): some tenths of a second a guess."""
ENTROPY_BYTES = 32
"""16 bytes of salt, then 16 of initialization vector."""

_BLOCK_BITS = 128
_SEQUENCE, _OCTETS, _INTEGER = 0x30, 0x04, 0x02
_NULL = b"\x05\x00"
# Object identifiers, encoded: RFC 8018 appendix A and C, and NIST for AES.
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_PBKDF2 = bytes.fromhex("06092a864886f70d01050c")
_HMAC_SHA256 = bytes.fromhex("06082a864886f70d0209")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


def encrypted_pem(der: bytes, password: bytes, entropy: bytes) -> bytes:
    """The PKCS#8 private key `der` as an ``ENCRYPTED PRIVATE KEY`` in PEM (RFC 7468).

    `entropy` is `ENTROPY_BYTES` fresh random bytes, used once. Raises `ValueError` for an empty
    password or other entropy.
    """
    if not password or len(entropy) != ENTROPY_BYTES:
        raise ValueError("an empty password, or not 32 bytes of entropy")
    salt, vector = entropy[:16], entropy[16:]
    key = PBKDF2HMAC(hashes.SHA256(), length=32, salt=salt, iterations=ROUNDS).derive(password)
    padder = padding.PKCS7(_BLOCK_BITS).padder()
    cipher = Cipher(algorithms.AES256(key), modes.CBC(vector)).encryptor()
    sealed = cipher.update(padder.update(der) + padder.finalize()) + cipher.finalize()
    rounds = _der(_INTEGER, ROUNDS.to_bytes(3, "big"))
    derivation = _sequence(_der(_OCTETS, salt), rounds, _sequence(_HMAC_SHA256, _NULL))
    scheme = _sequence(
        _sequence(_PBKDF2, derivation), _sequence(_AES_256_CBC, _der(_OCTETS, vector))
    )
    info = _sequence(_sequence(_PBES2, scheme), _der(_OCTETS, sealed))
    lines = wrap(base64.b64encode(info).decode(), 64)
    label = "ENCRYPTED PRIVATE KEY"
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""]).encode()


def _sequence(*parts: bytes) -> bytes:
    return _der(_SEQUENCE, b"".join(parts))


def _der(tag: int, content: bytes) -> bytes:
    """Tag, length and content; a private key stays far below 65,536 bytes."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    length = size.to_bytes(2, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(length)]) + length + content
