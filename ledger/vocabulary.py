"""The closed list of wire names: which command or event is meant, and how it is written.

A name never changes its meaning. A new shape of a command gets a new `ver`; the old class stays.
"""

from __future__ import annotations

import hashlib
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from ledger import canonical
from ledger.alerts import commands as alerts
from ledger.alerts import events as alerts_events
from ledger.base64url import b64url_decode, b64url_encode
from ledger.burdens import commands as burdens
from ledger.burdens import events as burdens_events
from ledger.canonical import Tree
from ledger.changes import commands as changes
from ledger.changes import events as changes_events
from ledger.conduct import commands as conduct
from ledger.conduct import events as conduct_events
from ledger.envelope import Envelope, Sealer
from ledger.errors import RefusalCode, Refused
from ledger.fees import commands as fees
from ledger.fees import events as fees_events
from ledger.financing import commands as financing
from ledger.financing import events as financing_events
from ledger.model.codec import WireForm, field_classes, read_wire, unsealed, write
from ledger.model.records import snake
from ledger.notices import commands as notices
from ledger.notices import events as notices_events
from ledger.parties import commands as parties
from ledger.parties import events as parties_events
from ledger.policy import commands as policy
from ledger.policy import events as policy_events
from ledger.quotas import commands as quotas
from ledger.quotas import events as quotas_events
from ledger.receivables import commands as receivables
from ledger.receivables import events as receivables_events
from ledger.recourse import commands as recourse
from ledger.recourse import events as recourse_events
from ledger.settlement import commands as settlement
from ledger.settlement import events as settlement_events

Command: TypeAlias = (
    policy.Command
    | parties.Command
    | alerts.Command
    | quotas.Command
    | receivables.Command
    | burdens.Command
    | notices.Command
    | financing.Command
    | fees.Command
    | conduct.Command
    | changes.Command
    | settlement.Command
    | recourse.Command
)
Event: TypeAlias = (
    policy_events.Event
    | parties_events.Event
    | conduct_events.Event
    | alerts_events.Event
    | quotas_events.Event
    | receivables_events.Event
    | burdens_events.Event
    | notices_events.Event
    | financing_events.Event
    | fees_events.Event
    | changes_events.Event
    | settlement_events.Event
    | recourse_events.Event
)

COMMANDS: Mapping[tuple[str, int], type[Command]] = {
    ("ledger.open", 1): parties.OpenLedger,
    ("log_key.rotate", 1): parties.RotateLogKey,
    ("log_key.retire", 1): parties.RetireLogKey,
    ("policy.adopt", 1): policy.AdoptPolicy,
    ("rules.adopt", 1): policy.AdoptRules,
    ("party.enrol", 1): parties.EnrolParty,
    ("party.assign_roles", 1): parties.AssignRoles,
    ("key.bind", 1): parties.BindKey,
    ("key.rotate", 1): parties.RotateKey,
    ("key.revoke", 1): parties.RevokeKey,
    ("key.attest", 1): parties.AttestKey,
    ("key.certify", 1): parties.CertifyKey,
    ("approval.set", 1): parties.SetApproval,
    ("account.add", 1): parties.AddAccount,
    ("key.delegate", 1): parties.DelegateKey,
    ("key.undelegate", 1): parties.UndelegateKey,
    ("recovery.open", 1): parties.OpenRecovery,
    ("recovery.veto", 1): parties.VetoRecovery,
    ("recovery.complete", 1): parties.CompleteRecovery,
    ("party.set_contact", 1): parties.SetContact,
    ("manifest.sign", 1): parties.SignManifest,
    ("alert.close", 1): alerts.CloseAlert,
    ("alert.disposition", 1): alerts.DispositionAlert,
    ("party.suspend", 1): conduct.SuspendParty,
    ("party.reinstate", 1): conduct.ReinstateParty,
    ("party.screen", 1): conduct.ScreenParty,
    ("licence.record", 1): conduct.RecordLicence,
    ("licence.end", 1): conduct.EndLicence,
    ("insolvency.declare", 1): conduct.DeclareInsolvency,
    ("insolvency.end", 1): conduct.EndInsolvency,
    ("receivable.register", 1): receivables.RegisterReceivable,
    ("receivable.issue", 1): receivables.ProposeIssue,
    ("receivable.sign_for", 1): receivables.SignForIssue,
    ("receivable.decline", 1): receivables.DeclineIssue,
    ("receivable.request", 1): receivables.RequestAcknowledgement,
    ("receivable.acknowledge", 1): receivables.Acknowledge,
    ("receivable.reject", 1): receivables.RejectReceivable,
    ("receivable.withdraw", 1): receivables.WithdrawReceivable,
    ("holding.split", 1): receivables.SplitHolding,
    ("holding.propose_transfer", 1): receivables.ProposeTransfer,
    ("holding.accept_transfer", 1): receivables.AcceptTransfer,
    ("holding.reject_transfer", 1): receivables.RejectTransfer,
    ("holding.rescind_transfer", 1): receivables.RescindTransfer,
    ("invoice.attest_status", 1): receivables.AttestInvoiceStatus,
    ("group.join", 1): quotas.JoinGroup,
    ("group.release", 1): quotas.ReleaseMember,
    ("quota.set", 1): quotas.SetQuota,
    ("encumbrance.propose", 1): burdens.ProposeEncumbrance,
    ("encumbrance.accept", 1): burdens.AcceptEncumbrance,
    ("encumbrance.reject", 1): burdens.RejectEncumbrance,
    ("encumbrance.rescind", 1): burdens.RescindEncumbrance,
    ("encumbrance.release", 1): burdens.ReleaseEncumbrance,
    ("freeze.record", 1): burdens.RecordFreeze,
    ("freeze.renew", 1): burdens.RenewFreeze,
    ("freeze.lift", 1): burdens.LiftFreeze,
    ("notice.designate", 1): notices.DesignateReceiver,
    ("notice.revoke_designation", 1): notices.RevokeReceiver,
    ("notice.give", 1): notices.GiveNotice,
    ("notice.receive", 1): notices.ReceiveNotice,
    ("notice.attest", 1): notices.AttestDelivery,
    ("notice.withdraw", 1): notices.WithdrawNotice,
    ("registry.search", 1): notices.RecordSearch,
    ("registry.file", 1): notices.RecordFiling,
    ("registry.renew", 1): notices.RenewFiling,
    ("registry.discharge", 1): notices.DischargeFiling,
    ("interest.assert", 1): notices.AssertInterest,
    ("interest.withdraw", 1): notices.WithdrawInterest,
    ("programme.open", 1): financing.OpenProgramme,
    ("programme.close", 1): financing.CloseProgramme,
    ("financing.request", 1): financing.RequestFinancing,
    ("financing.withdraw_request", 1): financing.WithdrawRequest,
    ("offer.make", 1): financing.MakeOffer,
    ("offer.withdraw", 1): financing.WithdrawOffer,
    ("offer.accept", 1): financing.AcceptOffer,
    ("financing.instruct", 1): financing.InstructDisbursement,
    ("financing.receive", 1): financing.ConfirmReceipt,
    ("financing.attest", 1): financing.AttestDisbursement,
    ("financing.fail", 1): financing.AttestFailure,
    ("financing.release", 1): financing.ReleaseLock,
    ("fee.charge", 1): fees.ChargeFee,
    ("fee.waive", 1): fees.WaiveFee,
    ("clock.advance", 1): financing.AdvanceClock,
    ("dispute.raise", 1): changes.RaiseDispute,
    ("dispute.add_evidence", 1): changes.AddEvidence,
    ("dispute.withdraw", 1): changes.WithdrawDispute,
    ("dispute.award", 1): changes.AwardDispute,
    ("change.propose_credit_note", 1): changes.ProposeCreditNote,
    ("change.propose_settlement", 1): changes.ProposeSettlement,
    ("change.propose_set_off", 1): changes.ProposeSetOff,
    ("change.propose_due_date", 1): changes.ProposeDueDate,
    ("change.propose_cancellation", 1): changes.ProposeCancellation,
    ("change.consent", 1): changes.ConsentToChange,
    ("change.refuse", 1): changes.RefuseChange,
    ("change.rescind", 1): changes.RescindChange,
    ("claim.raise", 1): changes.RaiseClaim,
    ("claim.settle", 1): changes.SettleClaim,
    ("correction.record", 1): changes.RecordCorrection,
    ("payment.receive", 1): settlement.ReceivePayment,
    ("payment.attest", 1): settlement.AttestPayment,
    ("payment.distribute", 1): settlement.DistributePayment,
    ("freeze.execute", 1): settlement.ExecuteFreeze,
    ("payment.reverse", 1): settlement.ReversePayment,
    ("payment.instruct", 1): settlement.InstructPayment,
    ("payment.bounce", 1): settlement.BouncePayment,
    ("payment.report_misdirected", 1): settlement.ReportMisdirected,
    ("payment.turn_over", 1): settlement.TurnOver,
    ("payment.return_misdirected", 1): settlement.ReturnMisdirected,
    ("costs.admit", 1): settlement.AdmitCosts,
    ("redemption.sign", 1): settlement.SignRedemption,
    ("surplus.receive", 1): settlement.ReceiveSurplus,
    ("recourse.notice", 1): recourse.NoticeRecourse,
    ("recourse.receive", 1): recourse.ReceiveRecourse,
    ("recourse.attest", 1): recourse.AttestRecourse,
    ("recourse.return", 1): recourse.ReturnRecourse,
    ("recourse.end", 1): recourse.EndRecourse,
    ("default.declare", 1): recourse.DeclareDefault,
    ("default.lift", 1): recourse.LiftDefault,
    ("debt.recover", 1): recourse.RecoverDebt,
    ("debt.attest_recovery", 1): recourse.AttestRecovery,
    ("debt.return_recovery", 1): recourse.ReturnRecovery,
    ("debt.write_off", 1): recourse.WriteOffDebt,
    ("debt.reverse_write_off", 1): recourse.ReverseWriteOff,
}
"""Every command by (kind, version)."""

ALONE = frozenset(
    {
        "ledger.open",
        "log_key.rotate",
        "log_key.retire",
        "manifest.sign",
        "key.rotate",
        "key.revoke",
        "approval.set",
        "key.delegate",
        "key.undelegate",
        "recovery.open",
        "recovery.veto",
        "recovery.complete",
    }
)
"""Kinds that are never lines of a manifest: their own signatures matter."""


# The names follow the classes; a golden file pins them, since `effects` commits to them.
EVENTS: Mapping[type[Any], str] = {kind: snake(kind.__name__) for kind in typing.get_args(Event)}
"""Every event's name: what `effects` commits to."""

_NAMES = {command: name for name, command in COMMANDS.items()}


def parse(envelope: Envelope, digits: Callable[[str], int | None]) -> Command:
    """The command of an envelope. Raises `Refused` for an unknown kind or a field that is off.

    `digits` gives the minor digits of a currency under the policy in force.
    """
    name = (envelope.kind, envelope.payload["ver"])
    if name not in COMMANDS:
        raise Refused(
            RefusalCode.KIND_UNKNOWN,
            f"There is no command {name[0][:60]!r} of version {name[1]}.",
            place="/kind",
        )
    return read_wire(
        COMMANDS[name], envelope.payload["body"], digits, envelope.disclosures, "/body"
    )


def name_of(command: Command) -> tuple[str, int]:
    """The (kind, version) of a command."""
    return _NAMES[type(command)]


def draft(
    command: Command,
    *,
    by: str,
    origin: str,
    jti: str,
    iat: int,
    exp: int,
    digits: Callable[[str], int | None],
    sealer: Sealer,
    salt: bytes,
    expect: Mapping[str, int] | None = None,
) -> dict[str, Tree]:
    """The payload that asks for `command`: what is to be signed, byte for byte.

    `iat` and `exp` are seconds since 1970; `salt` is 32 fresh random bytes that hide what the
    effects are; `sealer` seals the confidential and personal fields and keeps the disclosures.
    A personal field of `command` holds the digest that `sealer` gave for it.
    """
    kind, ver = name_of(command)
    form = WireForm(digits, {}, sealer)
    payload: dict[str, Tree] = {
        "aud": origin,
        "body": write(command, form),
        "by": by,
        "exp": exp,
        "iat": iat,
        "jti": jti,
        "kind": kind,
        "salt": form.seal("salt", b64url_encode(salt)),
        "ver": ver,
    }
    if expect:
        payload["expect"] = dict(expect)
    return payload


def effects_digest(envelope: Envelope, events: Sequence[Event]) -> bytes:
    """SHA-256 over the command's disclosed salt (32 bytes) and its events in canonical form.

    Raises `Refused` (`disclosure_missing`) without the salt's disclosure.
    """
    text = unsealed(envelope.disclosures, envelope.payload["salt"], "salt", "/salt")
    salt = b64url_decode(text) if isinstance(text, str) else b""
    if len(salt) != 32:
        raise Refused(RefusalCode.FIELD_INVALID, "The salt is not 32 bytes.", place="/salt")
    return hashlib.sha256(salt + event_bytes(events)).digest()


_encoder = msgspec.json.Encoder(order="sorted")


def event_bytes(events: Sequence[Event]) -> bytes:
    """The canonical bytes of `event_trees`, without the trees."""
    data = _encoder.encode(events)
    return _without_nulls(data) if b'":null' in data else data


def _without_nulls(data: bytes) -> bytes:
    """JSON of structs without the fields that are null: an absent field is left out."""
    kept = []
    head, *parts = data.split(b'":null')
    for part in parts:
        if not head[-1:].isalnum():  # the quote begins a text or, escaped, stands in one: no field
            head = b'%b":null%b' % (head, part)
            continue
        before, after = head[: head.rfind(b'"')], part
        if before.endswith(b","):
            before = before[:-1]
        else:  # the first of its object
            after = after.removeprefix(b",")
        kept.append(before)
        head = after
    return b"".join([*kept, head])


def event_trees(events: Sequence[Event]) -> list[Tree]:
    """The events as trees: ``{"event": name, …fields}``, amounts in minor units."""
    return [{"event": EVENTS[type(event)], **write(event)} for event in events]


FIELD_CLASSES: Mapping[int, str] = {1: "iMm9rtPhz7QMkxAw55aBm5DCxeDcx9U9Eihp9EZpWqk"}
"""By rules number the digest of the table of sealed fields: what a genesis commits to.

Frozen per number, since an old genesis is judged again by every later build.
"""


def field_classes_digest() -> str:
    """The base64url SHA-256 of the table of sealed fields of this build."""
    table: dict[str, Any] = {
        f"{kind}/{ver}": field_classes(command) for (kind, ver), command in COMMANDS.items()
    }
    return b64url_encode(hashlib.sha256(canonical.encode(table)).digest())
