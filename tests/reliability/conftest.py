"""What all fault campaigns share: one nursery, and loads of commands signed beforehand.

Campaigns that need what a machine may not allow (to mount file systems, to trace a process) are
collected only where it does. With DUEBILL_FAULTS=all none may be missing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from ledger.store.lock import waiting_lock
from tests.support.faults import Nursery, open_nursery
from tests.support.faults_calls import can_trace
from tests.support.faults_disks import can_mount
from tests.support.faults_load import Load, make_load

COMMANDS, MANY_COMMANDS = 1_000, 110_000
"""So many commands are signed for the campaigns of the usual run, and for the longest."""

collect_ignore = [
    *([] if can_mount() else ["test_power.py", "test_disk_full.py"]),
    *([] if can_trace() else ["test_syscalls.py"]),
]
if collect_ignore and os.environ.get("DUEBILL_FAULTS") == "all":
    raise pytest.UsageError(f"This machine does not let these run: {collect_ignore}")


@pytest.fixture(scope="session")
def load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """The load of the usual run."""
    return made_once(tmp_path_factory, COMMANDS)


@pytest.fixture(scope="session")
def long_load(tmp_path_factory: pytest.TempPathFactory) -> Load:
    """A load that makes a large ledger."""
    return made_once(tmp_path_factory, MANY_COMMANDS)


def made_once(factory: pytest.TempPathFactory, count: int) -> Load:
    """The load that whichever test process comes first makes for all."""
    folder = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    kept = folder / f"load-{count}.json"
    with waiting_lock(folder / f"load-{count}.lock"):
        if not kept.exists():
            kept.write_text(json.dumps(make_load(folder / f"load-{count}", count).tree()))
        return Load.from_tree(json.loads(kept.read_text()))


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory, load: Load) -> Iterator[Nursery]:
    """Where children are started."""
    with open_nursery(tmp_path_factory.mktemp("nursery")) as nursery:
        nursery.warm_up(load)
        yield nursery
