"""A toy ledger of plain dicts: what anybody would expect from what was said and accepted.

It shares no code with the ledger but the shapes of commands and records. From each accepted
command it works out for itself who holds what, what is owed, used, locked and exposed, and then
looks whether the ledger's records say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from tests.support import toy_burdens, toy_changes, toy_interest, toy_recourse
from tests.support.actors import DAY, Said, Stage
from tests.support.toy_ids import made_id, shared

FOREVER = 10**18
LOCK_DAYS, ISSUE_DAYS = 4, 10
Toys = dict[str, dict[str, Any]]


class Toy:
    """Told of everything that is said, it keeps its own books."""

    def __init__(self) -> None:
        self.claims: Toys = {}
        self.holdings: Toys = {}
        self.transfers: Toys = {}
        self.loans: Toys = {}
        self.programmes: Toys = {}
        self.offers: Toys = {}
        self.securities: dict[str, Any] = {}
        self.freezes: dict[str, int] = {}
        self.changes: Toys = {}
        self.disputes: Toys = {}
        self.debts: Toys = {}
        self.invoices: dict[tuple[str, str], str] = {}
        self.net: dict[str, int] = {}
        self.red: dict[str, int] = {}
        self.unabsorbed: Counter[str] = Counter()
        self.roles: dict[str, set[str]] = {}
        self.payments: Toys = {}
        self.astray: Toys = {}
        self.recourses: Toys = {}
        self.recoveries: Toys = {}
        self.rules: dict[str, Any] = {}
        self.insolvent: dict[str, date] = {}
        self.now = 0

    def name(self, said: Said, prefix: str) -> str:
        """The id of what a command makes first."""
        return made_id(said, prefix)

    def hear(self, said: Said) -> None:
        """Something was said; only what was accepted for the first time counts."""
        self.now = max(self.now, said.at_ms)
        tell = _TELLS.get(type(said.command).__name__)
        if said.taken and tell is not None:
            tell(self, said, said.command)

    # -- rules and parties -------------------------------------------------------------------------
    def _adopt_policy(self, _: Said, c: Any) -> None:
        ppm = c.statute.late_ppm if c.statute else 0
        self.rules = {"rounding": c.rounding, "roll": c.roll, "ppm": ppm}

    def _declare_insolvency(self, _: Said, c: Any) -> None:
        self.insolvent[c.party] = c.day

    def _end_insolvency(self, _: Said, c: Any) -> None:
        del self.insolvent[c.party]

    def _enrol_party(self, said: Said, c: Any) -> None:
        self.roles[made_id(said, "pty")] = {role.value for role in c.roles}

    def _assign_roles(self, _: Said, c: Any) -> None:
        self.roles[c.party] = {role.value for role in c.roles}

    # -- claims ------------------------------------------------------------------------------------
    def _claim(self, said: Said, c: Any, creditor: str, obligor: str, until: int) -> None:
        names = []
        for ordinal, line in enumerate(c.invoices):
            name = made_id(said, "inv", ordinal)
            names.append(self.invoices.setdefault((creditor, line.facts.number), name))
            prepaid = line.facts.prepaid.minor if line.facts.prepaid else 0
            self.net[names[-1]] = line.facts.gross.minor - prepaid
        self.claims[made_id(said, "rcv")] = {
            "creditor": creditor,
            "obligor": obligor,
            "face": sum(line.used.minor for line in c.invoices),
            "currency": c.invoices[0].used.currency,
            "uses": [[creditor, line.facts.number, line.used.minor] for line in c.invoices],
            "invoices": names,
            "due": c.due,
            "overdue": [],
            "ppm": c.late_ppm,
            "waived": "terms" in c.__struct_fields__ and c.terms.waiver_of_defences,
            "state": "waiting",
            "until": until,
            "owed": 0,
        }

    def _register_receivable(self, said: Said, c: Any) -> None:
        self._claim(said, c, said.party, c.obligor, FOREVER)

    def _propose_issue(self, said: Said, c: Any) -> None:
        self._claim(said, c, c.creditor, said.party, self.now + ISSUE_DAYS * DAY)

    def _owed(self, said: Said, claim_id: str, amount: int) -> None:
        claim = self.claims[claim_id]
        claim |= {"state": "owed", "owed": amount, "until": FOREVER}
        left = amount
        for use in claim["uses"]:
            use[2] = min(use[2], left)
            left -= use[2]
        holding = {
            "claim": claim_id,
            "parent": None,
            "ordinal": 0,
            "holder": claim["creditor"],
            "amount": amount,
            "paid": 0,
            "costs": 0,
            "reduced": 0,
            "open": True,
            "split": False,
            "lien": None,
            "burdens": [],
            "sellers": (),
        }
        self.holdings[made_id(said, "hld")] = holding

    def _acknowledge(self, said: Said, c: Any) -> None:
        self._owed(said, c.receivable, c.amount.minor)
        self.claims[c.receivable]["waived"] = c.terms.waiver_of_defences

    def _sign_for_issue(self, said: Said, c: Any) -> None:
        self._owed(said, c.receivable, self.claims[c.receivable]["face"])

    def _end_claim(self, _: Said, c: Any) -> None:
        self.claims[c.receivable]["state"] = "over"

    # -- holdings ----------------------------------------------------------------------------------
    def lien(self, holding: dict[str, Any]) -> tuple[str, str] | None:
        """What has a holding now: (kind, id) of a transfer or financing, time considered."""
        lien = holding["lien"]
        return None if lien is None or lien[2] <= self.now else lien[:2]

    def _split_holding(self, said: Said, c: Any) -> None:
        parent = self.holdings[c.holding]
        sizes = [child.amount.minor for child in c.children]
        parent |= {"open": False, "split": True, "sizes": sizes}
        costs = shared(parent["costs"], sizes)
        live = toy_burdens.live(parent["burdens"], self.now)
        dealt = toy_burdens.dealt(live, sizes)
        for ordinal, size in enumerate(sizes):
            own = {
                "parent": c.holding,
                "ordinal": ordinal,
                "amount": size,
                "paid": 0,
                "reduced": 0,
                "costs": costs[ordinal],
                "burdens": dealt[ordinal],
            }
            part = parent | own | {"open": True, "split": False, "lien": None}
            self.holdings[made_id(said, "hld", ordinal)] = part

    def _propose_transfer(self, said: Said, c: Any) -> None:
        name = made_id(said, "trf")
        self.transfers[name] = {"holding": c.holding, "to": c.to}
        self.holdings[c.holding]["lien"] = ("transfer", name, c.lapses_ms)

    def _accept_transfer(self, _: Said, c: Any) -> None:
        transfer = self.transfers[c.transfer]
        holding = self.holdings[transfer["holding"]]
        sellers = (*holding["sellers"], holding["holder"])
        holding |= {"holder": transfer["to"], "lien": None, "sellers": sellers}
        if self.claims[holding["claim"]]["obligor"] == transfer["to"]:
            left = holding["amount"] - holding["paid"] - holding["reduced"]
            self.claims[holding["claim"]]["owed"] -= left
            holding["open"] = False

    def _end_transfer(self, _: Said, c: Any) -> None:
        self.holdings[self.transfers[c.transfer]["holding"]]["lien"] = None

    def _pay(self, said: Said, holding_id: str, minor: int, ordinal: int = 0) -> None:
        """Costs first, then interest, then the principal; a court by its freeze gets that alone."""
        holding, c = self.holdings[holding_id], said.command
        freeze = getattr(c, "freeze", None)
        interest = toy_interest.owed(self, holding_id, c.value_date)
        costs = 0 if freeze else min(holding["costs"], minor)
        interest = 0 if freeze else min(interest, minor - costs)
        principal = minor - costs - interest
        holding["costs"] -= costs
        lien = holding["lien"]
        payment = {"holding": holding_id, "costs": costs, "principal": principal, "loan": None}
        payment |= {"interest": interest, "value": c.value_date, "counts": True}
        payment |= {"to": holding["holder"], "freeze": freeze}
        self.payments[made_id(said, "pay", ordinal)] = payment
        toy_recourse.count(self, payment, minor)
        if principal:
            payment["loan"] = lien[1] if lien is not None and lien[0] == "title" else None
            self.fall(holding_id, principal, "paid")

    def fall(self, holding_id: str, minor: int, how: str) -> None:
        """So much less is owed on a holding: it was ``paid`` or ``reduced``."""
        holding = self.holdings[holding_id]
        holding[how] += minor
        holding["open"] = holding["paid"] + holding["reduced"] < holding["amount"]
        self.claims[holding["claim"]]["owed"] -= minor
        lien = holding["lien"]
        if lien is not None and lien[0] == "title":
            self.loans[lien[1]]["exposure"] -= minor
        if lien is not None and (lien[0] != "title" or not holding["open"]):
            if lien[0] == "lock":
                self.loans[lien[1]]["exposure"] = 0
            holding["lien"] = None

    def _receive(self, said: Said, c: Any) -> None:
        self._pay(said, c.holding, c.amount.minor)

    def _execute_freeze(self, said: Said, c: Any) -> None:
        toy_burdens.give_back(self, c.freeze, c.parts)
        for ordinal, part in enumerate(c.parts):
            self._pay(said, part.holding, part.amount.minor, ordinal)

    def _distribute_payment(self, said: Said, c: Any) -> None:
        for ordinal, leg in enumerate(c.legs):
            self._pay(said, leg.holding, leg.amount.minor, ordinal)

    def _reverse_payment(self, _: Said, c: Any) -> None:
        payment = self.payments[c.payment]
        holding, principal = self.holdings[payment["holding"]], payment["principal"]
        holding["costs"] += payment["costs"]
        payment["counts"] = False
        toy_recourse.count(self, payment, -payment["costs"] - payment["interest"] - principal)
        if not principal:
            return
        holding["paid"] -= principal
        self.claims[holding["claim"]]["owed"] += principal
        if payment["loan"] is not None:
            self.loans[payment["loan"]]["exposure"] += principal
            holding["lien"] = ("title", payment["loan"], FOREVER)
        holding["open"] = True
        if payment["freeze"] is not None:
            toy_burdens.freeze_again(self, holding, payment["freeze"], principal)

    def _admit_costs(self, _: Said, c: Any) -> None:
        self.holdings[c.holding]["costs"] += c.amount.minor

    def _report_misdirected(self, said: Said, c: Any) -> None:
        self.astray[made_id(said, "mis")] = {"holding": c.holding, "amount": c.amount.minor}

    def _turn_over(self, said: Said, c: Any) -> None:
        found = self.astray[c.misdirected]
        self._pay(said, found["holding"], found["amount"])

    # -- financing ---------------------------------------------------------------------------------
    def _open_programme(self, said: Said, c: Any) -> None:
        self.programmes[made_id(said, "prg")] = {"by": said.party, "currency": c.currency}

    def _make_offer(self, said: Said, c: Any) -> None:
        self.offers[made_id(said, "off")] = {"programme": c.programme}

    def _accept_offer(self, said: Said, c: Any) -> None:
        name, holding = made_id(said, "fin"), self.holdings[c.holding]
        programme = self.offers[c.offer]["programme"]
        until = self.now + LOCK_DAYS * DAY
        holding["lien"] = ("lock", name, until)
        self.loans[name] = {
            "holding": c.holding,
            "programme": programme,
            "financier": self.programmes[programme]["by"],
            "exposure": holding["amount"] - holding["reduced"],
            "until": until,
        }

    def _instruct_disbursement(self, _: Said, c: Any) -> None:
        loan = self.loans[c.financing]
        loan["until"] = FOREVER
        self.holdings[loan["holding"]]["lien"] = ("lock", c.financing, FOREVER)

    def _prove(self, _: Said, c: Any) -> None:
        loan = self.loans[c.financing]
        lien = ("title", c.financing, FOREVER)
        holding = self.holdings[loan["holding"]]
        sellers = (*holding["sellers"], holding["holder"])
        holding |= {"holder": loan["financier"], "lien": lien, "sellers": sellers}

    def _let_go(self, _: Said, c: Any) -> None:
        loan = self.loans[c.financing]
        loan["exposure"] = 0
        self.holdings[loan["holding"]]["lien"] = None

    # -- comparing ---------------------------------------------------------------------------------
    def used(self) -> Counter[tuple[str, str]]:
        """What is used of each invoice (seller, number), time considered."""
        sums: Counter[tuple[str, str]] = Counter()
        for claim in self.claims.values():
            live = claim["state"] == "owed" or (
                claim["state"] == "waiting" and claim["until"] > self.now
            )
            for seller, number, minor in claim["uses"] if live else ():
                sums[seller, number] += minor
        return +sums

    def exposures(self) -> Counter[str]:
        """What each programme has locked and advanced, time considered."""
        sums: Counter[str] = Counter()
        for loan in self.loans.values():
            if loan["until"] > self.now:
                sums[loan["programme"]] += loan["exposure"]
        return +sums


_TELLS: dict[str, Callable[[Toy, Said, Any], None]] = {
    "AdoptPolicy": Toy._adopt_policy,
    "DeclareInsolvency": Toy._declare_insolvency,
    "EndInsolvency": Toy._end_insolvency,
    "EnrolParty": Toy._enrol_party,
    "AssignRoles": Toy._assign_roles,
    "RegisterReceivable": Toy._register_receivable,
    "ProposeIssue": Toy._propose_issue,
    "Acknowledge": Toy._acknowledge,
    "SignForIssue": Toy._sign_for_issue,
    "SplitHolding": Toy._split_holding,
    "ProposeTransfer": Toy._propose_transfer,
    "AcceptTransfer": Toy._accept_transfer,
    "DistributePayment": Toy._distribute_payment,
    "OpenProgramme": Toy._open_programme,
    "MakeOffer": Toy._make_offer,
    "AcceptOffer": Toy._accept_offer,
    "InstructDisbursement": Toy._instruct_disbursement,
    "DeclineIssue": Toy._end_claim,
    "RejectReceivable": Toy._end_claim,
    "WithdrawReceivable": Toy._end_claim,
    "RejectTransfer": Toy._end_transfer,
    "RescindTransfer": Toy._end_transfer,
    "ReceivePayment": Toy._receive,
    "AttestPayment": Toy._receive,
    "ExecuteFreeze": Toy._execute_freeze,
    "ReversePayment": Toy._reverse_payment,
    "AdmitCosts": Toy._admit_costs,
    "ReportMisdirected": Toy._report_misdirected,
    "TurnOver": Toy._turn_over,
    "ConfirmReceipt": Toy._prove,
    "AttestDisbursement": Toy._prove,
    "AttestFailure": Toy._let_go,
    "ReleaseLock": Toy._let_go,
    **toy_burdens.TELLS,
    **toy_changes.TELLS,
    **toy_recourse.TELLS,
}
"""What each accepted command changes here; others change nothing that the toy keeps."""


def watch(stage: Stage) -> Toy:
    """A toy that hears all that is said on a stage from now on."""
    toy = Toy()
    stage.watchers.append(toy.hear)
    return toy
