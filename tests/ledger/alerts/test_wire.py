"""The wire form of the commands about alerts."""

from __future__ import annotations

from typing import Any

import pytest

from ledger import canonical
from ledger.alerts import commands as a
from ledger.model.codec import WireForm, field_classes, read, write
from tests.support.wire import seal
from tests.support.world import digest

ALERT = "alt_" + "a" * 26
COMMANDS = (
    a.CloseAlert(alert=ALERT, evidence=digest("finding")),
    a.DispositionAlert(alert=ALERT, verdict=a.Verdict.DECLINED, evidence=digest("review")),
)
SEALED = {a.DispositionAlert: {"alert", "verdict"}}


@pytest.mark.parametrize("kind", a.Command.__args__)
def test_only_what_a_financier_thinks_is_sealed(kind: type) -> None:
    """Which alert was closed is open; what a reviewer looked at, and makes of it, is its own."""
    assert field_classes(kind) == dict.fromkeys(SEALED.get(kind, set()), "confidential")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_survives_the_wire(command: Any) -> None:
    """Written, sealed, encoded and read again it is the same command."""
    tree, disclosures = seal(command)
    again = canonical.decode(canonical.encode(tree))
    assert read(type(command), again, WireForm({}.get, disclosures), "/body") == command
    assert write(command)["evidence"] == command.evidence
