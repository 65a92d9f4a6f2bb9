"""Helpers of an audit that outlive it: starting a process for every example would take too long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ledger.audit import crew


class Kept:
    """Stands for `ledger.audit.crew.Helper`, and gives back a process that another audit left."""

    def __init__(self) -> None:
        self.spare: list[crew.Helper] = []
        self._make = crew.Helper

    @contextmanager
    def __call__(self, words: str) -> Iterator[crew.Helper]:
        """A helper; one with which something went wrong is not kept."""
        helper = self.spare.pop() if self.spare else self._make(words)
        try:
            yield helper
        except BaseException:
            helper.close()
            raise
        self.spare.append(helper)


@contextmanager
def kept_helpers() -> Iterator[Kept]:
    """Within the block helpers are kept."""
    kept = Kept()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(crew, "Helper", kept)
        yield kept
    for helper in kept.spare:
        helper.close()
