"""The vectors of what libraries are lax about are what the code makes, and every case holds."""

from __future__ import annotations

import base64
import json
from itertools import pairwise
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from tlog_scales.signing import Vkey, VkeySet
from tlog_scales.tlog import Checkpoint as ForeignCheckpoint

from ledger.base64url import b64url_decode
from ledger.chain.trust import parse_trust
from ledger.codepoints import forbidden_code_point
from ledger.errors import Refused
from ledger.keys import public_key
from tests.vectors.make_strict import FOLDER, VECTORS, render


def vector(name: str) -> dict[str, Any]:
    """The content of one vector file."""
    content: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    return content


@pytest.mark.parametrize("name", VECTORS)
def test_trap_16_files_are_what_the_code_makes(name: str) -> None:
    """A change of a cosigned byte, or of what is strict, shows as a change of these files."""
    assert (FOLDER / f"{name}.json").read_text("utf-8") == render(name)


def test_heads_under_a_policy() -> None:
    """Who cosigned, when, and whether that is the quorum; what must be refused is."""
    made = vector("cosignatures")
    policy = parse_trust(made["policy"])
    for case in made["heads"]:
        if not case["valid"]:
            with pytest.raises(Refused):
                policy.open(case["note"], made["origin"])
            continue
        opened = policy.open(case["note"], made["origin"])
        assert (opened.checkpoint.size, opened.checkpoint.root.hex()) == (
            made["size"],
            made["root"],
        )
        assert (dict(opened.cosigned), opened.witnessed) == (case["cosigned"], case["witnessed"])


def test_a_foreign_verifier_takes_the_cosignatures() -> None:
    """Each witness line that counts is good for tlog-scales too."""
    made = vector("cosignatures")
    keys = [line.key for line in parse_trust(made["policy"]).witnesses]
    for case in made["heads"]:
        if case["valid"] and case["cosigned"]:
            head = ForeignCheckpoint.from_text(case["note"])
            found = VkeySet(*(Vkey.from_string(key.text()) for key in keys))
            names = {
                key.name.removesuffix(".example") for key, _ in found.verify(head.signatures, head)
            }
            assert names == set(case["cosigned"])


def test_policy_files_that_are_refused() -> None:
    """Each for its own reason; without the change the file is read."""
    made = vector("cosignatures")
    for case in made["policies"]:
        assert case["text"] != made["policy"]
        with pytest.raises(Refused):
            parse_trust(case["text"])


def test_trap_05_signatures_that_libraries_may_take() -> None:
    """What must be refused is; the library alone takes what the key of order one "signs"."""
    made = vector("strict")["ed25519"]
    for case in made["signatures"]:
        key, message, signature = (
            bytes.fromhex(case[name]) for name in ("public", "message", "signature")
        )
        if case["valid"]:
            public_key("Ed25519", key).verify(message, signature)
            continue
        with pytest.raises(Refused):
            public_key("Ed25519", key).verify(message, signature)
        if "everything" in case["why"]:
            Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    for text in made["small_order"]:
        with pytest.raises(Refused):
            public_key("Ed25519", bytes.fromhex(text))


def test_trap_06_base64url_has_one_text() -> None:
    """The valid ones decode, the lax ones are refused; a usual decoder takes most of them."""
    made = vector("strict")["base64url"]
    for case in made["valid"]:
        assert b64url_decode(case["text"]) == bytes.fromhex(case["bytes"])
    for text in made["refused"]:
        with pytest.raises(Refused):
            b64url_decode(text)
    assert base64.urlsafe_b64decode("AB==") == base64.urlsafe_b64decode("AA==")


def test_code_points() -> None:
    """The borders of each range are refused, and what stands between two ranges is not."""
    ranges = vector("strict")["unassigned"]
    for first, last in ranges:
        assert forbidden_code_point(chr(first)) == chr(first)
        assert forbidden_code_point(chr(last)) == chr(last)
    for (_, last), (first, _) in pairwise(ranges):
        assert first > last + 1
        for free in {last + 1, first - 1}:
            assert 0xD800 <= free <= 0xDFFF or forbidden_code_point(chr(free)) is None
