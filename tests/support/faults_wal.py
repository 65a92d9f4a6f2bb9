"""Ways in which a write-ahead log can be torn, as a disk does it: one fault at one place.

The layout is that of https://sqlite.org/fileformat2.html#the_write_ahead_log: a header of 32
bytes, then frames of a 24-byte header and one page.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

HEADER, FRAME_HEADER, PAGE, SECTOR = 32, 24, 4_096, 512
FRAME = FRAME_HEADER + PAGE


def truncated(data: bytes, random: Random) -> bytes:
    """The file ends at some byte."""
    return data[: random.randrange(len(data))]


def flipped(data: bytes, random: Random) -> bytes:
    """One bit is another."""
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def swapped(data: bytes, random: Random) -> bytes:
    """Two frames have changed places."""
    one, other = sorted(random.sample(range((len(data) - HEADER) // FRAME), 2))
    first, second = (slice(HEADER + n * FRAME, HEADER + (n + 1) * FRAME) for n in (one, other))
    return b"".join(
        [
            data[: first.start],
            data[second],
            data[first.stop : second.start],
            data[first],
            data[second.stop :],
        ]
    )


def zeroed(data: bytes, random: Random) -> bytes:
    """One sector was never written."""
    at = random.randrange(len(data) // SECTOR) * SECTOR
    return data[:at] + bytes(SECTOR) + data[at + SECTOR :]


def repeated(data: bytes, random: Random) -> bytes:
    """A frame was written where another belongs, too."""
    one, other = random.sample(range((len(data) - HEADER) // FRAME), 2)
    here, there = HEADER + one * FRAME, HEADER + other * FRAME
    return data[:there] + data[here : here + FRAME] + data[there + FRAME :]


TEARS: tuple[Callable[[bytes, Random], bytes], ...] = (
    truncated,
    flipped,
    swapped,
    zeroed,
    repeated,
)
