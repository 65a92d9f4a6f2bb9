"""The signer process: whatever it is asked, it signs one history."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint, open_checkpoint
from ledger.chain.note import note_key
from ledger.chain.tree import leaf_hash
from ledger.errors import Refused
from ledger.signing import BACKUP, STATEMENT, KeyChange, read_text
from tests.support.desk import ORIGIN
from tests.support.notary import (
    KEY,
    LEAVES,
    NEXT,
    NOTE_KEY,
    ask,
    head,
    kind,
    notary,
    proof,
)


def test_heads_are_signed_in_the_order_of_one_history() -> None:
    """The first as it comes; a longer one with its proof; the last one again, byte for byte."""
    here = notary()
    first = here.answer(ask(head(3).body))
    assert open_checkpoint(first["note"], ORIGIN, [NOTE_KEY]) == head(3)
    assert here.answer(ask(head(3).body)) == first
    assert here.answer(ask(head(9).body)) == {"old": 3}
    assert here.answer(ask(head(9).body, 2, proof(2, 9))) == {"old": 3}
    grown = here.answer(ask(head(9).body, 3, proof(3, 9)))
    assert open_checkpoint(grown["note"], ORIGIN, [NOTE_KEY]) == head(9)


def test_no_fork_is_signed() -> None:
    """Another root of a signed size, a shorter head, a longer one of another tree: never."""
    here, other = notary(), [leaf_hash(b"other"), *LEAVES[1:]]
    here.answer(ask(head(5).body))
    forks = [
        ask(head(5, other).body),
        ask(head(4).body),
        ask(head(0).body),
        ask(head(8, other).body, 5, proof(5, 8, other)),
        ask(head(8).body, 5, proof(4, 8)),
        ask(head(8).body, 5),
        ask(head(8, origin="other.example/log").body, 5, proof(5, 8)),
    ]
    for request in forks:
        assert kind(here.answer(request)) == "halted"
    assert kind(here.answer(ask(head(8).body, 5, proof(5, 8)))) == "note"


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 12), st.booleans(), st.integers(0, 12)), max_size=12))
def test_whatever_is_asked_what_was_signed_is_one_history(
    requests: list[tuple[int, bool, int]],
) -> None:
    """Of any two signed heads one extends the other: both are of the first history, in order."""
    here, other = notary(), [leaf_hash(b"other"), *LEAVES[1:]]
    signed: list[Checkpoint] = []
    for size, honest, old in requests:
        leaves = LEAVES if honest else other
        proven = proof(old, size, leaves) if 0 < old < size else []
        answer = here.answer(ask(head(size, leaves).body, old, proven))
        if "note" in answer:
            signed.append(open_checkpoint(answer["note"], ORIGIN, [NOTE_KEY]))
    sizes = [item.size for item in signed]
    assert sizes == sorted(sizes)
    for leaves in (LEAVES, other):
        if signed and signed[0] == head(sizes[0], leaves):
            assert signed == [head(size, leaves) for size in sizes]


def test_only_three_kinds_of_text_are_signed() -> None:
    """A checkpoint, a manifest, a statement; each names this log and a head that was signed."""
    here = notary()
    note = here.answer(ask(head(4).body))["note"]
    root = b64url_encode(head(4).root)
    about = {"checkpoint": note, "origin": ORIGIN, "root": root, "size": 4, "v": 1}

    def text(header: str, **changes: Any) -> str:
        return f"{header}\n{canonical.encode(about | changes).decode()}\n"

    for header in (BACKUP, STATEMENT):
        assert kind(here.answer(ask(text(header)))) == "note"
    fresh = notary()
    assert kind(fresh.answer(ask(text(STATEMENT)))) == "refused"
    assert kind(fresh.answer(ask(text(BACKUP, checkpoint="no note")))) == "refused"
    assert kind(fresh.answer(ask(text(BACKUP)))) == "note"
    assert kind(fresh.answer(ask(head(3).body))) == "halted"
    earlier = text(STATEMENT, size=3, root=b64url_encode(head(3).root))
    assert kind(here.answer(ask(earlier))) == "note"
    strange = [
        "anything\n",
        "duebill-log-key@v1\n{}\n",
        json.dumps({"typ": "duebill-command+jws"}) + "\n",
        text("duebill-other@v1"),
        text(BACKUP) + "more\n",
        f"{BACKUP}\n{{}}\n",
        f"{BACKUP}\n[]\n",
        f"{STATEMENT}\nnothing\n",
        text(STATEMENT, size="4"),
        text(STATEMENT, size=True),
        text(STATEMENT, size=5),
        text(STATEMENT, root=b64url_encode(bytes(32))),
        text(STATEMENT, origin="other.example/log"),
        text(BACKUP, checkpoint="no note"),
        text(BACKUP, size=3, root=b64url_encode(head(3).root)),
        f"{ORIGIN}\n4\n",
        head(4).body + "extension\n",
        head(4).body + "\n",
        "",
        "\ud800",
    ]
    for body in strange:
        assert kind(here.answer(ask(body))) in ("refused", "halted")


def test_each_key_is_named_once_and_is_here() -> None:
    """Both keys sign in the order asked; unknown, doubled and no keys are refused."""
    here = notary()
    both = [KEY.public.kid, NEXT.public.kid]
    note = here.answer(ask(head(2).body, by=both))["note"]
    for key in (KEY, NEXT):
        assert open_checkpoint(note, ORIGIN, [note_key(ORIGIN, key.public)]).size == 2
    for by in ([], both[:1] * 2, ["unknown"], [1], "kid"):
        assert kind(here.answer(ask(head(2).body, by=by))) == "refused"


def test_a_change_of_key_is_endorsed_for_its_own_log_only() -> None:
    """New and old key sign the statement once a head was signed; else nobody knows which log."""
    here = notary()
    change = KeyChange(ORIGIN, "pty_a", "jti", NEXT.public.kid, KEY.public.kid)
    request = {"op": "endorse", "origin": ORIGIN, "party": "pty_a", "jti": "jti"}
    request |= {"kid": change.kid, "old": change.old}
    assert kind(here.answer(request)) == "halted"
    here.answer(ask(head(1).body))
    signatures = here.answer(request)["signatures"]
    made = [b64url_encode(key.sign(change.message)) for key in (NEXT, KEY)]
    assert signatures == made
    assert kind(here.answer(request | {"origin": "other.example/log"})) == "halted"
    assert kind(here.answer(request | {"kid": "unknown"})) == "refused"
    assert kind(here.answer(request | {"jti": 7})) == "refused"


trees = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**53 - 1) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "op": st.sampled_from(["keys", "sign", "endorse", "other"]) | trees,
            **dict.fromkeys(["body", "by", "old", "proof", "origin", "kid", "jti"], trees),
        },
    )
)
def test_any_message_has_an_answer(request: dict[str, Any]) -> None:
    """Whatever the fields hold, it is refused in words, and nothing is signed."""
    here = notary()
    here.answer(ask(head(2).body))
    assert kind(here.answer(request)) in ("keys", "refused", "halted")


@given(st.text(max_size=60))
def test_any_other_text_is_none_of_the_three_kinds(body: str) -> None:
    """What a log key may sign parses as one of them, or is refused."""
    with pytest.raises(Refused):
        read_text(body + "\n")
