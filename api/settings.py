"""What the environment may set, read once at the start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from api.keyaccess import IN_CLEAR, KeyAccess, key_access
from api.places import SCHEMES, Place
from ledger.feeding.wire import parse_address

LARGEST_BATCH = 20 * 1024 * 1024
"""Bytes of one batch, or of one invoice file."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a server runs.

    `folder` holds the ledger (`api.embedded`), or at least its keys when the ledger is at `place`.
    `host` and `port` are where it listens, and `largest_body` bounds the bytes of any request.
    `access` says how the ledger's own keys are had.
    `witnesses` is the tlog-policy file of those who are asked for cosignatures, every
    `witness_interval` seconds at most. `tsa` is the URL of an RFC 3161 authority. `tell` says that
    parties are told what they asked for, `tell_private` that messages may be sent to addresses
    which are not of the public internet.
    """

    folder: Path = Path("duebill-ledger")
    host: str = "127.0.0.1"
    port: int = 8000
    largest_body: int = LARGEST_BATCH
    place: Place | None = None
    access: KeyAccess = IN_CLEAR
    witnesses: Path | None = None
    witness_interval: int = 1
    tsa: str = ""
    tell: bool = True
    tell_private: bool = False

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Settings:
        """What ``DUEBILL_DB``, ``_HOST``, ``_PORT``, ``_LARGEST_BODY`` (bytes), ``_WITNESSES`` (a
        file), ``_WITNESS_INTERVAL`` (seconds), ``_TSA`` (a URL), ``_TELL`` and ``_TELL_PRIVATE``
        (yes or no) say.

        The database is a folder or the URL ``sqlite:///folder/ledger.db``; or it is
        ``postgresql://…?schema=name``, and then ``DUEBILL_HEADS`` is the URL of the head store and
        ``DUEBILL_DIR`` the folder of the keys. ``DUEBILL_PASSWORD_FILE`` and ``DUEBILL_SIGNER`` as
        in `key_access`. Raises `ValueError` that names the variable, and as `key_access`.
        """
        default = cls()
        place = _place(environ)
        witnesses = environ.get("DUEBILL_WITNESSES", "")
        name = "DUEBILL_DIR" if place else "DUEBILL_DB"
        return cls(
            folder=_folder(environ.get(name, str(default.folder)), name),
            place=place,
            access=key_access(environ),
            host=environ.get("DUEBILL_HOST", default.host),
            port=_number(environ, "DUEBILL_PORT", default.port, 65_535),
            largest_body=_number(environ, "DUEBILL_LARGEST_BODY", default.largest_body, 2**30),
            witnesses=Path(witnesses) if witnesses else None,
            witness_interval=_number(environ, "DUEBILL_WITNESS_INTERVAL", 1, 3_600),
            tsa=_http_url(environ, "DUEBILL_TSA"),
            tell=_yes(environ, "DUEBILL_TELL", otherwise="yes"),
            tell_private=_yes(environ, "DUEBILL_TELL_PRIVATE", otherwise="no"),
        )


def _place(environ: Mapping[str, str]) -> Place | None:
    db, heads = environ.get("DUEBILL_DB", ""), environ.get("DUEBILL_HEADS", "")
    if not db.startswith(SCHEMES):
        return None
    if not heads:
        raise ValueError(
            "DUEBILL_DB is a database server: DUEBILL_HEADS must name a head store outside of it"
        )
    return Place(db, heads)


def _folder(place: str, name: str) -> Path:
    if "://" not in place:
        return Path(place)
    path = Path(place.removeprefix("sqlite:///"))
    if not place.startswith("sqlite:///") or path.name != "ledger.db":
        raise ValueError(f"{name} is neither a folder nor sqlite:///…/ledger.db: {place!r}")
    return path.parent


def _http_url(environ: Mapping[str, str], name: str) -> str:
    text = environ.get(name, "")
    try:
        if text:
            parse_address(text)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    return text


def _yes(environ: Mapping[str, str], name: str, otherwise: str) -> bool:
    text = environ.get(name, otherwise)
    if text not in ("yes", "no"):
        raise ValueError(f"{name} is neither yes nor no: {text!r}")
    return text == "yes"


def _number(environ: Mapping[str, str], name: str, otherwise: int, most: int) -> int:
    text = environ.get(name, str(otherwise))
    if not text.isascii() or not text.isdecimal() or not 0 < int(text) <= most:
        raise ValueError(f"{name} is not a whole number from 1 to {most}: {text!r}")
    return int(text)
