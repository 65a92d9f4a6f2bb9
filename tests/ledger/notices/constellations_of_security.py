"""Constellations with security that both sides signed on this ledger; read as the others are."""

from __future__ import annotations

from ledger.notices.commands import InterestKind
from tests.ledger.notices.shapes import Claim, Constellation, Filed, Told

PLEDGE, FIDUCIARY = InterestKind.PLEDGE, InterestKind.FIDUCIARY

SECURITY = (
    Constellation(
        "Security given here ranks by its filing, for its amount.",
        "1 rival 3000 filed | 2 financier 6000 filed | 3 supplier 1000 rest",
        (
            Claim("financier", PLEDGE, filed=(Filed(8),), amount=60_00, here=True),
            Claim("rival", filed=(Filed(5, amount=30_00),)),
        ),
    ),
    Constellation(
        "A pledge given here that nobody filed does not exist.",
        "1 supplier 10000 alone | 0 financier 0 void",
        (Claim("financier", PLEDGE, amount=60_00, here=True),),
    ),
    Constellation(
        "Title in trust by share, told and not filed, comes before one that nobody was told of.",
        "1 rival 3334 notified | 2 financier 6000 neither | 3 supplier 666 rest",
        (
            Claim("financier", FIDUCIARY, amount=60_00, here=True),
            Claim("rival", FIDUCIARY, told=(Told(9),), share_ppm=333_333, here=True),
        ),
    ),
    Constellation(
        "Who gives way by agreement comes right behind, though it filed before.",
        "1 financier 6000 filed | 2 rival 3000 gives_way | 3 house 1000 filed"
        " | 4 supplier 0 rest empty",
        (
            Claim("financier", PLEDGE, filed=(Filed(8),), amount=60_00, here=True),
            Claim("rival", PLEDGE, filed=(Filed(5),), amount=30_00, here=True, behind="financier"),
            Claim("house", filed=(Filed(9),)),
        ),
    ),
    Constellation(
        "Giving way moves nobody forward: who filed later stays behind.",
        "1 financier 6000 filed | 2 house 4000 filed | 3 rival 0 filed empty"
        " | 4 supplier 0 rest empty",
        (
            Claim("financier", PLEDGE, filed=(Filed(4),), amount=60_00, here=True),
            Claim("rival", PLEDGE, filed=(Filed(9),), amount=30_00, here=True, behind="financier"),
            Claim("house", filed=(Filed(6),)),
        ),
    ),
)
"""Filed and unfiled, told and untold, by amount and by share, and giving way by agreement."""
