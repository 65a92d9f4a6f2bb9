"""What the application says when it cannot say yes or no: slow senders, and a state in trouble."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

import api.witnessing.app
from api.witnessing.app import create_app
from ledger.errors import Halted
from ledger.witness.state import origin_hash
from tests.support.plain_log import PlainLog, numbered
from tests.support.witnesses import new_witness, witness_of

LOG = PlainLog('log.example/"quoted\\path"', b"log")
LOG.leaves = numbered(3)


def test_a_sender_that_never_ends_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that drips in is given up after a while, and counted."""
    monkeypatch.setattr(api.witnessing.app, "LONGEST_S", 0.05)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        return {"type": "http.request", "body": b"o", "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/add-checkpoint", "headers": []}
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", LOG) as witness:
        asyncio.run(create_app(witness)(scope, receive, send))
    assert sent[0]["status"] == 408


def test_a_state_in_trouble_is_503(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it stops, or cannot believe its state, it says 503 and nothing of the inside."""
    new_witness(tmp_path / "w")
    hashed = origin_hash(LOG.origin)
    with witness_of(tmp_path / "w", LOG) as witness:
        client = TestClient(create_app(witness))
        assert client.post("/add-checkpoint", content=LOG.request(0)).status_code == 200
        assert client.get(f"/{hashed}/checkpoint").headers["Access-Control-Allow-Origin"] == "*"

        def halt(*_: object) -> None:
            raise Halted("secret of the disk")

        for name in ("latest", "sizes", "advance"):
            monkeypatch.setattr(witness.state, name, halt)
        for answer in (
            client.post("/add-checkpoint", content=LOG.request(3)),
            client.get(f"/{hashed}/checkpoint"),
            client.get("/healthz"),
            client.get("/metrics"),
        ):
            assert (answer.status_code, answer.text) == (503, "The witness has stopped.\n")
            assert int(answer.headers["Retry-After"]) > 0
        monkeypatch.undo()
    assert client.post("/add-checkpoint", content=LOG.request(3)).status_code == 503


def test_figures_escape_what_a_log_is_called(tmp_path: Path) -> None:
    """An origin with quotes and backslashes stands in a label as Prometheus wants it."""
    new_witness(tmp_path / "w")
    with witness_of(tmp_path / "w", LOG) as witness:
        text = TestClient(create_app(witness)).get("/metrics").text
    assert 'duebill_witness_log_size{origin="log.example/\\"quoted\\\\path\\""} 0\n' in text
    assert 'duebill_witness_conflicts_total{kind="fork"} 0\n' in text
    assert "duebill_witness_conflicts_lost_total 0\n" in text
