"""Writes real-invoices.md from the figures of `duebill demo --invoices DIR --json`.

Usage: python docs/results/make_real_invoices.py figures.json
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from ledger.errors import RefusalCode

CARRIERS = {".xml": "XML", ".pdf": "PDF", ".csv": "CSV", ".xlsx": "XLSX"}


def page(figures: dict[str, Any]) -> str:
    """The page as Markdown."""
    remedies = {code.value: code.remedy for code in RefusalCode}
    lines = [
        "# Real invoices",
        "",
        "`duebill demo --invoices DIR` over a folder of e-invoices and tables that others wrote",
        "for other purposes: official EN 16931 examples and rule tests, XRechnung, Peppol, ZUGFeRD",
        "and Factur-X corpora, OASIS examples, FatturaPA, and VAT invoice tables of Chinese firms.",
        "None of it is part of this project. Documents without a due date get 30 days from issue,",
        "which the demonstration signs for.",
        "",
        "| figure | value |",
        "|---|---|",
    ]
    for key in (
        "documents",
        "registered",
        "acknowledged",
        "parties",
        "entries",
        "holdings redeemed",
        "second financier",
        "verdicts",
        "records compared",
        "tampering found",
        "seconds",
    ):
        value = figures[key]
        lines.append(f"| {key} | {', '.join(value) if isinstance(value, list) else value} |")
    lines += [
        "",
        "## By carrier",
        "",
        "| carrier | files | registered | not |",
        "|---|---|---|---|",
    ]
    lines += _by_carrier(figures["files"])
    lines += ["", "## Refusals", ""]
    lines += ["| code | documents and rows | what to do |", "|---|---|---|"]
    for code, count in sorted(figures["refused"].items(), key=lambda item: (-item[1], item[0])):
        lines.append(f"| `{code}` | {count} | {remedies[code]} |")
    return "\n".join(lines) + "\n"


def _by_carrier(files: list[dict[str, Any]]) -> list[str]:
    count: Counter[str] = Counter()
    registered: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    for item in files:
        carrier = CARRIERS[Path(item["name"]).suffix.lower()]
        count[carrier] += 1
        registered[carrier] += item["registered"]
        refused[carrier] += sum(item["refused"].values())
    return [f"| {name} | {count[name]} | {registered[name]} | {refused[name]} |" for name in count]


if __name__ == "__main__":
    text = page(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    Path(__file__).with_name("real-invoices.md").write_text(text, encoding="utf-8")
