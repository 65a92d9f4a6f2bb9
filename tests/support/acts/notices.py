"""Acts about notices, the registry and rights from elsewhere, by kind of command."""

from __future__ import annotations

from ledger.notices import commands as n
from ledger.notices.bases import Basis
from tests.support import having as h
from tests.support.actors import DAY, HOUR, Stage, digest
from tests.support.acts.parties import Act
from tests.support.founding import FINANCIERS, SUPPLIERS
from tests.support.having import notices as hn


def _designate(s: Stage) -> None:
    s.do(hn.deaf_obligor(s), n.DesignateReceiver(declaration=digest("declaration")))


def _revoke(s: Stage) -> None:
    item = hn.designated(s)
    s.do(s.name_of(item.obligor), n.RevokeReceiver(designation=item.id))


def _basis(s: Stage) -> Basis:
    """A financing, an asserted right or a transfer, of which no notice stands."""
    luck = s.random.random()
    financing = hn.accepted(s) if luck < 0.3 else None
    if financing is not None:
        return hn.sure_basis(s, financing.id)
    return hn.moved(s, fresh=0.6)


def _give(s: Stage) -> None:
    basis = _basis(s)
    side = s.random.choice([basis.assignor, basis.assignee])
    s.do(s.name_of(side), hn.notice_of(s, basis))


def _receive(s: Stage) -> None:
    item = hn.noticed(s)
    s.do(s.name_of(item.obligor), n.ReceiveNotice(notice=item.id))


def _attest(s: Stage) -> None:
    item = hn.noticed(s)
    arrived_ms = s.random.randint(item.since_ms, s.clock.ms)
    command = n.AttestDelivery(notice=item.id, arrived_ms=arrived_ms, evidence=digest("postmark"))
    s.do(s.random.choice(["bank", "operator"]), command)


def _withdraw_notice(s: Stage) -> None:
    item = hn.noticed(s, arrived=s.random.random() < 0.5)
    s.do(s.name_of(item.assignee), n.WithdrawNotice(notice=item.id))


def _search(s: Stage) -> None:
    creditor = s.parties[s.random.choice(SUPPLIERS)]
    obligor = s.random.choice([None, s.parties["core"]])
    early_ms = s.clock.ms - s.random.randint(0, 48) * HOUR
    command = hn.searching(s, creditor, obligor=obligor, searched_ms=early_ms)
    s.do(s.random.choice(FINANCIERS), command)


def _file(s: Stage) -> None:
    item = h.held(s)
    over = s.random.choice([item.id, item.receivable, None])
    command = hn.filing_of(
        s,
        s.random.choice(item.chain),
        over=over,
        kind=s.random.choice(list(n.InterestKind)),
        filed_ms=s.clock.ms - s.random.randint(0, 20) * DAY,
        share_ppm=s.random.choice([None, 250_000]),
    )
    s.do(hn.outsider(s, item), command)


def _renew(s: Stage) -> None:
    item = hn.filed(s)
    command = n.RenewFiling(
        filing=item.id, expires_ms=item.expires_ms + 90 * DAY, certificate=digest("renewal")
    )
    s.do(s.name_of(item.secured), command)


def _discharge(s: Stage) -> None:
    item = hn.filed(s)
    command = n.DischargeFiling(
        filing=item.id, discharged_ms=s.clock.ms, certificate=digest("discharge")
    )
    s.do(s.name_of(item.secured), command)


def _assert(s: Stage) -> None:
    item = h.held(s)
    s.do(hn.outsider(s, item), hn.assertion(s, item))


def _withdraw_interest(s: Stage) -> None:
    item = hn.asserted(s)
    s.do(s.name_of(item.claimant), n.WithdrawInterest(interest=item.id))


NOTICES: dict[str, Act] = {
    "notice.designate": _designate,
    "notice.revoke_designation": _revoke,
    "notice.give": _give,
    "notice.receive": _receive,
    "notice.attest": _attest,
    "notice.withdraw": _withdraw_notice,
    "registry.search": _search,
    "registry.file": _file,
    "registry.renew": _renew,
    "registry.discharge": _discharge,
    "interest.assert": _assert,
    "interest.withdraw": _withdraw_interest,
}
