"""Puts the examples into `receipt.md`, out of the published files in `tests/vectors/packs/`.

Run `python docs/spec/make_receipt.py` from anywhere. A test runs it and finds nothing to change.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
PAGE = FOLDER / "receipt.md"
VECTORS = FOLDER.parent.parent / "tests" / "vectors" / "packs"
LONGEST = 48
"""Characters of a text that is shown whole where an example is abridged."""

_BLOCK = re.compile(r"(<!-- example: (\w+) -->\n```\w*\n)(?:(?!```).)+?(\n```\n)", re.DOTALL)


def short(tree: Any) -> Any:
    """A value with its long texts cut, and of a list its first item alone."""
    if isinstance(tree, dict):
        return {name: short(value) for name, value in tree.items()}
    if isinstance(tree, list):
        kept = [short(value) for value in tree[:1]]
        return [*kept, "…"] if len(tree) > 1 else kept
    if isinstance(tree, str) and len(tree) > LONGEST:
        return f"{tree[:LONGEST]}…"
    return tree


def shown(tree: Any) -> str:
    """A value over several lines."""
    return json.dumps(tree, indent=1, ensure_ascii=False)


def statement(name: str) -> Any:
    """What the statement of a pack says."""
    note = json.loads((VECTORS / name).read_bytes())["statement"]
    return json.loads(note.partition("\n\n")[0].partition("\n")[2])


def examples() -> dict[str, str]:
    """The examples by name."""
    facts = statement("certificate.json")["facts"]
    said = statement("evidence.json")
    return {
        "receipt": (VECTORS / "receipt.json").read_text("utf-8"),
        "policy": (VECTORS / "policy").read_text("utf-8").rstrip("\n"),
        "pack": shown(short(json.loads((VECTORS / "evidence.json").read_bytes()))),
        "statement": shown({name: value for name, value in said.items() if name != "facts"}),
        "facts": shown(said["facts"]),
        "certificate": shown(facts["certificate"]),
    }


def made(page: str) -> str:
    """The page with its examples as the files have them now."""
    found = examples()
    return _BLOCK.sub(lambda block: f"{block[1]}{found[block[2]]}{block[3]}", page)


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text("utf-8")), "utf-8")
    print(f"wrote {PAGE.name}")
