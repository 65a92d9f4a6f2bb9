"""Signed and sealed commands: each malformed part has its code and its place."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import Tree
from ledger.envelope import (
    LONGEST_SUBMISSION,
    TYPE,
    Envelope,
    Sealer,
    line_of_manifest,
    read_envelope,
    read_submission,
    sign_payload,
    verify_signatures,
)
from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.sealing import sealed_once

KEYS = [SigningKey.from_seed(bytes([number]) * 32) for number in range(4)]
HARDWARE = SigningKey(ec.derive_private_key(7, ec.SECP256R1()))
BOUND = {key.public.kid: key.public for key in [*KEYS, HARDWARE]}
JTI = "01930000-0000-7000-8000-000000000000"
SEALER = Sealer(lambda: b"0123456789abcdef")
PAYLOAD: dict[str, Tree] = {
    "aud": "test.example/ledger",
    "body": {"amount": {"sd": SEALER("amount", "1.00")}, "note": "确权"},
    "by": "pty_x",
    "exp": 1_700_000_600,
    "iat": 1_700_000_000,
    "jti": JTI,
    "kind": "test.kind",
    "salt": {"sd": SEALER("salt", "s")},
    "ver": 1,
}
DISCLOSED: list[Tree] = list(SEALER.disclosed)


def submission(**changes: Any) -> bytes:
    """A good submission, but for what is changed."""
    good = {"command": sign_payload(PAYLOAD, KEYS[:1]), "disclosures": DISCLOSED}
    return canonical.encode(good | changes)


def refused(act: Callable[[], object]) -> tuple[str, str]:
    """The code with which `act` is refused, and the place."""
    with pytest.raises(Refused) as caught:
        act()
    return caught.value.code.value, caught.value.place


def payload_refused(**changes: Any) -> tuple[str, str]:
    """How a submission whose payload is changed so is refused."""
    command = sign_payload(PAYLOAD | changes, KEYS[:1])
    return refused(lambda: read_submission(submission(command=command)))


def test_a_good_submission_is_read() -> None:
    """Parts, digest, disclosures; the tree is kept as it came; all signatures verify."""
    keys = [*KEYS[:2], HARDWARE]
    envelope = read_submission(submission(command=sign_payload(PAYLOAD, keys)))
    assert envelope.payload == PAYLOAD
    assert (envelope.by, envelope.jti, envelope.kind) == ("pty_x", JTI, "test.kind")
    digest = hashlib.sha256(b64url_decode(envelope.tree["payload"])).digest()
    assert envelope.digest == b64url_encode(digest)
    assert sorted(envelope.disclosures.values()) == [("amount", "1.00"), ("salt", "s")]
    assert [item.kid for item in envelope.signatures] == sorted(key.public.kid for key in keys)
    verify_signatures(envelope, BOUND)


def test_the_signature_is_a_jws_that_foreign_code_verifies() -> None:
    """RFC 7515 sections 5.1 and 7.2.1, and RFC 8037, by hand: header, signing input, key."""
    tree = json.loads(json.dumps(sign_payload(PAYLOAD, KEYS[:1])))
    (signature,) = tree["signatures"]
    pad = "=" * 4
    header = json.loads(base64.urlsafe_b64decode(signature["protected"] + pad))
    assert header == {"alg": "Ed25519", "kid": KEYS[0].public.kid, "typ": TYPE}
    private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(32))
    private.public_key().verify(
        base64.urlsafe_b64decode(signature["signature"] + pad),
        f"{signature['protected']}.{tree['payload']}".encode("ascii"),
    )
    assert json.loads(base64.urlsafe_b64decode(tree["payload"] + pad)) == PAYLOAD


def test_a_sealed_field_is_the_digest_of_rfc_9901() -> None:
    """Section 4.2: SHA-256 over the base64url text of [salt, name, value]."""
    text = base64.urlsafe_b64encode(b'["MDEyMzQ1Njc4OWFiY2RlZg","amount","1.00"]').rstrip(b"=")
    assert DISCLOSED[0] == text.decode()
    digest = base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()
    assert PAYLOAD["body"] == {"amount": {"sd": digest}, "note": "确权"}
    assert digest in sealed_once(PAYLOAD)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"aud": ""}, ("envelope_malformed", "/payload/aud")),
        ({"by": "x" * 201}, ("envelope_malformed", "/payload/by")),
        ({"kind": 7}, ("envelope_malformed", "/payload/kind")),
        ({"iat": True}, ("envelope_malformed", "/payload/iat")),
        ({"iat": -1}, ("envelope_malformed", "/payload/iat")),
        ({"exp": "1700000600"}, ("envelope_malformed", "/payload/exp")),
        ({"exp": 1_699_999_999}, ("envelope_malformed", "/payload/exp")),
        ({"exp": 1_700_000_001 + 7 * 86_400}, ("envelope_malformed", "/payload/exp")),
        ({"ver": None}, ("envelope_malformed", "/payload/ver")),
        ({"jti": JTI.replace("-7", "-4")}, ("envelope_malformed", "/payload/jti")),
        ({"jti": JTI.replace("-8", "-c")}, ("envelope_malformed", "/payload/jti")),
        ({"jti": JTI + "\n"}, ("envelope_malformed", "/payload/jti")),
        ({"jti": "01930000-0000-7000-8000-00000000000A"}, ("envelope_malformed", "/payload/jti")),
        ({"body": []}, ("envelope_malformed", "/payload/body")),
        ({"expect": []}, ("envelope_malformed", "/payload/expect")),
        ({"expect": {"a": -1}}, ("envelope_malformed", "/payload/expect")),
        ({"expect": {"a": True}}, ("envelope_malformed", "/payload/expect")),
        ({"more": 1}, ("field_unknown", "/payload/more")),
    ],
)
def test_payload_fields_have_their_form(changes: Any, expected: tuple[str, str]) -> None:
    """Types, bounds, UUIDv7 in lower case, at most seven days, nothing more."""
    assert payload_refused(**changes) == expected


@pytest.mark.parametrize("name", sorted(PAYLOAD))
def test_payload_fields_are_all_needed(name: str) -> None:
    """A missing field is named."""
    payload = {key: value for key, value in PAYLOAD.items() if key != name}
    tree = sign_payload(payload, KEYS[:1])
    assert refused(lambda: read_envelope(tree)) == ("field_missing", f"/payload/{name}")


GOOD = sign_payload(PAYLOAD, KEYS[:2])
SIGNATURES: Any = GOOD["signatures"]
ONE = SIGNATURES[0]
LINE = line_of_manifest(PAYLOAD, JTI, 0, [bytes(32)])
PROOF: Any = LINE["manifest"]
LOOSE = b64url_encode(json.dumps(PAYLOAD).encode())


def header(**changes: Any) -> dict[str, str]:
    """A signature whose protected header is changed so."""
    head = canonical.decode(b64url_decode(ONE["protected"])) | changes
    return {**ONE, "protected": b64url_encode(canonical.encode(head))}


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        ([], ("envelope_malformed", "/command")),
        ({"payload": GOOD["payload"]}, ("envelope_malformed", "/command")),
        (GOOD | LINE, ("envelope_malformed", "/command")),
        ({"signatures": SIGNATURES}, ("field_missing", "/command/payload")),
        (GOOD | {"header": {}}, ("field_unknown", "/command/header")),
        (GOOD | {"payload": 7}, ("base64_invalid", "/command/payload")),
        (GOOD | {"payload": f"{GOOD['payload']}="}, ("base64_invalid", "/command/payload")),
        (GOOD | {"payload": LOOSE}, ("json_not_canonical", "/command/payload")),
        (GOOD | {"payload": b64url_encode(b"[]")}, ("envelope_malformed", "/payload")),
        (GOOD | {"signatures": {}}, ("envelope_malformed", "/command/signatures")),
        (GOOD | {"signatures": []}, ("envelope_malformed", "/command/signatures")),
        (GOOD | {"signatures": [ONE] * 5}, ("envelope_malformed", "/command/signatures")),
        (GOOD | {"signatures": [ONE, ONE]}, ("envelope_malformed", "/command/signatures")),
        (GOOD | {"signatures": SIGNATURES[::-1]}, ("envelope_malformed", "/command/signatures")),
        (GOOD | {"signatures": ["x"]}, ("envelope_malformed", "/command/signatures/0")),
        (
            GOOD | {"signatures": [ONE | {"header": {}}]},
            ("field_unknown", "/command/signatures/0/header"),
        ),
        (
            GOOD | {"signatures": [ONE | {"signature": "AB"}]},
            ("base64_invalid", "/command/signatures/0/signature"),
        ),
        (
            GOOD | {"signatures": [ONE | {"protected": "e30=="}]},
            ("base64_invalid", "/command/signatures/0/protected"),
        ),
        (
            GOOD | {"signatures": [ONE | {"protected": b64url_encode(b"{ }")}]},
            ("json_not_canonical", "/command/signatures/0/protected"),
        ),
        (
            GOOD | {"signatures": [header(typ="JWT")]},
            ("envelope_malformed", "/command/signatures/0/protected"),
        ),
        (
            GOOD | {"signatures": [header(alg="none")]},
            ("envelope_malformed", "/command/signatures/0/protected"),
        ),
        (
            GOOD | {"signatures": [header(alg=["Ed25519"])]},
            ("envelope_malformed", "/command/signatures/0/protected"),
        ),
        (
            GOOD | {"signatures": [header(kid=7)]},
            ("envelope_malformed", "/command/signatures/0/protected"),
        ),
        *(
            (
                GOOD | {"signatures": [header(**{name: []})]},
                ("field_unknown", f"/command/signatures/0/protected/{name}"),
            )
            for name in ("crit", "jwk", "x5u", "b64")
        ),
        (LINE | {"manifest": []}, ("envelope_malformed", "/command/manifest")),
        (LINE | {"manifest": {}}, ("field_missing", "/command/manifest/index")),
        (LINE | {"manifest": PROOF | {"index": "0"}}, ("envelope_malformed", "/command/manifest")),
        (LINE | {"manifest": PROOF | {"jti": 0}}, ("envelope_malformed", "/command/manifest")),
        (
            LINE | {"manifest": PROOF | {"path": "x"}},
            ("envelope_malformed", "/command/manifest/path"),
        ),
        (
            LINE | {"manifest": PROOF | {"path": ["AAAA"]}},
            ("envelope_malformed", "/command/manifest/path"),
        ),
        (
            LINE | {"manifest": PROOF | {"path": PROOF["path"] * 41}},
            ("envelope_malformed", "/command/manifest/path"),
        ),
        (
            LINE | {"manifest": PROOF | {"path": ["A"]}},
            ("base64_invalid", "/command/manifest/path"),
        ),
    ],
)
def test_commands_have_their_form(tree: Any, expected: tuple[str, str]) -> None:
    """Strict texts, protected headers with exactly alg, kid and typ, sorted signatures, proofs."""
    assert refused(lambda: read_envelope(tree)) == expected


def test_a_manifest_line_carries_its_proof() -> None:
    """Index, jti and path are read; there are no signatures."""
    proof = read_envelope(LINE).manifest
    assert proof is not None
    assert (proof.jti, proof.index, proof.path) == (JTI, 0, (bytes(32),))
    assert read_envelope(LINE).signatures == ()


def disclosure(*content: Any) -> str:
    """The text of a disclosure with this content."""
    return b64url_encode(canonical.encode(list(content)))


SALT = b64url_encode(bytes(16))


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (DISCLOSED[:1], ("disclosure_missing", "/disclosures")),
        ([], ("disclosure_missing", "/disclosures")),
        (DISCLOSED * 2, ("disclosure_does_not_fit", "/disclosures/2")),
        ([*DISCLOSED, disclosure(SALT, "x", 1)], ("disclosure_does_not_fit", "/disclosures/2")),
        ([disclosure(SALT, "amount", "1.00")], ("disclosure_does_not_fit", "/disclosures/0")),
        ([disclosure(SALT[:-2], "a", 1)], ("disclosure_does_not_fit", "/disclosures/0")),
        ([disclosure(SALT, 7, 1)], ("disclosure_does_not_fit", "/disclosures/0")),
        ([disclosure(7, "a", 1)], ("disclosure_does_not_fit", "/disclosures/0")),
        ([disclosure(SALT, "a")], ("disclosure_does_not_fit", "/disclosures/0")),
        ([b64url_encode(b"{}")], ("disclosure_does_not_fit", "/disclosures/0")),
        ([b64url_encode(b"[ ]")], ("json_not_canonical", "/disclosures/0")),
        (["==="], ("base64_invalid", "/disclosures/0")),
        ("x", ("envelope_malformed", "/disclosures")),
        ([7], ("envelope_malformed", "/disclosures")),
    ],
)
def test_disclosures_fit_one_to_one(texts: Any, expected: tuple[str, str]) -> None:
    """Missing, double, stray, of another salt, with a short salt or of another form."""
    assert refused(lambda: read_submission(submission(disclosures=texts))) == expected


def test_one_digest_in_two_places_is_refused() -> None:
    """RFC 9901 section 7.1: a digest that stands twice could be read as two values."""
    body: Any = PAYLOAD["body"]
    changed = {"body": body | {"price": body["amount"]}}
    assert payload_refused(**changed) == ("disclosure_does_not_fit", "/payload/body")


def test_documents_come_along_only_where_a_field_names_them() -> None:
    """A document is kept for ever: one whose digest stands nowhere is refused."""
    name = b64url_encode(hashlib.sha256(b"calendar").digest())
    documents = [b64url_encode(b"calendar")]
    assert refused(lambda: read_submission(submission(documents=documents))) == (
        "field_unknown",
        "/documents",
    )
    assert refused(lambda: read_submission(submission(documents=["A"]))) == (
        "base64_invalid",
        "/documents/0",
    )
    body: Any = PAYLOAD["body"]
    command = sign_payload(PAYLOAD | {"body": body | {"calendar": name}}, KEYS[:1])
    envelope = read_submission(submission(command=command, documents=documents))
    assert envelope.documents == {name: b"calendar"}


def test_submissions_are_bounded() -> None:
    """More than a million bytes are not even parsed."""
    large = b" " * (LONGEST_SUBMISSION + 1)
    assert refused(lambda: read_submission(large)) == ("bytes_too_large", "")
    assert refused(lambda: read_submission(b"[]"))[0] == "envelope_malformed"
    assert refused(lambda: read_submission(b"{}")) == ("field_missing", "/command")
    assert refused(lambda: read_submission(submission(more=1))) == ("field_unknown", "/more")


def test_trap_7_eddsa_is_ed25519_for_ed25519_keys_only() -> None:
    """RFC 9864's name and the older one are taken for such a key; ES256 is another key's."""
    text = GOOD["payload"]

    def verify(alg: str, signer: SigningKey, named: SigningKey) -> None:
        head = {"alg": alg, "kid": named.public.kid, "typ": TYPE}
        protected = b64url_encode(canonical.encode(head))
        value = b64url_encode(signer.sign(f"{protected}.{text}".encode()))
        signature: Tree = {"protected": protected, "signature": value}
        verify_signatures(read_envelope({"payload": text, "signatures": [signature]}), BOUND)

    for alg in ("Ed25519", "EdDSA"):
        verify(alg, KEYS[0], KEYS[0])
        assert refused(lambda alg=alg: verify(alg, HARDWARE, HARDWARE))[0] == "signature_invalid"
    verify("ES256", HARDWARE, HARDWARE)
    assert refused(lambda: verify("ES256", KEYS[0], KEYS[0]))[0] == "signature_invalid"
    assert refused(lambda: verify("Ed25519", KEYS[0], KEYS[1]))[0] == "signature_invalid"


def test_a_key_that_is_not_bound_is_unknown() -> None:
    """Every signature is needed: one strange key among good ones refuses the command."""
    envelope = read_envelope(GOOD)
    keys = {KEYS[0].public.kid: KEYS[0].public}
    assert refused(lambda: verify_signatures(envelope, keys))[0] == "key_unknown"


def accepted(data: bytes) -> Envelope | None:
    """The envelope of a submission with good signatures, or None."""
    try:
        envelope = read_submission(data)
        verify_signatures(envelope, BOUND)
    except Refused:
        return None
    return envelope


SIGNED = submission(command=sign_payload(PAYLOAD, [KEYS[0], HARDWARE]))


def test_trap_6_one_flipped_bit_is_refused_or_the_same_command() -> None:
    """No bit of a submission, whichever it is, makes another accepted command of it."""
    original = accepted(SIGNED)
    assert original is not None
    for bit in range(len(SIGNED) * 8):
        flipped = bytearray(SIGNED)
        flipped[bit // 8] ^= 1 << bit % 8
        envelope = accepted(bytes(flipped))
        assert envelope is None or envelope.tree == original.tree


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_or_read(data: bytes) -> None:
    """Hostile bytes as submission, payload or header raise nothing but `Refused`."""
    text = b64url_encode(data)
    assert accepted(data) is None
    assert accepted(submission(command=GOOD | {"payload": text})) is None
    assert accepted(submission(command=GOOD | {"signatures": [ONE | {"protected": text}]})) is None
    assert accepted(submission(disclosures=[text])) is None
