"""A holding at an instant: the filings over it, the notices of it, and how far each right goes.

Which records count at an instant is decided here alone: filings that stand in the registry, and
notices that arrived and were not taken back.
"""

from __future__ import annotations

from collections.abc import Collection

from msgspec import Struct
from msgspec.structs import replace

from ledger.model.records import Reader
from ledger.money import Money
from ledger.notices.commands import InterestKind
from ledger.notices.priority import Interest
from ledger.notices.reasons import Reason
from ledger.notices.records import Designation, Filing, Notice
from ledger.notices.tree import reaching
from ledger.receivables.lineage import ancestry
from ledger.receivables.records import Holding

PPM = 1_000_000


def covering(book: Reader, holding: Holding) -> list[Filing]:
    """All filings over a holding, what it was split from, its receivable, or its hands' claims."""
    ids = [item.id for item in ancestry(book, holding)]
    found = [item for over in (*ids, holding.receivable) for item in book.find(Filing, over=over)]
    for party in dict.fromkeys(holding.chain):
        found += [
            item
            for item in book.find(Filing, over=party)
            if item.obligor in (None, holding.obligor)
        ]
    return [item for item in found if item.grantor in holding.chain]


class Scene(Struct, frozen=True, gc=False):
    """A holding at an instant, with what it was split from and all filings over it."""

    book: Reader
    holding: Holding
    at_ms: int
    above: tuple[Holding, ...]
    filings: tuple[Filing, ...]

    def level(self, grantor: str) -> int:
        """The last place of a party in the chain of hands: what it gave, it gave from there."""
        chain = self.holding.chain
        return len(chain) - 1 - chain[::-1].index(grantor)


def scene_of(book: Reader, holding: Holding, at_ms: int) -> Scene:
    """The scene, read once."""
    above = tuple(ancestry(book, holding))
    return Scene(book, holding, at_ms, above, tuple(covering(book, holding)))


def with_filing(
    scene: Scene, claim: Interest, grantor: str, used: Collection[str]
) -> tuple[Interest, Filing | None]:
    """The claim with its earliest live filing that is not `used`; else with what became of it."""
    mine = [
        item
        for item in scene.filings
        if (item.secured, item.grantor) == (claim.claimant, grantor)
        and is_pledge(item.kind) == is_pledge(claim.kind)
        and item.id not in used
    ]
    live = [item for item in mine if item.is_live(scene.at_ms)]
    if live:
        filing = min(live, key=lambda item: (item.filed_ms, item.id))
        rests_on = (*claim.rests_on, (filing.id, filing.last_seq))
        return replace(claim, filed_ms=filing.filed_ms, rests_on=rests_on), filing
    ended = max(mine, key=lambda item: (item.filed_ms, item.id), default=None)
    return replace(claim, lost=_ended(scene, ended)) if ended else claim, None


def _ended(scene: Scene, filing: Filing) -> tuple[tuple[Reason, int], ...]:
    if filing.discharged_ms is not None and filing.is_discharged(scene.at_ms):
        return ((Reason.FILING_DISCHARGED, filing.discharged_ms),)
    return ((Reason.FILING_EXPIRED, filing.expires_ms),)


def with_notice(scene: Scene, claim: Interest, basis: str) -> Interest:
    """The claim with the first arrival of a notice of `basis`; else with what became of one."""
    ids = {item.id for item in scene.above}
    notices = [item for item in scene.book.find(Notice, basis=basis) if item.holding in ids]
    stand = [item for item in notices if item.withdrawn_ms is None]
    arrived = [(item.arrived_ms, item.id, item) for item in stand if item.arrived_ms is not None]
    if arrived:
        arrived_ms, _, notice = min(arrived, key=lambda item: item[:2])
        return _arrived(claim, arrived_ms, (notice.id, notice.last_seq))
    taken_back = [item.withdrawn_ms for item in notices if item.withdrawn_ms is not None]
    if not taken_back:
        return claim
    return replace(claim, lost=(*claim.lost, (Reason.NOTICE_WITHDRAWN, max(taken_back))))


def with_entry(scene: Scene, claim: Interest, entered_ms: int) -> Interest:
    """The claim, told to the obligor by its own entry where that received by entry at the time."""
    if claim.arrived_ms is not None and claim.arrived_ms <= entered_ms:
        return claim
    for item in scene.book.find(Designation, obligor=scene.holding.obligor):
        if item.covers(entered_ms):
            return _arrived(claim, entered_ms, (item.id, item.last_seq))
    return claim


def _arrived(claim: Interest, arrived_ms: int, by: tuple[str, int]) -> Interest:
    return replace(claim, arrived_ms=arrived_ms, rests_on=(*claim.rests_on, by))


def most_of(scene: Scene, source: Holding, amount: Money | None, share_ppm: int | None) -> int:
    """What a right over `source`, from which the holding was split, takes of it at most."""
    outstanding = scene.holding.outstanding.minor
    if share_ppm is not None:
        return outstanding * share_ppm // PPM
    if amount is None:
        return outstanding
    return min(reaching(scene.book, scene.holding, source, amount.minor), outstanding)


def most_filed(scene: Scene, filing: Filing) -> int:
    """What a filing covers of the holding at most.

    An amount over all claims of a party bounds what is taken of each: which claim it will be taken
    from is the filer's choice. In another currency it bounds nothing.
    """
    amount = filing.amount
    if amount is not None and amount.currency != scene.holding.amount.currency:
        amount = None
    source = next((item for item in scene.above if item.id == filing.over), None)
    if source is None and filing.over == scene.holding.receivable:
        source = scene.above[-1]
    if source is None and amount is not None:
        return min(amount.minor, scene.holding.outstanding.minor)
    return most_of(scene, source or scene.holding, amount, filing.share_ppm)


def is_pledge(kind: InterestKind) -> bool:
    """Whether the right is a pledge; a filing of one serves no other right, nor the reverse."""
    return kind is InterestKind.PLEDGE
