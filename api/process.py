"""How a process that works long is set up, as against one that answers and ends."""

from __future__ import annotations

import gc

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
