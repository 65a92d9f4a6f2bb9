"""One plausible act for every kind of command: mostly accepted, whatever the ledger looks like.

Each function picks who and what at random and makes what is missing first. `ACTS` names them by
the kind of command that they are about; `NEVER` says why two kinds have none.
"""

from __future__ import annotations

from collections.abc import Callable

from api.drafting import Desk
from ledger import vocabulary
from ledger.financing import commands as f
from ledger.financing.acts import lapse
from ledger.financing.records import Financing, FinancingState, Offer, Programme
from ledger.errors import Refused
from ledger.money import Money
from ledger.parties import commands as p
from ledger.parties.commands import Role
from ledger.parties.state import Key, Party
from ledger.receivables import commands as c
from ledger.receivables.records import Holding, HoldingState, Receivable, Transfer
from ledger.service import Receipt
from ledger.settlement import commands as t
from tests.support import having as h
from tests.support.actors import DIGITS, HOUR, Stage, digest
from tests.support.founding import (
    FINANCIERS,
    OBLIGORS,
    PARTIES,
    SUPPLIERS,
    TWO_PEOPLE,
    calendar,
    enrol,
    policy,
)

Act = Callable[[Stage], object]
NEVER = {
    "ledger.open": "each log has one genesis, with which every history begins",
    "rules.adopt": "this build knows rules number 1 alone, which is in force from genesis on",
}
"""Kinds that no history adopts after its beginning."""
OPEN = (HoldingState.HELD, HoldingState.TRANSFER_PENDING, HoldingState.FINANCED)


# -- policy, parties, keys -------------------------------------------------------------------------
def _adopt_policy(s: Stage) -> None:
    rounding = s.random.choice(["half_up", "half_even", "up", "down"])
    document = calendar()
    command = policy(document, rounding, s.random.choice(["following", "modified_following"]))
    s.do("operator", command, documents=[document])


def _enrol(s: Stage) -> None:
    number = s.next()
    if s.random.random() < 0.5:
        enrol(s, f"extra-{number}", [Role.SUPPLIER], ["ann"])
        return
    key = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.EnrolParty(
            natural=True,
            roles=(Role.SUPPLIER,),
            keys=(desk.new_key(key, "ann", jti),),
            evidence=digest("passport"),
            person_name=desk.personal("person_name", f"Person {number}"),
            person_identifier=desk.personal("person_identifier", f"ID {number}"),
            token=digest(f"token {number}"),
        )

    said = s.do("operator", make)
    s.parties[f"person-{number}"] = said.id("pty")


def _assign_roles(s: Stage) -> None:
    known = {s.parties[name] for name in ("operator", *PARTIES)}
    extra = s.some(Party, lambda item: item.id not in known)
    if extra is None:
        _enrol(s)
        return
    roles = [Role.SUPPLIER, Role.FINANCIER, Role.BANK, Role.AUDITOR, Role.REGULATOR]
    chosen = s.random.sample(roles, s.random.randint(0, 3))
    s.do("operator", p.AssignRoles(party=extra.id, roles=tuple(chosen)))


def bind(s: Stage, name: str, person: str) -> Key:
    """A further key of a person."""
    key = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.BindKey(new=desk.new_key(key, person, jti))

    h.sure(s.do(name, make))
    return s.get(Key, key.public.kid)


def _bind(s: Stage) -> None:
    name = s.random.choice(list(PARTIES))
    bind(s, name, s.random.choice(PARTIES[name][1]))


def rotation(s: Stage, old: Key) -> Callable[[Desk, str], vocabulary.Command]:
    """The command that replaces a key by a fresh one."""
    new = s.new_key()

    def make(desk: Desk, jti: str) -> vocabulary.Command:
        return p.RotateKey(old=old.id, new=desk.new_key(new, old.person, jti))

    return make


def _rotate(s: Stage) -> None:
    name = s.random.choice(list(PARTIES))
    old = s.random.choice(s.keys_of(name))
    s.do(name, rotation(s, old), keys=[s.secrets[old.id]])


def _revoke(s: Stage) -> None:
    name = s.random.choice([*SUPPLIERS, *FINANCIERS, "bank"])
    person = PARTIES[name][1][0]
    s.do(name, p.RevokeKey(kid=bind(s, name, person).id, reason="lost"))


def _attest_key(s: Stage) -> None:
    name = s.random.choice([*OBLIGORS, *SUPPLIERS])
    vouched = [key for key in s.keys_of(name) if key.assurance is p.Assurance.OPERATOR_VOUCHED]
    kid = vouched[0].id if vouched else _vouched(s).id
    s.do("bank", p.AttestKey(kid=kid, evidence=digest("transfer"), account="DE02 1203"))


def _vouched(s: Stage) -> Key:
    number = s.next()
    said = h.sure(enrol(s, f"extra-{number}", [Role.SUPPLIER], ["ann"]))
    return s.keys_of(s.name_of(said.id("pty")))[0]


def _set_approval(s: Stage) -> None:
    if s.random.random() < 0.3:
        s.do("core", p.SetApproval(tiers=(TWO_PEOPLE,)))
        return
    persons = s.random.randint(1, 2)
    tier = p.Tier(acts=("holding.split",), persons=persons, from_minor=20_000, currency="USD")
    s.do("second", p.SetApproval(tiers=(tier,) if s.random.random() < 0.7 else ()))


def _add_account(s: Stage) -> None:
    name = s.random.choice(list(PARTIES))
    number = f"{name} {s.next()}"
    currency = s.random.choice(list(DIGITS))
    s.do(name, p.AddAccount(number=number, bank="Bank", currency=currency))


def _manifest(s: Stage) -> None:
    claims = [h.claim(s, obligor="core") for _ in range(s.random.randint(1, 4))]
    s.manifest(s.random.choice(SUPPLIERS), claims)


def claims_by_manifest(s: Stage) -> None:
    """Two hundred claims under one signature, in one commit: a log with a full tile."""
    desk = s.desk_of("first")
    manifest, lines = desk.manifest([desk.draft(h.claim(s)) for _ in range(200)])
    signed = manifest.signed(s.secrets[s.keys_of("first")[0].id])
    answers = s.service.submit_many([signed, *lines])
    assert len({id(answer) for answer in answers if isinstance(answer, Receipt)}) == 201


# -- receivables -----------------------------------------------------------------------------------
def _register(s: Stage) -> None:
    currency = s.random.choice(["CNY", "CNY", "USD"])
    lines = [h.line(s, s.money(currency=currency)) for _ in range(s.random.randint(1, 2))]
    s.do(s.random.choice(SUPPLIERS), h.claim(s, *lines, obligor=s.random.choice(OBLIGORS)))


def _issue(s: Stage) -> None:
    s.do(s.random.choice(OBLIGORS), h.issue(s, to=s.random.choice(SUPPLIERS)))


def _sign_for(s: Stage) -> None:
    item = h.proposed(s)
    command = c.SignForIssue(receivable=item.id, accepts=item.proposal)
    s.do(s.name_of(item.creditor), command, item)


def _decline(s: Stage) -> None:
    item = h.proposed(s)
    reason = s.random.choice(list(c.RejectReason))
    s.do(s.name_of(item.creditor), c.DeclineIssue(receivable=item.id, reason=reason))


def _request_acknowledgement(s: Stage) -> None:
    item = h.registered(s, fresh=0.6)
    s.do(s.name_of(item.creditor), c.RequestAcknowledgement(receivable=item.id))


def _acknowledge(s: Stage) -> None:
    item = h.registered(s)
    amount = Money(s.random.randint(1, item.face.minor), item.face.currency)
    terms = c.Terms(
        waiver_of_defences=s.random.random() < 0.5,
        consent_to_split=s.random.random() < 0.8,
        pay_to=c.PayTo.HOLDER,
    )
    chosen = item.face if s.random.random() < 0.7 else amount
    s.do(s.name_of(item.obligor), h.acknowledgement(item, chosen, terms), item)


def _reject(s: Stage) -> None:
    item = h.registered(s)
    reason = s.random.choice(list(c.RejectReason))
    s.do(s.name_of(item.obligor), c.RejectReceivable(receivable=item.id, reason=reason))


def _withdraw(s: Stage) -> None:
    item = h.registered(s) if s.random.random() < 0.5 else h.proposed(s)
    proposer = item.creditor if item.lapses_ms is None else item.obligor
    s.do(s.name_of(proposer), c.WithdrawReceivable(receivable=item.id))


def _split(s: Stage) -> None:
    item = h.held(s)
    parts = s.random.randint(2, 4)
    part = item.outstanding.minor // parts
    amounts = [part] * (parts - 1) + [item.outstanding.minor - part * (parts - 1)]
    children = (c.Child(amount=Money(amount, item.amount.currency)) for amount in amounts)
    s.do(s.name_of(item.holder), c.SplitHolding(holding=item.id, children=tuple(children)))


def _propose(s: Stage) -> None:
    item = h.held(s)
    price = item.outstanding if s.random.random() < 0.5 else None
    command = h.offer_to(s, item, h.transferee(s, item), price=price)
    s.do(s.name_of(item.holder), command)


def _accept(s: Stage) -> None:
    item = h.pending(s)
    command = c.AcceptTransfer(transfer=item.id, accepts=item.proposal)
    s.do(s.name_of(item.assignee), command, item)


def _reject_transfer(s: Stage) -> None:
    item = h.pending(s)
    s.do(s.name_of(item.assignee), c.RejectTransfer(transfer=item.id))


def _rescind(s: Stage) -> None:
    item = h.pending(s)
    s.do(s.name_of(item.assignor), c.RescindTransfer(transfer=item.id))


# -- financing -------------------------------------------------------------------------------------
def _open_programme(s: Stage) -> None:
    limit = Money(s.random.randint(10_000, 10**6), "CNY")
    named = s.random.choice([(), (s.parties["core"],)])
    by = s.random.choice(FINANCIERS)
    h.programme(s, by, limit_obligor=limit, limit_total=limit, obligors=named)


def _close_programme(s: Stage) -> None:
    item = s.some(Programme, lambda item: item.state == "open") or h.programme(s)
    s.do(s.name_of(item.financier), f.CloseProgramme(programme=item.id))


def _ask(s: Stage) -> None:
    item = h.held(s)
    s.do(s.name_of(item.holder), h.wish(s, item))


def _withdraw_request(s: Stage) -> None:
    item = h.request(s)
    s.do(s.name_of(item.holder), f.WithdrawRequest(request=item.id))


def _make_offer(s: Stage) -> None:
    under = s.some(Programme, lambda item: item.state == "open") or h.programme(s)
    most = Money(s.random.randint(1_000, 90_000), under.currency)
    h.standing_offer(s, under, max_amount=s.random.choice([None, most]))


def _withdraw_offer(s: Stage) -> None:
    item = s.some(Offer, lambda item: item.state == "open")
    item = item or h.standing_offer(s, h.programme(s))
    s.do(s.name_of(item.financier), f.WithdrawOffer(offer=item.id))


def _accept_offer(s: Stage) -> None:
    item = h.sellable(s)
    known = s.some(Offer, lambda offer: offer.is_live(s.clock.ms))
    chosen = known if known and s.random.random() < 0.3 else h.offer_for(s, item)
    s.do(s.name_of(item.holder), *h.acceptance(s, item, chosen))


def _instruct(s: Stage) -> None:
    item = h.financing(s, FinancingState.ACCEPTED)
    s.do(s.name_of(item.financier), h.instruction(item))


def _confirm(s: Stage) -> None:
    item = h.financing(s, FinancingState.INSTRUCTED)
    s.do(s.name_of(item.holder), h.proof(s, item))


def _attest(s: Stage) -> None:
    item = h.financing(s, FinancingState.INSTRUCTED)
    s.do("bank", h.statement(s, item))


def _fail(s: Stage) -> None:
    item = h.financing(s, FinancingState.INSTRUCTED)
    s.do("bank", f.AttestFailure(financing=item.id, reference="returned"))


def _release(s: Stage) -> None:
    item = h.financing(s, s.random.choice([FinancingState.ACCEPTED, FinancingState.INSTRUCTED]))
    s.do(s.name_of(item.financier), f.ReleaseLock(financing=item.id))


def lapsed(s: Stage) -> list[str]:
    """All that time alone has ended and nobody has stated."""
    found = []
    for kind in (Transfer, Receivable, Financing):
        for item in s.all(kind):
            try:
                lapse(s.book, item.id, s.clock.ms)
            except Refused:
                continue
            found.append(item.id)
    return found


def _advance(s: Stage) -> None:
    if not lapsed(s):
        s.random.choice([h.pending, h.proposed])(s)
        s.clock.ms += 11 * 24 * HOUR
    s.do("operator", f.AdvanceClock(lapsed=tuple(lapsed(s)[:100])))


# -- payments --------------------------------------------------------------------------------------
def payable(s: Stage) -> Holding:
    """An open holding that no financing has under way."""
    return h.one(s, Holding, lambda item: item.state in OPEN, lambda: h.held(s, fresh=1))


def part_of(s: Stage, item: Holding) -> Money:
    """All that is outstanding, or some of it."""
    most = item.outstanding.minor
    minor = most if s.random.random() < 0.5 else s.random.randint(1, most)
    return Money(minor, item.amount.currency)


def _receive(s: Stage) -> None:
    item = payable(s)
    s.do(s.name_of(item.holder), h.receipt(s, item, part_of(s, item)))


def payment(s: Stage, item: Holding, amount: Money) -> t.AttestPayment:
    """A bank's statement that the obligor paid."""
    return t.AttestPayment(
        holding=item.id,
        payer=item.obligor,
        account=h.account_of(s, item.holder, item.amount.currency),
        amount=amount,
        value_date=s.today,
        reference=f"line {s.next()}",
    )


def _attest_payment(s: Stage) -> None:
    item = payable(s)
    s.do("bank", payment(s, item, part_of(s, item)))


def distribution(s: Stage, item: Receivable) -> t.DistributePayment:
    """The paying agent passes something on to every open holding that may be paid."""
    found = s.store.records.find(Holding, {"receivable": item.id})
    legs = (
        t.Leg(
            holding=part.id,
            account=h.account_of(s, part.holder, part.amount.currency),
            amount=part_of(s, part),
        )
        for part in found
        if part.state in OPEN
    )
    return t.DistributePayment(
        receivable=item.id, legs=tuple(legs), value_date=s.today, reference=f"line {s.next()}"
    )


def _distribute(s: Stage) -> None:
    command = distribution(s, h.with_agent(s))
    if command.legs:
        s.do("bank", command)


def wait(s: Stage) -> None:
    """Time passes: minutes, hours, days."""
    s.clock.ms += s.random.choice([1_000, HOUR, 12 * HOUR, 24 * HOUR, 72 * HOUR, 130 * HOUR])


ACTS: dict[str, Act] = {
    "policy.adopt": _adopt_policy,
    "party.enrol": _enrol,
    "party.assign_roles": _assign_roles,
    "key.bind": _bind,
    "key.rotate": _rotate,
    "key.revoke": _revoke,
    "key.attest": _attest_key,
    "approval.set": _set_approval,
    "account.add": _add_account,
    "manifest.sign": _manifest,
    "receivable.register": _register,
    "receivable.issue": _issue,
    "receivable.sign_for": _sign_for,
    "receivable.decline": _decline,
    "receivable.request": _request_acknowledgement,
    "receivable.acknowledge": _acknowledge,
    "receivable.reject": _reject,
    "receivable.withdraw": _withdraw,
    "holding.split": _split,
    "holding.propose_transfer": _propose,
    "holding.accept_transfer": _accept,
    "holding.reject_transfer": _reject_transfer,
    "holding.rescind_transfer": _rescind,
    "programme.open": _open_programme,
    "programme.close": _close_programme,
    "financing.request": _ask,
    "financing.withdraw_request": _withdraw_request,
    "offer.make": _make_offer,
    "offer.withdraw": _withdraw_offer,
    "offer.accept": _accept_offer,
    "financing.instruct": _instruct,
    "financing.receive": _confirm,
    "financing.attest": _attest,
    "financing.fail": _fail,
    "financing.release": _release,
    "clock.advance": _advance,
    "payment.receive": _receive,
    "payment.attest": _attest_payment,
    "payment.distribute": _distribute,
}
"""What to do for each kind of command."""
