"""Signed notes (C2SP `signed-note`): a text, a blank line, and a line for each signature.

A reader knows some keys. Lines of other keys are ignored, which is how logs rotate keys and how
witnesses add theirs; but a line that claims a known key and does not verify voids the whole
note, and a note without any known signature says nothing.

A witness signs the time as well (C2SP `tlog-cosignature`): as of then, this was the largest head
that it had seen of the log, and consistent with all heads before.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from ledger.errors import RefusalCode, Refused
from ledger.keys import PublicKey, SigningKey, public_key

LARGEST_NOTE = 262_144
"""Most characters of a note: room for all its signatures, post-quantum ones included."""
MOST_SIGNATURES = 48
"""Most signature lines of a note; the specification asks readers for 16 at least."""

_LINE_START = "— "
# Control characters but newline, and surrogates, which no UTF-8 holds.
_FORBIDDEN = re.compile(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]")


class SignatureType(IntEnum):
    """How a note key signs: the byte that `signed-note` assigns and the key id covers."""

    ED25519 = 0x01
    COSIGNATURE = 0x04
    """Ed25519 over a time and the body (C2SP `tlog-cosignature`, ``cosignature/v1``)."""


LATEST_COSIGNATURE_S = 2**63 - 1
"""Latest time of a cosignature, in seconds since 1970."""


@dataclass(frozen=True, slots=True)
class NoteKey:
    """A public key with the name under which it signs notes. Make it with `note_key`."""

    name: str
    type: SignatureType
    key: PublicKey

    @property
    def key_id(self) -> bytes:
        """4 bytes: SHA-256(name || LF || type || key), cut. A hint, no cryptographic name."""
        signed = self.name.encode() + b"\n" + bytes([self.type]) + self.key.raw
        return hashlib.sha256(signed).digest()[:4]

    def text(self) -> str:
        """The verifier key (vkey): ``name+<8 hex digits of the id>+<base64 of type and key>``."""
        encoded = base64.b64encode(bytes([self.type]) + self.key.raw).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"

    def verify(self, body: str, signature: bytes) -> int | None:
        """The time of a cosignature, in seconds since 1970; None for another signature.

        Raises `Refused` (`signature_invalid`) unless `signature` is this key's over `body`.
        """
        if self.type is SignatureType.ED25519:
            self.key.verify(body.encode(), signature)
            return None
        time_s = int.from_bytes(signature[:8], "big")
        self.key.verify(_cosigned(body, time_s), signature[8:])
        return time_s


@dataclass(frozen=True, slots=True)
class NoteSigner:
    """A private Ed25519 key with the name under which it signs notes."""

    name: str
    signing_key: SigningKey

    @property
    def key(self) -> NoteKey:
        """What others need to verify this signer's notes."""
        return note_key(self.name, self.signing_key.public)

    def line(self, body: str) -> str:
        """The signature line over `body`, with its final newline."""
        signature = self.key.key_id + self.signing_key.sign(body.encode())
        return f"{_LINE_START}{self.name} {base64.b64encode(signature).decode()}\n"


@dataclass(frozen=True, slots=True)
class Cosigner:
    """A witness's private Ed25519 key with its name. Each key makes one kind of statement only."""

    name: str
    signing_key: SigningKey

    @property
    def key(self) -> NoteKey:
        """What others need to verify this witness's cosignatures."""
        return note_key(self.name, self.signing_key.public, SignatureType.COSIGNATURE)

    def line(self, body: str, time_s: int) -> str:
        """The cosignature line over the checkpoint `body`, at `time_s` seconds since 1970."""
        signature = self.signing_key.sign(_cosigned(body, time_s))
        data = self.key.key_id + time_s.to_bytes(8, "big") + signature
        return f"{_LINE_START}{self.name} {base64.b64encode(data).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A note whose known signatures were verified: its text, and whose signatures they were.

    `cosigned` has the witnesses that signed it, and when (seconds since 1970; of several lines of
    one witness the earliest, which says most).
    """

    body: str
    signed_by: frozenset[NoteKey]
    cosigned: Mapping[NoteKey, int] = field(default_factory=dict)


def note_key(
    name: str, key: PublicKey, signature_type: SignatureType = SignatureType.ED25519
) -> NoteKey:
    """The note key of an Ed25519 key. Raises `Refused` (`note_key_malformed`)."""
    if not _is_key_name(name):
        raise _bad_key(f"{name[:60]!r} cannot name a key: it is empty or has blanks or a plus.")
    if key.alg != "Ed25519":
        raise _bad_key(f"A note key is an Ed25519 key, not {key.alg}.")
    return NoteKey(name, signature_type, key)


def parse_note_key(text: str) -> NoteKey:
    """The key of a verifier key text. Raises `Refused` for any text but its one spelling."""
    name, _, rest = text.partition("+")
    data = base64_decode(rest.partition("+")[2], RefusalCode.NOTE_KEY_MALFORMED)
    if data[:1] not in {bytes([item]) for item in SignatureType}:
        raise _bad_key("The signature type of the key is not 0x01 or 0x04 (Ed25519).")
    key = note_key(name, public_key("Ed25519", data[1:]), SignatureType(data[0]))
    if key.text() != text:
        raise _bad_key("The key id does not belong to this name and key.")
    return key


def sign_note(body: str, signers: Sequence[NoteSigner]) -> str:
    """The signed note over `body`, one line per signer, in order.

    Raises `Refused` (`note_malformed`) for a body that does not end in a newline or has control
    characters.
    """
    if not body.endswith("\n") or _FORBIDDEN.search(body):
        raise _malformed("The text does not end in a newline, or has control characters.")
    return body + "\n" + "".join(signer.line(body) for signer in signers)


def open_note(text: str, keys: Iterable[NoteKey]) -> Note:
    """The body of a signed note, verified with the keys the reader trusts.

    Safe for any `str`, so bytes may be decoded with ``errors="surrogateescape"``. Raises
    `Refused`: `note_malformed`; `signature_invalid` if a line of a known key does not verify;
    `note_not_signed_by_known_key`.
    """
    body, lines = _split(text)
    signed_by: set[NoteKey] = set()
    cosigned: dict[NoteKey, int] = {}
    for key, signature, _ in _known_lines(lines, keys):
        time_s = key.verify(body, signature)
        if time_s is None:
            signed_by.add(key)
        else:
            cosigned[key] = min(time_s, cosigned.get(key, time_s))
    if not signed_by and not cosigned:
        raise Refused(
            RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY, "No line of the note is of a known key."
        )
    return Note(body, frozenset(signed_by), cosigned)


def lines_by(text: str, keys: Iterable[NoteKey]) -> dict[NoteKey, str]:
    """The first signature line, with its newline, of each of these keys that has one in the note.

    Nothing is verified here: that is for `open_note` with the same keys. Raises `Refused`
    (`note_malformed`).
    """
    found: dict[NoteKey, str] = {}
    for key, _, line in _known_lines(_split(text)[1], keys):
        found.setdefault(key, line)
    return found


def note_body(text: str) -> str:
    """The body of a note, with its newline; nothing of it is verified here."""
    return text.rpartition("\n\n")[0] + "\n"


def base64_decode(text: str, code: RefusalCode) -> bytes:
    """The bytes of padded base64 (RFC 4648 section 4).

    Raises `Refused(code)` unless `text` is their one encoding.
    """
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        data = b""
    if base64.b64encode(data).decode() != text:
        raise Refused(code, "The base64 text is not in its one strict form.")
    return data


def _cosigned(body: str, time_s: int) -> bytes:
    """What a cosignature signs. Raises `Refused` (`signature_invalid`) for a time out of bounds."""
    if not 0 <= time_s <= LATEST_COSIGNATURE_S:
        raise Refused(RefusalCode.SIGNATURE_INVALID, "The time of the cosignature is out of range.")
    return f"cosignature/v1\ntime {time_s}\n{body}".encode()


def _split(text: str) -> tuple[str, list[str]]:
    """The body (with its newline) and the signature lines, after the bounds and the alphabet."""
    if len(text) > LARGEST_NOTE or _FORBIDDEN.search(text):
        raise _malformed("The note is too large, or has control characters or surrogates.")
    body, blank, signatures = text.rpartition("\n\n")
    lines = signatures.split("\n")
    if not blank or len(lines) < 2 or lines.pop() != "":
        raise _malformed("The note is not a text, a blank line and lines of signatures.")
    if len(lines) > MOST_SIGNATURES:
        raise _malformed(f"The note has more than {MOST_SIGNATURES} signatures.")
    return body + "\n", lines


def _known_lines(
    lines: Iterable[str], keys: Iterable[NoteKey]
) -> Iterator[tuple[NoteKey, bytes, str]]:
    """The lines of these keys: the key, the signature after the key id, the line itself."""
    known = {(key.name, key.key_id): key for key in keys}
    for line in lines:
        name, signature = _parse_line(line)
        key = known.get((name, signature[:4]))
        if key is not None:
            yield key, signature[4:], f"{line}\n"


def _parse_line(line: str) -> tuple[str, bytes]:
    name, _, encoded = line.removeprefix(_LINE_START).partition(" ")
    signature = base64_decode(encoded, RefusalCode.NOTE_MALFORMED)
    if not line.startswith(_LINE_START) or not _is_key_name(name) or len(signature) < 5:
        raise _malformed("A signature line is not a dash, a key name and base64.")
    return name, signature


def _is_key_name(name: str) -> bool:
    blank = any(char.isspace() for char in name)
    return name != "" and "+" not in name and not blank and not _FORBIDDEN.search(name)


def _bad_key(detail: str) -> Refused:
    return Refused(RefusalCode.NOTE_KEY_MALFORMED, detail)


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.NOTE_MALFORMED, detail)
