"""Every kind of record there is, and the trace that each entry leaves among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from msgspec import Struct

from ledger.alerts import state as alerts_state
from ledger.burdens import records as burdens_records
from ledger.changes import records as changes_records
from ledger.conduct import records as conduct_records
from ledger.fees import state as fees_state
from ledger.financing import records as financing_records
from ledger.model.records import Record, snake
from ledger.notices import records as notices_records
from ledger.parties import records as parties_records
from ledger.parties import state as parties_state
from ledger.policy import state as policy_state
from ledger.ports import Records
from ledger.quotas import state as quotas_state
from ledger.receivables import records as receivables_records
from ledger.recourse import records as recourse_records
from ledger.settlement import records as settlement_records


class Touch(Struct, frozen=True, kw_only=True, gc=False):
    """What one entry changed: each record with the entry that had changed it before.

    So the history of a record is a chain that begins at its own `last_seq` and is read backwards;
    nothing is looked for, and what is written goes to the end of one table. In `records` stands,
    with blanks between, ``hld_…`` for a new record and ``hld_…@12`` for one that entry 12 changed.
    """

    PREFIX: ClassVar[str] = ""
    INDEXES: ClassVar[tuple[tuple[str, ...], ...]] = ()

    id: str
    last_seq: int = -1
    records: str

    def before(self) -> Mapping[str, int]:
        """Each record that the entry changed, with the entry before (-1: none)."""
        pairs = (item.partition("@") for item in self.records.split())
        return {record: int(seq or -1) for record, _, seq in pairs}


RECORDS: tuple[type[Any], ...] = (
    policy_state.Ledger,
    policy_state.Policy,
    parties_state.Party,
    parties_state.TakenIdentifier,
    parties_state.Key,
    parties_state.ApprovalRule,
    parties_state.Account,
    parties_state.Contact,
    parties_state.Delegation,
    parties_state.Recovery,
    parties_state.Manifest,
    parties_state.Spent,
    parties_records.Tidings,
    conduct_records.Suspension,
    conduct_records.Licence,
    conduct_records.Screening,
    conduct_records.Insolvency,
    alerts_state.Alert,
    alerts_state.Disposition,
    quotas_state.Membership,
    quotas_state.Quota,
    receivables_records.Invoice,
    receivables_records.Neighbours,
    receivables_records.Receivable,
    receivables_records.Holding,
    receivables_records.Transfer,
    receivables_records.Maturity,
    receivables_records.Owed,
    burdens_records.Encumbrance,
    burdens_records.Freeze,
    notices_records.Designation,
    notices_records.Notice,
    notices_records.Search,
    notices_records.Filing,
    notices_records.Assertion,
    financing_records.Programme,
    financing_records.Request,
    financing_records.Offer,
    financing_records.Financing,
    financing_records.Exposure,
    financing_records.StatementLine,
    fees_state.Fee,
    settlement_records.Payment,
    settlement_records.Costs,
    settlement_records.Instruction,
    settlement_records.Misdirected,
    settlement_records.Redemption,
    settlement_records.Surplus,
    changes_records.Dispute,
    changes_records.Change,
    changes_records.Ask,
    changes_records.TakenNote,
    changes_records.Claim,
    changes_records.Correction,
    recourse_records.RecourseClaim,
    recourse_records.RecoursePayment,
    recourse_records.WriteOff,
    recourse_records.Default,
    recourse_records.DebtRecovery,
    Touch,
)
"""Every kind of record: each is one derived table."""

BY_PREFIX = {kind.PREFIX: kind for kind in RECORDS if kind.PREFIX}
"""The kind of record that an id belongs to, by what stands before its underscore."""
BY_TABLE = {snake(kind.__name__): kind for kind in RECORDS}
"""The kind of record by the name of its table."""


def touch_id(seq: int) -> str:
    """Under which id the trace of an entry is kept: in the order of entries."""
    return f"{seq:016d}"


def history_of(records: Records, record_id: str) -> list[int]:
    """The entries that changed a record, in order; none where there is no such record."""
    kind = BY_PREFIX.get(record_id.partition("_")[0])
    record = records.get(kind, (record_id,)).get(record_id) if kind else None
    return changes_of(records, record) if record else []


def changes_of(records: Records, record: Record) -> list[int]:
    """The entries that changed a record, in order, read backwards from its own `last_seq`."""
    found: list[int] = []
    record_id, seq = record.id, record.last_seq
    while seq >= 0:
        found.append(seq)
        touch = records.get(Touch, (touch_id(seq),)).get(touch_id(seq))
        seq = touch.before().get(record_id, -1) if touch else -1
    return found[::-1]
