"""Evidence tells a holder all about its own claim, and nothing about anybody else's part.

Random trees of splits, transfers, advances and payments with amounts that occur once only; then
every party asks for the evidence of every holding, and all that is disclosed to it is searched.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.chain.proof import inclusion_proof, verify_inclusion
from ledger.chain.tree import leaf_hash
from ledger.envelope import read_disclosure
from ledger.errors import Refused
from ledger.evidence import EvidenceEntry, evidence_of
from ledger.financing.records import Financing
from ledger.money import parse_decimal
from ledger.parties.commands import Role
from ledger.parties.state import Party
from ledger.receivables.records import Holding, Transfer
from tests.support.actors import Stage, open_stage
from tests.support.founding import PARTIES
from tests.support.trees import grow


# -- what is shown ---------------------------------------------------------------------------------
def amounts_in(tree: Any) -> Iterator[int]:
    """Every amount in a disclosed value, in minor units."""
    if isinstance(tree, dict):
        if tree.keys() == {"amount", "currency"}:
            yield parse_decimal(tree["amount"], 2)
        for value in tree.values():
            yield from amounts_in(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from amounts_in(value)


def shown(entries: list[EvidenceEntry]) -> tuple[set[int], set[str], set[int]]:
    """The amounts, the names of parties and the rates in what is disclosed."""
    found = [read_disclosure(text) for entry in entries for text in entry.disclosures]
    amounts = {amount for _, _, value in found for amount in amounts_in(value)}
    names = {value for _, name, value in found if name in ("name", "operator_name")}
    rates = {value for _, name, value in found if name == "rate_ppm"}
    return amounts, names, rates


def own_chain(item: Holding, holdings: dict[str, Holding]) -> set[str]:
    """Those who had exactly this holding."""
    parent = holdings.get(item.parent or "")
    return set(item.chain[len(parent.chain) - 1 if parent else 0 :])


class Secrets:
    """What nobody but its own people may learn: amounts and prices with who may see them.

    `evidence` is what each party is given for each holding that concerns it.
    """

    def __init__(self, s: Stage) -> None:
        self.holdings = {item.id: item for item in s.all(Holding)}
        self.evidence = {
            (item.id, name): ask(s, item, name)
            for item in self.holdings.values()
            for name in PARTIES
            if concerned(s, item, name)
        }
        self.amounts: list[tuple[int, set[str], str]] = []
        for item in self.holdings.values():
            people = own_chain(item, self.holdings) | {item.obligor}
            self.amounts.append((item.amount.minor, people, f"amount of {item.id}"))
        for transfer in s.all(Transfer):
            assert transfer.consideration is not None
            pair = {transfer.assignor, transfer.assignee}
            self.amounts.append((transfer.consideration.minor, pair, f"price of {transfer.id}"))
        for made in s.all(Financing):
            pair = {made.holder, made.financier}
            self.amounts.append((made.price.minor, pair, f"price of {made.id}"))

    def leaks(self, amounts: set[int], asker: str) -> list[str]:
        """Which secrets of others are among the amounts that `asker` was shown."""
        own = {minor for minor, people, _ in self.amounts if asker in people}
        return [
            what
            for minor, people, what in self.amounts
            if minor in amounts and asker not in people and minor not in own
        ]

    def met(self, asker: str) -> set[str]:
        """Whom a party knows: along the chains it is in up to the next hand, and its obligors."""
        known = {asker}
        for item in self.holdings.values():
            if asker == item.obligor:
                known |= {asker, *item.chain}
            elif asker in item.chain:
                last = max(at for at, party in enumerate(item.chain) if party == asker)
                known |= {item.obligor, *item.chain[: last + 2]}
        return known


@pytest.fixture(scope="module", params=range(3))
def tree(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Stage, Secrets]]:
    """A grown ledger and its secrets."""
    with open_stage(tmp_path_factory.mktemp("tree"), request.param) as s:
        grow(s, 30)
        secrets = Secrets(s)
        assert len(secrets.holdings) > 10
        assert s.all(Transfer)
        assert s.all(Financing)
        yield s, secrets


def ask(s: Stage, item: Holding, name: str) -> list[EvidenceEntry]:
    """The evidence of a holding, as a party gets it."""
    party = s.get(Party, s.parties[name])
    return evidence_of(s.store, s.store.records, item.id, party)


def concerned(s: Stage, item: Holding, name: str) -> bool:
    """Whether a holding is any business of a party."""
    return name == "auditor" or s.parties[name] in (item.obligor, *item.chain)


def everyone(s: Stage, secrets: Secrets) -> Iterator[tuple[Holding, str]]:
    """Every holding with every party that it concerns, auditors aside."""
    for item in secrets.holdings.values():
        for name in PARTIES:
            if name != "auditor" and concerned(s, item, name):
                yield item, name


def test_nobody_is_shown_the_amount_or_price_of_anothers_part(tree: tuple[Stage, Secrets]) -> None:
    """No sibling's amount, no parent's, no price of others, in whatever is disclosed."""
    s, secrets = tree
    leaks = {
        (item.id, name): found
        for item, name in everyone(s, secrets)
        if (found := secrets.leaks(shown(secrets.evidence[item.id, name])[0], s.parties[name]))
    }
    assert leaks == {}


def test_nobody_is_shown_the_name_of_somebody_it_never_met(tree: tuple[Stage, Secrets]) -> None:
    """Names of parties travel along a holding's chain and no further."""
    s, secrets = tree
    names = {s.get(Party, party).name: party for party in s.parties.values()}
    for item, name in everyone(s, secrets):
        texts = shown(secrets.evidence[item.id, name])[1] - {"Operator"}  # who runs it all know
        seen = {names[text] for text in texts if text in names}
        assert seen - secrets.met(s.parties[name]) == set(), (item.id, name)


def test_no_rate_is_shown_to_others_than_its_two_parties(tree: tuple[Stage, Secrets]) -> None:
    """At what rate somebody sold is between seller and financier."""
    s, secrets = tree
    for item, name in everyone(s, secrets):
        party = s.parties[name]
        own = {made.rate_ppm for made in s.all(Financing) if party in (made.holder, made.financier)}
        assert shown(secrets.evidence[item.id, name])[2] - own == set()


def test_a_holder_is_shown_its_amount_its_obligor_and_its_chain(
    tree: tuple[Stage, Secrets],
) -> None:
    """What it needs to prove its claim to anyone."""
    s, secrets = tree
    for item in secrets.holdings.values():
        amounts, names, _ = shown(secrets.evidence[item.id, s.name_of(item.holder)])
        assert item.amount.minor in amounts
        needed = {s.get(Party, party).name for party in (item.obligor, *item.chain)}
        assert needed <= names


def test_the_obligor_is_shown_the_amount_of_every_part(tree: tuple[Stage, Secrets]) -> None:
    """Whoever must pay knows how much, and to whom."""
    s, secrets = tree
    for item in secrets.holdings.values():
        amounts, names, _ = shown(secrets.evidence[item.id, s.name_of(item.obligor)])
        assert item.amount.minor in amounts
        assert {s.get(Party, party).name for party in item.chain} <= names


def test_every_entry_of_the_evidence_is_in_the_tree(tree: tuple[Stage, Secrets]) -> None:
    """Entries are handed out as they were written: each proves its place."""
    s, secrets = tree
    head = s.service.signed
    given = {(entry.seq, entry.data) for found in secrets.evidence.values() for entry in found}
    assert len(given) > len(secrets.holdings)
    for seq, data in given:
        path = inclusion_proof(s.store.tile, seq, head.size)
        verify_inclusion(seq, head.size, leaf_hash(data), path, head.root)


def test_strangers_are_told_that_there_is_no_such_holding(tree: tuple[Stage, Secrets]) -> None:
    """Whoever never held nor owes it gets the answer for an id that does not exist."""
    s, secrets = tree
    strangers = [
        (item, name)
        for item in secrets.holdings.values()
        for name in PARTIES
        if not concerned(s, item, name)
    ]
    assert strangers
    for item, name in strangers:
        with pytest.raises(Refused) as caught:
            ask(s, item, name)
        assert caught.value.code.value == "record_not_found"


def test_the_auditor_is_shown_everything(tree: tuple[Stage, Secrets]) -> None:
    """All disclosures of every entry of the history."""
    s, secrets = tree
    assert s.get(Party, s.parties["auditor"]).has(Role.AUDITOR)
    for item in secrets.holdings.values():
        for entry in secrets.evidence[item.id, "auditor"]:
            kept = s.store.disclosures(entry.seq, entry.seq + 1).get(entry.seq, ())
            assert sorted(entry.disclosures) == sorted(kept)
