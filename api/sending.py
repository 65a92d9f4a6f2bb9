"""Sending command files and telling what became of each command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import typer

from api.private import write_private
from api.target import Target, Verdict
from api.terminal import note, progress, say, say_json, tree_text
from ledger.chain.receipt import State


def send_all(
    target: Target, submissions: Sequence[bytes], receipts: Path | None, witnessed_s: float = 0
) -> list[Verdict]:
    """Send everything in order; keep the receipts of what was taken in the folder `receipts`.

    With `witnessed_s` wait so many seconds for a witnessed head over all of it, and keep the
    receipts under that.
    """
    with progress("sending", len(submissions)) as tell:
        verdicts = target.send(submissions, tell)
    last = max((verdict.seq for verdict in verdicts if verdict.seq is not None), default=None)
    if witnessed_s and last is not None and target.witnessed(last, witnessed_s):
        verdicts = [
            replace(item, state=State.WITNESSED) if item.error is None else item
            for item in verdicts
        ]
    if receipts is not None:
        receipts.mkdir(parents=True, exist_ok=True)
        for verdict in verdicts:
            if verdict.seq is not None:
                data = target.receipt(verdict.seq, verdict.state)
                write_private(receipts / f"{verdict.seq}.json", data)
    return verdicts


def tell_verdicts(
    names: Sequence[str],
    verdicts: Sequence[Verdict],
    *,
    as_json: bool = False,
    also: Mapping[str, Any] | None = None,
) -> None:
    """Print each verdict beside its name (as JSON with `also`); exit 1 when any was refused."""
    named = list(zip(names, verdicts, strict=True))
    if as_json:
        trees = [{"name": name, **verdict.tree()} for name, verdict in named]
        say_json({**(also or {}), "verdicts": trees})
    else:
        for name, verdict in named:
            if verdict.error is not None:
                note(f"{name}: {tree_text(verdict.error)}")
            else:
                again = " (again)" if verdict.repeated else ""
                say(f"{name}: entry {verdict.seq}{again}, {verdict.state}")
        taken = sum(verdict.seq is not None for verdict in verdicts)
        say(f"{taken} of {len(verdicts)} commands are in the ledger.")
    if any(verdict.error is not None for verdict in verdicts):
        raise typer.Exit(1)
