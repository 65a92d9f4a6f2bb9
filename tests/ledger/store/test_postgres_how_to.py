"""The page on PostgreSQL works as it is written, and `serve` starts from what it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from api.client import Client
from api.places import Place, read_place, write_place
from api.settings import Settings
from ledger.errors import Unavailable
from tests.support.cli import duebill
from tests.support.postgres import Cluster
from tests.support.processes import serving
from tests.tidy import ROOT

PAGE = ROOT / "docs" / "how-to" / "run-on-postgresql.md"


def test_the_page_runs(postgres_url: str, tmp_path: Path) -> None:
    """Every `sh` block of the page, with a database and a head store named as it asks."""
    blocks = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert len(blocks) >= 3
    command = tmp_path / "bin" / "duebill"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m api.cli "$@"\n')
    command.chmod(0o755)
    result = subprocess.run(
        ["/bin/sh", "-eu"],
        input="\n".join(blocks),
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "PATH": f"{command.parent}:{os.environ['PATH']}",
            "DB": postgres_url,
            "HEADS": f"file://{tmp_path}/head.json",
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def test_two_servers_start_from_url_and_folder(postgres_url: str, tmp_path: Path) -> None:
    """One `serve` with everything in the environment and one with the folder: one ledger."""
    folder, heads = tmp_path / "ledger", f"file://{tmp_path}/head.json"
    where = ("--db", postgres_url, "--heads", heads)
    duebill("init", "--dir", folder, "--origin", "here.example/ledger", "--sandbox", *where)
    named = {"DUEBILL_DB": postgres_url, "DUEBILL_HEADS": heads, "DUEBILL_DIR": str(folder)}
    with (
        serving(**named) as one,
        serving("--dir", folder) as other,
    ):
        for url in (one, other):
            assert json.loads(Client(url).get("/readyz"))["size"] == 2


def test_nothing_starts_without_a_head_store_outside(
    postgres: Cluster, postgres_url: str, tmp_path: Path
) -> None:
    """Without a head store, or with one in the ledger's own cluster, a server does not start."""
    with pytest.raises(ValueError, match="DUEBILL_HEADS"):
        Settings.from_environ({"DUEBILL_DB": postgres_url})
    duebill("serve", "--db", postgres_url, "--dir", tmp_path, status=2)
    duebill("init", "--dir", tmp_path, "--origin", "x.example/l", "--db", postgres_url, status=2)
    inside = ("--db", postgres_url, "--heads", postgres.url("public"))
    result = duebill("serve", *inside, "--dir", tmp_path, status=1)
    assert "own cluster" in result.stderr


def test_the_place_of_a_ledger_is_kept(tmp_path: Path) -> None:
    """A folder names its database; the file may hold a password, and a wrong one is refused."""
    assert read_place(tmp_path) is None
    place = Place("postgresql://u:p@h/d?schema=s", "file:///x/head.json")
    write_place(tmp_path, place)
    assert read_place(tmp_path) == place
    file = tmp_path / "database.json"
    assert file.stat().st_mode & 0o777 == 0o600
    for text in ("", "[]", '{"db":"postgresql://h/d"}', '{"db":1,"heads":"x"}'):
        file.write_text(text)
        with pytest.raises(Unavailable, match="does not name"):
            read_place(tmp_path)
