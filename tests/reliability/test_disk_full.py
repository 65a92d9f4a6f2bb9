"""A full disk: commands wait, reads go on, and writing returns by itself when there is room."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from api.embedded import Embedded, open_folder
from ledger.audit.findings import Level
from ledger.errors import LedgerError, OutcomeUnknown, Unavailable
from ledger.service import Answer, Receipt
from tests.support.faults_disks import enlarge, small_disk
from tests.support.faults_load import Load, driven_clock
from tests.support.faults_results import record
from tests.support.faults_verdict import check_restart

MEGABYTES = 8
"""The size of the disk."""


def answer(embedded: Embedded, command: bytes) -> Answer:
    """What a command hears."""
    try:
        return embedded.service.submit(command)
    except LedgerError as error:
        return error


def fill(disk: Path, left: int) -> None:
    """Leave about so many bytes on the disk."""
    room = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(room.f_bavail * room.f_frsize - left))


def until_full(embedded: Embedded, commands: Iterator[bytes]) -> tuple[int, bytes, Answer]:
    """How many commands were taken, and the first that was not, with what it heard."""
    for taken, command in enumerate(commands):
        heard = answer(embedded, command)
        if not isinstance(heard, Receipt):
            return taken, command, heard
    pytest.fail("the disk never was full")


def fill_and_enlarge(load: Load, folder: Path, left: int) -> int:
    """Write until the disk is full, wait, get room, go on; returns how many were taken before."""
    with small_disk(folder / "disk", MEGABYTES) as disk:
        ledger = load.copy(disk / "ledger")
        with open_folder(ledger, driven_clock(load.begun_ms)) as embedded:
            fill(disk, left)
            commands = iter(load.commands(0, load.count))
            taken, command, heard = until_full(embedded, commands)
            for _ in range(5):
                assert isinstance(heard, Unavailable | OutcomeUnknown), heard
                heard = answer(embedded, command)
            assert embedded.service.halted is None
            signed = embedded.service.signed.size
            assert signed >= load.base + taken
            assert embedded.service.proof(signed - 1)
            assert len(list(embedded.store.entries(0, signed))) == signed
            enlarge(disk, 2 * MEGABYTES)
            for more in (command, *islice(commands, 50)):
                assert isinstance(answer(embedded, more), Receipt)
        back = check_restart(load, ledger, [], level=Level.MERKLE)
        assert back.size == load.base + taken + 51
    return taken


def test_a_full_disk_is_waited_for(load: Load, tmp_path: Path) -> None:
    """What finds no room is not taken and not lost; reads go on; more room is found at once."""
    assert fill_and_enlarge(load, tmp_path, 400_000) > 0


@pytest.mark.long
@pytest.mark.timeout(600)
def test_a_disk_that_is_full_at_any_moment_is_waited_for(load: Load, tmp_path: Path) -> None:
    """The same with room for more and more: another write is the first to fail each time."""
    lefts = range(0, 400_000, 10_000)
    taken = [fill_and_enlarge(load, tmp_path, left) for left in lefts]
    record("50-disk-full", "disk full, then larger", times=len(lefts), acknowledged=sum(taken))
