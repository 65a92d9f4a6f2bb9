"""What a new ledger starts with: a policy and a calendar, drafted for the operator to adopt.

Packages only draft here: what the rules then use is the signed policy entry and its calendar
document, frozen in the log.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
from datetime import date
from functools import cache

from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.policy.commands import (
    AdoptPolicy,
    Caps,
    Clocks,
    CurrencyDigits,
    IdentifierRule,
    Statute,
)

DIGITS = {
    "AED": 2, "ARS": 2, "AUD": 2, "BGN": 2, "BHD": 3, "BRL": 2, "CAD": 2, "CHF": 2, "CLP": 0,
    "CNY": 2, "COP": 2, "CZK": 2, "DKK": 2, "EGP": 2, "EUR": 2, "GBP": 2, "HKD": 2, "HUF": 2,
    "IDR": 2, "ILS": 2, "INR": 2, "ISK": 0, "JOD": 3, "JPY": 0, "KES": 2, "KRW": 0, "KWD": 3,
    "KZT": 2, "MAD": 2, "MOP": 2, "MXN": 2, "MYR": 2, "NGN": 2, "NOK": 2, "NZD": 2, "OMR": 3,
    "PEN": 2, "PHP": 2, "PKR": 2, "PLN": 2, "QAR": 2, "RON": 2, "RSD": 2, "SAR": 2, "SEK": 2,
    "SGD": 2, "THB": 2, "TND": 3, "TRY": 2, "TWD": 2, "UAH": 2, "USD": 2, "VND": 0, "ZAR": 2,
}  # fmt: skip
"""Minor digits by ISO 4217, amendment 177, for the currencies a new policy lists."""

FIRST, LAST = date(2000, 1, 1), date(2040, 12, 31)

IDENTIFIERS = (
    IdentifierRule(scheme="0088", pattern="[0-9]{13}", check="ean"),
    IdentifierRule(scheme="lei", pattern="[0-9A-Z]{20}", check="mod97"),
    IdentifierRule(scheme="uscc", pattern="[0-9A-Z]{18}", check="gb32100"),
    IdentifierRule(scheme="vat", pattern="[A-Z]{2}[0-9A-Za-z]{2,13}", check="none"),
)


@cache
def default_calendar(country: str = "CN") -> bytes:
    """A calendar document for `country`: holidays and worked weekend days, 2000 to 2040.

    With the `holidays` package where it is installed (extra `draft`), else weekends alone, and
    the document's id says which. Future years are what is known or computed today.
    """
    holidays: list[date] = []
    worked: list[date] = []
    name = f"{country}-weekends-only"
    if importlib.util.find_spec("holidays") is not None:
        import holidays as package  # noqa: PLC0415 - an optional package, asked for here alone

        days = package.country_holidays(country, years=range(FIRST.year, LAST.year + 1))
        name = f"{country}-holidays-{importlib.metadata.version('holidays')}"
        holidays = [day for day in days if FIRST <= day <= LAST]
        worked = sorted(day for day in days.weekend_workdays if FIRST <= day <= LAST)
    return canonical.encode(
        {
            "first": FIRST.isoformat(),
            "holidays": [day.isoformat() for day in sorted(holidays) if day not in worked],
            "id": name,
            "last": LAST.isoformat(),
            "weekend": [6, 7],
            "working_weekends": [day.isoformat() for day in worked if day.isoweekday() > 5],
        }
    )


def default_policy(calendar: bytes) -> AdoptPolicy:
    """The policy a new ledger is offered; every figure is the operator's to change."""
    return AdoptPolicy(
        currencies=tuple(
            CurrencyDigits(code=code, digits=digits) for code, digits in sorted(DIGITS.items())
        ),
        identifiers=IDENTIFIERS,
        calendar=b64url_encode(hashlib.sha256(calendar).digest()),
        roll="following",
        rounding="half_up",
        caps=Caps(
            children=100,
            open_holdings=1000,
            hops=20,
            term_months=12,
            smallest_split_minor=1,
            soft_term_months=6,
        ),
        clocks=Clocks(
            issue_days=14,
            acknowledge_days=30,
            transfer_days=14,
            lock_days=14,
            obligor_key_hours=24,
            recovery_hours=72,
            status_hours=24,
            search_hours=24,
            discharge_days=10,
            suspend_days=0,
            default_days=90,
            remind_days=(30, 7, 1),
        ),
        statute=Statute(large_days=60, public_days=30, late_ppm=500, late_floor_ppm=83),
    )
