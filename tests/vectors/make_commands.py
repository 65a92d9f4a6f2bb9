"""Writes the vectors of commands: canonical form, keys, envelopes, ids and wire names.

Run `python -m tests.vectors.make_commands` from the root of the project. Seeds and salts are fixed,
so the files are the same in every run. Keys and messages are hex; canonical JSON is text.
"""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger import canonical, vocabulary
from ledger.base64url import b64url_decode, b64url_encode
from ledger.canonical import Tree
from ledger.chain.proof import inclusion_proof
from ledger.chain.tree import leaf_hash, mth
from ledger.envelope import Sealer, line_of_manifest, read_submission, sign_payload
from ledger.errors import Refused
from ledger.keys import SigningKey, from_jwk
from ledger.model.codec import field_classes
from ledger.model.jwk import Jwk
from ledger.model.records import make_id
from ledger.parties.binding import possession_message
from ledger.parties.commands import AddAccount, BindKey, NewKey, RotateLogKey, SignManifest
from ledger.parties.decide import operator_id
from ledger.parties.events import AccountAdded
from ledger.parties.log_keys import log_key_message

FOLDER = Path(__file__).parent
ORIGIN = "ledger.example/vectors"
PARTY = make_id("pty", ORIGIN, "genesis")
SEEDS = {"ann": bytes(range(32)), "bob": bytes(range(32, 64)), "new": bytes(range(64, 96))}
KEYS = {name: SigningKey.from_seed(seed) for name, seed in SEEDS.items()}
IAT = 1_767_323_045
DIGITS = {"CNY": 2, "EUR": 2, "JPY": 0}.get


def jti(number: int) -> str:
    """The `number`-th command's id, a UUID of version 7."""
    return f"019b7c9e-0d00-7000-8000-{number:012x}"


def salts() -> Callable[[], bytes]:
    """Salts that count from 0: for vectors only; real salts are random."""
    numbers = itertools.count()
    return lambda: next(numbers).to_bytes(16, "big")


def drafted(command: vocabulary.Command, number: int) -> tuple[dict[str, Tree], list[str]]:
    """The payload of a command and its disclosures."""
    sealer = Sealer(salts())
    payload = vocabulary.draft(
        command,
        by=PARTY,
        origin=ORIGIN,
        jti=jti(number),
        iat=IAT,
        exp=IAT + 86_400,
        digits=DIGITS,
        sealer=sealer,
        salt=hashlib.sha256(b"%d" % number).digest(),
    )
    return payload, sealer.disclosed


def digest_of(payload: dict[str, Tree]) -> str:
    """The identity of a command: base64url SHA-256 of its canonical payload."""
    return b64url_encode(hashlib.sha256(canonical.encode(payload)).digest())


def submission(command: dict[str, Tree], disclosed: list[str]) -> str:
    """What is sent, as text."""
    tree: dict[str, Tree] = {"command": command, "disclosures": disclosed}
    return canonical.encode(tree).decode()


def account(number: int = 0) -> AddAccount:
    """The command of the examples."""
    return AddAccount(number=f"DE0212030000000020205{number}", bank="Bank 银行", currency="EUR")


def canonical_form() -> dict[str, Any]:
    """Texts and their canonical form, and texts that have none, with the refusal code."""
    taken = [
        '{"b": 1, "a": [true, false, null]}',
        '"\\u20ac\\u000f\\n\\u007f\\/"',
        '{"\\u0041": 1}',
        "[9007199254740991, -9007199254740991, 0]",
        '{"": "", "aa": 1, "a": 2, "B": 3}',
        '"\\ud83d\\ude9a 确权"',
        "[" * 31 + "1" + "]" * 31,
        "[" * 32 + "]" * 32,
    ]
    refused = ["1.0", "1e2", "-0", "9007199254740992", '{"a":1,"a":1}', '"\\ud800"', '"\\u0378"']
    refused += ['{"é":1}', "NaN", "[1,]", "[" * 33 + "]" * 33, " 1 2", ""]
    refused += ["[" * 32 + "1" + "]" * 32, '{"a":' * 32 + "{}" + "}" * 32]
    return {
        "canonical": [
            {"text": text, "form": canonical.encode(canonical.parse(text.encode())).decode()}
            for text in taken
        ],
        "refused": [{"text": text, "code": refusal_of(text)} for text in refused],
    }


def refusal_of(text: str) -> str:
    """The code with which a JSON text is refused."""
    try:
        canonical.parse(text.encode())
    except Refused as refused:
        return refused.code.value
    raise AssertionError(f"{text} was not refused")


def keys() -> dict[str, Any]:
    """Ed25519 keys with their names and one signature each, and keys that are refused."""
    small = [0, 1, 2**255 - 20, 2**255 - 19, 2**255 - 18, 2]
    unsafe = [y.to_bytes(32, "little").hex() for y in small] + ["00" * 31]
    return {
        "keys": [
            {"seed": seed.hex(), "jwk": KEYS[name].public.jwk(), "kid": KEYS[name].public.kid}
            | {"message": b"message".hex(), "signature": KEYS[name].sign(b"message").hex()}
            for name, seed in SEEDS.items()
        ],
        "refused": [{"public": public, "code": _unsafe(public)} for public in unsafe],
    }


def _unsafe(public: str) -> str:
    try:
        from_jwk({"crv": "Ed25519", "kty": "OKP", "x": b64url_encode(bytes.fromhex(public))})
    except Refused as refused:
        return refused.code.value
    raise AssertionError(f"{public} was not refused")


def commands() -> dict[str, Any]:
    """A submission of one signer and of two, a manifest of three lines, ids, effects."""
    payload, disclosed = drafted(account(), 1)
    alone = sign_payload(payload, [KEYS["ann"]])
    both = sign_payload(payload, [KEYS["bob"], KEYS["ann"]])
    envelope = read_submission(submission(alone, disclosed).encode())
    event = AccountAdded(
        account=make_id("acc", PARTY, jti(1)),
        party=PARTY,
        number=account().number,
        bank=account().bank,
        currency="EUR",
    )
    kid = KEYS["new"].public.kid
    return {
        "payload": canonical.encode(payload).decode(),
        "digest": digest_of(payload),
        "disclosures": [
            {"text": text, "content": b64url_decode(text).decode(), "digest": sealed(text)}
            for text in disclosed
        ],
        "one_signer": submission(alone, disclosed),
        "two_signers": submission(both, disclosed),
        "manifest": manifest(),
        "possession": {
            "message": possession_message(ORIGIN, PARTY, jti(9), kid).decode(),
            "bind": submission(*_bound(9)),
        },
        "log_key": log_key_change(),
        "ids": [
            {"prefix": prefix, "by": PARTY, "jti": jti(1), "ordinal": ordinal}
            | {"id": make_id(prefix, PARTY, jti(1), ordinal)}
            for prefix in ("acc", "hld")
            for ordinal in range(3)
        ],
        "operator": {"origin": ORIGIN, "jti": jti(0), "id": operator_id(ORIGIN, jti(0))},
        "effects": {
            "salt": hashlib.sha256(b"1").hexdigest(),
            "events": canonical.encode(vocabulary.event_trees([event])).decode(),
            "digest": vocabulary.effects_digest(envelope, [event]).hex(),
        },
    }


def sealed(text: str) -> str:
    """The digest that stands in place of the field."""
    return b64url_encode(hashlib.sha256(text.encode()).digest())


def _bound(number: int) -> tuple[dict[str, Tree], list[str]]:
    key = KEYS["new"]
    message = possession_message(ORIGIN, PARTY, jti(number), key.public.kid)
    possession = b64url_encode(key.sign(message))
    new = NewKey(key=Jwk(**key.public.jwk()), person="ann", possession=possession)
    payload, disclosed = drafted(BindKey(new=new), number)
    return sign_payload(payload, [KEYS["ann"]]), disclosed


def log_key_change() -> dict[str, Any]:
    """A change of the log's key, from that of `bob` to `new`, for the vectors' sake: both sign."""
    new, old = KEYS["new"], KEYS["bob"]
    message = log_key_message(ORIGIN, PARTY, jti(10), new.public.kid, old.public.kid)
    possession, endorsement = (b64url_encode(key.sign(message)) for key in (new, old))
    command = RotateLogKey(
        key=Jwk(**new.public.jwk()), possession=possession, endorsement=endorsement
    )
    payload, disclosed = drafted(command, 10)
    rotate = submission(sign_payload(payload, [KEYS["ann"]]), disclosed)
    return {"message": message.decode(), "rotate": rotate}


def manifest() -> dict[str, Any]:
    """Three lines under one signature."""
    drafts = [drafted(account(number), 2 + number) for number in range(3)]
    leaves = [leaf_hash(b64url_decode(digest_of(payload))) for payload, _ in drafts]
    root = mth(leaves)
    signed, disclosed = drafted(SignManifest(root=b64url_encode(root), count=3), 5)
    lines = [
        submission(
            line_of_manifest(
                payload, jti(5), index, inclusion_proof(lambda _: b"".join(leaves), index, 3)
            ),
            texts,
        )
        for index, (payload, texts) in enumerate(drafts)
    ]
    return {
        "leaves": [leaf.hex() for leaf in leaves],
        "root": root.hex(),
        "submission": submission(sign_payload(signed, [KEYS["ann"]]), disclosed),
        "lines": lines,
    }


def names() -> dict[str, Any]:
    """Every kind and version with its sealed fields, every event, the digest genesis names."""
    return {
        "commands": [
            {"kind": kind, "ver": ver, "sealed": field_classes(command)}
            for (kind, ver), command in sorted(vocabulary.COMMANDS.items())
        ],
        "alone": sorted(vocabulary.ALONE),
        "events": sorted(vocabulary.EVENTS.values()),
        "field_classes": vocabulary.field_classes_digest(),
    }


VECTORS: dict[str, Callable[[], dict[str, Any]]] = {
    "canonical": canonical_form,
    "keys": keys,
    "commands": commands,
    "vocabulary": names,
}


def render(name: str) -> str:
    """The text of one vector file."""
    return json.dumps(VECTORS[name](), indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for each in VECTORS:
        (FOLDER / f"{each}.json").write_text(render(each), encoding="utf-8")
