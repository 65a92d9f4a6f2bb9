"""Sealed fields and what discloses them: selective disclosure as in RFC 9901.

In the payload stands ``{"sd": digest}``; beside it comes ``base64url([salt, name, value])``, whose
SHA-256 is that digest. The salt keeps a short value from being found by trying them all.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import Tree, decode, decode_each, encode
from ledger.errors import RefusalCode, Refused

LONGEST_SALT = 64
"""Bytes of a disclosure's salt: what is kept for ever is not for anybody to fill."""

_SALT = re.compile(r"[A-Za-z0-9_-]{21}[AQgw]")
"""A salt of 16 bytes, as nearly all are."""


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
        (digest,) = _digests((text,))
        return digest


def sealed_once(payload: Any) -> frozenset[str]:
    """All digests that stand in a payload as ``{"sd": …}``.

    Raises `Refused` for a digest in two places (RFC 9901, section 7.1).
    """
    found = _sealed(payload)
    once = frozenset(found)
    if len(found) != len(once):
        raise Refused(
            RefusalCode.DISCLOSURE_DOES_NOT_FIT,
            "One digest stands for two sealed fields.",
            place="/payload/body",
        )
    return once


def _sealed(tree: Any) -> list[str]:
    found: list[str] = []
    level: list[Any] = [tree]
    while level:
        deeper: list[Any] = []
        for value in level:
            kind = type(value)
            if kind is str:
                continue
            if kind is dict:
                if len(value) == 1 and type(digest := value.get("sd")) is str:
                    found.append(digest)
                else:
                    deeper += value.values()
            elif kind is list:
                deeper += value
        level = deeper
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
    salt, name, value = content
    if not 16 <= len(b64url_decode(salt)) <= LONGEST_SALT:
        raise Refused(
            RefusalCode.DISCLOSURE_DOES_NOT_FIT,
            f"The salt of {name[:60]!r} is not 16 to {LONGEST_SALT} bytes.",
        )
    (digest,) = _digests((text,))
    return digest, name, value


def read_disclosures(
    disclosed: Sequence[str], expected: frozenset[str]
) -> Mapping[str, tuple[str, Any]]:
    """The (name, value) of each disclosure by its digest, which must be one of `expected`.

    Raises `Refused` at the first that is not in strict form, is not expected, or comes twice.
    """
    found = _read_at_once(disclosed)
    if found is not None and len(found) == len(disclosed) and found.keys() <= expected:
        return found
    found = {}
    for index, text in enumerate(disclosed):
        place = f"/disclosures/{index}"
        try:
            digest, name, value = read_disclosure(text)
        except Refused as refused:
            raise Refused(refused.code, refused.detail, place=place) from None
        if digest not in expected or digest in found:
            raise Refused(
                RefusalCode.DISCLOSURE_DOES_NOT_FIT,
                f"The disclosure of {name[:60]!r} belongs to no sealed field of this payload.",
                place=place,
            )
        found[digest] = (name, value)
    return found


def _read_at_once(disclosed: Sequence[str]) -> dict[str, tuple[str, Any]] | None:
    """All disclosures by digest, where all are in the form that they nearly always have."""
    if not disclosed:
        return {}
    try:
        contents = decode_each([b64url_decode(text) for text in disclosed])
    except Refused:
        return None
    found = {}
    for digest, content in zip(_digests(disclosed), contents, strict=True):
        if type(content) is not list or len(content) != 3:
            return None
        salt, name, value = content
        if type(salt) is not str or type(name) is not str or not _SALT.fullmatch(salt):
            return None
        found[digest] = (name, value)
    return found


def _digests(texts: Iterable[str]) -> list[str]:
    """The base64url SHA-256 of each text.

    All are encoded together: with a byte behind it each takes 44 characters, of which it has 43.
    """
    digests = [hashlib.sha256(text.encode()).digest() for text in texts]
    joined = b64url_encode(b"\0".join((*digests, b"")))
    return [joined[at : at + 43] for at in range(0, len(joined), 44)]
