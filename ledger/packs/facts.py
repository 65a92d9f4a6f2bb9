"""What the ledger's records say of a holding, as far as one party may know it.

Amounts are decimal strings beside their currency, instants RFC 3339, dates ISO 8601. A field that
the asker may not see, or that does not apply, is left out: there is no null and no guess. Names
and identifiers of parties are taken from the disclosures of the pack, never from a record.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ledger.book import Book
from ledger.catalogue import changes_of
from ledger.dates import add_months, instant_text
from ledger.envelope import Envelope
from ledger.financing.records import Financing
from ledger.hands import Hands, hands_shown, sees_all, sees_amount
from ledger.model.records import make_id
from ledger.money import Money, format_decimal
from ledger.parties.state import Key, Party
from ledger.policy.state import digits_of, ledger_of, payable_on
from ledger.ports import Records
from ledger.receivables.records import Holding, Invoice, Receivable, Transfer
from ledger.recourse.records import RecourseClaim

LIMITATION_MONTHS = 36
LIMITATION_BASIS = "civil_code_188"
"""Three years (Civil Code article 188), here from the day on which the holding is due."""

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """A holding as `asker` asks about it, at `at_ms`, over the records of one moment."""

    records: Records
    book: Book
    holding: Holding
    receivable: Receivable
    asker: Party
    at_ms: int

    @property
    def acknowledged_at(self) -> str | None:
        """When the obligor bound itself, or None: then there are no hands yet."""
        at_ms = self.receivable.acknowledged_ms
        return None if at_ms is None else instant_text(at_ms)

    def is_one_of(self, *parties: str | None) -> bool:
        """Whether the asker is one of them, or sees all."""
        return self.asker.id in parties or sees_all(self.asker.roles)

    def money(self, amount: Money) -> Facts:
        """An amount with exactly its currency's digits."""
        digits = digits_of(self.book)(amount.currency) or 0
        return {"amount": format_decimal(amount.minor, digits), "currency": amount.currency}


def facts_of(asked: Asked, envelopes: Sequence[Envelope]) -> Facts:
    """All that a pack says of a holding; `envelopes` are those of its entries, in order."""
    shown = [*hands_shown(asked.records, asked.holding, asked.asker)]
    involved = {envelope.by for envelope in envelopes}
    involved |= {asked.receivable.obligor, asked.receivable.creditor, *shown}
    sealed = sum(len(envelope.sealed) for envelope in envelopes)
    return without_gaps(
        claim=_claim(asked),
        hands=list(_hands(asked, shown)),
        holding=_holding(asked, shown),
        invoices=list(_invoices(asked)) if sees_invoices(asked) else None,
        ledger=_ledger(asked),
        limitation={
            "basis": LIMITATION_BASIS,
            "until": add_months(asked.holding.due, LIMITATION_MONTHS).isoformat(),
        },
        parties=_parties(asked, sorted(involved), envelopes),
        withheld=sealed - sum(len(envelope.disclosures) for envelope in envelopes),
    )


def invoice_class(invoice: Invoice) -> str:
    """What its number tells: ``fully_digital`` (数电票, 20 digits), ``coded``, or ``numbered``."""
    if invoice.key.isdigit():  # no seller and no code is in it: the number alone is unique
        return "fully_digital"
    return "coded" if invoice.code else "numbered"


def sees_invoices(asked: Asked) -> bool:
    """Whether the asker may see of which invoices the debt is made: those who had the whole."""
    root = Hands(asked.records).root(asked.receivable.id)
    sides = (asked.receivable.creditor, asked.receivable.obligor)
    return asked.is_one_of(*sides) or (
        root is not None and sees_amount(asked.records, root, asked.asker)
    )


def without_gaps(**fields: Any) -> Facts:
    """The fields that have a value."""
    return {name: value for name, value in fields.items() if value is not None}


def _ledger(asked: Asked) -> Facts:
    ledger = ledger_of(asked.book)
    sides = (asked.receivable.creditor, asked.receivable.obligor, *asked.holding.chain)
    return {
        "operator": ledger.operator,
        "operator_is_a_side": ledger.operator in sides,
        "rules": ledger.rules,
        "sandbox": ledger.sandbox,
        "time_zone": ledger.time_zone,
    }


def _holding(asked: Asked, shown: Sequence[str]) -> Facts:
    item = asked.holding
    amounts = sees_amount(asked.records, item, asked.asker)
    paid = asked.is_one_of(item.holder, item.obligor)
    return without_gaps(
        state=item.state.value,
        amount=asked.money(item.amount) if amounts else None,
        paid=asked.money(item.paid) if amounts and paid else None,
        outstanding=asked.money(item.outstanding) if amounts and paid else None,
        due=item.due.isoformat(),
        payable_on=payable_on(asked.book, item.due).isoformat(),
        holder=item.holder if list(item.chain) == list(shown) else None,
    )


def _claim(asked: Asked) -> Facts:
    item = asked.receivable
    contract = item.contract if asked.is_one_of(item.creditor, item.obligor) else None
    return without_gaps(
        receivable=item.id,
        state=item.state.value,
        mode=item.mode.value,
        creditor=item.creditor,
        obligor=item.obligor,
        basis=item.basis.value,
        basis_date=item.basis_date.isoformat(),
        acknowledged_at=asked.acknowledged_at,
        waiver_of_defences=item.waiver_of_defences,
        consent_to_split=item.consent_to_split,
        pay_to=item.pay_to.value,
        paying_agent=item.paying_agent,
        contract=contract,
    )


def _invoices(asked: Asked) -> Iterator[Facts]:
    for use in asked.receivable.uses:
        invoice = asked.book.get(Invoice, use.invoice)
        if invoice is not None:
            yield without_gaps(
                id=invoice.id,
                number=invoice.number,
                code=invoice.code,
                number_class=invoice_class(invoice),
                issued=invoice.issued.isoformat(),
                gross=asked.money(invoice.gross),
                credited=asked.money(invoice.credited),
                used=asked.money(use.amount),
            )


def _hands(asked: Asked, shown: Sequence[str]) -> Iterator[Facts]:
    """The hands that the asker may see, with how and when each came to have it."""
    at = asked.acknowledged_at
    first = without_gaps(by="acknowledgement", contract_at=at, title_at=at)
    steps = [first, *(step for _, step in sorted(_steps(asked), key=lambda pair: pair[0]))]
    for number, party in enumerate(shown):
        yield {"party": party, **steps[number]}


def _steps(asked: Asked) -> Iterator[tuple[tuple[int, int], Facts]]:
    """Every change of title of the holding and of those it was split from, with its order."""
    for item in Hands(asked.records).ancestry(asked.holding):
        for transfer in asked.book.find(Transfer, holding=item.id):
            if transfer.accepted_ms is not None:
                at = instant_text(transfer.accepted_ms)
                recourse = transfer.recourse.value
                step = {"by": "transfer", "contract_at": at, "title_at": at, "recourse": recourse}
                yield (transfer.accepted_ms, transfer.last_seq), step
        for made in asked.book.find(Financing, holding=item.id):
            if made.active_ms is not None:
                step = {
                    "by": "financing",
                    "contract_at": instant_text(made.accepted_ms),
                    "title_at": instant_text(made.active_ms),
                    "recourse": made.recourse.value,
                }
                yield (made.active_ms, made.last_seq), step
        for claim in asked.book.find(RecourseClaim, holding=item.id):
            if claim.repurchased_ms is not None:
                at = instant_text(claim.repurchased_ms)
                step = {"by": "repurchase", "contract_at": at, "title_at": at}
                yield (claim.repurchased_ms, claim.last_seq), step


def _parties(asked: Asked, ids: Iterable[str], envelopes: Sequence[Envelope]) -> Facts:
    named = dict(_names(envelopes))
    kids = {signature.kid for envelope in envelopes for signature in envelope.signatures}
    return {
        party: {
            **named.get(party, {}),
            "keys": [
                _key(asked, key) for key in asked.book.find(Key, party=party) if key.id in kids
            ],
        }
        for party in ids
    }


def _names(envelopes: Sequence[Envelope]) -> Iterator[tuple[str, Facts]]:
    """What is disclosed of parties where they were enrolled: name and identifiers."""
    for envelope in envelopes:
        said: Facts = dict(envelope.disclosures.values())
        if envelope.kind == "ledger.open" and "operator_name" in said:
            yield envelope.by, {"name": said["operator_name"]}
        if envelope.kind == "party.enrol":
            found: Facts = {name: said[name] for name in ("name", "identifiers") if name in said}
            found |= {"name": said["person_name"]} if "person_name" in said else {}
            yield make_id("pty", envelope.by, envelope.jti), found


def _key(asked: Asked, key: Key) -> Facts:
    return {
        "kid": key.id,
        "person": key.person,
        "assurance": key.assurance.value,
        "named_in": changes_of(asked.records, key)[0],
        "since": instant_text(key.from_ms),
        "in_force": key.in_force(asked.at_ms),
    }
