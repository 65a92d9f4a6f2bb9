"""The ids of what commands make, worked out anew for the toy ledger."""

from __future__ import annotations

import base64
import hashlib

from tests.support.actors import Said


def made_id(said: Said, prefix: str, ordinal: int = 0) -> str:
    """The id that a command gives to what it makes, worked out anew."""
    seed = f"duebill.id.v1\n{prefix}\n{said.party}\n{said.jti}\n{ordinal}".encode()
    short = hashlib.sha256(seed).digest()[:16]
    return f"{prefix}_{base64.b32encode(short).decode().rstrip('=').lower()}"
