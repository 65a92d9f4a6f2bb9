"""Foreign software that is no package of this project: where it is, and how it is run.

README.md beside this file says how to get it. What is missing fails the test that needs it, with
a sentence: long tests are never skipped.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.tidy import ROOT

HERE = Path(__file__).parent
INSTALLED = Path(os.environ.get("DUEBILL_FOREIGN") or ROOT / ".foreign")
"""Where the packages of npm and pip were put."""
GO_PATH = Path("/usr/share/gocode")
"""Where Debian puts the sources of Go packages."""
GO = {"GO111MODULE": "off", "GOFLAGS": "", "GOPATH": str(GO_PATH)}

Run = Callable[[Path], "subprocess.CompletedProcess[str]"]
"""Lets a foreign program judge a case folder (see `growing.py`)."""


def found(path: Path) -> Path:
    """`path`, which must be there."""
    if not path.exists():
        pytest.fail(f"{path.name} is missing: install it as tests/foreign/README.md says.")
    return path


def tool(name: str) -> str:
    """The program `name`, which must be there."""
    where = shutil.which(name)
    if where is None:
        pytest.fail(f"{name} is missing: install it as tests/foreign/README.md says.")
    return where


def run(
    words: Sequence[str], where: Path = HERE, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """The program's end, with what it said."""
    return subprocess.run(  # noqa: S603 - programs of our own choice
        words,
        cwd=where,
        env={**os.environ, **(more or {})},
        capture_output=True,
        text=True,
        timeout=1_800,
        check=False,
    )


def built_in_go(sources: Path, folder: Path) -> str:
    """The program that the Go sources make, built below `folder` from Debian's packages alone."""
    found(GO_PATH / "src/golang.org/x/mod/sumdb/tlog")
    program = folder / "program"
    cache = {**GO, "GOCACHE": str(folder / "cache")}
    done = run([tool("go"), "build", "-o", str(program), "."], sources, cache)
    assert done.returncode == 0, done.stderr
    return str(program)


def by_go(folder: Path) -> Run:
    """Go's `golang.org/x/mod/sumdb`."""
    program = built_in_go(HERE / "go", folder)
    return lambda case: run([program, str(case)])


def by_node(folder: Path) -> Run:
    """`@sigstore/verify` in Node."""
    modules = {"NODE_PATH": str(found(INSTALLED / "node_modules"))}
    return lambda case: run([tool("node"), str(HERE / "node/verify.cjs"), str(case)], more=modules)


def version(name: str) -> str:
    """Which version of a foreign verifier this is."""
    if name == "go":
        debian = run(["dpkg-query", "-W", "-f", "${Version}", "golang-golang-x-mod-dev"]).stdout
        return f"x/mod {debian}, {run([tool('go'), 'version']).stdout.split()[2]}"
    if name == "node":
        lock = json.loads((HERE / "node/package-lock.json").read_text("utf-8"))["packages"]
        package = lock["node_modules/@sigstore/verify"]["version"]
        return f"@sigstore/verify {package}, Node {run([tool('node'), '--version']).stdout.strip()}"
    return importlib.metadata.version(name)


def record(case: str, name: str, counts: Mapping[str, Any]) -> None:
    """Keep what a foreign verifier took in a long test, where DUEBILL_RESULTS is set."""
    if os.environ.get("DUEBILL_RESULTS"):
        folder = ROOT / "docs/results/foreign"
        folder.mkdir(exist_ok=True)
        figures = {"case": case, "verifier": name, "version": version(name), **counts}
        text = json.dumps(figures, indent=1, ensure_ascii=False)
        (folder / f"{case}-{name}.json").write_text(f"{text}\n", "utf-8")
