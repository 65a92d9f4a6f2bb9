"""Make docs/results/foreign-verifiers.md from the figures that the long tests left.

DUEBILL_RESULTS=1 make test-long     (tests/foreign/README.md says what it needs)
.venv/bin/python docs/results/make_foreign.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PAGE = Path(__file__).with_name("foreign-verifiers.md")
FIGURES = Path(__file__).with_name("foreign")
HEAD = """# Foreign verifiers: what others took

Software of other authors was shown one log at many sizes: its signed heads, proofs, tiles and
entry bundles. It took everything, and each program refuses the same folder with one bit of it
changed (`tests/foreign/`). `make test` shows two of them every size from 0 to 64, and a foreign
witness our heads and growth proofs; `make test-long` with `DUEBILL_RESULTS=1` leaves these figures,
and `docs/results/make_foreign.py` makes this page.

*Small* is every size from 0 to 300, with every index and every earlier size. *Large* is sizes up
to 70,000: borders of tiles, and sizes that are drawn, with so many indexes and earlier sizes each.

| case | verifier | version | heads opened | inclusion proofs | consistency proofs |
|---|---|---|---:|---:|---:|
"""
TAIL = """
npm's package offers no consistency proofs. Go's library also made each of these proofs from the
tiles, `tlog-scales` each of sizes 0 to 64: they are ours to the byte. Trees that these two computed
without any code of ours are kept in `tests/vectors/foreign_tree.json`.
Two foreign witnesses (`witness-log` 0.6.1, `aics-witness` 0.1.0) cosigned heads from size 1 to 400,
told their size when asked from another, and refused forks; our feeder collected their cosignatures.
"""


def page(figures: list[dict[str, Any]]) -> str:
    """The text of the page."""
    return HEAD + "".join(map(_row, figures)) + TAIL


def read_figures() -> list[dict[str, Any]]:
    """What the tests left: the small case first."""
    found = [json.loads(path.read_text("utf-8")) for path in FIGURES.glob("*.json")]
    return sorted(found, key=lambda item: (item["case"] != "small", item["verifier"]))


def _row(item: dict[str, Any]) -> str:
    grown = f"{item['consistency']:,}" if "consistency" in item else "none offered"
    cells = [
        item["case"],
        {"go": "`golang.org/x/mod/sumdb`", "node": "`@sigstore/verify`"}.get(
            item["verifier"], f"`{item['verifier']}`"
        ),
        item["version"].removeprefix("@sigstore/verify "),
        f"{item['heads']:,}",
        f"{item['inclusion']:,}",
        grown,
    ]
    return f"| {' | '.join(cells)} |\n"


if __name__ == "__main__":
    PAGE.write_text(page(read_figures()), "utf-8")
    print(f"{PAGE.name}: {len(read_figures())} runs")
