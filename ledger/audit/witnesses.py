"""What cosignatures add to a signed head: a quorum, and a bound on the time of its entries.

A witness signs with the time at which it saw a head. An entry of that head cannot have been made
later: a log that says so backdates or postdates.
"""

from __future__ import annotations

from bisect import bisect_right

from ledger.audit.findings import Collector, Level
from ledger.audit.source import PAGE, Source
from ledger.chain.entry import Head, read_entry
from ledger.chain.trust import Opened
from ledger.dates import instant_text
from ledger.errors import LedgerError, RefusalCode

SKEW_S = 300
"""How far the clocks of log and witness may be apart, in seconds."""


def check_witnesses(
    source: Source, opened: Opened, last: Head, skew_s: int, found: Collector
) -> None:
    """The quorum of the policy, and that no entry is later than a cosignature over it.

    `last` is where the entries end.
    """
    if not opened.witnessed:
        who = ", ".join(sorted(opened.cosigned)) or "nobody"
        detail = f"The policy's quorum is not met: the head is cosigned by {who}."
        found.add(Level.MERKLE, RefusalCode.QUORUM_NOT_MET.value, detail, None, "checkpoint")
    if not opened.cosigned or opened.checkpoint.size != last.size:
        return
    name, time_s = min(opened.cosigned.items(), key=lambda item: (item[1], item[0]))
    latest_ms = (time_s + skew_s) * 1000
    if last.at_ms <= latest_ms:
        return
    try:
        seq = _first_after(source, last.size, latest_ms)
    except (LedgerError, OSError, ValueError, LookupError) as error:
        found.caught(Level.MERKLE, error, None, "checkpoint")
        return
    detail = (
        f"The entry is later than what {name} cosigned at {instant_text(time_s * 1000)}, "
        f"by more than {skew_s} seconds."
    )
    found.add(Level.MERKLE, "entry_after_cosignature", detail, seq, "checkpoint")


def _first_after(source: Source, size: int, latest_ms: int) -> int:
    """The first entry that is later; times never decrease, so a few pages tell."""
    pages = range(-(-size // PAGE))
    page = max(0, bisect_right(pages, latest_ms, key=lambda at: _times(source, at, size)[0]) - 1)
    within = bisect_right(_times(source, page, size), latest_ms)
    return page * PAGE + within


def _times(source: Source, page: int, size: int) -> list[int]:
    data = source.entry_page(page * PAGE, min((page + 1) * PAGE, size)).data
    return [read_entry(item).at_ms for item in data]
