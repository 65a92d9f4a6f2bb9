"""The golden ledgers: where they are, and what they must contain."""

from __future__ import annotations

import typing
from pathlib import Path

from ledger.vocabulary import Event

FOLDER = Path(__file__).parent / "golden"
EVENTS = frozenset(kind.__name__ for kind in typing.get_args(Event)) - {"RulesAdopted"}
"""The name of every kind of event; this build has no second set of rules to adopt."""
