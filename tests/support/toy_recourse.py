"""What the toy ledger knows of recourse: what is due of it, and who has the debt once it is paid.

Like the toy it shares no code with the ledger. Each holding of the toy has its `sellers` in a
tuple, the last of whom answers for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.actors import Said


def count(toy: Any, payment: dict[str, Any], minor: int) -> None:
    """What the obligor pays a claimant it cannot claim any more, and the other way round."""
    for claim in toy.recourses.values():
        if (claim["holding"], claim["by"]) == (payment["holding"], payment["to"]):
            claim["due"] -= minor


def _recover(toy: Any, said: Said, c: Any) -> None:
    """What others pay a claimant it cannot claim any more; the debt stays as it is."""
    payment = {"holding": c.holding, "to": toy.holdings[c.holding]["holder"]}
    toy.recoveries[toy.name(said, "dbr")] = payment
    count(toy, payment, c.amount.minor)


def _return_recovery(toy: Any, _: Said, c: Any) -> None:
    count(toy, toy.recoveries[c.recovery], -c.amount.minor)


def _notice(toy: Any, said: Said, c: Any) -> None:
    claim = {"holding": c.holding, "by": said.party, "due": c.amount.minor, "paid": 0}
    toy.recourses[toy.name(said, "rcs")] = claim


def _pay(toy: Any, _: Said, c: Any) -> None:
    claim = toy.recourses[c.recourse]
    claim["due"] -= c.amount.minor
    claim["paid"] += c.amount.minor
    if claim["due"] <= 0:
        _repurchase(toy, claim)


def _return(toy: Any, _: Said, c: Any) -> None:
    """It is due again, also by a later recourse that counted it."""
    claim = toy.recourses[c.recourse]
    for other in toy.recourses.values():
        if (other["holding"], other["by"]) == (claim["holding"], claim["by"]):
            other["due"] += c.amount.minor


def _end(toy: Any, _: Said, c: Any) -> None:
    claim = toy.recourses[c.recourse]
    if claim["paid"]:
        _repurchase(toy, claim)


def _repurchase(toy: Any, claim: dict[str, Any]) -> None:
    """Whoever sold it last has it again, if something is owed on it."""
    holding = toy.holdings[claim["holding"]]
    if not holding["open"]:
        return
    if holding["lien"] is not None:
        toy.loans[holding["lien"][1]]["exposure"] = 0
    *before, seller = holding["sellers"]
    holding |= {"holder": seller, "lien": None, "sellers": tuple(before)}


TELLS: dict[str, Callable[[Any, Said, Any], None]] = {
    "NoticeRecourse": _notice,
    "ReceiveRecourse": _pay,
    "AttestRecourse": _pay,
    "ReturnRecourse": _return,
    "EndRecourse": _end,
    "RecoverDebt": _recover,
    "AttestRecovery": _recover,
    "ReturnRecovery": _return_recovery,
}
"""What each accepted command changes."""
