"""Security (质押, 让与担保): two parties sign, the holder first; it lies when the second has.

Only what is free and in no dispute becomes security; what is security already may be so again,
behind. What a financier has bought is not encumbered here: with recourse it may have to give the
holding back (Civil Code 766), and to pledge it on without the seller's consent is at its own risk
(434); whether a sale is with recourse, no rule on this floor can see. Security is enforced by
agreement or by a court: the outcome then arrives as a release with a transfer, or as a payment.
"""

from __future__ import annotations

from msgspec.structs import replace

from ledger.burdens.commands import (
    AcceptEncumbrance,
    ProposeEncumbrance,
    RejectEncumbrance,
    ReleaseEncumbrance,
    RescindEncumbrance,
)
from ledger.burdens.decide.checks import Events, check_amount, check_holder, give_back, lying
from ledger.burdens.events import (
    EncumbrancePlaced,
    EncumbranceProposed,
    EncumbranceRejected,
    EncumbranceReleased,
    EncumbranceRescinded,
)
from ledger.burdens.records import Encumbrance, EncumbranceState
from ledger.conduct.gates import check_proposer, check_screened
from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.parties.commands import Role
from ledger.policy.state import policy_of
from ledger.receivables.acts import burden, check_circulates, free_holding
from ledger.receivables.burdens import weight
from ledger.receivables.clocks import DAY_MS
from ledger.receivables.decide.checks import check_accepts, counterparty, only
from ledger.receivables.events import Burden, BurdenKind
from ledger.receivables.events import Event as ReceivablesEvent
from ledger.receivables.invoices import total
from ledger.receivables.records import Holding

LENDERS = (Role.FINANCIER, Role.SUPPLIER, Role.BANK)
"""Roles whose parties give credit, and so take security."""


def propose(book: Reader, command: ProposeEncumbrance, by: Signer, at_ms: int) -> Events:
    """The holder offers security; nothing is burdened before the other side accepts."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    before = _free(book, holding, at_ms)
    counterparty(book, command.secured_party, LENDERS, "/body/secured_party")
    refuse_if(
        command.secured_party in (holding.holder, holding.obligor),
        RefusalCode.SECURED_PARTY_DOES_NOT_FIT,
        "The secured party holds or owes this very debt.",
        "/body/secured_party",
    )
    _check_form(book, command, holding)
    days = policy_of(book).clocks.transfer_days
    refuse_if(
        not at_ms < command.lapses_ms <= at_ms + days * DAY_MS,
        RefusalCode.DEADLINE_OUT_OF_RANGE,
        f"An offer of security is open for at most {days} days.",
        "/body/lapses_ms",
    )
    proposed = EncumbranceProposed(
        encumbrance=by.new_id("enc"),
        holding=holding.id,
        receivable=holding.receivable,
        obligor=holding.obligor,
        holder=by.party,
        secured_party=command.secured_party,
        kind=command.kind,
        agreement=command.agreement,
        amount=command.amount,
        share_ppm=command.share_ppm,
        behind=command.behind,
        lapses_ms=command.lapses_ms,
        proposal=by.payload,
    )
    return (*before, proposed)


def _check_form(book: Reader, command: ProposeEncumbrance, holding: Holding) -> None:
    refuse_if(
        (command.amount is None) == (command.share_ppm is None),
        RefusalCode.FIELD_INVALID,
        "Security is either an amount or a share.",
        "/body/amount",
    )
    if command.amount is not None:
        check_amount(holding, command.amount, "/body/amount")
    if command.behind is not None:
        before = need(book, Encumbrance, command.behind, "/body/behind")
        refuse_if(
            all(item.id != before.id for item in holding.burdens),
            RefusalCode.ENCUMBRANCE_IS_CLOSED,
            f"{before.id} does not lie on {holding.id}.",
            "/body/behind",
        )


def _free(book: Reader, holding: Holding, at_ms: int) -> tuple[ReceivablesEvent, ...]:
    """What must be stated first; raises `Refused` unless the holding may become security.

    A freeze forbids it for what is frozen, a dispute makes it no security: the holder splits the
    rest off first.
    """
    before = free_holding(book, holding, at_ms)
    refuse_if(
        holding.burdened(BurdenKind.FREEZE, at_ms).minor > 0,
        RefusalCode.HOLDING_IS_FROZEN,
        f"A court has frozen {holding.id} or part of it.",
    )
    refuse_if(
        holding.burdened(BurdenKind.DISPUTE, at_ms).minor > 0,
        RefusalCode.HOLDING_IS_DISPUTED,
        f"Part of {holding.id} or all of it is in dispute.",
    )
    check_circulates(book, holding, at_ms)
    return before


def accept(book: Reader, command: AcceptEncumbrance, by: Signer, at_ms: int) -> Events:
    """The secured party has the security, behind all that lies on the holding."""
    encumbrance = need(book, Encumbrance, command.encumbrance, "/body/encumbrance")
    only(encumbrance.secured_party, by, "secured party")
    _check_open(encumbrance, at_ms)
    refuse_if(
        Role.OPERATOR.value in by.roles,
        RefusalCode.OPERATOR_IN_PRINCIPAL_LEG,
        "The operator lends to nobody here.",
    )
    check_accepts(encumbrance.id, encumbrance.proposal, command.accepts, by)
    refuse_if(
        encumbrance.holding not in by.expects,
        RefusalCode.EXPECT_MISSING,
        f"expect does not name {encumbrance.holding}.",
        "/expect",
    )
    check_proposer(book, encumbrance.holder, at_ms, "/body/encumbrance")
    check_screened(book, (encumbrance.holder, encumbrance.secured_party))
    holding = need(book, Holding, encumbrance.holding, "")
    check_holder(holding, encumbrance.holder, "")
    before = _free(book, holding, at_ms)
    amount = encumbrance.amount
    if amount is not None:
        check_amount(holding, amount, "")
    taken = Burden(
        id=encumbrance.id,
        kind=BurdenKind.ENCUMBRANCE,
        amount=amount or holding.outstanding,
        ppm=encumbrance.share_ppm,
    )
    taken = replace(taken, amount=weight(taken, holding.outstanding))
    placed = EncumbrancePlaced(encumbrance=encumbrance.id, at_ms=at_ms)
    return (*before, placed, *burden(holding, taken))


def reject(book: Reader, command: RejectEncumbrance, by: Signer, at_ms: int) -> Events:
    """The secured party says no."""
    encumbrance = need(book, Encumbrance, command.encumbrance, "/body/encumbrance")
    only(encumbrance.secured_party, by, "secured party")
    _check_open(encumbrance, at_ms)
    return (EncumbranceRejected(encumbrance=encumbrance.id),)


def rescind(book: Reader, command: RescindEncumbrance, by: Signer, at_ms: int) -> Events:
    """The holder takes the offer back."""
    encumbrance = need(book, Encumbrance, command.encumbrance, "/body/encumbrance")
    only(encumbrance.holder, by, "holder who proposed it")
    _check_open(encumbrance, at_ms)
    return (EncumbranceRescinded(encumbrance=encumbrance.id),)


def release(book: Reader, command: ReleaseEncumbrance, by: Signer) -> Events:
    """The secured party gives back all, or some on the holdings that it names."""
    encumbrance = need(book, Encumbrance, command.encumbrance, "/body/encumbrance")
    only(encumbrance.secured_party, by, "secured party")
    refuse_if(
        encumbrance.state is not EncumbranceState.PLACED,
        RefusalCode.ENCUMBRANCE_IS_CLOSED,
        f"{encumbrance.id} is {encumbrance.state.value}.",
    )
    found = lying(book, encumbrance.id, (encumbrance.receivable,))
    freed, whole = give_back(found, command.parts)
    amount = None if whole else total([part.amount for part in command.parts])
    return (EncumbranceReleased(encumbrance=encumbrance.id, amount=amount), *freed)


def _check_open(encumbrance: Encumbrance, at_ms: int) -> None:
    refuse_if(
        encumbrance.has_lapsed(at_ms),
        RefusalCode.ENCUMBRANCE_HAS_LAPSED,
        f"{encumbrance.id} was not accepted in time.",
    )
    refuse_if(
        encumbrance.state is not EncumbranceState.PROPOSED,
        RefusalCode.ENCUMBRANCE_IS_CLOSED,
        f"{encumbrance.id} is {encumbrance.state.value}.",
    )
