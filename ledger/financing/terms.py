"""The price of an advance, to the minor unit, from what the parties signed and the policy."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from ledger.dates import DayCount, add_days, days_between, year_denominator
from ledger.errors import RefusalCode
from ledger.financing.records import Offer
from ledger.model.records import Reader, refuse_if
from ledger.money import Money, Rounding, divide
from ledger.policy.state import calendar_of, payable_on, policy_of, today_of
from ledger.receivables.clocks import record_date
from ledger.receivables.records import Holding

PPM = 1_000_000


class Quote(Struct, frozen=True, kw_only=True, gc=False):
    """What a holder gets for a holding, and how it comes about.

    `price` = `face` - `discount`; `discount` is `rate_ppm` a year on `face` over `days`, counted
    by `day_count` from `value_date` to `due`, the business day on which the debt is payable.
    """

    face: Money
    discount: Money
    price: Money
    rate_ppm: int
    day_count: DayCount
    value_date: date
    due: date
    days: int


def straight_discount(
    face_minor: int, rate_ppm: int, days: int, denominator: int, rounding: Rounding
) -> int:
    """Bank discount D = F·r·t in minor units, rounded once; the price is F - D.

    F is `face_minor`, r is `rate_ppm` millionths a year, t is `days` over `denominator`. Exact
    whole numbers throughout. Source: banker's discount, as bills are discounted (贴现).
    """
    return divide(face_minor * rate_ppm * days, PPM * denominator, rounding)


def quote(book: Reader, holding: Holding, offer: Offer, value_date: date, at_ms: int) -> Quote:
    """The terms on which `offer` buys the whole `holding` with money on `value_date`.

    Whether the offer fits the holding is another question (`ledger.financing.eligibility`).
    Raises `Refused`: `value_date_out_of_range`, `value_date_is_no_business_day`,
    `nothing_would_be_paid`, `calendar_does_not_cover`.
    """
    due, fixed = payable_on(book, holding.due), record_date(book, holding.due)
    today = today_of(book, at_ms)
    last = add_days(today, policy_of(book).clocks.lock_days)
    refuse_if(
        not today <= value_date <= last or value_date >= fixed,
        RefusalCode.VALUE_DATE_OUT_OF_RANGE,
        f"The value date is from {today} to {last} and before {fixed}, when who is paid is fixed.",
        "/body/value_date",
    )
    refuse_if(
        not calendar_of(book).is_business_day(value_date),
        RefusalCode.VALUE_DATE_IS_NO_BUSINESS_DAY,
        f"On {value_date} banks are closed.",
        "/body/value_date",
    )
    face, day_count = holding.outstanding, DayCount.ACT_360
    days = days_between(value_date, due, day_count)
    discount_minor = straight_discount(
        face.minor,
        offer.rate_ppm,
        days,
        year_denominator(day_count),
        policy_of(book).rounding,
    )
    discount = Money(discount_minor, face.currency)
    refuse_if(
        face <= discount,
        RefusalCode.NOTHING_WOULD_BE_PAID,
        f"{days} days at {offer.rate_ppm} millionths a year leave nothing of the face.",
    )
    return Quote(
        face=face,
        discount=discount,
        price=face - discount,
        rate_ppm=offer.rate_ppm,
        day_count=day_count,
        value_date=value_date,
        due=due,
        days=days,
    )
