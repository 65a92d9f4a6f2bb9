"""A QR code as one SVG path, drawn from the matrix alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import segno

from api.sheet.html import Markup, el

QUIET = 4
"""Modules of white around the code (ISO/IEC 18004)."""


def qr_svg(text: str, says: str) -> Markup:
    """The code of `text`, error correction M; `says` is read aloud in its place."""
    matrix = segno.make_qr(text, error="m", boost_error=False).matrix
    size = len(matrix) + 2 * QUIET
    runs = "".join(
        f"M{x + QUIET} {y + QUIET}h{length}v1h-{length}z"
        for y, row in enumerate(matrix)
        for x, length in _runs(row)
    )
    return el(
        "svg",
        el("path", d=runs),
        class_="qr",
        viewBox=f"0 0 {size} {size}",
        role="img",
        aria_label=says,
        shape_rendering="crispEdges",
    )


def _runs(row: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where dark modules begin in a row, and how many follow each other."""
    x = 0
    for dark, group in groupby(row, bool):
        length = sum(1 for _ in group)
        if dark:
            yield x, length
        x += length
