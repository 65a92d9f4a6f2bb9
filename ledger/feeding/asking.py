"""What a witness may answer a log (C2SP `tlog-witness`), as bytes.

An answer is a stranger's: its size is bounded where it is read, and nothing in it counts before
it was verified with the key that the operator's policy file names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.chain.note import NoteKey, open_note
from ledger.errors import RefusalCode, Refused
from ledger.witness.request import SIZE_TYPE

LARGEST_ANSWER = 65_536
"""Bytes of an answer that are read: 16 cosignatures of the largest kind."""
MOST_ANSWERED = 16
"""Lines of an answer that are looked at."""
CLOCK_SKEW_S = 300
"""Seconds by which the time of a fresh cosignature may differ from ours, either way."""

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")


@dataclass(frozen=True, slots=True)
class Answer:
    """A witness's HTTP answer: its status, the media type and the bytes that were read."""

    status: int
    media_type: str
    body: bytes


def told_size(answer: Answer) -> int | None:
    """The size that a 409 answer says the witness has; None where it says none."""
    match = _SIZE.fullmatch(answer.body)
    if answer.status != 409 or answer.media_type != SIZE_TYPE or match is None:
        return None
    return int(match[1])


def cosignature_in(answer: Answer, body: str, key: NoteKey, now_s: int) -> str:
    """The line in an answer that is the cosignature of `key` over the checkpoint `body`.

    Lines of other keys are ignored. Raises `Refused`: `note_not_signed_by_known_key` where there
    is none; `signature_invalid` where it does not verify, or was made at another time than now.
    """
    text = answer.body.decode("utf-8", "surrogateescape")
    for line in text.splitlines(keepends=True)[:MOST_ANSWERED]:
        try:
            note = open_note(f"{body}\n{line}", [key])
        except Refused as refused:
            if refused.code is RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY:
                continue
            raise
        if abs(note.cosigned[key] - now_s) > CLOCK_SKEW_S:
            raise Refused(
                RefusalCode.SIGNATURE_INVALID,
                f"The cosignature was made {note.cosigned[key] - now_s:+} seconds from now.",
            )
        return line
    raise Refused(
        RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY, f"The answer has no cosignature of {key.name}."
    )
