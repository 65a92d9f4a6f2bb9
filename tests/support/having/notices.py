"""Notices, filings and asserted interests in the state that an act needs."""

from __future__ import annotations

from typing import Any

from ledger.financing.records import Financing, FinancingState
from ledger.money import Money
from ledger.notices import commands as n
from ledger.notices.bases import Basis, basis_of
from ledger.notices.records import Assertion, Designation, Filing, Notice
from ledger.policy.state import policy_of
from ledger.receivables.records import Holding, Transfer, TransferState
from tests.support.actors import DAY, Stage, digest
from tests.support.founding import FINANCIERS, OBLIGORS, SUPPLIERS
from tests.support.having.claims import FRESH, account_of, held, offer_to, one, sure, taken


# -- who receives by entry -------------------------------------------------------------------------
def receiving(s: Stage, obligor: str) -> Designation | None:
    """The designation of an obligor that is in force."""
    found = s.store.records.find(Designation, {"obligor": obligor})
    return next((item for item in found if item.until_ms is None), None)


def designated(s: Stage) -> Designation:
    """A designation in force."""

    def make() -> Designation:
        said = sure(s.do("core", n.DesignateReceiver(declaration=digest("declaration"))))
        return s.get(Designation, said.id("dsg"))

    return one(s, Designation, lambda item: item.until_ms is None, make, 0)


def deaf(s: Stage, obligor: str) -> None:
    """The obligor does not receive by entry."""
    item = receiving(s, obligor)
    if item is not None:
        sure(s.do(s.name_of(obligor), n.RevokeReceiver(designation=item.id)))


# -- notices ---------------------------------------------------------------------------------------
def moved(s: Stage, fresh: float = FRESH) -> Basis:
    """An accepted transfer of a holding that is open, to somebody who is no obligor of it."""

    def make() -> Transfer:
        item = held(s, fresh=1)
        names = [name for name in (*SUPPLIERS, "fund") if s.parties[name] != item.holder]
        to = s.random.choice(names)
        said = sure(s.do(s.name_of(item.holder), offer_to(s, item, to)))
        taken(s, s.get(Transfer, said.id("trf")))
        return s.get(Transfer, said.id("trf"))

    item = one(
        s,
        Transfer,
        lambda item: item.state is TransferState.ACCEPTED and s.get(Holding, item.holding).is_open,
        make,
        fresh,
    )
    return sure_basis(s, item.id)


def sure_basis(s: Stage, record_id: str) -> Basis:
    """The assignment that a record states; it must stand."""
    basis = basis_of(s.book, record_id, s.clock.ms)
    assert basis is not None
    return basis


def standing_notice(s: Stage, basis: str) -> Notice | None:
    """The notice of an assignment that was not taken back."""
    found = s.store.records.find(Notice, {"basis": basis})
    return next((item for item in found if item.withdrawn_ms is None), None)


def notice_of(s: Stage, basis: Basis, **changes: Any) -> n.GiveNotice:
    """The command that gives notice."""
    usual: dict[str, Any] = {
        "holding": basis.holding,
        "basis": basis.id,
        "assignee": basis.assignee,
        "account": account_of(s, basis.assignee, s.get(Holding, basis.holding).amount.currency),
        "vouchers": (digest("factoring contract"),),
    }
    return n.GiveNotice(**(usual | changes))


def noticed(s: Stage, *, arrived: bool = False, fresh: float = FRESH) -> Notice:
    """A notice that stands and has arrived, or has not."""

    def make() -> Notice:
        basis = moved(s, fresh=1)
        obligor = s.get(Holding, basis.holding).obligor
        deaf(s, obligor)
        said = sure(s.do(s.name_of(basis.assignee), notice_of(s, basis)))
        if arrived:
            sure(s.do(s.name_of(obligor), n.ReceiveNotice(notice=said.id("ntc"))))
        return s.get(Notice, said.id("ntc"))

    return one(
        s,
        Notice,
        lambda item: item.withdrawn_ms is None and (item.arrived_ms is not None) == arrived,
        make,
        fresh,
    )


# -- the registry ----------------------------------------------------------------------------------
def searching(s: Stage, creditor: str, **changes: Any) -> n.RecordSearch:
    """The command that records a search, made just now."""
    usual: dict[str, Any] = {
        "registry_code": "zhongdeng",
        "creditor": creditor,
        "searched_ms": s.clock.ms,
        "result": digest(f"search {s.next()}"),
    }
    return n.RecordSearch(**(usual | changes))


def filing_of(s: Stage, grantor: str, **changes: Any) -> n.RecordFiling:
    """The command that records a filing, made just now, over all claims of the grantor."""
    number = s.next()
    usual: dict[str, Any] = {
        "registry_code": "zhongdeng",
        "number": f"ZD-{number}",
        "kind": n.InterestKind.FACTORING,
        "grantor": grantor,
        "filed_ms": s.clock.ms,
        "expires_ms": s.clock.ms + s.random.randint(30, 400) * DAY,
        "description": digest("description"),
        "certificate": digest(f"certificate {number}"),
    }
    return n.RecordFiling(**(usual | changes))


def filed(s: Stage, *, fresh: float = FRESH) -> Filing:
    """A filing that stands, over a holding."""

    def make() -> Filing:
        item = held(s)
        by = outsider(s, item)
        said = sure(s.do(by, filing_of(s, item.holder, over=item.id)))
        return s.get(Filing, said.id("fil"))

    return one(s, Filing, lambda item: item.is_live(s.clock.ms), make, fresh)


def outsider(s: Stage, item: Holding) -> str:
    """Somebody who may have a right in a holding: neither its holder nor its obligor."""
    names = [*FINANCIERS, *SUPPLIERS]
    return s.random.choice(
        [name for name in names if s.parties[name] not in (item.obligor, *item.chain)]
    )


def clear(s: Stage, item: Financing) -> None:
    """What the registry gate asks for, where the policy in force has it closed."""
    if not policy_of(s.book).gates.registration:
        return
    by, obligor = s.name_of(item.financier), s.name_of(item.obligor)
    sure(s.do(by, searching(s, item.holder)))
    sure(s.do(by, filing_of(s, item.holder, over=item.holding)))
    notice = standing_notice(s, item.id)
    if notice is None:
        said = sure(s.do(by, notice_of(s, sure_basis(s, item.id))))
        notice = s.get(Notice, said.id("ntc"))
    if notice.arrived_ms is None:
        sure(s.do(obligor, n.ReceiveNotice(notice=notice.id)))


# -- rights from elsewhere -------------------------------------------------------------------------
def assertion(s: Stage, item: Holding, **changes: Any) -> n.AssertInterest:
    """The command that asserts a right that the holder gave."""
    most = Money(s.random.randint(1, item.amount.minor), item.amount.currency)
    usual: dict[str, Any] = {
        "holding": item.id,
        "kind": s.random.choice(list(n.InterestKind)),
        "grantor": s.random.choice(item.chain),
        "since_ms": s.clock.ms - s.random.randint(0, 90) * DAY,
        "due": Money(s.random.randint(1, 90_000), item.amount.currency),
        "evidence": digest("contract"),
        "amount": s.random.choice([None, most]),
    }
    return n.AssertInterest(**(usual | changes))


def asserted(s: Stage, *, fresh: float = FRESH) -> Assertion:
    """A right that is asserted."""

    def make() -> Assertion:
        item = one(s, Holding, lambda item: item.is_open, lambda: held(s, fresh=1))
        said = sure(s.do(outsider(s, item), assertion(s, item)))
        return s.get(Assertion, said.id("int"))

    return one(s, Assertion, lambda item: item.withdrawn_ms is None, make, fresh)


def accepted(s: Stage) -> Financing | None:
    """A financing under way of which no notice was given."""
    return s.some(
        Financing,
        lambda item: (
            item.state in (FinancingState.ACCEPTED, FinancingState.INSTRUCTED)
            and not item.has_lapsed(s.clock.ms)
            and standing_notice(s, item.id) is None
        ),
    )


def deaf_obligor(s: Stage) -> str:
    """An obligor that does not receive by entry."""
    free = [name for name in OBLIGORS if receiving(s, s.parties[name]) is None]
    if not free:
        free = [s.random.choice(OBLIGORS)]
        deaf(s, s.parties[free[0]])
    return s.random.choice(free)
