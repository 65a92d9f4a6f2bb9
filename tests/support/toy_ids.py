"""Ids of what commands make and parts of a whole, worked out anew for the toy ledger."""

from __future__ import annotations

import base64
import hashlib
from fractions import Fraction

from tests.support.actors import Said


def made_id(said: Said, prefix: str, ordinal: int = 0) -> str:
    """The id that a command gives to what it makes, worked out anew."""
    seed = f"duebill.id.v1\n{prefix}\n{said.party}\n{said.jti}\n{ordinal}".encode()
    short = hashlib.sha256(seed).digest()[:16]
    return f"{prefix}_{base64.b32encode(short).decode().rstrip('=').lower()}"


def shared(total: int, weights: list[int]) -> list[int]:
    """`total` in proportion to `weights`: the largest remainders get what rounding left, worked
    out anew.
    """
    exact = [Fraction(total * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in exact]
    for place in sorted(range(len(exact)), key=lambda item: (parts[item] - exact[item], item)):
        if sum(parts) < total:
            parts[place] += 1
    return parts
