"""One plausible act for every kind of command: mostly accepted, whatever the ledger looks like.

Each function picks who and what at random and makes what is missing first. `ACTS` names them by
the kind of command that they are about; `NEVER` says why two kinds have none.
"""

from __future__ import annotations

from datetime import timedelta

from ledger.receivables.records import Holding
from tests.support.actors import DAY, HOUR, START, Stage
from tests.support.acts.alerts import ALERTS
from tests.support.acts.burdens import BURDENS
from tests.support.acts.changes import CHANGES
from tests.support.acts.claims import CLAIMS
from tests.support.acts.conduct import CONDUCT
from tests.support.acts.fees import FEES
from tests.support.acts.funding import FUNDING, distribution, lapsed, part_of, payable, payment
from tests.support.acts.keys import KEYS
from tests.support.acts.notices import NOTICES
from tests.support.acts.parties import STANDING, Act, bind, claims_by_manifest, rotation
from tests.support.acts.paying import PAYING
from tests.support.acts.quotas import QUOTAS
from tests.support.acts.recourse import RECOURSE
from tests.support.acts.recovery import RECOVERY

__all__ = [
    "ACTS",
    "NEVER",
    "Act",
    "bind",
    "claims_by_manifest",
    "distribution",
    "lapsed",
    "part_of",
    "payable",
    "payment",
    "rotation",
    "wait",
]

NEVER = {
    "ledger.open": "each log has one genesis, with which every history begins",
    "rules.adopt": "this build knows rules number 1 alone, which is in force from genesis on",
}
"""Kinds that no history adopts after its beginning."""


OLD_DAYS = 300
"""Days overdue after which every debt is paid: fewer than suspend an obligor on this stage."""


def wait(s: Stage) -> None:
    """Time passes: minutes, hours, days. In the long run obligors pay, or they were suspended."""
    s.clock.ms += s.random.choice([1_000, HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR, 130 * HOUR])
    if s.clock.ms < START + OLD_DAYS * DAY:
        return
    for item in s.all(Holding):
        if item.is_open and item.due + timedelta(days=OLD_DAYS) < s.today:
            s.do("bank", payment(s, item, item.outstanding))


ACTS: dict[str, Act] = {
    **STANDING,
    **KEYS,
    **CLAIMS,
    **BURDENS,
    **FUNDING,
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
"""What to do for each kind of command."""
