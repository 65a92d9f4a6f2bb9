"""Signed and sealed commands: bytes in, an `Envelope` whose form is sound out.

A command travels as a JWS in general JSON serialization (RFC 7515, section 7.2.1): the payload is
canonical JSON, and one to four signatures stand beside it, sorted by key id. A line of a manifest
carries the proof that it stands under a signed list instead. What is sealed in the payload comes
with its disclosures (RFC 9901): ``base64url([salt, name, value])``, whose SHA-256 stands in place
of the value.

This file knows the mathematics and no command, no party: whose key it is and what it may sign is
judged later, at the command's place in the order.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar, cast

from msgspec import Struct

from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import Tree, decode, encode, encode_again, parse
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey, SigningKey
from ledger.sealing import (
    LONGEST_SALT,
    Sealer,
    read_disclosure,
    read_disclosures,
    sealed_once,
)

__all__ = [
    "LIFETIME_S",
    "LONGEST_SALT",
    "LONGEST_SUBMISSION",
    "MOST_SIGNATURES",
    "TYPE",
    "Envelope",
    "ManifestProof",
    "Sealer",
    "Signature",
    "line_of_manifest",
    "named_digests",
    "read_disclosure",
    "read_envelope",
    "read_submission",
    "sign_payload",
    "verify_signatures",
]

TYPE = "duebill-command+jws"
"""The `typ` of the protected header: a signature for anything else can never be a command."""
LONGEST_SUBMISSION = 1_000_000
"""Bytes of one submission: the command, its disclosures and its rule documents."""
MOST_SIGNATURES = 4
LIFETIME_S = 7 * 24 * 3600
"""`exp` is at most this many seconds after `iat`."""

_JTI = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGEST = re.compile(rb'"([A-Za-z0-9_-]{43})"')
_PAYLOAD_FIELDS = frozenset({"aud", "body", "by", "exp", "iat", "jti", "kind", "salt", "ver"})
_SUBMISSION_FIELDS = frozenset({"command"})
_COMMAND_FIELDS = frozenset({"payload"})
_SIGNATURE_FIELDS = frozenset({"protected", "signature"})
_HEADER_FIELDS = frozenset({"alg", "kid", "typ"})
_PROOF_FIELDS = frozenset({"index", "jti", "path"})
_MAY_SUBMISSION = _SUBMISSION_FIELDS | {"disclosures", "documents"}
_MAY_COMMAND = _COMMAND_FIELDS | {"signatures", "manifest"}
_MAY_PAYLOAD = _PAYLOAD_FIELDS | {"expect"}
_LONGEST_HEADER = 200
"""Characters of a protected header that is worth remembering: each key sends the same one."""
_ALGORITHMS = {"Ed25519": "Ed25519", "EdDSA": "Ed25519", "ES256": "ES256"}
_A = TypeVar("_A")
_T = TypeVar("_T")


class Signature(Struct, frozen=True, gc=False):
    """One signature: the key's thumbprint, the algorithm it belongs to, the signed header."""

    kid: str
    alg: str
    protected: str
    value: bytes


class ManifestProof(Struct, frozen=True, gc=False):
    """Where a line stands: the manifest's `jti`, the line's index, the path to the root."""

    jti: str
    index: int
    path: tuple[bytes, ...]


class Envelope(Struct, frozen=True, gc=False):
    """A command whose bytes are in order. `tree` is what the entry stores, as it came.

    `digest` is the base64url SHA-256 of the payload: the identity of the command. `disclosures`
    maps the digest of each of the `sealed` fields to its (name, value); `disclosed` and
    `documents` are the texts that are kept beside the log. `verified` says that all signatures
    verify under the keys they name.
    """

    tree: Mapping[str, Any]
    payload: Mapping[str, Any]
    digest: str
    signatures: tuple[Signature, ...]
    manifest: ManifestProof | None
    sealed: frozenset[str]
    disclosures: Mapping[str, tuple[str, Any]]
    disclosed: tuple[str, ...]
    documents: Mapping[str, bytes]
    verified: bool = False

    @property
    def by(self) -> str:
        """The party that asks."""
        return cast(str, self.payload["by"])

    @property
    def jti(self) -> str:
        """The command's own id (UUIDv7), spent once per party."""
        return cast(str, self.payload["jti"])

    @property
    def kind(self) -> str:
        """The wire name of the command."""
        return cast(str, self.payload["kind"])

    @property
    def text(self) -> bytes:
        """The canonical bytes of `tree`, as an entry stores them."""
        return encode_again(self.tree)


def read_submission(data: bytes) -> Envelope:
    """The envelope of ``{"command", "disclosures"?, "documents"?}``. Raises `Refused`.

    Disclosures must fit the sealed fields one to one.
    """
    if len(data) > LONGEST_SUBMISSION:
        raise Refused(
            RefusalCode.BYTES_TOO_LARGE, f"A submission has at most {LONGEST_SUBMISSION} bytes."
        )
    tree = parse(data)
    _need_fields(tree, "", _SUBMISSION_FIELDS, _MAY_SUBMISSION)
    envelope = read_envelope(
        tree["command"],
        _texts(tree.get("disclosures", []), "/disclosures"),
        _texts(tree.get("documents", []), "/documents"),
    )
    missing = len(envelope.sealed) - len(envelope.disclosures)
    if missing:
        raise Refused(
            RefusalCode.DISCLOSURE_MISSING,
            f"{missing} sealed fields came without their disclosure.",
            place="/disclosures",
        )
    _check_named(envelope)
    return envelope


def read_envelope(
    tree: Any, disclosed: Sequence[str] = (), documents: Sequence[str] = ()
) -> Envelope:
    """The envelope of a command's tree as an entry stores it. Raises `Refused`.

    Disclosures may be missing here (an auditor may not have them), but none may be strange.
    """
    _need_fields(tree, "/command", _COMMAND_FIELDS, _MAY_COMMAND)
    if ("signatures" in tree) == ("manifest" in tree):
        raise _malformed("A command carries either signatures or a manifest proof.", "/command")
    payload_bytes = _at("/command/payload", b64url_decode, tree["payload"])
    payload = _at("/command/payload", decode, payload_bytes)
    _check_payload(payload)
    sealed = sealed_once(payload)
    return Envelope(
        tree=tree,
        payload=payload,
        digest=_digest_of(payload_bytes),
        signatures=_read_signatures(tree["signatures"]) if "signatures" in tree else (),
        manifest=_read_manifest(tree["manifest"]) if "manifest" in tree else None,
        sealed=sealed,
        disclosures=read_disclosures(disclosed, sealed),
        disclosed=tuple(disclosed),
        documents=_read_documents(documents),
    )


def verify_signatures(envelope: Envelope, keys: Mapping[str, PublicKey]) -> None:
    """Raises `Refused` unless every signature verifies under the key its header names."""
    for signature in envelope.signatures:
        key = keys.get(signature.kid)
        if key is None:
            raise Refused(RefusalCode.KEY_UNKNOWN, f"No key {signature.kid} is bound here.")
        if key.alg != signature.alg:
            raise Refused(
                RefusalCode.SIGNATURE_INVALID, f"The key {signature.kid} is not for that algorithm."
            )
        signed = f"{signature.protected}.{envelope.tree['payload']}".encode()
        key.verify(signed, signature.value)


def sign_payload(payload: Mapping[str, Tree], signers: Sequence[SigningKey]) -> dict[str, Tree]:
    """The command tree of `payload` signed by each of `signers`."""
    text = b64url_encode(encode(payload))
    signatures = []
    for signer in sorted(signers, key=lambda signer: signer.public.kid):
        header = {"alg": signer.public.alg, "kid": signer.public.kid, "typ": TYPE}
        protected = b64url_encode(encode(header))
        value = signer.sign(f"{protected}.{text}".encode())
        signatures.append({"protected": protected, "signature": b64url_encode(value)})
    return {"payload": text, "signatures": signatures}


def line_of_manifest(
    payload: Mapping[str, Tree], jti: str, index: int, path: Sequence[bytes]
) -> dict[str, Tree]:
    """The command tree of `payload` as line `index` of the manifest that spent `jti`."""
    proof: dict[str, Tree] = {
        "index": index,
        "jti": jti,
        "path": [b64url_encode(node) for node in path],
    }
    return {"manifest": proof, "payload": b64url_encode(encode(payload))}


def _read_documents(documents: Sequence[str]) -> dict[str, bytes]:
    found = {}
    for index, text in enumerate(documents):
        data = _at(f"/documents/{index}", b64url_decode, text)
        found[_digest_of(data)] = data
    return found


def named_digests(envelope: Envelope) -> frozenset[str]:
    """Whatever the payload or a disclosure names that has the form of a SHA-256 digest."""
    texts = [envelope.tree["payload"], *envelope.disclosed]
    said = b"".join(b64url_decode(text) for text in texts)
    return frozenset(found.decode() for found in _DIGEST.findall(said))


def _check_named(envelope: Envelope) -> None:
    """Nothing is kept beside the log for ever that no field asks for."""
    if not envelope.documents:
        return
    named = named_digests(envelope)
    for digest in envelope.documents:
        if digest not in named:
            raise Refused(
                RefusalCode.FIELD_UNKNOWN,
                f"No field names the document with the SHA-256 {digest}.",
                place="/documents",
            )


def _check_payload(payload: Any) -> None:
    _need_fields(payload, "/payload", _PAYLOAD_FIELDS, _MAY_PAYLOAD)
    for name in ("aud", "by", "kind"):
        text = payload[name]
        if not isinstance(text, str) or not 0 < len(text) <= 200:
            raise _malformed(f"{name} is not a text of 1 to 200 characters.", f"/payload/{name}")
    for name in ("iat", "exp", "ver"):
        number = payload[name]
        if type(number) is not int or number < 0:
            raise _malformed(f"{name} is not a whole number.", f"/payload/{name}")
    if not isinstance(payload["jti"], str) or not _JTI.fullmatch(payload["jti"]):
        raise _malformed("jti is not a UUID of version 7 in lower case.", "/payload/jti")
    if not payload["iat"] <= payload["exp"] <= payload["iat"] + LIFETIME_S:
        raise _malformed("exp is not within 7 days after iat.", "/payload/exp")
    if not isinstance(payload["body"], dict):
        raise _malformed("body is not an object.", "/payload/body")
    if "expect" in payload:
        _check_expect(payload["expect"])


def _check_expect(expect: Any) -> None:
    if not isinstance(expect, dict) or any(
        type(seq) is not int or seq < 0 for seq in expect.values()
    ):
        raise _malformed("expect maps record ids to sequence numbers.", "/payload/expect")


def _read_signatures(tree: Any) -> tuple[Signature, ...]:
    if not isinstance(tree, list) or not 1 <= len(tree) <= MOST_SIGNATURES:
        raise _malformed("A command has one to four signatures.", "/command/signatures")
    signatures = tuple([_read_signature(index, item) for index, item in enumerate(tree)])
    kids = [signature.kid for signature in signatures]
    if len(kids) > 1 and kids != sorted(set(kids)):
        raise _malformed("Signatures are sorted by kid, one per key.", "/command/signatures")
    return signatures


def _read_signature(index: int, tree: Any) -> Signature:
    place = f"/command/signatures/{index}"
    _need_fields(tree, place, _SIGNATURE_FIELDS, _SIGNATURE_FIELDS)
    protected = tree["protected"]
    try:
        short = isinstance(protected, str) and len(protected) <= _LONGEST_HEADER
        kid, alg = _known_header(protected) if short else _read_header(protected)
    except Refused as refused:
        where = f"{place}/protected{refused.place}"
        raise Refused(refused.code, refused.detail, place=where) from None
    try:
        value = b64url_decode(tree["signature"])
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=f"{place}/signature") from None
    return Signature(kid, alg, protected, value)


def _read_header(protected: str) -> tuple[str, str]:
    """The (kid, algorithm) of a protected header; places in it begin at the header."""
    header = decode(b64url_decode(protected))
    _need_fields(header, "", _HEADER_FIELDS, _HEADER_FIELDS)
    if header["typ"] != TYPE or not isinstance(header["kid"], str):
        raise _malformed(f"The header is not of type {TYPE} with a kid.", "")
    if not isinstance(header["alg"], str) or header["alg"] not in _ALGORITHMS:
        raise _malformed("The algorithm is neither Ed25519 nor ES256.", "")
    return header["kid"], _ALGORITHMS[header["alg"]]


_known_header = lru_cache(maxsize=16_384)(_read_header)


def _read_manifest(tree: Any) -> ManifestProof:
    place = "/command/manifest"
    _need_fields(tree, place, _PROOF_FIELDS, _PROOF_FIELDS)
    if type(tree["index"]) is not int or tree["index"] < 0 or not isinstance(tree["jti"], str):
        raise _malformed("index is a whole number and jti a text.", place)
    nodes = _texts(tree["path"], f"{place}/path")
    path = tuple(_at(f"{place}/path", b64url_decode, node) for node in nodes)
    if len(path) > 40 or any(len(node) != 32 for node in path):
        raise _malformed("The path has at most 40 hashes of 32 bytes.", f"{place}/path")
    return ManifestProof(tree["jti"], tree["index"], path)


def _need_fields(tree: Any, place: str, needed: frozenset[str], allowed: frozenset[str]) -> None:
    if not isinstance(tree, dict):
        raise _malformed("This is not an object.", place)
    names = tree.keys()
    if needed <= names <= allowed:
        return
    for name in sorted(needed - names):
        raise Refused(RefusalCode.FIELD_MISSING, f"{name} is missing.", place=f"{place}/{name}")
    for name in sorted(names - allowed):
        raise Refused(RefusalCode.FIELD_UNKNOWN, f"{name!r} is unknown.", place=f"{place}/{name}")


def _texts(tree: Any, place: str) -> list[str]:
    if not isinstance(tree, list) or not set(map(type, tree)) <= {str}:
        raise _malformed("This is not a list of texts.", place)
    return tree


def _digest_of(data: bytes) -> str:
    return b64url_encode(hashlib.sha256(data).digest())


def _at(place: str, read: Callable[[_A], _T], given: _A) -> _T:
    """What `read` gives; a refusal says that it happened at `place`."""
    try:
        return read(given)
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=place) from None


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.ENVELOPE_MALFORMED, detail, place=place)
