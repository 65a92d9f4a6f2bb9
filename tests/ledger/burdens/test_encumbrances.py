"""Security: two sides, what may become it, ranks, and how it is given back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ledger.burdens import commands as b
from ledger.burdens.decide import stake
from ledger.burdens.records import Encumbrance, EncumbranceState
from ledger.receivables.acts import burden, lock, move_title
from ledger.receivables.events import Burden, BurdenKind
from tests.support.burdening import (
    acceptance,
    do,
    frozen,
    gets,
    offer,
    offered,
    order,
    part,
    pledged,
)
from tests.support.world import DAY, NOW, World, cny, digest, line, party, refusal

ENCUMBRANCE = BurdenKind.ENCUMBRANCE


def now(world: World, item: Encumbrance) -> Encumbrance:
    """The encumbrance as it is now."""
    return world.book.records[(Encumbrance, item.id)]


def test_security_lies_when_the_second_party_has_signed() -> None:
    """An offer burdens nothing; accepted it takes its amount, and the holding is not passed on."""
    world = World()
    holding = world.held(100_00)
    item = offered(world, holding, 40_00)
    assert (item.state, world.holding(holding.id).burdens) == (EncumbranceState.PROPOSED, ())
    do(world, "financier", acceptance(item), item.id, holding.id)
    placed = now(world, item)
    assert (placed.state, placed.placed_ms) == (EncumbranceState.PLACED, NOW)
    assert (placed.holder, placed.obligor) == (party("supplier"), party("core"))
    assert world.holding(holding.id).burdened(ENCUMBRANCE, NOW) == cny(40_00)
    assert refusal(world.propose, "supplier", holding, "second") == "holding_is_encumbered"
    _, free = world.split("supplier", world.holding(holding.id), 40_00, 60_00)
    assert world.propose("supplier", free, "second").holding == free.id


def test_a_later_one_gets_what_is_left() -> None:
    """Sums beyond the holding are for later ranks; the order is that of acceptance."""
    world = World()
    holding = world.held(100_00)
    early = offered(world, holding, 70_00)
    late = pledged(world, holding, 60_00, by="second")
    do(world, "financier", acceptance(early), early.id, holding.id)
    assert gets(world, [holding], late, early, kind=ENCUMBRANCE) == [(60_00, 40_00)]


def test_it_may_give_way_by_agreement() -> None:
    """Whom it stands behind is on record, and must lie on the same holding."""
    world = World()
    holding, other = world.held(100_00), world.held(50_00)
    first, elsewhere = pledged(world, holding, 70_00), pledged(world, other, 10_00)
    second = pledged(world, holding, 30_00, by="second", behind=first.id)
    assert second.behind == first.id
    wrong = offer(holding, 30_00, behind=elsewhere.id)
    assert refusal(do, world, "supplier", wrong) == "encumbrance_is_closed"
    missing = offer(holding, 30_00, behind="enc_none")
    assert refusal(do, world, "supplier", missing) == "record_not_found"


def test_refusals_of_an_offer_come_in_their_order() -> None:
    """Record, holder, state, freeze, dispute, circulation, secured party, form, amount, time."""
    world = World()
    holding = world.held(100_00)
    bad = offer(holding, None, secured_party=party("auditor"), lapses_ms=NOW, kind=_FIDUCIARY)
    assert refusal(do, world, "supplier", replace(bad, holding="hld_none")) == "record_not_found"
    assert refusal(do, world, "second", bad) == "act_belongs_to_another_party"
    transfer = world.propose("supplier", holding, "second")
    assert refusal(do, world, "supplier", bad) == "holding_is_pending"
    world.at_ms += DAY
    assert transfer.lapses_ms == world.at_ms
    freeze = frozen(world, part(holding, 1))
    _dispute(world, holding.id)
    assert refusal(do, world, "supplier", bad) == "holding_is_frozen"
    do(world, "operator", b.LiftFreeze(freeze=freeze.id, order=digest("off")))
    assert refusal(do, world, "supplier", bad) == "holding_is_disputed"
    bad = replace(bad, holding=world.held(100_00).id)
    assert refusal(do, world, "supplier", bad) == "party_lacks_role"
    bad = replace(bad, secured_party=party("supplier"))
    assert refusal(do, world, "supplier", bad) == "secured_party_does_not_fit"
    bad = replace(bad, secured_party=party("bank"))
    assert refusal(do, world, "supplier", bad) == "field_invalid"
    both = replace(bad, amount=cny(1), share_ppm=1)
    assert refusal(do, world, "supplier", both) == "field_invalid"
    bad = replace(bad, amount=replace(cny(100_01), currency="USD"))
    assert refusal(do, world, "supplier", bad) == "currency_mismatch"
    bad = replace(bad, amount=cny(100_01))
    assert refusal(do, world, "supplier", bad) == "burden_exceeds_holding"
    bad = replace(bad, amount=cny(100_00))
    assert refusal(do, world, "supplier", bad) == "deadline_out_of_range"
    late = replace(bad, lapses_ms=world.at_ms + 6 * DAY)
    assert refusal(do, world, "supplier", late) == "deadline_out_of_range"
    do(world, "supplier", replace(bad, lapses_ms=world.at_ms + 5 * DAY))


_FIDUCIARY = b.EncumbranceKind.FIDUCIARY


def _dispute(world: World, holding_id: str) -> None:
    disputed = Burden(id="dsp_1", kind=BurdenKind.DISPUTE, amount=cny(1))
    world.book.apply(burden(world.holding(holding_id), disputed))


def test_the_obligor_takes_no_security_in_its_own_debt() -> None:
    """A core enterprise that is a supplier, too, may lend, but not on what it owes itself."""
    world = World()
    owed = world.register(line(), obligor=party("other_core"))
    holding = world.acknowledge(owed, by="other_core")
    own = offer(holding, 1, secured_party=party("other_core"))
    assert refusal(do, world, "supplier", own) == "secured_party_does_not_fit"


def test_refusals_of_acceptance_come_in_their_order() -> None:
    """Record, party, time, what was seen, digest, holding seen, hands, and all that holds for an
    offer again.
    """
    world = World()
    holding = world.held(100_00)
    item = offered(world, holding, 40_00)
    good = acceptance(item)
    seen = (item.id, holding.id)
    missing = replace(good, encumbrance="enc_none")
    assert refusal(do, world, "financier", missing, *seen) == "record_not_found"
    assert refusal(do, world, "second", good, *seen) == "act_belongs_to_another_party"
    assert refusal(do, world, "financier", good) == "expect_missing"
    other = replace(good, accepts=digest("other"))
    assert refusal(do, world, "financier", other, *seen) == "accepted_digest_differs"
    assert refusal(do, world, "financier", good, item.id) == "expect_missing"
    world.book.apply(lock(world.book, holding, "fin_1", world.at_ms, None))
    assert refusal(do, world, "financier", good, *seen) == "holding_is_locked"
    world.at_ms += DAY
    assert refusal(do, world, "financier", good, *seen) == "encumbrance_has_lapsed"


def test_what_has_changed_hands_is_no_security_of_its_old_holder() -> None:
    """The offer of a holder that has passed the holding on is not accepted any more."""
    world = World()
    holding = world.held(100_00)
    item = offered(world, holding, 40_00)
    world.accept("second", world.propose("supplier", holding, "second"))
    good = acceptance(item)
    code = refusal(do, world, "financier", good, item.id, holding.id)
    assert code == "holding_has_another_holder"


def test_what_a_financier_bought_is_not_encumbered() -> None:
    """Neither by the seller, whose it is not, nor by the financier, which may have to give back."""
    world = World()
    holding = world.held(100_00)
    world.book.apply(lock(world.book, holding, "fin_1", world.at_ms, None))
    title = move_title(world.holding(holding.id), party("financier"), "fin_1")
    world.book.apply(title)
    assert refusal(do, world, "supplier", offer(holding, 1)) == "act_belongs_to_another_party"
    to_the_bank = offer(holding, 1, secured_party=party("bank"))
    assert refusal(do, world, "financier", to_the_bank) == "holding_is_financed"


def test_on_the_day_of_payment_nothing_becomes_security() -> None:
    """From the record date to the day of payment who is paid is fixed."""
    world = World()
    holding = world.held(100_00)
    world.at_ms = NOW + 114 * DAY
    late = offer(holding, 1, lapses_ms=world.at_ms + DAY)
    assert refusal(do, world, "supplier", late) == "redemption_is_under_way"


def test_an_offer_is_answered_once() -> None:
    """Rejected, rescinded or accepted, it is closed; only its own sides may answer."""
    world = World()
    holding = world.held(100_00)
    item = offered(world, holding, 40_00)
    rejects = b.RejectEncumbrance(encumbrance=item.id)
    rescinds = b.RescindEncumbrance(encumbrance=item.id)
    assert refusal(do, world, "supplier", rejects) == "act_belongs_to_another_party"
    assert refusal(do, world, "financier", rescinds) == "act_belongs_to_another_party"
    do(world, "financier", rejects)
    assert now(world, item).state is EncumbranceState.REJECTED
    assert refusal(do, world, "supplier", rescinds) == "encumbrance_is_closed"
    again = offered(world, holding, 40_00)
    do(world, "supplier", b.RescindEncumbrance(encumbrance=again.id))
    assert now(world, again).state is EncumbranceState.RESCINDED
    closed = refusal(do, world, "financier", acceptance(again), again.id, holding.id)
    assert closed == "encumbrance_is_closed"


def test_security_is_given_back_in_parts() -> None:
    """25 of 40 on one child, then the rest; what is given back may be passed on."""
    world = World()
    holding = world.held(100_00)
    item = pledged(world, holding, 40_00)
    parts = world.split("supplier", world.holding(holding.id), 30_00, 70_00)
    assert gets(world, parts, item, kind=ENCUMBRANCE) == [(30_00,), (10_00,)]
    back = b.ReleaseEncumbrance(
        encumbrance=item.id, parts=(part(parts[0], 15_00), part(parts[1], 10_00))
    )
    do(world, "financier", back)
    assert gets(world, parts, item, kind=ENCUMBRANCE) == [(15_00,), (0,)]
    assert (now(world, item).amount, now(world, item).state) == (
        cny(15_00),
        EncumbranceState.PLACED,
    )
    world.propose("supplier", parts[1], "second")
    rest = b.ReleaseEncumbrance(encumbrance=item.id, parts=(part(parts[0], 15_00),))
    do(world, "financier", rest)
    assert now(world, item).state is EncumbranceState.RELEASED
    assert world.holding(parts[0].id).burdens == ()
    assert refusal(do, world, "financier", rest) == "encumbrance_is_closed"


def test_a_share_is_given_back_whole_on_a_holding() -> None:
    """Half of 30 and half of 70: 35 is all of it on the second, 34.99 is not."""
    world = World()
    holding = world.held(100_00)
    item = pledged(world, holding, None, share_ppm=500_000)
    first, second = world.split("supplier", world.holding(holding.id), 30_00, 70_00)
    less = b.ReleaseEncumbrance(encumbrance=item.id, parts=(part(second, 34_99),))
    assert refusal(do, world, "financier", less) == "release_does_not_fit"
    do(world, "financier", replace(less, parts=(part(second, 35_00),)))
    assert gets(world, [first, second], item, kind=ENCUMBRANCE) == [(15_00,), (0,)]
    assert now(world, item).state is EncumbranceState.PLACED
    do(world, "financier", b.ReleaseEncumbrance(encumbrance=item.id))
    assert now(world, item).state is EncumbranceState.RELEASED


@pytest.mark.parametrize("amounts", [(40_01,), (1, 1)])
def test_more_than_there_is_is_not_given_back(amounts: tuple[int, ...]) -> None:
    """Too much, a holding twice, another currency, or one it does not lie on."""
    world = World()
    holding, other = world.held(100_00), world.held(100_00)
    item = pledged(world, holding, 40_00)
    wrong = tuple(part(holding, minor) for minor in amounts)
    command = b.ReleaseEncumbrance(encumbrance=item.id, parts=wrong)
    assert refusal(do, world, "financier", command) == "release_does_not_fit"
    elsewhere = replace(command, parts=(part(other, 1),))
    assert refusal(do, world, "financier", elsewhere) == "release_does_not_fit"
    dollars = b.Part(holding=holding.id, amount=replace(cny(1), currency="USD"))
    assert refusal(do, world, "financier", replace(command, parts=(dollars,))) == (
        "release_does_not_fit"
    )
    assert refusal(do, world, "supplier", command) == "act_belongs_to_another_party"


def test_the_stake_is_what_is_secured_or_frozen() -> None:
    """An amount, or for a share the whole holding; an order's own amount."""
    world = World()
    holding = world.held(100_00)
    assert stake(world.book, offer(holding, 40_00)) == cny(40_00)
    assert stake(world.book, offer(holding, None, share_ppm=1)) == cny(100_00)
    item = offered(world, holding, None, share_ppm=1)
    assert stake(world.book, acceptance(item)) == cny(100_00)
    assert stake(world.book, b.RejectEncumbrance(encumbrance="enc_none")) is None
    command = order(world, part(holding, 10_00), amount=cny(25_00))
    assert stake(world.book, command) == cny(25_00)
    freeze = frozen(world, part(holding, 10_00))
    assert stake(world.book, b.LiftFreeze(freeze=freeze.id, order=digest("x"))) == cny(10_00)
