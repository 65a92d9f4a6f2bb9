"""Writes invariants.md from the table of invariants."""

from __future__ import annotations

from pathlib import Path

from ledger.invariants.table import INVARIANTS

_HEAD = """# Invariants

What must always be true, by number. `duebill audit` checks each at level rules over the records of
its own replay, and lists it with counts; the tests check the same list after every step of a random
history. The checks are the functions `invariant_<number>_…` of each module's `invariants.py`, and
`entry_<number>_…` of `ledger/invariants/entries.py`. Written by `make_invariants.py`.

| | what holds | 中文 | source | proven besides by |
|---|---|---|---|---|
"""


def render() -> str:
    """The page."""
    rows = (
        f"| {item.number} | {item.name} | {item.chinese} | {item.source} | {item.proof} |\n"
        for item in INVARIANTS
    )
    return _HEAD + "".join(rows)


if __name__ == "__main__":
    page = Path(__file__).with_name("invariants.md")
    page.write_text(render(), "utf-8")
    print(f"wrote {page.name}")
