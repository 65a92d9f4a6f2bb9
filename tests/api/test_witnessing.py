"""States of an entry over HTTP: included at once, witnessed later, and waiting is no error."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from api.feeding import make_feeder
from ledger.chain.checkpoint import parse_checkpoint
from ledger.chain.receipt import parse_receipt, verify_receipt
from ledger.chain.trust import TrustPolicy
from ledger.errors import OutcomeUnknown, Refused, Unavailable
from ledger.feeding.feeder import Pace
from ledger.feeding.kept import FILE
from tests.support.answering import Reply
from tests.support.feeding import FakeWitness, honest, policy, witnesses
from tests.support.sandbox import ORIGIN, Sandbox, open_sandbox
from tests.support.served import Served
from tests.support.waiting import wait_until

PACE = Pace(interval_s=0.01, timeout_s=5.0, rest_s=0.02, look_s=0.05)


@contextmanager
def witnessed_by(box: Sandbox, quorum: int, *asked: FakeWitness) -> Iterator[Served]:
    """The sandbox, served, with these witnesses asked."""
    trust = policy(box.embedded.log_keys()[0], quorum, *asked)
    with make_feeder(box.embedded, trust, PACE) as feeder:
        feeder.start()
        yield Served(box, feeder)


class Ground:
    """A served ledger with one witness, which waits for `free` where it is held."""

    def __init__(self, served: Served, witness: FakeWitness, free: threading.Event) -> None:
        self.served = served
        self.box = served.box
        self.witness = witness
        self.free = free
        self.trust: TrustPolicy = served.app.state.site.feeder.policy

    def submission(self) -> bytes:
        """A command that will be taken."""
        return self.box.signed("supplier", self.box.registration(100_00))

    def told(self) -> Any:
        """What /readyz says of the witnesses."""
        return self.served.get("", "/readyz").json()["witnesses"]

    def hold(self) -> None:
        """From now on the witness hangs until it is free."""

        def held(item: FakeWitness, old: int, proof: list[bytes], note: str) -> Reply:
            self.free.wait(60)
            return honest(item, old, proof, note)

        self.witness.always = held


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A ledger of which one witness is required."""
    free = threading.Event()
    with (
        witnesses("w1") as (witness,),
        open_sandbox(tmp_path) as box,
        witnessed_by(box, 1, witness) as served,
    ):
        yield Ground(served, witness, free)
        free.set()


def test_a_command_waits_for_witnesses_when_asked(ground: Ground) -> None:
    """201 with the state and the cosigned checkpoint; its receipt fits exactly that head."""
    answer = ground.served.post("", "/v1/commands?state=witnessed&wait=20", ground.submission())
    tree = answer.json()
    assert (answer.status_code, tree["state"]) == (201, "witnessed")
    opened = ground.trust.open(tree["checkpoint"], ORIGIN)
    assert opened.witnessed
    assert opened.checkpoint.size > tree["seq"]
    receipt = ground.served.get("", f"/v1/receipts/{tree['seq']}?state=witnessed")
    assert receipt.headers["x-receipt-state"] == "witnessed"
    (data,) = ground.box.store.entries(tree["seq"], tree["seq"] + 1)
    verified = verify_receipt(receipt.text, data, ORIGIN, ground.trust.log_keys())
    shown = ground.trust.open(parse_receipt(receipt.text).checkpoint, ORIGIN)
    assert shown.witnessed
    assert shown.checkpoint == verified


def test_writes_never_wait_for_a_witness(ground: Ground) -> None:
    """While the only witness hangs commands are taken and included; the rest comes later."""
    ground.hold()
    answers = [ground.served.post("", "/v1/commands", ground.submission()) for _ in range(3)]
    assert [item.status_code for item in answers] == [201, 201, 201]
    assert {item.json()["state"] for item in answers} == {"included"}
    seq = answers[-1].json()["seq"]
    receipt = ground.served.get("", f"/v1/receipts/{seq}")
    assert (receipt.status_code, receipt.headers["x-receipt-state"]) == (200, "included")
    later = ground.served.get("", f"/v1/receipts/{seq}?state=witnessed&wait=0")
    assert later.status_code == 202
    assert later.json() == {
        "seq": seq,
        "state": "included",
        "url": f"/v1/receipts/{seq}?state=witnessed",
    }
    ground.free.set()
    found = ground.served.get("", later.headers["location"] + "&wait=20")
    assert (found.status_code, found.headers["x-receipt-state"]) == (200, "witnessed")


def test_patience_ends_with_202_and_never_with_an_error(ground: Ground) -> None:
    """The command is in the log; the answer says how far it is and where to ask again."""
    ground.hold()
    answer = ground.served.post("", "/v1/commands?state=witnessed&wait=0.05", ground.submission())
    tree = answer.json()
    assert (answer.status_code, tree["state"]) == (202, "included")
    assert answer.headers["location"] == f"/v1/receipts/{tree['seq']}?state=witnessed"
    assert ground.box.store.size() == tree["seq"] + 1
    assert ground.served.get("", "/log/checkpoint").text == ground.box.service.signed.note
    ground.free.set()
    assert ground.served.get("", answer.headers["location"] + "&wait=20").status_code == 200


def test_the_witnessed_head_is_served_beside_the_newest(ground: Ground) -> None:
    """/log/witnessed has the quorum and stays behind /log/checkpoint while the witness hangs."""
    first = ground.served.post("", "/v1/commands?state=witnessed&wait=20", ground.submission())
    ground.hold()
    ground.served.post("", "/v1/commands", ground.submission())
    newest = ground.trust.open(ground.served.get("", "/log/checkpoint").text, ORIGIN)
    known = ground.trust.open(ground.served.get("", "/log/witnessed").text, ORIGIN)
    assert known.witnessed
    assert not newest.witnessed
    assert known.checkpoint.size < newest.checkpoint.size == first.json()["seq"] + 2
    proof = ground.served.get("", f"/v1/receipts/{first.json()['seq']}?state=witnessed").text
    assert ground.trust.open(parse_receipt(proof).checkpoint, ORIGIN) == known


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("state=signed", "/query/state"),
        ("state=sequenced", "/query/state"),
        ("wait=21", "/query/wait"),
        ("wait=-1", "/query/wait"),
        ("wait=nan", "/query/wait"),
        ("wait=soon", "/query/wait"),
    ],
)
def test_what_cannot_be_waited_for_is_refused_before_writing(
    ground: Ground, query: str, place: str
) -> None:
    """400 with the parameter; the log is as it was."""
    size = ground.box.store.size()
    for answer in (
        ground.served.post("", f"/v1/commands?{query}", ground.submission()),
        ground.served.get("", f"/v1/receipts/0?{query}"),
    ):
        assert (answer.status_code, answer.json()["place"]) == (400, place)
    assert ground.box.store.size() == size


def test_without_witnesses_nothing_is_promised(served: Served) -> None:
    """A server that asks nobody says so at once; included receipts are what they were."""
    box = served.box
    submission = box.signed("supplier", box.registration(100_00))
    assert served.post("", "/v1/commands?state=witnessed", submission).status_code == 400
    assert served.get("", "/v1/receipts/0?state=witnessed").status_code == 400
    assert served.get("", "/log/witnessed").status_code == 404
    assert served.post("", "/log/cosignatures", b"x").status_code == 422
    assert served.get("", "/readyz").json()["witnesses"] is None
    assert served.get("", "/v1/receipts/0").headers["x-receipt-state"] == "included"


@pytest.mark.parametrize("seq", [-1, 10_000, 2**63])
def test_an_entry_that_is_not_there_is_not_waited_for(ground: Ground, seq: int) -> None:
    """404, at once, whatever the patience."""
    for query in ("state=witnessed&wait=20", "wait=20"):
        assert ground.served.get("", f"/v1/receipts/{seq}?{query}").status_code == 404


def test_an_entry_without_a_signed_head_is_sequenced(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The head store is away: the retry and the receipt say so, until it is back."""
    box = served.box
    heads = box.service.sequencer.heads
    swap = heads.swap

    def away(*_: object) -> None:
        raise Unavailable("the head store is away")

    monkeypatch.setattr(heads, "swap", away)
    submission = box.signed("supplier", box.registration(100_00))
    with pytest.raises(OutcomeUnknown):
        box.service.submit(submission)
    seq = box.store.size() - 1
    later = served.get("", f"/v1/receipts/{seq}?wait=0.3")
    assert (later.status_code, later.json()["state"]) == (202, "sequenced")
    monkeypatch.setattr(heads, "swap", swap)
    again = served.post("", "/v1/commands", submission)
    assert (again.status_code, again.json()["seq"], again.json()["state"]) == (200, seq, "included")
    assert served.get("", f"/v1/receipts/{seq}").status_code == 200


def test_cosignatures_are_taken_and_carried(ground: Ground) -> None:
    """An auditor in the policy sends its line: checkpoint and receipts carry it from then on."""
    box = ground.box
    auditor = FakeWitness("auditor")
    trust = policy(box.embedded.log_keys()[0], 1, auditor)
    with make_feeder(box.embedded, trust, PACE) as feeder:
        served = Served(box, feeder)
        note = served.get("", "/log/checkpoint").text
        line = auditor.cosigner.line(note.partition("\n\n")[0] + "\n", 1_700_000_000)
        assert served.post("", "/log/cosignatures", note.encode()).status_code == 422
        taken = served.post("", "/log/cosignatures", (note + line).encode())
        assert (taken.status_code, taken.json()) == (200, {"taken": ["auditor"]})
        assert served.get("", "/log/checkpoint").text == note + line
        proof = served.get("", "/v1/receipts/0?state=witnessed").text
        assert parse_receipt(proof).checkpoint == note + line
        for bad in (b"", b"\xff" * 70_000, b"\xff" * 100, (note + line[:-9] + "\n").encode()):
            assert served.post("", "/log/cosignatures", bad).status_code in (403, 413, 422)


def test_witnesses_are_counted_and_told(ground: Ground) -> None:
    """/readyz says how each is, and /metrics has figures per witness."""
    ground.served.post("", "/v1/commands?state=witnessed&wait=20", ground.submission())
    size = ground.box.service.signed.size
    wait_until(lambda: ground.told()["each"][0]["size"] == size)  # callers hear a moment earlier
    told = ground.told()
    assert told["witnessed"] == size
    assert told["unwitnessed_since"] is None
    (each,) = told["each"]
    assert (each["name"], each["required"], each["size"], each["failing"]) == ("w1", True, size, "")
    figures = ground.served.get("", "/metrics").text
    assert f'duebill_witness_size{{witness="w1"}} {size}\n' in figures
    assert f"duebill_witnessed_size {size}\n" in figures
    assert "duebill_unwitnessed_since_seconds 0\n" in figures


def test_the_quorum_survives_a_restart(tmp_path: Path) -> None:
    """A server that starts again knows what was witnessed before it asks anybody."""
    with witnesses("w1", "w2") as two:
        with open_sandbox(tmp_path) as box, witnessed_by(box, 2, *two) as served:
            body = box.signed("supplier", box.registration(100_00))
            assert served.post("", "/v1/commands?state=witnessed&wait=20", body).status_code == 201
            note = served.get("", "/log/witnessed").text
            trust = policy(box.embedded.log_keys()[0], 2, *two)
            with make_feeder(box.embedded, trust, PACE) as again:
                best = again.witnessed()
                assert best is not None
                assert best.note == note
                assert parse_checkpoint(note.partition("\n\n")[0] + "\n").size == best.head.size
        assert (tmp_path / FILE).is_file()


@pytest.mark.parametrize(
    "fault",
    [
        "another log",
        "ftp://example/w",
        "http://example/w?q",
        "http://example:w",
        "http://[",
        "many",
    ],
)
def test_a_policy_that_does_not_fit_is_refused(served: Served, fault: str) -> None:
    """A file for another log, with an address that cannot be asked, or with too many witnesses."""
    asked = [FakeWitness(f"w{n}", "http://127.0.0.1") for n in range(33 if fault == "many" else 1)]
    if ":" in fault:
        asked[0].url = fault
    trust = policy(served.box.embedded.log_keys()[0], 1, *asked)
    if fault == "another log":
        trust = TrustPolicy(policy(FakeWitness("x").cosigner.key, 1).logs, trust.witnesses)
    with pytest.raises(Refused, match="policy_file_malformed"):
        make_feeder(served.box.embedded, trust)
