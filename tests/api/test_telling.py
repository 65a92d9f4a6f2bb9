"""Daily statements that are sent: to whom, when, until they arrive, and never into the house."""

from __future__ import annotations

import email
import json
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

import pytest

from api.settings import Settings
from api.telling.changes import write_changes
from api.telling.courier import Courier, check_public
from api.telling.outbox import Message, Outbox
from api.telling.teller import RETRY_S, Teller, telling
from ledger.chain.trust import trust_in
from ledger.errors import Unavailable
from ledger.parties.commands import Notice, SetContact
from ledger.reports.acknowledged import read_statement_file
from tests.support.sandbox import Sandbox, open_sandbox
from tests.support.served import Served
from tests.support.telling import Carried, Receiver, receiver
from tests.support.waiting import wait_until

__all__ = ["receiver"]

HOUR_MS = 3_600_000
MAIL = "mailto:receivables@core.example"
WANTED = (Notice.DAILY_STATEMENT, Notice.KEY_CHANGES, Notice.RECOVERY)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A ledger whose core enterprise wants its statements."""
    with open_sandbox(tmp_path / "ledger") as opened:
        wants(opened, "core")
        yield opened


def caught_up(box: Sandbox, folder: Path) -> Outbox:
    """An outbox that has told of all changes of keys so far."""
    outbox = Outbox(folder)
    write_changes(box.embedded, outbox)
    for name in outbox.names():
        outbox.done(name)
    return outbox


def wants(box: Sandbox, name: str, address: str = MAIL, *notices: Notice) -> None:
    """The party names its address."""
    box.do(name, SetContact(address=address, notices=notices or WANTED))


def test_an_obligor_is_told_once_a_day_after_midnight(box: Sandbox, tmp_path: Path) -> None:
    """A statement of each day that is over, once, also over a restart; the others get none."""
    wants(box, "supplier")
    carried, outbox = Carried(), caught_up(box, tmp_path / "outbox")
    teller = Teller(box.embedded, outbox, carried)
    teller.look()
    assert carried.days() == ["2026-01-04"]
    held = box.held(100_00)
    teller.look()
    box.clock.advance(days=1)
    teller.look()
    Teller(box.embedded, outbox, carried).look()
    assert carried.days() == ["2026-01-04", "2026-01-05"]
    last = carried.given[-1]
    assert (last.address, box.party("core") in last.subject) == (MAIL, True)
    said = read_statement_file(last.body.encode(), trust_in(box.embedded.log_keys()))[1]
    assert (said["day"], said["receivables"]) == ("2026-01-05", [held.receivable])


def test_days_that_were_missed_are_made_up_for(box: Sandbox, tmp_path: Path) -> None:
    """After a standstill each day has its own statement, of a week at most."""
    carried = Carried()
    teller = Teller(box.embedded, caught_up(box, tmp_path / "outbox"), carried)
    teller.look()
    box.clock.advance(days=3)
    teller.look()
    assert carried.days()[1:] == ["2026-01-05", "2026-01-06", "2026-01-07"]
    box.clock.advance(days=30)
    teller.look()
    assert carried.days()[4:] == ["2026-01-31", *(f"2026-02-0{day}" for day in range(1, 7))]


def test_what_does_not_arrive_is_tried_again_ever_more_rarely(box: Sandbox, tmp_path: Path) -> None:
    """It waits on disk; failures are counted and told; nothing else waits for it."""
    carried, outbox = Carried(), caught_up(box, tmp_path / "outbox")
    teller = Teller(box.embedded, outbox, carried)
    carried.away = True
    for _ in range(3):
        teller.look()
    assert (teller.failures, teller.waiting, teller.failing) == (1, 1, "nobody is there")
    box.clock.advance(ms=int(RETRY_S * 1000))
    teller.look()
    box.clock.advance(ms=int(RETRY_S * 1000))
    teller.look()
    assert (teller.failures, len(outbox.names())) == (2, 1)
    assert box.held(1_00).holder == box.party("supplier")
    carried.away = False
    box.clock.advance(ms=int(RETRY_S * 2000))
    teller.look()
    assert (teller.sent, teller.waiting, teller.failing) == (1, 0, "")
    assert outbox.names() == []


def test_a_full_outbox_is_emptied_and_then_filled_again(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits is sent also while nothing more is written, and the day that waited is made up."""
    monkeypatch.setattr("api.telling.outbox.MOST_WAITING", 1)
    carried, outbox = Carried(), caught_up(box, tmp_path / "outbox")
    teller = Teller(box.embedded, outbox, carried)
    carried.away = True
    teller.look()
    box.clock.advance(days=1)
    teller.look()
    assert len(outbox.names()) == 1
    carried.away = False
    box.clock.advance(ms=int(RETRY_S * 4000))
    teller.look()
    assert (carried.days(), teller.failing) == (["2026-01-04"], "")
    teller.look()
    assert carried.days() == ["2026-01-04", "2026-01-05"]


def test_an_address_that_never_answers_is_tried_for_ever(box: Sandbox, tmp_path: Path) -> None:
    """After thousands of failures the next try is still six hours away, and the thread lives."""
    wants(box, "core", MAIL, Notice.KEY_CHANGES, Notice.RECOVERY)  # no further statements
    carried, outbox = Carried(), caught_up(box, tmp_path / "outbox")
    carried.away = True
    outbox.put(Message("one", MAIL, "", "{}"))
    teller = Teller(box.embedded, outbox, carried)
    for count in range(1, 1_100):
        teller.look()
        assert teller.failures == count
        box.clock.advance(ms=6 * HOUR_MS)


@pytest.mark.parametrize(
    "mailbox", ['a,bb@[a"', "b@?b?;", "b@?;", "a@x.example,b@y.example", "@@@"]
)
def test_a_strange_mail_address_is_a_failure_of_its_own_message(
    mailbox: str, box: Sandbox, tmp_path: Path
) -> None:
    """It stops nobody's statement, and one address is one mailbox."""
    wants(box, "core", f"mailto:{mailbox}")
    mails = tmp_path / "mails"
    teller = Teller(
        box.embedded, caught_up(box, tmp_path / "outbox"), Courier(mails, "duebill@sandbox.example")
    )
    teller.look()
    assert (teller.failures, teller.sent, len(list(mails.iterdir()))) == (1, 1, 1)


def test_a_new_address_and_the_one_before_are_both_told(box: Sandbox, tmp_path: Path) -> None:
    """Who puts an address of its own in place of the party's is noticed at the party's."""
    wants(box, "core", "https://elsewhere.example/in")
    carried = Carried()
    Teller(box.embedded, caught_up(box, tmp_path / "outbox"), carried).look()
    assert {item.address for item in carried.given} == {MAIL, "https://elsewhere.example/in"}
    assert len({item.name for item in carried.given}) == 2


def test_who_does_not_want_it_gets_none(box: Sandbox, tmp_path: Path) -> None:
    """Only the notices that were signed for are sent."""
    wants(box, "core", MAIL, Notice.KEY_CHANGES, Notice.RECOVERY)
    carried = Carried()
    Teller(box.embedded, caught_up(box, tmp_path / "outbox"), carried).look()
    assert carried.given == []


def test_a_mail_is_left_in_the_spool_with_the_statement_attached(tmp_path: Path) -> None:
    """For its owner alone; the ledger itself speaks to no mail server."""
    message = Message("2026-01-05-pty_x-0", MAIL, "Acknowledged", '{"acknowledged":""}')
    Courier(tmp_path / "mails", "duebill@sandbox.example")(message)
    (path,) = (tmp_path / "mails").iterdir()
    mail = email.message_from_bytes(path.read_bytes(), policy=default)
    (attached,) = mail.iter_attachments()
    assert (mail["To"], attached.get_filename()) == (
        "receivables@core.example",
        "2026-01-05-pty_x-0.json",
    )
    assert json.loads(attached.get_content()) == {"acknowledged": ""}
    assert path.stat().st_mode & 0o077 == 0


def test_a_statement_is_posted_and_only_a_yes_counts(receiver: Receiver, tmp_path: Path) -> None:
    """204 is a yes; a redirect and an error are none, and the redirect is not followed."""
    carry = Courier(tmp_path, "duebill@sandbox.example", private=True)
    base = f"http://127.0.0.1:{receiver.server_port}"
    carry(Message("a", f"{base}/in", "", "{}"))
    for path, why in (("/moved", "302"), ("/else", "500")):
        with pytest.raises(Unavailable, match=why):
            carry(Message("b", f"{base}{path}", "", "{}"))
    assert receiver.taken == [b"{}"]


def test_nothing_is_sent_into_the_operators_own_network(receiver: Receiver, tmp_path: Path) -> None:
    """Unless the operator allows it; a name that points inside, too, is not asked at all."""
    base = f"http://127.0.0.1:{receiver.server_port}/in"
    carry = Courier(tmp_path, "duebill@sandbox.example")
    with pytest.raises(Unavailable, match="public internet"):
        carry(Message("a", base, "", "{}"))
    both = Courier(tmp_path, "duebill@x.example", addresses=lambda _: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(Unavailable, match="public internet"):
        both(Message("a", base, "", "{}"))
    assert receiver.taken == []


def test_it_is_sent_where_was_looked_and_nowhere_else(receiver: Receiver, tmp_path: Path) -> None:
    """A name that points elsewhere a moment later gains nothing: it is looked up once."""
    found = iter([["127.0.0.1"]])
    carry = Courier(tmp_path, "duebill@x.example", private=True, addresses=lambda _: next(found))
    carry(Message("a", f"http://office.example:{receiver.server_port}/in", "", "{}"))
    assert receiver.taken == [b"{}"]


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.9", "::1", "fe80::1%eth0", "fd00::1",
     "0.0.0.1", "100.64.0.1", "224.0.0.1", "::ffff:10.0.0.1"],
)  # fmt: skip
def test_addresses_that_are_not_of_the_public_internet(address: str) -> None:
    """Loopback, private, link-local, shared, multicast, and their IPv6 kin."""
    with pytest.raises(Unavailable):
        check_public([address])


def test_public_addresses_are_fine_and_none_is_not() -> None:
    """A name that points nowhere is told as such."""
    check_public(["93.184.216.34", "2606:2800:220:1::1"])
    with pytest.raises(Unavailable):
        check_public([])


def test_what_is_not_sent_is_seen_in_the_figures(served: Served) -> None:
    """How many wait, how often it failed and why: in /metrics and /readyz, without any address."""
    wants(served.box, "core", "https://nowhere.invalid/in")
    carried = Carried()
    carried.away = True
    teller = Teller(
        served.box.embedded, caught_up(served.box, served.box.embedded.folder / "o"), carried
    )
    teller.look()
    object.__setattr__(served.app.state.site, "teller", teller)
    figures = served.get("", "/metrics").text
    assert "duebill_untold 1" in figures
    assert "duebill_telling_failures_total 1" in figures
    said = served.get("", "/readyz").json()["statements"]
    assert said == {"sent": 0, "waiting": 1, "failures": 1, "failing": "nobody is there"}


def test_a_served_ledger_tells_by_itself_unless_it_is_told_not_to(
    box: Sandbox,
) -> None:
    """The thread begins with the server and ends with it; DUEBILL_TELL=no starts none."""
    no = Settings.from_environ({"DUEBILL_TELL": "no", "DUEBILL_DB": str(box.embedded.folder)})
    with telling(box.embedded, no) as nobody:
        assert nobody is None
    with telling(box.embedded, Settings(folder=box.embedded.folder)) as teller:
        assert teller is not None
        mails = box.embedded.folder / "outbox" / "mails"
        wait_until(lambda: teller.sent == 2)  # its statement, and that its contact was set
        assert len(list(mails.iterdir())) == 2
    with pytest.raises(ValueError, match="DUEBILL_TELL"):
        Settings.from_environ({"DUEBILL_TELL": "maybe"})
