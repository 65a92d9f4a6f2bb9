"""Who keeps what of a payment on a financed debt (Civil Code 766 and 767).

Without recourse the financier keeps all that the obligor pays (767). With recourse its claim is
what it paid, the discount that has been earned by then, and late interest; what is over belongs to
the seller (766). So a debt that is paid before its day leaves the seller the rest of the discount.
"""

from __future__ import annotations

from datetime import date

from ledger.financing.records import Financing
from ledger.money import Money
from ledger.receivables.commands import Recourse


def surplus(financing: Financing, principal: Money, day: date) -> Money:
    """What belongs to the seller of `principal` that the obligor paid on `day`; zero after the due.

    The unearned part of the discount, in proportion to the face that was paid and the days that
    were left, rounded down: so that many small payments never leave more than the discount.
    """
    left = max((financing.due - max(day, financing.value_date)).days, 0)
    if financing.recourse is not Recourse.ASSIGNOR or left == 0:
        return Money(0, principal.currency)
    whole = financing.face.minor * financing.days
    unearned = financing.discount.minor * principal.minor * left // whole
    return Money(unearned, principal.currency)
