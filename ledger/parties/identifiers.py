"""Check digits of the identifiers that policies name (GB 32100, ISO 7064, GS1)."""

from __future__ import annotations

_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def check_digit_holds(check: str, value: str) -> bool:
    """Whether `value` passes the rule named `check`; ``none`` lets everything pass."""
    match check:
        case "none":
            return True
        case "gb32100":
            return _gb32100(value)
        case "mod97":
            return _mod97(value)
        case "ean":
            return _ean(value)
    return False


def _gb32100(value: str) -> bool:
    """统一社会信用代码: weights 3^i mod 31 over the first 17 places (GB 32100-2015)."""
    if len(value) != 18 or any(char not in _USCC for char in value):
        return False
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(value[:17]))
    return _USCC[-total % 31] == value[17]


def _mod97(value: str) -> bool:
    """ISO 7064 MOD 97-10, as the LEI uses it (ISO 17442): letters count from A = 10."""
    if not value.isascii() or not value.isalnum() or value != value.upper():
        return False
    return int("".join(str(int(char, 36)) for char in value)) % 97 == 1


def _ean(value: str) -> bool:
    """GS1 check digit (GLN): weights 3 and 1 from the right."""
    if not value.isascii() or not value.isdigit():
        return False
    return (
        sum(int(char) * (3 if place % 2 else 1) for place, char in enumerate(value[::-1])) % 10 == 0
    )
