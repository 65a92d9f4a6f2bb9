"""Whatever is done to a pack, it is refused: each bit and each part of it counts."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from api.verifier.duebill_verify import Policy, read_shown
from ledger import canonical
from ledger.chain.entry import read_entry
from ledger.chain.note import NoteSigner, sign_note
from ledger.chain.trust import parse_trust
from ledger.envelope import read_envelope
from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.packs.verify import verify_pack, verify_receipt_file
from ledger.signing import STATEMENT
from tests.support.actors import ORIGIN
from tests.vectors.make_packs import FOLDER

TRUST = parse_trust((FOLDER / "policy").read_text("utf-8"))
SECOND = Policy((FOLDER / "policy").read_bytes())
EVIDENCE = (FOLDER / "evidence.json").read_bytes()
CERTIFICATE = (FOLDER / "certificate.json").read_bytes()
RECEIPT = (FOLDER / "receipt.json").read_bytes()
LOG_KEY = SigningKey.from_seed(hashlib.sha256(b"log key").digest())


def tree(data: bytes = EVIDENCE) -> Any:
    """A pack as a tree that may be changed."""
    return copy.deepcopy(canonical.decode(data))


def code_of(data: bytes) -> str:
    """With which code a pack is refused, by both verifiers; fails when one of them takes it."""
    with pytest.raises(Exception):  # noqa: B017, PT011 - the single file refuses by any exception
        read_shown(data, SECOND)
    with pytest.raises(Refused) as caught:
        verify_pack(data, TRUST)
    return caught.value.code.value


def disclosing(found: Any) -> int:
    """The place of the first entry with several disclosures."""
    return next(at for at, item in enumerate(found["entries"]) if len(item["disclosures"]) > 1)


def nothing(said: dict[str, Any]) -> None:
    """No change."""


def signed(found: Any, change: Callable[[dict[str, Any]], None], key: SigningKey = LOG_KEY) -> Any:
    """The pack with its statement changed and signed again, as only the log could."""
    body, _, _ = found["statement"].partition("\n\n")
    said = canonical.decode(body.partition("\n")[2].encode())
    change(said)
    text = f"{STATEMENT}\n{canonical.encode(said).decode()}\n"
    return found | {"statement": sign_note(text, [NoteSigner(ORIGIN, key)])}


def drop_entry(found: Any) -> None:
    """Without one entry."""
    del found["entries"][3]


def drop_last(found: Any) -> None:
    """Without the last entry."""
    del found["entries"][-1]


def twice(found: Any) -> None:
    """One entry two times."""
    found["entries"].insert(3, found["entries"][3])


def reorder(found: Any) -> None:
    """Two entries in each other's place."""
    found["entries"][2:4] = found["entries"][3], found["entries"][2]


def drop_disclosure(found: Any) -> None:
    """Less is shown than the statement counts."""
    found["entries"][disclosing(found)]["disclosures"].pop()


def reorder_disclosures(found: Any) -> None:
    """Disclosures in another order."""
    found["entries"][disclosing(found)]["disclosures"].reverse()


def swap_disclosures(found: Any) -> None:
    """The disclosures of two entries in each other's place."""
    one, other = [item for item in found["entries"] if item["disclosures"]][:2]
    one["disclosures"], other["disclosures"] = other["disclosures"], one["disclosures"]


def swap_proofs(found: Any) -> None:
    """The proofs of two entries in each other's place."""
    one, other = found["entries"][0], found["entries"][-1]
    one["proof"], other["proof"] = other["proof"], one["proof"]


def shorter_proof(found: Any) -> None:
    """One hash less."""
    found["entries"][0]["proof"].pop()


def change_fact(found: Any) -> None:
    """More is said to be owed."""
    found["statement"] = found["statement"].replace("30000.01", "90000.01")


def other_statement(found: Any) -> None:
    """The statement of another pack of the same head."""
    found["statement"] = tree(CERTIFICATE)["statement"]


def other_version(found: Any) -> None:
    """A version that is not known."""
    found["v"] = 2


def another_field(found: Any) -> None:
    """A field that no pack has."""
    found["note"] = ""


CHANGES = {
    drop_entry: "statement_differs",
    drop_last: "statement_differs",
    twice: "entry_out_of_order",
    reorder: "entry_out_of_order",
    drop_disclosure: "statement_differs",
    reorder_disclosures: "pack_malformed",
    swap_disclosures: "statement_differs",
    swap_proofs: "proof_invalid",
    shorter_proof: "proof_invalid",
    change_fact: "signature_invalid",
    other_statement: "statement_differs",
    other_version: "pack_malformed",
    another_field: "pack_malformed",
}


@pytest.mark.parametrize(("change", "code"), CHANGES.items(), ids=range(len(CHANGES)))
def test_a_changed_pack_is_refused(change: Callable[[Any], None], code: str) -> None:
    """A part left out, doubled, moved, changed, or taken from elsewhere."""
    found = tree()
    change(found)
    assert code_of(canonical.encode(found)) == code


def test_another_head_is_refused() -> None:
    """Proofs and statement are of the pack's own head; a log key signs each head once."""
    found = tree()
    body, _, lines = found["checkpoint"].partition("\n\n")
    origin, size, root = body.split("\n")
    other = base64.b64encode(bytes(32)).decode()
    for text in (f"{origin}\n{int(size) - 1}\n{root}\n", f"{origin}\n{size}\n{other}\n"):
        note = sign_note(text, [NoteSigner(ORIGIN, LOG_KEY)])
        assert code_of(canonical.encode(found | {"checkpoint": note})) == "quorum_not_met"
        alone = parse_trust(TRUST.text().replace("quorum both", "quorum none"))
        with pytest.raises(Refused) as caught:
            verify_pack(canonical.encode(found | {"checkpoint": note}), alone)
        assert caught.value.code.value in ("proof_invalid", "statement_differs")
    bare = found["checkpoint"].replace(lines, lines.split("\n")[0] + "\n")
    assert code_of(canonical.encode(found | {"checkpoint": bare})) == "quorum_not_met"


def test_only_the_log_states() -> None:
    """A stranger's statement, and one in the name of the log by another key, are refused."""
    stranger = SigningKey.from_seed(bytes(32))
    found = signed(tree(), nothing, stranger)
    assert code_of(canonical.encode(found)) == "note_not_signed_by_known_key"
    found = tree() | {"statement": tree()["checkpoint"]}
    assert code_of(canonical.encode(found)) == "pack_malformed"
    assert verify_pack(canonical.encode(signed(tree(), nothing)), TRUST)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"size": 1}, "statement_differs"),
        ({"origin": "other.example/log"}, "statement_differs"),
        ({"root": base64.urlsafe_b64encode(bytes(33)).decode()}, "statement_differs"),
        ({"kind": "certificate"}, "pack_malformed"),
        ({"kind": "other"}, "pack_malformed"),
        ({"recipient": "Bank"}, "pack_malformed"),
        ({"made_at": "today"}, "instant_invalid"),
        ({"seqs": [3, 2]}, "pack_malformed"),
        ({"seqs": [True]}, "pack_malformed"),
        ({"records": ["x"]}, "pack_malformed"),
        ({"facts": []}, "pack_malformed"),
        ({"holding": "hld_1"}, "pack_malformed"),
        ({"more": 1}, "pack_malformed"),
        ({"size": 2.0}, "json_number_forbidden"),
        ({"v": True}, "pack_malformed"),
    ],
    ids=str,
)
def test_the_form_of_a_statement_is_strict(change: dict[str, Any], code: str) -> None:
    """Even when the log itself signed something else."""
    if "size" in change and isinstance(change["size"], float):
        body = tree()["statement"].partition("\n\n")[0].replace('"size":', '"size":1.')
        found = tree() | {"statement": sign_note(body + "\n", [NoteSigner(ORIGIN, LOG_KEY)])}
    else:
        found = signed(tree(), lambda said: said.update(change))
    assert code_of(canonical.encode(found)) == code


def test_a_pack_without_a_key_or_a_manifest_is_not_closed() -> None:
    """Though the log itself signs for the rest: signatures need the entries that name keys."""
    for kind, code in (("party.enrol", "key_unknown"), ("manifest.sign", "manifest_unknown")):
        found = tree()
        place = next(at for at, item in enumerate(found["entries"]) if kind_of(item) == kind)
        gone = canonical.decode(base64.b64decode(found["entries"][place]["entry"]))["seq"]
        del found["entries"][place]
        assert code_of(canonical.encode(resigned(found, gone))) == code


def resigned(found: Any, gone: int) -> Any:
    """The pack with a statement that counts what is there."""
    texts = [text for item in found["entries"] for text in item["disclosures"]]
    digest = hashlib.sha256(b"".join(text.encode() + b"\n" for text in texts)).digest()

    def change(said: dict[str, Any]) -> None:
        said["seqs"] = [seq for seq in said["seqs"] if seq != gone]
        said["disclosed"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")

    return signed(found, change)


def kind_of(item: Any) -> str:
    """The kind of command of an entry in a pack."""
    return read_envelope(read_entry(base64.b64decode(item["entry"])).command).kind


def test_both_verifiers_take_what_is_sound() -> None:
    """The published files, and the sheet of one of them."""
    for name in ("receipt.json", "evidence.json", "certificate.json", "sheet.html"):
        said = read_shown((FOLDER / name).read_bytes(), SECOND)
        assert set(said["cosigned"]) == {"auditor-north", "harbour"}


def test_flipped_bits_are_refused() -> None:
    """Any bit of a pack (600 of them, by a seed) and of a receipt, whoever cosigned it.

    A line of a witness counts for who asks for its quorum, so its bits count, too.
    """
    random = Random(1)  # noqa: S311 - the same bits in every run
    for _ in range(600):
        at, bit = random.randrange(len(EVIDENCE)), random.randrange(8)
        data = EVIDENCE[:at] + bytes([EVIDENCE[at] ^ 1 << bit]) + EVIDENCE[at + 1 :]
        with pytest.raises(Refused):
            verify_pack(data, TRUST)
    for at in range(len(RECEIPT)):
        data = RECEIPT[:at] + bytes([RECEIPT[at] ^ 1 << at % 8]) + RECEIPT[at + 1 :]
        with pytest.raises(Refused):
            verify_receipt_file(data, TRUST)


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"null", b"\xff", b'{"checkpoint":' * 1000, b'{"a":' + b"[" * 100_000],
    ids=range(7),
)
def test_noise_is_refused(data: bytes) -> None:
    """Whatever the bytes, nothing but a refusal comes."""
    for verify in (verify_pack, verify_receipt_file):
        with pytest.raises(Refused):
            verify(data, TRUST)
