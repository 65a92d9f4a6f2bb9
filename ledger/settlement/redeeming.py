"""The redemption list (兑付清单): who is paid on the day of payment, on which account, how much.

Drawn on the record date, when nothing changes hands any more. What a court has frozen stands on
it and is not paid to the holder. Its digest is over canonical JSON, so that the obligor, each
holder and an auditor draw the same list.
"""

from __future__ import annotations

import hashlib

from msgspec import Struct

from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.model.records import Reader
from ledger.money import Money
from ledger.parties.state import Account
from ledger.policy.state import payable_on
from ledger.receivables.events import BurdenKind
from ledger.receivables.records import Holding, Receivable


class Line(Struct, frozen=True, kw_only=True, gc=False):
    """One holding of the list. `amount` is all that is owed, of which `frozen` is held back.

    `account` is the holder's newest account in the currency; None where it has named none.
    """

    holding: str
    holder: str
    account: str | None
    bank: str | None
    number: str | None
    amount: Money
    frozen: Money


def redemption_list(book: Reader, receivable: Receivable, at_ms: int) -> tuple[Line, ...]:
    """The list of a receivable as it stands, by the ids of its open holdings."""
    parts = [item for item in book.find(Holding, receivable=receivable.id) if item.is_open]
    return tuple(_line(book, item, at_ms) for item in sorted(parts, key=lambda item: item.id))


def _line(book: Reader, holding: Holding, at_ms: int) -> Line:
    currency = holding.amount.currency
    found = book.find(Account, party=holding.holder)
    fitting = [item for item in found if item.currency == currency]
    account = max(fitting, key=lambda item: (item.last_seq, item.id), default=None)
    return Line(
        holding=holding.id,
        holder=holding.holder,
        account=account.id if account else None,
        bank=account.bank if account else None,
        number=account.number if account else None,
        amount=holding.outstanding,
        frozen=holding.burdened(BurdenKind.FREEZE, at_ms),
    )


def list_digest(book: Reader, receivable: Receivable, lines: tuple[Line, ...]) -> str:
    """What the obligor signs: base64url SHA-256 of the list with its receivable and day."""
    tree: canonical.Tree = {
        "day": payable_on(book, receivable.due).isoformat(),
        "lines": [_tree(line) for line in lines],
        "receivable": receivable.id,
    }
    return b64url_encode(hashlib.sha256(canonical.encode(tree)).digest())


def _tree(line: Line) -> dict[str, canonical.Tree]:
    return {
        "account": line.account,
        "amount": line.amount.minor,
        "currency": line.amount.currency,
        "frozen": line.frozen.minor,
        "holder": line.holder,
        "holding": line.holding,
    }
