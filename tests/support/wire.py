"""Commands in their wire form, with seals that a test can open."""

from __future__ import annotations

from typing import Any

from ledger import canonical
from ledger.model.codec import WireForm, read, write
from tests.support.world import digest

DIGITS = {"CNY": 2, "USD": 2}.get


def seal(command: Any) -> tuple[dict[str, Any], dict[str, tuple[str, Any]]]:
    """The tree of a command with its sealed fields as digests, and their disclosures."""
    disclosures: dict[str, tuple[str, Any]] = {}

    def sealer(name: str, value: Any) -> str:
        sealed = digest(f"{len(disclosures)}")
        disclosures[sealed] = (name, value)
        return sealed

    return write(command, WireForm(DIGITS, {}, sealer)), disclosures


def there_and_back(command: Any) -> Any:
    """The command that is read from the canonical bytes of another."""
    tree, disclosures = seal(command)
    again = canonical.decode(canonical.encode(tree))
    return read(type(command), again, WireForm(DIGITS, disclosures), "/body")


def size(command: Any) -> int:
    """The bytes of a command's canonical form."""
    return len(canonical.encode(seal(command)[0]))
