"""Who may see what: the audience of every sealed field, and the evidence that one holder gets.

Everybody can verify everything and read only what is theirs. A disclosure is shown to those who
took part in what it says: who signed, the obligor who must pay, and those through whose hands
exactly that holding went. What would tell a holder of a split part about its siblings (the
parent's amount, another child, another price) is not shown to it, not even indirectly.
Auditors and regulators see everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.alerts.state import Alert
from ledger.audience import burdens, changes, recourse
from ledger.audience.base import Act, Audience, Path, of
from ledger.catalogue import history_of
from ledger.chain.entry import read_entry
from ledger.changes.records import Ask, Change
from ledger.envelope import Envelope, read_disclosure, read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.fees.state import Fee
from ledger.financing.records import Financing, Offer
from ledger.hands import Hands, holders_of, sees_all
from ledger.notices.records import Assertion, Filing, Notice
from ledger.parties.commands import Role
from ledger.parties.state import Account, Key, Party
from ledger.ports import EntryReader, Records
from ledger.receivables.records import Holding, Invoice, Receivable, Transfer
from ledger.recourse.records import DebtRecovery, Default, RecourseClaim
from ledger.settlement.records import Instruction, Misdirected, Payment


@dataclass(frozen=True, slots=True)
class EvidenceEntry:
    """One entry of a history and the disclosures of it that the asker may see."""

    seq: int
    data: bytes
    disclosures: tuple[str, ...]


def evidence_of(
    log: EntryReader, records: Records, holding_id: str, asker: Party
) -> list[EvidenceEntry]:
    """All entries of a holding's history from registration on, as far as `asker` may read them.

    The history is that of the holding, of the holdings it was split from, of their transfers and
    financings, of the receivable and of its obligor and holders as parties. Raises `Refused`
    (`record_not_found`) unless the asker owes, holds, held or is buying it, or may see all.
    """
    view = Hands(records)
    holding = view.get(Holding, holding_id)
    if holding is None or not _concerned(view, holding, asker):
        raise Refused(RefusalCode.RECORD_NOT_FOUND, f"There is no holding {holding_id}.")
    seqs: set[int] = set()
    for record_id in _history_ids(view, holding):
        seqs.update(history_of(records, record_id))
    return [entry_for(log, records, seq, asker) for seq in sorted(seqs)]


def entry_for(log: EntryReader, records: Records, seq: int, asker: Party) -> EvidenceEntry:
    """One entry with the disclosures that `asker` may see: none, for a stranger to it."""
    (data,) = log.entries(seq, seq + 1)
    disclosed = tuple(log.disclosures(seq, seq + 1).get(seq, ()))
    envelope = read_envelope(read_entry(data).command, disclosed)
    shown = visible_digests(envelope, records, asker)
    kept = tuple(text for text in disclosed if read_disclosure(text)[0] in shown)
    return EvidenceEntry(seq, data, kept)


def visible_digests(envelope: Envelope, records: Records, asker: Party) -> frozenset[str]:
    """The digests of the sealed fields of a command that `asker` may see disclosed."""
    sealed = dict(_sealed(envelope.payload))
    if asker.id == envelope.by or sees_all(asker.roles):
        return frozenset(sealed)
    rule = _RULES.get(envelope.kind)
    if rule is None:
        return frozenset()
    act = Act(Hands(records), envelope)
    return frozenset(
        digest
        for digest, path in sealed.items()
        if path[0] == "body" and rule(act, path[1:]).includes(asker, records)
    )


def _sealed(tree: Any, path: Path = ()) -> Iterator[tuple[str, Path]]:
    if isinstance(tree, dict):
        if set(tree) == {"sd"} and isinstance(tree["sd"], str):
            yield tree["sd"], path
        else:
            for key, value in tree.items():
                yield from _sealed(value, (*path, key))
    elif isinstance(tree, list):
        for index, value in enumerate(tree):
            yield from _sealed(value, (*path, str(index)))


def _concerned(view: Hands, holding: Holding, asker: Party) -> bool:
    return (
        sees_all(asker.roles)
        or asker.id == holding.obligor
        or asker.id in holding.chain
        or asker.id in view.buyer(holding)
    )


def _history_ids(view: Hands, holding: Holding) -> set[str]:
    receivable = view.get(Receivable, holding.receivable)
    ids = {holding.receivable, holding.obligor, *holding.chain}
    ids |= {burden.id for burden in holding.burdens}
    if receivable is not None:
        ids |= {use.invoice for use in receivable.uses}
    for above in view.ancestry(holding):
        ids.add(above.id)
        ids |= {item.id for item in view.records.find(Transfer, {"holding": above.id})}
        ids |= {item.id for item in view.records.find(Financing, {"holding": above.id})}
        for kind in (Notice, Assertion, RecourseClaim, Default, DebtRecovery):
            ids |= {item.id for item in view.records.find(kind, {"holding": above.id})}
        ids |= {item.id for item in view.records.find(Filing, {"over": above.id})}
        ids |= {item.change for item in view.records.find(Ask, {"holding": above.id})}
        ids |= {
            item.id
            for item in view.records.find(Change, {"receivable": holding.receivable})
            if item.counterclaim is not None and item.counterclaim.holding == above.id
        }
    alerts = [alert for name in ids for alert in view.records.find(Alert, {"subject": name})]
    return ids | {alert.id for alert in alerts}


def _claim(act: Act, path: Path) -> Audience:
    receivable = act.view.get(Receivable, act.made("rcv"))
    if receivable is None:
        return Audience()
    both = (receivable.creditor, receivable.obligor)
    if path[0] in ("obligor", "creditor", "terms", "late_ppm"):
        return of(*both, more=holders_of(act.view.records, receivable.id))
    if path[0] == "invoices":
        return of(*both, more=act.view.own_chain(act.view.root(receivable.id)))
    return of(*both)


def _acknowledge(act: Act, path: Path) -> Audience:
    receivable = act.view.get(Receivable, act.body["receivable"])
    if receivable is None:
        return Audience()
    if path[0] == "terms":
        holders = holders_of(act.view.records, receivable.id)
        return of(receivable.paying_agent, receivable.creditor, more=holders)
    return of(receivable.creditor, more=act.view.own_chain(act.view.root(receivable.id)))


def _split(act: Act, path: Path) -> Audience:
    child = act.view.get(Holding, act.made("hld", int(path[1])))
    return of(child.obligor if child else None, more=act.view.own_chain(child))


def _transfer(act: Act, path: Path) -> Audience:
    transfer = act.view.get(Transfer, act.made("trf"))
    holding = act.view.get(Holding, act.body["holding"])
    if transfer is None or holding is None:
        return Audience()
    if path[0] == "to":
        accepted = transfer.accepted_ms is not None
        later = act.view.after(transfer, holding) if accepted else ()
        return of(holding.obligor, transfer.assignee, more=later)
    return of(transfer.assignee)


def _programme(act: Act, path: Path) -> Audience:
    if path[0] != "name":
        return Audience()
    found = act.view.records.find(Offer, {"programme": act.made("prg")})
    return Audience(offers=tuple(found))


def _offer(act: Act, path: Path) -> Audience:
    offer = act.view.get(Offer, act.made("off"))
    return Audience(offers=(offer,) if offer and path[0] in ("rate_ppm", "max_amount") else ())


def _financing(act: Act, path: Path) -> Audience:
    financing = act.view.get(Financing, act.body.get("financing", act.made("fin")))
    return of(financing.holder, financing.financier) if financing else Audience()


def _notice(act: Act, path: Path) -> Audience:
    notice = act.view.get(Notice, act.made("ntc"))
    return of(notice.obligor, notice.assignor, notice.assignee) if notice else Audience()


def _filing(act: Act, path: Path) -> Audience:
    filing = act.view.get(Filing, act.made("fil"))
    return of(filing.grantor) if filing else Audience()


def _interest(act: Act, path: Path) -> Audience:
    interest = act.view.get(Assertion, act.made("int"))
    holding = act.view.get(Holding, interest.holding) if interest else None
    if interest is None or holding is None:
        return Audience()
    if path[0] == "grantor":
        return of(interest.grantor, holding.obligor, more=act.view.own_chain(holding))
    return of(interest.grantor)


def _payment(act: Act, path: Path) -> Audience:
    target = act.body
    if path[0] == "legs":
        target = act.body["legs"][int(path[1])]
    holding = act.view.get(Holding, target.get("holding"))
    if holding is None:
        receivable = act.view.get(Receivable, act.body.get("receivable"))
        return of(receivable.obligor) if receivable else Audience()
    return of(holding.obligor, holding.holder)


def _status(act: Act, path: Path) -> Audience:
    invoice = act.view.get(Invoice, act.body["invoice"])
    return of(invoice.seller, invoice.buyer) if invoice else Audience()


def _about_payment(act: Act, path: Path) -> Audience:
    payment = act.view.get(Payment, act.body["payment"])
    return of(payment.payer, payment.payee) if payment else Audience()


def _about_instruction(act: Act, path: Path) -> Audience:
    instruction = act.view.get(Instruction, act.body["instruction"])
    return of(instruction.payer, instruction.payee) if instruction else Audience()


def _misdirected(act: Act, path: Path) -> Audience:
    return _of_misdirected(act, act.made("mis"))


def _about_misdirected(act: Act, path: Path) -> Audience:
    return _of_misdirected(act, act.body["misdirected"])


def _of_misdirected(act: Act, record_id: str) -> Audience:
    """Payer, wrong payee and holder: each has to act on it."""
    found = act.view.get(Misdirected, record_id)
    holding = act.view.get(Holding, found.holding) if found else None
    return of(found.payer, found.payee, holding.holder if holding else None) if found else of()


def _redemption(act: Act, path: Path) -> Audience:
    """The agent that pays by the list; a holder learns its own line from the list itself."""
    receivable = act.view.get(Receivable, act.body["receivable"])
    return of(receivable.paying_agent) if receivable else Audience()


def _genesis(act: Act, path: Path) -> Audience:
    return Audience(roles=frozenset(Role))  # who runs the ledger is no secret from its parties


def _enrol(act: Act, path: Path) -> Audience:
    party = act.made("pty")
    return Audience(frozenset({party}), met=party)


def _account(act: Act, path: Path) -> Audience:
    account = act.view.get(Account, act.made("acc"))
    if account is None:
        return Audience()
    found = act.view.records.find(Holding, {"holder": account.party})
    payers = {holding.obligor for holding in found}
    return Audience(frozenset(payers), frozenset({Role.BANK}))


def _recovery(act: Act, path: Path) -> Audience:
    return of(act.body["party"])


def _licence(act: Act, path: Path) -> Audience:
    return of(act.body["party"])


def _insolvency(act: Act, path: Path) -> Audience:
    party = act.body["party"]
    return Audience(frozenset({party}), met=party)


def _attested_key(act: Act, path: Path) -> Audience:
    key = act.view.get(Key, act.body["kid"])
    return of(key.party if key else None)


def _fee(act: Act, path: Path) -> Audience:
    fee = act.view.get(Fee, act.made("fee"))
    return of(fee.bearer if fee else None)


def _named(field: str) -> Callable[[Act, Path], Audience]:
    """The party that the sealed field names: what is said about it is shown to it."""

    def audience(act: Act, path: Path) -> Audience:
        sealed = act.body.get(field, {}).get("sd", "")
        _, party = act.envelope.disclosures.get(sealed, ("", None))
        return of(party if isinstance(party, str) else None)

    return audience


_RULES: Mapping[str, Callable[[Act, Path], Audience]] = {
    "account.add": _account,
    "fee.charge": _fee,
    "encumbrance.propose": burdens.encumbrance,
    "encumbrance.release": burdens.encumbrance,
    "change.propose_credit_note": changes.change,
    "change.propose_set_off": changes.change,
    "change.propose_settlement": changes.change,
    "claim.settle": changes.claim,
    "dispute.award": changes.dispute,
    "dispute.raise": changes.dispute,
    "financing.attest": _financing,
    "financing.fail": _financing,
    "financing.instruct": _financing,
    "financing.receive": _financing,
    "group.join": _named("parent"),
    "group.release": _named("member"),
    "freeze.execute": burdens.freeze,
    "freeze.lift": burdens.freeze,
    "freeze.record": burdens.freeze,
    "holding.propose_transfer": _transfer,
    "holding.split": _split,
    "interest.assert": _interest,
    "invoice.attest_status": _status,
    "insolvency.declare": _insolvency,
    "key.attest": _attested_key,
    "ledger.open": _genesis,
    "licence.record": _licence,
    "notice.give": _notice,
    "offer.accept": _financing,
    "offer.make": _offer,
    "party.enrol": _enrol,
    "payment.attest": _payment,
    "payment.distribute": _payment,
    "payment.reverse": _about_payment,
    "payment.instruct": _payment,
    "payment.bounce": _about_instruction,
    "payment.report_misdirected": _misdirected,
    "payment.turn_over": _about_misdirected,
    "payment.return_misdirected": _about_misdirected,
    "costs.admit": _payment,
    "redemption.sign": _redemption,
    "surplus.receive": _financing,
    "payment.receive": _payment,
    "programme.open": _programme,
    "recovery.open": _recovery,
    "quota.set": _named("obligor"),
    "receivable.acknowledge": _acknowledge,
    "receivable.issue": _claim,
    "receivable.register": _claim,
    "registry.file": _filing,
    "recourse.notice": recourse.recourse,
    "recourse.receive": recourse.recourse,
    "recourse.attest": recourse.recourse,
    "recourse.return": recourse.recourse,
    "debt.recover": recourse.recovery,
    "debt.attest_recovery": recourse.recovery,
    "debt.return_recovery": recourse.recovery,
}
"""The audience of the sealed fields of each kind; for kinds not here it is the signer alone."""
