"""The legal order of claims: a table of constellations, and what holds for every one."""

from __future__ import annotations

from dataclasses import replace as with_changes
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from ledger.notices.commands import InterestKind
from ledger.notices.interests import interests, notice_arrived, priority
from ledger.notices.priority import Interest, Ranking, Regime, Title, rank, share
from ledger.notices.reasons import WORDS, Reason, said
from ledger.receivables.records import Holding
from tests.ledger.notices.constellations import TABLE, WHY
from tests.ledger.notices.shapes import Constellation
from tests.ledger.notices.staging import AT_MS, HOLDING, staged
from tests.support.world import DAY, ROLES, cny, party
from tests.tidy import ROOT

NAMES = {party(name): name for name in (*ROLES, "rival", "house")}


def rows(ranking: Ranking) -> list[tuple[object, ...]]:
    """A ranking as the table writes it."""
    return sorted(
        (
            place.rank,
            NAMES[place.claimant],
            place.takes.minor,
            *(reason.value for reason, _ in place.because),
        )
        for place in (*ranking.places, *ranking.without_effect)
    )


def answer(case: Constellation) -> list[tuple[object, ...]]:
    """The rows of the right answer."""
    found = []
    for row in case.answer.split(" | "):
        number, name, takes, *why = row.split()
        found.append((int(number), name, int(takes), *(WHY[word] for word in why)))
    return sorted(found)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.title)
def test_constellations(case: Constellation) -> None:
    """Each constellation has the order, the amounts and the reasons that the table says."""
    ranking = priority(staged(case), HOLDING, AT_MS)
    assert rows(ranking) == answer(case)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.title)
def test_the_order_of_recording_decides_nothing(case: Constellation) -> None:
    """The same claims, recorded in reverse order, rank the same: entry order is no reason."""
    backwards = case._replace(claims=tuple(reversed(case.claims)))
    # Only where units are shared out do ids, and with them the order of entry, break a tie.
    if " shared" not in case.answer:
        assert rows(priority(staged(backwards), HOLDING, AT_MS)) == answer(case)


def test_there_are_enough_constellations() -> None:
    """At least 24, each with a title of its own."""
    assert len({case.title for case in TABLE}) == len(TABLE) >= 24


def test_every_reason_is_met() -> None:
    """The table meets each reason that there is, and each has words in both languages."""
    met = {code for case in TABLE for row in answer(case) for code in row[3:]}
    assert met == {reason.value for reason in Reason} == set(WHY.values())
    assert set(WORDS) == set(Reason)


def test_a_reason_says_the_time_that_decided() -> None:
    """English and Chinese name the registry's own time, as UTC text."""
    english, chinese = said(Reason.FILED, 5 * DAY)
    assert "1970-01-06T00:00:00.000Z" in english
    assert "1970-01-06T00:00:00.000Z" in chinese


def test_a_ranking_names_the_records_it_rests_on() -> None:
    """The claim, its filing and its notice, each with the entry that changed it last."""
    case = next(case for case in TABLE if "ranks by the filing alone" in case.title)
    first, second, holder = priority(staged(case), HOLDING, AT_MS).places
    assert first.rests_on == (("fil_005", 5), ("int_004", 4))
    assert second.rests_on == (("fil_003", 3), ("int_001", 1), ("ntc_002", 2))
    assert holder.rests_on == ()


def test_a_freeze_is_named_and_moves_nobody() -> None:
    """A court order in force has no rank among claims; the ranking says that it is there."""
    case = next(case for case in TABLE if case.frozen_until)
    frozen = priority(staged(case), HOLDING, AT_MS)
    assert frozen.freezes == ("frz_60",)
    free = priority(staged(case._replace(frozen_until=())), HOLDING, AT_MS)
    assert replace(frozen, freezes=()) == free


def test_the_instant_of_the_notice_is_told() -> None:
    """For set-off: when the obligor first had notice of what moved the holding."""
    case = next(case for case in TABLE if "second transfer is notice" in case.title)
    book = staged(case)
    holding = book.records[(Holding, HOLDING)]
    for assignor in holding.chain[:-1]:  # notice of the second step is notice of the first
        assert notice_arrived(book, holding, assignor, AT_MS) == 22 * DAY
    alone = staged(TABLE[0])
    assert interests(alone, alone.records[(Holding, HOLDING)], AT_MS) == []


# -- what holds for all ----------------------------------------------------------------------------
ALL = tuple(InterestKind)
INSTANTS = st.one_of(st.none(), st.integers(0, 4))


@st.composite
def claim(draw: Any, name: str, steps: int, kinds: tuple[InterestKind, ...]) -> Interest:
    """A claim to a holding that changed hands `steps` times."""
    return Interest(
        id=f"int_{name}",
        claimant=f"pty_{name}",
        kind=draw(st.sampled_from(kinds)),
        level=draw(st.integers(0, steps)),
        most=draw(st.integers(0, 120)),
        due=draw(st.integers(1, 1_000)),
        filed_ms=draw(INSTANTS),
        arrived_ms=draw(INSTANTS),
    )


@st.composite
def claims(draw: Any, steps: int, kinds: tuple[InterestKind, ...] = ALL) -> list[Interest]:
    """Up to five claims, many of them at equal times."""
    return [draw(claim(str(number), steps, kinds)) for number in range(draw(st.integers(0, 5)))]


@st.composite
def titles(draw: Any) -> Title:
    """How a holder has its holding: by up to three steps."""
    steps = tuple(
        Interest(
            id=f"trf_{level}",
            claimant=f"pty_hand{level}",
            kind=draw(st.sampled_from([InterestKind.ASSIGNMENT, InterestKind.FACTORING])),
            level=level,
            most=100,
            due=draw(st.integers(1, 1_000)),
            filed_ms=draw(INSTANTS),
            arrived_ms=draw(INSTANTS),
        )
        for level in range(draw(st.integers(0, 3)))
    )
    holder = steps[-1].claimant if steps else "pty_creditor"
    outstanding = cny(draw(st.integers(0, 100)))
    return Title(holding="hld_1", holder=holder, outstanding=outstanding, steps=steps)


@st.composite
def scenes(draw: Any) -> tuple[Title, list[Interest]]:
    """A title and the claims against it."""
    title = draw(titles())
    return title, draw(claims(len(title.steps)))


@settings(max_examples=300)
@given(scenes(), st.randoms(use_true_random=False))
def test_any_order_of_reading_gives_the_same_ranking(
    scene: tuple[Title, list[Interest]], random: Any
) -> None:
    """Any two verifiers print the same order (invariant 11): a permutation changes nothing."""
    title, found = scene
    shuffled = list(found)
    random.shuffle(shuffled)
    assert rank(title, shuffled, AT_MS) == rank(title, found, AT_MS)


@settings(max_examples=300)
@given(scenes())
def test_a_ranking_shares_out_exactly_what_is_outstanding(
    scene: tuple[Title, list[Interest]],
) -> None:
    """Nobody takes more than its right, and the holder has what the others leave."""
    title, found = scene
    ranking = rank(title, found, AT_MS)
    assert sum(place.takes.minor for place in ranking.places) == title.outstanding.minor
    most = {item.id: item.most for item in found}
    for place in (*ranking.places, *ranking.without_effect):
        assert place.takes.minor <= most.get(place.interest, title.outstanding.minor)


@settings(max_examples=300)
@given(scenes())
def test_ranks_are_dense_and_later_ones_get_what_is_left(
    scene: tuple[Title, list[Interest]],
) -> None:
    """Ranks are 1, 2, 3 …; who has a rank takes nothing unless all before it have their whole."""
    title, found = scene
    places = rank(title, found, AT_MS).places
    assert {place.rank for place in places} == set(range(1, places[-1].rank + 1))
    most = {item.id: item.most for item in found}
    for place in places:
        if place.takes.minor > 0:
            before = [item for item in places if item.rank < place.rank]
            assert all(item.takes.minor == most[item.interest] for item in before)


def _ranks(ranking: Ranking) -> dict[str, int]:
    return {place.interest: place.rank for place in ranking.places}


@settings(max_examples=300)
@given(scenes(), st.data())
def test_one_more_claim_moves_no_two_others(
    scene: tuple[Title, list[Interest]], data: st.DataObject
) -> None:
    """Under one rule of law a further claim never changes who of two others comes first.

    So a junior claim changes nothing above it. (A claim that brings 768 into play is another
    case: then the law itself asks another question.)
    """
    title, found = scene
    more = data.draw(claim("more", len(title.steps), ALL))
    before, after = rank(title, found, AT_MS), rank(title, [*found, more], AT_MS)
    if before.regime is not after.regime:
        return
    old, new = _ranks(before), _ranks(after)
    assert all((old[a] < old[b]) == (new[a] < new[b]) for a in old for b in old)
    later = {place.interest: place for place in after.places}
    for place in before.places:
        if new[place.interest] < new.get(more.id, 0):
            assert later[place.interest].takes == place.takes


@settings(max_examples=300)
@given(st.integers(0, 3).flatmap(lambda steps: st.tuples(st.just(steps), claims(steps))))
def test_who_comes_first_of_three(case: tuple[int, list[Interest]]) -> None:
    """The order is transitive, pair by pair: it is that of the pairs looked at alone."""
    steps, found = case
    chain = tuple(
        Interest(
            id=f"trf_{level}",
            claimant=f"pty_hand{level}",
            kind=InterestKind.FACTORING,
            level=level,
            most=100,
            due=1,
            arrived_ms=2,
        )
        for level in range(steps)
    )
    title = Title(holding="hld_1", holder="pty_x", outstanding=cny(100), steps=chain)
    keeps = [replace(item, kind=InterestKind.FACTORING) for item in found]
    whole = _ranks(rank(title, keeps, AT_MS))
    for one in keeps:
        for other in keeps:
            if one.id != other.id:
                pair = _ranks(rank(title, [one, other], AT_MS))
                assert (pair[one.id] < pair[other.id]) == (whole[one.id] < whole[other.id])


@settings(max_examples=300)
@given(claims(0))
def test_an_unfiled_pledge_never_takes(found: list[Interest]) -> None:
    """It is listed without effect, and the ranking is what it would be without it."""
    title = Title(holding="hld_1", holder="pty_1", outstanding=cny(100))
    void = [item for item in found if item.kind is InterestKind.PLEDGE and item.filed_ms is None]
    rest = [item for item in found if item not in void]
    ranking = rank(title, found, AT_MS)
    assert {place.interest for place in ranking.without_effect} == {item.id for item in void}
    assert replace(ranking, without_effect=()) == rank(title, rest, AT_MS)


@settings(max_examples=300)
@given(claims(0, (InterestKind.ASSIGNMENT,)))
def test_assignments_alone_never_ask_the_registry(found: list[Interest]) -> None:
    """合同编通则解释 50: without factoring or security no filing time matters."""
    title = Title(holding="hld_1", holder="pty_1", outstanding=cny(100))
    unfiled = [replace(item, filed_ms=None) for item in found]
    assert rank(title, found, AT_MS) == rank(title, unfiled, AT_MS)
    assert rank(title, found, AT_MS).regime is not Regime.FILING


@settings(max_examples=300)
@given(st.integers(0, 10**6), claims(0).filter(len))
def test_a_shared_rank_is_shared_to_the_unit(left: int, group: list[Interest]) -> None:
    """All is given out that the claims may take, and no claim is left out for another's excess."""
    shares = share(left, group)
    assert sum(shares.values()) == min(left, sum(item.most for item in group))
    assert all(0 <= shares[item.id] <= item.most for item in group)


def test_a_title_that_came_back_has_a_step_of_its_own() -> None:
    """Who has a holding again after a return has what its own earlier grants leave."""
    case = next(case for case in TABLE if "pledged what it holds" in case.title)
    again = case._replace(
        claims=tuple(with_changes(item, grantor="supplier") for item in case.claims)
    )
    book = staged(again)
    holding = book.records[(Holding, HOLDING)]
    back = replace(holding, holder=party("supplier"), chain=(*holding.chain, party("supplier")))
    book.records[(Holding, HOLDING)] = back
    assert rows(priority(book, HOLDING, AT_MS)) == [
        (1, "rival", 35_00, "filed"),
        (2, "supplier", 65_00, "holder_takes_the_rest"),
    ]


def test_the_specification_lists_every_reason() -> None:
    """docs/spec/priority.md names each code that an answer may hold."""
    page = (ROOT / "docs/spec/priority.md").read_text("utf-8")
    assert [reason for reason in Reason if f"`{reason.value}`" not in page] == []
