"""When an obligor may be called in default, whether that still stands, and whether it is cured.

Overdue means: so many days after the payable day as the policy says (`default_days`; 90 is the
presumption of IFRS 9 B5.5.37 and of Basel, CRE 36) something is owed that is in no dispute.
"""

from __future__ import annotations

from datetime import date

from ledger.model.records import Reader
from ledger.policy.state import policy_of, today_of
from ledger.receivables.clocks import payable_from
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding
from ledger.recourse.records import Default
from ledger.recourse.recovered import owed_below


def is_overdue(book: Reader, holding: Holding, at_ms: int) -> bool:
    """Whether what is owed and undisputed is late enough; never on the payable day itself.

    Raises `Refused` (`calendar_does_not_cover`).
    """
    undisputed = holding.outstanding - holding.burdened(BurdenKind.DISPUTE, at_ms)
    late = today_of(book, at_ms) - payable_from(book, holding.obligor, holding.due)
    return undisputed.minor > 0 and late.days >= max(policy_of(book).clocks.default_days, 1)


def is_live(default: Default, holding: Holding) -> bool:
    """Whether its word stands: not lifted, and whoever gave it holds that very holding."""
    return default.lifted_ms is None and holding.holder == default.holder and not holding.went_on


def is_cured(book: Reader, default: Default, day: date) -> bool:
    """Whether nothing is owed any more at the end of `day`, late interest and costs included.

    Of a holding that was split all parts count. Raises `Refused` (`calendar_does_not_cover`).
    """
    return owed_below(book, default.holding, day).minor == 0
