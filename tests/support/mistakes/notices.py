"""Mistakes about notices, the registry and rights from elsewhere: each refusal in one way."""

from __future__ import annotations

from ledger.financing import commands as f
from ledger.financing.records import Financing, FinancingState
from ledger.notices import commands as n
from ledger.parties.commands import Role
from tests.support import having as h
from tests.support.actors import DAY, HOUR, Stage, digest
from tests.support.founding import calendar, enrol, policy
from tests.support.having import notices as hn
from tests.support.mistakes.claims import cny
from tests.support.mistakes.form import Mistake


def _designates_twice(s: Stage) -> None:
    item = hn.designated(s)
    s.do(s.name_of(item.obligor), n.DesignateReceiver(declaration=digest("declaration")))


def _revokes_twice(s: Stage) -> None:
    item = hn.designated(s)
    for _ in range(2):
        s.do(s.name_of(item.obligor), n.RevokeReceiver(designation=item.id))


def _notice_of_another(s: Stage) -> None:
    basis = hn.moved(s)
    s.do(s.name_of(basis.assignee), hn.notice_of(s, basis, assignee=basis.assignor))


def _bare_notice(s: Stage) -> None:
    item = h.financing(s, FinancingState.ACCEPTED)
    command = hn.notice_of(s, hn.sure_basis(s, item.id), vouchers=())
    s.do(s.name_of(item.financier), command)


def _gives_twice(s: Stage) -> None:
    basis = hn.moved(s, fresh=1)
    for _ in range(2):
        s.do(s.name_of(basis.assignor), hn.notice_of(s, basis))


def _receives_twice(s: Stage) -> None:
    item = hn.noticed(s, arrived=True)
    s.do(s.name_of(item.obligor), n.ReceiveNotice(notice=item.id))


def _takes_back_twice(s: Stage) -> None:
    item = hn.noticed(s)
    for _ in range(2):
        s.do(s.name_of(item.assignee), n.WithdrawNotice(notice=item.id))


def _filed_tomorrow(s: Stage) -> None:
    s.do("fund", hn.filing_of(s, s.parties["first"], filed_ms=s.clock.ms + DAY))


def _twice_bounded(s: Stage) -> None:
    s.do("fund", hn.filing_of(s, s.parties["first"], amount=cny(1), share_ppm=1))


def _stranger_grants(s: Stage) -> None:
    item = h.held(s)
    s.do("house", hn.filing_of(s, s.parties["auditor"], over=item.id))


def _one_number(s: Stage, by: str) -> None:
    grantor, number = s.parties["first"], f"ONE-{s.next()}"
    h.sure(s.do("fund", hn.filing_of(s, grantor, number=number)))
    s.do(by, hn.filing_of(s, grantor, number=number))


def _renews_what_ended(s: Stage) -> None:
    said = h.sure(s.do("fund", hn.filing_of(s, s.parties["first"], expires_ms=s.clock.ms + HOUR)))
    s.clock.ms += HOUR
    command = n.RenewFiling(
        filing=said.id("fil"), expires_ms=s.clock.ms + DAY, certificate=digest("renewal")
    )
    s.do("fund", command)


def _lets_go_twice(s: Stage) -> None:
    item = hn.asserted(s)
    for _ in range(2):
        s.do(s.name_of(item.claimant), n.WithdrawInterest(interest=item.id))


# -- the gate --------------------------------------------------------------------------------------
def gated(hours: int | None, *, files: bool) -> Mistake:
    """Instruct behind a closed gate, having searched `hours` ago (or never), and filed or not.

    The financier is a new one, so that nothing it did before helps; in the end it lets go.
    """

    def mistake(s: Stage) -> None:
        name = f"factor-{s.next()}"
        h.sure(enrol(s, name, [Role.FINANCIER], ["ann"]))
        holding = h.sellable(s, fresh=1)
        offer = h.standing_offer(s, h.programme(s, name))
        said = h.sure(s.do(s.name_of(holding.holder), *h.acceptance(s, holding, offer)))
        item, document = s.get(Financing, said.id("fin")), calendar()
        h.sure(s.do("operator", policy(document, registration=True), documents=[document]))
        if hours is not None:
            searched_ms = s.clock.ms - hours * HOUR
            h.sure(s.do(name, hn.searching(s, item.holder, searched_ms=searched_ms)))
        if files:
            h.sure(s.do(name, hn.filing_of(s, item.holder, over=item.holding)))
        s.do(name, h.instruction(item))
        h.sure(s.do(name, f.ReleaseLock(financing=item.id)))

    return mistake


NOTICES: dict[str, Mistake] = {
    "receiver_is_designated": _designates_twice,
    "designation_is_revoked": _revokes_twice,
    "basis_does_not_fit": _notice_of_another,
    "voucher_missing": _bare_notice,
    "notice_is_given": _gives_twice,
    "notice_has_arrived": _receives_twice,
    "notice_is_withdrawn": _takes_back_twice,
    "stated_time_is_in_the_future": _filed_tomorrow,
    "extent_does_not_fit": _twice_bounded,
    "grantor_has_no_claim": _stranger_grants,
    "filing_is_recorded": lambda s: _one_number(s, "fund"),
    "filing_facts_differ": lambda s: _one_number(s, "house"),
    "filing_has_ended": _renews_what_ended,
    "interest_is_withdrawn": _lets_go_twice,
    "registration_required": gated(None, files=False),
    "search_is_old": gated(25, files=True),
    "notice_has_not_arrived": gated(1, files=True),
}
