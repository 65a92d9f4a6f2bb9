"""Receipts, packs and sheets in the single-file verifier: every bit and every part counts."""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import pytest

from api.verifier import duebill_verify as second
from ledger.base64url import b64url_encode
from ledger.canonical import encode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.contradiction import Relation, compare_heads, read_contradiction
from ledger.chain.note import Cosigner, NoteSigner, sign_note
from ledger.chain.proof import inclusion_proof
from ledger.chain.receipt import Receipt
from ledger.chain.tree import leaf_hash
from ledger.chain.trust import parse_trust, trust_in
from ledger.errors import Refused
from ledger.packs.verify import verify_pack, verify_receipt_file
from tests.support.long_log import LINES, ORIGIN, LongLog, key_of
from tests.support.spoiling import spoil_tree

HOLDING, PARTY = f"hld_{'a' * 26}", f"pty_{'b' * 26}"
SIZE = LINES + 8
SHARES = 4
Tree = dict[str, Any]


@cache
def log() -> LongLog:
    """A key named late, a manifest and its lines."""
    made = LongLog()
    keys: Tree = {name: dict(key_of(name).public.jwk()) for name in ("log", "ann", "bob")}
    made.signed(
        "ledger.open", {"log_key": keys["log"], "operator_key": {"key": keys["ann"]}}, "ann"
    )
    made.signed("nothing.ask", {"of": HOLDING}, "ann")
    made.signed("key.bind", {"key": keys["bob"]}, "ann")
    made.manifest("bob")
    while made.size() < SIZE:
        made.signed("nothing.ask", {"text": "确权"}, *sorted(["ann", "bob"], key=_kid))
    return made


def _kid(name: str) -> str:
    return key_of(name).public.kid


def proof(made: LongLog, seq: int, size: int) -> list[bytes]:
    """The inclusion proof of an entry."""
    tile = b"".join(leaf_hash(data) for data in made.made[:size])
    return list(inclusion_proof(lambda _: tile, seq, size))


def receipt() -> bytes:
    """The receipt of entry 1."""
    made = log()
    text = Receipt(1, tuple(proof(made, 1, SIZE)), made.checkpoint()).text()
    entry = base64.b64encode(made.made[1]).decode()
    return encode({"disclosures": made.sealed[1], "entry": entry, "proof": text})


def said(made: LongLog, entries: list[Tree], seqs: list[int], **changes: Any) -> Tree:
    """What a statement says of a pack."""
    texts = [text for item in entries for text in item["disclosures"]]
    disclosed = hashlib.sha256("".join(f"{text}\n" for text in texts).encode()).digest()
    return {
        "v": 1,
        "kind": "evidence",
        "origin": ORIGIN,
        "size": made.head.size,
        "root": b64url_encode(made.head.frontier.root()),
        "holding": HOLDING,
        "asker": PARTY,
        "recipient": "",
        "made_at": "2026-01-06T00:00:00.000Z",
        "seqs": seqs,
        "disclosed": b64url_encode(disclosed),
        "records": [HOLDING],
        "facts": {"owed": "<1>", "to": "确"},
        **changes,
    }


def pack(seqs: list[int], made: LongLog | None = None, **changes: Any) -> Tree:
    """A pack of these entries."""
    made = made or log()
    size = made.head.size
    entries: list[Tree] = [
        {
            "disclosures": made.sealed[seq][: seq % 3],
            "entry": base64.b64encode(made.made[seq]).decode(),
            "proof": [base64.b64encode(item).decode() for item in proof(made, seq, size)],
        }
        for seq in seqs
    ]
    line = encode(said(made, entries, seqs, **changes)).decode()
    note = sign_note(f"duebill-statement@v1\n{line}\n", [NoteSigner(ORIGIN, key_of("log"))])
    return {"checkpoint": made.checkpoint(), "entries": entries, "statement": note, "v": 1}


@cache
def policy(*lines: str) -> Any:
    """Who trusts the log, and what else the file says: read by the single file, and by us."""
    text = "\n".join([trust_in(log().keys).text().replace("quorum none\n", ""), *lines])
    return second.Policy(text.encode()), parse_trust(text)


def accepted(data: bytes, *lines: str) -> bool:
    """Whether both verifiers accept, in which they must agree. Each raises its own refusal only."""
    theirs, ours = policy(*(lines or ("quorum none",)))
    verdicts = []
    for read in (
        lambda: second.read_shown(data, theirs),
        lambda: (verify_pack if data.startswith(b'{"ch') else verify_receipt_file)(data, ours),
    ):
        try:
            read()
        except (*second.FAULTS, Refused):
            verdicts.append(False)
        else:
            verdicts.append(True)
    assert verdicts[0] == verdicts[1], verdicts
    return verdicts[0]


CLOSED = [0, 1, 2, 3, 4, SIZE - 1]
"""Entries of a pack with all that their signatures need: genesis, a key, a manifest, a line."""


def test_honest_receipts_and_packs_are_accepted() -> None:
    """A receipt, evidence, a certificate; what was opened is told."""
    answer = second.read_shown(receipt(), policy("quorum none")[0])
    assert (answer["kind"], answer["entry"], answer["size"]) == ("receipt", 1, SIZE)
    assert ("note", "a note") in answer["opened"]
    assert accepted(encode(pack(CLOSED)))
    assert accepted(encode(pack(CLOSED, kind="certificate", recipient="Bank")))
    assert second.read_shown(encode(pack(CLOSED)), policy("quorum none")[0])["facts"]["to"] == "确"


@pytest.mark.parametrize("share", range(SHARES))
def test_every_bit_of_a_receipt_counts(share: int) -> None:
    """Any flipped bit refuses it."""
    data = receipt()
    for at in range(share, 8 * len(data), SHARES):
        flipped = bytearray(data)
        flipped[at // 8] ^= 1 << at % 8
        assert not accepted(bytes(flipped)), at


def test_bits_of_a_pack_count() -> None:
    """One bit of some bytes, chosen by a seed."""
    data, random = encode(pack(CLOSED)), Random(1)  # noqa: S311 - the same bits in every run
    for at in range(0, len(data), 40):
        flipped = bytearray(data)
        flipped[at] ^= 1 << random.randrange(8)
        assert not accepted(bytes(flipped)), at


@pytest.mark.parametrize("number", range(4))
def test_spoiled_trees_are_refused(number: int) -> None:
    """A value anywhere is another, is missing, is there besides, in canonical form."""
    random = Random(number)  # noqa: S311 - the same changes in every run
    for honest in (receipt(), encode(pack(CLOSED))):
        for _ in range(100):
            tree = json.loads(honest)
            spoil_tree(tree, random)
            text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
            data = text.encode("utf-8", "surrogatepass")
            # A disclosure that is left out of a receipt is not shown: that is its holder's right.
            less = json.loads(honest).get("statement") is None and len(data) < len(honest)
            assert data == honest or less or not accepted(data)


def other_statement(tree: Tree) -> None:
    """The statement of another pack of the same log."""
    tree["statement"] = pack(CLOSED[:-1])["statement"]


def without_entry(tree: Tree) -> None:
    """An entry less than the statement counts."""
    tree["entries"].pop()


def swapped(tree: Tree) -> None:
    """Entries out of order."""
    tree["entries"].reverse()


def doubled(tree: Tree) -> None:
    """An entry twice."""
    tree["entries"].append(tree["entries"][-1])


def undisclosed(tree: Tree) -> None:
    """A disclosure less than the statement counts."""
    tree["entries"][2]["disclosures"].pop()


def reversed_texts(tree: Tree) -> None:
    """Disclosures out of order."""
    tree["entries"][2]["disclosures"].reverse()


def other_head(tree: Tree) -> None:
    """Another head of the same log."""
    log().signed("nothing.ask", {}, "ann")
    tree["checkpoint"] = log().checkpoint()
    log.cache_clear()


@pytest.mark.parametrize(
    "change",
    [
        *(other_statement, without_entry, swapped, doubled, undisclosed, reversed_texts),
        other_head,
    ],
)
def test_parts_that_were_not_made_together(change: Callable[[Tree], None]) -> None:
    """Each part is honest, and the whole is refused."""
    tree = pack(CLOSED)
    change(tree)
    assert not accepted(encode(tree))


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "certificate"},
        {"recipient": "Bank"},
        {"size": 3},
        {"root": b64url_encode(bytes(32))},
        {"origin": "other.example/log"},
        {"made_at": "yesterday"},
        {"records": ["b", "a"]},
        {"asker": 1},
        {"v": 2},
        {"facts": []},
        {"more": 1},
    ],
)
def test_statements_that_the_log_signed_about_something_else(changes: Tree) -> None:
    """The signature is good, what it says does not fit."""
    assert not accepted(encode(pack(CLOSED, **changes)))


@pytest.mark.parametrize("missing", [0, 2, 3])
def test_a_pack_has_what_its_signatures_need(missing: int) -> None:
    """The entry that named the operator's key, the second key, the manifest."""
    assert not accepted(encode(pack([seq for seq in CLOSED if seq != missing])))


def test_the_quorum_is_asked_for() -> None:
    """A witness that the policy wants must have cosigned, with its time in big-endian order."""
    witness = Cosigner("witness.example/w", key_of("witness"))
    wanted = (f"witness w {witness.key.text()}", "quorum w")
    body = Checkpoint(ORIGIN, SIZE, log().head.frontier.root()).body
    tree = pack(CLOSED)
    assert not accepted(encode(tree), *wanted)
    tree["checkpoint"] += witness.line(body, 1_767_700_000)
    assert second.read_shown(encode(tree), policy(*wanted)[0])["cosigned"] == {"w": 1_767_700_000}
    assert accepted(encode(tree))
    tree["checkpoint"] = tree["checkpoint"][:-6] + "AAA=\n"
    assert not accepted(encode(tree), *wanted)


def test_a_sheet_is_read_by_the_pack_in_it() -> None:
    """The pack stands in the page with its angle brackets escaped, once and in that form."""
    text = encode(pack(CLOSED)).decode().replace("<", "\\u003c")
    start = '<script type="application/json" id="duebill-pack">'
    sheet = f"<!doctype html>\n<title>{html.escape('<x>')}</title>{start}{text}</script>"
    trusted = policy("quorum none")[0]
    assert second.read_shown(sheet.encode(), trusted) == second.read_shown(
        encode(pack(CLOSED)), trusted
    )
    for spoiled in (sheet + start, sheet.replace("\\u003c", "<"), sheet.replace(',"v":1', "")):
        with pytest.raises(ValueError, match=r"."):
            second.read_shown(spoiled.encode(), trusted)


@pytest.mark.parametrize("lines", [0, 1, 130_000])
def test_evidence_may_have_extension_lines(lines: int) -> None:
    """As many as a note has room for: a log that signs them is bound by what it signed."""
    heads = [Checkpoint(ORIGIN, 2, leaf_hash(word)).body + "x\n" * lines for word in (b"1", b"2")]
    kept, shown = (sign_note(body, [NoteSigner(ORIGIN, key_of("log"))]) for body in heads)
    theirs, ours = policy("quorum none")
    data = compare_heads(kept, shown, ours.log_keys()).data()
    assert read_contradiction(data, ours.log_keys()).relation is Relation.FORK
    assert second.read_shown(data, theirs)["relation"] == "fork"
