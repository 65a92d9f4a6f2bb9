"""The protocol over real HTTP: every status, hostile senders, and a kill at any time."""

from __future__ import annotations

import base64
import itertools
import random
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPException
from pathlib import Path

import pytest

from ledger.chain.note import NoteKey, parse_note_key
from ledger.chain.trust import LogLine, TrustPolicy
from ledger.witness.request import LARGEST_REQUEST
from ledger.witness.state import origin_hash
from tests.support.faults_net import HOST
from tests.support.plain_log import PlainLog, digest, numbered, request
from tests.support.waiting import PATIENCE_S
from tests.support.witnesses import (
    NAME,
    ServedWitness,
    ask,
    cosigned_head,
    new_witness,
    serving,
)

EMPTY = base64.b64encode(digest(b"")).decode()
PLAIN = "text/plain; charset=utf-8"


@pytest.fixture(scope="module")
def logs() -> list[PlainLog]:
    """Two logs, one with extension lines, and one that the witness does not know."""
    found = [
        PlainLog("log.example/one", b"one"),
        PlainLog("log.example/two", b"two", ["extension"]),
        PlainLog("log.example/three", b"three"),
    ]
    for log in found:
        log.leaves = numbered(40)
    return found


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, NoteKey]:
    """A witness in a folder."""
    folder = tmp_path_factory.mktemp("witness") / "w"
    return folder, new_witness(folder)


@pytest.fixture(scope="module")
def served(key: tuple[Path, NoteKey], logs: list[PlainLog]) -> Iterator[ServedWitness]:
    """The witness, served for the first two logs."""
    with serving(key[0], *logs[:2]) as found:
        yield found


def life_of(log: PlainLog, stranger: PlainLog) -> list[tuple[str, bytes, int, str]]:
    """One log's life with a witness: what is sent, the status, and the body of a 409."""
    fork = log.fork()
    fork.leaves[5] = b"another"
    wrong = PlainLog(log.origin, b"wrong key")
    zero = f"{log.origin}\n0\n{base64.b64encode(digest(b'x')).decode()}\n"
    three = log.body(3)
    return [
        ("a log nobody named", stranger.request(0, 3), 404, ""),
        ("a key nobody named", request(0, [], f"{three}\n{wrong.sign(three)}"), 403, ""),
        ("a signature of another text", request(0, [], three + "\n" + log.sign("x\n")), 403, ""),
        ("no signature", request(0, [], f"{three}\n"), 400, ""),
        ("no old size", log.note(3).encode(), 400, ""),
        ("more hashes than any proof", request(3, [digest(b"")] * 64, log.note(3)), 400, ""),
        ("an old size beyond the new", request(4, [], log.note(3)), 400, ""),
        ("an old size before the first", request(3, [], log.note(3)), 409, "0\n"),
        ("a root of nothing that is none", request(0, [], f"{zero}\n{log.sign(zero)}"), 422, ""),
        ("a proof of nothing", request(0, [digest(b"")], log.note(3)), 422, ""),
        ("the empty log", log.request(0, 0), 200, ""),
        ("the first head", log.request(0, 3), 200, ""),
        ("the first head again", log.request(0, 3), 409, "3\n"),
        ("the same head", log.request(3, 3), 200, ""),
        ("the same head with a proof", request(3, [digest(b"")], log.note(3)), 422, ""),
        ("a longer head", log.request(3, 9), 200, ""),
        ("from before", log.request(3, 9), 409, "9\n"),
        ("an older head", log.request(3, 6), 409, "9\n"),
        ("without its proof", request(9, [], log.note(20)), 422, ""),
        ("with another proof", request(9, log.proof(8, 20), log.note(20)), 422, ""),
        ("the same size of a fork", fork.request(9, 9), 422, ""),
        ("a longer head of a fork", fork.request(9, 20), 422, ""),
        ("a shorter head of a fork", fork.request(6, 6), 409, "9\n"),
        ("the longest head", log.request(9, 40), 200, ""),
    ]  # fmt: skip


def test_the_exchange(
    served: ServedWitness, key: tuple[Path, NoteKey], logs: list[PlainLog]
) -> None:
    """One log's life with a witness, request by request: each status where the protocol has it."""
    log, _, stranger = logs
    for name, body, status, says in life_of(log, stranger):
        reply = served.add(body)
        assert (name, reply.status) == (name, status)
        kind = "text/x.tlog.size" if status == 409 else PLAIN
        assert (name, reply.headers["Content-Type"]) == (name, kind)
        assert (name, says) == (name, reply.body if status == 409 else "")
        if status == 200:
            note = body.decode().partition("\n\n")[2] + reply.body
            head, time_s = cosigned_head(note, key[1])
            assert abs(time.time() - time_s) < PATIENCE_S
            assert served.get(f"/{origin_hash(log.origin)}/checkpoint").body == note
            assert head.root == log.root(head.size)
    metrics = served.get("/metrics").body
    assert 'duebill_witness_answers_total{status="409"} 5\n' in metrics
    assert 'duebill_witness_conflicts_total{kind="fork"} 2\n' in metrics
    assert 'duebill_witness_conflicts_total{kind="unproven"} 2\n' in metrics
    assert f'duebill_witness_log_size{{origin="{log.origin}"}} 40\n' in metrics


def test_extension_lines_are_cosigned(
    served: ServedWitness, key: tuple[Path, NoteKey], logs: list[PlainLog]
) -> None:
    """A log that adds lines to its checkpoints gets them cosigned as they are."""
    log = logs[1]
    reply = served.add(log.request(0, 12))
    assert (reply.status, log.body(12).splitlines()[3]) == (200, "extension")
    assert cosigned_head(log.note(12) + reply.body, key[1])[0].size == 12


def test_monitors_see_what_was_cosigned_and_nothing_else(
    served: ServedWitness, logs: list[PlainLog]
) -> None:
    """An unknown hash, another spelling of one, and other paths are 404; other methods 405."""
    unknown = origin_hash(logs[2].origin)
    for path in (unknown, unknown.upper(), "x", "..%2f", "é".encode().hex()):
        assert served.get(f"/{path}/checkpoint").status == 404
    assert served.get("/nothing").status == 404
    assert served.get("/add-checkpoint").status == 405
    assert served.get("/healthz").body == "ok\n"


def test_the_front_page_is_a_line_for_a_policy(
    served: ServedWitness, key: tuple[Path, NoteKey]
) -> None:
    """Who runs a log copies the line of the witness from there."""
    word, name, vkey = served.get("/").body.split()
    assert (word, name, parse_note_key(vkey)) == ("witness", NAME, key[1])


def test_one_connection_serves_many_requests(served: ServedWitness, logs: list[PlainLog]) -> None:
    """Connections are kept open from request to request."""
    with closing(served.connect()) as connection:
        ask(connection, "GET", "/healthz")
        kept = connection.sock
        for _ in range(20):
            ask(connection, "POST", "/add-checkpoint", logs[2].request(0))
        assert connection.sock is kept is not None


def test_a_body_without_end_is_cut_off(served: ServedWitness) -> None:
    """More bytes than any request needs are refused, said before them or not."""
    assert served.add(b"old 0\n\n" + b"x" * LARGEST_REQUEST).status == 413
    with closing(served.connect()) as connection:
        parts = itertools.repeat(b"x" * 65_536, 16)
        try:
            connection.request("POST", "/add-checkpoint", parts, encode_chunked=True,
                               headers={"Transfer-Encoding": "chunked"})  # fmt: skip
            assert connection.getresponse().status == 413
        except (ConnectionError, HTTPException):
            pass  # it hung up while we were still sending
    assert served.get("/healthz").status == 200


def test_noise_is_answered(served: ServedWitness) -> None:
    """Random bytes after any beginning of a request are refused, and the witness goes on."""
    chance = random.Random(7)  # noqa: S311 - noise, no secret
    with closing(served.connect()) as connection:
        for _ in range(100):
            body = chance.choice([b"", b"old 0\n\n", b"old 0\n\nlog.example/one\n"])
            body += chance.randbytes(chance.randrange(300))
            assert ask(connection, "POST", "/add-checkpoint", body).status in (400, 403, 404)


def test_a_crowd_gets_one_history(served: ServedWitness, logs: list[PlainLog]) -> None:
    """Many connections at once with two branches: the heads that are cosigned are of one."""
    served.add(logs[1].request(0, 12))
    log = logs[1].fork(*numbered(20, 40))
    fork = logs[1].fork(*numbered(20, 40, "fork"))
    bodies = [branch.request(12, size) for branch in (log, fork) for size in range(45, 61)]
    with ThreadPoolExecutor(16) as pool:
        replies = list(pool.map(served.add, bodies))
    assert sorted(reply.status for reply in replies) == [200] + [409] * 31
    winner = replies[[reply.status for reply in replies].index(200)]
    assert winner.body.startswith("— ")


def send_and_wait_a_little(served: ServedWitness, body: bytes, seconds: float) -> bytes:
    """What came back on a connection before the server was killed."""
    with closing(socket.create_connection((HOST, served.port))) as connection:
        head = f"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        time.sleep(seconds)
        served.kill()
        connection.settimeout(PATIENCE_S)
        try:
            return connection.recv(65_536)
        except ConnectionError:
            return b""


@pytest.mark.parametrize("rounds", [3, pytest.param(40, marks=pytest.mark.long)])
def test_killed_while_it_answers(tmp_path: Path, rounds: int) -> None:
    """Whenever it is killed: what it answered it still knows, and it goes on from there."""
    log = PlainLog("log.example/kill", b"kill")
    log.leaves = numbered(14 * rounds + 3)
    key = new_witness(tmp_path / "w")
    chance = random.Random(11)  # noqa: S311 - a moment, no secret
    size = 0
    with serving(tmp_path / "w", log) as served:
        for _ in range(rounds):
            for _ in range(3):
                assert served.add(log.request(size, size + 3)).status == 200
                size += 3
            body = log.request(size, size + 5)
            came = send_and_wait_a_little(served, body, chance.random() * 0.01)
            served.start()
            answered = b" 200 OK" in came
            line = came.partition(b"\r\n\r\n")[2].decode() if answered else ""
            if line.endswith("\n"):
                assert cosigned_head(log.note(size + 5) + line, key)[0].size == size + 5
            reply = served.get(f"/{origin_hash(log.origin)}/checkpoint")
            known = cosigned_head(reply.body, key)[0].size
            assert known in ({size + 5} if answered else {size, size + 5})
            size = known
            assert served.add(request(0, [], log.note())).body == f"{size}\n"
        assert served.stop() == 0


def test_logs_of_a_policy_file(tmp_path: Path, logs: list[PlainLog]) -> None:
    """`--logs` takes the log lines of a tlog-policy file, beside those of `--log`."""
    policy = TrustPolicy(tuple(LogLine(parse_note_key(log.vkey)) for log in logs[:2]))
    file = tmp_path / "policy"
    file.write_text(policy.text())
    new_witness(tmp_path / "w")
    with serving(tmp_path / "w", logs[2], words=["--logs", str(file)]) as served:
        assert [served.add(log.request(0)).status for log in logs] == [200] * 3
