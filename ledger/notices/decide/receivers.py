"""Which obligors receive their notices by entry: Civil Code 137, as each declares for itself."""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.notices.commands import DesignateReceiver, RevokeReceiver
from ledger.notices.events import Event, ReceiverDesignated, ReceiverRevoked
from ledger.notices.records import Designation
from ledger.parties.commands import Role
from ledger.receivables.decide.checks import need_role, only


def designate(
    book: Reader, command: DesignateReceiver, by: Signer, at_ms: int
) -> tuple[Event, ...]:
    """The obligor receives by entry from now on."""
    need_role(by, Role.OBLIGOR)
    refuse_if(
        any(item.until_ms is None for item in book.find(Designation, obligor=by.party)),
        RefusalCode.RECEIVER_IS_DESIGNATED,
        "This ledger receives notices for the obligor already.",
    )
    designated = ReceiverDesignated(
        designation=by.new_id("dsg"),
        obligor=by.party,
        declaration=command.declaration,
        at_ms=at_ms,
    )
    return (designated,)


def revoke(book: Reader, command: RevokeReceiver, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The obligor no longer does; what arrived has arrived."""
    designation = need(book, Designation, command.designation, "/body/designation")
    only(designation.obligor, by, "obligor")
    refuse_if(
        designation.until_ms is not None,
        RefusalCode.DESIGNATION_IS_REVOKED,
        f"{designation.id} was revoked before.",
    )
    return (ReceiverRevoked(designation=designation.id, at_ms=at_ms),)
