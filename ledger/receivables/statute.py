"""Payment law for small creditors (支付条例, State Council order 802): when, and at what interest.

The statute protects a micro, small or medium creditor of a large enterprise or of a public body
(article 9), by the size classes at the time of the contract (article 3). The payment
period runs from delivery; where the contract says so, from acceptance, from the end of the agreed
time to inspect, or from the day on which both sides confirmed a progress or periodic settlement
(articles 9, 10). Money kept back as a warranty is due by its own agreement: no statute moves it.

All functions are pure: what the law says in figures is a value (`Statute`) of the policy in force.
Days are civil days in the ledger's legal time zone; the basis date itself is not counted.
"""

from __future__ import annotations

from datetime import date

from ledger.dates import add_days
from ledger.policy.commands import Statute
from ledger.policy.state import Policy
from ledger.receivables.commands import Basis, Size, Sizes, Tranche
from ledger.receivables.records import Receivable

SMALL = frozenset({Size.MICRO, Size.SMALL, Size.MEDIUM})
"""The creditors that the statute protects (中小企业)."""


def is_protected(sizes: Sizes | None) -> bool:
    """Whether a small creditor faces a large or public obligor. Undeclared sizes protect nobody."""
    return sizes is not None and sizes.creditor in SMALL and sizes.obligor not in SMALL


def needs_clause(basis: Basis, tranche: Tranche) -> bool:
    """Whether only the contract can have agreed on it: a start other than delivery, a retention."""
    return basis is not Basis.DELIVERY or tranche is Tranche.RETENTION


def statutory_due(
    statute: Statute | None, sizes: Sizes | None, tranche: Tranche, basis_date: date
) -> date | None:
    """The last day on which the law wants it paid, unadjusted; None where it says nothing.

    Raises `Refused` (`date_invalid`) beyond the year 9999.
    """
    if statute is None or sizes is None or not is_protected(sizes):
        return None
    if tranche is Tranche.RETENTION:
        return None
    public = sizes.obligor is Size.PUBLIC
    return add_days(basis_date, statute.public_days if public else statute.large_days)


def late_floor(statute: Statute | None, sizes: Sizes | None) -> int:
    """The least late interest in millionths per day that these sides may agree on (article 17)."""
    return statute.late_floor_ppm if statute is not None and is_protected(sizes) else 0


def late_ppm_of(receivable: Receivable, policy: Policy) -> int:
    """The late interest of a receivable in millionths per day of what is unpaid.

    What is agreed; else the statute's rate (article 17: 0.05 % a day); else none.
    """
    if receivable.late_ppm is not None:
        return receivable.late_ppm
    return policy.statute.late_ppm if policy.statute is not None else 0
