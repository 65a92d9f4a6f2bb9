"""`duebill bench`: how fast, beside what this machine could do at best."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from api.bench import run as figures
from api.bench.figures import Outcome
from api.bench.ground import FULL, QUICK, Ground
from api.bench.profile import profile
from api.bench.reading import bytes_by_table
from api.bench.report import HEADERS, Found, page, profile_rows, row, tree
from api.options import Json
from api.process import settle_in
from api.terminal import note, progress, say, say_json, show_table


def run(
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="A first look: small ledgers, 3 pairs, no verdict.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option(help="A figure or a family of them; may be repeated.")
    ] = None,
    entries: Annotated[
        int | None, typer.Option(min=1, help="Of the large ledger; the goals are for 1000000.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option(help="Keep the ledgers made in this folder, for the next run.")
    ] = None,
    db_postgres: Annotated[
        str, typer.Option(help="A PostgreSQL database; its schema duebill_bench is replaced.")
    ] = "",
    report: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
    as_json: Json = False,
) -> None:
    """Measure the speed of this machine's ledger as ratios to the machine's own limits.

    Takes minutes, an idle machine and, without --keep, room in the present folder. Exit 1 when a
    figure is below its floor; one whose limit was unsteady is void, which is said and no failure.
    """
    scale = QUICK if quick else FULL
    try:
        measures = figures.chosen(only or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    settle_in()
    with _folder(keep) as folder:
        large = max(entries or 0, scale.loaded)
        ground = Ground(folder, scale, large, progress, db_postgres)
        found = _found(ground, measures, everything=not only)
    if report is not None:
        report.write_text(page(found), encoding="utf-8")
    if as_json:
        say_json(tree(found))
    else:
        _tell(found)
    if found.missed:
        raise typer.Exit(1)


def _found(ground: Ground, measures: list[figures.Measure], *, everything: bool) -> Found:
    outcomes: list[Outcome] = []
    for outcome in figures.outcomes(ground, measures):
        outcomes.append(outcome)
        note("  ".join(row(outcome)[at] for at in (0, 4, 6, 7)))
    return Found(
        scale=ground.scale,
        entries=ground.entries,
        outcomes=outcomes,
        profile=profile(ground) if everything else (),
        tables=bytes_by_table(ground.large.folder) if everything else (),
    )


def _tell(found: Found) -> None:
    show_table(HEADERS, [row(outcome) for outcome in found.outcomes])
    if found.profile:
        say("")
        headers = ("component", "what", "calls", "µs a command", "share")
        show_table(headers, profile_rows(found.profile))
    if found.missed:
        say(f"Missed: {', '.join(found.missed)}")


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """The folder of the ledgers: the one to keep, or one that is gone afterwards.

    It lies here, where a ledger would, and not in memory as temporary files may.
    """
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with tempfile.TemporaryDirectory(prefix=".duebill-bench-", dir=Path.cwd()) as name:
        yield Path(name)
