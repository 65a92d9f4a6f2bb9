"""What time alone ends: a proposed change that not all have answered."""

from __future__ import annotations

from ledger.changes.records import Change, ChangeState


def change_is_over(change: Change, at_ms: int) -> bool:
    """Whether a change was proposed and not applied in time.

    Nothing waits for it and nothing hangs on it, so that nobody needs to state its end.
    """
    return change.state is ChangeState.PROPOSED and change.lapses_ms <= at_ms
