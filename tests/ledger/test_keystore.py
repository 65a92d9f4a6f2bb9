"""Key files: encrypted or plain, and never anybody else's to read."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.keystore import put_away, read_key, read_log_keys, write_key
from ledger.pkcs8 import ENTROPY_BYTES, encrypted_pem
from tests.support.desk import key_of

KEY = key_of("log")
PASSWORD = "correct horse 电池".encode()


def refused(act: Callable[[], object]) -> str:
    """The code with which `act` is refused."""
    with pytest.raises(Refused) as caught:
        act()
    assert "correct horse" not in str(caught.value)
    return caught.value.code.value


@pytest.mark.parametrize("password", [None, PASSWORD])
def test_a_key_comes_back_from_its_file(tmp_path: Path, password: bytes | None) -> None:
    """In clear and encrypted; the file is its owner's alone, and never written over."""
    path = tmp_path / "keys" / "log.pem"
    write_key(path, KEY, password)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert read_key(path, password).public == KEY.public
    assert (b"ENCRYPTED" in path.read_bytes()) == (password is not None)
    with pytest.raises(FileExistsError):
        write_key(path, key_of("other"), password)


def test_a_wrong_password_is_said_to_be_one(tmp_path: Path) -> None:
    """None, another one, an empty one: the key is locked, and the file is named.

    No key is ever written under an empty one.
    """
    write_key(tmp_path / "log.pem", KEY, PASSWORD)
    for password in (None, b"", b"wrong", PASSWORD + b"\n"):
        with pytest.raises(Refused) as caught:
            read_key(tmp_path / "log.pem", password)
        assert (caught.value.code.value, caught.value.file) == ("key_is_locked", "log.pem")
    with pytest.raises(ValueError, match="empty password"):
        write_key(tmp_path / "x.pem", KEY, b"")
    assert not (tmp_path / "x.pem").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666, 0o601])
def test_a_file_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    """Any right of the group or of others is one too many, encrypted or not."""
    for name, password in (("plain.pem", None), ("sealed.pem", PASSWORD)):
        write_key(tmp_path / name, KEY, password)
        (tmp_path / name).chmod(mode)
        assert refused(lambda path=tmp_path / name: read_key(path, PASSWORD)) == "key_file_exposed"


def test_what_is_no_file_of_ones_own_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A link, even to a good file; a folder; a pipe (nobody waits for it); a strange owner."""
    write_key(tmp_path / "log.pem", KEY)
    (tmp_path / "link.pem").symlink_to(tmp_path / "log.pem")
    (tmp_path / "folder.pem").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "pipe.pem", 0o600)
    for name in ("link", "folder", "pipe"):
        path = tmp_path / f"{name}.pem"
        assert refused(lambda path=path: read_key(path)) == "key_file_exposed"
    with pytest.raises(FileNotFoundError):
        read_key(tmp_path / "none.pem")
    stranger = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    assert refused(lambda: read_key(tmp_path / "log.pem")) == "key_file_exposed"


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=400))
def test_any_other_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """What is no key is refused in our words, whatever it is."""
    path = tmp_path_factory.mktemp("keys") / "log.pem"
    path.touch(mode=0o600)
    path.write_bytes(data)
    assert refused(lambda: read_key(path, PASSWORD)) in ("key_unsafe", "key_is_locked")


def test_an_encrypted_key_costs_six_hundred_thousand_rounds(tmp_path: Path) -> None:
    """OpenSSL reads the file with the password, and its parameters are the ones we ask for."""
    path = tmp_path / "log.pem"
    write_key(path, KEY, PASSWORD)
    (tmp_path / "pw").write_bytes(PASSWORD)
    parsed = subprocess.run(  # noqa: S603 - a fixed command over a file of this test
        ["openssl", "asn1parse", "-in", str(path)],  # noqa: S607 - whichever is installed
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for part in ("PBES2", "PBKDF2", "hmacWithSHA256", "aes-256-cbc", f"{600_000:06X}"):
        assert f":{part}" in parsed
    opened = subprocess.run(  # noqa: S603 - a fixed command over a file of this test
        ["openssl", "pkey", "-in", str(path), "-passin", f"file:{tmp_path / 'pw'}"],  # noqa: S607 - as above
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    assert SigningKey.from_pem(opened).public == KEY.public


def test_what_is_encrypted_twice_differs(tmp_path: Path) -> None:
    """Fresh salt and vector each time; entropy of another length is no entropy."""
    write_key(tmp_path / "one.pem", KEY, PASSWORD)
    write_key(tmp_path / "two.pem", KEY, PASSWORD)
    assert (tmp_path / "one.pem").read_bytes() != (tmp_path / "two.pem").read_bytes()
    for password, entropy in ((b"", bytes(ENTROPY_BYTES)), (b"x", bytes(ENTROPY_BYTES - 1))):
        with pytest.raises(ValueError, match="entropy"):
            encrypted_pem(b"der", password, entropy)


def test_the_log_has_one_key_or_two(tmp_path: Path) -> None:
    """The present one and the next; none is asked for by name; a link is seen, not passed over."""
    assert refused(lambda: read_log_keys(tmp_path)) == "key_unknown"
    write_key(tmp_path / "log.pem", KEY)
    assert [key.public for key in read_log_keys(tmp_path)] == [KEY.public]
    write_key(tmp_path / "log-next.pem", key_of("next"))
    assert len(read_log_keys(tmp_path)) == 2
    (tmp_path / "log-next.pem").unlink()
    (tmp_path / "log-next.pem").symlink_to(tmp_path / "nowhere")
    assert refused(lambda: read_log_keys(tmp_path)) == "key_file_exposed"


@pytest.mark.parametrize("before", ["both", "half"])
def test_a_retired_key_is_put_away(tmp_path: Path, before: str) -> None:
    """Its file gets its name, the next key's the first; also after a crash between the two."""
    old, new = KEY, key_of("next")
    retired = tmp_path / f"log-retired-{old.public.kid}.pem"
    write_key(tmp_path / "log.pem" if before == "both" else retired, old)
    write_key(tmp_path / "log-next.pem", new)
    for moved in (True, False):
        assert put_away(tmp_path, {old.public.kid}) == moved
        assert read_key(tmp_path / "log.pem").public == new.public
        assert read_key(retired).public == old.public
        assert not (tmp_path / "log-next.pem").exists()
