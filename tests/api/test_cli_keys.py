"""The ledger's own keys by the command line: encrypted, changed, and in another process."""

from __future__ import annotations

from itertools import count
from pathlib import Path
from typing import Any

import pytest

from api.embedded import Embedded
from api.keyaccess import key_access
from api.settings import Settings
from ledger.chain.trust import parse_trust
from ledger.keystore import read_key
from ledger.signer import server as serving
from ledger.signer.client import SocketSigner
from ledger.signing import KeySigner
from tests.support.cli import answer, duebill, refused
from tests.support.notary import listening

ORIGIN = "keys.example/ledger"


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A folder with ``ledger``, whose keys are encrypted, and ``pw``, their password."""
    (tmp_path / "pw").write_text("secret\n")
    made = ("init", "--dir", tmp_path / "ledger", "--origin", ORIGIN)
    assert "Warning" not in duebill(*made, "--password-file", tmp_path / "pw").stderr
    return tmp_path


def test_keys_in_clear_are_warned_of(tmp_path: Path) -> None:
    """A ledger that is no sandbox says so; a sandbox does not; an empty password is refused."""
    made = ("init", "--origin", ORIGIN, "--dir")
    assert "in clear" in duebill(*made, tmp_path / "real").stderr
    assert "in clear" not in duebill(*made, tmp_path / "box", "--sandbox").stderr
    (tmp_path / "empty").write_text("\n")
    assert refused(*made, tmp_path / "x", "--password-file", tmp_path / "empty") == "key_is_locked"
    assert not (tmp_path / "x").exists()


def test_what_signs_asks_for_the_password_and_what_reads_does_not(
    locked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By option or by environment; exports, audits and rebuilds need no private key."""
    ledger = locked / "ledger"
    assert refused("backup", locked / "b", "--dir", ledger) == "key_is_locked"
    (locked / "wrong").write_text("another")
    wrong = ("--password-file", locked / "wrong")
    assert refused("backup", locked / "b", "--dir", ledger, *wrong) == "key_is_locked"
    duebill("export", locked / "e", "--dir", ledger)
    duebill("rebuild", "--dir", ledger)
    duebill("audit", locked / "e", "--policy", ledger / "policy")
    key, password = locked / "auditor.pem", ("--password-file", locked / "pw")
    duebill("keygen", key, *password)
    assert refused("audit", "http://127.0.0.1:9", "--key", key) == "key_is_locked"
    assert refused("audit", "http://127.0.0.1:9", "--key", key, *password) == "unavailable"
    monkeypatch.setenv("DUEBILL_PASSWORD_FILE", str(locked / "pw"))
    duebill("backup", locked / "b", "--dir", ledger)
    monkeypatch.setenv("DUEBILL_SIGNER", "nowhere")
    held = ("evidence", "hld_x", "--as", "pty_x", "--out", locked / "x", "--dir", ledger)
    assert "unix:PATH" in duebill(*held, status=2).stderr


def test_the_key_is_changed_in_two_steps(locked: Path) -> None:
    """The policy file follows, the old key's file is put away, and each step is done once."""
    ledger, password = locked / "ledger", ("--password-file", locked / "pw")
    where = ("--dir", ledger, *password)
    assert refused("retire-key", *where) == "log_key_is_not_leaving"
    changed = answer("rotate-key", *where)
    keys = [key.text() for key in parse_trust((ledger / "policy").read_text()).log_keys()]
    assert keys == [changed["old"], changed["new"]]
    assert b"ENCRYPTED" in (ledger / "keys" / "log-next.pem").read_bytes()
    assert refused("rotate-key", *where) == "log_key_is_changing"
    ended = answer("retire-key", *where)
    assert ended["key"] == changed["new"]
    assert sorted(path.name[:11] for path in (ledger / "keys").iterdir()) == [
        "log-retired",
        "log.pem",
        "operator.pe",
    ]
    assert refused("retire-key", *where) == "log_key_is_not_leaving"
    assert answer("rotate-key", *where)["seq"] == ended["seq"] + 1


def ends_at(patch: pytest.MonkeyPatch, kind: type, name: str, call: int) -> None:
    """Let the process end at that call of a method from now on, before its work."""
    whole, calls = getattr(kind, name), count()

    def ending(*arguments: Any) -> Any:
        if next(calls) == call:
            raise KeyboardInterrupt
        return whole(*arguments)

    patch.setattr(kind, name, ending)


@pytest.mark.parametrize("again", ["retire-key", "rotate-key"])
@pytest.mark.parametrize("call", [0, 1, 2])
def test_what_a_crash_left_of_a_retirement_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, again: str, call: int
) -> None:
    """The policy file, the old key's file, the new one's: by the same command, or the next."""
    where = ("--dir", tmp_path)
    duebill("init", "--origin", ORIGIN, "--sandbox", *where)
    first = answer("rotate-key", *where)
    with monkeypatch.context() as patch:
        kind, name = (Embedded, "write_policy") if call == 0 else (Path, "rename")
        ends_at(patch, kind, name, max(call - 1, 0))
        duebill("retire-key", *where, status=130)
    then = answer(again, *where)
    assert then.get("key", then.get("old")) == first["new"]
    assert then["seq"] == (3 if again == "retire-key" else 4)
    keys = parse_trust((tmp_path / "policy").read_text()).log_keys()
    assert keys[0].text() == first["new"]
    assert len(keys) == (1 if again == "retire-key" else 2)
    assert len([*(tmp_path / "keys").glob("log-retired-*.pem")]) == 1


def test_what_a_crash_left_of_a_rotation_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key that was made is named; a policy file that lacks the named one gets it."""
    where = ("--dir", tmp_path)
    duebill("init", "--origin", ORIGIN, "--sandbox", *where)
    with monkeypatch.context() as patch:
        ends_at(patch, KeySigner, "endorse", 0)
        duebill("rotate-key", *where, status=130)
    made = read_key(tmp_path / "keys" / "log-next.pem").public
    with monkeypatch.context() as patch:
        ends_at(patch, Embedded, "write_policy", 0)
        duebill("rotate-key", *where, status=130)
    changed = answer("rotate-key", *where)
    keys = parse_trust((tmp_path / "policy").read_text()).log_keys()
    assert [changed["old"], changed["new"]] == [key.text() for key in keys]
    assert (changed["seq"], keys[1].key) == (2, made)
    assert refused("rotate-key", *where) == "log_key_is_changing"


def test_a_signer_is_named_by_its_socket(tmp_path: Path) -> None:
    """By option or environment, as unix:PATH; anything else is wrong usage."""
    access = key_access({"DUEBILL_SIGNER": "unix:/run/s"})
    assert access.socket == Path("/run/s")
    assert isinstance(access.signer(tmp_path), SocketSigner)
    assert key_access({"DUEBILL_SIGNER": "unix:/run/s"}, signer="unix:x").socket == Path("x")
    for strange in ("unix:", "/run/s", "tcp://host"):
        with pytest.raises(ValueError, match="unix:PATH"):
            Settings.from_environ({"DUEBILL_SIGNER": strange})
        duebill("backup", tmp_path / "b", "--dir", tmp_path, "--signer", strange, status=2)


def test_a_ledger_may_be_opened_with_its_key_elsewhere_from_the_start(tmp_path: Path) -> None:
    """`init` makes no key of the log then; genesis names the signer's."""
    keys = tmp_path / "k"
    duebill("keygen", keys / "log.pem")
    with listening(keys):
        at = ("--signer", f"unix:{keys / 's'}")
        made = answer("init", "--dir", tmp_path / "l", "--origin", ORIGIN, "--sandbox", *at)
        (trusted,) = parse_trust(made["policy"]).log_keys()
        assert [trusted.key] == SocketSigner(keys / "s").held()
        assert sorted(path.name for path in (tmp_path / "l" / "keys").iterdir()) == ["operator.pem"]
        assert refused("rotate-key", "--dir", tmp_path / "l", *at) == "key_unknown"
    assert refused("backup", tmp_path / "b", "--dir", tmp_path / "l", *at) == "unavailable"


def test_the_signer_verb_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It opens the keys, says where it listens, and lets go of the socket in the end."""
    duebill("keygen", tmp_path / "log.pem")
    where = ("signer", "serve", "--dir", tmp_path, "--socket", tmp_path / "s")
    assert refused(*where) == "unavailable"
    monkeypatch.setattr(serving.SignerServer, "serve", lambda _: None)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    assert "unix:" in duebill(*where, "--begin").stderr
    assert not (tmp_path / "s").exists()
    duebill("signer", "other", "--dir", tmp_path, "--socket", tmp_path / "s", status=2)
