"""Time stamps (RFC 3161) over signed checkpoints: that a head was there at an instant.

A witness says what it saw and when; a time-stamp authority says it under law, and to people who
never heard of this log. A stamp is judged as of the instant in it: the authority's certificate
must have been valid then, and nobody cares that it has expired since. The pairs of files

    timestamps/<size>.checkpoint    the signed note, with the cosignatures it had
    timestamps/<size>.tsr           the authority's answer over exactly those bytes

are only ever added to.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cryptography import x509

from ledger.errors import RefusalCode, Refused, Unavailable
from ledger.store.lock import replace_file

if TYPE_CHECKING:
    from rfc3161_client import TimeStampRequest, TimeStampResponse

FOLDER = "timestamps"
NOTE, TOKEN = ".checkpoint", ".tsr"
QUERY_TYPE = "application/timestamp-query"
LARGEST_STAMP = 65_536
"""Bytes of an authority's answer: a token with its certificates has some thousand."""
LARGEST_ROOTS = 1024 * 1024
"""Bytes of a file with the certificates of authorities."""

_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED = 0
_TOKEN = re.compile(r"(0|[1-9][0-9]{0,18})\.tsr")


def make_query(note: str) -> TimeStampRequest:
    """A request to stamp the note: SHA-256, a fresh nonce, and the certificates, please."""
    library = _library()
    builder = library.TimestampRequestBuilder().data(note.encode())
    builder = builder.hash_algorithm(library.base.HashAlgorithm.SHA256).nonce(nonce=True)
    query: TimeStampRequest = builder.cert_request(cert_request=True).build()
    return query


def read_stamp(
    data: bytes,
    note: str,
    *,
    roots: Sequence[x509.Certificate] | None = None,
    query: TimeStampRequest | None = None,
) -> datetime:
    """The instant (UTC) at which an authority's answer says that it saw the note.

    `query` is what it must answer: its nonce is in it. With `roots` the authority's signature is
    verified, and that its certificate led to one of them at that instant. Raises `Refused`
    (`timestamp_invalid`), whatever the bytes.
    """
    answer = _decode(data)
    if answer.status != _GRANTED:
        raise _invalid(f"The authority says no: status {answer.status}.")
    try:
        info = answer.tst_info
        imprint = info.message_imprint
        if imprint.hash_algorithm.dotted_string != _SHA256:
            raise _invalid("The stamp is not over a SHA-256 digest.")
        if imprint.message != hashlib.sha256(note.encode()).digest():
            raise _invalid("The stamp is over other bytes than those of the checkpoint.")
        if query is not None and info.nonce != query.nonce:
            raise _invalid("The stamp answers another request: its nonce differs.")
        if roots is not None:
            _verifier(roots).verify_message(answer, note.encode())
        return info.gen_time.astimezone(UTC)
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - the library has many ways to say no
        raise _invalid(f"The stamp does not verify: {str(error)[:300]}.") from None


def read_roots(path: Path) -> list[x509.Certificate]:
    """The certificates of a PEM file. Raises `Refused` (`certificate_invalid`)."""
    try:
        with path.open("rb") as file:
            found = x509.load_pem_x509_certificates(file.read(LARGEST_ROOTS))
    except ValueError:
        found = []
    if not found:
        raise Refused(
            RefusalCode.CERTIFICATE_INVALID, "The file has no PEM certificates.", file=str(path)
        )
    return found


@dataclass(frozen=True, slots=True)
class Stamp:
    """A kept stamp: the size that its file names, the note, and the authority's answer."""

    size: int
    note: str
    data: bytes


class Stamps:
    """The stamps in the folder `timestamps` of a ledger or an export."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FOLDER

    def sizes(self) -> list[int]:
        """The sizes of the stamped heads, ascending; halves of a pair are left out."""
        names = self._names()
        matches = [_TOKEN.fullmatch(name) for name in names]
        return sorted(int(match[1]) for match in matches if match and match[1] + NOTE in names)

    def places(self, most: int) -> set[str]:
        """The files of the stamps of heads of at most `most` entries, from the folder above."""
        whole = [size for size in self.sizes() if size <= most]
        return {f"{FOLDER}/{size}{end}" for size in whole for end in (NOTE, TOKEN)}

    def read(self, size: int) -> Stamp:
        """The stamp of a head. Raises `Refused` (`bytes_too_large`), `OSError`."""
        note = self._file(f"{size}{NOTE}").decode("utf-8", "surrogateescape")
        return Stamp(size, note, self._file(f"{size}{TOKEN}"))

    def keep(self, stamp: Stamp) -> None:
        """Add a stamp, durably; one of that size that is there stays. Raises `OSError`."""
        self.path.mkdir(parents=True, exist_ok=True)
        if (self.path / f"{stamp.size}{TOKEN}").exists():
            return
        replace_file(self.path / f"{stamp.size}{NOTE}", stamp.note.encode())
        replace_file(self.path / f"{stamp.size}{TOKEN}", stamp.data)

    def copy_to(self, other: Stamps, most: int) -> None:
        """Add the stamps of heads of at most `most` entries to another folder."""
        for size in self.sizes():
            if size <= most:
                other.keep(self.read(size))

    def _names(self) -> set[str]:
        return {path.name for path in self.path.iterdir()} if self.path.is_dir() else set()

    def _file(self, name: str) -> bytes:
        with (self.path / name).open("rb") as file:
            data = file.read(LARGEST_STAMP + 1)
        if len(data) > LARGEST_STAMP:
            raise Refused(RefusalCode.BYTES_TOO_LARGE, "The stamp is too large.", place=name)
        return data


def _decode(data: bytes) -> TimeStampResponse:
    try:
        answer: TimeStampResponse = _library().decode_timestamp_response(data)
    except ValueError as error:
        raise _invalid(f"That is no answer of an authority: {str(error)[:200]}.") from None
    return answer


def _verifier(roots: Sequence[x509.Certificate]) -> Any:
    return _library().VerifierBuilder(roots=list(roots)).build()


def _library() -> Any:
    """The client library. Raises `Unavailable` where it is not installed."""
    try:
        import rfc3161_client  # noqa: PLC0415 - only who stamps needs it
    except ImportError:
        raise Unavailable("Time stamps need another package: install duebill[tsa].") from None
    return rfc3161_client


def _invalid(detail: str) -> Refused:
    return Refused(RefusalCode.TIMESTAMP_INVALID, detail)
