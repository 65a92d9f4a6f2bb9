"""Files of commands on their way to the ledger: one submission a line, in canonical JSON.

A drafted command has an empty list of signatures. Each signature is added offline, by whoever has
the file in turn; lines of a manifest travel in the manifest's file, after it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.drafting import Draft
from ledger import canonical
from ledger.base64url import b64url_decode
from ledger.canonical import Tree
from ledger.chain.tree import Frontier, leaf_hash
from ledger.envelope import Envelope, read_submission, sign_payload
from ledger.errors import RefusalCode, Refused
from ledger.keys import SigningKey
from ledger.store.lock import replace_file

LARGEST_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One submission of a file: its tree as read, and its payload."""

    tree: dict[str, Any]
    payload: dict[str, Any]

    @property
    def is_line(self) -> bool:
        """Whether a manifest signs for it."""
        return "manifest" in self.tree["command"]

    def data(self) -> bytes:
        """The submission as it is sent."""
        return canonical.encode(self.tree)


def unsigned(draft: Draft) -> bytes:
    """The submission of a draft that nobody has signed yet."""
    return draft.submission(sign_payload(draft.payload, ()))


def write_file(path: Path, submissions: Sequence[bytes]) -> None:
    """Write submissions to a file that only its owner may read: disclosures are confidential.

    A file that is there is replaced whole, so that no signature is lost half-way.
    """
    replace_file(path, b"".join(data + b"\n" for data in submissions), private=True)


def read_file(path: Path) -> list[Item]:
    """The submissions of a file, in order. Raises `Refused` naming the line."""
    return read_items(read_bounded(path), path.name)


def read_bounded(path: Path) -> bytes:
    """The bytes of a file. Raises `Refused` (`bytes_too_large`) beyond `LARGEST_FILE`."""
    if path.stat().st_size > LARGEST_FILE:
        raise Refused(RefusalCode.BYTES_TOO_LARGE, f"A file has at most {LARGEST_FILE} bytes.")
    return path.read_bytes()


def read_items(data: bytes, name: str = "") -> list[Item]:
    """The submissions in the bytes of a file called `name`. Raises `Refused` naming the line."""
    items = []
    for number, line in enumerate(data.splitlines(), start=1):
        try:
            items.append(read_item(line))
        except Refused as refused:
            place = f"line {number} {refused.place}".strip()
            raise Refused(refused.code, refused.detail, place=place, file=name) from None
    if not items:
        raise Refused(RefusalCode.ENVELOPE_MALFORMED, "The file holds no command.", file=name)
    return items


def read_item(line: bytes) -> Item:
    """One submission, signed or not. Raises `Refused`."""
    tree = canonical.decode(line)
    try:
        payload = canonical.decode(b64url_decode(tree["command"]["payload"]))
        texts = (payload["kind"], payload["by"], payload["jti"])
    except (KeyError, TypeError):
        raise Refused(
            RefusalCode.ENVELOPE_MALFORMED, "The line is no submission with a payload."
        ) from None
    if not all(isinstance(text, str) for text in texts):
        raise Refused(RefusalCode.ENVELOPE_MALFORMED, "kind, by or jti is not a text.")
    return Item(tree, payload)


def sign_item(item: Item, keys: Sequence[SigningKey]) -> Item:
    """The submission with these keys' signatures beside those it has.

    Raises `Refused` unless it is then a sound submission, its disclosures included.
    """
    command = item.tree["command"]
    kids = {key.public.kid for key in keys}
    others = [one for one in command.get("signatures", []) if _kid_of(one) not in kids]
    signed = sign_payload(item.payload, keys)
    both = [*others, *_signatures(signed)]
    tree = {**item.tree, "command": {**command, "signatures": sorted(both, key=_kid_of)}}
    read_submission(canonical.encode(tree))
    return Item(tree, item.payload)


def signers_of(item: Item) -> list[str]:
    """The key ids of the signatures that a submission has."""
    return [_kid_of(one) for one in item.tree["command"].get("signatures", [])]


def check_manifests(items: Sequence[Item]) -> None:
    """Raises `Refused` (`manifest_proof_invalid`) unless each manifest signs for just its lines.

    So nobody signs a list of which the file shows other lines, or none.
    """
    for item in items:
        if item.payload["kind"] == "manifest.sign":
            lines = lines_of(items, item)
            leaves = [leaf_hash(b64url_decode(_digest_of(line))) for line in lines]
            body = item.payload["body"]
            if (
                body.get("count") != len(leaves)
                or b64url_decode(body.get("root")) != Frontier().extend(leaves).root()
            ):
                raise Refused(
                    RefusalCode.MANIFEST_PROOF_INVALID,
                    "The lines of the file are not those that its manifest is made of.",
                )


def lines_of(items: Sequence[Item], manifest: Item) -> list[Item]:
    """The lines that travel under a manifest, in file order."""
    place = (manifest.payload["by"], manifest.payload["jti"])
    return [
        item
        for item in items
        if item.is_line and (item.payload["by"], item.tree["command"]["manifest"]["jti"]) == place
    ]


def reveal(tree: Any, disclosures: Mapping[str, tuple[str, Any]]) -> Any:
    """A payload with each sealed field as what its disclosure says: what the signer signs."""
    if isinstance(tree, dict):
        digest = tree.get("sd")
        if set(tree) == {"sd"} and isinstance(digest, str) and digest in disclosures:
            return reveal(disclosures[digest][1], disclosures)
        return {name: reveal(value, disclosures) for name, value in tree.items()}
    if isinstance(tree, list):
        return [reveal(value, disclosures) for value in tree]
    return tree


def envelope_of(item: Item) -> Envelope:
    """The envelope of a signed submission. Raises `Refused`."""
    return read_submission(item.data())


def drafted_envelope(item: Item) -> Envelope:
    """The envelope of a submission, signed or not yet. Raises `Refused`.

    Nothing but its signatures may be missing: form, payload and disclosures are judged as of any.
    """
    command = item.tree["command"]
    if command.get("signatures") != []:
        return envelope_of(item)
    unsigned = {"manifest": _NOWHERE, "payload": command.get("payload")}
    return read_submission(canonical.encode({**item.tree, "command": unsigned}))


_NOWHERE: Tree = {"index": 0, "jti": "", "path": []}
"""Stands where signatures will: only what has either is an envelope."""


def _digest_of(item: Item) -> str:
    return envelope_of(item).digest


def _signatures(command: Mapping[str, Tree]) -> list[Any]:
    found = command["signatures"]
    return found if isinstance(found, list) else []


def _kid_of(signature: Any) -> str:
    try:
        return str(canonical.decode(b64url_decode(signature["protected"]))["kid"])
    except (KeyError, TypeError):
        raise Refused(
            RefusalCode.ENVELOPE_MALFORMED, "A signature has no protected header with a kid."
        ) from None
