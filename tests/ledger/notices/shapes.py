"""The shapes of a constellation: claims, filings, notices and hands, by days and by names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ledger.notices.commands import InterestKind


class Filed(NamedTuple):
    """A filing: the registry's day, the day of the entry, expiry and discharge, and its bounds."""

    day: int
    entered: int = 40
    expires: int = 99
    discharged: int | None = None
    over: str = "holding"
    on: str | None = None
    amount: int | None = None


class Told(NamedTuple):
    """A notice: the day it arrived (None: it did not), and the day it was taken back."""

    day: int | None
    taken_back: int | None = None


@dataclass(frozen=True)
class Claim:
    """A right that `grantor` gave to `by`; `due` is what it financed.

    With `here` it is security that both signed on this ledger, `behind` whose it may be.
    """

    by: str
    kind: InterestKind = InterestKind.FACTORING
    filed: tuple[Filed, ...] = ()
    told: tuple[Told, ...] = ()
    amount: int | None = None
    share_ppm: int | None = None
    due: int = 50_00
    grantor: str = "supplier"
    asserted: bool = True
    withdrawn: bool = False
    over: str = "holding"
    here: bool = False
    behind: str | None = None


@dataclass(frozen=True)
class Step:
    """A transfer to `to`, or a financing by which title moved to it."""

    to: str
    day: int
    kind: InterestKind = InterestKind.ASSIGNMENT
    filed: tuple[Filed, ...] = ()
    told: tuple[Told, ...] = ()


class Constellation(NamedTuple):
    """What is on record, and the right answer."""

    title: str
    answer: str
    claims: tuple[Claim, ...] = ()
    steps: tuple[Step, ...] = ()
    receives_since: int | None = None
    is_part: bool = False
    frozen_until: tuple[int, ...] = ()
