"""Duebill's second verifier: one file, to be read in an hour and run without the ledger.

    python duebill_verify.py SOURCE --policy FILE [--export DIR] [--json]

SOURCE is an export folder, a receipt, an evidence pack, a funding certificate or a sheet (HTML).
FILE is a C2SP tlog-policy file: the keys you trust. Get it from elsewhere than from SOURCE.
DIR is a newer export, which tells whether what a pack or certificate states has moved since: the
verdict is then "moved", with the entries.

Written from the specification, in the order of its pages (docs/spec of the project), and from the
standards they name; no code is shared with the ledger. Business rules are not replayed here: a
second opinion on them would be a second rule book. `duebill audit` replays them.

Needs Python 3.11 or newer and one package, for the curves: python -m pip install cryptography
Exit status: 0 nothing is wrong; 1 something is, the first fault named first; 2 wrong usage.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
import sys
import unicodedata
from bisect import bisect
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
except ImportError:
    sys.stderr.write("One package is missing: python -m pip install cryptography\n")
    sys.exit(2)


def need(condition: object, otherwise: str) -> None:
    """Raise `ValueError` unless the condition holds: so everything here says what is wrong."""
    if not condition:
        raise ValueError(otherwise)


# ---- docs/spec/command.md, "Canonical JSON" (RFC 8785), and base64 in its one form ---------------
def write(tree: Any) -> bytes:
    """The canonical bytes of a value; its names are ASCII, sorted so by RFC 8785."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def read(data: bytes, *, html: bool = False) -> Any:
    """The value of canonical bytes (in HTML each < is escaped). No name stands twice in them."""
    try:
        tree = json.loads(data.decode())
        _check(tree, 1)
        again = write(tree).replace(b"<", b"\\u003c") if html else write(tree)
        need(again == data, "JSON that is not in its canonical form")
    except RecursionError:
        raise ValueError("JSON that nests too deep") from None
    return tree


def inside(tree: Any) -> Iterable[Any]:
    """What stands directly in an object or a list."""
    return tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()


def _check(tree: Any, depth: int) -> None:
    need(depth <= 32, "JSON that nests more than 32 levels")
    if isinstance(tree, str) and not tree.isascii():
        # Unicode 14.0 is what Python 3.11 knows; a later one knows more, and refuses less.
        odd = any(unicodedata.category(char) in {"Cn", "Cs"} for char in tree)
        need(not odd, "a text with an unassigned code point or a surrogate")
    need(not isinstance(tree, float), "a number with a fraction or an exponent")
    need(not isinstance(tree, int) or abs(tree) < 2**53, "a number beyond ±(2^53-1)")
    need(not isinstance(tree, dict) or all(map(str.isascii, tree)), "a name that is not ASCII")
    for value in inside(tree):
        _check(value, depth + 1)


def form(tree: Any, *optional: str, **kinds: type) -> Any:
    """The tree, which must be an object of fields of these kinds; numbers are 0 or more."""
    names = set(tree) if isinstance(tree, dict) else set()
    need(set(kinds) - set(optional) <= names <= set(kinds), f"no object of {', '.join(kinds)}")
    for name, value in tree.items():
        good = kinds[name] is object or type(value) is kinds[name]
        need(good and (type(value) is not int or value >= 0), f"{name} is not in form")
    return tree


def texts(value: Any) -> list[str]:
    """The value, which must be a list of texts."""
    need(isinstance(value, list) and all(isinstance(text, str) for text in value), "no texts")
    return list(value)


def unbase64(text: Any, length: int | None = None, *, url: bool = True) -> bytes:
    """The bytes of base64url without padding, or of padded base64: of the one text for them."""
    need(isinstance(text, str), "no text where base64 belongs")
    padding = "=" * (-len(text) % 4) if url else ""
    data = base64.b64decode(text + padding, b"-_" if url else None)
    again = base64url(data) if url else base64.b64encode(data).decode()
    need(again == text and length in {None, len(data)}, "base64 in another form or length")
    return data


def base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def digest(data: bytes) -> str:
    """The SHA-256 in base64url."""
    return base64url(sha256(data).digest())


# ---- docs/spec/entry.md and docs/spec/command.md -------------------------------------------------
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
JTI = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ALGORITHMS = {"Ed25519": "Ed25519", "EdDSA": "Ed25519", "ES256": "ES256"}


def read_entry(data: bytes) -> Any:
    """The fields of an entry and of its payload, and its `signatures` or manifest `line`.

    All forms are checked; `signed` is the payload's bytes, `sealed` the digests in it.
    """
    need(len(data) <= 16_384, "an entry of more than 16,384 bytes")
    tree, command_form = read(data), {"payload": str, "signatures": list, "manifest": dict}
    form(tree, v=int, seq=int, prev=str, at=str, rules=int, command=dict, effects=str)
    need(tree["v"] == 1 and tree["rules"] > 0, "another version, or no number of rules")
    command = form(tree["command"], "signatures", "manifest", **command_form)
    need(len(command) == 2, "a command without signatures or manifest, or with both")
    entry = SimpleNamespace(**tree, leaf=leaf_hash(data), signed=unbase64(command["payload"]))
    entry.prev, entry.effects = unbase64(entry.prev, 32), unbase64(entry.effects, 32)
    instant(entry.at)
    entry.payload = read_payload(entry.signed)
    entry.sealed = list(sealed_in(entry.payload))
    need(len(entry.sealed) == len(set(entry.sealed)), "one digest for two sealed fields")
    entry.signatures, entry.line = [], None
    if "signatures" in command:
        entry.signatures = list(read_signatures(command["signatures"], command["payload"]))
        kids = [kid for kid, *_ in entry.signatures]
        need(1 <= len(kids) <= 4 and kids == sorted(set(kids)), "not 1 to 4, or not by kid")
    else:
        line = form(command["manifest"], index=int, jti=str, path=list)
        need(len(line["path"]) <= 40, "a path of more than 40 hashes")
        entry.line = (line["index"], line["jti"], [unbase64(text, 32) for text in line["path"]])
    return entry


def instant(text: str) -> float:
    """Seconds since 1970 of an instant up to 9998; of two texts, the later one is greater."""
    need(INSTANT.fullmatch(text) and text[11:13] < "24" and "1970" <= text < "9999", "no instant")
    return datetime.fromisoformat(text).timestamp()


def read_payload(data: bytes) -> Any:
    """What the parties sign."""
    kinds = {"aud": str, "by": str, "kind": str, "jti": str, "iat": int, "exp": int, "ver": int}
    payload = form(read(data), "expect", body=dict, salt=object, expect=dict, **kinds)
    good = all(0 < len(payload[name]) <= 200 for name in ("aud", "by", "kind"))
    need(good and JTI.fullmatch(payload["jti"]), "aud, by, kind or jti is not in form")
    need(0 <= payload["exp"] - payload["iat"] <= 7 * 24 * 3600, "not within 7 days after iat")
    for seq in payload.get("expect", {}).values():
        need(type(seq) is int and seq >= 0, "expect names no number of an entry")
    return payload


def read_signatures(items: list[Any], payload: str) -> Iterator[tuple[str, str, bytes, bytes]]:
    """(kid, algorithm, what is signed, value) of a JWS of RFC 7515, section 7.2.1."""
    for item in items:
        protected = form(item, protected=str, signature=str)["protected"]
        header = form(read(unbase64(protected)), alg=str, kid=str, typ=str)
        good = header["typ"] == "duebill-command+jws" and header["alg"] in ALGORITHMS
        need(good, "a protected header of another type or algorithm")
        signed = f"{protected}.{payload}".encode()
        yield header["kid"], ALGORITHMS[header["alg"]], signed, unbase64(item["signature"])


def sealed_in(tree: Any) -> Iterator[str]:
    """The digests that stand as {"sd": digest} in place of a value (RFC 9901, section 4.2)."""
    if isinstance(tree, dict) and tree.keys() == {"sd"} and isinstance(tree["sd"], str):
        yield tree["sd"]
    for value in inside(tree):
        yield from sealed_in(value)


def check_fit(entry: Any, disclosed: list[str]) -> None:
    """Each disclosure is what another of the entry's sealed fields stands for."""
    digests = {digest(text.encode()) for text in disclosed}
    need(len(digests) == len(disclosed), "a disclosure twice")
    need(digests <= set(entry.sealed), "a disclosure of no sealed field")


def read_disclosure(text: str) -> tuple[str, Any]:
    """The (name, value) of a disclosure in form."""
    content = read(unbase64(text))
    need(isinstance(content, list) and len(content) == 3, "a disclosure that is no list of three")
    need(16 <= len(unbase64(content[0])) <= 64, "a salt that is not of 16 to 64 bytes")
    return texts(content[1:2])[0], content[2]


# ---- docs/spec/command.md, "Signatures" (RFC 8032, RFC 7518, RFC 7638) and "Manifests" -----------
P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
L = 2**252 + 27742317777372353535851937790883648493


def safe_y(encoded: bytes) -> int:
    """The y of a point, which must be canonical and not of small order.

    The order divides 8 where y is 0, 1 or -1 (orders 4, 1, 2), or d y^4 + 2 y^2 = 1 (order 8).
    """
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    need(y < P and y not in {0, 1, P - 1} and (D * y**4 + 2 * y * y - 1) % P, "an unsafe point")
    return y


def ed25519_key(raw: bytes) -> bytes:
    """The bytes of a key that is safe, and a point of the curve."""
    y = safe_y(raw)
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P)
    need(pow(x_squared, (P - 1) // 2, P) == 1, "no point of the curve")
    return raw


def p256_key(raw: bytes) -> ec.EllipticCurvePublicKey:
    """The key of x and y, which must be below the prime of the field and on the curve."""
    x, y = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    need(max(x, y) < 2**256 - 2**224 + 2**192 + 2**96 - 1, "a coordinate that is not canonical")
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def verify(alg: str, key: bytes, signature: bytes, message: bytes) -> None:
    """The key made this signature. What libraries differ on is refused before they are asked."""
    need(len(signature) == 64, "a signature that is not of 64 bytes")
    r, s = signature[:32], signature[32:]
    try:
        if alg == "Ed25519":
            safe_y(r)
            need(int.from_bytes(s, "little") < L, "an S that is not canonical")
            ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        else:
            both = utils.encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
            p256_key(key).verify(both, message, ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("a signature that does not verify") from None


def party_id(by: str, jti: str) -> str:
    """The id of the party that a command enrols: docs/spec/command.md, "Ids"."""
    raw = sha256(f"duebill.id.v1\npty\n{by}\n{jti}\n0".encode()).digest()[:16]
    return "pty_" + base64.b32encode(raw).decode().rstrip("=").lower()


class Signers:
    """The keys and manifests that entries named so far.

    Whether a key was allowed to sign is a rule; that an entry named it by then is not.
    """

    def __init__(self) -> None:
        self.keys: dict[str, tuple[str, bytes]] = {}
        self.owners: dict[str, str] = {}
        self.manifests: dict[tuple[str, str], tuple[int, str]] = {}

    def check(self, entry: Any, *, owned: bool = False) -> None:
        """Learn what the entry names; check its signatures, or its path to a manifest's root."""
        by, jti, body = entry.payload["by"], entry.payload["jti"], entry.payload["body"]
        self.learn(body, party_id(by, jti) if entry.payload["kind"] == "party.enrol" else by)
        for kid, alg, signed, value in entry.signatures:
            need(not owned or self.owners.get(kid) == by, "a signature by another party's key")
            need(self.keys.get(kid, ("",))[0] == alg, "a signature by a key that nobody named")
            verify(*self.keys[kid], value, signed)
        if entry.line is not None:
            index, jti, path = entry.line
            need((by, jti) in self.manifests, "a line of a manifest that was not signed before")
            count, root = self.manifests[by, jti]
            climbed = climb(index, count, leaf_hash(sha256(entry.signed).digest()), path)
            need(climbed == unbase64(root), "a line that does not lead to its manifest's root")
        count, root = body.get("count"), body.get("root")
        if entry.payload["kind"] == "manifest.sign" and type(count) is int and type(root) is str:
            self.manifests.setdefault((by, entry.payload["jti"]), (count, root))

    def learn(self, tree: Any, owner: str) -> None:
        """Each JSON Web Key with the required members that is safe, under its thumbprint."""
        if not isinstance(tree, dict) or "kty" not in tree:
            for value in inside(tree):
                self.learn(value, owner)
            return
        try:
            if tree["kty"] == "OKP":
                need(form(tree, crv=str, kty=str, x=str)["crv"] == "Ed25519", "another curve")
                key = "Ed25519", ed25519_key(unbase64(tree["x"], 32))
            else:
                form(tree, crv=str, kty=str, x=str, y=str)
                need((tree["kty"], tree["crv"]) == ("EC", "P-256"), "another curve")
                key = "ES256", unbase64(tree["x"], 32) + unbase64(tree["y"], 32)
                p256_key(key[1])
        except ValueError:
            return  # no key that could sign
        self.keys.setdefault(digest(write(tree)), key)
        self.owners.setdefault(digest(write(tree)), owner)


# ---- docs/spec/checkpoint.md: RFC 6962, C2SP tlog-policy, signed-note, tlog-cosignature ----------
def leaf_hash(data: bytes) -> bytes:
    """RFC 6962, section 2.1."""
    return sha256(b"\0" + data).digest()


def mth(leaves: Sequence[bytes]) -> bytes:
    """The root over these leaf hashes: MTH of RFC 6962, section 2.1."""
    if len(leaves) < 2:
        return leaves[0] if leaves else sha256().digest()
    k = 1 << ((len(leaves) - 1).bit_length() - 1)
    return sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def climb(index: int, size: int, leaf: bytes, path: Sequence[bytes]) -> bytes:
    """The root to which PATH(index, D[size]) of RFC 6962, section 2.1.1, leads from the leaf."""
    need(0 <= index < size < 2**63 and (size > 1) == bool(path), "a path of another length")
    if size == 1:
        return leaf
    k = 1 << ((size - 1).bit_length() - 1)
    if index < k:
        return sha256(b"\1" + climb(index, k, leaf, path[:-1]) + path[-1]).digest()
    return sha256(b"\1" + path[-1] + climb(index - k, size - k, leaf, path[:-1])).digest()


NAME = re.compile(r"[^\s+]+")
Key = tuple[str, int, bytes]


class Policy:
    """Whom the reader trusts. A key is (name, type, 32 bytes); type 4 cosigns with a time."""

    def __init__(self, data: bytes) -> None:
        self.logs: list[Key] = []
        self.witnesses: dict[str, Key] = {}
        self.groups: dict[str, tuple[int, list[str]]] = {}
        self.quorum, used = "", set[str]()
        need(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data), "a control character in the policy")
        for line in data.decode("utf-8", "surrogateescape").split("\n"):
            known = {*self.witnesses, *self.groups}
            words = [word for word in re.split(r"[ \t]+", line) if word]
            match words if words and words[0][0] != "#" else []:
                case []:
                    continue
                case ["log", vkey, *url] if len(url) < 2:
                    self.logs.append(self.key(vkey, 1))
                case ["witness", name, vkey, *url] if len(url) < 2 and name not in {"none", *known}:
                    self.witnesses[name] = self.key(vkey, 4)
                case ["group", name, least, *members] if name not in {"none", *known}:
                    least = {"any": "1", "all": str(len(members))}.get(least, least)
                    good = re.fullmatch("[1-9][0-9]{0,3}", least) and int(least) <= len(members)
                    once = len(set(members)) == len(members) and used.isdisjoint(members)
                    need(good and once and set(members) <= known, f"a strange group {name!r}")
                    used.update(members)
                    self.groups[name] = (int(least), members)
                case ["quorum", name] if name in {"none", *known} and not self.quorum:
                    self.quorum = name
                case _:
                    raise ValueError(f"a line of the policy that is not understood: {words[0]!r}")
        for keys in (self.logs, list(self.witnesses.values())):
            need(len({key[2] for key in keys}) == len(keys), "one key on two lines of the policy")
        need(self.logs and self.quorum, "a policy without a log or without a quorum")

    def key(self, vkey: str, kind: int) -> Key:
        """The key of a verifier key, which has one spelling: name+id+base64(type, key)."""
        name, hint, encoded = (*vkey.split("+", 2), "", "")[:3]
        data = unbase64(encoded, 33, url=False)
        key = (name, kind, ed25519_key(data[1:]))
        need(NAME.fullmatch(name) and data[0] == kind, f"no verifier key of type {kind}")
        need(key_id(key).hex() == hint, "a verifier key with the hint of another")
        return key

    def met(self, name: str, signed: Iterable[Key]) -> bool:
        """Whether a witness, or enough of a group, cosigned."""
        if name not in self.groups:
            return name == "none" or self.witnesses[name] in signed
        least, members = self.groups[name]
        return sum(self.met(member, signed) for member in members) >= least

    def open(self, text: str, origin: str) -> tuple[list[str], dict[Any, int]]:
        """The lines of a note that the log `origin` signed, and when which witness cosigned it."""
        body, blank, lines = text.rpartition("\n\n")
        good = blank and lines.endswith("\n") and len(text) <= 2**18 and lines.count("\n") <= 48
        need(good and not re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]", text), "no signed note")
        logs = [key for key in self.logs if key[0] == origin]
        known = {(key[0], key_id(key)): key for key in [*logs, *self.witnesses.values()]}
        signed, times = False, dict[Any, int]()
        for line in lines[:-1].split("\n"):
            dash, name, encoded = (*line.split(" ", 2), "", "")[:3]
            value = unbase64(encoded, url=False)
            need(dash == "—" and NAME.fullmatch(name) and len(value) > 4, "no line of a signature")
            key = known.get((name, value[:4]))
            if key is not None and key[1] == 1:
                verify("Ed25519", key[2], value[4:], f"{body}\n".encode())
                signed = True
            elif key is not None:
                time = int.from_bytes(value[4:12], "big")
                need(time < 2**63, "a cosignature of a time beyond 2^63")
                said = f"cosignature/v1\ntime {time}\n{body}\n"
                verify("Ed25519", key[2], value[12:], said.encode())
                times[key] = min(time, times.get(key, time))
        need(signed, f"a note that no key of the policy signed for {origin[:100]!r}")
        return body.split("\n"), times

    def head(self, text: str, origin: str) -> Any:
        """The origin, size, root and cosigning times of a checkpoint (C2SP tlog-checkpoint)."""
        lines, times = self.open(text, origin)
        good = len(lines) == 3 and re.fullmatch("0|[1-9][0-9]{0,18}", lines[1])
        need(good and lines[0] == origin and int(lines[1]) < 2**63, "no checkpoint of this log")
        size, root = int(lines[1]), unbase64(lines[2], 32, url=False)
        need((size == 0) == (root == mth([])), "a root that is of another size")
        return SimpleNamespace(origin=origin, size=size, root=root, times=times)


def key_id(key: Key) -> bytes:
    """Four bytes that hint at a key: signed-note, "Signatures"."""
    return sha256(key[0].encode() + b"\n" + bytes([key[1]]) + key[2]).digest()[:4]


# ---- docs/spec/audit.md: an export folder --------------------------------------------------------
LEVELS = ("structure", "merkle", "signatures", "rules")
SKEW = 300  # seconds by which an entry may be later than the clock of a witness


def read_file(path: Path) -> bytes:
    """The bytes of a regular file that is not larger than any of ours."""
    try:
        need(path.is_file() and path.stat().st_size <= 2**26, f"no such file: {path.name}")
        return path.read_bytes()
    except OSError as error:
        raise ValueError(f"a file that cannot be read: {error.strerror}") from None


def place(index: int, width: int = 256) -> str:
    """How a path names a tile or bundle: C2SP tlog-tiles."""
    text = str(index).zfill(-(-len(str(index)) // 3) * 3)
    return re.sub("(...)(?=.)", r"x\1/", text) + (f".p/{width}" if width < 256 else "")


def tiles(size: int) -> Iterator[tuple[int, int, int]]:
    """(level, index, width) of the tiles of a tree, level by level."""
    for level in range(8):
        for first in range(0, size >> 8 * level, 256):
            yield level, first // 256, min(256, (size >> 8 * level) - first)


class Export:
    """An export, read once. `moved` has the later entries that mention one of some records."""

    def __init__(self, folder: Path, policy: Policy, since: int = 0, records: Any = ()) -> None:
        self.folder, self.policy, self.since, self.records = folder, policy, since, records
        self.found: list[tuple[int | None, str, str]] = []  # (entry, level, what is wrong)
        self.moved: list[tuple[int, str]] = []
        self.leaves: list[bytes] = []
        self.latest = [""]  # instant so far, before each entry
        self.named: set[bytes] = set()
        self.signers, self.origin = Signers(), policy.logs[0][0]
        self.head: Any = None
        size = self.size()
        for first in range(0, size, 256):
            if not self.read_page(first, min(256, size - first)):
                break
        self.check_tiles()
        self.attempt(None, "merkle", self.check_head)
        self.check_files(size)

    def faults(self) -> list[tuple[int | None, str, str]]:
        """In order; those of signatures, and of rules, count where nothing was found before."""
        found = sorted(self.found, key=lambda it: (it[0] is None, it[0], LEVELS.index(it[1])))
        for levels in (LEVELS[:2], LEVELS[2:3], LEVELS[3:]):
            if here := [item for item in found if item[1] in levels]:
                return here
        return []

    def attempt(self, seq: int | None, level: str, check: Callable[..., Any], *given: Any) -> Any:
        """What a check gives; None, and a finding, where it raises."""
        try:
            return check(*given)
        except ValueError as fault:
            self.found.append((seq, level, str(fault)))
            return None

    def size(self) -> int:
        """How many entries have bundles: full ones from the first on, then the widest partial."""
        full, bundles = 0, self.folder / "tile" / "entries"
        while (bundles / place(full)).is_file():
            full += 1
        partial = (width for width in range(255, 0, -1) if (bundles / place(full, width)).is_file())
        return full * 256 + next(partial, 0)

    def read_page(self, first: int, width: int) -> bool:
        """Read a bundle and its disclosures; whether all of it is in form."""
        items = self.attempt(first, "structure", self.bundle, place(first // 256, width), width)
        page: dict[int, Any] = {}
        for seq, item in enumerate(items or (), first):
            entry = self.attempt(seq, "structure", read_entry, item)
            if entry is None:
                break
            self.attempt(seq, "structure", self.follow, entry)
            self.attempt(seq, "signatures", self.signers.check, entry)
            self.origin = self.origin if seq else entry.payload["aud"]
            self.leaves.append(entry.leaf)
            self.latest.append(max(self.latest[-1], entry.at))
            self.hear(seq, entry.payload["kind"], entry.signed)
            page[seq] = entry
        if page:
            self.attempt(None, "structure", self.read_disclosures, place(first // 256), page)
        return len(page) == width

    def bundle(self, name: str, width: int) -> list[bytes]:
        """The entries of a bundle, each after its length."""
        data, items, at = read_file(self.folder / "tile" / "entries" / name), [], 0
        while at < len(data):
            end = at + 2 + int.from_bytes(data[at : at + 2], "big")
            items.append(data[at + 2 : end])
            at = end
        need(at == len(data) and len(items) == width, f"a bundle of other than {width} entries")
        return items

    def follow(self, entry: Any) -> None:
        """The entry has the number, the link and the time of the next one."""
        seq, last = len(self.leaves), self.leaves[-1] if self.leaves else bytes(32)
        need(entry.seq == seq, f"entry {entry.seq} where {seq} belongs")
        need(entry.prev == last, "a link to another entry than the one before")
        need(entry.at >= self.latest[-1], "a time before that of an earlier entry")

    def read_disclosures(self, name: str, page: dict[int, Any]) -> None:
        """Canonical lines, by entry, each of an entry that is there."""
        path, last, lines = self.folder / "disclosures" / f"{name}.ndjson", -1, []
        data = read_file(path) if path.is_file() else b"\n"
        need(data.endswith(b"\n"), "disclosures that are cut short")
        for line in data[:-1].split(b"\n") if path.is_file() else ():
            tree = form(read(line), disclosures=list, seq=int)
            need(last < tree["seq"] and texts(tree["disclosures"]), "disclosures out of order")
            lines.append((last := tree["seq"], tree["disclosures"]))
        for seq, disclosed in lines:
            if seq not in page:
                self.found.append((None, "structure", f"disclosures of no entry: {seq}"))
                continue
            self.attempt(seq, "structure", check_fit, page[seq], disclosed)
            for text in disclosed:
                if self.attempt(seq, "rules", read_disclosure, text):
                    self.hear(seq, "", unbase64(text))

    def hear(self, seq: int, kind: str, said: bytes) -> None:
        """Note what is said of rule documents, and of records that somebody asks after."""
        self.named.update(re.findall(rb'"([A-Za-z0-9_-]{43})"', said))
        if kind and seq >= self.since and any(f'"{it}"'.encode() in said for it in self.records):
            self.moved.append((seq, "moved"))
        elif seq >= self.since and kind == "clock.advance":
            self.moved.append((seq, "may have moved"))

    def check_tiles(self) -> None:
        """Each stored tile is the one that follows from the entries."""
        rows = [self.leaves]
        for level, index, width in tiles(len(self.leaves)):
            if level == len(rows):
                full = range(0, len(rows[-1]) - 255, 256)
                rows.append([mth(rows[-1][at : at + 256]) for at in full])
            ours = b"".join(rows[level][256 * index : 256 * index + width])
            path = self.folder / f"tile/{level}" / place(index, width)
            theirs = self.attempt(None, "merkle", read_file, path)
            if theirs is not None and theirs != ours:
                differ = (at // 32 for at in range(len(ours)) if ours[at] != theirs[at])
                named = level == 0 and len(ours) == len(theirs)
                seq = 256 * index + next(differ) if named else None
                self.found.append((seq, "merkle", f"a tile that differs: {path.name}"))

    def check_head(self) -> None:
        """The signed head is of these entries, and of this log; the quorum is met."""
        note = read_file(self.folder / "checkpoint").decode("utf-8", "surrogateescape")
        if all(key[0] != self.origin for key in self.policy.logs):
            self.found.append((0, "merkle", f"no key of the policy is of {self.origin[:100]!r}"))
            return
        self.head = self.policy.head(note, self.origin)
        size = min(self.head.size, len(self.leaves))
        if self.head.size != len(self.leaves):
            self.found.append((size, "merkle", f"a signed head of {self.head.size} entries"))
        else:
            limit = min(self.head.times.values(), default=2**63) + SKEW
            late = bisect(self.latest, 0, 1, key=lambda at: instant(at) > limit) - 1
            if late < size:
                self.found.append((late, "merkle", "an entry later than a cosignature over it"))
            need(self.head.root == mth(self.leaves), "a signed root of another tree")
        need(self.policy.met(self.policy.quorum, self.head.times), "a head without its quorum")

    def check_files(self, size: int) -> None:
        """There is no other file; each rule document is the one that some entry names."""
        known = {"checkpoint", "policy", "duebill_verify.py"}
        for level, index, width in tiles(size):
            known.add(f"tile/{level}/{place(index, width)}")
            if level == 0:
                known |= {f"tile/entries/{place(index, width)}"}
                known |= {f"disclosures/{place(index)}.ndjson"}
        for path in (self.folder / "timestamps").glob("*.tsr"):
            pair = {f"timestamps/{path.stem}.checkpoint", f"timestamps/{path.stem}.tsr"}
            whole = all((self.folder / name).is_file() for name in pair)
            if whole and re.fullmatch("0|[1-9][0-9]{0,18}", path.stem) and int(path.stem) <= size:
                known |= pair
        for top, folders, files in os.walk(self.folder):
            links = [name for name in folders if (Path(top) / name).is_symlink()]
            for path in (Path(top) / name for name in [*files, *links]):
                name = path.relative_to(self.folder).as_posix()
                if path.parent == self.folder / "documents" and path.is_file():
                    self.attempt(None, "rules", self.check_document, path)
                elif name not in known or not path.is_file():
                    self.found.append((None, "structure", f"a stray file: {name}"))

    def check_document(self, path: Path) -> None:
        """A rule document: it is named by its digest, and by an entry."""
        need(digest(read_file(path)) == path.name, f"a document {path.name} of another digest")
        need(path.name.encode() in self.named, f"a document that no entry names: {path.name}")


# ---- docs/spec/receipt.md: receipts, packs, sheets -----------------------------------------------
def check_shown(tree: Any, entry: Any, path: list[Any], head: Any) -> None:
    """The entry is of the head's log and tree, and what is disclosed with it is its own."""
    need(entry.payload["aud"] == head.origin, "a command for another log")
    climbed = climb(entry.seq, head.size, entry.leaf, [unbase64(it, 32, url=False) for it in path])
    need(climbed == head.root, "a proof that leads to another root")
    check_fit(entry, texts(tree["disclosures"]))
    digests = [digest(text.encode()) for text in tree["disclosures"]]
    need(digests == sorted(digests), "disclosures that are not in the order of their digests")


def about(head: Any, disclosed: list[str], policy: Policy) -> dict[str, Any]:
    """What a signed head says, by whom it was cosigned when, and what was opened under it."""
    need(policy.met(policy.quorum, head.times), "a head without the cosignatures of the quorum")
    cosigned = {it: head.times[key] for it, key in policy.witnesses.items() if key in head.times}
    opened = [f"{name}: {write(value).decode()}" for name, value in map(read_disclosure, disclosed)]
    said = {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    return {**said, "cosigned": cosigned, "opened": opened}


def read_receipt(tree: Any, policy: Policy) -> dict[str, Any]:
    """One entry under a signed head. Its signatures need the keys that other entries name."""
    form(tree, disclosures=list, entry=str, proof=str)
    entry = read_entry(unbase64(tree["entry"], url=False))
    proof, _, note = tree["proof"].partition("\n\n")
    head = policy.head(note, note.partition("\n")[0])
    first, index, *path = (*proof.split("\n"), "")[:-1] if "\n" in proof else ("", "")
    need((first, index) == ("c2sp.org/tlog-proof@v1", f"index {entry.seq}"), "another proof")
    check_shown(tree, entry, path, head)
    said = {"kind": "receipt", "entry": entry.seq, "at": entry.at, "command": entry.payload}
    return said | about(head, tree["disclosures"], policy)


def read_pack(tree: Any, policy: Policy) -> dict[str, Any]:
    """An evidence pack or a funding certificate: entries under one head, and a signed statement."""
    form(tree, checkpoint=str, entries=list, statement=str, v=int)
    head = policy.head(tree["checkpoint"], tree["checkpoint"].partition("\n")[0])
    signers, seqs, disclosed = Signers(), list[int](), list[str]()
    for item in tree["entries"]:
        form(item, disclosures=list, entry=str, proof=list)
        entry = read_entry(unbase64(item["entry"], url=False))
        check_shown(item, entry, item["proof"], head)
        signers.check(entry, owned=True)
        seqs.append(entry.seq)
        disclosed += item["disclosures"]
    lines, _ = policy.open(tree["statement"], head.origin)
    need(len(lines) == 2 and lines[0] == "duebill-statement@v1", "no statement about a pack")
    words = ("kind", "origin", "root", "holding", "asker", "recipient", "made_at", "disclosed")
    kinds: dict[str, type] = {"v": int, "size": int, **dict.fromkeys(words, str)}
    said = form(read(lines[1].encode()), seqs=list, records=list, facts=dict, **kinds)
    need(said["v"] == tree["v"] == 1, "a pack or a statement of another version")
    good = {"evidence": not said["recipient"], "certificate": said["recipient"]}.get(said["kind"])
    need(good and instant(said["made_at"]), "a statement of another kind, or for nobody")
    told = [said[name] for name in ("origin", "size", "root", "seqs", "disclosed")]
    shown = digest("".join(f"{text}\n" for text in disclosed).encode())
    same = told == [head.origin, head.size, base64url(head.root), sorted(set(seqs)), shown]
    need(same and said["seqs"] == seqs, "a statement about another head, or other entries")
    need(texts(said["records"]) == sorted(set(said["records"])), "records out of order")
    ids = [said["holding"], said["asker"], *said["records"]]
    need(all(re.fullmatch("[a-z]{3}_[a-z2-7]{26}", it) for it in ids), "an id of another form")
    return {**said, **about(head, disclosed, policy)}


def read_shown(data: bytes, policy: Policy) -> dict[str, Any]:
    """A receipt or a pack; or a sheet, of which the pack is read that stands in it."""
    said, html = {}, data.lstrip().startswith(b"<")
    if html:
        start = b'<script type="application/json" id="duebill-pack">'
        need(data.count(start) == 1, "no pack in this page, or several")
        data = data.partition(start)[2].partition(b"</script>")[0]
        said = {"not checked": "the text of the page; what the pack proves stands here"}
    tree = read(data, html=html)
    need(isinstance(tree, dict), "no receipt and no pack")
    return {**said, **(read_pack if "statement" in tree else read_receipt)(tree, policy)}


# ---- the command ---------------------------------------------------------------------------------
def read_export(folder: Path, policy: Policy, since: Any = None) -> dict[str, Any]:
    """What is found in an export; and, of a pack that was read, whether it is of its beginning."""
    size, records = (since["size"], since.get("records", [])) if since else (0, [])
    export = Export(folder, policy, size, records)
    faults = export.faults()
    root = mth(export.leaves[:size]).hex()
    if since and not faults and (len(export.leaves) < size or root != since["root"]):
        faults = [(None, "merkle", "the export does not extend the log that the file speaks of")]
    said: dict[str, Any] = {"kind": "export", "entries": len(export.leaves)}
    if faults:
        seq, level, what = faults[0]
        said |= {"first bad entry": seq, "level": level, "wrong": what}
        said["faults"] = [f"entry {seq}: {level}: {what}" for seq, level, what in faults[:50]]
    if since:
        said["since"] = [f"{how}: entry {seq}" for seq, how in export.moved] or "has not moved"
        said["moved"] = any(how == "moved" for _, how in export.moved)
    return said | {"not checked": "business rules and effects: duebill audit"}


def main(words: list[str] | None = None) -> int:
    """The exit status of a command line."""
    parser = argparse.ArgumentParser(description="Verify what a Duebill ledger shows.")
    parser.add_argument("source", type=Path, help="export folder, receipt, pack or sheet")
    parser.add_argument("--policy", type=Path, required=True, help="the keys you trust")
    parser.add_argument("--export", type=Path, help="a newer export: has it moved since?")
    parser.add_argument("--json", action="store_true", help="print the answer as JSON")
    asked = parser.parse_args(words)
    try:
        policy = Policy(read_file(asked.policy))
        need(asked.source.exists(), f"there is no {asked.source}")
        need(not asked.export or not asked.source.is_dir(), "--export belongs to a file")
    except ValueError as fault:
        parser.error(str(fault))
    answer: dict[str, Any] = {}
    try:
        if asked.source.is_dir():
            answer = read_export(asked.source, policy)
        else:
            answer = read_shown(read_file(asked.source), policy)
            if asked.export:
                answer["export"] = read_export(asked.export, policy, answer)
    except Exception as fault:  # noqa: BLE001 - whatever hostile bytes do, they are refused
        answer |= {"wrong": f"{fault}"}
    newer = answer.get("export", {})
    verdict = "moved" if newer.get("moved") else "accepted"
    verdict = "refused" if "wrong" in answer or "wrong" in newer else verdict
    answer = {"verdict": verdict, **answer}
    if asked.json:
        print(json.dumps(answer))  # noqa: T201 - it is a script
    for name, value in {} if asked.json else answer.items():
        text = f"{name}: {value if isinstance(value, str) else json.dumps(value, indent=1)}"
        print("".join(char if char.isprintable() or char == "\n" else "?" for char in text))  # noqa: T201 - it is a script
    return int(verdict != "accepted")


if __name__ == "__main__":
    sys.exit(main())
