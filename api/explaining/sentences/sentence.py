"""A sentence of one kind of command, in both languages."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sentence:
    """What a signature on a kind of command does: patterns as `api.explaining.pattern` reads them.

    “You” is whoever signs. `amount` is the path of the amount that the command is about, where it
    is about one: what a list of many is totalled by.
    """

    english: str
    chinese: str
    amount: str = ""
