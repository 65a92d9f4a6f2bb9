"""Curves: unsafe keys and malleable signatures are refused before any library is asked."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, x25519
from hypothesis import given
from hypothesis import strategies as st

from ledger.base64url import b64url_decode, b64url_encode
from ledger.errors import Refused
from ledger.keys import SMALL_ORDER_Y, PublicKey, SigningKey, from_jwk, public_key

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
P256 = 2**256 - 2**224 + 2**192 + 2**96 - 1
RFC_8032 = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701c"
            "f9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0"
            "f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f76098"
            "4dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
KEY = SigningKey.from_seed(bytes(32))
P256_KEY = SigningKey(ec.derive_private_key(7, ec.SECP256R1()))


def refusal(act: Any, *arguments: Any) -> str:
    """The code with which `act` is refused."""
    with pytest.raises(Refused) as caught:
        act(*arguments)
    return caught.value.code.value


def encoded(y: int, sign: int = 0) -> bytes:
    """A point of Ed25519 as RFC 8032 encodes it, if it is one."""
    return (y | sign << 255).to_bytes(32, "little")


def add(one: tuple[int, int], two: tuple[int, int]) -> tuple[int, int]:
    """The sum of two points of the twisted Edwards curve -x²+y² = 1+dx²y² (RFC 8032, 5.1.4)."""
    (x1, y1), (x2, y2) = one, two
    product = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - product, -1, P) % P


def point(y: int) -> tuple[int, int] | None:
    """A point with this y, or None."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    root = x if x * x % P == square else x * pow(2, (P - 1) // 4, P) % P
    return (root, y) if root * root % P == square else None


def multiple(count: int, base: tuple[int, int]) -> tuple[int, int]:
    """`count` times a point."""
    total = (0, 1)
    for bit in f"{count:b}":
        total = add(total, total)
        total = add(total, base) if bit == "1" else total
    return total


def torsion() -> list[tuple[int, int]]:
    """The eight points whose order divides 8, from the curve equation: L times any point."""
    starts = (found for y in range(2, 100) if (found := point(y)))
    generator = next(
        small for start in starts if multiple(4, small := multiple(L, start)) != (0, 1)
    )
    return [multiple(count, generator) for count in range(8)]


def test_trap_5_small_order_points_follow_from_the_curve() -> None:
    """The table of y coordinates is exactly that of the eight points of small order."""
    points = torsion()
    assert len(set(points)) == 8
    assert {y for _, y in points} == SMALL_ORDER_Y


def test_trap_5_small_order_keys_are_refused() -> None:
    """All eight, with either sign bit, and their writings beyond the field's prime."""
    for y in sorted(SMALL_ORDER_Y):
        for sign in (0, 1):
            assert refusal(public_key, "Ed25519", encoded(y, sign)) == "key_unsafe"
            if y + P < 2**255:
                assert refusal(public_key, "Ed25519", encoded(y + P, sign)) == "key_unsafe"


def test_trap_5_the_library_alone_would_take_the_identity_as_a_key() -> None:
    """Why the rule is ours: under that key one fixed signature fits every message."""
    identity = encoded(1)
    library = ed25519.Ed25519PublicKey.from_public_bytes(identity)
    library.verify(identity + bytes(32), b"any message")
    forged = PublicKey("Ed25519", identity)
    assert refusal(forged.verify, b"any message", identity + bytes(32)) == "signature_invalid"


def test_points_off_the_curve_and_beyond_the_prime_are_refused() -> None:
    """Half of all y belong to no point; a y of p or more is another writing of a smaller one."""
    off = [y for y in range(2, 40) if point(y) is None]
    assert off
    for y in off:
        assert refusal(public_key, "Ed25519", encoded(y)) == "key_unsafe"
    for y in range(P, 2**255):
        assert refusal(public_key, "Ed25519", encoded(y)) == "key_unsafe"
    on = next(y for y in range(2, 40) if point(y) is not None)
    assert public_key("Ed25519", encoded(on)).raw == encoded(on)


@pytest.mark.parametrize("size", [0, 31, 33, 63, 64, 65])
def test_keys_of_another_length_are_refused(size: int) -> None:
    """32 bytes for Ed25519, 64 for P-256; zeros are no point of P-256."""
    assert refusal(public_key, "Ed25519", bytes(size)) == "key_unsafe"
    assert refusal(public_key, "ES256", bytes(size)) == "key_unsafe"


def test_p256_coordinates_have_one_form() -> None:
    """Coordinates x and x + p would be one key under two names; points off the curve are none."""
    x, b = 5, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    y = pow(x**3 - 3 * x + b, (P256 + 1) // 4, P256)
    good = public_key("ES256", x.to_bytes(32, "big") + y.to_bytes(32, "big"))
    assert from_jwk(good.jwk()) == good
    for strange in ((x + P256, y), (x, y ^ 1), (y, x)):
        raw = b"".join(number.to_bytes(32, "big") for number in strange)
        assert refusal(public_key, "ES256", raw) == "key_unsafe"


@pytest.mark.parametrize(("seed", "public", "message", "signature"), RFC_8032)
def test_vectors_of_rfc_8032(seed: str, public: str, message: str, signature: str) -> None:
    """Section 7.1: public key and signature come out, and verify."""
    key, text = SigningKey.from_seed(bytes.fromhex(seed)), bytes.fromhex(message)
    assert key.public.raw.hex() == public
    assert key.sign(text).hex() == signature
    key.public.verify(text, bytes.fromhex(signature))


def test_the_name_of_a_key_is_its_thumbprint() -> None:
    """RFC 8037 appendix A.3, and RFC 7638 computed by hand for P-256."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert from_jwk(jwk).kid == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    members = json.dumps(P256_KEY.public.jwk(), sort_keys=True, separators=(",", ":"))
    assert P256_KEY.public.kid == b64url_encode(hashlib.sha256(members.encode()).digest())


@given(st.binary(max_size=50), st.sampled_from([KEY, P256_KEY]), st.integers(0, 511))
def test_a_signature_fits_its_message_and_key_only(
    message: bytes, key: SigningKey, bit: int
) -> None:
    """Both algorithms sign 64 bytes; another message, key or any other bit does not verify."""
    signature = key.sign(message)
    assert len(signature) == 64
    key.public.verify(message, signature)
    flipped = bytearray(signature)
    flipped[bit // 8] ^= 1 << bit % 8
    other = SigningKey.from_seed(b"1" * 32)
    for verifier, text, value in [
        (key.public, message + b"!", signature),
        (key.public, message, bytes(flipped)),
        (key.public, message, signature[:-1]),
        (key.public, message, signature + b"\0"),
        (other.public, message, signature),
    ]:
        assert refusal(verifier.verify, text, value) == "signature_invalid"


def test_malleable_signatures_are_refused() -> None:
    """S + L signs as well as S does, and every R of small order or beyond the prime is strange."""
    signature = KEY.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    strange = [signature[:32] + (s + L).to_bytes(32, "little")]
    strange += [encoded(y, sign) + signature[32:] for y in SMALL_ORDER_Y for sign in (0, 1)]
    strange += [encoded(y) + signature[32:] for y in range(P, 2**255)]
    strange += [encoded(1) + bytes(32), bytes(64), b"\xff" * 64]
    for value in strange:
        assert refusal(KEY.public.verify, b"message", value) == "signature_invalid"


def test_a_signature_with_a_small_order_nonce_is_refused_though_its_equation_holds() -> None:
    """R = identity and S = k·a fulfil RFC 8032's equation; only our rule refuses them."""
    digest = hashlib.sha512(bytes(32)).digest()
    scalar = int.from_bytes(digest[:32], "little") & (2**254 - 8) | 2**254
    for count in range(100):
        message = b"%d" % count
        hashed = hashlib.sha512(encoded(1) + KEY.public.raw + message).digest()
        k = int.from_bytes(hashed, "little") % L
        forged = encoded(1) + (k * scalar % L).to_bytes(32, "little")
        ed25519.Ed25519PublicKey.from_public_bytes(KEY.public.raw).verify(forged, message)
        assert refusal(KEY.public.verify, message, forged) == "signature_invalid"


JWK = KEY.public.jwk()
P256_JWK = P256_KEY.public.jwk()


@pytest.mark.parametrize(
    "jwk",
    [
        {},
        JWK | {"kid": "x"},
        JWK | {"d": JWK["x"]},
        JWK | {"kty": "EC"},
        JWK | {"crv": "X25519"},
        JWK | {"crv": ["Ed25519"]},
        JWK | {"y": JWK["x"]},
        P256_JWK | {"crv": "P-384"},
        P256_JWK | {"alg": "ES256"},
        {name: P256_JWK[name] for name in ("crv", "kty", "x")},
        P256_JWK | {"x": b64url_encode(b"\0" + b64url_decode(P256_JWK["x"]))},
        P256_JWK | {"x": P256_JWK["y"], "y": P256_JWK["x"]},
    ],
)
def test_jwks_have_exactly_their_members(jwk: dict[str, Any]) -> None:
    """Missing, further or contradicting members are refused."""
    assert refusal(from_jwk, jwk) == "key_unsafe"


@pytest.mark.parametrize("x", [JWK["x"] + "=", JWK["x"][:-1] + "B", 7, None, "A" * 41])
def test_trap_6_jwk_texts_are_strict(x: Any) -> None:
    """Padding, stray bits and other types are refused in coordinates, too."""
    assert refusal(from_jwk, JWK | {"x": x}) == "base64_invalid"


@pytest.mark.parametrize("key", [KEY, P256_KEY])
def test_private_keys_survive_their_file(key: SigningKey) -> None:
    """PKCS#8 PEM with and without a password; a wrong or missing one is refused."""
    assert SigningKey.from_pem(key.to_pem()).public == key.public
    assert SigningKey.from_pem(key.to_pem(), b"not needed").public == key.public
    sealed = key.to_encrypted_pem(b"secret", bytes(range(32)))
    assert b"ENCRYPTED" in sealed
    assert SigningKey.from_pem(sealed, b"secret").public == key.public
    for password in (b"wrong", b"", None):
        assert refusal(SigningKey.from_pem, sealed, password) == "key_is_locked"


def test_other_private_keys_are_refused() -> None:
    """Other curves, a curve the library does not know (SM2), and what is no key at all."""
    private: list[Any] = [
        x25519.X25519PrivateKey.from_private_bytes(bytes(32)),
        ec.derive_private_key(7, ec.SECP384R1()),
    ]
    pems = [
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        for key in private
    ]
    sm2 = (
        "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAGh"
        "RANCAAQ" + "A" * 85 + "="
    )
    pems += [f"-----BEGIN PRIVATE KEY-----\n{sm2}\n-----END PRIVATE KEY-----\n".encode()]
    pems += [b"", b"no key", KEY.to_pem()[:60]]
    for pem in pems:
        assert refusal(SigningKey.from_pem, pem) == "key_unsafe"


def test_the_library_is_the_judge_behind_our_rule() -> None:
    """Whatever the library does not verify is refused in our words, never raised in its own."""
    with pytest.raises(InvalidSignature):
        ed25519.Ed25519PublicKey.from_public_bytes(KEY.public.raw).verify(bytes(64), b"")
    assert refusal(KEY.public.verify, b"", KEY.sign(b"other")) == "signature_invalid"
    with pytest.raises(ValueError, match="32 bytes"):
        SigningKey.from_seed(b"short")
