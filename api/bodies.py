"""Command bodies as people write them: plain JSON, nothing sealed, amounts with their currency.

    {"amount": {"amount": "100.00", "currency": "CNY"}, "receivable": "rcv_…", …}

Sealing happens while the command is drafted. A personal field holds its text here; the command
holds only the digest of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from api.kinds.template import check_filled
from ledger.errors import RefusalCode, Refused
from ledger.model import codec


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyForm(codec.WireForm):
    """The form of a body: as the wire form, but confidential fields stand there as they are.

    `personal` seals the text of a personal field and gives the digest that the command holds.
    """

    personal: Callable[[str, str], str]

    def unseal(self, tree: Any, name: str, place: str) -> Any:
        """The field as it stands there."""
        return tree

    def read_digest(self, tree: Any, name: str, place: str) -> str:
        """The digest of a personal field's text. Raises `Refused` (`field_invalid`)."""
        if not isinstance(tree, str) or not 0 < len(tree) <= 200:
            detail = f"The field {name} is not a text of 1 to 200 characters."
            raise Refused(RefusalCode.FIELD_INVALID, detail, place=place)
        return self.personal(name, tree)


def read_body(
    kind: type,
    tree: Any,
    digits: Callable[[str], int | None],
    personal: Callable[[str, str], str],
) -> Any:
    """The command of a body. Raises `Refused` with the field that does not fit.

    What still holds a placeholder of the kind's template is no body.
    """
    check_filled(kind, tree)
    form = BodyForm(digits=digits, disclosures={}, personal=personal)
    return codec.read(kind, tree, form, "/body")
