"""The quick reader of entries takes nothing that the exact one refuses, and reads it alike."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.audit import forms
from ledger.audit.forms import base64url_of, digests_of, exact_facts, read_facts, sound_facts
from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import encode
from ledger.chain.entry import LARGEST_ENTRY
from ledger.chain.tree import leaf_hash
from ledger.envelope import read_envelope
from ledger.errors import LedgerError, Refused
from tests.support.long_log import LINES, LongLog, key_of, long_log

NASTY: list[Any] = [
    *(None, True, 0, -1, 1.5, 1e20, 2**53 - 1, 2**53, -(2**53), 10**15, 10**40, "", "x"),
    *(
        "é",
        "\ud800",
        "\u0378",
        "\U0001f600",
        '"',
        "\\",
        "\x00",
        "\x1f",
        "\x7f",
        "\u2028",
        "a" * 201,
    ),
    *("A" * 43, "A" * 42 + "B", "A" * 86, '{"sd":"x"}', '{"sd":"' + "A" * 43 + '"}'),
    *([], [[]], {}, {"sd": "x"}, {"sd": "A" * 43}, {"sd": "A" * 43, "x": 1}, {"é": 1}, {'"': 1}),
    {"kty": "OKP"},
]
DEEP: Any = 0
for _ in range(40):
    DEEP = [DEEP]


@cache
def log() -> LongLog:
    """A log with every form of entry."""
    return long_log(LINES + 330)


def quick(data: bytes) -> Any:
    """What the quick reader makes of one entry; None where it leaves it to the exact one."""
    found = sound_facts([data])
    return found and (found.seqs, found.prevs, found.at_ms, list(map(set, found.sealed)))


def exact(data: bytes) -> Any:
    """What the exact reader makes of it."""
    found = exact_facts(data)
    return found.seqs, found.prevs, found.at_ms, list(map(set, found.sealed))


def check(data: bytes) -> None:
    """The quick reader says nothing, or just what the exact one says, which must not refuse."""
    made = quick(data)
    if made is not None:
        assert made == exact(data)
        one, other = sound_facts([data]), exact_facts(data)
        assert one is not None
        assert (list(map(list, one.kids)), one.lines) == (other.kids, other.lines)
        assert not one.naming or one.naming == other.naming
        naming = other.naming[0]
        assert one.naming or not (naming["kind"] == "manifest.sign" or "kty" in str(naming))


def test_every_honest_entry_is_read_quickly() -> None:
    """A page at once, and each by itself: the exact reader is never needed."""
    made = log().made
    for start in range(0, len(made), 100):
        page = sound_facts(made[start : start + 100])
        assert page is not None
        assert page.seqs == list(range(start, min(start + 100, len(made))))
    for data in made:
        assert quick(data) is not None
        check(data)


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_changed_bytes(data: st.DataObject) -> None:
    """A byte changed, taken out or put in."""
    entry = bytearray(data.draw(st.sampled_from(log().made[:40] + log().made[100:125])))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(entry) - 1))
        entry[at : at + data.draw(st.integers(0, 1))] = data.draw(st.binary(max_size=2))
    check(bytes(entry))


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) in a tree."""
    found: list[tuple[Any, Any]] = []
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree)
    for key, value in list(inside) if isinstance(tree, dict | list) else []:
        found.append((tree, key))
        if isinstance(value, dict | list):
            found += places(value)
    return found


def written(tree: Any, how: int) -> bytes:
    """A tree as JSON: canonical but for what cannot be, or in another spelling."""
    spelling: dict[str, Any] = {"separators": (",", ":"), "sort_keys": True, "ensure_ascii": False}
    spelling |= ({}, {"ensure_ascii": True}, {"separators": (", ", ":")}, {"sort_keys": False})[how]
    return json.dumps(tree, **spelling).encode("utf-8", "surrogatepass")


@given(st.data())
@settings(max_examples=600, deadline=None)
def test_changed_trees(data: st.DataObject) -> None:
    """A value anywhere in an entry, a payload or a protected header is another, or one too many."""
    tree = json.loads(data.draw(st.sampled_from(log().made[:3] + log().made[100:104])))
    command, other = tree["command"], data.draw(st.sampled_from([*NASTY, DEEP]))
    spelling = data.draw(st.sampled_from([0, 0, 0, 1, 2, 3]))
    where = data.draw(st.sampled_from(["entry", "payload", "header"]))
    signature = command.get("signatures", [{"protected": "eyJhIjoxfQ"}])[0]
    texts = {"payload": command["payload"], "header": signature["protected"]}
    inner = json.loads(b64url_decode(texts[where])) if where in texts else tree
    container, key = data.draw(st.sampled_from(places(inner)))
    if data.draw(st.booleans()) and isinstance(container, dict):
        container[data.draw(st.sampled_from(["sd", "zz", "é", "index", "expect"]))] = other
    else:
        container[key] = other
    if where == "payload":
        command["payload"] = b64url_encode(written(inner, spelling))
    elif where == "header":
        signature["protected"] = b64url_encode(written(inner, spelling))
    check(written(tree, spelling if where == "entry" else 0))


def changed(change: Callable[[dict[str, Any]], None], number: int = 1) -> bytes:
    """An entry whose payload was changed and written canonically again."""
    tree = json.loads(log().made[number])
    payload = json.loads(b64url_decode(tree["command"]["payload"]))
    change(payload)
    tree["command"]["payload"] = b64url_encode(encode(payload))
    return encode(tree)


@pytest.mark.parametrize(
    "change",
    [
        lambda payload: payload.update(exp=payload["iat"] - 1),
        lambda payload: payload.update(exp=payload["iat"] + 7 * 24 * 3600 + 1),
        lambda payload: payload.update(jti="01930000-0000-4000-8000-000000000000"),
        lambda payload: payload["body"].update(note=payload["salt"]),
        lambda payload: payload.pop("aud"),
        lambda payload: payload.update(expect={"hld_x": -1}),
        lambda payload: payload.update(kind="k" * 201),
    ],
)
def test_what_only_the_payload_shows_is_refused_by_both(
    change: Callable[[dict[str, Any]], None],
) -> None:
    """Canonical, of the right types, and still not in form."""
    data = changed(change)
    assert quick(data) is None
    facts, fault = read_facts([log().made[0], data, log().made[2]])
    assert (facts.seqs, type(fault)) == ([0], Refused)


def test_an_entry_that_is_too_large_is_refused_by_both() -> None:
    """By bytes, not by what is in it."""
    data = changed(lambda payload: payload["body"].update(more="x" * LARGEST_ENTRY))
    assert quick(data) is None
    assert isinstance(read_facts([data])[1], LedgerError)


def test_unusual_entries_in_form_are_read_by_the_exact_reader() -> None:
    """Chinese and deep nesting, large numbers: rare in open fields, and nothing is wrong."""
    rare = [
        changed(lambda payload: payload["body"].update(text="确权")),
        changed(lambda payload: payload["body"].update(deep=[[[[[[[[[1]]]]]]]]])),
        changed(lambda payload: payload["body"].update(large=2**53 - 1)),
    ]
    page = [log().made[0], *rare, log().made[2]]
    facts, fault = read_facts(page)
    assert (facts.seqs, fault) == ([0, 1, 1, 1, 2], None)
    assert quick(rare[1]) is None
    for data in page:
        check(data)


def test_the_facts_of_a_page_are_those_of_its_entries() -> None:
    """Quickly, one by one, and exactly; the naming payloads at their places."""
    page = [*log().made[:3], changed(lambda payload: payload["body"].update(deep=[[[[[[1]]]]]]))]
    page += log().made[98:125]
    together, fault = read_facts(page)
    apart = forms.Facts()
    for data in page:
        apart.add(exact_facts(data))
    assert fault is None
    assert (together.seqs, together.prevs, together.at_ms) == (apart.seqs, apart.prevs, apart.at_ms)
    assert list(map(set, together.sealed)) == list(map(set, apart.sealed))
    assert (list(map(list, together.kids)), together.lines) == (apart.kids, apart.lines)
    for at, payload in together.naming.items():
        assert apart.naming[at] == payload
    assert {0, 6} <= together.naming.keys()


def test_signatures_are_those_that_the_exact_reader_reads() -> None:
    """The same keys over the same bytes; a line of a manifest is left to the exact reader."""
    for data in log().made[95:130]:
        found, whole = forms.signatures_of(data), read_envelope(json.loads(data)["command"])
        if whole.manifest:
            assert found is None
        else:
            assert found is not None
            assert found.signatures == whole.signatures
            assert found.tree["payload"] == whole.tree["payload"]
    assert forms.signatures_of(b"{}") is None


def test_many_keys_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered of protected headers has a bound."""
    monkeypatch.setattr(forms, "_MOST_SIGNERS", 3)
    made = LongLog()
    for number in range(8):
        made.signed("nothing.ask", {}, f"key {number}")
    facts = sound_facts(made.made)
    assert facts is not None
    assert facts.kids == [[key_of(f"key {number}").public.kid] for number in range(8)]
    assert len(forms._signers) <= 4


@given(st.lists(st.binary(max_size=100).map(leaf_hash), max_size=5))
def test_hashes_in_base64url(hashes: list[bytes]) -> None:
    """All in one go is the same as one by one."""
    assert base64url_of(hashes) == [b64url_encode(item) for item in hashes]


def test_digests_of_texts() -> None:
    """The SHA-256 of the bytes; of a damaged text, of the bytes that it was."""
    assert digests_of([]) == []
    assert digests_of(["", "a"]) == [
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU",
        "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs",
    ]
    assert digests_of([b"\xff".decode("utf-8", "surrogateescape")]) == [
        "qBAK5qoZQNC2Y7sxzUZhQuu9vVGHExuS2TgYmHgy64k"
    ]
