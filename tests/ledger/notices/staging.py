"""Puts a constellation on record: each claim, filing, notice and transfer as its own record."""

from __future__ import annotations

from datetime import date
from typing import Any

from msgspec.structs import replace

from ledger.burdens.commands import EncumbranceKind
from ledger.burdens.records import Encumbrance, EncumbranceState
from ledger.financing.records import Financing, FinancingState
from ledger.notices.commands import InterestKind
from ledger.notices.events import Arrival
from ledger.notices.records import Assertion, Designation, Filing, Notice
from ledger.receivables.commands import DischargesUnderlying, Recourse
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.records import Holding, HoldingState, Transfer, TransferState
from tests.ledger.notices.shapes import Claim, Constellation, Filed, Step, Told
from tests.support.memory_book import MemoryBook
from tests.support.world import DAY, cny, digest, party

HOLDING, WHOLE, RECEIVABLE = "hld_part", "hld_whole", "rcv_one"
AT_MS = 50 * DAY


def staged(case: Constellation) -> MemoryBook:
    """The book of a constellation."""
    return Staging(case).book


class Staging:
    """A book that a constellation is written into; ids count up in the order of writing."""

    def __init__(self, case: Constellation) -> None:
        self.book = MemoryBook()
        self.count = 0
        chain = (party("supplier"), *(party(step.to) for step in case.steps))
        self._put_holdings(chain, case.frozen_until, is_part=case.is_part)
        if case.receives_since is not None:
            self._put(
                Designation,
                "dsg",
                obligor=party("core"),
                declaration=digest("declaration"),
                since_ms=case.receives_since * DAY,
            )
        for giver, step in zip(chain, case.steps, strict=False):
            self._step(step, giver)
        for claim in case.claims:
            self._claim(claim)

    def _put(self, record: Any, prefix: str, /, **values: Any) -> str:
        self.count += 1
        name = f"{prefix}_{self.count:03}"
        self.book.records[(record, name)] = record(id=name, last_seq=self.count, **values)
        return name

    def _put_holdings(
        self, chain: tuple[str, ...], frozen_until: tuple[int, ...], *, is_part: bool
    ) -> None:
        freezes = [
            Burden(id=f"frz_{day}", kind=BurdenKind.FREEZE, amount=cny(60_00), until_ms=day * DAY)
            for day in frozen_until
        ]
        parts = [(HOLDING, WHOLE if is_part else None, int(is_part), 100_00)]
        if is_part:
            parts += [(WHOLE, None, 0, 200_00), ("hld_elder", WHOLE, 0, 100_00)]
        for name, parent, ordinal, amount in parts:
            self.book.records[(Holding, name)] = Holding(
                id=name,
                last_seq=0,
                receivable=RECEIVABLE,
                obligor=party("core"),
                holder=chain[-1],
                state=HoldingState.SPLIT if name == WHOLE else HoldingState.HELD,
                amount=cny(amount),
                paid=cny(0),
                reduced=cny(0),
                due=date(2026, 4, 30),
                chain=chain,
                parent=parent,
                ordinal=ordinal,
                burdens=tuple(freezes),
            )

    def _step(self, step: Step, giver: str) -> None:
        make = self._financing if step.kind is InterestKind.FACTORING else self._transfer
        basis = make(step, giver)
        self._filings(step.filed, step.kind, party(step.to), giver)
        self._notices(step.told, basis, HOLDING, giver, party(step.to))

    def _transfer(self, step: Step, giver: str) -> str:
        return self._put(
            Transfer,
            "trf",
            holding=HOLDING,
            assignor=giver,
            assignee=party(step.to),
            base_trade=digest("trade"),
            recourse=Recourse.NONE,
            discharges_underlying=DischargesUnderlying.NO,
            lapses_ms=step.day * DAY,
            proposal=digest("proposal"),
            state=TransferState.ACCEPTED,
            accepted_ms=step.day * DAY,
        )

    def _financing(self, step: Step, giver: str) -> str:
        return self._put(
            Financing,
            "fin",
            holding=HOLDING,
            offer="off_one",
            programme="prg_one",
            financier=party(step.to),
            holder=giver,
            obligor=party("core"),
            face=cny(100_00),
            price=cny(100_00),
            discount=cny(0),
            rate_ppm=0,
            value_date=date(2026, 1, 6),
            due=date(2026, 4, 30),
            days=0,
            recourse=Recourse.NONE,
            account="acc_one",
            proposal=digest("proposal"),
            state=FinancingState.ACTIVE,
            accepted_ms=step.day * DAY,
            active_ms=step.day * DAY,
            collected=cny(0),
            reduced=cny(0),
        )

    def _claim(self, claim: Claim) -> None:
        over = WHOLE if claim.over == "whole" else HOLDING
        if claim.here:
            self._security(claim)
        elif claim.asserted:
            interest = self._put(
                Assertion,
                "int",
                claimant=party(claim.by),
                holding=over,
                kind=claim.kind,
                grantor=party(claim.grantor),
                since_ms=0,
                due=cny(claim.due),
                amount=None if claim.amount is None else cny(claim.amount),
                share_ppm=claim.share_ppm,
                evidence=digest("contract"),
                asserted_ms=40 * DAY,
                withdrawn_ms=45 * DAY if claim.withdrawn else None,
            )
            self._notices(claim.told, interest, over, party(claim.grantor), party(claim.by))
        self._filings(claim.filed, claim.kind, party(claim.by), party(claim.grantor))

    def _security(self, claim: Claim) -> None:
        """Security on the holding under an id of its secured party."""
        name = f"enc_{claim.by}"
        amount = None if claim.amount is None else cny(claim.amount)
        self.book.records[(Encumbrance, name)] = Encumbrance(
            id=name,
            last_seq=40,
            holding=HOLDING,
            receivable=RECEIVABLE,
            obligor=party("core"),
            holder=party(claim.grantor),
            secured_party=party(claim.by),
            kind=EncumbranceKind(claim.kind.value),
            agreement=digest("loan"),
            amount=amount,
            share_ppm=claim.share_ppm,
            behind=f"enc_{claim.behind}" if claim.behind else None,
            lapses_ms=0,
            proposal=digest("proposal"),
            state=EncumbranceState.PLACED,
            placed_ms=0,
        )
        burden = Burden(
            id=name,
            kind=BurdenKind.ENCUMBRANCE,
            amount=amount or cny(1),
            ppm=claim.share_ppm,
        )
        holding = self.book.records[(Holding, HOLDING)]
        burdens = (*holding.burdens, burden)
        self.book.records[(Holding, HOLDING)] = replace(holding, burdens=burdens)
        self._notices(claim.told, name, HOLDING, party(claim.grantor), party(claim.by))

    def _filings(self, filed: tuple[Filed, ...], kind: Any, by: str, grantor: str) -> None:
        names = {"holding": HOLDING, "whole": WHOLE, "receivable": RECEIVABLE, "all": grantor}
        for item in filed:
            self._put(
                Filing,
                "fil",
                secured=by,
                registry_code="zhongdeng",
                number=f"ZD-{self.count}",
                kind=kind,
                grantor=grantor,
                over=names[item.over],
                obligor=party(item.on) if item.on else None,
                amount=None if item.amount is None else cny(item.amount),
                filed_ms=item.day * DAY,
                expires_ms=item.expires * DAY,
                description=digest("description"),
                certificate=digest("certificate"),
                recorded_ms=item.entered * DAY,
                discharged_ms=None if item.discharged is None else item.discharged * DAY,
            )

    def _notices(
        self, told: tuple[Told, ...], basis: str, holding: str, giver: str, to: str
    ) -> None:
        for item in told:
            self._put(
                Notice,
                "ntc",
                holding=holding,
                basis=basis,
                obligor=party("core"),
                assignor=giver,
                assignee=to,
                as_factor=False,
                account="acc_one",
                since_ms=0,
                given_by=to,
                given_ms=0,
                arrived_ms=None if item.day is None else item.day * DAY,
                how=None if item.day is None else Arrival.DELIVERY,
                withdrawn_ms=None if item.taken_back is None else item.taken_back * DAY,
            )
