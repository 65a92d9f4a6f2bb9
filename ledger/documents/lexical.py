"""How documents write numbers, dates, names and identifiers, and what is refused in them.

Invisible and direction characters make two numbers look equal that are not, so numbers and
identifiers must not hold any; names must not hold control or direction characters.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from ledger.errors import RefusalCode, Refused
from ledger.money import parse_decimal

LONGEST_NUMBER = 100
LONGEST_NAME = 500
LONGEST_TEXT = 10_000

_DECIMAL = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_USCC = re.compile(r"[0-9A-HJ-NP-RT-UW-Y]{18}")
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_ICD = {"0060": "DUNS", "0088": "GLN", "0199": "LEI"}


def minor_units(text: str, digits: int, place: str) -> int:
    """The whole minor units of an xsd:decimal text (``+5``, ``00.0``, ``.5`` are allowed forms).

    Decimals beyond `digits` must be zeros. Raises `Refused` (`amount_invalid`) at `place`.
    """
    match = _DECIMAL.fullmatch(text.strip())
    if match is None or not (match[2] or match[3]) or len(text) > LONGEST_NUMBER:
        raise Refused(
            RefusalCode.AMOUNT_INVALID, f"{text[:40]!r} is not a decimal amount.", place=place
        )
    sign = "-" if match[1] == "-" else ""
    decimals = (match[3] or "").rstrip("0")
    plain = sign + (match[2].lstrip("0") or "0") + (f".{decimals}" if decimals else "")
    try:
        return parse_decimal(plain, digits, exact=False)
    except Refused as refused:
        raise Refused(refused.code, refused.detail, place=place) from None


def day(text: str, place: str) -> date:
    """The day of an xsd:date text, whose time zone is ignored: invoices mean civil dates.

    Raises `Refused` (`date_invalid`) at `place`.
    """
    match = _DAY.fullmatch(text.strip())
    if match is None:
        raise Refused(RefusalCode.DATE_INVALID, f"{text[:40]!r} is not a date.", place=place)
    return civil(match[1], match[2], match[3], place)


def civil(year: str, month: str, of_month: str, place: str) -> date:
    """The day with these digits; raises `Refused` (`date_invalid`) when it does not exist."""
    try:
        return date(int(year), int(month), int(of_month))
    except ValueError:
        text = f"{year}-{month}-{of_month}"
        raise Refused(RefusalCode.DATE_INVALID, f"{text} does not exist.", place=place) from None


def is_currency(text: str) -> bool:
    """Whether `text` has the form of an ISO 4217 alphabetic code."""
    return _CURRENCY.fullmatch(text) is not None


def number(text: str, place: str) -> str:
    """An invoice number or identifier, blanks around it removed.

    Raises `Refused` (`document_text_forbidden`) for control, format (bidi, zero-width) and
    unassigned characters, and beyond `LONGEST_NUMBER` characters.
    """
    stripped = " ".join(text.split())
    if not stripped.isprintable():
        hidden = next(character for character in stripped if not character.isprintable())
        raise _forbidden(f"A number holds the character U+{ord(hidden):04X}.", place)
    if len(stripped) > LONGEST_NUMBER:
        raise _forbidden(f"A number is longer than {LONGEST_NUMBER} characters.", place)
    return stripped


def required_number(text: str, place: str) -> str:
    """As `number`; raises `Refused` (`document_incomplete`) for an empty one."""
    found = number(text, place)
    if not found:
        raise Refused(RefusalCode.DOCUMENT_INCOMPLETE, "The number is missing.", place=place)
    return found


def name(text: str, place: str) -> str:
    """A party's name on one line. Raises `Refused` (`document_text_forbidden`) as `number` does,
    but lets joiners pass that some scripts need; at most `LONGEST_NAME` characters.
    """
    line = " ".join(text.split())
    bad = None if line.isprintable() else next(filter(_is_harmful, line), None)
    if bad is not None:
        raise _forbidden(f"A name holds the character U+{ord(bad):04X}.", place)
    if len(line) > LONGEST_NAME:
        raise _forbidden(f"A name is longer than {LONGEST_NAME} characters.", place)
    return line


def text(raw: str) -> str:
    """Free text on one line, without control and direction characters, cut at `LONGEST_TEXT`."""
    line = " ".join(raw.split())
    if not line.isprintable():
        line = "".join(character for character in line if not _is_harmful(character))
    return line[:LONGEST_TEXT]


def scheme_of(icd: str) -> str:
    """Our scheme for an ISO 6523 code: ``LEI``, ``GLN``, ``DUNS``, else the code itself."""
    return _ICD.get(icd, icd)


def chinese_scheme(value: str, otherwise: str) -> str:
    """``USCC`` where `value` has the form of GB 32100 (18 characters, no I O S V Z)."""
    return "USCC" if _USCC.fullmatch(value) else otherwise


def vat_number(value: str) -> str:
    """A VAT number as registers write it: upper case, no blanks (``FR 05 987`` = ``FR05987``)."""
    return "".join(value.split()).upper()


def _is_harmful(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _DIRECTION


def _forbidden(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.DOCUMENT_TEXT_FORBIDDEN, detail, place=place)
