"""The command line as a user types it, and a small ledger that was made by it."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from api.target import now_ms
from ledger.dates import civil_date

ORIGIN = "cli.example/ledger"
CORE = ("uscc:91340100MA9BLBT52X", "江州重工装备股份有限公司")
SUPPLIER = ("uscc:91320500MA7JHE1018", "青岚精密铸造有限公司")
STRANGER = ("uscc:91330200MA8QLPC31C", "白鹭轴承科技有限公司")
HEADER = ("发票号码", "开票日期", "到期日", "币种", "销方名称", "销方识别号", "购方名称",
          "购方识别号", "价税合计")  # fmt: skip


def duebill(*words: str | Path, status: int = 0) -> Result:
    """The result of a command that must end with `status`."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    assert result.exit_code == status, (result.output, result.exception)
    return result


def answer(*words: str | Path, status: int = 0) -> Any:
    """What a command says with --json."""
    return json.loads(duebill(*words, "--json", status=status).stdout)


def refused(*words: str | Path) -> str:
    """The code with which a command is refused, with exit status 1."""
    result = duebill(*words, status=1)
    return result.stderr.partition(":")[0]


def make_ledger(folder: Path) -> None:
    """A ledger in `folder`/ledger with a core enterprise and a supplier of two people.

    Keys and applications lie beside it: core.pem, ann.pem, bob.pem.
    """
    ledger = folder / "ledger"
    operator = answer("init", "--dir", ledger, "--origin", ORIGIN)["operator"]
    for name in ("core", "ann", "bob"):
        duebill("keygen", folder / f"{name}.pem")
    apply(folder, operator, "core", CORE, "obligor", "ann=core.pem")
    apply(folder, operator, "supplier", SUPPLIER, "supplier", "ann=ann.pem")
    application = folder / "supplier.json"
    duebill("enrol", application, "--apply", "--key", f"bob={folder / 'bob.pem'}")
    for name in ("core", "supplier"):
        duebill("enrol", folder / f"{name}.json", "--dir", ledger)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A founded ledger, to be copied."""
    folder = tmp_path_factory.mktemp("founded")
    make_ledger(folder)
    return folder


@pytest.fixture
def desk(founded: Path, tmp_path: Path) -> Iterator[Path]:
    """A ledger of the test's own, with the keys beside it; it audits clean at the end."""
    folder = tmp_path / "desk"
    shutil.copytree(founded, folder)
    yield folder
    assert answer("audit", folder / "ledger")["verdict"] == "clean"


def apply(
    folder: Path, operator: str, file: str, who: tuple[str, str], role: str, key: str
) -> None:
    """An application in `folder`; `key` is PERSON=NAME of a key file there."""
    person, _, name = key.partition("=")
    duebill(
        *("enrol", folder / f"{file}.json", "--apply", "--origin", ORIGIN, "--operator", operator),
        *("--identifier", who[0], "--name", who[1], "--role", role),
        *("--key", f"{person}={folder / name}"),
    )


def two_people(folder: Path) -> None:
    """From now on the supplier registers with two people."""
    body = folder / "rule.json"
    body.write_text('{"tiers": [{"acts": ["receivable.register"], "persons": 2}]}')
    file = folder / "rule.jsonl"
    ledger = folder / "ledger"
    duebill("draft", "approval.set", body, "--as", SUPPLIER[0], "--dir", ledger, "-o", file)
    duebill("sign", file, "--key", folder / "ann.pem", "--yes")
    duebill("submit", file, "--dir", ledger)


@cache
def today() -> date:
    """The civil date in the ledger's time zone; the same for all tests, though midnight passes."""
    return civil_date(now_ms(), "Asia/Shanghai")


def row(count: int, seller: tuple[str, str] = SUPPLIER, **changes: str) -> list[str]:
    """A row of a sales ledger: invoice number `count` of `seller` on the core enterprise."""
    fields = {
        "number": f"26322000001{count:08}7",
        "issued": (today() - timedelta(days=5)).isoformat(),
        "due": (today() + timedelta(days=90)).isoformat(),
        "gross": f"{1000 + count}.50",
        **changes,
    }
    sides = [seller[1], seller[0].partition(":")[2], CORE[1], CORE[0].partition(":")[2]]
    return [fields["number"], fields["issued"], fields["due"], "CNY", *sides, fields["gross"]]


def table(rows: Sequence[Sequence[str]], encoding: str = "gb18030") -> bytes:
    """The rows as a CSV file under Chinese headers."""
    text = io.StringIO()
    csv.writer(text).writerows([HEADER, *rows])
    return text.getvalue().encode(encoding)
