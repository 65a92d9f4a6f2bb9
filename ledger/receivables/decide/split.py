"""Split (拆分): what is outstanding on a holding, in parts that add up to it exactly."""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.policy.state import policy_of
from ledger.receivables.acts import check_circulates, free_holding
from ledger.receivables.burdens import shared
from ledger.receivables.commands import SplitHolding
from ledger.receivables.decide.checks import only
from ledger.receivables.events import Event, HoldingOpened, HoldingSplit
from ledger.receivables.invoices import total
from ledger.receivables.records import Holding, Receivable


def split(book: Reader, command: SplitHolding, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The holding is closed; its holder has the children instead, live burdens on the first."""
    holding = need(book, Holding, command.holding, "/body/holding")
    only(holding.holder, by, "holder")
    before = free_holding(book, holding, at_ms)
    check_circulates(book, holding, at_ms)
    _check(book, command, holding)
    live = [item for item in holding.burdens if item.is_live(at_ms)]
    burdens = shared(live, [child.amount for child in command.children])
    children = tuple(
        HoldingOpened(
            holding=by.new_id("hld", ordinal),
            receivable=holding.receivable,
            obligor=holding.obligor,
            amount=child.amount,
            due=holding.due,
            chain=holding.chain,
            parent=holding.id,
            ordinal=ordinal,
            burdens=burdens[ordinal],
        )
        for ordinal, child in enumerate(command.children)
    )
    closed = HoldingSplit(holding=holding.id, children=tuple(item.holding for item in children))
    return (*before, closed, *children)


def _check(book: Reader, command: SplitHolding, holding: Holding) -> None:
    receivable = need(book, Receivable, holding.receivable, "")
    caps = policy_of(book).caps
    amounts = [child.amount for child in command.children]
    refuse_if(
        not receivable.consent_to_split,
        RefusalCode.SPLIT_NOT_CONSENTED,
        "The acknowledgement does not consent to a split.",
    )
    refuse_if(
        len(amounts) > caps.children,
        RefusalCode.TOO_MANY_CHILDREN,
        f"A split has at most {caps.children} children.",
        "/body/children",
    )
    refuse_if(
        receivable.open_holdings - 1 + len(amounts) > caps.open_holdings,
        RefusalCode.TOO_MANY_HOLDINGS,
        f"A receivable has at most {caps.open_holdings} open holdings.",
        "/body/children",
    )
    refuse_if(
        min(amount.minor for amount in amounts) < caps.smallest_split_minor,
        RefusalCode.CHILD_IS_TOO_SMALL,
        f"A child has at least {caps.smallest_split_minor} minor units.",
        "/body/children",
    )
    refuse_if(
        total(amounts) != holding.outstanding,
        RefusalCode.CHILDREN_DO_NOT_SUM,
        "The children do not add up to what is outstanding.",
        "/body/children",
    )
