"""Backups: whole or not there, consistent while a writer goes on, signed, without any key."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import canonical
from ledger.backup import copying, folder, manifest
from ledger.backup.making import back_up
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from ledger.chain.note import NoteSigner, note_key, sign_note
from ledger.chain.tree import leaf_hash
from ledger.errors import Halted, Refused, Unavailable
from ledger.keys import SigningKey
from ledger.ports import SignedHead
from ledger.signing import BACKUP, KeySigner
from ledger.store.heads import FileHeadStore, MemoryHeadStore
from ledger.store.snapshot import open_snapshot
from ledger.store.sql import Connect
from tests.support import backups
from tests.support.backups import Drill, add_accounts, leftovers, log_key, make_backup, make_drill
from tests.support.sandbox import open_sandbox, refusal

ORIGIN = "backup.example/log"
KEY = SigningKey.from_seed(bytes(range(32)))
HEAD = Checkpoint(ORIGIN, 7, leaf_hash(b"root"))
FACTS = {name: manifest.FileFacts(3, bytes(32)) for name in manifest.FILES}
SIGNER, LOG = KeySigner([KEY]), note_key(ORIGIN, KEY.public)
MANIFEST = manifest.Manifest(HEAD, sign_checkpoint(HEAD, KEY), 1_800_000_000_000, FACTS)


@pytest.fixture(scope="module")
def drill(tmp_path_factory: pytest.TempPathFactory) -> Drill:
    """A ledger, closed, with a backup and more; tests only read it."""
    return make_drill(tmp_path_factory.mktemp("drill"))


# -- the manifest ----------------------------------------------------------------------------------
def test_a_manifest_is_read_as_it_was_signed() -> None:
    """Every field comes back; only the log's key opens it."""
    data = manifest.sign_manifest(MANIFEST, SIGNER, [LOG])
    assert manifest.read_manifest(data, [note_key(ORIGIN, KEY.public)]) == MANIFEST
    stranger = SigningKey.from_seed(bytes(32))
    for key in (note_key(ORIGIN, stranger.public), note_key("other.example", KEY.public)):
        with pytest.raises(Refused) as caught:
            manifest.read_manifest(data, [key])
        assert caught.value.file == "manifest"


@pytest.mark.parametrize("origin", [ORIGIN, BACKUP])
def test_no_signature_serves_for_manifest_and_checkpoint(origin: str) -> None:
    """A manifest never opens as a checkpoint nor the other way, whatever the log is called."""
    keys = [note_key(origin, KEY.public)]
    head = Checkpoint(origin, 7, HEAD.root)
    note = sign_checkpoint(head, KEY)
    signed = manifest.sign_manifest(manifest.Manifest(head, note, 0, FACTS), SIGNER, keys)
    assert refusal(lambda: open_checkpoint(signed.decode(), origin, keys)) == "checkpoint_malformed"
    assert refusal(lambda: manifest.read_manifest(note.encode(), keys)) in (
        "backup_malformed",
        "json_invalid",
    )


def tree() -> dict[str, Any]:
    """The JSON of a good manifest."""
    line = manifest.sign_manifest(MANIFEST, SIGNER, [LOG]).decode().split("\n")[1]
    return dict(canonical.decode(line.encode()))


def files(**changes: Any) -> dict[str, Any]:
    """The files of a good manifest, with changes to the database's facts."""
    listed = dict(tree()["files"])
    return {**listed, "backup.db": {**listed["backup.db"], **changes}}


GOOD = tree()["files"]
HOSTILE: dict[str, Callable[[], Any]] = {
    "parent": lambda: {**tree(), "files": {**GOOD, "../evil": GOOD["policy"]}},
    "absolute": lambda: {**tree(), "files": {**GOOD, "/etc/passwd": GOOD["policy"]}},
    "renamed": lambda: {**tree(), "files": {"../../backup.db": GOOD["policy"]}},
    "missing": lambda: {**tree(), "files": {"policy": GOOD["policy"]}},
    "list": lambda: {**tree(), "files": list(GOOD)},
    "extra": lambda: {**tree(), "run": "rm"},
    "version": lambda: {**tree(), "v": 2},
    "negative": lambda: {**tree(), "files": files(length=-1)},
    "bool": lambda: {**tree(), "files": files(length=True)},
    "digest": lambda: {**tree(), "files": files(sha256=b64url_encode(bytes(31)))},
    "more": lambda: {**tree(), "files": files(path="/")},
    "size": lambda: {**tree(), "size": 8},
    "root": lambda: {**tree(), "root": b64url_encode(bytes(32))},
    "origin": lambda: {**tree(), "origin": "other.example"},
    "origin number": lambda: {**tree(), "origin": 7},
    "time": lambda: {**tree(), "made_at": "yesterday"},
    "note": lambda: {**tree(), "checkpoint": "no note"},
    "array": list,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_manifest_is_refused(name: str) -> None:
    """Strange paths, numbers and fields, though the log's key signed them: refused by name."""
    body = f"{BACKUP}\n{canonical.encode(HOSTILE[name]()).decode()}\n"
    check_refused(sign_note(body, [NoteSigner(ORIGIN, KEY)]).encode())


@pytest.mark.parametrize(
    "body",
    [
        "duebill-backup@v2\n{}\n",
        f"{BACKUP}\n",
        f'{BACKUP}\n{{"files":{{}},"files":{{}}}}\n',
        f"{BACKUP}\n{'[' * 100_000}\n",
        f"{BACKUP}\n{' ' * 1_000_000}{{}}\n",
        f"{BACKUP}\n{{}}\n{{}}\n",
    ],
)
def test_a_manifest_of_another_form_is_refused(body: str) -> None:
    """Another header, no line, a doubled key, a deep, a huge or a second line."""
    check_refused(sign_note(body, [NoteSigner(ORIGIN, KEY)]).encode())
    check_refused(b"\xff" * 100)
    check_refused(b"")


@given(place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_any_flipped_bit_of_a_manifest_is_refused(place: int, bit: int) -> None:
    """Whether in the text or in the signature."""
    data = bytearray(manifest.sign_manifest(MANIFEST, SIGNER, [LOG]))
    data[place % len(data)] ^= 1 << bit
    check_refused(bytes(data))


def check_refused(data: bytes) -> None:
    """The manifest is refused, and the refusal names the file."""
    with pytest.raises(Refused) as caught:
        manifest.read_manifest(data, [note_key(ORIGIN, KEY.public)])
    assert caught.value.file == "manifest"


# -- folders and files -----------------------------------------------------------------------------
def test_a_folder_appears_whole_or_not_at_all(tmp_path: Path) -> None:
    """Before it is published nobody sees it; after an exception nothing is left."""
    place = tmp_path / "deep" / "new"
    with folder.unfinished(place) as work:
        folder.write_private(work / "file", b"data")
        assert not place.exists()
        folder.publish(work, place)
    assert (place / "file").read_bytes() == b"data"
    assert (place.stat().st_mode & 0o777, (place / "file").stat().st_mode & 0o777) == (0o700, 0o600)
    with pytest.raises(FileExistsError), folder.unfinished(tmp_path / "other") as work:
        write_twice(work / "file")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["deep", "file", "new"]


def test_only_a_new_or_empty_folder_is_taken(tmp_path: Path) -> None:
    """A file, a full folder, a link to an empty one and a dangling link are refused."""
    empty, full, file = tmp_path / "empty", tmp_path / "full", tmp_path / "file"
    empty.mkdir()
    (full / "x").mkdir(parents=True)
    file.touch()
    (tmp_path / "link").symlink_to(empty)
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for taken in (full, file, tmp_path / "link", tmp_path / "dangling", tmp_path / "full" / ".."):
        with pytest.raises(Refused, match="folder_not_empty"), folder.unfinished(taken):
            pytest.fail("the folder was taken")
    with folder.unfinished(empty) as work:
        folder.publish(work, empty)
    assert list(empty.iterdir()) == []


def test_who_takes_the_name_meanwhile_keeps_it(tmp_path: Path) -> None:
    """The folder is not renamed over what appeared while it was made."""
    place = tmp_path / "new"
    with folder.unfinished(place) as work:
        (place / "precious").mkdir(parents=True)
        assert refusal(lambda: folder.publish(work, place)) == "folder_not_empty"
    assert (place / "precious").is_dir()


def write_twice(path: Path) -> None:
    """Write a file that is there already, the second time."""
    folder.write_private(path, b"data")
    folder.write_private(path, b"data")


def test_only_plain_files_are_copied(tmp_path: Path) -> None:
    """A link, a pipe, a folder, no file, a wrong length or byte: refused with the file's name."""
    data = tmp_path / "data"
    data.write_bytes(b"abc")
    facts = folder.facts_of(data)
    (tmp_path / "link").symlink_to(data)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "longer").write_bytes(b"abcd")
    (tmp_path / "other").write_bytes(b"abd")
    codes = dict.fromkeys(["link", "pipe", "folder", "nothing"], "backup_malformed")
    codes |= dict.fromkeys(["longer", "other"], "backup_damaged")
    for name, code in codes.items():
        with pytest.raises(Refused) as caught:
            folder.copy_checked(tmp_path / name, tmp_path / f"to-{name}", facts, print)
        assert (caught.value.code.value, caught.value.file) == (code, name)
    folder.copy_checked(data, tmp_path / "copy", facts, print)
    assert (tmp_path / "copy").read_bytes() == b"abc"


# -- taking a backup -------------------------------------------------------------------------------
def test_a_backup_holds_all_but_the_keys(drill: Drill) -> None:
    """Four private files; neither the key files nor the keys' seeds stand in any of them."""
    found = {path.name: path.read_bytes() for path in drill.backup.iterdir()}
    assert sorted(found) == sorted(backups.WHOLE)
    for path in drill.backup.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600
    for pem in (drill.folder / "ledger" / "keys").iterdir():
        secret = pem.read_bytes()
        body = secret.split(b"\n")[1]
        for data in found.values():
            assert body not in data
            assert b"PRIVATE KEY" not in data
    assert found["checkpoint"].decode() == (drill.folder / "checkpoint").read_text("utf-8")


def test_a_backup_is_one_commit_while_a_writer_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three backups during writes: each is whole, audits clean and is a prefix of the ledger."""
    monkeypatch.setattr(copying, "PATIENCE_S", 60.0)
    stop, made = threading.Event(), []
    with open_sandbox(tmp_path / "ledger") as box:

        def write() -> None:
            while not stop.is_set():
                add_accounts(box, 7)

        writer = threading.Thread(target=write)
        writer.start()
        try:
            for at in range(3):
                made.append(make_backup(tmp_path / "ledger", tmp_path / f"backup{at}"))
                while box.service.signed.size <= made[-1].head.size and writer.is_alive():
                    writer.join(0.001)
        finally:
            stop.set()
            writer.join()
        keys, last = box.embedded.log_keys(), box.service.signed
    entries = backups.log_of(tmp_path / "ledger")[0]
    assert made[0].head.size < made[1].head.size < made[2].head.size < last.size
    (tmp_path / "policy").write_text(f"log {keys[0].text()}\nquorum none\n", "utf-8")
    for at, one in enumerate(made):
        here = Drill(tmp_path, one.head.size, last.size)
        there = tmp_path / f"new{at}"
        checkpoint = tmp_path / f"backup{at}" / "checkpoint"
        done = here.restore(checkpoint, backup=tmp_path / f"backup{at}", to=there)
        assert (done.verdict.value, done.size) == ("complete", one.head.size)
        assert backups.log_of(there)[0] == entries[: one.head.size]


def test_unsigned_entries_are_waited_for(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the head store is behind the last commit there is no backup; then there is."""
    heads = FileHeadStore(drill.folder / "ledger" / "head.json")
    last = heads.read()
    assert last is not None
    late = MemoryHeadStore()
    late.swap(None, SignedHead(1, bytes(32), ""))
    monkeypatch.setattr(copying, "PATIENCE_S", 0.05)
    place = drill.folder / "late"
    key = KeySigner([log_key(drill.folder / "ledger")])
    moments = partial(open_snapshot, drill.folder / "ledger" / "ledger.db", late)
    with pytest.raises(Unavailable, match="not signed"):
        back_up(moments, late, key, place, 0)
    assert not place.exists()
    monkeypatch.setattr(copying, "PATIENCE_S", 60.0)
    timer = threading.Timer(0.3, late.swap, [late.read(), last])
    timer.start()
    made = back_up(moments, late, key, place, 0)
    timer.join()
    assert made.head.size == drill.last


def test_what_is_no_sound_ledger_is_not_backed_up(drill: Drill, tmp_path: Path) -> None:
    """Behind its head, changed since, under another key, empty: refused, and nothing is left."""
    ledger = Path(shutil.copytree(drill.folder / "ledger", tmp_path / "ledger"))
    heads, database, out = FileHeadStore(ledger / "head.json"), ledger / "ledger.db", tmp_path / "b"
    stranger = KeySigner([SigningKey.from_seed(bytes(32))])
    moments = partial(open_snapshot, database, heads)
    assert refusal(lambda: back_up(moments, heads, stranger, out, 0)) == "key_unknown"
    head = heads.read()
    assert head is not None
    ahead = MemoryHeadStore()
    ahead.swap(None, SignedHead(head.size + 1, head.root, head.note))
    with pytest.raises(Halted, match="were signed"):
        back_up(moments, ahead, KeySigner([log_key(ledger)]), out, 0)
    with closing(sqlite3.connect(database)) as client:
        client.execute("DROP TRIGGER entry_no_update")
        client.execute(
            "UPDATE entry SET data = (SELECT data FROM entry WHERE seq = 2) WHERE seq = 3"
        )
        client.commit()
    with pytest.raises(Halted, match="not those that were signed"):
        make_backup(ledger, out)
    with closing(sqlite3.connect(database)) as client:
        client.executescript("DROP TRIGGER entry_no_delete; DELETE FROM entry")
    assert refusal(lambda: make_backup(ledger, out)) == "ledger_not_open"
    database.write_bytes(b"no database at all" * 1000)
    with pytest.raises((Halted, Unavailable)):
        make_backup(ledger, out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger"]


def test_a_database_that_is_no_sqlite_is_copied_table_by_table(
    drill: Drill, tmp_path: Path
) -> None:
    """The slow road gives the same rows in every table as the fast one."""
    ledger = drill.folder / "ledger"
    heads = FileHeadStore(ledger / "head.json")
    moments = partial(open_snapshot, ledger / "ledger.db", heads)
    with copying.signed_moment(moments, heads) as (view, _):
        copying.copy_database(view, tmp_path / "fast.db")
        view.connect = disguised(view.connect)
        copying.copy_database(view, tmp_path / "slow.db")
    dumps = []
    for name in ("fast.db", "slow.db"):
        with closing(sqlite3.connect(tmp_path / name)) as client:
            dumps.append(sorted(line for line in client.iterdump() if line.startswith("INSERT")))
    assert dumps[0] == dumps[1]
    assert len(dumps[0]) > drill.last


def disguised(connect: Connect) -> Connect:
    """Connections that do not look like SQLite's."""

    @contextmanager
    def lend() -> Iterator[Any]:
        with connect() as driver:
            yield SimpleNamespace(stream=driver.execute)

    return lend


def test_killed_backups_leave_nothing_that_looks_whole(drill: Drill, tmp_path: Path) -> None:
    """SIGKILL at every change to the disk: the destination is not there, or it is whole."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([backups.__name__])
    ledger = drill.folder / "ledger"
    jobs = (
        (backups.dying, make_backup, (ledger, tmp_path / f"b{step}"), step) for step in range(100)
    )
    codes: list[int | None] = []
    for code in backups.exit_codes(context, jobs):
        place = tmp_path / f"b{len(codes)}"
        if place.exists():
            done = drill.restore(
                ledger / "head.json", backup=place, to=tmp_path / f"to{place.name}"
            )
            assert done.verdict.value == "complete"
        codes.append(code)
        if code == 0:
            break
    assert codes == [-signal.SIGKILL] * (len(codes) - 1) + [0]
    assert len(codes) > 12
    assert len(leftovers(tmp_path)) > 10  # most deaths came in the midst of it


def test_a_full_disk_leaves_nothing(drill: Drill, tmp_path: Path) -> None:
    """Wherever the space ends, the command fails and cleans up after itself."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([backups.__name__])
    size = (drill.folder / "ledger" / "ledger.db").stat().st_size
    arguments = (drill.folder / "ledger", tmp_path / "b")
    limits = [0, size // 3, size - 1]
    jobs = ((backups.crowded, make_backup, arguments, limit) for limit in [*limits, size])
    for limit, code in zip([*limits, size], backups.exit_codes(context, jobs), strict=True):
        assert code == (1 if limit < size else 0)
        assert list(tmp_path.iterdir()) == ([] if limit < size else [tmp_path / "b"])
