"""How a process that works long is set up, as against one that answers and ends."""

from __future__ import annotations

import gc
import signal
import sys

GRACE_S = 4
"""Seconds that open requests may take to end after a signal to stop."""
NEW_OBJECTS = 100_000
"""How many more objects were made than let go before the collector looks at the young ones."""


def settle_in() -> None:
    """Let the cycle collector rest: records, entries and events make no cycles.

    It would otherwise walk some hundred thousand cached records again and again, which costs a
    fifth of all the work.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(NEW_OBJECTS, 50, 1_000)


def leave_on_signals() -> None:
    """On SIGTERM and SIGINT leave the program as by its end: what is open is closed, status 0.

    uvicorn ends by itself and then gives the signal on, while there is still something to close.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(0))
