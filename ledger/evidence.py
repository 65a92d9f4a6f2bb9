"""Who may see what: the audience of every sealed field, and the evidence that one holder gets.

Everybody can verify everything and read only what is theirs. A disclosure is shown to those who
took part in what it says: who signed, the obligor who must pay, and those through whose hands
exactly that holding went. What would tell a holder of a split part about its siblings (the
parent's amount, another child, another price) is not shown to it, not even indirectly.
Auditors and regulators see everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.alerts.state import Alert
from ledger.book import Book
from ledger.catalogue import history_of
from ledger.chain.entry import read_entry
from ledger.envelope import Envelope, read_disclosure, read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.fees.state import Fee
from ledger.financing.records import Financing, Offer, OfferState, Programme
from ledger.hands import Hands, holders_of, knows, sees_all
from ledger.model.records import Reader, make_id
from ledger.notices.records import Assertion, Filing, Notice
from ledger.parties.commands import Role
from ledger.parties.state import Account, Key, Party
from ledger.ports import EntryReader, Records
from ledger.receivables.records import Holding, HoldingState, Invoice, Receivable, Transfer
from ledger.settlement.records import Instruction, Misdirected, Payment

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may see a sealed field besides its signer.

    These parties, everybody with one of these roles, whoever met the party `met` (its name), and
    whoever may take one of `offers`.
    """

    parties: frozenset[str] = frozenset()
    roles: frozenset[Role] = frozenset()
    met: str | None = None
    offers: tuple[Offer, ...] = ()

    def includes(self, asker: Party, records: Records) -> bool:
        """Whether `asker` is one of them."""
        return (
            asker.id in self.parties
            or bool(self.roles & frozenset(asker.roles))
            or (self.met is not None and knows(records, asker.id, self.met))
            or any(may_take(Book(records), offer, asker.id) for offer in self.offers)
        )


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
    act = _Act(Hands(records), envelope)
    return frozenset(
        digest
        for digest, path in sealed.items()
        if path[0] == "body" and rule(act, path[1:]).includes(asker, records)
    )


def may_take(book: Reader, offer: Offer, party: str) -> bool:
    """Whether an open offer is for a holding that the party has, or it sold one under it."""
    programme = book.get(Programme, offer.programme)
    if offer.state is OfferState.OPEN and programme is not None:
        for item in book.find(Holding, holder=party):
            named = offer.obligors or programme.obligors or (item.obligor,)
            if item.is_open and item.state is not HoldingState.FINANCED and item.obligor in named:
                return True
    return any(item.offer == offer.id for item in book.find(Financing, holder=party))


@dataclass(frozen=True, slots=True)
class _Act:
    """A command as the audience rules look at it."""

    view: Hands
    envelope: Envelope

    @property
    def body(self) -> Mapping[str, Any]:
        """The body of the command."""
        body: Mapping[str, Any] = self.envelope.payload["body"]
        return body

    def made(self, prefix: str, ordinal: int = 0) -> str:
        """The id of the `ordinal`-th record that the command made."""
        return make_id(prefix, self.envelope.by, self.envelope.jti, ordinal)


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
    if receivable is not None:
        ids |= {use.invoice for use in receivable.uses}
    for above in view.ancestry(holding):
        ids.add(above.id)
        ids |= {item.id for item in view.records.find(Transfer, {"holding": above.id})}
        ids |= {item.id for item in view.records.find(Financing, {"holding": above.id})}
        for kind in (Notice, Assertion):
            ids |= {item.id for item in view.records.find(kind, {"holding": above.id})}
        ids |= {item.id for item in view.records.find(Filing, {"over": above.id})}
    alerts = [alert for name in ids for alert in view.records.find(Alert, {"subject": name})]
    return ids | {alert.id for alert in alerts}


def _of(*parties: str | None, more: Iterable[str] = ()) -> Audience:
    return Audience(frozenset(party for party in (*parties, *more) if party))


def _claim(act: _Act, path: Path) -> Audience:
    receivable = act.view.get(Receivable, act.made("rcv"))
    if receivable is None:
        return Audience()
    both = (receivable.creditor, receivable.obligor)
    if path[0] in ("obligor", "creditor", "terms", "late_ppm"):
        return _of(*both, more=holders_of(act.view.records, receivable.id))
    if path[0] == "invoices":
        return _of(*both, more=act.view.own_chain(act.view.root(receivable.id)))
    return _of(*both)


def _acknowledge(act: _Act, path: Path) -> Audience:
    receivable = act.view.get(Receivable, act.body["receivable"])
    if receivable is None:
        return Audience()
    if path[0] == "terms":
        holders = holders_of(act.view.records, receivable.id)
        return _of(receivable.paying_agent, receivable.creditor, more=holders)
    return _of(receivable.creditor, more=act.view.own_chain(act.view.root(receivable.id)))


def _split(act: _Act, path: Path) -> Audience:
    child = act.view.get(Holding, act.made("hld", int(path[1])))
    return _of(child.obligor if child else None, more=act.view.own_chain(child))


def _transfer(act: _Act, path: Path) -> Audience:
    transfer = act.view.get(Transfer, act.made("trf"))
    holding = act.view.get(Holding, act.body["holding"])
    if transfer is None or holding is None:
        return Audience()
    if path[0] == "to":
        accepted = transfer.accepted_ms is not None
        later = act.view.after(transfer, holding) if accepted else ()
        return _of(holding.obligor, transfer.assignee, more=later)
    return _of(transfer.assignee)


def _programme(act: _Act, path: Path) -> Audience:
    if path[0] != "name":
        return Audience()
    found = act.view.records.find(Offer, {"programme": act.made("prg")})
    return Audience(offers=tuple(found))


def _offer(act: _Act, path: Path) -> Audience:
    offer = act.view.get(Offer, act.made("off"))
    return Audience(offers=(offer,) if offer and path[0] in ("rate_ppm", "max_amount") else ())


def _financing(act: _Act, path: Path) -> Audience:
    financing = act.view.get(Financing, act.body.get("financing", act.made("fin")))
    return _of(financing.holder, financing.financier) if financing else Audience()


def _notice(act: _Act, path: Path) -> Audience:
    notice = act.view.get(Notice, act.made("ntc"))
    return _of(notice.obligor, notice.assignor, notice.assignee) if notice else Audience()


def _filing(act: _Act, path: Path) -> Audience:
    filing = act.view.get(Filing, act.made("fil"))
    return _of(filing.grantor) if filing else Audience()


def _interest(act: _Act, path: Path) -> Audience:
    interest = act.view.get(Assertion, act.made("int"))
    holding = act.view.get(Holding, interest.holding) if interest else None
    if interest is None or holding is None:
        return Audience()
    if path[0] == "grantor":
        return _of(interest.grantor, holding.obligor, more=act.view.own_chain(holding))
    return _of(interest.grantor)


def _payment(act: _Act, path: Path) -> Audience:
    target = act.body
    if path[0] == "legs":
        target = act.body["legs"][int(path[1])]
    holding = act.view.get(Holding, target.get("holding"))
    if holding is None:
        receivable = act.view.get(Receivable, act.body.get("receivable"))
        return _of(receivable.obligor) if receivable else Audience()
    return _of(holding.obligor, holding.holder)


def _status(act: _Act, path: Path) -> Audience:
    invoice = act.view.get(Invoice, act.body["invoice"])
    return _of(invoice.seller, invoice.buyer) if invoice else Audience()


def _about_payment(act: _Act, path: Path) -> Audience:
    payment = act.view.get(Payment, act.body["payment"])
    return _of(payment.payer, payment.payee) if payment else Audience()


def _about_instruction(act: _Act, path: Path) -> Audience:
    instruction = act.view.get(Instruction, act.body["instruction"])
    return _of(instruction.payer, instruction.payee) if instruction else Audience()


def _misdirected(act: _Act, path: Path) -> Audience:
    return _of_misdirected(act, act.made("mis"))


def _about_misdirected(act: _Act, path: Path) -> Audience:
    return _of_misdirected(act, act.body["misdirected"])


def _of_misdirected(act: _Act, record_id: str) -> Audience:
    """Payer, wrong payee and holder: each has to act on it."""
    found = act.view.get(Misdirected, record_id)
    holding = act.view.get(Holding, found.holding) if found else None
    return _of(found.payer, found.payee, holding.holder if holding else None) if found else _of()


def _redemption(act: _Act, path: Path) -> Audience:
    """The agent that pays by the list; a holder learns its own line from the list itself."""
    receivable = act.view.get(Receivable, act.body["receivable"])
    return _of(receivable.paying_agent) if receivable else Audience()


def _genesis(act: _Act, path: Path) -> Audience:
    return Audience(roles=frozenset(Role))  # who runs the ledger is no secret from its parties


def _enrol(act: _Act, path: Path) -> Audience:
    party = act.made("pty")
    return Audience(frozenset({party}), met=party)


def _account(act: _Act, path: Path) -> Audience:
    account = act.view.get(Account, act.made("acc"))
    if account is None:
        return Audience()
    found = act.view.records.find(Holding, {"holder": account.party})
    payers = {holding.obligor for holding in found}
    return Audience(frozenset(payers), frozenset({Role.BANK}))


def _recovery(act: _Act, path: Path) -> Audience:
    return _of(act.body["party"])


def _licence(act: _Act, path: Path) -> Audience:
    return _of(act.body["party"])


def _insolvency(act: _Act, path: Path) -> Audience:
    party = act.body["party"]
    return Audience(frozenset({party}), met=party)


def _attested_key(act: _Act, path: Path) -> Audience:
    key = act.view.get(Key, act.body["kid"])
    return _of(key.party if key else None)


def _fee(act: _Act, path: Path) -> Audience:
    fee = act.view.get(Fee, act.made("fee"))
    return _of(fee.bearer if fee else None)


def _named(field: str) -> Callable[[_Act, Path], Audience]:
    """The party that the sealed field names: what is said about it is shown to it."""

    def audience(act: _Act, path: Path) -> Audience:
        sealed = act.body.get(field, {}).get("sd", "")
        _, party = act.envelope.disclosures.get(sealed, ("", None))
        return _of(party if isinstance(party, str) else None)

    return audience


_RULES: Mapping[str, Callable[[_Act, Path], Audience]] = {
    "account.add": _account,
    "fee.charge": _fee,
    "financing.attest": _financing,
    "financing.fail": _financing,
    "financing.instruct": _financing,
    "financing.receive": _financing,
    "group.join": _named("parent"),
    "group.release": _named("member"),
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
}
"""The audience of the sealed fields of each kind; for kinds not here it is the signer alone."""
