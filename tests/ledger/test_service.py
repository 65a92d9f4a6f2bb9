"""The write path: what a failure at each step leaves behind, and what the caller hears."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from api.embedded import Embedded, open_folder
from ledger.chain.checkpoint import open_checkpoint
from ledger.chain.entry import LARGEST_ENTRY, read_entry
from ledger.chain.receipt import verify_receipt
from ledger.errors import Halted, LedgerError, OutcomeUnknown, Refused, Unavailable
from ledger.parties.commands import AddAccount, Role, SetApproval, Tier
from ledger.ports import Batch, SignedHead
from ledger.service import Receipt, Service
from ledger.vocabulary import COMMANDS
from tests.support.desk import ORIGIN, Office, open_office, refusal
from tests.support.sandbox import START

ACCOUNT = AddAccount(number="1", bank="Bank", currency="CNY")


def account(office: Office, number: int = 1) -> bytes:
    """A signed command of the party."""
    return office.signed("acme", structs.replace(ACCOUNT, number=f"{number}"))


def too_large(office: Office) -> bytes:
    """A good command whose entry would have more than 16 KiB."""
    acts = tuple(sorted(kind for kind, _ in COMMANDS))[:40]
    tiers = (Tier(acts=acts, persons=1),) * 20
    return office.signed("acme", SetApproval(tiers=tiers))


def contents(office: Office) -> dict[str, list[Any]]:
    """Every row of every table, and the head file."""
    path = office.embedded.folder / "ledger.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as base:
        names = [
            row[0] for row in base.execute("SELECT name FROM sqlite_master WHERE type='table'")
        ]
        rows = {name: base.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}  # noqa: S608 - names of its own tables
    return rows | {"head": [(office.embedded.folder / "head.json").read_bytes()]}


class Wrapped:
    """A store or head store of which one method is replaced, for as long as `fault` is set."""

    def __init__(self, inner: Any, name: str, fault: Callable[..., Any]) -> None:
        self._inner = inner
        self._name = name
        self.fault: Callable[..., Any] | None = fault

    def __getattr__(self, name: str) -> Any:
        if name == self._name and self.fault:
            return self.fault
        return getattr(self._inner, name)


def service(office: Office, *, store: Any = None, heads: Any = None) -> Service:
    """Another writer over the office's folder, with parts replaced."""
    own = office.service
    return Service(
        store or own.store, heads or own.sequencer.heads, office.embedded.signer, office.clock
    )


def test_a_group_is_answered_in_order(office: Office) -> None:
    """Taken, refused and repeated side by side; one commit, one checkpoint over all of it."""
    one, two = account(office, 1), account(office, 2)
    answers = office.service.submit_many([one, b"{}", two, one, office.signed("acme", ACCOUNT)])
    taken = [answer for answer in answers if isinstance(answer, Receipt)]
    assert [type(answer).__name__ for answer in answers] == [
        "Receipt",
        "Refused",
        "Receipt",
        "Receipt",
        "Receipt",
    ]
    assert [(item.seq, item.repeated) for item in taken] == [
        (3, False),
        (4, False),
        (3, True),
        (5, False),
    ]
    assert {item.checkpoint for item in taken} == {office.service.signed.note}
    assert taken[0].leaf == taken[2].leaf
    assert office.embedded.store.size() == 6


def test_a_receipt_is_proven_by_tree_and_checkpoint(office: Office) -> None:
    """The entry's bytes, its proof and the log's key are enough; later entries have none."""
    receipt = office.service.submit(account(office))
    (data,) = office.embedded.store.entries(receipt.seq, receipt.seq + 1)
    keys = office.embedded.log_keys()
    assert open_checkpoint(receipt.checkpoint, ORIGIN, keys).size == receipt.seq + 1
    verify_receipt(office.service.proof(receipt.seq), data, ORIGIN, keys)
    for seq in (-1, receipt.seq + 1):
        assert refusal(partial(office.service.proof, seq))[0] == "record_not_found"


def test_a_refused_command_changes_no_byte(office: Office) -> None:
    """Malformed, badly signed, against a rule, too large: tables and head are as before."""
    before = contents(office)
    wrong = [b"", b"{}", office.signed("acme", ACCOUNT, keys=["x"]), too_large(office)]
    wrong.append(office.signed("acme", SetApproval(tiers=(Tier(acts=(), persons=2),))))
    assert all(isinstance(answer, Refused) for answer in office.service.submit_many(wrong))
    assert contents(office) == before


def test_trap_14_an_entry_that_is_too_large_leaves_no_trace(office: Office) -> None:
    """It is refused before it is kept, and the next command is judged as if it had not been."""
    data = too_large(office)
    assert refusal(lambda: office.service.submit(data))[0] == "bytes_too_large"
    answers = office.service.submit_many([data, account(office)])
    assert isinstance(answers[0], Refused)
    assert isinstance(answers[1], Receipt)
    (stored,) = office.embedded.store.entries(3, 4)
    assert len(stored) < LARGEST_ENTRY


def test_the_clock_never_goes_back(office: Office) -> None:
    """An entry has the time of its predecessor when the machine's clock was set back."""
    office.clock.advance(ms=5000)
    office.service.submit(account(office, 1))
    office.clock.advance(ms=-3000)
    office.service.submit(account(office, 2))
    times = [read_entry(data).at_ms for data in office.embedded.store.entries(3, 5)]
    assert times == [START + 5000, START + 5000]


def fail(error: Exception, first: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A method that does `first`, if given, and then fails."""

    def method(*arguments: Any) -> None:
        if first:
            first(*arguments)
        raise error

    return method


def commit_fails(office: Office, error: LedgerError, *, written: bool) -> tuple[Service, Wrapped]:
    """A writer whose commit fails, before or after the entries are there."""
    own = office.embedded.store
    store = Wrapped(own, "commit", fail(error, own.commit if written else None))
    return service(office, store=store), store


@pytest.mark.parametrize("written", [False, True])
def test_after_a_failed_commit_a_retry_gives_the_one_entry(
    office: Office, *, written: bool
) -> None:
    """Nothing was written, or all of it: the same bytes sent again end in exactly one entry."""
    error = OutcomeUnknown("lost") if written else Unavailable("full")
    writer, store = commit_fails(office, error, written=written)
    data = account(office)
    answers = writer.submit_many([data, b"{}", data])
    assert [type(answer) for answer in answers] == [type(error), Refused, type(error)]
    store.fault = None
    again = writer.submit(data)
    assert (again.seq, again.repeated) == (3, written)
    assert writer.signed.size == office.embedded.store.size() == 4


def test_a_failed_commit_leaves_no_trace_in_the_rules(office: Office) -> None:
    """What the lost group would have changed does not count for the next one."""
    writer, store = commit_fails(office, Unavailable("full"), written=False)
    command = SetApproval(tiers=(Tier(acts=("account.add",), persons=1),))
    jti = "01930000-0000-7000-8000-000000000000"
    assert isinstance(writer.submit_many([office.signed("acme", command, jti=jti)])[0], Unavailable)
    store.fault = None
    assert writer.submit(office.signed("acme", ACCOUNT, jti=jti)).repeated is False


@pytest.mark.parametrize("error", [OSError("disk"), Unavailable("disk"), OutcomeUnknown("disk")])
def test_a_head_that_cannot_be_kept_is_an_unknown_outcome(office: Office, error: Exception) -> None:
    """The entries are there and will be signed: nobody hears that nothing happened."""
    heads = Wrapped(office.service.sequencer.heads, "swap", fail(error))
    writer = service(office, heads=heads)
    data = account(office)
    answers = writer.submit_many([data, b"{}"])
    assert [type(answer) for answer in answers] == [OutcomeUnknown, Refused]
    heads.fault = None
    again = writer.submit(data)
    assert (again.seq, again.repeated, writer.signed.size) == (3, True, 4)


class Died(BaseException):
    """The process ends here."""


def test_a_crash_before_the_head_is_kept_is_signed_the_same_at_reopening(office: Office) -> None:
    """Commit, crash, reopen: the very checkpoint that the crashed process would have signed."""
    heads = Wrapped(office.service.sequencer.heads, "swap", fail(OSError()))
    notes: list[SignedHead] = []

    def die(_old: SignedHead | None, new: SignedHead) -> None:
        notes.append(new)
        raise Died

    heads.fault = die
    writer = service(office, heads=heads)
    data = account(office)
    with pytest.raises(Died):
        writer.submit(data)
    reopened = service(office)
    assert reopened.signed == notes[0]
    assert reopened.submit(data).repeated


def reopened(folder: Path, office: Office) -> str:
    """Why the ledger in a folder halts when it is opened."""
    with pytest.raises(Halted) as caught, open_folder(folder, office.clock):
        pass
    return str(caught.value)


def test_trap_13_a_restored_backup_never_signs(tmp_path: Path) -> None:
    """The database of yesterday under the head store of today halts, and stays as it is."""
    live, backup = tmp_path / "live", tmp_path / "backup"
    with open_office(live) as office:
        office.enrol("acme", Role.SUPPLIER)
    shutil.copytree(live, backup)
    with open_folder(live, lambda: START) as embedded:
        desk, key = embedded.operator()
        embedded.service.submit(desk.draft(ACCOUNT).signed(key))
    shutil.copy(live / "head.json", backup / "head.json")
    before = (backup / "head.json").read_bytes()
    assert "an old backup restored" in reopened(backup, office)
    assert (backup / "head.json").read_bytes() == before


def test_a_log_beside_its_head_halts(tmp_path: Path) -> None:
    """Another root at the signed size, a missing head store, and a damaged one."""
    one, two = tmp_path / "one", tmp_path / "two"
    with open_office(one) as office:
        pass
    with open_office(two):
        pass
    shutil.copy(two / "head.json", one / "head.json")
    assert "not those that were signed" in reopened(one, office)
    (one / "head.json").write_bytes(b"{}")
    assert "head file" in reopened(one, office)
    (one / "head.json").unlink()
    assert "head store is missing" in reopened(one, office)


def flip(data: bytes, at: bytes) -> bytes:
    """Entry bytes with one bit of the text after `at` turned, still a well-formed entry."""
    place = data.index(at) + len(at)
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_trap_12_a_bit_that_flips_between_hash_and_store_stops_the_writer(office: Office) -> None:
    """What was stored is read and hashed again before anything is signed; reopening halts, too."""
    own = office.embedded.store

    def commit(batch: Batch) -> None:
        (entry,) = batch.entries
        bad = structs.replace(entry, data=flip(entry.data, b'"effects":"'))
        own.commit(replace(batch, entries=[bad]))

    before = office.service.signed
    writer = service(office, store=Wrapped(own, "commit", commit))
    with pytest.raises(Halted, match="not stored as they were written"):
        writer.submit(account(office))
    assert writer.halted
    assert writer.signed == before == office.service.sequencer.heads.read()
    with pytest.raises(Halted):
        writer.submit(account(office, 2))
    with pytest.raises(Halted, match=r"not those that were hashed|what is stored is damaged"):
        service(office)
    assert office.service.sequencer.heads.read() == before


@pytest.mark.parametrize("broken", [b"", b"{}", b"\xff", None])
def test_damaged_entries_halt_and_are_no_refusal(office: Office, broken: bytes | None) -> None:
    """Bytes in the store that are no entry, or another entry, are the keeper's fault."""
    own = office.embedded.store
    (last,) = own.entries(2, 3)
    data = flip(last, b'"effects":"') if broken is None else broken
    store = Wrapped(own, "entries", lambda _start, _stop: iter([data]))
    with pytest.raises(Halted):
        service(office, store=store)


def test_reopening_goes_on_where_it_was(tmp_path: Path) -> None:
    """Sizes around tile borders: the same head, and the next entry follows."""
    with open_office(tmp_path) as office:
        office.enrol("acme", Role.SUPPLIER)
        office.service.submit_many([account(office, number) for number in range(254)])
        signed = office.service.signed
        waiting = [account(office, 1000 + number) for number in range(3)]
    for count, data in enumerate(waiting):
        with open_folder(tmp_path, office.clock) as embedded:
            assert isinstance(embedded, Embedded)
            assert embedded.service.signed.size == signed.size + count
            assert embedded.service.submit(data).seq == signed.size + count
