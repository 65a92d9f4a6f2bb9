"""The signatures in a pack: with keys of the right party, lines where their manifest has them."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from ledger.canonical import Tree
from ledger.chain.trust import parse_trust
from ledger.envelope import Envelope, read_envelope, sign_payload
from ledger.errors import Refused
from ledger.keys import SigningKey
from ledger.packs.signatures import check_signatures
from ledger.packs.verify import verify_pack
from tests.vectors.make_packs import FOLDER

TRUST = parse_trust((FOLDER / "policy").read_text("utf-8"))
EVIDENCE = verify_pack((FOLDER / "evidence.json").read_bytes(), TRUST).envelopes
KEY = SigningKey.from_seed(bytes(32))


def code_of(envelopes: list[Envelope]) -> str:
    """With which code the commands are refused."""
    with pytest.raises(Refused) as caught:
        check_signatures(envelopes)
    return caught.value.code.value


def line_at() -> int:
    """The place of the line of a manifest in the published evidence."""
    return next(at for at, item in enumerate(EVIDENCE) if item.manifest is not None)


def test_a_line_stands_where_its_manifest_has_it() -> None:
    """Another index, a path that leads elsewhere or another payload is not the signed list's."""
    at = line_at()
    line = EVIDENCE[at]
    proof = line.manifest
    assert proof is not None
    for changed in (
        replace(line, manifest=replace(proof, index=1 - proof.index)),
        replace(line, manifest=replace(proof, path=(bytes(32),) * len(proof.path))),
        replace(line, manifest=replace(proof, path=())),
        replace(line, digest=EVIDENCE[0].digest),
    ):
        assert code_of([*EVIDENCE[:at], changed]) == "manifest_proof_invalid"


def test_a_manifest_signs_for_lines_after_it() -> None:
    """The line before its manifest, and under the manifest of another party, has none."""
    at = line_at()
    early = [item for item in EVIDENCE[:at] if item.kind != "manifest.sign"]
    manifests = [item for item in EVIDENCE[:at] if item.kind == "manifest.sign"]
    assert code_of([*early, EVIDENCE[at], *manifests]) == "manifest_unknown"
    check_signatures([*early, *manifests, EVIDENCE[at]])
    other = replace(EVIDENCE[at], payload={**EVIDENCE[at].payload, "by": EVIDENCE[0].by})
    assert code_of([*EVIDENCE[:at], other]) == "manifest_unknown"


def test_the_first_manifest_of_a_jti_counts() -> None:
    """A second one takes nothing from the lines of the first (docs/spec/command.md)."""
    at = line_at()
    manifest = next(item for item in EVIDENCE[:at] if item.kind == "manifest.sign")
    body = {**manifest.payload["body"], "root": "A" * 43}
    again = replace(manifest, payload={**manifest.payload, "body": body})
    check_signatures([*EVIDENCE[:at], again, EVIDENCE[at]])


def test_what_is_no_key_names_none() -> None:
    """A JWK in another form is passed over, as audits and the second verifier do."""
    jti = "01900000-0000-7000-8000-000000000001"
    check_signatures([command("pty_a", jti, other={"kty": "OKP", "crv": "Ed448"})])
    bare = command("pty_a", jti)
    assert code_of([replace(bare, payload={**bare.payload, "body": {}})]) == "key_unknown"


def command(by: str, jti: str, **more: Tree) -> Envelope:
    """A command of the party `by` that names `KEY`, and `more`, and is signed with it."""
    payload: dict[str, Tree] = {
        "aud": "stage.example/ledger",
        "body": {"key": KEY.public.jwk(), **more},
        "by": by,
        "exp": 2,
        "iat": 1,
        "jti": jti,
        "kind": "ledger.open",
        "salt": {"sd": "A" * 43},
        "ver": 1,
    }
    return read_envelope(sign_payload(payload, [KEY]))


def test_a_key_signs_for_the_party_that_it_was_bound_to_first() -> None:
    """Another party that names it again cannot sign with it."""
    jti = "01900000-0000-7000-8000-00000000000{}"
    own, other = command("pty_a", jti.format(1)), command("pty_b", jti.format(2))
    check_signatures([own])
    check_signatures([other])
    assert code_of([own, other]) == "key_not_of_party"
