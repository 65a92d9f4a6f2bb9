"""Figures for Prometheus, in its text format 0.0.4: names, what they say, values by labels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias

Figure: TypeAlias = tuple[str, str, str, Mapping[str, float]]
"""Its name, what it says, its kind, and values by their label as `label` writes it ("": none)."""


def label(name: str, value: str) -> str:
    """The one label of a value; quotes and backslashes in it are escaped."""
    escaped = value.replace("\\", r"\\").replace('"', r"\"")
    return f'{{{name}="{escaped}"}}'


def figures_text(figures: Iterable[Figure]) -> str:
    """What is served at /metrics."""
    lines = []
    for name, says, kind, values in figures:
        lines += [f"# HELP {name} {says}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{labelled} {value}" for labelled, value in values.items()]
    return "\n".join(lines) + "\n"
