"""The kinds of command by name, and which names are near one that does not exist."""

from __future__ import annotations

import difflib
import inspect
from dataclasses import dataclass
from typing import Any

from api.kinds.who import WHO
from ledger import vocabulary
from ledger.errors import RefusalCode, Refused


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of command at its newest version. `alone` kinds are never lines of a manifest."""

    name: str
    ver: int
    command: type[Any]

    @property
    def who(self) -> str:
        """Who may send it, in short."""
        return WHO[self.name]

    @property
    def alone(self) -> bool:
        """Whether it needs signatures of its own."""
        return self.name in vocabulary.ALONE

    @property
    def says(self) -> str:
        """What it asks, in full."""
        return inspect.getdoc(self.command) or ""

    def tree(self) -> dict[str, Any]:
        """The kind as JSON, in short."""
        summary = " ".join(self.says.partition("\n\n")[0].split())
        return {
            "kind": self.name,
            "ver": self.ver,
            "summary": summary,
            "signed_by": self.who,
            "alone": self.alone,
        }


KINDS = {
    name: Kind(name, ver, command)
    for (name, ver), command in sorted(vocabulary.COMMANDS.items(), key=lambda item: item[0][1])
}
"""Every kind by its wire name, at its newest version."""


def find_kind(name: str) -> Kind:
    """The kind of this wire name. Raises `Refused` (`kind_unknown`), which names what is near."""
    if name in KINDS:
        return KINDS[name]
    near = _near(name)
    hint = f"Do you mean {', '.join(near)}?" if near else "duebill draft lists all."
    raise Refused(RefusalCode.KIND_UNKNOWN, f"There is no command {name[:60]!r}. {hint}")


def _near(name: str) -> list[str]:
    """Kinds that are spelt like `name`, else those that share one of its words."""
    spelt = difflib.get_close_matches(name[:60].lower(), KINDS, n=5)
    words = set(name.lower().replace("_", ".").split("."))
    shared = [kind for kind in KINDS if words & set(kind.replace("_", ".").split("."))]
    return spelt or shared[:12]
