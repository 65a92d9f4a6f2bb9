"""The single-file verifier takes the vectors for other languages, every case as it says."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from api.verifier import duebill_verify as second
from tests.tidy import ROOT


def vector(name: str) -> dict[str, Any]:
    """The content of one vector file."""
    text = (ROOT / "tests/vectors" / f"{name}.json").read_text("utf-8")
    content: dict[str, Any] = json.loads(text)
    return content


def takes(act: Callable[[], object]) -> bool:
    """Whether the verifier takes it; it refuses by its `FAULTS`."""
    try:
        act()
    except second.FAULTS:
        return False
    return True


@pytest.mark.parametrize("name", ["canonical", "refused"])
def test_canonical_json(name: str) -> None:
    """Forms are read, and what has none is refused."""
    for case in vector("canonical")[name]:
        text = case.get("form", case["text"])
        assert takes(lambda text=text: second.read(text.encode())) is (name == "canonical"), text


def test_base64url() -> None:
    """One text for any bytes."""
    made = vector("strict")["base64url"]
    for case in made["valid"]:
        assert second.unbase64(case["text"]).hex() == case["bytes"]
    for text in made["refused"]:
        assert not takes(lambda text=text: second.unbase64(text)), text


def test_ed25519() -> None:
    """Unsafe points and scalars are refused before the library sees them."""
    made = vector("strict")["ed25519"]
    for case in made["signatures"]:
        key, message, signature = (
            bytes.fromhex(case[name]) for name in ("public", "message", "signature")
        )

        def judge(key: bytes = key, said: tuple[bytes, bytes] = (signature, message)) -> None:
            second.verify("Ed25519", second.ed25519_key(key), *said)

        assert takes(judge) is case["valid"], case
    for text in [*made["small_order"], *(case["public"] for case in vector("keys")["refused"])]:
        assert not takes(lambda text=text: second.ed25519_key(bytes.fromhex(text))), text


def test_inclusion() -> None:
    """Each proof leads to the root, or is refused. Here a leaf is always a hash of an entry."""
    for case in (item for item in vector("proofs")["inclusion"] if item["leaf_hash"]):
        path = [bytes.fromhex(item) for item in case["proof"]]
        leaf, root = bytes.fromhex(case["leaf_hash"]), case["root"]

        def judge(case: Any = case, leaf: bytes = leaf, path: list[bytes] = path) -> str:
            return second.climb(case["index"], case["size"], leaf, path).hex()

        assert (takes(judge) and judge() == root) is case["valid"], case


def test_heads_and_cosignatures() -> None:
    """Heads open or are refused; who cosigned when, and whether that is the quorum."""
    notes, made = vector("notes"), vector("cosignatures")
    trust = second.Policy(f"log {notes['known_keys'][0]}\nquorum none\n".encode())
    for case in notes["checkpoints"]:
        assert takes(lambda c=case: trust.head(c["note"], notes["origin"])) is case["valid"], case
    policy = second.Policy(made["policy"].encode())
    for case in made["heads"]:
        assert takes(lambda c=case: policy.head(c["note"], made["origin"])) is case["valid"], case
        if case["valid"]:
            head = policy.head(case["note"], made["origin"])
            times = {key[0].removesuffix(".example"): time for key, time in head.times.items()}
            assert times == case["cosigned"]
            assert policy.met(policy.quorum, head.times) is case["witnessed"]
    for case in made["policies"]:
        assert not takes(lambda c=case: second.Policy(c["text"].encode())), case


def test_evidence() -> None:
    """Two heads of one log: the relation that the file says, or no evidence at all."""
    made = vector("evidence")
    logs = "".join(f"log {key}\n" for key in made["known_keys"])
    policy = second.Policy(f"{logs}quorum none\n".encode())
    for case in made["evidence"]:
        assert second.read_shown(case["file"].encode(), policy)["relation"] == case["relation"]
    for case in made["refused"]:
        refused = not takes(lambda data=case["file"]: second.read_shown(data.encode(), policy))
        assert refused, case["why"]
