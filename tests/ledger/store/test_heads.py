"""The head store: compare, swap, and what a crash may leave."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.chain.tree import EMPTY_ROOT
from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.ports import HeadStore, SignedHead
from ledger.store import heads as heads_module
from ledger.store.heads import FileHeadStore, MemoryHeadStore
from ledger.store.lock import waiting_lock

FIRST = SignedHead(1, bytes(32), "origin\n1\nroot\n\n— origin sig\n")
SECOND = SignedHead(2, bytes([1]) * 32, "second")


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> HeadStore:
    """Each kind of head store, empty."""
    return MemoryHeadStore() if request.param == "memory" else FileHeadStore(tmp_path / "head")


def test_swap_and_read(store: HeadStore) -> None:
    """The cell is empty at first and then holds what was put there last."""
    assert store.read() is None
    store.swap(None, FIRST)
    assert store.read() == FIRST
    store.swap(FIRST, SECOND)
    assert store.read() == SECOND


def test_the_same_tree_may_get_another_note(store: HeadStore) -> None:
    """Witnesses sign later: the note may grow while size and root stay."""
    store.swap(None, FIRST)
    cosigned = SignedHead(FIRST.size, FIRST.root, FIRST.note + "— witness sig\n")
    store.swap(FIRST, cosigned)
    assert store.read() == cosigned


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (None, SECOND),
        (SECOND, SignedHead(3, bytes(32), "third")),
        (SignedHead(1, bytes(32), "another note"), SECOND),
        (FIRST, SignedHead(0, EMPTY_ROOT, "shorter")),
        (FIRST, SignedHead(1, bytes([1]) * 32, "another root")),
    ],
)
def test_a_swap_that_contradicts_is_refused(
    store: HeadStore, old: SignedHead | None, new: SignedHead
) -> None:
    """Another old head, a shorter new one or another root at one size: halt, and keep the cell."""
    store.swap(None, FIRST)
    with pytest.raises(Halted):
        store.swap(old, new)
    assert store.read() == FIRST


def test_the_file_outlives_the_process(tmp_path: Path) -> None:
    """A second store on the same file reads what the first one wrote."""
    FileHeadStore(tmp_path / "head").swap(None, FIRST)
    assert FileHeadStore(tmp_path / "head").read() == FIRST


def test_a_torn_new_file_counts_for_nothing(tmp_path: Path) -> None:
    """What a crash left beside the cell is neither read nor in the way."""
    store = FileHeadStore(tmp_path / "head")
    store.swap(None, FIRST)
    (tmp_path / "head.new").write_bytes(b'{"note":"sec')
    assert store.read() == FIRST
    store.swap(FIRST, SECOND)
    assert store.read() == SECOND


def test_a_crash_between_write_and_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the rename does not happen the old head stays, and the caller hears so."""
    store = FileHeadStore(tmp_path / "head")
    store.swap(None, FIRST)

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail)
        with pytest.raises(OutcomeUnknown, match="Input/output error"):
            store.swap(FIRST, SECOND)
    with pytest.raises(Halted, match="Input/output error"):
        store.swap(FIRST, SECOND)
    again = FileHeadStore(tmp_path / "head")
    assert again.read() == FIRST
    again.swap(FIRST, SECOND)
    assert again.read() == SECOND


def test_a_rename_that_may_not_last(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When only the fsync of the folder fails, the outcome is said to be unknown."""
    store = FileHeadStore(tmp_path / "head")

    def fail(folder: Path) -> None:
        raise OSError(5, f"Input/output error in {folder.name}")

    monkeypatch.setattr(heads_module, "sync_folder", fail)
    with pytest.raises(OutcomeUnknown):
        store.swap(None, FIRST)
    with pytest.raises(Halted):
        store.read()
    assert FileHeadStore(tmp_path / "head").read() == FIRST


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b'{"note":"n","root":"',
        b"[]",
        b'{"note":"n","root":"AAAA","size":1}',
        b'{"note":"n","size":1}',
        b'{"note":1,"root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","size":1}',
        b'{"note":"n","root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","size":-1}',
        b'{"note":"n","root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","size":true}',
        b'{"note":"n", "root":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","size":1}',
        b"\xff\xfe",
    ],
)
def test_a_damaged_cell_halts(tmp_path: Path, data: bytes) -> None:
    """A cell that is there but is no head is not taken for an empty one."""
    (tmp_path / "head").write_bytes(data)
    with pytest.raises(Halted):
        FileHeadStore(tmp_path / "head").read()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """A place that cannot be written is unavailable, in words."""
    with pytest.raises(Unavailable, match="No such file"):
        FileHeadStore(tmp_path / "no" / "head").swap(None, FIRST)


def test_only_the_owner_reads_the_lock(tmp_path: Path) -> None:
    """The lock file is private: another user could otherwise hold up the writer."""
    FileHeadStore(tmp_path / "head").swap(None, FIRST)
    assert (tmp_path / "head.lock").stat().st_mode & 0o777 == 0o600


def test_a_lock_that_is_never_given_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for a process that stopped in a swap hears so in the end, and takes nothing."""
    store = FileHeadStore(tmp_path / "head")
    store.swap(None, FIRST)
    monkeypatch.setattr(heads_module, "LONGEST_S", 0.01)
    with waiting_lock(tmp_path / "head.lock"):
        with pytest.raises(Unavailable, match="another process holds its lock"):
            store.swap(FIRST, SECOND)
        assert store.read() == FIRST
    store.swap(FIRST, SECOND)
    assert store.read() == SECOND
