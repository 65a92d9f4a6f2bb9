"""The currency of a document, and how the amount elements of an XML document become integers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ledger.documents import lexical
from ledger.documents.tree import Node
from ledger.documents.value import Digits
from ledger.errors import RefusalCode, Refused


@dataclass(frozen=True, slots=True)
class Currency:
    """An ISO 4217 code with its minor digits."""

    code: str
    digits: int

    def minor(self, node: Node | None) -> int | None:
        """The minor units of an amount element; None for no element.

        Raises `Refused`: `amount_invalid`, or `currency_mismatch` when the element names another
        currency.
        """
        if node is None:
            return None
        stated = node.attribute("currencyID")
        if stated not in {"", self.code}:
            raise Refused(
                RefusalCode.CURRENCY_MISMATCH,
                f"An amount is in {stated[:40]!r}, the invoice is in {self.code}.",
                place=node.path,
            )
        return lexical.minor_units(node.text(), self.digits, node.path)

    def each(self, nodes: Iterable[Node | None]) -> tuple[int, ...]:
        """The minor units of the elements that are there."""
        return tuple(minor for node in nodes if (minor := self.minor(node)) is not None)


def currency_of(code: str, digits: Digits, place: str) -> Currency:
    """The currency `code`. Raises `Refused`: `document_incomplete` for none, `currency_unknown`."""
    if not code:
        raise Refused(
            RefusalCode.DOCUMENT_INCOMPLETE, "The document states no currency.", place=place
        )
    known = digits(code) if lexical.is_currency(code) else None
    if known is None:
        raise Refused(
            RefusalCode.CURRENCY_UNKNOWN, f"{code[:40]!r} is not a known currency.", place=place
        )
    return Currency(code, known)
