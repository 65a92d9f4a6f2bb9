"""The verifier stands alone: what it imports, how it is called, what hostile input does to it."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.verifier import duebill_verify as second
from api.verifying import verifier_file
from ledger.audit.folder import export_log
from ledger.audit.forms import exact_facts
from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.trust import parse_trust, trust_in
from ledger.errors import LedgerError
from ledger.keys import SMALL_ORDER_Y, from_jwk
from tests.support.long_log import LongLog, long_log
from tests.support.second import first_says, second_says
from tests.support.spoiling import spoil_tree

FILE = Path(second.__file__)


@pytest.fixture(scope="module")
def log() -> LongLog:
    """A log with manifests."""
    return long_log(130)


@pytest.fixture(scope="module")
def export(log: LongLog, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An export with the verifier in it."""
    folder = tmp_path_factory.mktemp("alone") / "export"
    export_log(log, folder, log.keys, verifier_file())
    return folder


def run(script: Path, *words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The script as anybody would run it: nothing of ours can be imported."""
    bare = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(  # noqa: S603 - this very interpreter
        [sys.executable, str(script), *map(str, words)],
        cwd="/",
        env=bare | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_it_imports_the_standard_library_and_cryptography() -> None:
    """Nothing of ours, no other package; and it is one file."""
    tree = ast.parse(FILE.read_text("utf-8"))
    names = {
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    names |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    tops = {name.partition(".")[0] for name in names}
    assert tops - sys.stdlib_module_names == {"cryptography"}
    assert verifier_file() == FILE.read_bytes()


def test_it_is_short() -> None:
    """An auditor reads it in an hour: fewer than 500 lines in all, none longer than 100."""
    lines = FILE.read_text("utf-8").splitlines()
    assert len(lines) < 500
    assert max(map(len, lines)) <= 100


def test_it_runs_from_the_export_that_carries_it(export: Path) -> None:
    """With the reader's own policy: exit 0; with a changed byte 1, and the entry is named."""
    result = run(export / "duebill_verify.py", export, "--policy", export / "policy")
    assert (result.returncode, json.loads(result.stdout)["verdict"]) == (0, "accepted")
    tile = export / "tile" / "0" / "000.p" / "130"
    data = bytearray(tile.read_bytes())
    data[32 * 77] ^= 1
    honest = tile.read_bytes()
    tile.write_bytes(data)
    result = run(export / "duebill_verify.py", export, "--policy", export / "policy")
    tile.write_bytes(honest)
    answer = json.loads(result.stdout)
    assert (result.returncode, answer["first bad entry"], answer["level"]) == (1, 77, "merkle")


def test_it_says_what_is_missing(tmp_path: Path, export: Path) -> None:
    """Without cryptography: one sentence that says how to install it, and exit 2."""
    (tmp_path / "cryptography").mkdir()
    (tmp_path / "cryptography" / "__init__.py").write_text("raise ImportError\n")
    result = run(FILE, export, "--policy", export / "policy", PYTHONPATH=str(tmp_path))
    assert (result.returncode, "pip install cryptography" in result.stderr) == (2, True)
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("nowhere", "--policy", "policy"),
        (".", "--policy", "nowhere"),
        (".", "--policy", "checkpoint"),
        (".", "--policy", "policy", "--export", "."),
    ],
)
def test_wrong_usage_is_exit_2(
    words: tuple[str, ...], export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No source, no policy, no policy's form, an option that it does not have."""
    monkeypatch.chdir(export)
    with pytest.raises(SystemExit) as status:
        second.main(list(words))
    assert status.value.code == 2


HOSTILE = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b"[" * 200_000,
    b'{"a":' * 100_000,
    b"9" * 100_000,
    b"-" + b"1" * 5_000,
    b"1e999999999",
    b"NaN",
    b'"\\ud800"',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"<script>",
    b'<script type="application/json" id="duebill-pack">{"a":1e400}</script>',
    b'<script type="application/json" id="duebill-pack">' + b"[" * 100_000,
    b'{"checkpoint":1,"entries":[],"statement":"","v":1}',
    b'{"checkpoint":"","entries":[[]],"statement":"","v":1}',
    b'{"disclosures":[],"entry":"","proof":""}',
    b'{"disclosures":[{}],"entry":5,"proof":null}',
    b"<" + b"x" * 1_000_000,
    "\x1b[2J\u202e".encode(),
]


@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_files_are_refused(
    data: bytes, export: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a sentence, exit 1, and nothing that could move a terminal's cursor."""
    file = tmp_path / "file"
    file.write_bytes(data)
    assert second.main([str(file), "--policy", str(export / "policy")]) == 1
    out = capsys.readouterr().out
    assert json.loads(out)["verdict"] == "refused"
    assert all(char.isprintable() or char == "\n" for char in out)
    with pytest.raises(second.FAULTS):
        second.read_shown(data, second.Policy((export / "policy").read_bytes()))


def test_hostile_folders_are_refused(export: Path, tmp_path: Path) -> None:
    """Nothing in it, devices, pipes, loops: the two verifiers say the same."""
    policy = export / "policy"
    folder = tmp_path / "empty"
    folder.mkdir()
    assert first_says(folder, policy) == second_says(folder, policy) == (None, "merkle")
    os.mkfifo(folder / "checkpoint")
    (folder / "tile").symlink_to("/dev")
    (folder / "disclosures").symlink_to(".")
    assert first_says(folder, policy) == second_says(folder, policy) == (None, "structure")


def exact(data: bytes) -> Any:
    """What our exact reader says of an entry; None where it refuses."""
    try:
        facts = exact_facts(data)
    except LedgerError:
        return None
    return facts.seqs[0], facts.prevs[0], sorted(facts.sealed[0]), list(facts.kids[0])


def other(data: bytes) -> Any:
    """What the single file says of it."""
    try:
        entry = second.read_entry(data)
    except ValueError:
        return None
    kids = [kid for kid, *_ in entry.signatures]
    return entry.seq, b64url_encode(entry.prev), sorted(entry.sealed), kids


@given(st.randoms(use_true_random=False), st.integers(0, 129), st.integers(0, 2))
@settings(max_examples=500)
def test_both_read_the_same_entries(log: LongLog, random: Any, seq: int, where: int) -> None:
    """An entry, its payload or a header with something else in it: taken by both, or by none."""
    tree = json.loads(log.made[seq])
    command = tree["command"]
    inner: Any = tree
    if where == 1:
        inner = json.loads(b64url_decode(command["payload"]))
    elif where == 2 and "signatures" in command:
        inner = json.loads(b64url_decode(command["signatures"][0]["protected"]))
    spoil_tree(inner, random)
    text = json.dumps(inner, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    data = text.encode("utf-8", "surrogatepass")
    if inner is not tree and where == 1:
        command["payload"] = b64url_encode(data)
    elif inner is not tree:
        command["signatures"][0]["protected"] = b64url_encode(data)
    if inner is not tree:
        data = json.dumps(tree, separators=(",", ":"), sort_keys=True).encode()
    assert exact(data) == other(data)


LINES = [
    *(key.text() for key in trust_in(long_log(24).keys).log_keys()),
    *("log", "witness", "group", "quorum", "none", "a", "b", "any", "all", "1", "2", "#", "0"),
    *("\t", "\n", "\r", "x+00000000+AQ==", "\u212a", "+1", "01"),
]


@given(st.lists(st.lists(st.sampled_from(LINES), max_size=5).map(" ".join), max_size=5))
@settings(max_examples=300)
def test_both_read_the_same_policies(lines: list[str]) -> None:
    """Any lines of these words, behind a log and before a quorum."""
    text = "\n".join([f"log {LINES[0]}", *lines, "quorum none"])
    try:
        read = sorted(parse_trust(text).groups)
    except LedgerError:
        read = None
    try:
        ours = sorted(set(second.Policy(text.encode()).groups) - {"none"})
    except ValueError:
        ours = None
    assert read == ours


def test_unsafe_keys_are_the_same() -> None:
    """The eight points of small order by their equation and by the list; y not canonical."""
    for y in [*SMALL_ORDER_Y, 2, 3, 4, 5, 2**255 - 19, 2**255 - 18, second.P - 2]:
        jwk = {"crv": "Ed25519", "kty": "OKP", "x": b64url_encode(y.to_bytes(32, "little"))}
        known: dict[Any, Any] = {}
        payload = {"by": "pty", "jti": "", "kind": "key.bind", "body": {"any": [jwk]}}
        second.check_signed(SimpleNamespace(payload=payload, signatures=[], line=None), known)
        try:
            kid = {from_jwk(jwk).kid}
        except LedgerError:
            kid = set()
        assert known.keys() == kid
