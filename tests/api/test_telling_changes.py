"""Changes of keys and recoveries are told: each once, in order, over crashes, in plain words."""

from __future__ import annotations

import email
import json
from contextlib import suppress
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.settings import Settings
from api.telling.changes import write_changes
from api.telling.courier import Courier
from api.telling.outbox import Message, Outbox
from api.telling.teller import Teller, telling
from api.telling.words import SAID
from ledger.base64url import b64url_encode
from ledger.chain.tree import leaf_hash
from ledger.errors import Unavailable
from ledger.parties import commands as p
from ledger.parties.records import Account, Recovery, Tidings, What
from tests.support.sandbox import DAY, Sandbox
from tests.support.telling import (
    ANN,
    BOB,
    HOUR_MS,
    NEW,
    OFFICE,
    THIEF,
    Carried,
    Receiver,
    account,
    bodies,
    box,
    by,
    contact,
    events,
    open_recovery,
    receiver,
    teller_of,
)
from tests.support.waiting import wait_until

__all__ = ["box", "receiver"]


def test_a_recovery_is_told_with_the_way_to_stop_it(box: Sandbox, tmp_path: Path) -> None:
    """Who opened it, which entry, until when to veto, and the commands, in both languages."""
    carried = Carried()
    teller = teller_of(box, tmp_path / "outbox", carried)
    teller.look()
    before = len(carried.given)
    receipt = open_recovery(box)
    (recovery,) = box.all(Recovery)
    teller.look()
    (message,) = carried.given[before:]
    body = json.loads(message.body)
    assert (message.address, body["kind"], body["party"]) == (
        OFFICE,
        "recovery",
        box.party("victim"),
    )
    assert body["entry"] == {
        "seq": receipt.seq,
        "leaf": b64url_encode(receipt.leaf),
        "at": "2026-01-05T02:00:00.000Z",
    }
    assert (body["by"], body["keys"]) == (box.party("bank"), [box.keys["bank"].public.kid])
    assert body["events"] == [
        {"what": "recovery_opened", "subject": recovery.id, "when": "2026-01-08T02:00:00.000Z"}
    ]
    for text in body["text"].values():
        assert "2026-01-08 10:00 Asia/Shanghai" in text
        assert f'{{"recovery": "{recovery.id}", "reason": "not_lost"}}' in text
        assert f"duebill draft recovery.veto veto.json --as {box.party('victim')}" in text
        assert b64url_encode(receipt.leaf) in text
        assert box.keys[NEW].public.kid in text
        assert text in message.text
    assert "was opened" in body["text"]["en"]
    assert "密钥恢复" in message.subject
    assert "否决" in body["text"]["zh"]


def test_veto_and_completion_are_told(box: Sandbox, tmp_path: Path) -> None:
    """The end of a recovery is told in one message; the keys that it changed in another."""
    carried = Carried()
    teller = teller_of(box, tmp_path / "outbox", carried)
    open_recovery(box)
    (first,) = box.all(Recovery)
    by(box, ANN, p.VetoRecovery(recovery=first.id, reason="not_lost"))
    open_recovery(box)
    (second,) = (item for item in box.all(Recovery) if item.id != first.id)
    box.clock.advance(days=3)
    box.do("bank", p.CompleteRecovery(recovery=second.id))
    teller.look()
    assert events(carried) == [
        ["contact_set"],
        ["recovery_opened"],
        ["recovery_vetoed"],
        ["recovery_opened"],
        ["key_ends", "key_ends", "key_bound"],
        ["recovery_completed"],
    ]
    assert {body["entry"]["seq"] for body in bodies(carried)[-2:]} == {box.store.size() - 1}


def test_every_change_says_which_key_or_account(box: Sandbox, tmp_path: Path) -> None:
    """Key ids, the person's pseudonym and the end of an account's number; never all of it."""
    by(box, BOB, account(4711))
    (named,) = (item for item in box.all(Account) if item.party == box.party("victim"))
    kid = box.keys[ANN].public.kid
    command = p.DelegateKey(
        kid=kid, acts=("holding.split",), until_ms=box.clock.ms + DAY, per_act=None
    )
    granted = by(box, BOB, command)
    by(box, BOB, p.RevokeKey(kid=kid, reason="stolen"))
    carried = Carried()
    teller_of(box, tmp_path / "outbox", carried).look()
    texts = [body["text"]["en"] for body in bodies(carried)]
    assert f"Account {named.id}" in texts[1]
    assert "“…4711”" in texts[1]
    assert not any("6222" in message.body + message.text for message in carried.given)
    assert f"key {kid} signs holding.split, until 2026-01-06 10:00" in texts[2]
    assert f"Key {kid} of “ann” ends" in texts[3]
    assert bodies(carried)[2]["entry"]["seq"] == granted.seq
    stop = box.keys[BOB].public.kid
    for text in texts[1:]:
        assert f'{{"kid": "{stop}", "reason": "stolen"}}' in text


def test_the_address_before_hears_that_it_was_replaced(box: Sandbox, tmp_path: Path) -> None:
    """And where messages go now; also when the look comes long after its time is over."""
    carried = Carried()
    teller = teller_of(box, tmp_path / "outbox", carried)
    teller.look()
    box.clock.advance(ms=HOUR_MS)
    by(box, ANN, contact(THIEF))
    by(box, ANN, account(1))
    box.clock.advance(days=30)
    teller.look()
    told = {
        (json.loads(item.body)["events"][0]["what"], item.address) for item in carried.given[1:]
    }
    whats = ("contact_set", "account_added")
    assert told == {(what, to) for what in whats for to in (OFFICE, THIEF)}
    assert len(carried.given) == 5
    at_office = [item for item in carried.given if item.address == OFFICE][1]
    assert f"“{THIEF}”" in at_office.text


def test_nobody_without_a_contact_is_told(box: Sandbox, tmp_path: Path) -> None:
    """No record is kept of entries that nobody is told of."""
    kept = {item.last_seq for item in box.all(Tidings)}
    carried = Carried()
    teller_of(box, tmp_path / "outbox", carried).look()
    assert len(kept) == len(carried.given) == 1
    add = p.AddAccount(number="1", bank="B", currency="CNY")
    box.do("supplier", add)
    assert {item.last_seq for item in box.all(Tidings)} == kept


def test_another_log_is_gone_through_from_the_last_days_on(box: Sandbox, tmp_path: Path) -> None:
    """An outbox of a log that was restored from an older backup skips none of the new entries."""
    outbox = Outbox(tmp_path / "outbox")
    by(box, BOB, account(1))
    box.clock.advance(days=8)
    by(box, BOB, account(2))
    for size, leaf in ((box.store.size(), "AAAA"), (10_000, "AAAA")):
        outbox.set_entries("changes", size, leaf)
        carried = Carried()
        Teller(box.embedded, outbox, carried).look()
        assert [body["entry"]["seq"] for body in bodies(carried)] == [box.store.size() - 1]
        (data,) = box.store.entries(box.store.size() - 1, box.store.size())
        assert outbox.entries("changes") == (box.store.size(), b64url_encode(leaf_hash(data)))


class Dies(Exception):
    """The process ends here."""


class Fragile(Outbox):
    """An outbox whose process dies at its n-th write."""

    def __init__(self, folder: Path, writes: int) -> None:
        super().__init__(folder)
        self.left = writes

    def _count(self) -> None:
        if self.left == 0:
            raise Dies
        self.left -= 1

    def put(self, message: Message) -> None:
        """Keep it, or die before."""
        self._count()
        super().put(message)

    def set_entries(self, what: str, size: int, leaf: str) -> None:
        """Remember it, or die before."""
        self._count()
        super().set_entries(what, size, leaf)


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.sampled_from("alkr"), st.integers(0, 5)), min_size=1, max_size=8))
def test_whenever_it_dies_nothing_is_lost_and_the_order_stays(
    box: Sandbox, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Acts, looks that die at any write and restarts: each message once in the outbox, in order."""
    folder = tmp_path_factory.mktemp("outbox")
    write_changes(box.embedded, Outbox(folder))
    for name in Outbox(folder).names():
        Outbox(folder).done(name)
    start = box.store.size()
    for number, (act, writes) in enumerate(steps):
        if act in "al":
            by(box, BOB, account(number))
        if act == "l":
            box.held(1_00)
        with suppress(Dies):
            write_changes(box.embedded, Fragile(folder, writes))
    write_changes(box.embedded, Outbox(folder))
    due = sorted(
        (item.last_seq, tiding.party, tiding.notice.value, len(tiding.addresses))
        for item in box.all(Tidings)
        for tiding in item.items
        if item.last_seq >= start
    )
    said = [json.loads(message.body) for name in Outbox(folder).names()
            if (message := Outbox(folder).read(name))]  # fmt: skip
    assert [(body["entry"]["seq"], body["party"], body["kind"], 1) for body in said] == due
    assert len({body["id"] for body in said}) == len(said)
    write_changes(box.embedded, Outbox(folder))
    assert len(Outbox(folder).names()) == len(said)


def test_what_was_sent_is_not_made_again_by_a_restart(box: Sandbox, tmp_path: Path) -> None:
    """A new teller over the same outbox goes on where the last one ended."""
    carried = Carried()
    for number in range(3):
        by(box, BOB, account(number))
        teller_of(box, tmp_path / "outbox", carried).look()
        teller_of(box, tmp_path / "outbox", carried).look()
    names = [message.name for message in carried.given]
    assert names == sorted(set(names))
    assert events(carried) == [["contact_set"], *[["account_added"]] * 3]


def test_every_kind_of_change_has_its_words() -> None:
    """None is left out, and each sentence is said in both languages."""
    assert set(SAID) == set(What)
    assert all(english.isascii() and not chinese.isascii() for english, chinese in SAID.values())


def test_it_arrives_at_a_server_and_in_the_spool(
    box: Sandbox, receiver: Receiver, tmp_path: Path
) -> None:
    """Posted as JSON to one address; to the other a mail that is read without opening the file."""
    by(box, ANN, contact("https://mail.example/in"))
    courier = Courier(tmp_path / "mails", "duebill@sandbox.example", private=True)
    url = f"http://127.0.0.1:{receiver.server_port}/in"

    def carry(message: Message) -> None:
        """The party's https address is served by the test's own server."""
        there = url if message.address.startswith("https:") else message.address
        courier(Message(message.name, there, message.subject, message.body, message.text))

    Teller(box.embedded, Outbox(tmp_path / "outbox"), carry).look()
    (posted,) = (json.loads(body) for body in receiver.taken)
    assert (posted["kind"], posted["events"][0]["what"]) == ("key_changes", "contact_set")
    mails = [
        email.message_from_bytes(path.read_bytes(), policy=default)
        for path in sorted((tmp_path / "mails").iterdir())
    ]
    (first, second) = mails
    assert first["To"] == second["To"] == "finance@victim.example"
    said = second.get_body().get_content()  # type: ignore[union-attr] # a mail of ours has one
    assert posted["text"]["zh"] in said.replace("\r\n", "\n")
    (attached,) = second.iter_attachments()
    assert json.loads(attached.get_content())["entry"] == posted["entry"]


def test_a_served_ledger_tells_of_a_stolen_key_by_itself(box: Sandbox) -> None:
    """The thread of the server finds what was submitted meanwhile, and after a restart, too."""
    here = Settings(folder=box.embedded.folder)
    mails = box.embedded.folder / "outbox" / "mails"
    with telling(box.embedded, here) as teller:
        assert teller is not None
        wait_until(lambda: teller.sent == 1)
    open_recovery(box)
    with telling(box.embedded, here) as teller:
        assert teller is not None
        wait_until(lambda: teller.sent == 1)
    assert len([path for path in mails.iterdir() if "-recovery-" in path.name]) == 1


def test_what_does_not_arrive_is_told_when_it_can_be(box: Sandbox, tmp_path: Path) -> None:
    """An office that is away hears later, in the order of entries."""
    carried = Carried()
    carried.away = True
    teller = teller_of(box, tmp_path / "outbox", carried)
    by(box, BOB, account(1))
    open_recovery(box)
    teller.look()
    assert (teller.waiting, carried.given) == (3, [])
    with pytest.raises(Unavailable):
        carried(Message("x", OFFICE, "", "{}"))
    carried.away = False
    box.clock.advance(days=1)
    teller.look()
    assert events(carried) == [["contact_set"], ["account_added"], ["recovery_opened"]]
