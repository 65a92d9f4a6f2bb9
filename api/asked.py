"""What is asked of the report of rules: which rows, and in which form."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ledger.errors import RefusalCode, Refused
from ledger.reports.rules import BY_ID


class Format(StrEnum):
    """How a report of rules is written."""

    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows of the report: entries `start` … `stop`-1 (None: to the end), some rules or all.

    Raises `Refused` (`field_invalid`) for a rule that there is not.
    """

    start: int = 0
    stop: int | None = None
    rules: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        strange = sorted(self.rules - BY_ID.keys())
        if strange:
            raise Refused(
                RefusalCode.FIELD_INVALID,
                f"There is no rule {strange[0][:60]}; there are {', '.join(BY_ID)}.",
                place="/query/rule",
            )
