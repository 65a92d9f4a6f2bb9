"""The page of the format shows the published files, and cannot rot."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

SPEC = Path(__file__).parents[3] / "docs" / "spec"


def maker() -> ModuleType:
    """The script that puts the examples into the page."""
    spec = importlib.util.spec_from_file_location("make_receipt", SPEC / "make_receipt.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["make_receipt"] = module
    spec.loader.exec_module(module)
    return module


def test_the_examples_are_those_of_the_files() -> None:
    """Made again the page is the same, and every example has its place in it."""
    page = (SPEC / "receipt.md").read_text("utf-8")
    made = maker()
    assert made.made(page) == page
    for name, text in made.examples().items():
        assert f"<!-- example: {name} -->" in page
        assert text in page
