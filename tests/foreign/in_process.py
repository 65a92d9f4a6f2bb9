"""Foreign verifiers that are Python packages, behind one small interface.

`metamorphic-log` is Rust in a wheel; `tlog-scales` is Python. Neither shares code with this
project or with the other. Each raises its own error when it refuses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import metamorphic_log
from cryptography.exceptions import InvalidSignature
from tlog_scales.signing import Vkey
from tlog_scales.tlog import (
    Checkpoint,
    ConsistencyProof,
    ConsistencyProofInvalid,
    InclusionProof,
    InclusionProofInvalid,
)

REFUSALS = (
    metamorphic_log.VerifyError,
    ConsistencyProofInvalid,
    InclusionProofInvalid,
    InvalidSignature,
    RuntimeError,
    ValueError,
)
"""What the packages raise when they refuse."""


class Verifier(Protocol):
    """Opens signed heads and checks proofs under them; refuses by raising one of `REFUSALS`."""

    def head(self, note: str, vkey: str) -> tuple[str, int, bytes]:
        """Origin, size and root of a head that the key signed."""

    def inclusion(
        self, note: str, vkey: str, index: int, leaf: bytes, proof: Sequence[bytes]
    ) -> None:
        """The leaf is number `index` under the head."""

    def consistency(self, old: str, new: str, vkey: str, proof: Sequence[bytes]) -> None:
        """The tree of one head begins with that of the other."""


class Metamorphic:
    """`metamorphic-log`, with the forms that take the signed note, so that nothing is beside it."""

    def head(self, note: str, vkey: str) -> tuple[str, int, bytes]:
        """As `Verifier` says."""
        found = metamorphic_log.checkpoint_verify(note, [vkey])
        return found.origin, found.size, bytes(found.root)

    def inclusion(
        self, note: str, vkey: str, index: int, leaf: bytes, proof: Sequence[bytes]
    ) -> None:
        """As `Verifier` says."""
        metamorphic_log.checkpoint_verify_inclusion(note, [vkey], index, leaf, list(proof))

    def consistency(self, old: str, new: str, vkey: str, proof: Sequence[bytes]) -> None:
        """As `Verifier` says."""
        metamorphic_log.checkpoint_verify_consistency(old, new, [vkey], list(proof))


class Scales:
    """`tlog-scales`: size and root are taken from the head that it verified."""

    def head(self, note: str, vkey: str) -> tuple[str, int, bytes]:
        """As `Verifier` says."""
        found = self._open(note, vkey)
        return found.origin, found.size, found.root_hash

    def inclusion(
        self, note: str, vkey: str, index: int, leaf: bytes, proof: Sequence[bytes]
    ) -> None:
        """As `Verifier` says."""
        found = self._open(note, vkey)
        InclusionProof(index, found.size, list(proof)).check(leaf, found.root_hash)

    def consistency(self, old: str, new: str, vkey: str, proof: Sequence[bytes]) -> None:
        """As `Verifier` says."""
        first, second = self._open(old, vkey), self._open(new, vkey)
        growth = ConsistencyProof(first.size, second.size, list(proof))
        growth.check(first.root_hash, second.root_hash)

    def _open(self, note: str, vkey: str) -> Checkpoint:
        head = Checkpoint.from_text(note)
        head.verify(Vkey.from_string(vkey))
        return head


VERIFIERS: dict[str, Verifier] = {"metamorphic-log": Metamorphic(), "tlog-scales": Scales()}
