"""An operator with two histories, a witness in front of each: they find it out together."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.embedded import open_folder
from api.verifier import duebill_verify as second_verifier
from api.witnessing.app import create_app
from api.witnessing.folder import make_witness, open_witness
from ledger.chain.checkpoint import parse_checkpoint
from ledger.chain.contradiction import Relation, compare_heads, grown_from, read_contradiction
from ledger.chain.note import NoteKey, open_note
from ledger.chain.proof import consistency_proof
from ledger.chain.tiles import TileId
from ledger.chain.trust import trust_in
from ledger.parties.commands import AddAccount, Role
from ledger.witness.judging import log_keys
from ledger.witness.request import AddCheckpoint
from ledger.witness.state import origin_hash
from tests.support.cli import answer
from tests.support.desk import ORIGIN, Office, open_office
from tests.support.witnesses import Clock


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the histories: its signed head, and its tiles."""

    note: str
    size: int
    tile: Callable[[TileId], bytes]

    def request(self, old: int) -> bytes:
        """What the operator sends a witness of this history that knows `old` entries."""
        proof = consistency_proof(self.tile, old, self.size) if old else ()
        return AddCheckpoint(old, proof, self.note).text().encode()


class Cheat:
    """An operator that went on from one backup twice, under one key."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with open_office(folder / "one") as office:
            office.enrol("acme", Role.SUPPLIER)
            self._office = office
            self.keys = office.embedded.log_keys()
        shutil.copytree(folder / "one", folder / "other")

    @contextmanager
    def branch(self, name: str, accounts: int) -> Iterator[Branch]:
        """A history in its own database, after so many entries more."""
        known = self._office
        with open_folder(self._folder / name, known.clock) as embedded:
            office = Office(embedded, known.clock, known.parties, known.keys)
            for number in range(accounts):
                office.do("acme", AddAccount(number=f"{name}-{number}", bank=name, currency="CNY"))
            note = embedded.store.checkpoint()
            assert note is not None
            yield Branch(note, embedded.service.signed.size, embedded.store.tile)


@dataclass(frozen=True, slots=True)
class Watched:
    """One of our witnesses behind its HTTP interface, and what it kept."""

    key: NoteKey
    client: TestClient
    evidence: Path

    def send(self, branch: Branch, old: int) -> int:
        """The status for a head of a branch."""
        return self.client.post("/add-checkpoint", content=branch.request(old)).status_code

    def head(self) -> str:
        """What it tells a monitor."""
        return self.client.get(f"/{origin_hash(ORIGIN)}/checkpoint").text


@contextmanager
def watched(folder: Path, keys: list[NoteKey]) -> Iterator[Watched]:
    """A witness for the cheat's ledger."""
    key = make_witness(folder, f"witness.example/{folder.name}")
    with (
        open_witness(folder, log_keys(keys), Clock()) as witness,
        TestClient(create_app(witness)) as client,
    ):
        yield Watched(key, client, folder / "evidence.jsonl")


@pytest.mark.parametrize("more", [2, 4])
def test_two_witnesses_expose_two_histories(tmp_path: Path, more: int) -> None:
    """Each history was cosigned once; what the witnesses say beside each other convicts the log."""
    cheat = Cheat(tmp_path)
    with (
        cheat.branch("one", 2) as one,
        cheat.branch("other", more) as other,
        watched(tmp_path / "w1", cheat.keys) as first,
        watched(tmp_path / "w2", cheat.keys) as second,
    ):
        assert (first.send(one, 0), second.send(other, 0)) == (200, 200)
        # A monitor compares what they say; where the sizes differ it reads the larger log's tiles.
        heads = (first.head(), second.head())
        larger = parse_checkpoint(open_note(heads[1], cheat.keys).body)
        grown = None if more == 2 else grown_from(other.tile, one.size, larger)
        found = compare_heads(*heads, cheat.keys, grown)
        assert found.relation is Relation.FORK
        assert read_contradiction(found.data(), cheat.keys) == found
        policy = second_verifier.Policy(trust_in(cheat.keys).text().encode())
        assert second_verifier.read_shown(found.data(), policy)["relation"] == "fork"
        for note, watcher in zip((found.kept_note, found.shown_note), (first, second), strict=True):
            opened = open_note(note, [*cheat.keys, watcher.key])
            assert (opened.signed_by, list(opened.cosigned)) == ({*cheat.keys}, [watcher.key])
        # The log tries to bring its witnesses together: the first keeps what it was sent.
        assert first.send(other, one.size) == 422
        (line,) = first.evidence.read_bytes().splitlines()
        kept = read_contradiction(line, cheat.keys)
        assert (kept.relation, kept.shown_note) == (Relation.FORK, other.note)
        assert kept.kept_note == first.head()
        assert not second.evidence.exists()


def test_the_head_of_one_witness_shown_to_another(tmp_path: Path) -> None:
    """Anybody may carry a head from one witness to the next, as it was served: it is evidence."""
    cheat = Cheat(tmp_path)
    with (
        cheat.branch("one", 2) as one,
        cheat.branch("other", 2) as other,
        watched(tmp_path / "w1", cheat.keys) as first,
        watched(tmp_path / "w2", cheat.keys) as second,
    ):
        assert (first.send(one, 0), second.send(other, 0)) == (200, 200)
        carried = AddCheckpoint(one.size, (), second.head()).text()
        sent = first.client.post("/add-checkpoint", content=carried.encode())
        assert sent.status_code == 422
        (line,) = first.evidence.read_bytes().splitlines()
        assert read_contradiction(line, cheat.keys).relation is Relation.FORK
        policy, fork, heads = (tmp_path / name for name in ("policy", "fork", "heads"))
        policy.write_text(trust_in(cheat.keys).text(), encoding="utf-8")
        fork.write_bytes(line)
        heads.mkdir()
        for name, watcher in (("1", first), ("2", second)):
            (heads / name).write_text(watcher.head(), encoding="utf-8")
    assert answer("compare", fork, "--policy", policy, status=1)["relation"] == "fork"
    both = (heads / "1", heads / "2", "--policy", policy)
    assert answer("compare", *both, status=1)["relation"] == "fork"


def test_one_honest_history_leaves_no_evidence(tmp_path: Path) -> None:
    """Witnesses that know different sizes of one history have nothing to say against it."""
    cheat = Cheat(tmp_path)
    with (
        watched(tmp_path / "w1", cheat.keys) as first,
        watched(tmp_path / "w2", cheat.keys) as second,
    ):
        with cheat.branch("one", 2) as early:
            assert first.send(early, 0) == 200
        with cheat.branch("one", 3) as late:
            assert second.send(late, 0) == 200
            head = parse_checkpoint(open_note(second.head(), cheat.keys).body)
            grown = grown_from(late.tile, early.size, head)
            found = compare_heads(first.head(), second.head(), cheat.keys, grown)
            assert found.relation is Relation.EXTENDS
            assert first.send(late, early.size) == 200
        assert not first.evidence.exists()
