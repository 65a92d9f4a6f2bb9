"""The way of a command through the book: genesis, audience, identity, time, what was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from api.drafting import Draft, jwk_of, new_jti, operator_desk
from api.embedded import Embedded, open_folder
from ledger import vocabulary
from ledger.book import AHEAD_MS, Book
from ledger.catalogue import RECORDS
from ledger.chain.entry import LARGEST_ENTRY
from ledger.envelope import LIFETIME_S, line_of_manifest, read_submission, sign_payload
from ledger.errors import Refused, Repeated
from ledger.keys import SigningKey
from ledger.keystore import read_key
from ledger.model.records import make_id
from ledger.parties.commands import AddAccount, AssignRoles, OpenLedger, Role
from ledger.parties.decide import SUITE
from ledger.parties.state import Account, Party
from tests.support.desk import ORIGIN, Office, key_of, refusal
from tests.support.sandbox import Clock

ACCOUNT = AddAccount(number="1", bank="Bank", currency="CNY")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Embedded]:
    """A ledger without genesis."""
    with open_folder(tmp_path, Clock()) as embedded:
        yield embedded


def genesis(embedded: Embedded, name: str = ORIGIN, /, **changes: Any) -> tuple[Draft, SigningKey]:
    """The draft of a genesis with these changes, and the key that signs it."""
    folder = embedded.folder / "keys"
    key, jti = read_key(folder / "operator.pem"), new_jti(embedded.clock())
    desk = operator_desk(name, jti, embedded.clock)
    command = OpenLedger(
        origin=name,
        suite=SUITE,
        time_zone="Asia/Shanghai",
        sandbox=True,
        rules=1,
        field_classes=vocabulary.field_classes_digest(),
        largest_entry=LARGEST_ENTRY,
        log_key=jwk_of(read_key(folder / "log.pem")),
        operator_key=desk.new_key(key, "operator", jti),
        operator_name="Operator",
    )
    return desk.draft(replace(command, **changes), jti=jti), key


def genesis_refused(embedded: Embedded, name: str = ORIGIN, /, **changes: Any) -> tuple[str, str]:
    """How a genesis with these changes is refused; the log stays empty."""
    draft, key = genesis(embedded, name, **changes)
    answer = refusal(lambda: embedded.service.submit(draft.signed(key)))
    assert (embedded.store.size(), embedded.service.signed.size) == (0, 0)
    return answer


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"suite": "SM3+SM2"}, ("field_invalid", "/body/suite")),
        ({"rules": 2}, ("field_invalid", "/body")),
        ({"field_classes": "A" * 43}, ("field_invalid", "/body")),
        ({"largest_entry": 2048}, ("field_invalid", "/body")),
        ({"origin": "other.example"}, ("audience_is_another_ledger", "")),
        ({"time_zone": "Nowhere/Town"}, ("zone_unknown", "")),
        ({"time_zone": "localtime"}, ("zone_unknown", "")),
        ({"log_key": jwk_of(key_of("other"))}, ("key_unknown", "/body/log_key")),
    ],
)
def test_genesis_is_checked(
    empty: Embedded, changes: dict[str, Any], expected: tuple[str, str]
) -> None:
    """What can never be mended later is refused in the first entry; then a good one is taken."""
    assert genesis_refused(empty, **changes) == expected
    draft, key = genesis(empty)
    assert empty.service.submit(draft.signed(key)).seq == 0


def test_the_log_and_its_operator_have_a_key_each(empty: Embedded) -> None:
    """Whose key may leave the log would leave the operator, too."""
    _, own = genesis(empty)
    answer = genesis_refused(empty, log_key=jwk_of(own))
    assert answer == ("key_is_bound", "/body/log_key")


@pytest.mark.parametrize("origin", ["two words", "a+b", "a\u00a0b"])
def test_the_origin_can_name_a_log_key(empty: Embedded, origin: str) -> None:
    """An origin under which no checkpoint could be signed is no origin."""
    assert genesis_refused(empty, origin) == ("note_key_malformed", "")


def test_genesis_is_signed_by_its_own_key_alone(empty: Embedded) -> None:
    """Not by another, not beside another, and never as the line of a manifest, unsigned."""
    draft, key = genesis(empty)
    other = key_of("other")
    submit = empty.service.submit
    assert refusal(lambda: submit(draft.signed(other))) == ("key_unknown", "")
    assert refusal(lambda: submit(draft.signed(key, other))) == ("key_unknown", "")
    unsigned = draft.submission(line_of_manifest(draft.payload, "none", 0, []))
    assert refusal(lambda: submit(unsigned)) == ("not_on_manifests", "/command/manifest")
    assert submit(draft.signed(key)).seq == 0


def test_a_log_begins_with_genesis_and_has_one(empty: Embedded) -> None:
    """Anything else is refused before it; a second genesis is refused after it."""
    desk = operator_desk(ORIGIN, new_jti(empty.clock()), empty.clock)
    other = desk.draft(ACCOUNT).signed(key_of("x"))
    assert refusal(lambda: empty.service.submit(other)) == ("ledger_not_open", "")
    draft, key = genesis(empty)
    empty.service.submit(draft.signed(key))
    assert empty.service.submit(draft.signed(key)).repeated
    stranger, _ = genesis(empty)
    assert refusal(lambda: empty.service.submit(stranger.signed(key))) == ("party_unknown", "/by")
    desk = empty.desk(empty.ledger.operator)
    again = desk.draft(replace(_command(draft), time_zone="UTC"))
    assert refusal(lambda: empty.service.submit(again.signed(key))) == ("ledger_is_open", "")


def _command(draft: Draft) -> Any:
    """The command that a draft asks for."""
    envelope = read_submission(draft.signed(key_of("any")))
    return vocabulary.parse(envelope, lambda _: None)


def test_a_command_is_for_one_ledger(office: Office) -> None:
    """Signed for another origin, it is refused here."""
    desk = office.desk("acme")
    desk.origin = "other.example/ledger"
    data = desk.draft(ACCOUNT).signed(office.key("acme/ann"))
    assert refusal(lambda: office.service.submit(data)) == ("audience_is_another_ledger", "/aud")


def test_the_same_command_has_one_entry(office: Office) -> None:
    """Again, later, signed anew or expired by now: the first receipt, without a new entry."""
    draft = office.draft("acme", ACCOUNT)
    first = office.service.submit(draft.signed(office.key("acme/ann")))
    office.clock.advance(days=30)
    again = office.service.submit(draft.signed(office.key("acme/bob")))
    assert (again.seq, again.leaf, again.repeated) == (first.seq, first.leaf, True)
    assert office.embedded.store.size() == first.seq + 1


def test_a_jti_is_spent_once_per_party(office: Office) -> None:
    """Another payload under it is refused; another party may use it."""
    jti = new_jti(office.clock.ms)
    office.do("acme", ACCOUNT, jti=jti)
    other = replace(ACCOUNT, number="2")
    assert office.refused("acme", other, jti=jti) == ("jti_is_spent", "/jti")
    office.do("operator", ACCOUNT, jti=jti)


def test_a_command_expires(office: Office) -> None:
    """To the very instant exp, and not a millisecond longer."""
    exact, late = office.signed("acme", ACCOUNT), office.signed("acme", ACCOUNT)
    office.clock.ms += (LIFETIME_S - 3600) * 1000
    office.service.submit(exact)
    office.clock.ms += 1
    assert refusal(lambda: office.service.submit(late)) == ("expired", "/exp")


def test_a_command_from_five_minutes_ahead_is_taken(office: Office) -> None:
    """Clocks differ; more than that they may not."""
    office.clock.advance(ms=AHEAD_MS + 1000)
    data = office.signed("acme", ACCOUNT)
    office.clock.advance(ms=-AHEAD_MS - 1000)
    assert refusal(lambda: office.service.submit(data)) == ("not_yet_valid", "/iat")
    office.clock.advance(ms=1000)
    office.service.submit(data)


def test_what_the_signer_saw_is_still_so(office: Office) -> None:
    """A record that changed since, that never was, or whose id has no kind refuses the command."""
    party = office.get(Party, office.parties["acme"])
    office.do("acme", ACCOUNT, expect={party.id: party.last_seq})
    place = f"/expect/{party.id}"
    office.do("operator", AssignRoles(party=party.id, roles=(Role.BANK,)))
    seen = {party.id: party.last_seq}
    assert office.refused("acme", ACCOUNT, expect=seen) == ("record_has_changed", place)
    for strange in (make_id("pty", "x", "y"), "x", "", "cmd_x"):
        answer = office.refused("acme", ACCOUNT, expect={strange: 0})
        assert answer == ("record_has_changed", f"/expect/{strange}")


def test_unknown_kinds_and_fields_are_refused_by_name(office: Office) -> None:
    """A kind or version that is not on the list, and a body that does not fit its kind."""
    key = office.key("acme/ann")

    def send(**changes: Any) -> Callable[[], object]:
        draft = office.draft("acme", ACCOUNT)
        command = sign_payload({**draft.payload, **changes}, [key])
        return lambda: office.service.submit(draft.submission(command))

    assert refusal(send(kind="account.steal")) == ("kind_unknown", "/kind")
    assert refusal(send(ver=2)) == ("kind_unknown", "/kind")
    assert refusal(send(kind="ledger.open"))[0] == "field_unknown"


def test_judging_leaves_no_trace_until_it_is_kept(office: Office) -> None:
    """Dropped or refused, nothing is pending; kept, it is found; forgotten, it is gone."""
    book = Book(office.embedded.store.records)
    envelope = read_submission(office.signed("acme", ACCOUNT))
    party = office.parties["acme"]
    judged = book.judge(envelope, office.clock.ms, 3)
    assert [type(event).__name__ for event in judged.events] == ["AccountAdded"]
    assert len(book.find(Account, party=party)) == 1
    book.drop()
    assert book.find(Account, party=party) == []
    again = book.judge(envelope, office.clock.ms, 3)
    assert again == judged
    book.keep()
    assert [record.last_seq for record in book.find(Account, party=party)] == [3]
    with pytest.raises(Repeated) as caught:
        book.judge(envelope, office.clock.ms, 4)
    assert caught.value.seq == 3
    book.forget()
    assert (book.changed(), book.find(Account, party=party)) == ([], [])


def test_effects_hide_behind_the_salt(office: Office) -> None:
    """Equal events of two commands have two digests; without the disclosure none is computed."""
    book = Book(office.embedded.store.records)
    one, two = (read_submission(office.signed("acme", ACCOUNT, jti=new_jti(1))) for _ in range(2))
    events = book.judge(one, office.clock.ms, 3).events
    assert vocabulary.effects_digest(one, events) != vocabulary.effects_digest(two, events)
    with pytest.raises(Refused) as caught:
        vocabulary.effects_digest(replace(one, disclosures={}), events)
    assert (caught.value.code.value, caught.value.place) == ("disclosure_missing", "/salt")


def test_the_lists_are_closed() -> None:
    """Every command and event has one name, every record kind its own prefix."""
    assert len(set(vocabulary.COMMANDS.values())) == len(vocabulary.COMMANDS)
    assert len(set(vocabulary.EVENTS.values())) == len(vocabulary.EVENTS)
    prefixes = [kind.PREFIX for kind in RECORDS if kind.PREFIX]
    assert len(set(prefixes)) == len(prefixes)
    assert {kind for kind, _ in vocabulary.COMMANDS} >= vocabulary.ALONE
    assert vocabulary.name_of(ACCOUNT) == ("account.add", 1)
