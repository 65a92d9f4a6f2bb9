"""What the toy ledger expects of disputes, changes and claims, worked out anew from what is said.

A debt falls on the creditor's own holdings first, by id: free ones, then sold ones that nobody
instructed. Then those bear it in proportion who have consented; what is over is a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from tests.support.actors import Said
from tests.support.toy_burdens import left_of, live
from tests.support.toy_ids import made_id
from tests.support.toy_interest import day_of

if TYPE_CHECKING:
    from tests.support.toy import Toy

FOREVER = 10**18


def raise_dispute(toy: Toy, said: Said, c: Any) -> None:
    """Nothing falls: it lies on the creditor's own, then on all others unless that is waived."""
    name, claim = made_id(said, "dsp"), toy.claims[c.receivable]
    toy.disputes[name] = {"claim": c.receivable}
    found = sorted(
        (key, item)
        for key, item in toy.holdings.items()
        if item["claim"] == c.receivable and item["open"]
    )
    own = [item for _, item in found if item["holder"] == claim["creditor"]]
    others = [item for _, item in found if item["holder"] != claim["creditor"]]
    left, taken = c.amount.minor, []
    for item in own:
        taken.append((item, min(left, _undisputed(item))))
        left -= taken[-1][1]
    if not claim["waived"]:
        rooms = [_undisputed(item) for item in others]
        taken += zip(others, _shares(min(left, sum(rooms)), rooms), strict=True)
    for item, minor in taken:
        if minor:
            burden = {"kind": "dispute", "minor": minor, "ppm": None, "until": FOREVER}
            item["burdens"].append({**burden, "id": name})


def withdraw(toy: Toy, _: Said, c: Any) -> None:
    """What was disputed is free."""
    _lift(toy, c.dispute)


def _lift(toy: Toy, name: str) -> None:
    for item in toy.holdings.values():
        item["burdens"] = [one for one in item["burdens"] if one["id"] != name]


def _undisputed(item: dict[str, Any]) -> int:
    denied = sum(one["minor"] for one in item["burdens"] if one["kind"] == "dispute")
    return max(0, left_of(item) - denied)


def _room(toy: Toy, item: dict[str, Any]) -> int:
    """What of a holding is neither frozen nor security; nothing beside a security in a share."""
    burdens = live(item["burdens"], toy.now)
    held = {kind: [one for one in burdens if one["kind"] == kind] for kind in _RIGHTS}
    if any(one["ppm"] for found in held.values() for one in found):
        return 0
    taken = max(sum(one["minor"] for one in found) for found in held.values())
    return max(0, left_of(item) - taken)


_RIGHTS = ("freeze", "encumbrance")


def _shares(minor: int, rooms: Sequence[int]) -> list[int]:
    """`minor` in proportion to `rooms`, the largest fractions first for what is over."""
    exact = [Fraction(minor * room, sum(rooms)) if sum(rooms) else Fraction(0) for room in rooms]
    shares = [int(part) for part in exact]
    by_rest = sorted(range(len(shares)), key=lambda at: (shares[at] - exact[at], at))
    for at in by_rest[: minor - sum(shares)]:
        shares[at] += 1
    return shares


def award(toy: Toy, said: Said, c: Any) -> None:
    """What the court found falls on the creditor's own, and is a claim for the rest."""
    claim = toy.disputes[c.dispute]["claim"]
    left = _lower(toy, claim, c.amount.minor, [])
    _lift(toy, c.dispute)
    _claim(toy, said, claim, left)


def propose(toy: Toy, said: Said, c: Any) -> None:
    """A change of any kind waits for answers."""
    kind = type(c).__name__
    holding = getattr(c, "holding", None)
    if kind == "ProposeSettlement":
        claim = toy.disputes[c.dispute]["claim"]
    else:
        claim = c.receivable if holding is None else toy.holdings[holding]["claim"]
    toy.changes[made_id(said, "chg")] = {
        "kind": kind,
        "claim": claim,
        "command": c,
        "asked": [(part.holding, part.most.minor) for part in getattr(c, "asked", ())],
        "answers": {said.party: True},
    }


def consent(toy: Toy, said: Said, c: Any) -> None:
    """One more has consented."""
    toy.changes[c.change]["answers"][said.party] = True
    _close(toy, said, toy.changes[c.change])


def refuse(toy: Toy, said: Said, c: Any) -> None:
    """Who was asked keeps what it has; a denied set-off leaves a claim; all else is over."""
    change = toy.changes[c.change]
    sides = _sides(toy, change["claim"])
    if change["kind"] in ("ProposeCreditNote", "ProposeSettlement") and said.party not in sides:
        change["answers"][said.party] = False
        _close(toy, said, change)
    elif change["kind"] == "ProposeSetOff":
        _claim(toy, said, change["claim"], change["command"].amount.minor)


def attest(toy: Toy, _: Said, c: Any) -> None:
    """What the tax office says of an invoice: how much of it is reversed."""
    toy.red[c.invoice] = {"void": FOREVER, "red": FOREVER, "normal": 0}.get(
        c.status.value, c.reduced.minor if c.reduced else 0
    )


def raise_claim(toy: Toy, said: Said, c: Any) -> None:
    """What is reversed and in other hands, once."""
    claim = toy.claims[c.receivable]
    gone = {}
    for name, use in zip(claim["invoices"], claim["uses"], strict=True):
        if use[2]:
            standing = max(0, toy.net[name] - toy.red.get(name, 0))
            gone[name] = min(use[2], max(0, toy.used()[use[0], use[1]] - standing))
    own = sum(left_of(toy.holdings[name]) for name in _own(toy, c.receivable))
    debts = [debt for debt in toy.debts.values() if debt["invoice"] in gone]
    of_it = sum(debt["amount"] for debt in debts if debt["invoice"] == c.invoice)
    here = sum(debt["amount"] for debt in debts if debt["claim"] == c.receivable)
    minor = min(gone[c.invoice] - of_it, sum(gone.values()) - own - here)
    _claim(toy, said, c.receivable, minor, c.invoice)


def settle_claim(toy: Toy, _: Said, c: Any) -> None:
    """The claimant has received a part."""
    toy.debts[c.claim]["open"] -= c.amount.minor


def _close(toy: Toy, said: Said, change: dict[str, Any]) -> None:
    """Apply the change where nobody's answer is missing."""
    if _needed(toy, change) <= change["answers"].keys():
        _APPLY[change["kind"]](toy, said, change)


def _needed(toy: Toy, change: dict[str, Any]) -> set[str]:
    sides = _sides(toy, change["claim"])
    if change["kind"] == "ProposeSetOff":
        obligor = toy.claims[change["claim"]]["obligor"]
        return {obligor, toy.holdings[change["command"].holding]["holder"]}
    if change["asked"] or change["kind"] in ("ProposeCreditNote", "ProposeSettlement"):
        return sides | {toy.holdings[name]["holder"] for name, _ in change["asked"]}
    return sides | {
        item["holder"]
        for item in toy.holdings.values()
        if item["claim"] == change["claim"] and item["open"]
    }


def _credit(toy: Toy, said: Said, change: dict[str, Any]) -> None:
    command, claim = change["command"], toy.claims[change["claim"]]
    left = _lower(toy, change["claim"], command.amount.minor, _consenting(toy, change))
    debts = toy.debts.values()
    claimed = sum(debt["amount"] for debt in debts if debt["invoice"] == command.invoice)
    before = toy.unabsorbed[command.invoice]
    toy.unabsorbed[command.invoice] += left
    use = claim["uses"][claim["invoices"].index(command.invoice)]
    use[2] -= command.amount.minor - left
    fresh = min(left, max(0, before + left - claimed))
    _claim(toy, said, change["claim"], fresh, command.invoice)


def _settle(toy: Toy, said: Said, change: dict[str, Any]) -> None:
    minor = change["command"].amount.minor
    left = _lower(toy, change["claim"], minor, _consenting(toy, change))
    _lift(toy, change["command"].dispute)
    _claim(toy, said, change["claim"], left)


def _set_off(toy: Toy, _: Said, change: dict[str, Any]) -> None:
    toy.fall(change["command"].holding, change["command"].amount.minor, "reduced")


def _amend(toy: Toy, _: Said, change: dict[str, Any]) -> None:
    claim, today = toy.claims[change["claim"]], day_of(toy.now)
    if claim["due"] < today:
        claim["overdue"].append((claim["due"], today))
    claim["due"] = change["command"].due


def _cancel(toy: Toy, _: Said, change: dict[str, Any]) -> None:
    claim = toy.claims[change["claim"]]
    kept = sum(use[2] for use in claim["uses"]) - claim["owed"]
    for name, item in toy.holdings.items():
        if item["claim"] == change["claim"] and item["open"]:
            toy.fall(name, left_of(item), "reduced")
    for use in claim["uses"]:
        use[2] = min(use[2], kept)
        kept -= use[2]


_APPLY = {
    "ProposeCreditNote": _credit,
    "ProposeSettlement": _settle,
    "ProposeSetOff": _set_off,
    "ProposeDueDate": _amend,
    "ProposeCancellation": _cancel,
}


def _consenting(toy: Toy, change: dict[str, Any]) -> list[tuple[str, int]]:
    """What may be taken of each that was asked and whose holder said yes, by id."""
    creditor = toy.claims[change["claim"]]["creditor"]
    found = []
    for name, most in sorted(change["asked"]):
        item = toy.holdings[name]
        if item["holder"] != creditor and change["answers"].get(item["holder"]):
            found.append((name, min(most, _room(toy, item))))
    return found


def _lower(toy: Toy, claim: str, minor: int, asked: Sequence[tuple[str, int]]) -> int:
    """Take so much off a debt, holding by holding; what falls on nobody."""
    parts = []
    for name in _own(toy, claim, bearing=True):
        part = min(minor, _room(toy, toy.holdings[name]))
        parts.append((name, part))
        minor -= part
    rooms = [most for _, most in asked]
    borne = min(minor, sum(rooms))
    shares = _shares(borne, rooms)
    parts += [(name, share) for (name, _), share in zip(asked, shares, strict=True)]
    for name, part in parts:
        if part:
            toy.fall(name, part, "reduced")
    return minor - borne


def _own(toy: Toy, claim: str, *, bearing: bool = False) -> list[str]:
    """The creditor's open holdings; with `bearing` in the order in which they bear something."""
    creditor = toy.claims[claim]["creditor"]
    found = sorted(
        name
        for name, item in toy.holdings.items()
        if item["claim"] == claim and item["open"] and item["holder"] == creditor
    )
    if not bearing:
        return found
    locks = {name: _lock(toy, name) for name in found}
    free = [name for name in found if locks[name] is None]
    return free + [name for name in found if locks[name] not in (None, FOREVER)]


def _lock(toy: Toy, name: str) -> int | None:
    """Until when a financing has a holding that is not paid for yet."""
    lien = toy.lien(toy.holdings[name])
    return toy.holdings[name]["lien"][2] if lien and lien[0] == "lock" else None


def _sides(toy: Toy, claim: str) -> set[str]:
    return {toy.claims[claim]["creditor"], toy.claims[claim]["obligor"]}


def _claim(toy: Toy, said: Said, claim: str, minor: int, invoice: str | None = None) -> None:
    if minor > 0:
        debt = {"claim": claim, "invoice": invoice, "amount": minor, "open": minor}
        toy.debts[made_id(said, "clm")] = debt


TELLS: Mapping[str, Callable[[Toy, Said, Any], None]] = {
    "RaiseDispute": raise_dispute,
    "WithdrawDispute": withdraw,
    "AwardDispute": award,
    "ProposeCreditNote": propose,
    "ProposeSettlement": propose,
    "ProposeSetOff": propose,
    "ProposeDueDate": propose,
    "ProposeCancellation": propose,
    "ConsentToChange": consent,
    "RefuseChange": refuse,
    "AttestInvoiceStatus": attest,
    "RaiseClaim": raise_claim,
    "SettleClaim": settle_claim,
}
"""What each accepted command changes."""
