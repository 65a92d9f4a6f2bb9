"""Waiting for what another thread or process does: as long as a busy machine may need."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 60.0
"""After so long something that must happen has not happened."""


def wait_until(test: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Look every few milliseconds until `test()` is true; fails when it never is."""
    end = time.monotonic() + within_s
    while not test():
        assert time.monotonic() < end, f"It did not happen within {within_s} s."
        time.sleep(0.005)
