"""In which order faults of one entry are named: the table of docs/spec/audit.md, as code.

The rank of a finding follows from its level and its code. The audit's own words stand here, each
with the ranks under which it may occur; a refusal code has the rank of where it was met.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final


class Level(Enum):
    """How deep to look; each level includes those before it."""

    STRUCTURE = "structure"
    MERKLE = "merkle"
    SIGNATURES = "signatures"
    RULES = "rules"

    @property
    def depth(self) -> int:
        """0 to 3."""
        return _DEPTHS[self]


_DEPTHS: Final = {level: depth for depth, level in enumerate(Level)}


class Rank(Enum):
    """What a fault is a fault of. Within an entry, the ranks stand in this order."""

    FORM = "form"
    ORDER = "order"
    BESIDE = "beside"
    TILE = "tile"
    TREE = "tree"
    CHECKPOINT = "checkpoint"
    SIGNATURE = "signature"
    RULE = "rule"
    RECORD = "record"

    @property
    def number(self) -> int:
        """Its place, from 0."""
        return _NUMBERS[self]

    @property
    def level(self) -> Level:
        """The level that looks for it."""
        return _LEVELS[self]


_NUMBERS: Final = {rank: number for number, rank in enumerate(Rank)}
_LEVELS: Final = {
    Rank.FORM: Level.STRUCTURE,
    Rank.ORDER: Level.STRUCTURE,
    Rank.BESIDE: Level.STRUCTURE,
    Rank.TILE: Level.MERKLE,
    Rank.TREE: Level.MERKLE,
    Rank.CHECKPOINT: Level.MERKLE,
    Rank.SIGNATURE: Level.SIGNATURES,
    Rank.RULE: Level.RULES,
    Rank.RECORD: Level.RULES,
}

OWN: Final[Mapping[str, tuple[Rank, ...]]] = {
    "entries_missing": (Rank.FORM, Rank.TREE),
    "unreadable": tuple(rank for rank in Rank if rank is not Rank.ORDER),
    "entry_rewritten": (Rank.ORDER,),
    "irregular": (Rank.BESIDE, Rank.RECORD),
    "disclosure_stray": (Rank.BESIDE,),
    "tile_differs": (Rank.TILE,),
    "entries_beyond_checkpoint": (Rank.TREE,),
    "root_differs": (Rank.TREE,),
    "checkpoint_missing": (Rank.CHECKPOINT,),
    "log_key_missing": (Rank.CHECKPOINT,),
    "entry_after_cosignature": (Rank.CHECKPOINT,),
    "log_went_back": (Rank.CHECKPOINT,),
    "log_forked": (Rank.CHECKPOINT,),
    "growth_unproven": (Rank.CHECKPOINT,),
    "entries_changed": (Rank.SIGNATURE, Rank.RULE),
    "document_differs": (Rank.RULE,),
    "document_stray": (Rank.RULE,),
    "command_repeated": (Rank.RULE,),
    "rules_differ": (Rank.RULE,),
    "effects_differ": (Rank.RULE,),
    "invariant_contradicted": (Rank.RULE,),
    "record_missing": (Rank.RECORD,),
    "record_differs": (Rank.RECORD,),
    "record_stray": (Rank.RECORD,),
}
"""The audit's own words, and of what rank a finding under each may be."""

SPECIAL: Final[Mapping[str, Rank]] = {
    "entry_out_of_order": Rank.ORDER,
    "tile_malformed": Rank.TILE,
}
"""Refusal codes that have one rank wherever they are met at its level."""

_USUAL: Final = {
    Level.STRUCTURE: Rank.FORM,
    Level.MERKLE: Rank.CHECKPOINT,
    Level.SIGNATURES: Rank.SIGNATURE,
    Level.RULES: Rank.RULE,
}
"""The rank of a refusal code that was met at a level and not said otherwise."""


def rank_of(level: Level, code: str, said: Rank | None = None) -> Rank:
    """The rank of a finding; `said` by whoever met it, where the code leaves it open."""
    if said is not None:
        return said
    special = SPECIAL.get(code)
    ranks = OWN.get(code, () if special is None else (special,))
    return next((rank for rank in ranks if rank.level is level), _USUAL[level])
