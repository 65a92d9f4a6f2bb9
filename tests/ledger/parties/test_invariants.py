"""Each invariant of keys and people finds the fault that it is there for."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from ledger.model.jwk import Jwk
from ledger.parties import events as e
from ledger.parties.commands import Assurance
from ledger.parties.invariants import INVARIANTS
from ledger.parties.records import Delegation, Key, Manifest
from tests.support.memory_book import MemoryBook
from tests.support.world import cny, digest


def book() -> MemoryBook:
    """Two people of a party, of whom one has a limited key, and a list that both signed."""
    made = MemoryBook()
    made.apply(
        e.KeyBound(
            kid=kid,
            party=party,
            person=person,
            key=Jwk(crv="Ed25519", kty="OKP", x=digest(kid)),
            assurance=Assurance.OPERATOR_VOUCHED,
            evidence=digest(kid),
            from_ms=0,
        )
        for kid, party, person in (("a", "one", "ann"), ("b", "one", "bob"), ("c", "two", "ann"))
    )
    granted = e.DelegationGranted(
        delegation="dlg_1",
        party="one",
        kid="b",
        acts=("holding.split",),
        per_act=None,
        per_day=cny(10),
        until_ms=1,
    )
    used = e.DelegationUsed(delegation="dlg_1", day=date(2026, 1, 5), used=cny(10))
    signed = e.ManifestSigned(
        manifest="man_1",
        party="one",
        jti="j",
        root=digest("root"),
        count=1,
        kids=("a", "b"),
        persons=("ann", "bob"),
    )
    made.apply([granted, used, signed])
    return made


def _findings(of: MemoryBook) -> dict[str, list[str]]:
    return {check.__name__: check(of) for check in INVARIANTS}


FAULTS: list[tuple[str, type[Any], str, dict[str, Any]]] = [
    ("invariant_17_delegations", Delegation, "dlg_1", {"used": cny(11)}),
    ("invariant_17_delegations", Delegation, "dlg_1", {"per_day": None}),
    ("invariant_17_delegations", Delegation, "dlg_1", {"kid": "c"}),
    ("invariant_17_delegations", Key, "a", {"delegation": "dlg_2"}),
    ("invariant_17_manifests", Manifest, "man_1", {"kids": ("a", "c")}),
    ("invariant_17_manifests", Manifest, "man_1", {"persons": ("ann",)}),
    ("invariant_17_manifests", Key, "b", {"person": "ann"}),
]


@pytest.mark.parametrize(("name", "kind", "record_id", "fault"), FAULTS)
def test_a_planted_fault_is_found(
    name: str, kind: type[Any], record_id: str, fault: dict[str, Any]
) -> None:
    """The check of that name reports it, and names no record when all is well."""
    sound = book()
    assert not any(_findings(sound).values())
    sound.records[kind, record_id] = replace(sound.records[kind, record_id], **fault)
    assert _findings(sound)[name]


def test_every_invariant_has_a_planted_fault() -> None:
    """No check stands untested."""
    assert {name for name, *_ in FAULTS} == {check.__name__ for check in INVARIANTS}
