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
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import Tree, decode, encode, parse
from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey, SigningKey

TYPE = "duebill-command+jws"
"""The `typ` of the protected header: a signature for anything else can never be a command."""
LONGEST_SUBMISSION = 1_000_000
"""Bytes of one submission: the command, its disclosures and its rule documents."""
LONGEST_SALT = 64
"""Bytes of a disclosure's salt: what is kept for ever is not for anybody to fill."""
MOST_SIGNATURES = 4
LIFETIME_S = 7 * 24 * 3600
"""`exp` is at most this many seconds after `iat`."""

_JTI = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_DIGEST = re.compile(rb'"([A-Za-z0-9_-]{43})"')
_PAYLOAD_FIELDS = frozenset({"aud", "body", "by", "exp", "iat", "jti", "kind", "salt", "ver"})
_ALGORITHMS = {"Ed25519": "Ed25519", "EdDSA": "Ed25519", "ES256": "ES256"}


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature: the key's thumbprint, the algorithm it belongs to, the signed header."""

    kid: str
    alg: str
    protected: str
    value: bytes


@dataclass(frozen=True, slots=True)
class ManifestProof:
    """Where a line stands: the manifest's `jti`, the line's index, the path to the root."""

    jti: str
    index: int
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A command whose bytes are in order. `tree` is what the entry stores, never re-encoded.

    `digest` is the base64url SHA-256 of the payload: the identity of the command. `disclosures`
    maps the digest of each sealed field to its (name, value); `disclosed` and `documents` are the
    texts that are kept beside the log. `verified` says that all signatures verify under the keys
    they name.
    """

    tree: Mapping[str, Any]
    payload: Mapping[str, Any]
    digest: str
    signatures: tuple[Signature, ...]
    manifest: ManifestProof | None
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


def read_submission(data: bytes) -> Envelope:
    """The envelope of ``{"command", "disclosures"?, "documents"?}``. Raises `Refused`.

    Disclosures must fit the sealed fields one to one.
    """
    if len(data) > LONGEST_SUBMISSION:
        raise Refused(
            RefusalCode.BYTES_TOO_LARGE, f"A submission has at most {LONGEST_SUBMISSION} bytes."
        )
    tree = parse(data)
    _need_fields(tree, {"command"}, {"disclosures", "documents"}, "")
    envelope = read_envelope(
        tree["command"],
        _texts(tree.get("disclosures", []), "/disclosures"),
        _texts(tree.get("documents", []), "/documents"),
    )
    missing = sealed_digests(envelope.payload) - envelope.disclosures.keys()
    if missing:
        raise Refused(
            RefusalCode.DISCLOSURE_MISSING,
            f"{len(missing)} sealed fields came without their disclosure.",
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
    _need_fields(tree, {"payload"}, {"signatures", "manifest"}, "/command")
    if ("signatures" in tree) == ("manifest" in tree):
        raise _malformed("A command carries either signatures or a manifest proof.", "/command")
    with _placed("/command/payload"):
        payload_bytes = b64url_decode(tree["payload"])
        payload = decode(payload_bytes)
    _check_payload(payload)
    return Envelope(
        tree=tree,
        payload=payload,
        digest=b64url_encode(hashlib.sha256(payload_bytes).digest()),
        signatures=_read_signatures(tree["signatures"]) if "signatures" in tree else (),
        manifest=_read_manifest(tree["manifest"]) if "manifest" in tree else None,
        disclosures=_read_disclosures(disclosed, _sealed_once(payload)),
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


class Sealer:
    """Seals fields while a command is drafted; collects the disclosures.

    `salt` gives 16 fresh random bytes at each call: randomness is the drafter's.
    """

    def __init__(self, salt: Callable[[], bytes]) -> None:
        self._salt = salt
        self.disclosed: list[str] = []

    def __call__(self, name: str, value: Tree) -> str:
        """The digest to put in place of `value`."""
        text = b64url_encode(encode([b64url_encode(self._salt()), name, value]))
        self.disclosed.append(text)
        return _digest_of(text.encode())


def sealed_digests(tree: Any) -> frozenset[str]:
    """All digests that stand in a payload as ``{"sd": …}``."""
    return frozenset(_sealed(tree))


def _sealed_once(payload: Any) -> frozenset[str]:
    """As `sealed_digests`; raises `Refused` for a digest in two places (RFC 9901, section 7.1)."""
    found = _sealed(payload)
    if len(found) != len(set(found)):
        raise Refused(
            RefusalCode.DISCLOSURE_DOES_NOT_FIT,
            "One digest stands for two sealed fields.",
            place="/payload/body",
        )
    return frozenset(found)


def _sealed(tree: Any) -> list[str]:
    found: list[str] = []
    waiting = [tree]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if set(value) == {"sd"} and isinstance(value["sd"], str):
                found.append(value["sd"])
            else:
                waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return found


def read_disclosure(text: str) -> tuple[str, str, Any]:
    """The (digest, name, value) of one disclosure. Raises `Refused` unless in strict form."""
    content = decode(b64url_decode(text))
    if (
        not isinstance(content, list)
        or len(content) != 3
        or not isinstance(content[0], str)
        or not isinstance(content[1], str)
    ):
        raise Refused(
            RefusalCode.DISCLOSURE_DOES_NOT_FIT, "A disclosure is the list [salt, name, value]."
        )
    if not 16 <= len(b64url_decode(content[0])) <= LONGEST_SALT:
        raise Refused(
            RefusalCode.DISCLOSURE_DOES_NOT_FIT,
            f"The salt of {content[1][:60]!r} is not 16 to {LONGEST_SALT} bytes.",
        )
    return _digest_of(text.encode()), content[1], content[2]


def _read_disclosures(
    disclosed: Sequence[str], expected: frozenset[str]
) -> dict[str, tuple[str, Any]]:
    found: dict[str, tuple[str, Any]] = {}
    for index, text in enumerate(disclosed):
        with _placed(f"/disclosures/{index}"):
            digest, name, value = read_disclosure(text)
        if digest not in expected or digest in found:
            raise Refused(
                RefusalCode.DISCLOSURE_DOES_NOT_FIT,
                f"The disclosure of {name[:60]!r} belongs to no sealed field of this payload.",
                place=f"/disclosures/{index}",
            )
        found[digest] = (name, value)
    return found


def _read_documents(documents: Sequence[str]) -> dict[str, bytes]:
    found = {}
    for index, text in enumerate(documents):
        with _placed(f"/documents/{index}"):
            data = b64url_decode(text)
        found[_digest_of(data)] = data
    return found


def named_digests(envelope: Envelope) -> frozenset[str]:
    """Whatever the payload or a disclosure names that has the form of a SHA-256 digest."""
    texts = [envelope.tree["payload"], *envelope.disclosed]
    said = b"".join(b64url_decode(text) for text in texts)
    return frozenset(found.decode() for found in _DIGEST.findall(said))


def _check_named(envelope: Envelope) -> None:
    """Nothing is kept beside the log for ever that no field asks for."""
    named = named_digests(envelope) if envelope.documents else frozenset()
    for digest in envelope.documents:
        if digest not in named:
            raise Refused(
                RefusalCode.FIELD_UNKNOWN,
                f"No field names the document with the SHA-256 {digest}.",
                place="/documents",
            )


def _check_payload(payload: Any) -> None:
    _need_fields(payload, _PAYLOAD_FIELDS, {"expect"}, "/payload")
    for name in ("aud", "by", "kind"):
        if not isinstance(payload[name], str) or not 0 < len(payload[name]) <= 200:
            raise _malformed(f"{name} is not a text of 1 to 200 characters.", f"/payload/{name}")
    for name in ("iat", "exp", "ver"):
        if type(payload[name]) is not int or payload[name] < 0:
            raise _malformed(f"{name} is not a whole number.", f"/payload/{name}")
    if not isinstance(payload["jti"], str) or not _JTI.fullmatch(payload["jti"]):
        raise _malformed("jti is not a UUID of version 7 in lower case.", "/payload/jti")
    if not payload["iat"] <= payload["exp"] <= payload["iat"] + LIFETIME_S:
        raise _malformed("exp is not within 7 days after iat.", "/payload/exp")
    if not isinstance(payload["body"], dict):
        raise _malformed("body is not an object.", "/payload/body")
    _check_expect(payload.get("expect", {}))


def _check_expect(expect: Any) -> None:
    if not isinstance(expect, dict) or any(
        type(seq) is not int or seq < 0 for seq in expect.values()
    ):
        raise _malformed("expect maps record ids to sequence numbers.", "/payload/expect")


def _read_signatures(tree: Any) -> tuple[Signature, ...]:
    if not isinstance(tree, list) or not 1 <= len(tree) <= MOST_SIGNATURES:
        raise _malformed("A command has one to four signatures.", "/command/signatures")
    signatures = tuple(
        _read_signature(item, f"/command/signatures/{index}") for index, item in enumerate(tree)
    )
    kids = [signature.kid for signature in signatures]
    if kids != sorted(set(kids)):
        raise _malformed("Signatures are sorted by kid, one per key.", "/command/signatures")
    return signatures


def _read_signature(tree: Any, place: str) -> Signature:
    _need_fields(tree, {"protected", "signature"}, set(), place)
    with _placed(f"{place}/protected"):
        header = decode(b64url_decode(tree["protected"]))
    _need_fields(header, {"alg", "kid", "typ"}, set(), f"{place}/protected")
    if header["typ"] != TYPE or not isinstance(header["kid"], str):
        raise _malformed(f"The header is not of type {TYPE} with a kid.", f"{place}/protected")
    if not isinstance(header["alg"], str) or header["alg"] not in _ALGORITHMS:
        raise _malformed("The algorithm is neither Ed25519 nor ES256.", f"{place}/protected")
    with _placed(f"{place}/signature"):
        value = b64url_decode(tree["signature"])
    return Signature(header["kid"], _ALGORITHMS[header["alg"]], tree["protected"], value)


def _read_manifest(tree: Any) -> ManifestProof:
    place = "/command/manifest"
    _need_fields(tree, {"index", "jti", "path"}, set(), place)
    if type(tree["index"]) is not int or not isinstance(tree["jti"], str):
        raise _malformed("index is a whole number and jti a text.", place)
    with _placed(f"{place}/path"):
        path = tuple(b64url_decode(node) for node in _texts(tree["path"], f"{place}/path"))
    if len(path) > 40 or any(len(node) != 32 for node in path):
        raise _malformed("The path has at most 40 hashes of 32 bytes.", f"{place}/path")
    return ManifestProof(tree["jti"], tree["index"], path)


def _need_fields(tree: Any, required: Any, optional: Any, place: str) -> None:
    if not isinstance(tree, dict):
        raise _malformed("This is not an object.", place)
    for name in sorted(required - tree.keys()):
        raise Refused(RefusalCode.FIELD_MISSING, f"{name} is missing.", place=f"{place}/{name}")
    for name in sorted(tree.keys() - required - optional):
        raise Refused(RefusalCode.FIELD_UNKNOWN, f"{name!r} is unknown.", place=f"{place}/{name}")


def _texts(tree: Any, place: str) -> list[str]:
    if not isinstance(tree, list) or not all(isinstance(item, str) for item in tree):
        raise _malformed("This is not a list of texts.", place)
    return cast("list[str]", tree)


def _digest_of(data: bytes) -> str:
    return b64url_encode(hashlib.sha256(data).digest())


@contextmanager
def _placed(place: str) -> Iterator[None]:
    """A refusal inside says where it happened."""
    try:
        yield
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=place) from None


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.ENVELOPE_MALFORMED, detail, place=place)
