"""What a funding certificate says beside the evidence: one lock, for one financing, at one moment.

It is for a bank that is not on the ledger. What the ledger has no record of is said to be so:
``not_checked`` or ``none_recorded``, never left to be guessed.
"""

from __future__ import annotations

from ledger.dates import instant_text
from ledger.errors import RefusalCode, Refused
from ledger.financing.records import Financing, FinancingState
from ledger.packs.facts import Asked, Facts, sees_invoices, without_gaps
from ledger.receivables.records import HoldingState, Transfer, TransferState

NOT_CHECKED = "not_checked"
NONE_RECORDED = "none_recorded"
_LIVE = (FinancingState.ACCEPTED, FinancingState.INSTRUCTED)


def locked_for(asked: Asked) -> Financing:
    """The one financing for which the holding is locked, for one of its two sides to certify.

    Raises `Refused`: `record_not_found` for others, as for what is not there;
    `holding_is_not_locked` when there is none, or its time is over.
    """
    holding = asked.holding
    made = asked.book.get(Financing, holding.pending) if holding.pending else None
    if made is None or holding.state is not HoldingState.LOCKED:
        if asked.is_one_of(holding.holder):
            raise _not_locked(holding.id)
        raise _nothing(holding.id)
    if not asked.is_one_of(made.holder, made.financier):
        raise _nothing(holding.id)
    if made.state not in _LIVE or made.has_lapsed(asked.at_ms):
        raise _not_locked(holding.id)
    return made


def certified(asked: Asked, made: Financing) -> Facts:
    """The facts of a certificate about the financing `made`."""
    return {
        "acknowledgement": _acknowledgement(asked),
        "dispositions": NONE_RECORDED,
        "lock": _lock(asked, made),
        "price": _price(asked, made),
        "priority": {
            "competing_here": _others(asked, made),
            "public_registry": NOT_CHECKED,
            "scope": "this_ledger",
        },
        "registry": {"search_digest": NONE_RECORDED, "filing": NONE_RECORDED},
        "tax": {
            "invoices": len(asked.receivable.uses) if sees_invoices(asked) else NOT_CHECKED,
            "red_letter": NOT_CHECKED,
            "tax_bureau": NOT_CHECKED,
        },
    }


def _acknowledgement(asked: Asked) -> Facts:
    claim = asked.receivable
    return without_gaps(
        at=asked.acknowledged_at,
        by=claim.obligor,
        irrevocable=True,  # no rule of the ledger lets an obligor take it back
        waiver_of_defences=claim.waiver_of_defences,
    )


def _lock(asked: Asked, made: Financing) -> Facts:
    lapses, instructed = made.lock_lapses_ms, made.instructed_ms
    return without_gaps(
        financing=made.id,
        financier=made.financier,
        seller=made.holder,
        state=made.state.value,
        since=instant_text(made.accepted_ms),
        instructed_at=None if instructed is None else instant_text(instructed),
        lapses_at=None if lapses is None else instant_text(lapses),
        recourse=made.recourse.value,
        sole=_others(asked, made) == 0,
    )


def _others(asked: Asked, made: Financing) -> int:
    """Other acts that could take the holding: by the ledger's rules there is never any."""
    financings = asked.book.find(Financing, holding=asked.holding.id)
    transfers = asked.book.find(Transfer, holding=asked.holding.id)
    live = (*_LIVE, FinancingState.ACTIVE)
    return sum(item.id != made.id and item.state in live for item in financings) + sum(
        item.state is TransferState.PROPOSED for item in transfers
    )


def _price(asked: Asked, made: Financing) -> Facts:
    """How the price follows: face × rate × days / basis, taken off the face."""
    return {
        "face": asked.money(made.face),
        "discount": asked.money(made.discount),
        "price": asked.money(made.price),
        "day_count": made.day_count.value,
        "value_date": made.value_date.isoformat(),
        "due": made.due.isoformat(),
        "rate_ppm": made.rate_ppm,
        "days": made.days,
    }


def _not_locked(holding: str) -> Refused:
    return Refused(
        RefusalCode.HOLDING_IS_NOT_LOCKED, f"The holding {holding} is locked for no financing now."
    )


def _nothing(holding: str) -> Refused:
    return Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no holding {holding}.")
