"""Which counterclaims may be set off against a holding (抵销, Civil Code 549 and 568).

What the present holder owes the obligor may always be set off, once it is due (568). What an
earlier holder owes follows the debt into later hands only if the obligor had it when it was told
of the assignment and it fell due no later than the debt, or if it is from the same contract (549).
Whoever has waived its defences has promised not to. An assignment that the obligor was not told
of has no effect on it (546): then it is as if the earlier holder still had the debt.
"""

from __future__ import annotations

from ledger.changes.events import Counterclaim
from ledger.dates import civil_date
from ledger.errors import RefusalCode
from ledger.model.records import Reader, refuse_if
from ledger.notices.interests import notice_arrived
from ledger.policy.state import ledger_of, today_of
from ledger.receivables.records import Holding, Receivable


def check_set_off(
    book: Reader, receivable: Receivable, holding: Holding, claim: Counterclaim, at_ms: int
) -> None:
    """Raises `Refused` unless the obligor may set `claim` off against `holding` now.

    In this order: `counterclaim_is_on_a_stranger`, `dates_not_in_order`, `counterclaim_is_not_due`,
    `defences_are_waived`, `counterclaim_came_too_late`.
    """
    today = today_of(book, at_ms)
    refuse_if(
        claim.against not in holding.chain,
        RefusalCode.COUNTERCLAIM_IS_ON_A_STRANGER,
        f"Who is named as its debtor never held {holding.id}.",
        "/body/against",
    )
    refuse_if(
        claim.arose > min(claim.matures, today),
        RefusalCode.DATES_NOT_IN_ORDER,
        f"It would have arisen on {claim.arose}.",
        "/body/arose",
    )
    refuse_if(
        claim.matures > today,
        RefusalCode.COUNTERCLAIM_IS_NOT_DUE,
        f"It falls due on {claim.matures}.",
        "/body/matures",
    )
    if claim.against == holding.holder:
        return
    refuse_if(
        receivable.waiver_of_defences,
        RefusalCode.DEFENCES_ARE_WAIVED,
        f"The acknowledgement of {receivable.id} waives defences against later holders.",
    )
    told_ms = notice_arrived(book, holding, claim.against, at_ms)
    if claim.same_contract or told_ms is None:
        return
    told = civil_date(told_ms, ledger_of(book).time_zone)
    refuse_if(
        claim.arose > told or claim.matures > holding.due,
        RefusalCode.COUNTERCLAIM_CAME_TOO_LATE,
        f"The obligor was told of the assignment on {told}, and the debt is due on {holding.due}.",
        "/body/arose",
    )
