"""Random histories of a market: invariants hold throughout, and ticks decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.errors import Refused
from ledger.financing import commands as f
from ledger.financing import events as e
from ledger.financing.eligibility import obligor_exposure, programme_exposure
from ledger.financing.records import Financing, Offer, Programme
from ledger.receivables.events import HoldingUnlocked, IssueLapsed, TransferLapsed
from ledger.receivables.records import Holding
from ledger.settlement.events import PaymentRecorded
from tests.support.market import Market, instruct
from tests.support.world import DAY, cny, party, propose, split

LAPSES = (e.FinancingLapsed, HoldingUnlocked, TransferLapsed, IssueLapsed)
Act = Callable[[Market, Random], tuple[Any, ...]]


def _pick(market: Market, data: Random, kind: type[Any]) -> Any:
    """One of the records in the order of their making, which is the same with ticks."""
    found = list(market.book.all(kind))
    return found[data.randrange(len(found))]


def _hold(market: Market, data: Random) -> tuple[Any, ...]:
    market.held(data.randint(1_00, 100_00))
    return ()


def _offer(market: Market, data: Random) -> tuple[Any, ...]:
    small = {"limit_obligor": cny(200_00), "limit_total": cny(150_00)}
    by = data.choice(["financier", "rival"])
    market.make_offer(by, programme=market.open_programme(by, **small).id)
    return ()


def _request(market: Market, data: Random) -> tuple[Any, ...]:
    holding = _pick(market, data, Holding)
    command = f.RequestFinancing(holding=holding.id, latest=market.today)
    return market.do(market.name_of(holding.holder), command)


def _accept(market: Market, data: Random) -> tuple[Any, ...]:
    holding, offer = _pick(market, data, Holding), _pick(market, data, Offer)
    command = market.acceptance(holding, offer)
    return market.do(market.name_of(holding.holder), command, holding.id, offer.id)


def _split(market: Market, data: Random) -> tuple[Any, ...]:
    holding = _pick(market, data, Holding)
    half = holding.outstanding.minor // 2
    command = split(holding, half, holding.outstanding.minor - half)
    return market.do(market.name_of(holding.holder), command)


def _propose(market: Market, data: Random) -> tuple[Any, ...]:
    holding = _pick(market, data, Holding)
    command = propose(holding, "second", market.at_ms + DAY)
    return market.do(market.name_of(holding.holder), command)


def _disburse(market: Market, data: Random) -> tuple[Any, ...]:
    item = _pick(market, data, Financing)
    choice = data.randrange(6)
    if choice < 3:
        return market.do(market.name_of(item.financier), instruct(item))
    if choice == 3:
        release = f.ReleaseLock(financing=item.id)
        return market.do(market.name_of(item.financier), release)
    if choice == 4:
        failed = f.AttestFailure(financing=item.id, reference="no")
        return market.do("bank", failed)
    return market.do("bank", market.statement(item, reference=f"line {market.count}"))


def _confirm(market: Market, data: Random) -> tuple[Any, ...]:
    item = _pick(market, data, Financing)
    return market.do(market.name_of(item.holder), market.receipt(item))


def _pay(market: Market, data: Random) -> tuple[Any, ...]:
    holding = _pick(market, data, Holding)
    amount = data.choice([holding.outstanding.minor or 1, data.randint(1, 60_00)])
    if data.random() < 0.5:
        return market.do(market.name_of(holding.holder), market.payment(holding, amount))
    command = market.credit(holding, amount, reference=f"line {market.count}")
    return market.do("bank", command)


ACTS: tuple[Act, ...] = (
    _hold,
    _offer,
    _request,
    *[_accept] * 4,
    _split,
    _propose,
    *[_disburse] * 5,
    *[_confirm] * 2,
    *[_pay] * 2,
)


def _step(market: Market, seed: int) -> str | list[Any]:
    """The refusal code of one random act, or what it states besides lapses."""
    data = Random(seed)  # noqa: S311 - a repeatable history, no secret
    market.at_ms += data.choice([0, 0, 0, DAY // 2, DAY, 2 * DAY])
    before = len(market.book.log)
    try:
        data.choice(ACTS)(market, data)
    except Refused as refused:
        return refused.code.value
    return [event for event in market.book.log[before:] if not isinstance(event, LAPSES)]


def _start() -> Market:
    market = Market()
    market.accept_offer(market.held(50_00), market.make_offer())
    return market


def _exposures(market: Market) -> list[int]:
    found = []
    for item in market.book.all(Programme):
        found.append(programme_exposure(market.book, item, market.at_ms).minor)
        found.append(obligor_exposure(market.book, item, party("core"), market.at_ms).minor)
    return found


@given(st.lists(st.integers(0, 2**32), min_size=1, max_size=40))
def test_every_decision_is_the_same_with_or_without_ticks(seeds: list[int]) -> None:
    """Two ledgers live the same life, one ticked after every step: they decide alike."""
    plain, ticked = _start(), _start()
    for seed in seeds:
        assert _step(plain, seed) == _step(ticked, seed)
        ticked.tick()
        assert _exposures(plain) == _exposures(ticked)
        assert plain.findings() == ticked.findings() == []
    plain.tick()
    assert _timeless(plain) == _timeless(ticked)


def _timeless(market: Market) -> dict[Any, Any]:
    """All records without the entry that changed them last."""
    return {name: replace(item, last_seq=0) for name, item in market.book.records.items()}


def test_random_histories_reach_every_event() -> None:
    """A campaign that never gets to a kind of event would prove nothing about it."""
    seen: set[type[Any]] = set()
    for run in range(30):
        market = _start()
        data = Random(run)  # noqa: S311 - a repeatable history, no secret
        for _ in range(80):
            _step(market, data.randrange(2**32))
        seen |= {type(event) for event in market.book.log}
    aside: set[type[Any]] = {
        e.FinancingReversed,
        e.ProgrammeClosed,
        e.OfferWithdrawn,
        e.RequestWithdrawn,
    }
    aside |= {e.FinancingReduced, e.FinancingRepurchased}  # the acts of a higher floor state it
    assert seen >= {*e.Event.__args__, PaymentRecorded} - aside
