"""`duebill witness` as its keeper types it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ledger.chain.note import SignatureType, parse_note_key
from tests.support.cli import answer, duebill, refused
from tests.support.plain_log import PlainLog, numbered
from tests.support.witnesses import NAME, serving

LOG = PlainLog("log.example/plain", b"log")


def test_a_new_witness_prints_its_line_for_policies(tmp_path: Path) -> None:
    """`witness init` names the key; its files are the keeper's alone."""
    made = answer("witness", "init", "--dir", tmp_path / "w", "--name", NAME)
    key = parse_note_key(made["vkey"])
    assert (key.name, key.type, made["name"]) == (NAME, SignatureType.COSIGNATURE, NAME)
    said = duebill("witness", "init", "--dir", tmp_path / "v", "--name", NAME).stdout.split()
    assert (said[:2], said[2] != key.text()) == (["witness", NAME], True)
    for file in ("witness.pem", "witness.db"):
        assert stat.S_IMODE((tmp_path / "w" / file).stat().st_mode) == 0o600
    again = ("witness", "init", "--dir", tmp_path / "w", "--name", NAME)
    assert refused(*again) == "folder_not_empty"


def test_a_key_under_a_password(tmp_path: Path) -> None:
    """The key is encrypted where a password is given, and then the witness opens with it alone."""
    password, other, empty = (tmp_path / name for name in ("password", "other", "empty"))
    password.write_text("correct horse\n")
    other.write_text("wrong\n")
    empty.write_text("\n")
    folder = ("--dir", tmp_path / "w")
    init = ("witness", "init", *folder, "--name", NAME, "--password-file")
    assert refused(*init, empty) == "key_is_locked"
    duebill(*init, password)
    assert b"ENCRYPTED" in (tmp_path / "w" / "witness.pem").read_bytes()
    serve = ("witness", "serve", *folder, "--log", LOG.vkey)
    assert refused(*serve) == "key_is_locked"
    assert refused(*serve, "--password-file", other) == "key_is_locked"
    LOG.leaves = numbered(3)
    with serving(tmp_path / "w", LOG, words=["--password-file", str(password)]) as served:
        assert served.add(LOG.request(0)).status == 200
        assert refused(*serve, "--password-file", password) == "unavailable"
        assert served.stop() == 0


@pytest.mark.parametrize("harm", ["witness.db", "witness.pem"])
def test_half_a_witness_is_none(tmp_path: Path, harm: str) -> None:
    """Without its state, or without its key, nothing is served and nothing is made anew."""
    duebill("witness", "init", "--dir", tmp_path, "--name", NAME)
    (tmp_path / harm).unlink()
    code = refused("witness", "serve", "--dir", tmp_path, "--log", LOG.vkey)
    assert code == ("witness_state_lost" if harm == "witness.db" else "file_error")
    assert not (tmp_path / harm).exists()


def test_a_key_that_others_may_read(tmp_path: Path) -> None:
    """A key file that is open to others is not used."""
    duebill("witness", "init", "--dir", tmp_path, "--name", NAME)
    (tmp_path / "witness.pem").chmod(0o640)
    code = refused("witness", "serve", "--dir", tmp_path, "--log", LOG.vkey)
    assert code == "key_file_exposed"


def test_wrong_usage(tmp_path: Path) -> None:
    """No verb, no log, no name: 2; a key that is none, or a witness's, is refused."""
    for verb in ("init", "serve"):
        assert "Usage: " in duebill("witness", verb, "--help").stdout
    duebill("witness", status=2)
    duebill("witness", "init", "--dir", tmp_path / "w", status=2)
    made = answer("witness", "init", "--dir", tmp_path / "w", "--name", NAME)
    duebill("witness", "serve", "--dir", tmp_path / "w", status=2)
    for vkey in (made["vkey"], "log.example+0+AA=="):
        serve = ("witness", "serve", "--dir", tmp_path / "w", "--log", vkey)
        assert refused(*serve) == "note_key_malformed"
    policy = tmp_path / "policy"
    policy.write_text("quorum none\n")
    serve = ("witness", "serve", "--dir", tmp_path / "w", "--logs", policy)
    assert refused(*serve) == "policy_file_malformed"
