"""Reminders that are sent: to whom, on which days, once, and after a standstill together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.telling.due_words import MOST_SAID, due_texts
from api.telling.outbox import Outbox
from api.telling.reminding import write_reminders
from api.telling.teller import Teller
from ledger.errors import RefusalCode, Refused, Unavailable
from ledger.notices.commands import InterestKind
from ledger.parties.commands import Notice, SetContact
from ledger.refusals.language import Language
from ledger.reports import due as due_module
from tests.ledger.reports.test_due import file, report
from tests.support.sandbox import Sandbox, open_sandbox
from tests.support.telling import Carried

MAIL = "mailto:treasury@core.example"
WANTED = (Notice.KEY_CHANGES, Notice.RECOVERY, Notice.REMINDERS)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Sandbox]:
    """A ledger whose core enterprise and supplier want reminders."""
    with open_sandbox(tmp_path / "ledger") as opened:
        for name in ("core", "supplier"):
            opened.do(name, SetContact(address=f"mailto:a@{name}.example", notices=WANTED))
        opened.do("second", SetContact(address="mailto:a@second.example", notices=WANTED[:2]))
        yield opened


def reminders_of(carried: Carried, box: Sandbox, name: str) -> list[Any]:
    """What arrived at a party of what falls due, as JSON, in its order."""
    bodies = (json.loads(message.body) for message in carried.given)
    return [
        body for body in bodies if (body["kind"], body["party"]) == ("reminders", box.party(name))
    ]


def looked(box: Sandbox, folder: Path, carried: Carried) -> None:
    """A look of a teller that was just started."""
    Teller(box.embedded, Outbox(folder), carried).look()


def test_each_side_is_reminded_on_its_days(box: Sandbox, tmp_path: Path) -> None:
    """30, 7 and 1 days before, and the first day overdue; who did not ask for it hears nothing."""
    carried = Carried()
    looked(box, tmp_path / "outbox", carried)
    held = box.held(1_234_50, days=40)
    box.held(5_00, by="second", days=39)
    for _ in range(45):
        box.clock.advance(days=1)
        looked(box, tmp_path / "outbox", carried)
        looked(box, tmp_path / "outbox", carried)
    said = reminders_of(carried, box, "supplier")
    assert [body["day"] for body in said] == [
        "2026-01-15",
        "2026-02-07",
        "2026-02-13",
        "2026-02-15",
    ]
    assert [line["id"] for body in said for line in body["claims"]["lines"]] == [held.id] * 4
    assert len(reminders_of(carried, box, "core")) == 8
    assert reminders_of(carried, box, "second") == []
    last = said[-1]
    assert last["claims"]["totals"] == [
        {"currency": "CNY", "overdue": True, "count": 1, "sum": "1234.50"}
    ]
    assert "overdue by 1 day): 1234.50 CNY" in last["text"]["en"]
    assert "已逾期 1 笔，合计 1234.50 CNY" in last["text"]["zh"]
    assert len({message.name for message in carried.given}) == len(carried.given)


def test_a_standstill_is_told_together_and_once(box: Sandbox, tmp_path: Path) -> None:
    """All days that passed collapse into what is so now, in one message for each address."""
    carried = Carried()
    looked(box, tmp_path / "outbox", carried)
    first, second = box.held(100_00, days=40), box.held(50_00, days=30)
    box.clock.advance(days=35)
    looked(box, tmp_path / "outbox", carried)
    looked(box, tmp_path / "outbox", carried)
    (body,) = reminders_of(carried, box, "core")
    assert [(line["id"], line["days"]) for line in body["payable"]["lines"]] == [
        (second.receivable, -5),
        (first.receivable, 5),
    ]


def test_a_new_address_and_the_one_before_are_both_reminded(box: Sandbox, tmp_path: Path) -> None:
    """As with every notice: for 72 hours."""
    box.do("core", SetContact(address=MAIL, notices=WANTED))
    box.held(1_00, days=7)
    carried = Carried()
    looked(box, tmp_path / "outbox", carried)
    at = [item.address for item in carried.given if "-due-" in item.name and "core" in item.address]
    assert sorted(at) == ["mailto:a@core.example", MAIL]


def test_a_filer_is_reminded_to_discharge(box: Sandbox, tmp_path: Path) -> None:
    """On the day after what it secured ended, with the day by which it should be out."""
    box.do("financier", SetContact(address="mailto:a@fund.example", notices=WANTED))
    held = box.held(100_00)
    over = file(box, "financier", held.id, kind=InterestKind.FACTORING)
    box.pay(held, by="supplier")
    carried = Carried()
    looked(box, tmp_path / "outbox", carried)
    assert reminders_of(carried, box, "financier") == []
    box.clock.advance(days=1)
    looked(box, tmp_path / "outbox", carried)
    (body,) = reminders_of(carried, box, "financier")
    assert body["filings"] == [
        {"filing": over.id, "ended_on": "2026-01-05", "due": "2026-01-19", "is_late": False}
    ]
    assert f"{over.id}: ended on 2026-01-05, due by 2026-01-19" in body["text"]["en"]
    assert "注销登记" in body["text"]["zh"]


def test_a_long_list_is_cut_and_its_sum_is_not(box: Sandbox) -> None:
    """So many lines are said, and then how many more there are."""
    for _ in range(MOST_SAID + 3):
        box.held(1_00, days=7)
    texts = due_texts(report(box, "core"), {"CNY": 2}.get)
    english, chinese = (texts[language].splitlines() for language in Language)
    assert english[:2] == ["You have to pay:", "  23.00 CNY falling due, in 23"]
    assert (english[-1], len(english)) == ("  and 3 more", MOST_SAID + 3)
    assert (chinese[-1], len(chinese)) == ("  另有 3 项", MOST_SAID + 3)


def test_one_party_that_cannot_be_reminded_holds_up_no_other(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said why, once, and the others are told once."""
    box.held(1_00, days=7)
    real = due_module.payable_from
    calls: list[str] = []

    def payable(book: Any, obligor: str, due: Any) -> Any:
        """A calendar that ends before the first party's due date."""
        calls.append(obligor)
        if len(calls) == 1:
            raise Refused(RefusalCode.CALENDAR_DOES_NOT_COVER, "The calendar ends.")
        return real(book, obligor, due)

    monkeypatch.setattr(due_module, "payable_from", payable)
    outbox = Outbox(tmp_path / "outbox")
    with pytest.raises(Unavailable, match="The calendar ends"):
        write_reminders(box.embedded, outbox)
    assert len(outbox.names()) == 1
    write_reminders(box.embedded, outbox)
    assert len(calls) == 2


def test_a_crash_between_the_messages_and_the_day_makes_none_twice(
    box: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same messages are written over themselves, under the same names."""
    box.held(1_00, days=7)
    outbox = Outbox(tmp_path / "outbox")
    with monkeypatch.context() as patch:
        patch.setattr(Outbox, "set_day", lambda *_: (_ for _ in ()).throw(OSError("power")))
        with pytest.raises(OSError, match="power"):
            write_reminders(box.embedded, outbox)
    before = outbox.names()
    write_reminders(box.embedded, outbox)
    assert outbox.names() == before
    assert len(before) == 2
