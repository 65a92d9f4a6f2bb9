"""A pack opens for its holder, verifies for anybody, and holds no fact of anybody else.

Random trees of splits, transfers, advances and payments; then every party asks for the pack of
every holding that concerns it, and all that can be read in it is searched for what others sealed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.sheet.page import check_sheet, pack_in, sheet
from api.verifier.duebill_verify import Policy, read_shown
from ledger.chain.entry import read_entry
from ledger.envelope import read_disclosure, read_envelope
from ledger.errors import Refused
from ledger.evidence import visible_digests
from ledger.financing.records import Financing
from ledger.packs.verify import VerifiedPack, verify_pack
from ledger.parties.state import Party
from ledger.receivables.records import Holding, HoldingState, Transfer
from tests.support.actors import Stage, open_stage
from tests.support.founding import PARTIES
from tests.support.packs import certificate, evidence, trusted
from tests.support.trees import grow

LONG = 7
"""Characters of an amount that is surely met once only: 1000.00 and more."""


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 10**6))
def test_packs_of_random_trees(seed: int) -> None:
    """For every holding and every party that it concerns; 404 for the others."""
    with tempfile.TemporaryDirectory() as folder, open_stage(Path(folder), seed) as stage:
        grow(stage, 16)
        sealed = dict(sealed_values(stage))
        opened = 0
        for item in stage.all(Holding):
            for name in PARTIES:
                if name != "auditor" and stage.parties[name] in (item.obligor, *item.chain):
                    check_pack(stage, item, name, sealed)
                    opened += 1
                elif name != "auditor" and not buys(stage, item, name):
                    with pytest.raises(Refused) as caught:
                        evidence(stage, item.id, name)
                    assert caught.value.code.value == "record_not_found"
        assert opened > len(stage.all(Holding))


def check_pack(stage: Stage, item: Holding, name: str, sealed: dict[str, set[str]]) -> None:
    """Sound, exactly what may be seen, nothing that others sealed; and so is its sheet."""
    pack = evidence(stage, item.id, name)
    found = verify_pack(pack.data(), trusted(stage))
    second = read_shown(pack.data(), Policy(trusted(stage).text().encode()))
    assert (second["holding"], second["facts"]) == (item.id, found.statement.facts)
    check_exact(stage, found, name)
    check_hands(stage, found)
    shown = {read_disclosure(text)[0] for entry in pack.entries for text in entry.disclosures}
    own = {value for digest in shown for value in sealed[digest]}
    told = readable(found)
    for digest, values in sealed.items():
        if digest not in shown:
            assert not {value for value in values - own if value in told}, (item.id, name)
    if stage.parties[name] == item.holder:
        assert found.statement.facts["holding"]["holder"] == item.holder
        assert "amount" in found.statement.facts["holding"]
    page = sheet(found)
    check_sheet(page, found)
    assert pack_in(page) == pack.data()
    if item.state is HoldingState.LOCKED and stage.parties[name] == item.holder:
        verify_pack(certificate(stage, item.id, name).data(), trusted(stage))


def check_exact(stage: Stage, found: VerifiedPack, name: str) -> None:
    """Of each entry the disclosures that the audience rules allow the party, all of them."""
    asker = stage.get(Party, stage.parties[name])
    for entry, packed in zip(found.entries, found.pack.entries, strict=True):
        kept = stage.store.disclosures(entry.seq, entry.seq + 1).get(entry.seq, ())
        envelope = read_envelope(read_entry(packed.data).command, tuple(kept))
        allowed = visible_digests(envelope, stage.store.records, asker)
        shown = {read_disclosure(text)[0] for text in packed.disclosures}
        assert shown == allowed


def check_hands(stage: Stage, found: VerifiedPack) -> None:
    """Each hand after the first came by an act between just these two, and none too early."""
    acts = {
        ("transfer", item.assignor, item.assignee, item.recourse.value)
        for item in stage.all(Transfer)
        if item.accepted_ms is not None
    } | {
        ("financing", item.holder, item.financier, item.recourse.value)
        for item in stage.all(Financing)
        if item.active_ms is not None
    }
    hands = found.statement.facts["hands"]
    for before, hand in pairwise(hands):
        assert (hand["by"], before["party"], hand["party"], hand["recourse"]) in acts
        assert before["title_at"] <= hand["title_at"]


def sealed_values(stage: Stage) -> Iterator[tuple[str, set[str]]]:
    """By digest the texts in a sealed field by which it would be known again."""
    for texts in stage.store.disclosures(0, stage.store.size()).values():
        for text in texts:
            digest, name, value = read_disclosure(text)
            yield digest, {text} | {item for item in leaves(value) if tells(name, item)}


def tells(name: str, text: str) -> bool:
    """Whether a text is met once only: a long amount, a name, a number."""
    amount = text.replace(".", "", 1).isdigit() and "." in text and len(text) >= LONG
    return amount or name in ("name", "number", "salt") or text.startswith("INV-")


def leaves(tree: Any) -> Iterator[str]:
    """Every text in a value."""
    if isinstance(tree, dict):
        for value in tree.values():
            yield from leaves(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from leaves(value)
    elif isinstance(tree, str):
        yield tree


def readable(found: VerifiedPack) -> set[str]:
    """Every text that can be read in a pack: facts, disclosures, payloads."""
    trees: list[Any] = [found.statement.facts, json.loads(found.pack.data())]
    trees += [envelope.payload for envelope in found.envelopes]
    trees += [list(envelope.disclosures.values()) for envelope in found.envelopes]
    return {text for tree in trees for text in leaves(json.loads(json.dumps(tree)))}


def buys(stage: Stage, item: Holding, name: str) -> bool:
    """Whether a holding is locked for a party's financing."""
    made = stage.store.records.get(Financing, [item.pending] if item.pending else [])
    return any(one.financier == stage.parties[name] for one in made.values())
