"""One flipped bit anywhere in an exported log: the audit reports it, and never raises.

In the usual run one bit of every byte is flipped, chosen by a seed; the long run flips them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from ledger import canonical
from ledger.audit.findings import Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.run import audit
from ledger.chain.note import NoteKey
from ledger.chain.trust import trust_in
from ledger.parties.commands import Role, SetApproval
from ledger.policy.commands import AdoptPolicy, Caps, Clocks, CurrencyDigits
from ledger.store.records import temporary_records
from tests.support import having as h
from tests.support.actors import Stage, digest, open_stage
from tests.support.founding import enrol, open_ledger

SHARES = 8
"""Into so many parts the flips are divided, for several processes to take."""
SHORT_CALENDAR = canonical.encode(
    {
        "first": "2026-01-01",
        "holidays": [],
        "id": "c",
        "last": "2026-12-31",
        "weekend": [7],
        "working_weekends": [],
    }
)


class Exported(FolderSource):
    """An exported log held in memory, in which one file may read otherwise."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        paths = sorted(path for path in folder.rglob("*") if path.is_file())
        self.files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
        self.changed: dict[str, bytes] = {}

    def _read(self, place: str) -> bytes:
        return self.changed.get(place) or self.files[place]


def _small_policy() -> AdoptPolicy:
    return AdoptPolicy(
        currencies=(CurrencyDigits(code="CNY", digits=2),),
        identifiers=(),
        calendar=digest(SHORT_CALENDAR.decode()),
        roll="following",
        rounding="half_up",
        caps=Caps(
            children=2,
            open_holdings=2,
            hops=1,
            term_months=12,
            smallest_split_minor=1,
            soft_term_months=12,
        ),
        clocks=Clocks(
            issue_days=1,
            acknowledge_days=1,
            transfer_days=1,
            lock_days=1,
            obligor_key_hours=0,
            recovery_hours=72,
            status_hours=24,
            search_hours=24,
            discharge_days=10,
            suspend_days=30,
            default_days=90,
            remind_days=(30, 7, 1),
        ),
    )


def _tell(s: Stage) -> None:
    """Twelve short entries: a claim among them, with its sealed fields."""
    h.sure(open_ledger(s))
    h.sure(s.do("operator", _small_policy(), documents=[SHORT_CALENDAR]))
    h.sure(enrol(s, "core", [Role.OBLIGOR], ["a"]))
    h.sure(enrol(s, "first", [Role.SUPPLIER], ["a"]))
    h.sure(s.do("first", h.claim(s)))
    for _ in range(7):
        h.sure(s.do("first", SetApproval(tiers=())))


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[Exported, list[NoteKey]]:
    """A log of twelve entries, exported, with the key that its auditor knows."""
    folder = tmp_path_factory.mktemp("log")
    with open_stage(folder, 1) as s:
        _tell(s)
        assert export_log(s.store, folder / "export", s.log_keys) == 12
        return Exported(folder / "export"), s.log_keys


def verdict(source: Exported, keys: list[NoteKey]) -> Verdict:
    """What the public audit says, at its deepest level."""
    return audit(source, temporary_records, trust=trust_in(keys)).verdict


def checked(source: Exported) -> list[str]:
    """The files that an audit rests on. The policy file is the auditor's own."""
    return [place for place in source.files if place != "policy"]


def flips(source: Exported, share: int, *, every: bool) -> Iterator[tuple[str, int, int]]:
    """(file, byte, bit) of this share: all of them, or one of each byte."""
    data = Random(share)  # noqa: S311 - the same flips in every run
    number = 0
    for place in checked(source):
        for at in range(len(source.files[place])):
            number += 1
            if number % SHARES == share:
                for bit in range(8) if every else [data.randrange(8)]:
                    yield place, at, bit


def unnoticed(source: Exported, keys: list[NoteKey], share: int, *, every: bool) -> list[str]:
    """The flips after which the audit still says clean."""
    found = []
    for place, at, bit in flips(source, share, every=every):
        data = bytearray(source.files[place])
        data[at] ^= 1 << bit
        source.changed = {place: bytes(data)}
        if verdict(source, keys) is Verdict.CLEAN:
            found.append(f"{place} byte {at} bit {bit}")
    source.changed = {}
    return found


def test_the_untouched_log_is_clean(log: tuple[Exported, list[NoteKey]]) -> None:
    """And every kind of file is there to be flipped."""
    source, keys = log
    assert verdict(source, keys) is Verdict.CLEAN
    kinds = {place.split("/")[0] for place in checked(source)}
    assert kinds == {"checkpoint", "disclosures", "documents", "tile"}


@pytest.mark.parametrize("share", range(SHARES))
def test_a_flipped_bit_of_every_byte(log: tuple[Exported, list[NoteKey]], share: int) -> None:
    """Entries, tiles, disclosures, rule documents, signed head: one bit is enough."""
    assert unnoticed(*log, share, every=False) == []


@pytest.mark.long
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("share", range(SHARES))
def test_every_flipped_bit(log: tuple[Exported, list[NoteKey]], share: int) -> None:
    """All bits of all files."""
    assert unnoticed(*log, share, every=True) == []
