"""What higher floors do with alerts: raise one in the entry that gave the reason."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.alerts.events import AlertKind, AlertRaised
from ledger.model.records import Signer

CERTAIN_PPM = 1_000_000
"""The score of what is a fact, and the highest there is."""
MOST_OF_A_KIND = 128
"""Alerts of one kind that one command may raise."""


def raised(
    by: Signer,
    ordinal: int,
    kind: AlertKind,
    subject: str,
    reasons: Iterable[str],
    at_ms: int,
    *,
    others: Iterable[str] = (),
    score_ppm: int = CERTAIN_PPM,
) -> AlertRaised:
    """An alert of `kind` about the record `subject`, for these `reasons` (at least one).

    `ordinal` (from 0, below `MOST_OF_A_KIND`) counts the alerts of this kind in this command;
    other kinds count for themselves, so that modules need not know of each other's.
    """
    place = list(AlertKind).index(kind) * MOST_OF_A_KIND + ordinal
    return AlertRaised(
        alert=by.new_id("alt", place),
        kind=kind,
        subject=subject,
        others=tuple(others),
        score_ppm=score_ppm,
        reasons=tuple(reasons),
        at_ms=at_ms,
    )
