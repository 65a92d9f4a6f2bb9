"""A scenario as a file: what parties say one after another, and the block or alert it ends in.

A file is JSON: `title`, `source`, `promise` (what stands in the way), `parties` (more than the
usual ones, with their roles), `people` (of a party besides the first, with the keys `party/person`)
and `steps`. A step says who (`by`) asks what (`kind`,
`body`), which records it has seen (`seen`), with whose key it signs (`key`, else its own), and what
comes of it: `refused` with a code, or `alerts` of these kinds, which name `others`; it may be
remembered under a name (`as`). `shows` are words that the signer reads before, in English or in
Chinese. A step with `days` lets time pass. In bodies stand

    $core            the id of a party            $core.account      its account (made when needed)
    $claim.rcv       what the step `claim` made   $claim.payload     the digest that it signed
    $today+90        a date                       $now+5             an instant, in days
    $digest:text     a SHA-256 digest             $price:hold:offer  the exact price of today
    $kid:label       the id of a key              $new:ann:label     a new key of a person
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from api.bodies import read_body
from api.commandfile import unsigned
from api.drafting import Desk, Draft, new_jti
from api.explaining.explain import explain
from api.explaining.labels import names_from
from ledger.alerts.state import Alert
from ledger.catalogue import BY_PREFIX
from ledger.errors import Refused
from ledger.financing.records import Offer
from ledger.model import codec
from ledger.model.records import make_id
from ledger.parties.commands import Role
from ledger.receivables.records import Holding
from ledger.refusals.language import Language
from ledger.vocabulary import COMMANDS
from tests.support.sandbox import DAY, Sandbox, digest, signing_key

_NAME = re.compile(r"\$([a-z_]+)(?:\.([a-z]+)([0-9]*))?")
_TIME = re.compile(r"\$(today|now)([+-][0-9]+)?")


@dataclass(slots=True)
class Scenario:
    """A file and the ledger that it is told to."""

    box: Sandbox
    tree: dict[str, Any]
    said: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)
    jti: str = ""
    desk: Desk | None = None

    def run(self) -> list[str]:
        """What ended otherwise than the file says: nothing, where the promise is kept."""
        for name, roles in self.tree.get("parties", {}).items():
            people = self.tree.get("people", {}).get(name, ())
            self.box.enrol(name, tuple(Role(role) for role in roles), *people)
        wrong = []
        for number, step in enumerate(self.tree["steps"], 1):
            if "days" in step:
                self.box.clock.advance(days=step["days"])
                continue
            expected = (step.get("refused", "taken"), sorted(step.get("alerts", [])))
            found = self._say(step)
            if found != expected:
                wrong.append(f"step {number} ({step['kind']}): {found}, not {expected}")
        return wrong

    def _say(self, step: dict[str, Any]) -> tuple[str, list[str]]:
        """`taken` or the code of the refusal, and the kinds of the alerts that it raised."""
        draft = self._draft(step)
        before = {alert.id for alert in self.box.all(Alert)}
        if "as" in step:
            self.said[step["as"]] = (self.box.party(step["by"]), self.jti, draft.digest)
        try:
            self.box.service.submit(draft.signed(self.box.keys[step.get("key", step["by"])]))
        except Refused as refused:
            return refused.code.value, []
        raised = [alert for alert in self.box.all(Alert) if alert.id not in before]
        named = {name for alert in raised for name in alert.others}
        missing = set(self._filled(step.get("others", []))) - named
        return "taken", sorted([*(alert.kind.value for alert in raised), *missing])

    def _draft(self, step: dict[str, Any]) -> Draft:
        """The command of a step, unsigned, once its signer has read what it does."""
        self.jti, self.desk = new_jti(self.box.clock.ms), self.box.desk(step["by"])
        body = self._filled(step["body"])
        command = read_body(COMMANDS[step["kind"], 1], body, self.desk.digits, self.desk.personal)
        expect = {name: self._seq(name) for name in self._filled(step.get("seen", []))}
        draft = self.desk.draft(command, jti=self.jti, expect=expect)
        if "shows" in step:
            told = " ".join(self._told(draft, language) for language in Language)
            missing = [words for words in step["shows"] if words not in told]
            assert not missing, (missing, told)
        return draft

    def _told(self, draft: Draft, language: Language) -> str:
        """The sentence before the signature, with what the ledger says of the records in it."""
        (found,) = explain(unsigned(draft), language, names=names_from(self._record))
        return found.sentence

    def _record(self, _collection: str, kind: type[Any], record_id: str) -> Any:
        found = self.box.store.records.get(kind, (record_id,)).get(record_id)
        digits = self.box.desk("operator").digits
        return None if found is None else codec.write(found, codec.WireForm(digits, {}))

    def _seq(self, record_id: str) -> int:
        kind = BY_PREFIX[record_id.partition("_")[0]]
        return int(self.box.get(kind, record_id).last_seq)

    def _filled(self, tree: Any) -> Any:
        if isinstance(tree, dict):
            return {name: self._filled(value) for name, value in tree.items()}
        if isinstance(tree, list):
            return [self._filled(value) for value in tree]
        return self._meant(tree) if isinstance(tree, str) and tree.startswith("$") else tree

    def _meant(self, text: str) -> Any:
        if text.startswith("$digest:"):
            return digest(text.removeprefix("$digest:"))
        if text.startswith("$kid:"):
            return self.box.keys[text.removeprefix("$kid:")].public.kid
        if text.startswith("$new:"):
            return self._new_key(*text.split(":")[1:])
        if text.startswith("$price:"):
            return self._price(*text.split(":")[1:])
        if (time := _TIME.fullmatch(text)) is not None:
            days = int(time[2] or 0)
            if time[1] == "today":
                return (self.box.today + timedelta(days=days)).isoformat()
            return self.box.clock.ms + days * DAY
        match = _NAME.fullmatch(text)
        assert match is not None, text
        name, what, ordinal = match.groups()
        if what is None:
            return self.box.party(name)
        if what == "account":
            return self._account(name)
        party, jti, payload = self.said[name]
        return payload if what == "payload" else make_id(what, party, jti, int(ordinal or 0))

    def _account(self, name: str) -> str:
        if name not in self.accounts:
            self.accounts[name] = self.box.account(name)
        return self.accounts[name]

    def _new_key(self, person: str, label: str) -> Any:
        """A fresh key of a person, for the command that is being drafted."""
        assert self.desk is not None
        self.box.keys[label] = signing_key(label)
        new = self.desk.new_key(self.box.keys[label], person, self.jti)
        return codec.write(new, codec.WireForm(self.desk.digits, {}))

    def _price(self, holding: str, offer: str) -> dict[str, str]:
        """What the offer that one step made pays for the holding that another made."""
        quote = self.box.quote(
            self.box.get(Holding, self._meant(f"${holding}.hld")),
            self.box.get(Offer, self._meant(f"${offer}.off")),
        )
        return {"amount": f"{quote.price.minor / 100:.2f}", "currency": quote.price.currency}


def read_scenario(path: Path) -> dict[str, Any]:
    """The tree of a file."""
    tree: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return tree
