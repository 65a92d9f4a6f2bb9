"""One entry as the checks of entries look at it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from msgspec import Struct


class Happened(Struct, frozen=True, gc=False):
    """One entry: its number, its instant, and all its events."""

    seq: int
    at_ms: int
    events: tuple[Any, ...]

    def of(self, *kinds: type[Any]) -> Iterable[Any]:
        """Its events of these kinds."""
        return (event for event in self.events if isinstance(event, kinds))
