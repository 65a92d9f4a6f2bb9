"""The registry: searches and filings as their filers state them, and the gate before an advance."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.dates import Calendar
from ledger.financing.records import Financing, FinancingState
from ledger.money import UNBOUNDED
from ledger.notices import commands as n
from ledger.notices.clocks import discharge_due, to_discharge
from ledger.notices.decide import stake
from ledger.notices.interests import priority
from ledger.notices.reasons import Reason
from ledger.notices.records import Filing, Notice, Search
from ledger.policy.commands import Gates
from ledger.policy.events import PolicyAdopted
from tests.support.market import Market, account, instruct
from tests.support.world import DAY, cny, digest, line, party, policy, refusal

HOUR = 3_600_000


def search(at_ms: int, creditor: str = "supplier", **changes: Any) -> n.RecordSearch:
    """The command that records a search."""
    command = n.RecordSearch(
        registry_code="zhongdeng",
        creditor=party(creditor),
        searched_ms=at_ms,
        result=digest("result"),
    )
    return replace(command, **changes)


def filing(at_ms: int, **changes: Any) -> n.RecordFiling:
    """The command that records a filing over all claims of the supplier, for a year."""
    command = n.RecordFiling(
        registry_code="zhongdeng",
        number="ZD-1",
        kind=n.InterestKind.FACTORING,
        grantor=party("supplier"),
        filed_ms=at_ms,
        expires_ms=at_ms + 365 * DAY,
        description=digest("description"),
        certificate=digest("certificate"),
    )
    return replace(command, **changes)


def refused(market: Market, name: str, command: Any) -> str:
    """The code with which the command is refused."""
    return refusal(market.do, name, command)


def test_a_search_is_recorded_with_its_own_time() -> None:
    """What was found, of whose claims, when; and not what has not happened."""
    market = Market()
    found = (digest("prior filing"),)
    market.do("financier", search(market.at_ms - HOUR, found=found, obligor=party("core")))
    (record,) = market.book.all(Search)
    assert (record.searcher, record.creditor) == (party("financier"), party("supplier"))
    assert (record.searched_ms, record.recorded_ms) == (market.at_ms - HOUR, market.at_ms)
    assert (record.obligor, record.found) == (party("core"), found)
    late = search(market.at_ms + 1)
    assert refused(market, "financier", late) == "stated_time_is_in_the_future"
    assert refused(market, "financier", search(0, creditor="nobody")) == "party_unknown"
    stranger = search(0, obligor=party("nobody"))
    assert refused(market, "financier", stranger) == "party_unknown"


def test_a_filing_keeps_the_registrys_time() -> None:
    """It may be filed long before it is told here; it covers all claims unless one is named."""
    market = Market()
    market.do("financier", filing(market.at_ms - 9 * DAY))
    (record,) = market.book.all(Filing)
    assert (record.secured, record.over) == (party("financier"), party("supplier"))
    assert (record.filed_ms, record.recorded_ms) == (market.at_ms - 9 * DAY, market.at_ms)
    holding = market.held()
    over = filing(market.at_ms, number="ZD-2", over=holding.id, amount=cny(30_00))
    market.do("rival", over)
    first, second, _ = priority(market.book, holding.id, market.at_ms).places
    assert (first.claimant, first.takes) == (party("financier"), cny(100_00))
    assert (second.claimant, second.takes) == (party("rival"), cny(0))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"grantor": party("nobody")}, "party_unknown"),
        ({"grantor": party("financier")}, "grantor_has_no_claim"),
        ({"obligor": party("nobody")}, "party_unknown"),
        ({"over": "hld_nothing"}, "record_not_found"),
        ({"over": "rcv_nothing"}, "record_not_found"),
        ({"amount": cny(1), "share_ppm": 1}, "extent_does_not_fit"),
    ],
)
def test_a_filing_that_cannot_be_is_refused(changes: Any, code: str) -> None:
    """Parties are known, the claim is there, and one bound is enough."""
    market = Market()
    assert refused(market, "financier", filing(market.at_ms, **changes)) == code


def test_a_filing_is_over_what_its_grantor_had() -> None:
    """A holding or a receivable of the grantor, with its own obligor and currency."""
    market = Market()
    holding = market.held()
    for over in (holding.id, holding.receivable):
        foreign = filing(market.at_ms, over=over, grantor=party("second"))
        assert refused(market, "financier", foreign) == "grantor_has_no_claim"
        dollars = filing(market.at_ms, over=over, amount=replace(cny(1), currency="USD"))
        assert refused(market, "financier", dollars) == "currency_mismatch"
    named = filing(market.at_ms, over=holding.id, obligor=party("core"))
    assert refused(market, "financier", named) == "extent_does_not_fit"
    market.accept("second", market.propose("supplier", holding, "second"))
    taken = filing(market.at_ms, over=holding.receivable, grantor=party("second"))
    assert market.do("financier", taken)


def test_a_filing_without_an_amount_is_about_all_that_it_is_over() -> None:
    """So neither its record nor its discharge passes by an approval tier or a delegation's cap."""
    market = Market()
    holding, registered = market.held(100_00), market.register(line("INV-2", 70_00))
    kept, _ = market.split("supplier", holding, 60_00, 40_00)
    wide = filing(market.at_ms)
    for number, (over, minor) in enumerate(
        ((kept.id, 60_00), (holding.receivable, 100_00), (registered.id, 70_00))
    ):
        command = replace(wide, over=over, share_ppm=1, number=f"ZD-{number}")
        assert stake(market.book, command) == cny(minor)
        recorded = market.do("financier", command)[0].filing
        discharge = n.DischargeFiling(
            filing=recorded, discharged_ms=market.at_ms, certificate=digest("off")
        )
        assert stake(market.book, discharge) == cny(minor)
    assert stake(market.book, replace(wide, amount=cny(1_00))) == cny(1_00)


def test_over_all_claims_of_a_party_no_amount_bounds_a_filing() -> None:
    """Neither to record it nor to renew or discharge it: the highest tier signs."""
    market = Market()
    wide = filing(market.at_ms)
    recorded = market.do("financier", wide)[0].filing
    renewed = n.RenewFiling(
        filing=recorded, expires_ms=market.at_ms + 900 * DAY, certificate=digest("on")
    )
    discharge = n.DischargeFiling(
        filing=recorded, discharged_ms=market.at_ms, certificate=digest("off")
    )
    for command in (wide, renewed, discharge):
        assert stake(market.book, command) is UNBOUNDED


def test_times_of_a_filing_are_in_order() -> None:
    """Filed by now, ended after it was filed."""
    market = Market()
    early = filing(market.at_ms + 1)
    assert refused(market, "financier", early) == "stated_time_is_in_the_future"
    short = filing(market.at_ms, expires_ms=market.at_ms)
    assert refused(market, "financier", short) == "dates_not_in_order"


def test_one_number_is_one_filing() -> None:
    """Again over the same claim is refused; over another it is the same filing, told alike."""
    market = Market()
    command = filing(market.at_ms)
    market.do("financier", command)
    assert refused(market, "financier", command) == "filing_is_recorded"
    assert refused(market, "rival", command) == "filing_facts_differ"
    holding = market.held()
    other_time = replace(command, over=holding.id, filed_ms=market.at_ms - 1)
    assert refused(market, "financier", other_time) == "filing_facts_differ"
    pledge = replace(command, over=holding.id, kind=n.InterestKind.PLEDGE)
    assert refused(market, "financier", pledge) == "filing_facts_differ"
    assert market.do("financier", replace(command, over=holding.id))
    assert market.do("rival", replace(command, registry_code="another"))


def test_a_filing_is_renewed_while_it_stands() -> None:
    """It keeps its rank and its time; what expired or was discharged is filed anew."""
    market = Market()
    market.do("financier", filing(market.at_ms, expires_ms=market.at_ms + DAY))
    (record,) = market.book.all(Filing)
    longer = n.RenewFiling(
        filing=record.id, expires_ms=market.at_ms + 9 * DAY, certificate=digest("renewed")
    )
    assert refused(market, "rival", longer) == "act_belongs_to_another_party"
    shorter = replace(longer, expires_ms=record.expires_ms)
    assert refused(market, "financier", shorter) == "dates_not_in_order"
    market.at_ms += DAY - 1
    market.do("financier", longer)
    renewed = market.get(Filing, record.id)
    assert (renewed.filed_ms, renewed.expires_ms) == (record.filed_ms, longer.expires_ms)
    assert renewed.certificate == digest("renewed")
    market.at_ms = longer.expires_ms
    again = replace(longer, expires_ms=market.at_ms + DAY)
    assert refused(market, "financier", again) == "filing_has_ended"


def test_a_filing_is_discharged_once() -> None:
    """At a time between its filing and now; then it is none."""
    market = Market()
    market.do("financier", filing(market.at_ms))
    (record,) = market.book.all(Filing)
    out = n.DischargeFiling(
        filing=record.id, discharged_ms=market.at_ms, certificate=digest("discharge")
    )
    assert refused(market, "rival", out) == "act_belongs_to_another_party"
    late = replace(out, discharged_ms=market.at_ms + 1)
    assert refused(market, "financier", late) == "stated_time_is_in_the_future"
    early = replace(out, discharged_ms=market.at_ms - 1)
    assert refused(market, "financier", early) == "dates_not_in_order"
    market.do("financier", out)
    assert not market.get(Filing, record.id).is_live(market.at_ms)
    assert refused(market, "financier", out) == "filing_has_ended"


# -- the gate --------------------------------------------------------------------------------------
class Gated(Market):
    """A market whose policy wants registration before an advance, and one accepted financing."""

    def __init__(self) -> None:
        super().__init__()
        closed = replace(policy(), gates=Gates(registration=True))
        self.book.apply([PolicyAdopted(policy=closed)])
        self.made = self.accepted()

    def file(self, **changes: Any) -> None:
        """The financier files over the holding, now."""
        self.do("financier", filing(self.at_ms, over=self.made.holding, **changes))

    def tell(self, *, arrives: bool = True) -> None:
        """The financier gives notice, and the obligor receives it."""
        command = n.GiveNotice(
            holding=self.made.holding,
            basis=self.made.id,
            assignee=party("financier"),
            account=account("financier"),
            vouchers=(digest("contract"),),
        )
        given = self.do("financier", command)[0].notice
        if arrives:
            self.do("core", n.ReceiveNotice(notice=given))

    def tried(self) -> str:
        """The code with which the instruction is refused."""
        return refused(self, "financier", instruct(self.made))


def test_the_gate_asks_for_search_filing_and_notice_in_turn() -> None:
    """Each step is wanted before the next; then the advance names the filing it relied on."""
    market = Gated()
    assert market.tried() == "registration_required"
    market.do("financier", search(market.at_ms))
    assert market.tried() == "registration_required"
    market.at_ms += HOUR
    market.file()
    assert market.tried() == "notice_has_not_arrived"
    market.tell(arrives=False)
    assert market.tried() == "notice_has_not_arrived"
    (given,) = market.book.all(Notice)
    market.do("core", n.ReceiveNotice(notice=given.id))
    market.instruct(market.made)
    (record,) = market.book.all(Filing)
    financing = market.get(Financing, market.made.id)
    assert (financing.state, financing.filing) == (FinancingState.INSTRUCTED, record.id)


def test_a_search_lasts_a_day() -> None:
    """At exactly 24 hours it is fresh, then it is old; a new one needs a new filing."""
    market = Gated()
    market.do("financier", search(market.at_ms - 23 * HOUR))
    market.do("financier", filing(market.at_ms - 22 * HOUR, over=market.made.holding))
    market.tell()
    market.at_ms += HOUR
    fresh = market.book.copy()
    market.at_ms += 1
    assert market.tried() == "search_is_old"
    market.do("financier", search(market.at_ms))
    assert market.tried() == "registration_required"
    market.book, market.at_ms = fresh, market.at_ms - 1
    assert market.instruct(market.made).state is FinancingState.INSTRUCTED


@pytest.mark.parametrize(
    ("by", "changes"),
    [
        ("rival", {}),
        ("financier", {"creditor": "second"}),
        ("financier", {"obligor": party("other_core")}),
    ],
)
def test_another_search_opens_no_gate(by: str, changes: Any) -> None:
    """The financier itself searches for the claims of this seller, on this obligor."""
    market = Gated()
    market.do(by, search(market.at_ms, **changes))
    market.file()
    market.tell()
    assert market.tried() == "registration_required"


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": n.InterestKind.PLEDGE},
        {"over": None, "grantor": party("second")},
        {"over": None, "obligor": party("other_core")},
        {"filed_ms": 1},
        {"expires_ms": None},
    ],
)
def test_another_filing_opens_no_gate(changes: Any) -> None:
    """It stands, is no pledge, covers this claim of this seller, and came after the search."""
    market = Gated()
    market.do("financier", search(market.at_ms))
    if "expires_ms" in changes:
        changes = {"expires_ms": market.at_ms + 1}
    market.do("financier", filing(market.at_ms, **({"over": market.made.holding} | changes)))
    market.tell()
    market.at_ms += 1
    assert market.tried() == "registration_required"


def test_an_open_gate_asks_for_nothing() -> None:
    """Where the policy does not want it, an advance is instructed without any filing."""
    market = Market()
    assert market.instructed().filing is None


def test_a_locked_holding_shows_its_factor_in_the_order() -> None:
    """A financing under way is a claim; lapsed it is none; once paid, its financier holds."""
    market = Market()
    made = market.accepted()
    first, last = priority(market.book, made.holding, market.at_ms).places
    assert (first.interest, first.claimant) == (made.id, party("financier"))
    assert (last.claimant, last.because[0][0]) == (party("supplier"), Reason.REMAINDER)
    late = market.at_ms + 3 * DAY
    (alone,) = priority(market.book, made.holding, late).places
    assert alone.claimant == party("supplier")
    market.confirm(market.instruct(made))
    (only,) = priority(market.book, made.holding, market.at_ms).places
    assert (only.interest, only.claimant) == (made.id, party("financier"))


# -- the reminder ----------------------------------------------------------------------------------
CALENDAR = Calendar(
    id="test",
    first=date(2026, 1, 1),
    last=date(2026, 12, 31),
    holidays=frozenset({date(2026, 5, 1)}),
    working_weekends=frozenset({date(2026, 5, 9)}),
)


@pytest.mark.parametrize(
    ("closed", "days", "due"),
    [
        (date(2026, 3, 2), 10, date(2026, 3, 16)),
        (date(2026, 3, 1), 10, date(2026, 3, 13)),
        (date(2026, 4, 24), 10, date(2026, 5, 9)),
        (date(2026, 4, 30), 1, date(2026, 5, 4)),
        (date(2026, 5, 8), 1, date(2026, 5, 9)),
    ],
)
def test_ten_working_days_are_counted_on_the_calendar(closed: date, days: int, due: date) -> None:
    """The day of the end does not count; holidays do not, worked Saturdays do."""
    assert discharge_due(closed, days, CALENDAR) == due


def test_what_should_be_discharged_is_listed() -> None:
    """Filings that stand over what has ended, with their day; no others."""
    market = Market()
    ended, open_one = market.held(), market.held()
    for number, holding in enumerate((ended, open_one)):
        market.do("financier", filing(market.at_ms, number=f"ZD-{number}", over=holding.id))
    filings = list(market.book.all(Filing))
    closed = {ended.id: date(2026, 1, 5)}
    (found,) = to_discharge(market.book, filings, closed, market.at_ms)
    assert (found.secured, found.closed_on) == (party("financier"), date(2026, 1, 5))
    assert (found.due, found.is_late) == (date(2026, 1, 19), False)
    (late,) = to_discharge(market.book, filings, closed, market.at_ms + 15 * DAY)
    assert late.is_late
    out = n.DischargeFiling(
        filing=found.filing, discharged_ms=market.at_ms, certificate=digest("discharge")
    )
    market.do("financier", out)
    filings = list(market.book.all(Filing))
    assert to_discharge(market.book, filings, closed, market.at_ms) == []
