"""For each refusal that a submission can meet, one way to meet it."""

from __future__ import annotations

from tests.support.mistakes.alerts import ALERTS
from tests.support.mistakes.burdens import BURDENS
from tests.support.mistakes.changes import CHANGES
from tests.support.mistakes.claims import CLAIMS, CROWDED
from tests.support.mistakes.conduct import CONDUCT
from tests.support.mistakes.fees import FEES
from tests.support.mistakes.form import FORM, Mistake
from tests.support.mistakes.keys import KEYS
from tests.support.mistakes.money import MONEY
from tests.support.mistakes.notices import NOTICES
from tests.support.mistakes.paying import PAYING
from tests.support.mistakes.quotas import QUOTAS
from tests.support.mistakes.recourse import RECOURSE
from tests.support.mistakes.recovery import RECOVERY
from tests.support.mistakes.standing import EMPTY, REAL, STANDING
from tests.support.mistakes.unreachable import UNREACHABLE

__all__ = ["CROWDED", "EMPTY", "MISTAKES", "REAL", "UNREACHABLE", "Mistake"]

MISTAKES: dict[str, Mistake] = {
    **FORM,
    **STANDING,
    **KEYS,
    **CLAIMS,
    **BURDENS,
    **MONEY,
    **ALERTS,
    **QUOTAS,
    **FEES,
    **CONDUCT,
    **PAYING,
    **NOTICES,
    **CHANGES,
    **RECOURSE,
    **RECOVERY,
}
"""Those that any ledger refuses, whatever its state."""
