"""Writes refusals.md from the list of refusal codes and the table of HTTP statuses."""

from __future__ import annotations

from pathlib import Path

from api.problems import refusals_page

if __name__ == "__main__":
    page = Path(__file__).with_name("refusals.md")
    page.write_text(refusals_page(), "utf-8")
    print(f"wrote {page.name}")
