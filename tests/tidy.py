"""The rules of a tidy house: floors, purity, sizes, words. Standard library only.

Every rule is a function from the text of one file (or of all) to complaints, so that it can be
tried on a planted fault as well as on the project; `test_tidy.py` does both.
"""

from __future__ import annotations

import ast
import graphlib
import io
import re
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

FLOORS = {
    "ledger/__init__.py": 0,
    "ledger/refusals/": 0,
    "ledger/errors.py": 0.25,
    "ledger/codepoints.py": 0,
    "ledger/base64url.py": 0.5,
    "ledger/pkcs8.py": 0.5,
    "ledger/closing.py": 0,
    "ledger/canonical.py": 1,
    "ledger/keys.py": 1,
    "ledger/certificates.py": 1,
    "ledger/money.py": 1,
    "ledger/dates.py": 1,
    "ledger/model/": 1.5,
    "ledger/sealing.py": 1.75,
    "ledger/envelope.py": 2,
    "ledger/policy/": 2,
    "ledger/chain/": 2,
    "ledger/documents/": 2,
    "ledger/parties/": 2.5,
    "ledger/conduct/": 2.75,
    "ledger/alerts/": 2.875,
    "ledger/quotas/": 2.875,
    "ledger/receivables/": 3,
    "ledger/burdens/": 3.25,
    "ledger/financing/events.py": 3.0625,  # what a financing is: notices name one
    "ledger/financing/records.py": 3.125,
    "ledger/notices/": 3.375,
    "ledger/financing/": 4,
    "ledger/fees/": 4.5,
    "ledger/changes/": 4.5,
    "ledger/settlement/": 5,
    "ledger/recourse/": 5.25,
    "ledger/routing.py": 6.25,
    "ledger/catalogue.py": 6.25,
    "ledger/overlay.py": 6.4,
    "ledger/book.py": 6.5,
    "ledger/vocabulary.py": 6,
    "ledger/ports.py": 6,
    "ledger/signing.py": 2.75,
    "ledger/keystore.py": 7.0625,
    "ledger/signer/": 7.125,
    "ledger/sequencer.py": 7,
    "ledger/service.py": 7.25,
    "ledger/hands.py": 6.75,
    "ledger/invariants/": 6.75,
    "ledger/reports/": 7,
    "ledger/audience/": 6.875,
    "ledger/evidence.py": 7,
    "ledger/helper.py": 7,
    "ledger/checking.py": 7.125,
    "ledger/audit/": 7.125,
    "ledger/store/": 7,
    "ledger/replay.py": 7.125,
    "ledger/packs/": 7.125,
    "ledger/scrub.py": 7,
    "ledger/feeding/": 7.1875,
    "ledger/stamping.py": 7.0625,
    "ledger/witness/": 7.125,
    "ledger/backup/": 7.5,
    "api/verifier/": 9,  # nothing of ours imports it
    "api/": 8,
}
"""A file, or a folder whose files may import each other. Imports go to lower floors only."""

SHELL_FLOOR = 7
IMPURE_MODULES = frozenset(
    [
        "asyncio",
        "concurrent",
        "getpass",
        "glob",
        "http",
        "importlib",
        "locale",
        "logging",
        "multiprocessing",
        "os",
        "pathlib",
        "platform",
        "random",
        "sched",
        "secrets",
        "select",
        "shutil",
        "signal",
        "socket",
        "socketserver",
        "sqlite3",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib",
    ]
)
IMPURE_CALLS = frozenset(
    [
        "now",
        "utcnow",
        "today",
        "fromtimestamp",
        "uuid1",
        "uuid4",
        "urandom",
        "getenv",
        "open",
        "input",
        "print",
        "eval",
        "exec",
        "__import__",
    ]
)
CODE_MAKERS = frozenset({"ledger/model/source.py"})
"""The files below the shell that may run text as code."""
THIRD_PARTY = {
    "ledger/base64url.py": {"msgspec"},
    "ledger/canonical.py": {"msgspec"},
    "ledger/money.py": {"msgspec"},
    "ledger/model/": {"msgspec"},
    "ledger/envelope.py": {"msgspec"},
    "ledger/policy/": {"msgspec"},
    "ledger/chain/": {"msgspec"},
    "ledger/parties/": {"msgspec"},
    "ledger/conduct/": {"msgspec"},
    "ledger/alerts/": {"msgspec"},
    "ledger/quotas/": {"msgspec"},
    "ledger/receivables/": {"msgspec"},
    "ledger/burdens/": {"msgspec"},
    "ledger/financing/": {"msgspec"},
    "ledger/fees/": {"msgspec"},
    "ledger/financing/records.py": {"msgspec"},
    "ledger/notices/": {"msgspec"},
    "ledger/changes/": {"msgspec"},
    "ledger/settlement/": {"msgspec"},
    "ledger/recourse/": {"msgspec"},
    "ledger/catalogue.py": {"msgspec"},
    "ledger/book.py": {"msgspec"},
    "ledger/invariants/": {"msgspec"},
    "ledger/vocabulary.py": {"msgspec"},
    "ledger/checking.py": {"msgspec"},
    "ledger/keys.py": {"cryptography"},
    "ledger/pkcs8.py": {"cryptography"},
    "ledger/certificates.py": {"cryptography"},
    "ledger/documents/": {"lxml", "facturx", "python_calamine"},
}
"""The only third-party packages below the shell, and where."""

FILE_LINES, FILE_MEDIAN = 400, 150
FUNCTION_LINES, FUNCTION_P90 = 50, 25
LONGER = {"api/verifier/duebill_verify.py": 500}
"""Files with a limit of their own: the verifier is one file, so that it can be carried along."""

# Written in pieces, so that this file does not contain what it looks for.
FORBIDDEN = tuple(
    "".join(pieces).encode()
    for pieces in [
        ("/wo", "rk/"),
        ("/ro", "ot/"),
        ("/ho", "me/"),
        ("/opt/", "pypi"),
        ("pypi", ".org"),
        ("python", "hosted"),
        ("arti", "factory"),
        ("|| ", "true"),
        ("TO", "DO"),
        ("FIX", "ME"),
    ]
)
SKIPPING = re.compile(r"\b(?:pytest|unittest|mark)\.(?:mark\.)?(?:skip|xfail|importorskip)")
EXEMPTION = re.compile(r"#\s*(noqa|type:\s*ignore)")
REASONED = re.compile(
    r"#\s*(?:noqa:\s*[A-Z0-9, ]+[0-9]|type:\s*ignore\[[^\]]+\])\s*[-#]+\s*\w.{5,}"
)
OUTSIDE = re.compile(r"\..*(?<!\.ci)|__pycache__|build|dist|demo-ledger|.*\.egg-info")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Sources = Mapping[str, str]


def project_files(root: Path = ROOT) -> Iterator[Path]:
    """Every file of the project: caches, the environment and what the demo made are none."""
    for path in sorted(root.iterdir()):
        if path.is_dir() and not OUTSIDE.fullmatch(path.name):
            yield from project_files(path)
        elif path.is_file():
            yield path


def sources(*folders: str) -> dict[str, str]:
    """Python files below `folders`: path from the root, with ``/``, to text."""
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for folder in folders
        for path in project_files(ROOT / folder)
        if path.suffix == ".py"
    }


def place(path: str) -> str | None:
    """The line of `FLOORS` that `path` belongs to."""
    return next((p for p in FLOORS if path == p or (p[-1] == "/" and path.startswith(p))), None)


def floor(path: str) -> float:
    """The floor of `path`; a file without one stands above everything."""
    where = place(path)
    return FLOORS[where] if where else 99


def imported_names(path: str, text: str) -> Iterator[tuple[int, str]]:
    """Line and dotted name of each import, TYPE_CHECKING and imports in functions included."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.split("/")[: -node.level] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((node.lineno, f"{module}.{alias.name}") for alias in node.names)


def target(name: str, files: Sources) -> str | None:
    """The file of the project that a dotted name means, or that defines it."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        base = "/".join(parts[:length])
        for path in (f"{base}.py", f"{base}/__init__.py"):
            if path in files:
                return path
    return None


def upward_imports(files: Sources) -> list[str]:
    """Imports that do not go down; inside one folder of `FLOORS` they are free."""
    return [
        f"{path}:{line} imports {to}"
        for path, text in files.items()
        for line, name in imported_names(path, text)
        if (to := target(name, files)) and place(path) != place(to) and floor(to) >= floor(path)
    ]


def import_ring(files: Sources) -> list[str]:
    """One ring of files that import each other, if there is any."""
    graph = {
        path: {to for _, name in imported_names(path, text) if (to := target(name, files))}
        for path, text in files.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as ring:
        return [" <- ".join(ring.args[1])]
    return []


def impurities(path: str, text: str) -> list[str]:
    """Clock, chance, environment, files, network and strange packages below the shell."""
    if floor(path) >= SHELL_FLOOR:
        return []
    allowed = THIRD_PARTY.get(place(path) or "", set()) | {"ledger"}
    found = []
    for line, name in imported_names(path, text):
        top, last = name.split(".")[0], name.split(".")[-1]
        strange = top not in sys.stdlib_module_names and top not in allowed
        zone = top == "zoneinfo" and path != "ledger/dates.py"
        if strange or zone or top in IMPURE_MODULES or last in IMPURE_CALLS:
            found.append(f"{path}:{line} imports {name}")
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in IMPURE_CALLS and not (name == "exec" and path in CODE_MAKERS):
                found.append(f"{path}:{node.lineno} calls {name}")
    return found


def function_lines(text: str) -> dict[str, int]:
    """Lines of each function, decorators and docstring not counted."""
    lengths = {}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, Function):
            documented = ast.get_docstring(node) is not None
            parts: list[ast.stmt] = [node, node.body[0]] if documented else [node]
            spans = [(part.end_lineno or 0) - part.lineno + 1 for part in parts]
            lengths[f"{node.lineno} {node.name}"] = spans[0] - sum(spans[1:])
    return lengths


def long_parts(path: str, text: str) -> list[str]:
    """The file, or functions in it, that reach the limit of lines."""
    lines = len(text.splitlines())
    found = [f"{path} has {lines} lines"] if lines >= LONGER.get(path, FILE_LINES) else []
    return found + [
        f"{path}:{name} has {length} lines"
        for name, length in function_lines(text).items()
        if length >= FUNCTION_LINES
    ]


def undocumented(path: str, text: str) -> list[str]:
    """Public classes and functions, and their public methods, without docstring."""

    def visit(body: list[ast.stmt]) -> Iterator[str]:
        for node in body:
            if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
                if not (ast.get_docstring(node) or "").strip():
                    yield f"{path}:{node.lineno} {node.name} has no docstring"
                if isinstance(node, ast.ClassDef):
                    yield from visit(node.body)

    return list(visit(ast.parse(text).body))


def headless(path: str, text: str) -> list[str]:
    """A file that does not open with the idea behind it."""
    docstring = ast.get_docstring(ast.parse(text)) or ""
    return [] if docstring.strip() else [f"{path} has no docstring"]


def silent_tests(path: str, text: str) -> list[str]:
    """Tests, wherever they are nested, that do not say which behaviour they pin."""
    return [
        f"{path}:{node.lineno} {node.name} has no docstring"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, Function)
        and node.name.startswith("test_")
        and not (ast.get_docstring(node) or "").strip()
    ]


def skipped_tests(path: str, text: str) -> list[str]:
    """Tests that may not run or may fail."""
    return [
        f"{path}:{number} {line.strip()}"
        for number, line in enumerate(text.splitlines(), 1)
        if SKIPPING.search(line)
    ]


def bare_exemptions(path: str, text: str) -> list[str]:
    """Exemptions from lint or types that are blanket or have no reason behind them."""
    return [
        f"{path}:{token.start[0]} {token.string}"
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
        and EXEMPTION.search(token.string)
        and not REASONED.search(token.string)
    ]


def forbidden_words(path: str, data: bytes) -> list[str]:
    """Paths of a machine, hosts of registries, unfinished work, ignored failures."""
    return [f"{path} contains {word.decode()}" for word in FORBIDDEN if word in data]


def untitled(path: str, text: str) -> list[str]:
    """A page that does not begin with its title."""
    return [] if re.match(r"# \S", text) else [f"{path} does not begin with a title"]
