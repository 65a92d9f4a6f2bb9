"""Tokens: who signs in, and every way in which nobody does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from api.auth import TYPE, make_token
from ledger import canonical
from ledger.base64url import b64url_encode
from ledger.keys import SigningKey
from ledger.parties.commands import RevokeKey
from tests.support.sandbox import ORIGIN, signing_key
from tests.support.served import Served
from tests.support.story import Story

READ_BY_PARTIES = (
    "/v1/holdings",
    "/v1/holdings/x",
    "/v1/receivables/x/history",
    "/v1/entries/0",
    "/v1/pending",
    "/log/documents",
    "/log/tile/entries/000.p/1",
    "/log/disclosures/000.p/1.ndjson",
)
PUBLIC = ("/healthz", "/readyz", "/metrics", "/log/checkpoint", "/log/tile/0/000.p/1", "/v1/ledger")


def _token(key: SigningKey, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
    parts = ".".join(b64url_encode(canonical.encode(dict(part))) for part in (header, claims))
    return f"{parts}.{b64url_encode(key.sign(parts.encode()))}"


@pytest.mark.parametrize("path", READ_BY_PARTIES)
def test_reading_needs_a_token(story: Story, path: str) -> None:
    """Without a token 401 and the challenge, before anything is said about the path."""
    answer = story.served.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("path", PUBLIC)
def test_hashes_and_health_are_public(story: Story, path: str) -> None:
    """Signed head, hash tiles and the state of the server need no token."""
    assert story.served.client.get(path).status_code == 200


def test_forged_tokens_sign_nobody_in(story: Story) -> None:
    """Each field, the algorithm, the key, the time and the form are all checked."""
    box = story.box
    key, now = box.keys["supplier"], box.clock.ms // 1000
    header = {"alg": "Ed25519", "kid": key.public.kid, "typ": TYPE}
    claims = {"aud": ORIGIN, "exp": now + 600, "iat": now, "iss": box.party("supplier")}
    good = _token(key, header, claims)
    stranger = signing_key("nobody here")
    forged = {
        "signed by another key": _token(stranger, header, claims),
        "unknown key": _token(stranger, header | {"kid": stranger.public.kid}, claims),
        "key of another party": _token(key, header, claims | {"iss": box.party("second")}),
        "unknown party": _token(key, header, claims | {"iss": "pty_" + "a" * 26}),
        "another ledger": _token(key, header, claims | {"aud": "other.example/ledger"}),
        "command type": _token(key, header | {"typ": "duebill-command+jws"}, claims),
        "plain jwt": _token(key, header | {"typ": "JWT"}, claims),
        "no algorithm": _token(key, header | {"alg": "none"}, claims),
        "another algorithm": _token(key, header | {"alg": "ES256"}, claims),
        "too long": _token(key, header, claims | {"exp": now + 601}),
        "negative": _token(key, header, claims | {"exp": now}),
        "future": _token(key, header, claims | {"iat": now + 61, "exp": now + 600}),
        "text for a time": _token(key, header, claims | {"iat": str(now)}),
        "truth for a time": _token(key, header, claims | {"iat": True}),
        "another field": _token(key, header, claims | {"admin": 1}),
        "critical header": _token(key, header | {"crit": ["x"]}, claims),
        "no signature": good.rpartition(".")[0] + ".",
        "padding": good + "=",
        "four parts": good + ".AA",
        "huge": "A" * 5_000,
        "blanks": good.replace(".", " ."),
        "not base64": "*.*.*",
    }
    for what, token in forged.items():
        answer = story.served.client.get(
            "/v1/holdings", headers={"Authorization": f"Bearer {token}"}
        )
        assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid"), what
    fine = story.served.client.get("/v1/holdings", headers={"Authorization": f"bearer {good}"})
    assert fine.status_code == 200


def test_tokens_expire(served: Served) -> None:
    """A token ends with its time, by the ledger's clock; EdDSA is taken as the older name."""
    headers = served.token("supplier")
    box = served.box
    box.clock.advance(ms=599_000)
    assert served.client.get("/v1/holdings", headers=headers).status_code == 200
    box.clock.advance(ms=1_000)
    answer = served.client.get("/v1/holdings", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_expired")
    key, now = box.keys["supplier"], box.clock.ms // 1000
    header = {"alg": "EdDSA", "kid": key.public.kid, "typ": TYPE}
    claims = {"aud": ORIGIN, "exp": now + 1, "iat": now, "iss": box.party("supplier")}
    older = {"Authorization": f"Bearer {_token(key, header, claims)}"}
    assert served.client.get("/v1/holdings", headers=older).status_code == 200


def test_a_revoked_key_signs_nobody_in(served: Served) -> None:
    """The end of a key is the end of its tokens, at once."""
    headers = served.token("supplier")
    key = served.box.keys["supplier"]
    served.box.do("supplier", RevokeKey(kid=key.public.kid, reason="stolen"))
    answer = served.client.get("/v1/holdings", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token_invalid")


def test_a_token_is_no_command(served: Served) -> None:
    """The signature of a token, put where a command's stands, is refused for its type."""
    box = served.box
    token = make_token(box.party("supplier"), ORIGIN, box.keys["supplier"], box.clock.ms)
    protected, _, signature = token.split(".")
    tree = canonical.parse(box.signed("supplier", box.registration(1_00)))
    tree["command"]["signatures"] = [{"protected": protected, "signature": signature}]
    answer = served.post("", "/v1/commands", canonical.encode(tree))
    assert answer.json()["code"] == "envelope_malformed"


@pytest.mark.parametrize(
    "path", ["/log/documents", "/log/tile/entries/000.p/1", "/log/disclosures/000.p/1.ndjson"]
)
def test_entries_are_for_auditors(story: Story, path: str) -> None:
    """Roles by log files: auditor and regulator read them, everybody else is refused."""
    for name in story.box.parties:
        answer = story.served.get(name, path)
        if name in ("auditor", "regulator"):
            assert answer.status_code == 200
        else:
            assert (answer.status_code, answer.json()["code"]) == (403, "role_missing")
