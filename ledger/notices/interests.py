"""What the records say of the claims to a holding: the values that the order is computed from.

The holder's title, financings under way, security given here, rights asserted from elsewhere, and
filings that belong to none of them. `interests` is the one place where a further kind of right is
added.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec.structs import replace

from ledger.burdens.commands import EncumbranceKind
from ledger.burdens.records import Encumbrance
from ledger.financing.records import Financing, FinancingState
from ledger.model.records import Reader, need
from ledger.notices.bases import financing_stands
from ledger.notices.commands import InterestKind
from ledger.notices.priority import Interest, Ranking, Title, rank
from ledger.notices.records import Assertion, Filing
from ledger.notices.scene import (
    Scene,
    is_pledge,
    most_filed,
    most_of,
    scene_of,
    with_entry,
    with_filing,
    with_notice,
)
from ledger.receivables.burdens import weight
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding, Transfer, TransferState


def priority(book: Reader, holding_id: str, at_ms: int) -> Ranking:
    """The order of all claims to a holding at an instant not before the latest entry.

    Raises `Refused` (`record_not_found`).
    """
    holding = need(book, Holding, holding_id, "/holding")
    scene = scene_of(book, holding, at_ms)
    freezes = [
        item.id
        for item in holding.burdens
        if item.kind is BurdenKind.FREEZE and item.is_live(at_ms)
    ]
    return rank(_title(scene), _claims(scene), at_ms, freezes)


def interests(book: Reader, holding: Holding, at_ms: int) -> list[Interest]:
    """The claims to a holding but its holder's own, by id."""
    return _claims(scene_of(book, holding, at_ms))


def notice_arrived(book: Reader, holding: Holding, assignor: str, at_ms: int) -> int | None:
    """When the obligor first had notice that `assignor`, an earlier holder, had passed it on.

    Notice of a later step is notice of those before it. None where it has had none by `at_ms`.
    What the obligor could set off against the assignor is judged as of this instant (Civil Code
    549).
    """
    scene = scene_of(book, holding, at_ms)
    steps = _title(scene).steps[scene.level(assignor) :]
    return min((it.arrived_ms for it in steps if it.arrived_ms is not None), default=None)


# -- the holder's title ----------------------------------------------------------------------------
def _title(scene: Scene) -> Title:
    holding = scene.holding
    known = _moves(scene)
    steps = []
    for level, pair in enumerate(pairwise(holding.chain)):
        move = next((item for item in known if _sides(item) == pair), None)
        if move is not None:
            known.remove(move)
        steps.append(_step(scene, level, pair, move))
    return Title(
        holding=holding.id,
        holder=holding.holder,
        outstanding=holding.outstanding,
        steps=tuple(steps),
    )


def _moves(scene: Scene) -> list[Transfer | Financing]:
    """The transfers and financings that moved the holding or what it was split from, in order."""
    found: list[Transfer | Financing] = []
    for item in scene.above:
        found += scene.book.find(Transfer, holding=item.id)
        found += scene.book.find(Financing, holding=item.id)
    timed = [(_moved_ms(move), move.id, move) for move in found]
    done = [(at_ms, move_id, move) for at_ms, move_id, move in timed if at_ms is not None]
    return [move for _, _, move in sorted(done, key=lambda item: item[:2])]


def _moved_ms(move: Transfer | Financing) -> int | None:
    """When title moved by it: at acceptance, or with the proven advance."""
    if isinstance(move, Financing):
        return move.active_ms
    return move.accepted_ms if move.state is TransferState.ACCEPTED else None


def _sides(move: Transfer | Financing) -> tuple[str, str]:
    if isinstance(move, Transfer):
        return move.assignor, move.assignee
    return move.holder, move.financier


def _step(
    scene: Scene, level: int, pair: tuple[str, str], move: Transfer | Financing | None
) -> Interest:
    """One step of the title; a financier's return of it is on record in the holding alone."""
    outstanding = scene.holding.outstanding.minor
    basis = scene.holding.id if move is None else move.id
    factoring = isinstance(move, Financing)
    due = move.price if isinstance(move, Financing) else move.consideration if move else None
    step = Interest(
        id=basis if move is not None else f"{basis}:{level}",
        claimant=pair[1],
        kind=InterestKind.FACTORING if factoring else InterestKind.ASSIGNMENT,
        level=level,
        most=outstanding,
        due=max(due.minor if due else outstanding, 1),
        rests_on=((basis, (move or scene.holding).last_seq),),
    )
    step, _ = with_filing(scene, step, pair[0], ())
    step = with_notice(scene, step, basis)
    if isinstance(move, Transfer):
        return with_entry(scene, step, move.accepted_ms or 0)
    return step


# -- the claims of others --------------------------------------------------------------------------
def _claims(scene: Scene) -> list[Interest]:
    """Financings under way, security, assertions, and filings that belong to none of them."""
    used: set[str] = set()
    found = []
    for made in (*_under_way(scene), *_secured(scene), *_asserted(scene)):
        claim, filing = with_filing(scene, made, scene.holding.chain[made.level], used)
        if filing is not None:
            used.add(filing.id)
            claim = replace(claim, most=min(claim.most, most_filed(scene, filing)))
        found.append(with_notice(scene, claim, made.id))
    chain = scene.holding.chain
    steps = set(pairwise(chain))
    for filing in scene.filings:
        is_title = (filing.grantor, filing.secured) in steps and not is_pledge(filing.kind)
        if filing.id not in used and not is_title and filing.is_live(scene.at_ms):
            found.append(_filed_alone(scene, filing))
    return sorted(found, key=lambda item: item.id)


def _under_way(scene: Scene) -> Iterator[Interest]:
    """The financing that has the holding locked: a factor's claim, before title moves."""
    financing = scene.book.get(Financing, scene.holding.pending or "")
    if (
        financing is None
        or financing.state is FinancingState.ACTIVE
        or not financing_stands(financing, scene.at_ms)
    ):
        return
    yield Interest(
        id=financing.id,
        claimant=financing.financier,
        kind=InterestKind.FACTORING,
        level=scene.level(financing.holder),
        most=scene.holding.outstanding.minor,
        due=financing.price.minor,
        rests_on=((financing.id, financing.last_seq),),
    )


_SECURITY = {
    EncumbranceKind.PLEDGE: InterestKind.PLEDGE,
    EncumbranceKind.FIDUCIARY: InterestKind.FIDUCIARY,
}


def _secured(scene: Scene) -> Iterator[Interest]:
    """What lies on the holding as security by both sides' signatures here."""
    for burden in scene.holding.burdens:
        item = scene.book.get(Encumbrance, burden.id)
        if item is not None:
            most = min(weight(burden, scene.holding.outstanding), scene.holding.outstanding).minor
            yield Interest(
                id=item.id,
                claimant=item.secured_party,
                kind=_SECURITY[item.kind],
                level=scene.level(item.holder),
                most=most,
                due=max(most, 1),
                behind=item.behind,
                rests_on=((item.id, item.last_seq),),
            )


def _asserted(scene: Scene) -> Iterator[Interest]:
    for source in scene.above:
        for item in sorted(scene.book.find(Assertion, holding=source.id), key=lambda it: it.id):
            if item.withdrawn_ms is None:
                yield Interest(
                    id=item.id,
                    claimant=item.claimant,
                    kind=item.kind,
                    level=scene.level(item.grantor),
                    most=most_of(scene, source, item.amount, item.share_ppm),
                    due=item.due.minor,
                    rests_on=((item.id, item.last_seq),),
                )


def _filed_alone(scene: Scene, filing: Filing) -> Interest:
    """A filing whose contract is not on record: a claim by the registry's word alone."""
    most = most_filed(scene, filing)
    return Interest(
        id=filing.id,
        claimant=filing.secured,
        kind=filing.kind,
        level=scene.level(filing.grantor),
        most=most,
        due=max(most, 1),
        filed_ms=filing.filed_ms,
        rests_on=((filing.id, filing.last_seq),),
    )
