"""Our own programs as processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from api.client import Client
from ledger.errors import LedgerError
from tests.support.faults_net import HOST, free_port
from tests.support.waiting import PATIENCE_S, wait_until
from tests.tidy import ROOT


def start(*words: str | Path, **environ: str) -> subprocess.Popen[bytes]:
    """`duebill` with these words, and these variables beside our own."""
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "api.cli", *map(str, words)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )


@contextmanager
def serving(*words: str | Path, **environ: str) -> Iterator[str]:
    """The URL of `duebill serve` once it is ready; it must end well with the block."""
    url = f"http://{HOST}:{(port := free_port())}"
    process = start("serve", "--port", str(port), *words, **environ)

    def is_ready() -> bool:
        assert process.poll() is None, "the server ended"
        with suppress(LedgerError):
            return bool(Client(url).get("/readyz"))
        return False

    try:
        wait_until(is_ready)
        yield url
    finally:
        process.terminate()
        status = process.wait(PATIENCE_S)
    assert status == 0
