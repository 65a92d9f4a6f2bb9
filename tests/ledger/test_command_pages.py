"""The pages and vectors of commands are what the code makes, and every vector holds."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519

from docs.reference import make_commands as reference
from ledger import canonical, vocabulary
from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.proof import verify_inclusion
from ledger.chain.tree import leaf_hash, mth
from ledger.envelope import read_submission, verify_signatures
from ledger.errors import Refused
from ledger.keys import from_jwk, public_key
from ledger.policy.state import RULES_NUMBER
from tests.tidy import ROOT
from tests.vectors import make_commands
from tests.vectors.make_commands import FOLDER, KEYS, VECTORS, render


def vector(name: str) -> dict[str, Any]:
    """The content of one vector file."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return content


@pytest.mark.parametrize("name", VECTORS)
def test_trap_16_files_are_what_the_code_makes(name: str) -> None:
    """Any change of a signed byte, of a name or of a field class shows as a change of these."""
    assert (FOLDER / f"{name}.json").read_text(encoding="utf-8") == render(name)


def test_the_reference_is_what_the_code_says() -> None:
    """The page lists every kind, its fields and who may send it."""
    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert text == reference.page()
    assert reference.WHO.keys() == {kind for kind, _ in vocabulary.COMMANDS}


def examples() -> list[str]:
    """The code blocks of the specification of commands, as the code makes them."""
    made = vector("commands")
    command = json.loads(made["one_signer"])["command"]
    header = b64url_decode(command["signatures"][0]["protected"]).decode()
    first = made["disclosures"][0]
    return [
        made["payload"] + "\n",
        f"{first['content']}\n{first['text']}\n{first['digest']}\n",
        f"{header}\n",
        made["one_signer"] + "\n",
        made["digest"] + "\n",
        f"{made['ids'][0]['id']}\n",
        json.loads(made["manifest"]["lines"][2])["command"]["manifest"]["path"][0] + "\n",
        made["possession"]["message"] + "\n",
        made["log_key"]["message"] + "\n",
        f"{made['effects']['events']}\n{made['effects']['digest']}\n",
    ]


def test_the_examples_of_the_specification_are_real() -> None:
    """Every block of the page is, byte for byte, what the code makes today."""
    text = (ROOT / "docs" / "spec" / "command.md").read_text(encoding="utf-8")
    blocks = [block.split("\n", 1)[1] for block in text.split("```")[1::2]]
    assert blocks == examples()


def test_canonical_vectors_hold() -> None:
    """Each text has its form, or its refusal."""
    for case in vector("canonical")["canonical"]:
        assert canonical.encode(json.loads(case["text"])).decode() == case["form"]
    for case in vector("canonical")["refused"]:
        with pytest.raises(Refused) as caught:
            canonical.decode(case["text"].encode())
        assert caught.value.code.value == case["code"]


def test_key_vectors_hold() -> None:
    """Seed, JWK, thumbprint and signature belong together, by foreign code; others are unsafe."""
    for case in vector("keys")["keys"]:
        private = ed25519.Ed25519PrivateKey.from_private_bytes(bytes.fromhex(case["seed"]))
        assert private.sign(bytes.fromhex(case["message"])).hex() == case["signature"]
        members = json.dumps(case["jwk"], sort_keys=True, separators=(",", ":"))
        assert b64url_encode(hashlib.sha256(members.encode()).digest()) == case["kid"]
        assert from_jwk(case["jwk"]).kid == case["kid"]
    for case in vector("keys")["refused"]:
        with pytest.raises(Refused):
            public_key("Ed25519", bytes.fromhex(case["public"]))


def test_command_vectors_hold() -> None:
    """Digests, signatures, ids and effects follow from the texts by plain hashing."""
    made, bound = vector("commands"), {key.public.kid: key.public for key in KEYS.values()}
    for name, count in (("one_signer", 1), ("two_signers", 2)):
        envelope = read_submission(made[name].encode())
        verify_signatures(envelope, bound)
        assert (len(envelope.signatures), envelope.digest) == (count, made["digest"])
    for item in made["disclosures"]:
        hashed = hashlib.sha256(item["text"].encode()).digest()
        assert item["digest"] == b64url_encode(hashed)
        assert item["digest"] in made["payload"]
    effects = made["effects"]
    salted = bytes.fromhex(effects["salt"]) + effects["events"].encode()
    assert hashlib.sha256(salted).hexdigest() == effects["digest"]


def test_manifest_vectors_hold() -> None:
    """The root is that of the payload digests, each line's path leads to it."""
    made = vector("commands")["manifest"]
    leaves = []
    for index, text in enumerate(made["lines"]):
        envelope = read_submission(text.encode())
        proof = envelope.manifest
        assert proof is not None
        leaf = leaf_hash(b64url_decode(envelope.digest))
        verify_inclusion(index, 3, leaf, proof.path, bytes.fromhex(made["root"]))
        leaves.append(leaf)
    assert mth(leaves).hex() == made["root"]
    assert [leaf.hex() for leaf in leaves] == made["leaves"]
    signed = read_submission(made["submission"].encode()).payload["body"]
    assert signed == {"count": 3, "root": b64url_encode(bytes.fromhex(made["root"]))}


def test_every_refusal_in_the_vectors_is_one() -> None:
    """The generator fails loudly when a text of its refused list is taken."""
    with pytest.raises(AssertionError):
        make_commands.refusal_of("1")


def test_what_is_sealed_is_frozen_with_the_rules_number() -> None:
    """The table of field classes that a genesis commits to is that of this build."""
    assert vocabulary.FIELD_CLASSES[RULES_NUMBER] == vocabulary.field_classes_digest()
