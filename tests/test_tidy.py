"""The house keeps itself tidy, and each rule finds the fault it is there for."""

from __future__ import annotations

import statistics
from collections.abc import Callable

import pytest

from tests.tidy import (
    FILE_MEDIAN,
    FORBIDDEN,
    FUNCTION_P90,
    ROOT,
    Sources,
    bare_exemptions,
    forbidden_words,
    function_lines,
    headless,
    import_ring,
    impurities,
    long_parts,
    place,
    project_files,
    silent_tests,
    skipped_tests,
    sources,
    undocumented,
    untitled,
    upward_imports,
)

CODE = sources("ledger", "api")
TESTS = sources("tests")
EVERYTHING = CODE | TESTS | sources("docs")


def over(files: Sources, rule: Callable[[str, str], list[str]]) -> list[str]:
    """All complaints of `rule` over `files`."""
    return [complaint for path, text in files.items() for complaint in rule(path, text)]


def test_every_file_has_a_floor() -> None:
    """A file below ledger/ or api/ that the table of floors does not know is a fault."""
    assert [path for path in CODE if place(path) is None] == []
    assert place("ledger/unheard_of.py") is None


def test_imports_go_down() -> None:
    """No import goes up or sideways, TYPE_CHECKING and imports in functions included."""
    assert upward_imports(CODE) == []


def test_imports_make_no_ring() -> None:
    """No two files import each other, however long the way round."""
    assert import_ring(CODE) == []


def test_below_the_shell_all_is_pure() -> None:
    """Below floor 7: no clock, chance, environment, file, network; third parties where listed."""
    assert over(CODE, impurities) == []


def test_files_and_functions_are_short() -> None:
    """No file of 400 lines, no function of 50, tests included."""
    assert over(EVERYTHING, long_parts) == []


def test_most_files_and_functions_are_shorter() -> None:
    """In ledger/ and api/ the median file is under 150 lines, nine functions of ten under 25."""
    assert statistics.median(len(text.splitlines()) for text in CODE.values()) < FILE_MEDIAN
    lengths = [length for text in CODE.values() for length in function_lines(text).values()]
    assert statistics.quantiles(lengths, n=10)[-1] < FUNCTION_P90


def test_code_is_documented() -> None:
    """Every module, public class, function and method says what it means."""
    assert over(CODE, undocumented) == []
    assert over(EVERYTHING, headless) == []


def test_tests_say_what_they_pin() -> None:
    """Every test has a docstring that states the behaviour."""
    assert over(TESTS, silent_tests) == []


def test_no_test_is_skipped() -> None:
    """A test runs and must pass, or is not collected at all."""
    assert over(TESTS, skipped_tests) == []


def test_exemptions_have_a_reason() -> None:
    """An exemption names its rule, and its reason on the same line."""
    assert over(EVERYTHING, bare_exemptions) == []


def test_no_forbidden_words() -> None:
    """No path of a machine, registry host, unfinished work or ignored failure in any file."""
    files = {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in project_files()}
    assert "Makefile" in files
    assert ".ci/run" in files
    assert [c for path, data in files.items() for c in forbidden_words(path, data)] == []


def test_pages_have_titles() -> None:
    """Every Markdown page begins with its title."""
    pages = {p.relative_to(ROOT).as_posix(): p for p in project_files() if p.suffix == ".md"}
    assert [
        c for path, page in pages.items() for c in untitled(path, page.read_text("utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("importer", "line"),
    [
        ("ledger/errors.py", "from ledger.money import Money"),
        ("ledger/money.py", "import ledger.dates"),
        ("ledger/money.py", "from ledger import dates"),
        ("ledger/chain/entry.py", "from ledger.documents import read"),
        ("ledger/chain/entry.py", "from ..documents.read import read"),
        ("ledger/chain/entry.py", "def f():\n    from api import cli"),
        ("ledger/chain/entry.py", "if TYPE_CHECKING:\n    from ledger.book import Book"),
        ("ledger/money.py", "import ledger.unheard_of"),
    ],
)
def test_an_import_up_or_sideways_is_found(importer: str, line: str) -> None:
    """Planted: upward, sideways, relative, in a function, under TYPE_CHECKING, to no floor."""
    others = ["money", "dates", "book", "documents/read", "unheard_of"]
    files = {f"ledger/{other}.py": "" for other in others} | {"api/cli.py": "", importer: line}
    files |= {"api/__init__.py": "", "ledger/__init__.py": "", "ledger/documents/__init__.py": ""}
    fine = {"ledger/chain/x.py": "import ledger.money\nfrom . import y", "ledger/chain/y.py": ""}
    assert [each.split(":")[0] for each in upward_imports(fine | files)] == [importer]


def test_a_ring_is_found() -> None:
    """Planted: three files of one folder that import each other in a circle."""
    ring = {
        "ledger/chain/a.py": "from ledger.chain.b import B",
        "ledger/chain/b.py": "import ledger.chain.c",
        "ledger/chain/c.py": "def f():\n    from . import a",
    }
    assert len(import_ring(ring)) == 1
    assert import_ring(ring | {"ledger/chain/c.py": ""}) == []


@pytest.mark.parametrize(
    "line",
    [
        "import time",
        "from os import environ",
        "import urllib.request",
        "from uuid import uuid4",
        "import sqlmodel",
        "def f(): import requests",
        "x = date.today()",
        "x = datetime.now(UTC)",
        "x = uuid.uuid4()",
        "open('x')",
        "from zoneinfo import ZoneInfo",
        "import cryptography",
    ],
)
def test_an_impure_line_is_found(line: str) -> None:
    """Planted: each kind of impurity is found in the core, and is no fault in the shell."""
    assert len(impurities("ledger/financing/terms.py", line)) == 1
    assert impurities("ledger/store/rows.py", line) == []
    assert impurities("ledger/keys.py", "from cryptography import x509\nimport hashlib") == []


def test_long_parts_are_found() -> None:
    """Planted: a file of 400 lines, and a function of 50 without its docstring."""
    assert long_parts("x.py", "x = 1\n" * 399) == []
    assert len(long_parts("x.py", "x = 1\n" * 400)) == 1
    documented = 'def f():\n    """One\n    two."""\n'
    assert long_parts("x.py", documented + "    x = 1\n" * 48) == []
    assert len(long_parts("x.py", documented + "    x = 1\n" * 49)) == 1


def test_missing_words_are_found() -> None:
    """Planted: nothing said by a module, a class, a method, a test, a page."""
    assert len(headless("x.py", '""" """\nx = 1')) == 1
    assert len(undocumented("x.py", "class A:\n    def f(self): ...\n    def _g(self): ...")) == 2
    assert undocumented("x.py", "def _private(): ...") == []
    assert len(silent_tests("x.py", "class T:\n    def test_x(self): ...")) == 1
    assert len(untitled("x.md", "No title\n# Late")) == 1


def test_evasions_are_found() -> None:
    """Planted: skipped tests, exemptions without rule or reason, and each forbidden word."""
    for how in ("skipif(x)", "skip('x')", "xfail", "importorskip('x')"):
        assert len(skipped_tests("x.py", f"{'py' + 'test'}.{how}")) == 1
        assert len(skipped_tests("x.py", f"@{'py' + 'test'}.mark.{how}")) == 1
    for bare in ("noqa", "noqa: E501", "type: ignore", "type: ignore[misc]", "noqa - a reason"):
        assert len(bare_exemptions("x.py", f"x = 1  # {bare}")) == 1
    for good in ("noqa: E501, S101 - a long address", "type: ignore[misc]  # the fault under test"):
        assert bare_exemptions("x.py", f"x = 1  # {good}") == []
    assert len(FORBIDDEN) == 10
    for word in FORBIDDEN:
        assert len(forbidden_words("x", b"a " + word + b" b")) == 1
