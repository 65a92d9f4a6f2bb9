"""The door for writing: receipts, repetition, refusals, and batches where one line is bad."""

from __future__ import annotations

import json
from typing import Any

from api.client import error_of
from ledger.base64url import b64url_decode
from ledger.chain.receipt import verify_receipt
from ledger.chain.tree import leaf_hash
from ledger.envelope import LONGEST_SUBMISSION
from ledger.errors import Halted, OutcomeUnknown, RefusalCode, Refused, Unavailable
from ledger.receivables import commands as c
from ledger.receivables.state import Receivable
from tests.support.sandbox import ORIGIN
from tests.support.served import Served


def test_a_command_gets_its_receipt(served: Served) -> None:
    """201, the place in the log, the leaf hash, what followed, and the signed head over it."""
    box = served.box
    answer = served.post("", "/v1/commands", box.signed("supplier", box.registration(100_00)))
    tree = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/entries/{tree['seq']}"
    assert [event["event"] for event in tree["events"]] == [
        "invoice_recorded",
        "receivable_registered",
    ]
    (data,) = box.store.entries(tree["seq"], tree["seq"] + 1)
    assert b64url_decode(tree["leaf"]) == leaf_hash(data)
    assert tree["checkpoint"] == box.service.signed.note
    proof = served.get("", f"/v1/receipts/{tree['seq']}").text
    assert verify_receipt(proof, data, ORIGIN, box.embedded.log_keys()).size == tree["seq"] + 1


def test_the_same_bytes_again_get_the_same_place(served: Served) -> None:
    """A retry answers 200 with the first place, and nothing is written twice."""
    submission = served.box.signed("supplier", served.box.registration(100_00))
    first = served.post("", "/v1/commands", submission).json()
    again = served.post("", "/v1/commands", submission)
    assert again.status_code == 200
    assert again.json()["repeated"]
    assert (again.json()["seq"], again.json()["leaf"]) == (first["seq"], first["leaf"])
    assert served.box.service.signed.size == first["seq"] + 1


def test_refusals_are_problems(served: Served) -> None:
    """Form, standing, state and rule each answer with their status and the whole body."""
    box = served.box
    receivable = box.register(100_00)
    stolen = box.draft("supplier", c.WithdrawReceivable(receivable=receivable.id))
    cases: list[tuple[bytes, int, str]] = [
        (b"{", 400, "json_invalid"),
        (b"{}", 400, "field_missing"),
        (stolen.signed(box.keys["second"]), 403, "key_not_of_party"),
        (
            box.signed("second", c.WithdrawReceivable(receivable=receivable.id)),
            403,
            "act_belongs_to_another_party",
        ),
        (
            box.signed("supplier", c.SplitHolding(holding="hld_" + "a" * 26, children=_two(box))),
            404,
            "record_not_found",
        ),
        (box.signed("supplier", box.registration(1, days=2_000)), 422, "term_is_too_long"),
        (b" " * (LONGEST_SUBMISSION + 1), 413, "bytes_too_large"),
    ]
    for body, status, code in cases:
        answer = served.post("", "/v1/commands", body)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (status, code), problem
        assert answer.headers["content-type"] == "application/problem+json"
        assert problem["status"] == status
        assert problem["type"] == f"/docs/reference/refusals.md#{code}"
        assert problem["remedy"] == RefusalCode(code).remedy
        assert problem["request_id"] == answer.headers["x-request-id"]
        assert problem["title"]
        assert problem["detail"]
    assert box.service.signed.size == receivable.last_seq + 1


def test_a_race_is_409(served: Served) -> None:
    """What another entry has changed meanwhile, and a spent command id, are conflicts."""
    box = served.box
    receivable = box.register(100_00)
    command = c.WithdrawReceivable(receivable=receivable.id)
    late = box.signed("supplier", command, receivable)
    box.acknowledge(receivable)
    answer = served.post("", "/v1/commands", late)
    assert (answer.status_code, answer.json()["code"]) == (409, "record_has_changed")
    desk = box.desk("supplier")
    key = box.keys["supplier"]
    first, second = (
        desk.draft(box.registration(amount), jti="0198c0de-0000-7000-8000-000000000001")
        for amount in (1_00, 2_00)
    )
    assert served.post("", "/v1/commands", first.signed(key)).status_code == 201
    spent = served.post("", "/v1/commands", second.signed(key))
    assert (spent.status_code, spent.json()["code"]) == (409, "jti_is_spent")


def test_a_bad_line_touches_no_other(served: Served) -> None:
    """Verdicts come in order: good lines land in one group whatever stands between them."""
    box = served.box
    good = [box.signed("supplier", box.registration(amount)) for amount in (1_00, 2_00, 3_00)]
    forged = good[2].replace(b'"disclosures":["', b'"disclosures":["A')
    before = box.service.signed.size
    lines = [good[0], b"not json", good[1], forged, good[0], b"", good[2]]
    verdicts = _batch(served, lines)
    assert [verdict["status"] for verdict in verdicts] == [201, 400, 201, 400, 200, 400, 201]
    assert [verdicts[at]["receipt"]["seq"] for at in (0, 2, 4, 6)] == [
        before,
        before + 1,
        before,
        before + 2,
    ]
    assert verdicts[1]["problem"]["code"] == "json_invalid"
    assert len(box.all(Receivable)) == 3
    metrics = served.client.get("/metrics").text
    assert 'duebill_refusals_total{code="json_invalid"} 2' in metrics


def test_batches_are_bounded(served: Served) -> None:
    """More than 1,000 lines are refused whole; no line at all is an empty answer."""
    answer = served.post("", "/v1/commands:batch", b"{}\n" * 1_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_lines")
    assert served.post("", "/v1/commands:batch", b"").text == ""


def test_a_stopped_ledger_says_so(served: Served) -> None:
    """Once the store contradicts the signed head: 503 chain_halted, reading goes on, not ready."""
    box = served.box
    box.service._halted = "the entries were not stored as they were written"
    answer = served.post("", "/v1/commands", box.signed("supplier", box.registration(1_00)))
    assert (answer.status_code, answer.json()["code"]) == (503, "chain_halted")
    assert answer.headers["retry-after"] == "1"
    assert "stored" not in answer.text
    assert served.client.get("/readyz").status_code == 503
    assert served.client.get("/healthz").status_code == 200
    assert served.get("supplier", "/v1/receivables").status_code == 200
    assert "duebill_halted 1" in served.client.get("/metrics").text


def test_problems_come_back_as_they_went(served: Served) -> None:
    """A client raises from a problem body what the ledger raised on the other side."""
    for code, kind in (
        ("chain_halted", Halted),
        ("outcome_unknown", OutcomeUnknown),
        ("unavailable", Unavailable),
        ("made_up", Unavailable),
        ("holding_is_locked", Refused),
    ):
        body = json.dumps({"code": code, "detail": "So it is.", "place": "/x"}).encode()
        error = error_of(503, body)
        assert type(error) is kind
    assert isinstance(error, Refused)
    assert (error.code, error.place) == (RefusalCode.HOLDING_IS_LOCKED, "/x")
    assert type(error_of(502, b"<html>")) is Unavailable


def _batch(served: Served, lines: list[bytes]) -> list[dict[str, Any]]:
    answer = served.post("", "/v1/commands:batch", b"\n".join(lines) + b"\n")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


def _two(box: Any) -> tuple[c.Child, c.Child]:
    amount = box.registration(1_00).invoices[0].used
    return (c.Child(amount=amount), c.Child(amount=amount))
