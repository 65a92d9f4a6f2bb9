"""The form of many entries at once: what is as it nearly always is passes here, quickly.

A page of entries is decoded by a typed decoder in C, written again, and compared with the bytes:
what comes out the same, in the narrow form that is asked for here, is surely in form. Nothing is
refused here. Whatever is otherwise is read by the exact readers (`read_entry`, `read_envelope`),
which alone say what is wrong; a test holds the one against the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from types import GenericAlias
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import LARGEST_INTEGER
from ledger.chain.entry import LARGEST_ENTRY, read_entry
from ledger.codepoints import forbidden_code_point
from ledger.dates import parse_instant
from ledger.envelope import LIFETIME_S, MOST_SIGNATURES, Envelope, Signature, read_envelope
from ledger.errors import LedgerError

T = TypeVar("T")

_Whole = Annotated[int, Meta(ge=0, le=LARGEST_INTEGER)]
_Name = Annotated[str, Meta(min_length=1, max_length=200)]


def _tree(levels: int) -> Any:
    """The type of any value of so many levels: without floats, with bounded integers."""
    scalar = bool | str | None | Annotated[int, Meta(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)]
    tree: Any = scalar
    for _ in range(levels):
        tree = scalar | GenericAlias(list, tree) | GenericAlias(dict, (str, tree))
    return tree


class _Signature(Struct, forbid_unknown_fields=True, gc=False):
    protected: str
    signature: str


class _Manifest(Struct, forbid_unknown_fields=True, gc=False):
    index: _Whole
    jti: str
    path: Annotated[list[str], Meta(max_length=40)]


class _Command(Struct, forbid_unknown_fields=True, gc=False):
    payload: str
    manifest: _Manifest | UnsetType = UNSET
    signatures: (
        Annotated[list[_Signature], Meta(min_length=1, max_length=MOST_SIGNATURES)] | UnsetType
    ) = UNSET


class _Entry(Struct, forbid_unknown_fields=True, gc=False):
    at: str
    command: _Command
    effects: str
    prev: str
    rules: Annotated[int, Meta(ge=1, le=LARGEST_INTEGER)]
    seq: _Whole
    v: Literal[1]


class _Stored(Struct, gc=False):
    command: _Command


class _Payload(Struct, forbid_unknown_fields=True):
    aud: _Name
    body: dict[str, _tree(5)]  # type: ignore[valid-type] # made for msgspec, not for mypy
    by: _Name
    exp: _Whole
    iat: _Whole
    jti: str
    kind: _Name
    salt: _tree(1)  # type: ignore[valid-type] # made for msgspec, not for mypy
    ver: _Whole
    expect: dict[str, _Whole] | UnsetType = UNSET


@dataclass(slots=True)
class Facts:
    """What the audit goes on with of consecutive entries in form, one item for each.

    `prevs` are base64url, `at_ms` milliseconds since 1970, `sealed` the digests of sealed fields,
    `kids` the keys that signed, `lines` the (party, jti) of the manifest that did instead. By the
    place in the list, `naming` has the payloads that may name a key or sign a manifest.
    """

    seqs: list[int] = field(default_factory=list)
    prevs: list[str] = field(default_factory=list)
    at_ms: list[int] = field(default_factory=list)
    sealed: list[Collection[str]] = field(default_factory=list)
    kids: list[Sequence[str]] = field(default_factory=list)
    lines: list[tuple[str, str] | None] = field(default_factory=list)
    naming: dict[int, Mapping[str, Any]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.seqs)

    def add(self, one: Facts) -> None:
        """Put the facts of one more entry behind."""
        if one.naming:
            self.naming[len(self)] = one.naming[0]
        self.seqs += one.seqs
        self.prevs += one.prevs
        self.at_ms += one.at_ms
        self.sealed += one.sealed
        self.kids += one.kids
        self.lines += one.lines


_ENTRIES: Final = msgspec.json.Decoder(_Entry)
_STORED: Final = msgspec.json.Decoder(_Stored)
_PAYLOADS: Final = msgspec.json.Decoder(_Payload)
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_ODD = (msgspec.MsgspecError, LedgerError, ValueError, RecursionError)
"""What reading raises where something is otherwise than it nearly always is."""

_DIGESTS = re.compile(r"(?:[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]\n)*")
_SIGNATURES = re.compile(r"(?:[A-Za-z0-9_-]{85}[AQgw]\n)*")
_JTIS = re.compile(r"(?:[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\n)*")

NAMING = frozenset({"manifest.sign", "log_key.rotate", "log_key.retire"})
"""Kinds whose payloads the audit goes on with, beside all that name a key."""

_signers: dict[str, tuple[str, str]] = {}
"""What the exact reader made of a protected header. It belongs to a key, and so comes often."""
_MOST_SIGNERS = 50_000


def read_facts(data: Sequence[bytes]) -> tuple[Facts, Exception | None]:
    """The facts of entries up to the first that is out of form, and what is wrong with that."""
    facts = sound_facts(data)
    if facts is not None:
        return facts, None
    facts = Facts()
    for item in data:
        try:
            facts.add(sound_facts([item]) or exact_facts(item))
        except Exception as error:  # noqa: BLE001 - an audit reports whatever it meets
            return facts, error
    return facts, None


def exact_facts(data: bytes) -> Facts:
    """The facts of any entry in form. Raises `Refused` where it is not."""
    entry = read_entry(data)
    envelope = read_envelope(entry.command)
    manifest = envelope.manifest
    return Facts(
        [entry.seq],
        [b64url_encode(entry.prev)],
        [entry.at_ms],
        [envelope.sealed],
        [[signature.kid for signature in envelope.signatures]],
        [(envelope.by, manifest.jti) if manifest else None],
        {0: envelope.payload},
    )


def sound_facts(data: Sequence[bytes]) -> Facts | None:
    """The facts of entries that are surely in form, or None where one might not be."""
    try:
        return _sound_facts(data)
    except _ODD:
        return None


def _sound_facts(data: Sequence[bytes]) -> Facts | None:
    entries = _decoded(_ENTRIES, data)
    if entries is None or max(map(len, data), default=0) > LARGEST_ENTRY:
        return None
    payloads = [b64url_decode(entry.command.payload) for entry in entries]
    bodies = _decoded(_PAYLOADS, payloads)
    if bodies is None or not _are_well_written(entries, bodies):
        return None
    if not all(body.iat <= body.exp <= body.iat + LIFETIME_S for body in bodies):
        return None
    manifests = [entry.command.manifest for entry in entries]
    return Facts(
        [entry.seq for entry in entries],
        [entry.prev for entry in entries],
        [_at_ms(entry.at) for entry in entries],
        [_sealed_once(payload.decode()) for payload in payloads],
        [_kids(entry.command) for entry in entries],
        [
            (body.by, manifest.jti) if manifest else None
            for body, manifest in zip(bodies, manifests, strict=True)
        ],
        {
            at: canonical.decode(payload)
            for at, (body, payload) in enumerate(zip(bodies, payloads, strict=True))
            if body.kind in NAMING or b'"kty":' in payload
        },
    )


def signatures_of(data: bytes) -> Envelope | None:
    """Of an entry in form what its signatures say: an envelope with nothing else in it.

    None where the exact reader must be asked.
    """
    try:
        command = _STORED.decode(data).command
        if not command.signatures:
            return None
        signatures = []
        for item in command.signatures:
            kid, alg = _signer(item.protected, command)
            value = b64url_decode(item.signature)
            signatures.append(Signature(kid, alg, item.protected, value))
    except _ODD:
        return None
    return Envelope(
        tree={"payload": command.payload},
        payload={},
        digest="",
        signatures=tuple(signatures),
        manifest=None,
        sealed=frozenset(),
        disclosures={},
        disclosed=(),
        documents={},
    )


def digests_of(texts: Sequence[str]) -> list[str]:
    """The base64url SHA-256 of each text; of bytes that are no text as they were."""
    sha256 = hashlib.sha256
    try:
        hashes = [sha256(text.encode()).digest() for text in texts]
    except UnicodeEncodeError:
        hashes = [sha256(text.encode("utf-8", "surrogateescape")).digest() for text in texts]
    return base64url_of(hashes)


def base64url_of(hashes: Sequence[bytes]) -> list[str]:
    """Each 32-byte hash in base64url, all in one go.

    A byte of zeros after each makes it 33, which are 44 characters, the last of them to spare.
    """
    text = b64url_encode(b"\0".join([*hashes, b""]))
    return [text[at : at + 43] for at in range(0, len(text), 44)]


def _decoded(decoder: msgspec.json.Decoder[T], data: Sequence[bytes]) -> list[T] | None:
    """The values of canonical bytes, or None where one might not be canonical.

    One a line: no line break can stand in canonical bytes, so equal lines are equal values.
    """
    lines = b"\n".join([*data, b""])
    found: list[T] = decoder.decode_lines(lines)
    if len(found) != len(data) or _ENCODER.encode_lines(found) != lines:
        return None
    return found if lines.isascii() or _is_plain(lines.decode()) else None


def _is_plain(text: str) -> bool:
    """Whether no key in canonical JSON is beyond ASCII, and no code point unassigned."""
    if forbidden_code_point(text) is not None:
        return False
    for piece in text.split('":')[:-1]:
        before, _, key = piece.rpartition('"')
        if not key.isascii() or before.endswith("\\"):
            return False
    return True


def _are_well_written(entries: Sequence[_Entry], bodies: Sequence[_Payload]) -> bool:
    """Whether all that is written as base64url or a UUID is what it has to be."""
    digests = [entry.effects for entry in entries] + [entry.prev for entry in entries]
    signatures: list[str] = []
    for entry in entries:
        command = entry.command
        if command.signatures:
            signatures += [item.signature for item in command.signatures]
        elif command.manifest:
            digests += command.manifest.path
    return bool(
        _DIGESTS.fullmatch(_listed(digests))
        and _SIGNATURES.fullmatch(_listed(signatures))
        and _JTIS.fullmatch(_listed([body.jti for body in bodies]))
    )


def _listed(texts: Sequence[str]) -> str:
    return "\n".join([*texts, ""])


def _sealed_once(payload: str) -> Collection[str]:
    """The digests that stand in canonical JSON as ``{"sd": …}``, each once.

    Inside a text no quotation mark stands without a backslash: what is found is no text. Raises
    `ValueError` where one might stand twice.
    """
    _, *pieces = payload.split('{"sd":"')
    found = {piece[:43] for piece in pieces if piece.startswith('"}', 43)}
    if len(found) != len(pieces):
        raise ValueError(payload)
    return found


def _kids(command: _Command) -> Sequence[str]:
    """Who signed: nobody where a manifest did. Raises `ValueError` where that is not clear."""
    signatures = command.signatures
    if bool(signatures) == bool(command.manifest):
        raise ValueError(command)
    if not signatures:
        return ()
    try:
        kids = [_signers[item.protected][0] for item in signatures]
    except KeyError:
        kids = [_signer(item.protected, command)[0] for item in signatures]
    if len(kids) > 1 and kids != sorted(set(kids)):
        raise ValueError(kids)
    return kids


def _signer(protected: str, command: _Command) -> tuple[str, str]:
    """The (kid, algorithm) of a header, as the exact reader reads it. Raises `Refused`."""
    known = _signers.get(protected)
    if known is None:
        if len(_signers) >= _MOST_SIGNERS:
            _signers.clear()
        for signature in read_envelope(msgspec.to_builtins(command)).signatures:
            _signers[signature.protected] = signature.kid, signature.alg
        known = _signers[protected]
    return known


_at_ms = lru_cache(maxsize=4_096)(parse_instant)
