"""The signer behind its socket: hostile bytes, strange answers, a kill at any moment."""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.database import DatabaseSource
from ledger import canonical
from ledger.audit.findings import Verdict
from ledger.audit.run import audit
from ledger.base64url import b64url_decode
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.note import note_key
from ledger.chain.tree import leaf_hash
from ledger.errors import Halted, OutcomeUnknown, Unavailable
from ledger.keystore import write_key
from ledger.parties import commands as p
from ledger.service import Service
from ledger.signer import server as serving
from ledger.signer.client import SocketSigner
from ledger.signer.server import SignerServer
from ledger.signer.wire import LARGEST, receive
from ledger.signing import KeySigner
from ledger.store.heads import FileHeadStore
from ledger.store.records import temporary_records
from ledger.store.snapshot import open_snapshot
from tests.support.desk import ORIGIN, Office, open_office
from tests.support.notary import (
    KEY,
    NEXT,
    NOTE_KEY,
    head,
    kind,
    listening,
    proof,
)
from tests.support.waiting import PATIENCE_S, wait_until


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder with the log's key."""
    write_key(tmp_path / "log.pem", KEY)
    return tmp_path


def test_the_socket_is_its_owners_alone(keys: Path) -> None:
    """Mode 0600 from the first moment; gone when the signer ends; a stale one is replaced."""
    with listening(keys):
        assert (keys / "s").stat().st_mode & 0o777 == 0o600
        assert SocketSigner(keys / "s").held() == [KEY.public]
        with pytest.raises(Unavailable, match="open for writing in another process"):
            SignerServer(keys, keys / "t", begin=True)
        other = keys / "other"
        write_key(other / "log.pem", NEXT)
        with pytest.raises(Unavailable, match="Another signer listens"):
            SignerServer(other, keys / "s", begin=True)
    assert not (keys / "s").exists()
    stale = socket.socket(socket.AF_UNIX)
    stale.bind(str(keys / "s"))
    stale.close()
    with listening(keys):
        assert SocketSigner(keys / "s").held() == [KEY.public]
    (keys / "s").write_text("no socket")
    with pytest.raises(Unavailable, match="is no socket"):
        SignerServer(keys, keys / "s", begin=True)
    with pytest.raises(Unavailable, match="cannot listen"):
        SignerServer(keys, keys / ("long" * 60), begin=True)


def test_another_users_process_is_not_heard(keys: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The kernel says whose process asks: that of another user gets no answer."""
    with listening(keys):
        assert SocketSigner(keys / "s").held()
        monkeypatch.setattr(serving, "peer_uid", lambda _: os.geteuid() + 1)
        with pytest.raises(Unavailable, match="is away"):
            SocketSigner(keys / "s").held()


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=64), st.sampled_from(["framed", "bare"]))
def test_hostile_bytes_end_only_their_own_request(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, form: str
) -> None:
    """Whatever comes over the socket, the next request is answered."""
    folder = tmp_path_factory.mktemp("k")
    write_key(folder / "log.pem", KEY)
    with listening(folder):
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(folder / "s"))
            client.sendall(struct.pack(">I", len(data)) * (form == "framed") + data)
            client.shutdown(socket.SHUT_WR)
            client.settimeout(PATIENCE_S)
            answer = client.recv(65_536)
        assert not answer or kind(json.loads(answer[4:])) == "refused"
        assert SocketSigner(folder / "s", PATIENCE_S).held() == [KEY.public]


def test_too_much_and_too_slow_is_hung_up_on(keys: Path) -> None:
    """A length beyond the bound is refused unread; who says nothing is let go after a moment."""
    with listening(keys), socket.socket(socket.AF_UNIX) as client:
        client.settimeout(PATIENCE_S)
        client.connect(str(keys / "s"))
        client.sendall(struct.pack(">I", LARGEST + 1))
        assert b"bytes at most" in client.recv(65_536)

    def is_heard() -> bool:
        with suppress(Unavailable):  # on a busy machine a request may be too slow, too
            return SocketSigner(keys / "s", PATIENCE_S).held() == [KEY.public]
        return False

    with listening(keys, seconds=0.2):
        with socket.socket(socket.AF_UNIX) as silent:
            silent.settimeout(PATIENCE_S)
            silent.connect(str(keys / "s"))
            assert silent.recv(1) == b""
        wait_until(is_heard)


def test_the_journal_and_the_key_are_one_object(keys: Path) -> None:
    """Without the journal a signer does not start unless it is told that it begins."""
    with pytest.raises(Unavailable, match="--begin"):
        SignerServer(keys, keys / "s")
    with listening(keys):
        signer = SocketSigner(keys / "s")
        signer.sign(head(3).body, [NOTE_KEY], lambda _: ())
    with listening(keys, begin=False), pytest.raises(Halted, match="was signed before"):
        SocketSigner(keys / "s").sign(head(2).body, [NOTE_KEY], lambda _: ())
    (keys / "signed.json").write_text("{}")
    with pytest.raises(Halted):
        SignerServer(keys, keys / "s", begin=True)


def test_a_proof_is_made_once_from_the_head_signed_last(keys: Path) -> None:
    """Who was given a signature knows where the next proof begins; a newcomer is told."""
    asked: list[int] = []

    def prove(size: int) -> Callable[[int], list[bytes]]:
        def from_old(old: int) -> list[bytes]:
            asked.append(old)
            return list(map(b64url_decode, proof(old, size)))

        return from_old

    with listening(keys):
        signer = SocketSigner(keys / "s")
        for size in (3, 9, 9, 12):
            signer.sign(head(size).body, [NOTE_KEY], prove(size))
        assert asked == [3, 9]
        SocketSigner(keys / "s").sign(head(20).body, [NOTE_KEY], prove(20))
        assert asked == [3, 9, 12]
        signer.sign(head(21).body, [NOTE_KEY], prove(21))
        assert asked == [3, 9, 12, 12, 20]


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[None]:
    """Somebody at a socket who gives this answer to every request."""
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection, suppress(OSError):
                receive(connection, PATIENCE_S)  # whole: a hang-up before that is another answer
                connection.sendall(answer)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def framed(answer: Any) -> bytes:
    """An answer as it travels."""
    data = canonical.encode(answer)
    return struct.pack(">I", len(data)) + data


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xff\xff\xff\xff",
        framed([]),
        framed({}),
        framed({"note": 7}),
        framed({"note": "no note"}),
        framed({"note": KeySigner([KEY]).sign(head(3).body, [NOTE_KEY])}),
        framed({"note": KeySigner([NEXT]).sign(head(2).body, [note_key(ORIGIN, NEXT.public)])}),
        framed({"old": -1}),
        framed({"old": "x"}),
        framed({"old": 1}),
        framed({"error": {"kind": "refused", "detail": 7}}),
        framed({"error": "no"}),
    ],
)
def test_a_strange_signer_counts_as_away(tmp_path: Path, answer: bytes) -> None:
    """No answer is believed but a note over the very body with the asked lines."""
    with answering(tmp_path / "s", answer):
        signer = SocketSigner(tmp_path / "s", PATIENCE_S)
        with pytest.raises(Unavailable):
            signer.sign(head(2).body, [NOTE_KEY], lambda _: ())
        with pytest.raises(Unavailable):
            signer.held()


# -- a ledger whose key is elsewhere ---------------------------------------------------------------
@contextmanager
def process(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A signer's process over `folder`, listening; killed in the end."""
    code = (
        "import sys; from pathlib import Path; from ledger.signer.server import SignerServer;"
        "f = Path(sys.argv[1]); s = SignerServer(f, f / 's', begin=True); print('!', flush=True);"
        "s.serve()"
    )
    command = [sys.executable, "-c", code, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:  # noqa: S603 - this interpreter
        assert child.stdout is not None
        assert child.stdout.readline() == b"!\n"
        try:
            yield child
        finally:
            child.kill()


def account(office: Office, number: int) -> bytes:
    """Any command."""
    command = p.AddAccount(number=str(number), bank="Bank", currency="EUR")
    return office.signed("operator", command)


def test_a_signer_killed_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    """Kill -9 while heads are signed: outcomes stay open, then the same bytes have one entry each.

    The log it leaves is clean, and each head that anybody was given extends those before.
    """
    with open_office(tmp_path / "ledger") as office:
        folder = tmp_path / "k"
        folder.mkdir(mode=0o700)
        (tmp_path / "ledger" / "keys" / "log.pem").rename(folder / "log.pem")
        own = office.service.sequencer
        signer = SocketSigner(folder / "s", PATIENCE_S)
        sent: list[bytes] = []
        service: Service | None = None
        for turn in range(4):
            with process(folder) as child:
                service = service or Service(own.store, own.heads, signer, office.clock)
                killer = threading.Timer(0.02 * turn + 0.01, child.send_signal, [signal.SIGKILL])
                for number in range(15):
                    sent.append(account(office, 100 * turn + number))
                    if number == 3:
                        killer.start()
                    with suppress(Unavailable, OutcomeUnknown):
                        service.submit(sent[-1])
                killer.join()
                child.wait()
                # A signer killed between two commands is first missed when a head is due.
                sent.append(account(office, 100 * turn + 98))
                with pytest.raises((Unavailable, OutcomeUnknown)):
                    service.submit(sent[-1])
                sent.append(account(office, 100 * turn + 99))
                with pytest.raises(Unavailable):
                    service.submit(sent[-1])
        assert service is not None
        with process(folder):
            answers = [service.submit(data) for data in sent]
        assert len({answer.seq for answer in answers}) == len(sent)
        assert service.signed.size == own.store.size() == 2 + len(sent)
        heads = FileHeadStore(tmp_path / "ledger" / "head.json")
        with open_snapshot(tmp_path / "ledger" / "ledger.db", heads) as snapshot:
            report = audit(DatabaseSource(snapshot), temporary_records)
        assert report.verdict is Verdict.CLEAN


def test_a_ledger_restored_from_an_old_copy_gets_no_second_history(tmp_path: Path) -> None:
    """Even with its head store put back, too: the signer remembers what it signed."""
    with open_office(tmp_path / "ledger") as office, listening(tmp_path / "ledger" / "keys"):
        own = office.service.sequencer
        signer = SocketSigner(tmp_path / "ledger" / "keys" / "s")
        service = Service(own.store, own.heads, signer, office.clock)
        service.submit(account(office, 1))
        body = Checkpoint(ORIGIN, 2, leaf_hash(b"another history")).body
        with pytest.raises(Halted, match="was signed before"):
            signer.sign(body, office.embedded.log_keys(), lambda _: ())
        root = leaf_hash(b"another history")
        with pytest.raises(Halted, match="not proven"):
            signer.sign(
                Checkpoint(ORIGIN, 9, root).body, office.embedded.log_keys(), lambda _: (root,)
            )


def test_a_ledger_opens_without_its_signer_and_writes_when_it_is_back(tmp_path: Path) -> None:
    """Reading needs no key; a command hears `unavailable`, and later the same bytes are taken."""
    with open_office(tmp_path / "ledger") as office:
        own = office.service.sequencer
        keys = tmp_path / "ledger" / "keys"
        service = Service(own.store, own.heads, SocketSigner(keys / "s", PATIENCE_S), office.clock)
        assert service.proof(1)
        data = account(office, 1)
        with pytest.raises(Unavailable, match="is away"):
            service.submit(data)
        with listening(keys):
            assert service.submit(data).seq == 2


def test_a_signer_that_knows_more_halts_a_ledger_as_it_opens(tmp_path: Path) -> None:
    """The store and the head store were put back together; the signer was not."""
    with open_office(tmp_path / "ledger") as office, listening(tmp_path / "ledger" / "keys"):
        signer = SocketSigner(tmp_path / "ledger" / "keys" / "s")
        longer = Checkpoint(ORIGIN, 3, leaf_hash(b"of later"))
        signer.sign(longer.body, office.embedded.log_keys(), lambda _: ())
        own = office.service.sequencer
        with pytest.raises(Halted, match="of 3 entries was signed before"):
            Service(own.store, own.heads, signer, office.clock)


class Overtaken(SocketSigner):
    """Does something else once, before it asks for a signature."""

    meanwhile: Callable[[], object] | None = None

    def sign(self, *arguments: Any) -> str:
        """The signature, after what came between."""
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        return super().sign(*arguments)


@pytest.mark.parametrize("moment", ["between commit and signature", "while it opens"])
def test_two_processes_of_a_ledger_share_a_signer(tmp_path: Path, moment: str) -> None:
    """One that was overtaken takes the head that the other had signed, and both go on."""
    with open_office(tmp_path / "ledger") as office, listening(tmp_path / "ledger" / "keys"):
        own, path = office.service.sequencer, tmp_path / "ledger" / "keys" / "s"
        slow = Overtaken(path)
        other = Service(own.store, own.heads, SocketSigner(path), office.clock)
        if moment == "while it opens":
            slow.meanwhile = lambda: other.submit(account(office, 1))
            one = Service(own.store, own.heads, slow, office.clock)
            assert one.submit(account(office, 2)).seq == 3
        else:
            one = Service(own.store, own.heads, slow, office.clock)
            slow.meanwhile = lambda: other.submit(account(office, 1))
            receipt = one.submit(account(office, 2))
            assert receipt.seq == 2
            assert open_checkpoint(receipt.checkpoint, ORIGIN, office.embedded.log_keys()).size == 4
        for service in (other, one):
            service.submit(account(office, own.store.size()))
            assert service.signed.size == own.store.size()
