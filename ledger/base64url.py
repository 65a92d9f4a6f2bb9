"""Bytes as text: base64url without padding, one text for each byte string and no other."""

from __future__ import annotations

from binascii import b2a_base64

import msgspec

from ledger.errors import RefusalCode, Refused

_PADDING = ("", "", "==", "=")
_LAST = (
    "",
    "",
    "AQgw",  # the low four bits belong to no byte
    "AEIMQUYcgkosw048",  # the low two
)
"""By the length of a text, modulo four: what may stand last."""

_decoder = msgspec.json.Decoder(bytes)  # reads padded base64 at twice the speed of `binascii`


def b64url_encode(data: bytes) -> str:
    """Base64url without padding (RFC 4648 section 5, RFC 7515 section 2)."""
    text = b2a_base64(data, newline=False).rstrip(b"=").decode()
    return text.replace("+", "-").replace("/", "_")


def b64url_decode(text: str) -> bytes:
    """The bytes of base64url without padding; raises `Refused` unless it is their one encoding.

    Lenient decoders take several texts for the same bytes, which makes signed texts malleable.
    """
    # A backslash is here because the text is read as JSON: nothing in it may be an escape.
    if not isinstance(text, str) or "+" in text or "/" in text or "=" in text or "\\" in text:
        raise _invalid("The text is not base64url without padding.")
    rest = len(text) % 4
    padded = text.replace("-", "+").replace("_", "/") + _PADDING[rest]
    try:
        data = _decoder.decode(f'"{padded}"')
    except ValueError:
        raise _invalid("The text is cut short or not base64url without padding.") from None
    if rest and text[-1] not in _LAST[rest]:
        raise _invalid("The base64url text has stray bits at its end.")
    return data


def _invalid(detail: str) -> Refused:
    return Refused(RefusalCode.BASE64_INVALID, detail)
