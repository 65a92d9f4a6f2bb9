"""The questions that several acts ask."""

from __future__ import annotations

from ledger.errors import RefusalCode, Refused
from ledger.model.records import Reader, Signer, refuse_if
from ledger.parties.commands import Role
from ledger.parties.state import Account, Party
from ledger.receivables.clocks import issue_is_over
from ledger.receivables.commands import PayTo, Terms
from ledger.receivables.records import Receivable, ReceivableState


def only(party: str, by: Signer, who: str) -> None:
    """Raises `Refused` (`act_belongs_to_another_party`) unless `party`, the `who`, signed."""
    refuse_if(
        by.party != party,
        RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
        f"Only the {who} does this.",
    )


def need_role(by: Signer, role: Role) -> None:
    """Raises `Refused` (`role_missing`) unless the signing party has `role`."""
    refuse_if(
        role.value not in by.roles,
        RefusalCode.ROLE_MISSING,
        f"This is for parties with the role {role.value}.",
    )


def counterparty(book: Reader, party_id: str, roles: tuple[Role, ...], place: str) -> None:
    """Raises `Refused` (`party_unknown`, `party_lacks_role`) unless it has one of `roles`."""
    party = book.get(Party, party_id)
    if party is None:
        raise Refused(RefusalCode.PARTY_UNKNOWN, f"There is no party {party_id}.", place=place)
    if not any(party.has(role) for role in roles):
        names = " or ".join(role.value for role in roles)
        detail = f"The party named here must have the role {names}."
        raise Refused(RefusalCode.PARTY_LACKS_ROLE, detail, place=place)


def check_account(book: Reader, account_id: str, holder: str, currency: str, place: str) -> None:
    """Raises `Refused` unless the account is the holder's (`account_not_of_holder`) and fits."""
    account = book.get(Account, account_id)
    if account is None or account.party != holder:
        raise Refused(
            RefusalCode.ACCOUNT_NOT_OF_HOLDER,
            f"{account_id} is no account of the holder.",
            place=place,
        )
    refuse_if(
        account.currency != currency,
        RefusalCode.CURRENCY_MISMATCH,
        f"The account is in {account.currency}, not in {currency}.",
        place,
    )


def check_terms(book: Reader, terms: Terms, obligor: str) -> None:
    """Raises `Refused` unless a paying agent is named exactly when there is one, and is a bank.

    A bank that is the obligor itself could never prove what it passed on.
    """
    refuse_if(
        (terms.pay_to is PayTo.PAYING_AGENT) != (terms.paying_agent is not None),
        RefusalCode.PAYING_AGENT_DOES_NOT_FIT,
        "pay_to and paying_agent contradict each other.",
        "/body/terms/paying_agent",
    )
    if terms.paying_agent is not None:
        counterparty(book, terms.paying_agent, (Role.BANK,), "/body/terms/paying_agent")
    refuse_if(
        terms.paying_agent == obligor,
        RefusalCode.PAYING_AGENT_DOES_NOT_FIT,
        "The obligor cannot be its own paying agent.",
        "/body/terms/paying_agent",
    )


def check_accepts(record_id: str, proposal: str, accepts: str, by: Signer) -> None:
    """Raises `Refused` unless the signer named the record as seen, and exactly its proposal."""
    refuse_if(
        record_id not in by.expects,
        RefusalCode.EXPECT_MISSING,
        f"expect does not name {record_id}.",
        "/expect",
    )
    refuse_if(
        accepts != proposal,
        RefusalCode.ACCEPTED_DIGEST_DIFFERS,
        f"{record_id} was proposed by another payload.",
        "/body/accepts",
    )


def check_state(receivable: Receivable, wanted: ReceivableState, at_ms: int) -> None:
    """Raises `Refused` with what stands in the way, unless the receivable is `wanted` now."""
    refuse_if(
        issue_is_over(receivable, at_ms),
        RefusalCode.ISSUE_HAS_LAPSED,
        f"Nobody signed for {receivable.id} in time.",
    )
    if receivable.state is not wanted:
        code = _IN_THE_WAY.get(receivable.state, RefusalCode.RECEIVABLE_IS_CLOSED)
        raise Refused(code, f"{receivable.id} is {receivable.state.value}.")


_IN_THE_WAY = {
    ReceivableState.PROPOSED: RefusalCode.RECEIVABLE_AWAITS_ITS_CREDITOR,
    ReceivableState.REGISTERED: RefusalCode.RECEIVABLE_AWAITS_ITS_OBLIGOR,
    ReceivableState.ACKNOWLEDGED: RefusalCode.RECEIVABLE_IS_ACKNOWLEDGED,
    ReceivableState.SETTLED: RefusalCode.RECEIVABLE_IS_ACKNOWLEDGED,
}
