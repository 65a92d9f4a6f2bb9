"""Writes rules.md from the list of rules that the report measures."""

from __future__ import annotations

from pathlib import Path

from ledger.reports.rules import RULES

_HEAD = """# Rules of the report

`duebill report rules` and `GET /v1/reports/rules` say, entry by entry, what each of these measured,
against which bound, under the policy of which entry, and what came of it: `holds`, `flagged` (taken
all the same, and to be looked at) or `not_applicable`. Written by `make_rules.py`.

| rule | asks | source | else |
|---|---|---|---|
"""


def render() -> str:
    """The page."""
    return _HEAD + "".join(
        f"| `{item.id}` | {item.name} | {item.source} | {_ELSE[item.warns]} |\n" for item in RULES
    )


_ELSE = {True: "flagged", False: "refused"}


if __name__ == "__main__":
    page = Path(__file__).with_name("rules.md")
    page.write_text(render(), "utf-8")
    print(f"wrote {page.name}")
