"""Bytes as text: base64url without padding, one text for each byte string and no other."""

from __future__ import annotations

import base64
import binascii
import re

from ledger.errors import RefusalCode, Refused

_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


def b64url_encode(data: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5, RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def b64url_decode(text: str) -> bytes:
    """The bytes of base64url without padding; raises `Refused` unless it is their one encoding.

    Lenient decoders take several texts for the same bytes, which makes signed texts malleable.
    """
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text):
        raise Refused(RefusalCode.BASE64_INVALID, "The text is not base64url without padding.")
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except binascii.Error:
        raise Refused(RefusalCode.BASE64_INVALID, "The base64url text is cut short.") from None
    if b64url_encode(data) != text:
        raise Refused(RefusalCode.BASE64_INVALID, "The base64url text has stray bits at its end.")
    return data
