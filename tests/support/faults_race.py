"""A race for holdings: several offers for each, all acceptances signed before the race begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from api.bench.market import FEW, Made
from api.bench.workload import TERMS, Workload, _Claim, _Done, _Holding, _Proposal, _Stock
from api.target import now_ms
from ledger.receivables.commands import Acknowledge
from tests.support.faults_load import Load, found_market

T = TypeVar("T", _Claim, _Proposal, _Done)


@dataclass(frozen=True, slots=True)
class Race:
    """A ledger with holdings, and for each racer a file of acceptances, one for each holding."""

    load: Load
    files: list[Path]


def set_up_race(folder: Path, holdings: int, racers: int) -> Race:
    """A race in `folder`: every racer has an offer of its own, and accepts it for each holding."""
    race = _Preparation(holdings, racers)
    begun_ms = now_ms()
    base = found_market(race.workload.market, folder / "template", race.commands, begun_ms)
    files = [folder / f"racer-{number}.ndjson" for number in range(racers)]
    for file, offer in zip(files, race.offers, strict=True):
        file.write_bytes(b"".join(made.submission() + b"\n" for made in race.acceptances(offer)))
    return Race(Load(folder / "template", base, 0, begun_ms), files)


class _Preparation:
    """What comes before the race: claims, acknowledgements, offers, each with its number."""

    def __init__(self, holdings: int, racers: int) -> None:
        self.workload = Workload(FEW)
        self._stock = _Stock()
        self.commands = self.workload.founding()
        claims = [self._claim() for _ in range(holdings)]
        self.holdings = [self._acknowledged(claim) for claim in claims]
        self.offers = [self._offer() for _ in range(racers)]

    def acceptances(self, offer: _Proposal) -> Iterator[Made]:
        """The acceptance of this offer for each holding."""
        return (self.workload._accept(it, offer, self._stock)[0] for it in self.holdings)

    def _claim(self) -> _Claim:
        return self._written(*self.workload._register())

    def _offer(self) -> _Proposal:
        made, offer = self.workload._offer(self._stock)
        assert isinstance(offer, _Proposal)
        return self._written(made, offer)

    def _acknowledged(self, claim: _Claim) -> _Holding:
        command = Acknowledge(
            receivable=claim.id,
            accepts=claim.proposal,
            amount=claim.face,
            due=claim.due,
            terms=TERMS,
        )
        made = self.workload.market.draft(claim.obligor, command, expect={claim.id: claim.seq})
        done = self._written(made, _Done())
        return _Holding(made.id("hld"), claim.creditor, claim.face, claim.due, done)

    def _written(self, made: Made, remembered: T) -> T:
        """`remembered` with the number of the entry that the command will be."""
        remembered.seq = len(self.commands)
        self.commands.append(made.submission())
        return remembered
