"""Every verb of the command line: what it does, and how it refuses."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest
import typer
from typer.testing import CliRunner

from api.cli import COMMANDS
from api.terminal import plain, say_json
from ledger import canonical
from ledger.base64url import b64url_decode, b64url_encode
from ledger.model.records import make_id
from tests.support.cli import (
    CORE,
    ORIGIN,
    SUPPLIER,
    answer,
    duebill,
    make_ledger,
    refused,
    row,
    table,
)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger with one registered receivable, its receipts and an export, to be copied."""
    folder = tmp_path_factory.mktemp("founded")
    make_ledger(folder)
    (folder / "sales.csv").write_bytes(table([row(1)]))
    duebill(
        *("import", folder / "sales.csv", "--as", SUPPLIER[0], "--dir", folder / "ledger"),
        *("--key", folder / "ann.pem", "--receipts", folder / "receipts", "--yes"),
    )
    duebill("export", folder / "export", "--dir", folder / "ledger")
    return folder


@pytest.fixture
def desk(founded: Path, tmp_path: Path) -> Path:
    """A copy of the test's own."""
    return Path(shutil.copytree(founded, tmp_path / "desk"))


def run_process(
    *words: str, folder: Path, out: int = subprocess.PIPE
) -> subprocess.CompletedProcess[str]:
    """The command line as a process of its own."""
    return subprocess.run(  # noqa: S603 - our own program with words that the test chose
        [sys.executable, "-m", "api.cli", *words],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )


def light(code: str, *besides: str) -> str:
    """What `code` prints; it must load neither database nor web framework, nor these besides."""
    code += (
        f"\nheavy = {{'sqlalchemy', 'fastapi', 'uvicorn', *{besides}}} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    result = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_help_names_every_verb_and_loads_none() -> None:
    """The list comes at once."""
    said = light(
        "import sys; from api.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit as end: assert end.code == 0",
        "lxml",
    )
    assert [name for name in COMMANDS if name not in said] == []


@pytest.mark.parametrize("name", ["draft", "explain", "sign", "submit", "receipt", "keygen"])
def test_what_needs_no_folder_loads_no_database(name: str) -> None:
    """A party that works with a server behind a URL waits for no database to load."""
    light(f"import sys; import api.commands.{name}")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_verb_explains_itself(name: str) -> None:
    """--help of each verb ends well and says what the verb does."""
    assert "Usage: " in duebill(name, "--help").stdout


@pytest.mark.parametrize(
    "words", [["nonsense"], ["audit"], ["audit", "x", "--level", "y"], ["submit", "no-such-file"]]
)
def test_wrong_usage_is_status_2(words: list[str]) -> None:
    """An unknown verb, a missing argument, an unknown choice, a file that is not there."""
    duebill(*words, status=2)


def test_a_process_says_code_sentence_place_and_remedy(tmp_path: Path) -> None:
    """A refusal goes to standard error in full, and with --json to standard output."""
    result = run_process("rebuild", "--dir", ".", "--json", folder=tmp_path)
    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == "ledger_not_open: There is no ledger in .."
    assert "to do: Open the ledger first" in result.stderr
    assert json.loads(result.stdout)["error"]["code"] == "ledger_not_open"


def test_who_reads_no_more_is_told_no_more(tmp_path: Path) -> None:
    """Where the output is a pipe that nobody reads (`| head`), the end is quiet."""
    reading, writing = os.pipe()
    os.close(reading)
    try:
        result = run_process("keygen", "a.pem", folder=tmp_path, out=writing)
    finally:
        os.close(writing)
    assert (result.returncode, result.stderr) == (1, "")
    assert (tmp_path / "a.pem").exists()


def test_a_ledger_is_opened_once(desk: Path) -> None:
    """The second init of a folder is refused; the first wrote the policy file."""
    assert (desk / "ledger" / "policy").read_text().startswith(f"log {ORIGIN}+")
    code = refused("init", "--dir", desk / "ledger", "--origin", ORIGIN)
    assert code == "ledger_is_open"


def test_a_failed_init_can_be_done_again(tmp_path: Path) -> None:
    """An unknown time zone is refused before genesis, and the folder is as good as new."""
    words = ("init", "--dir", tmp_path / "ledger", "--origin", ORIGIN)
    assert refused(*words, "--time-zone", "Nowhere/Land") == "zone_unknown"
    assert answer(*words)["origin"] == ORIGIN


def test_hidden_characters_never_reach_the_terminal() -> None:
    """Text shows them as a mark, JSON as escapes; both keep everything else."""
    assert plain("a\x1b[2J\u202eb\n江") == "a�[2J�b\n江"
    runner = CliRunner()
    hostile = typer.Typer()
    hostile.command()(lambda: say_json({"x": "\x1b\u202e\udc80江"}))
    shown = runner.invoke(hostile).stdout
    assert json.loads(shown) == {"x": "\x1b\u202e\udc80江"}
    assert "江" in shown
    assert "\u202e" not in shown


def test_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    """A key file is the owner's alone, is never overwritten, and may have a password."""
    password = tmp_path / "password"
    password.write_text("correct horse\n")
    made = answer("keygen", tmp_path / "key.pem", "--password-file", password)
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", made["kid"])
    assert made["jwk"]["crv"] == "Ed25519"
    assert (tmp_path / "key.pem").stat().st_mode & 0o077 == 0
    assert b"ENCRYPTED" in (tmp_path / "key.pem").read_bytes()
    assert refused("keygen", tmp_path / "key.pem") == "file_error"


def test_an_application_is_bound_to_its_log_and_keys(desk: Path) -> None:
    """Enrolment with a foreign key's possession, or a second time, is refused."""
    path = desk / "supplier.json"
    assert refused("enrol", path, "--dir", desk / "ledger") == "jti_is_spent"
    tree = json.loads(path.read_text())
    tree["jti"] = tree["jti"][:-4] + "beef"
    tree["identifiers"][0]["value"] = "91330200MA8QLPC31C"
    path.write_text(json.dumps(tree))
    assert refused("enrol", path, "--dir", desk / "ledger") == "key_is_bound"
    duebill("keygen", desk / "new.pem")
    core = json.loads((desk / "core.json").read_text())
    forged = tree | {"keys": [tree["keys"][0] | {"key": _jwk(desk)}], "roles": core["roles"]}
    path.write_text(json.dumps(forged))
    assert refused("enrol", path, "--dir", desk / "ledger") == "possession_not_proven"
    path.write_text('{"origin": 1}')
    assert refused("enrol", path, "--dir", desk / "ledger") == "field_missing"


def _jwk(desk: Path) -> dict[str, str]:
    made: dict[str, str] = answer("keygen", desk / "other.pem")["jwk"]
    return made


def test_a_natural_person_is_enrolled_sealed(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sole trader's name is nowhere in the log's entries, and the same person is known again.

    The secret by which persons are known is made whole, or made again.
    """
    operator = json.loads((desk / "core.json").read_text())["operator"]
    for attempt in (1, 2):
        duebill("keygen", desk / f"zoe{attempt}.pem")
        duebill(
            *("enrol", desk / f"zoe{attempt}.json", "--apply", "--natural", "--name", "Zoe Zander"),
            *("--origin", ORIGIN, "--operator", operator, "--role", "supplier"),
            *("--identifier", "id:1970-X", "--key", f"zoe={desk / f'zoe{attempt}.pem'}"),
        )
    with monkeypatch.context() as cut:
        cut.setattr("os.urandom", Mock(side_effect=OSError))
        assert refused("enrol", desk / "zoe1.json", "--dir", desk / "ledger") == "file_error"
    duebill("enrol", desk / "zoe1.json", "--dir", desk / "ledger")
    assert (desk / "ledger" / "keys" / "token.key").stat().st_size == 32
    assert refused("enrol", desk / "zoe2.json", "--dir", desk / "ledger") == "identifier_is_taken"
    duebill("export", desk / "later", "--dir", desk / "ledger")
    bundles = (desk / "later" / "tile" / "entries").rglob("*")
    assert not any(b"Zander" in path.read_bytes() for path in bundles if path.is_file())


def test_drafting_names_what_is_wrong(desk: Path) -> None:
    """Unknown kinds, bodies that are no JSON, fields that do not fit, no ledger."""
    body = desk / "body.json"
    base = (body, "--as", CORE[0], "-o", desk / "out.jsonl", "--dir", desk / "ledger")
    body.write_text("{}")
    assert refused("draft", "no.such", *base) == "kind_unknown"
    assert refused("draft", "receivable.withdraw", *base) == "field_missing"
    body.write_text("{")
    assert refused("draft", "receivable.withdraw", *base) == "json_invalid"
    duebill("draft", "receivable.withdraw", *base[:-2], status=2)


def test_acknowledged_from_a_body(desk: Path) -> None:
    """Draft, sign, submit: the obligor acknowledges what was imported; again is harmless."""
    ledger, file, body = desk / "ledger", desk / "ack.jsonl", desk / "body.json"
    proposal = answer("receipt", desk / "receipts" / "5.json", "--policy", ledger / "policy")
    record = make_id("rcv", proposal["by"], proposal["jti"])
    terms = {"waiver_of_defences": True, "consent_to_split": True, "pay_to": "holder"}
    tree = {"receivable": record, "accepts": proposal["digest"], "terms": terms}
    amount = proposal["body"]["invoices"][0]["used"]
    body.write_text(json.dumps({**tree, "amount": amount, "due": proposal["body"]["due"]}))
    who = ("--as", CORE[0], "--dir", ledger, "--expect", f"{record}=5")
    duebill("draft", "receivable.acknowledge", body, *who, "-o", file)
    (unsigned,) = answer("submit", file, "--dir", ledger, status=1)["verdicts"]
    assert unsigned["error"]["code"] == "envelope_malformed"
    shown = duebill("sign", file, "--key", desk / "core.pem", "--yes").stderr
    assert '"amount": "1001.50"' in shown
    for repeated in (False, True):
        (verdict,) = answer("submit", file, "--dir", ledger)["verdicts"]
        assert (verdict["seq"], verdict["repeated"]) == (6, repeated)


def test_an_edit_voids_the_signatures(desk: Path) -> None:
    """A command that was changed after signing is refused, whoever sends it."""
    ledger, file, body = desk / "ledger", desk / "role.jsonl", desk / "body.json"
    body.write_text('{"tiers": []}')
    duebill("draft", "approval.set", body, "--as", CORE[0], "--dir", ledger, "-o", file)
    duebill("sign", file, "--key", desk / "core.pem", "--yes")
    tree = canonical.decode(file.read_bytes().rstrip())
    payload = canonical.decode(b64url_decode(tree["command"]["payload"]))
    payload["body"]["tiers"] = [{"acts": [], "persons": 1}]
    tree["command"]["payload"] = b64url_encode(canonical.encode(payload))
    file.write_bytes(canonical.encode(tree) + b"\n")
    (verdict,) = answer("submit", file, "--dir", ledger, status=1)["verdicts"]
    assert verdict["error"]["code"] == "signature_invalid"


def test_a_new_key_is_bound(desk: Path) -> None:
    """`draft key.bind --new-key` proves possession for the very command that binds the key."""
    duebill("keygen", desk / "cleo.pem")
    body, file, ledger = desk / "body.json", desk / "bind.jsonl", desk / "ledger"
    body.write_text("{}")
    new = ("--new-key", f"cleo={desk / 'cleo.pem'}")
    duebill("draft", "key.bind", body, "--as", SUPPLIER[0], "--dir", ledger, "-o", file, *new)
    duebill("sign", file, "--key", desk / "ann.pem", "--yes")
    duebill("submit", file, "--dir", ledger)


def test_signing_asks_first(desk: Path) -> None:
    """Without --yes and without an answer nothing is signed."""
    file, body = desk / "x.jsonl", desk / "body.json"
    body.write_text('{"tiers": []}')
    duebill(*("draft", "approval.set", body, "--as", CORE[0], "--dir", desk / "ledger", "-o", file))
    before = file.read_bytes()
    duebill("sign", file, "--key", desk / "core.pem", status=1)
    assert file.read_bytes() == before


def test_a_receipt_proves_to_who_trusts_the_log(desk: Path) -> None:
    """Verified under the policy; refused when a byte of the entry or the trusted key differs."""
    receipt, policy = desk / "receipts" / "5.json", desk / "ledger" / "policy"
    verified = answer("receipt", receipt, "--policy", policy)
    assert (verified["verified"], verified["seq"]) == (True, 5)
    other = desk / "other"
    duebill("init", "--dir", other, "--origin", ORIGIN)
    code = refused("receipt", receipt, "--policy", other / "policy")
    assert code == "note_not_signed_by_known_key"
    tree = json.loads(receipt.read_text())
    tree["entry"] = json.loads((desk / "receipts" / "4.json").read_text())["entry"]
    receipt.write_bytes(canonical.encode(tree))
    assert refused("receipt", receipt, "--policy", policy) == "proof_invalid"
    receipt.write_text(json.dumps(tree))
    assert refused("receipt", receipt, "--policy", policy) == "json_not_canonical"
    receipt.write_text("[]")
    assert refused("receipt", receipt, "--policy", policy) == "receipt_malformed"


def test_an_audit_is_clean_or_names_the_entry(desk: Path) -> None:
    """Export and database audit clean; a changed byte is found at its entry, with status 1."""
    policy = ("--policy", desk / "ledger" / "policy")
    assert answer("audit", desk / "export", *policy)["trust"] == "policy"
    found = answer("audit", f"sqlite:///{desk / 'ledger' / 'ledger.db'}")
    assert (found["verdict"], found["trust"]) == ("clean", "genesis")
    assert found["compared_records"] > 10
    (bundle,) = (desk / "export" / "tile" / "entries").rglob("*.p/*")
    data = bundle.read_bytes()
    bundle.write_bytes(data.replace(b'"seq":3', b'"seq":7'))
    found = answer("audit", desk / "export", status=1)
    assert (found["verdict"], found["first_bad_entry"]) == ("findings", 3)
    shown = duebill("audit", desk / "export", status=1).stdout
    assert "first bad entry: 3" in shown


def test_without_disclosures_nothing_is_clean(desk: Path) -> None:
    """Entries whose sealed fields are not known are not checkable, and that is status 1."""
    shutil.rmtree(desk / "export" / "disclosures")
    found = answer("audit", desk / "export", status=1)
    assert (found["verdict"], found["findings"]) == ("not checkable", [])
    assert "not checkable" in duebill("audit", desk / "export", status=1).stdout
    assert answer("audit", desk / "export", "--level", "signatures")["verdict"] == "clean"


def test_an_audit_of_nothing_is_refused(tmp_path: Path) -> None:
    """A place that holds no log is no clean log."""
    assert refused("audit", tmp_path / "nowhere") == "unavailable"
    assert answer("audit", tmp_path, status=1)["verdict"] == "findings"


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE entry SET leaf = zeroblob(32) WHERE seq = 2", "irregular"),
        ("UPDATE disclosure SET digest = substr(digest, 2) WHERE seq = 2", "irregular"),
        ("CREATE TRIGGER quiet AFTER INSERT ON entry BEGIN SELECT 1; END", "irregular"),
        ("UPDATE receivable SET due = '2031-01-01'", "record_differs"),
        ("DELETE FROM party", "record_missing"),
    ],
)
def test_rows_changed_beneath_us_are_found(desk: Path, statement: str, code: str) -> None:
    """Stored hashes, digests, tables and derived rows are compared, not believed."""
    database = desk / "ledger" / "ledger.db"
    with closing(sqlite3.connect(database)) as connection:
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type='trigger'")
        kept = triggers.fetchall()
        for name, _ in kept:
            connection.execute(f"DROP TRIGGER {name}")
        connection.executescript(statement)
        for _, sql in kept:
            connection.execute(sql)
        connection.commit()
    found = answer("audit", database, status=1)
    assert code in {finding["code"] for finding in found["findings"]}


def test_tables_are_rebuilt_from_the_entries(desk: Path) -> None:
    """Derived rows that were damaged are as the entries leave them after a rebuild."""
    ledger = desk / "ledger"
    with closing(sqlite3.connect(ledger / "ledger.db")) as connection:
        connection.execute("DELETE FROM party")
        connection.commit()
    answer("audit", ledger, status=1)
    assert answer("rebuild", "--dir", ledger)["entries"] == 6
    assert answer("audit", ledger)["verdict"] == "clean"
    assert refused("export", desk / "export", "--dir", ledger) == "folder_not_empty"


def test_a_replay_that_differs_stops_the_rebuild(desk: Path) -> None:
    """An entry without its disclosures cannot be decided again: the old tables stay."""
    ledger = desk / "ledger"
    with closing(sqlite3.connect(ledger / "ledger.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM party").fetchone()
        for (name,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM disclosure WHERE seq = 3")
        connection.commit()
    assert refused("rebuild", "--dir", ledger) == "halted"
    with closing(sqlite3.connect(ledger / "ledger.db")) as connection:
        assert connection.execute("SELECT count(*) FROM party").fetchone() == (count,)
