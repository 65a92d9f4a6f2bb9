"""The single-file verifier as bytes: what an export carries for whoever has nothing of ours."""

from __future__ import annotations

from importlib.resources import files

from ledger.audit.folder import VERIFIER


def verifier_file() -> bytes:
    """The verifier as the package ships it, to be copied and never to be imported."""
    return (files("api.verifier") / VERIFIER).read_bytes()
