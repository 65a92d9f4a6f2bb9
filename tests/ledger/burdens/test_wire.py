"""The wire form: what is sealed in each command, and that it is read back as it was written."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import canonical
from ledger.burdens import commands as b
from ledger.model.codec import WireForm, field_classes, read, write
from ledger.model.records import make_id
from tests.support.burdening import offer, order, part
from tests.support.world import NOW, World, digest

SEALED = {
    b.ProposeEncumbrance: {"secured_party", "amount", "share_ppm"},
    b.ReleaseEncumbrance: {"parts/amount"},
    b.RecordFreeze: {"debtor", "court", "case", "amount", "parts/amount"},
    b.LiftFreeze: {"parts/amount"},
}
KINDS = tuple(b.Command.__args__)
DIGITS = {"CNY": 2}.get


@pytest.mark.parametrize("kind", KINDS)
def test_amounts_parties_and_the_court_are_sealed(kind: type) -> None:
    """Exactly these fields are confidential; all others are open."""
    assert field_classes(kind) == dict.fromkeys(SEALED.get(kind, set()), "confidential")


def _commands() -> list[Any]:
    world = World()
    holding = world.held()
    name = make_id("enc", "anybody", "jti")
    freeze = make_id("frz", "anybody", "jti")
    parts = tuple(part(holding, 1) for _ in range(80))
    return [
        offer(holding, 1, behind=name),
        offer(holding, None, share_ppm=1_000_000),
        b.AcceptEncumbrance(encumbrance=name, accepts=digest("proposal")),
        b.RejectEncumbrance(encumbrance=name),
        b.RescindEncumbrance(encumbrance=name),
        b.ReleaseEncumbrance(encumbrance=name),
        b.ReleaseEncumbrance(encumbrance=name, parts=parts),
        order(world, *parts),
        b.RenewFreeze(freeze=freeze, order=digest("on"), until_ms=NOW),
        b.LiftFreeze(freeze=freeze, order=digest("off"), parts=parts),
    ]


def _seal(command: Any) -> tuple[dict[str, Any], dict[str, tuple[str, Any]]]:
    disclosures: dict[str, tuple[str, Any]] = {}

    def sealer(name: str, value: Any) -> str:
        sealed = digest(f"{len(disclosures)}")
        disclosures[sealed] = (name, value)
        return sealed

    return write(command, WireForm(DIGITS, {}, sealer)), disclosures


def test_every_command_survives_the_wire() -> None:
    """Written, sealed, encoded and read again it is the same; eighty parts fit an entry."""
    commands = _commands()
    assert {type(command) for command in commands} == set(KINDS)
    for command in commands:
        tree, disclosures = _seal(command)
        data = canonical.encode(tree)
        assert len(data) < 12 * 1024
        again = canonical.decode(data)
        assert read(type(command), again, WireForm(DIGITS, disclosures), "/body") == command
