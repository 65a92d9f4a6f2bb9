"""Corrections: a party cites its own mistake and its own later commands, and edits nothing."""

from __future__ import annotations

from msgspec.structs import replace

from ledger.changes.commands import CorrectionCode, RecordCorrection
from ledger.changes.records import Correction
from ledger.parties.records import Spent, spent_id
from tests.support.changing import Changing
from tests.support.world import digest, party, refusal

IDS = [f"019b7c9e-0d00-7000-8000-{number:012x}" for number in range(4)]


def said(market: Changing, name: str, jti: str, seq: int) -> None:
    """The party has said something, in that entry."""
    spent = Spent(id=spent_id(party(name), jti), last_seq=seq, payload=digest(jti))
    market.book.records[Spent, spent.id] = spent


def correction(wrong: str, *right: str) -> RecordCorrection:
    """The command that corrects."""
    return RecordCorrection(
        jti=wrong,
        payload=digest(wrong),
        code=CorrectionCode.AMOUNT,
        reason=digest("reason"),
        compensated_by=right,
    )


def test_a_correction_names_both_entries() -> None:
    """What was wrong and what makes it good, by their numbers in the log; once."""
    market = Changing()
    for place, seq in enumerate((3, 5, 9)):
        said(market, "supplier", IDS[place], seq)
    market.do("supplier", correction(IDS[0], IDS[1], IDS[2]))
    (found,) = market.book.all(Correction)
    assert (found.entry, found.compensated_by) == (3, (5, 9))
    assert (found.by, found.payload) == (party("supplier"), digest(IDS[0]))
    again = correction(IDS[0], IDS[2])
    assert refusal(market.do, "supplier", again) == "command_is_corrected"


def test_nobody_corrects_for_somebody_else_or_with_what_came_before() -> None:
    """Id and payload are the party's own; what makes it good is its own, too, and later."""
    market = Changing()
    said(market, "supplier", IDS[0], 3)
    said(market, "supplier", IDS[1], 2)
    said(market, "second", IDS[2], 7)
    for by, command, code in (
        ("second", correction(IDS[0], IDS[2]), "corrected_command_differs"),
        ("supplier", correction(IDS[3], IDS[0]), "corrected_command_differs"),
        (
            "supplier",
            replace(correction(IDS[0], IDS[1]), payload=digest("other")),
            "corrected_command_differs",
        ),
        ("supplier", correction(IDS[0], IDS[1]), "compensation_is_missing"),
        ("supplier", correction(IDS[0], IDS[0]), "compensation_is_missing"),
        ("supplier", correction(IDS[0], IDS[2]), "compensation_is_missing"),
    ):
        assert refusal(market.do, by, command) == code
    assert not list(market.book.all(Correction))
