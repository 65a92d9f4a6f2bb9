"""Invoices: the unique key of each, and the order in which their uses are filled."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ledger.codepoints import forbidden_code_point
from ledger.money import Money
from ledger.receivables.claim import Use

_TWENTY_DIGITS = re.compile(r"[0-9]{20}")


def unique_key(seller: str, number: str, code: str | None) -> str:
    """The text by which an invoice is one and the same, or "" when nothing identifies it.

    A 20-digit number (数电票) is unique in itself, whoever names it and whatever code is put
    beside it. Any other is unique to its seller, by code and number in NFKC and upper case, with
    each run of characters that are no letter, mark or digit as one ``-``. All letters and digits
    stay, so ``INV-1-001`` and ``INV-10-01`` are two invoices.
    """
    words = _words(number)
    joined = "".join(words)
    if _TWENTY_DIGITS.fullmatch(joined):
        return joined
    return f"{seller}:{'-'.join([*_words(code or ''), *words])}" if words else ""


def folded(number: str) -> str:
    """A number as keys have it: NFKC, upper case, one ``-`` for what is no letter or digit."""
    return "-".join(_words(number))


# Letters and marks that nobody sees (Default_Ignorable_Code_Point, general categories L and M).
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164"
    "\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


_NOT_KEPT = re.compile("[^0-9A-Z]+")


def _words(text: str) -> list[str]:
    if text.isascii():  # what the steps below come to where there is nothing to fold
        return _NOT_KEPT.sub(" ", text.upper()).split()
    # Upper case can leave NFKC, and more than once: a second normalisation makes it stable.
    seen = _UNSEEN.sub("", text)
    folded = "".join(map(_upper, unicodedata.normalize("NFKC", seen)))
    upper = unicodedata.normalize("NFKC", folded)
    return "".join(map(_kept, upper)).split()


def _kept(char: str) -> str:
    category = unicodedata.category(char)
    if category == "Nd":
        return str(unicodedata.decimal(char))  # a digit is the same in every script
    return char if category[0] in "LMN" else " "


def _upper(char: str) -> str:
    """Its upper case, unless that came later than Unicode 14.0: then older Pythons know none."""
    upper = char.upper()
    return char if forbidden_code_point(upper) else upper


def fill(uses: Iterable[Use], amount: Money) -> tuple[Use, ...]:
    """`uses`, in their order, as far as `amount` goes; the last may be cut, the rest is left out.

    `amount` is above zero and at most the sum of the uses.
    """
    filled: list[Use] = []
    left = amount
    for use in uses:
        if left.minor > 0:
            part = min(use.amount, left)
            filled.append(Use(invoice=use.invoice, amount=part))
            left -= part
    return tuple(filled)


def total(amounts: Sequence[Money]) -> Money:
    """The sum of at least one amount. Raises `Refused` (`currency_mismatch`, `amount_invalid`)."""
    first, *others = amounts
    for amount in others:
        first += amount
    return first
