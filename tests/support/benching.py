"""The least ground on which everything of the benchmark can be taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from api.bench.ground import QUICK
from api.bench.market import Crowd

TINY = Crowd(suppliers=5, obligors=2, financiers=2, banks=1)
SMALL = replace(
    QUICK,
    crowd=TINY,
    pairs=2,
    loaded=860,
    audited=440,
    small=440,
    grouped=20,
    single=5,
    sent=20,
    batched=20,
    grown=20,
    warm=10,
    apart=1,
)
"""The least on which everything can be measured."""


@contextmanager
def silent(_what: str, _total: int) -> Iterator[Callable[[int], None]]:
    """No bar."""
    yield lambda _done: None
