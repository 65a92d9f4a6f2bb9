"""The wire form: what is sealed in each command, and that it is read back as it was written."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from ledger import canonical
from ledger.errors import Refused
from ledger.model.codec import WireForm, field_classes, read, write
from ledger.receivables import commands as c
from tests.support.world import (
    TERMS,
    World,
    cny,
    digest,
    issue,
    line,
    party,
    propose,
    register,
    split,
)

CLAIM = {"invoices/facts", "invoices/used", "contract", "clause", "long_term_reason", "late_ppm"}
SEALED = {
    c.RegisterReceivable: {"obligor", *CLAIM},
    c.ProposeIssue: {"creditor", "terms/paying_agent", *CLAIM},
    c.Acknowledge: {"amount", "terms/paying_agent"},
    c.SplitHolding: {"children/amount"},
    c.ProposeTransfer: {"to", "consideration"},
    c.AttestInvoiceStatus: {"reduced"},
}
EVERYTHING: dict[str, Any] = {
    "contract": "C-1",
    "documents": tuple(
        c.Document(kind=kind, digest=digest(f"{kind}{n}"))
        for kind in c.DocumentKind
        for n in range(4)
    ),
    "sizes": c.Sizes(creditor=c.Size.MICRO, obligor=c.Size.PUBLIC),
    "tranche": c.Tranche.RETENTION,
    "clause": "clause 12.3",
    "long_term_reason": "warranty period of one year",
    "late_ppm": 500,
}
KINDS = tuple(c.Command.__args__)
DIGITS = {"CNY": 2}.get


@pytest.mark.parametrize("kind", KINDS)
def test_amounts_numbers_and_counterparties_are_sealed(kind: type) -> None:
    """Exactly these fields are confidential; all others are open."""
    assert field_classes(kind) == dict.fromkeys(SEALED.get(kind, set()), "confidential")


def _commands() -> list[Any]:
    world = World()
    holding = world.held()
    transfer = world.propose("supplier", holding, "second")
    registered, proposed = world.register(line("A")), world.issue(line("B"))
    agent = replace(TERMS, pay_to=c.PayTo.PAYING_AGENT, paying_agent=party("bank"))
    reason = c.RejectReason.PRICE
    return [
        replace(register(line(code="1100", prepaid=cny(1), type="380")), contract="C-1"),
        replace(issue(replace(line(), document=digest("pdf"))), terms=agent),
        replace(register(line()), **EVERYTHING),
        c.SignForIssue(receivable=proposed.id, accepts=proposed.proposal),
        c.DeclineIssue(receivable=proposed.id, reason=reason),
        c.RequestAcknowledgement(receivable=registered.id),
        c.Acknowledge(
            receivable=registered.id,
            accepts=registered.proposal,
            amount=cny(1),
            due=registered.due,
            terms=agent,
        ),
        c.RejectReceivable(receivable=registered.id, reason=reason),
        c.WithdrawReceivable(receivable=registered.id),
        split(holding, 1, 2),
        replace(propose(holding, "second", world.at_ms), consideration=cny(5)),
        c.AcceptTransfer(transfer=transfer.id, accepts=transfer.proposal),
        c.RejectTransfer(transfer=transfer.id),
        c.RescindTransfer(transfer=transfer.id),
        c.AttestInvoiceStatus(
            invoice=registered.uses[0].invoice,
            status=c.InvoiceStatus.PART_RED,
            provider="tax-office",
            provided_ms=world.at_ms,
            response=digest("answer"),
            reduced=cny(1),
        ),
    ]


def _seal(command: Any) -> tuple[dict[str, Any], dict[str, tuple[str, Any]]]:
    disclosures: dict[str, tuple[str, Any]] = {}

    def sealer(name: str, value: Any) -> str:
        sealed = digest(f"{len(disclosures)}")
        disclosures[sealed] = (name, value)
        return sealed

    return write(command, WireForm(DIGITS, {}, sealer)), disclosures


def test_every_command_survives_the_wire() -> None:
    """Written, sealed, encoded and read again it is the same command."""
    commands = _commands()
    assert {type(command) for command in commands} == set(KINDS)
    for command in commands:
        tree, disclosures = _seal(command)
        again = canonical.decode(canonical.encode(tree))
        assert read(type(command), again, WireForm(DIGITS, disclosures), "/body") == command


def test_a_full_command_of_each_kind_fits_an_entry() -> None:
    """Twenty invoice lines, or a hundred children, stay well under 16 KiB of canonical JSON."""
    largest = [
        replace(
            register(*(replace(line(f"N-{n}"), document=digest("pdf")) for n in range(20))),
            **EVERYTHING,
        ),
        c.SplitHolding(
            holding="hld_" + "a" * 26,
            children=tuple(c.Child(amount=cny(100)) for _ in range(100)),
        ),
    ]
    for command in largest:
        assert len(canonical.encode(_seal(command)[0])) < 12 * 1024


@pytest.mark.parametrize(
    ("command", "place"),
    [
        (register(), "/body/invoices"),
        (register(*(line(f"N-{n}") for n in range(21))), "/body/invoices"),
        (register(line(used=0)), "/body/invoices/0/facts/gross"),
        (register(replace(line(), used=cny(-1))), "/body/invoices/0/used"),
        (register(line(prepaid=cny(-1))), "/body/invoices/0/facts/prepaid"),
        (register(line(number="A\u202eB")), "/body/invoices/0/facts/number"),
        (replace(register(line()), obligor="core"), "/body/obligor"),
    ],
)
def test_fields_out_of_bounds_are_refused_where_they_stand(command: Any, place: str) -> None:
    """Counts, signs, invisible characters and ids are judged before any rule."""
    tree, disclosures = _seal(command)
    with pytest.raises(Refused) as caught:
        read(type(command), tree, WireForm(DIGITS, disclosures), "/body")
    assert (caught.value.code.value, caught.value.place) == ("field_invalid", place)
