"""Duebill's second verifier: one file, to be read in an hour and run without the ledger.

    python duebill_verify.py SOURCE --policy FILE

SOURCE is an export folder, a receipt, a pack, a certificate, a sheet, or evidence of a fork.
FILE is a C2SP tlog-policy file: the keys you trust. Get it from elsewhere than from SOURCE.
Written from docs/spec of the project alone, without its code. Rules are for `duebill audit`.
Needs Python 3.11 or newer and one package, for the curves: python -m pip install cryptography
The answer is JSON; it names 50 faults at most. Exit: 0 nothing is wrong; 1 something; 2 usage.
"""

import base64
import json
import re
import sys
import unicodedata
from argparse import ArgumentParser, Namespace
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils
except ImportError:
    sys.stderr.write("One package is missing: python -m pip install cryptography\n")
    sys.exit(2)
FAULTS = (ValueError, OSError, RecursionError, InvalidSignature)  # what hostile bytes may raise
def need(condition: object, otherwise: str) -> None:
    """Raise `ValueError` unless the condition holds: so everything here says what is wrong."""
    if not condition:
        raise ValueError(otherwise)

# ---- docs/spec/command.md, "Canonical JSON" (RFC 8785), and base64 in its one form ---------------
def write(tree: Any) -> bytes:
    """The canonical bytes of a value; its names are ASCII, sorted so by RFC 8785."""
    return json.dumps(tree, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
def nodes(tree: Any, depth: int = 1) -> Iterator[Any]:
    """A value and all values in it; they nest up to 32 levels deep."""
    need(depth <= 32, "JSON that nests more than 32 levels")
    yield tree
    for it in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from nodes(it, depth + 1)
def read(data: bytes, *, html: bool = False) -> Any:
    """The value of canonical bytes (in HTML each < is escaped). No name stands twice in them."""
    tree = json.loads(data.decode())
    for it in nodes(tree):
        if isinstance(it, str) and not it.isascii():  # Python 3.11 has Unicode 14.0
            need({"Cn", "Cs"}.isdisjoint(map(unicodedata.category, it)), "no assigned code point")
        need(type(it) is not float and (type(it) is not int or abs(it) < 2**53), "an unfit number")
        need(not isinstance(it, dict) or all(map(str.isascii, it)), "a name that is not ASCII")
    again = write(tree).replace(b"<", b"\\u003c") if html else write(tree)
    need(again == data, "JSON that is not in its canonical form")
    return tree
def form(tree: Any, *optional: str, **kinds: Any) -> Any:
    """The tree, which has fields of these kinds. [str] is a list of texts; no number is below 0."""
    need(type(tree) is dict and {*kinds} - {*optional} <= {*tree} <= {*kinds}, f"no {[*kinds]}")
    for name, value in tree.items():
        kind, items = (*kinds[name], value) if type(kinds[name]) is list else (kinds[name], [value])
        good = type(items) is list and all(kind in {object, type(it)} for it in items)
        need(good and (kind is not int or min(items, default=0) >= 0), f"{name} is not in form")
    return tree
def unbase64(text: Any, length: int | None = None, *, url: bool = True) -> bytes:
    """The bytes of base64url without padding, or of padded base64: of the one text for them."""
    need(isinstance(text, str) and not (url and "=" in text), "no text in base64")
    padded, signs = text + "=" * (-len(text) % 4 * url), b"-_" if url else b"+/"
    data = base64.b64decode(padded, signs)
    same = base64.b64encode(data, signs).decode() == padded
    need(same and length in {None, len(data)}, "base64 in another form or length")
    return data
def digest(data: bytes) -> str:
    """The SHA-256 in base64url."""
    return base64.urlsafe_b64encode(sha256(data).digest()).rstrip(b"=").decode()

# ---- docs/spec/entry.md and docs/spec/command.md: JWS (RFC 7515), disclosures (RFC 9901) ---------
INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-2][0-9]:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
JTI = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
ALGORITHMS = {"Ed25519": "Ed25519", "EdDSA": "Ed25519", "ES256": "ES256"}
def instant(text: str) -> float:
    """Seconds since 1970 of an instant up to 9998."""
    need(INSTANT.fullmatch(text) and text[11:13] < "24" and "1970" <= text < "9999", "no instant")
    return datetime.fromisoformat(text).timestamp()
def read_entry(data: bytes) -> Any:
    """The fields of an entry in form, its payload, and its signatures or its manifest's line."""
    need(len(data) <= 16_384, "an entry of more than 16,384 bytes")
    tree = form(read(data), v=int, seq=int, prev=str, at=str, rules=int, command=dict, effects=str)
    need(tree["v"] == 1 and tree["rules"] > 0, "another version, or no number of rules")
    entry = Namespace(**tree, leaf=sha256(b"\0" + data).digest(), signatures=[], line=None)
    entry.prev, entry.effects = unbase64(entry.prev, 32), unbase64(entry.effects, 32)
    parts: Any = {"payload": str, "signatures": [dict], "manifest": dict}
    command = form(entry.command, "signatures", "manifest", **parts)
    entry.time, entry.signed = instant(entry.at), unbase64(command["payload"])
    kinds = {"aud": str, "by": str, "kind": str, "jti": str, "iat": int, "exp": int, "ver": int}
    payload = form(read(entry.signed), "expect", body=dict, salt=object, expect=dict, **kinds)
    named = all(0 < len(payload[name]) <= 200 for name in ("aud", "by", "kind"))
    need(named and JTI.fullmatch(payload["jti"]), "aud, by, kind or jti is not in form")
    need(0 <= payload["exp"] - payload["iat"] <= 7 * 24 * 3600, "not within 7 days after iat")
    entry.payload, seqs = payload, [*payload.get("expect", {}).values()]
    form({"expect": seqs}, expect=[int])
    objects = [it for it in nodes(payload) if isinstance(it, dict)]  # {"sd": digest} is sealed
    entry.sealed = [it["sd"] for it in objects if len(it) == 1 and isinstance(it.get("sd"), str)]
    need(len(entry.sealed) == len(set(entry.sealed)), "one digest for two sealed fields")
    for item in command.get("signatures", []):  # to (kid, algorithm, what is signed, value)
        protected = form(item, protected=str, signature=str)["protected"]
        header = form(read(unbase64(protected)), alg=str, kid=str, typ=str)
        need(header["typ"] == "duebill-command+jws" and header["alg"] in ALGORITHMS, "odd header")
        signed = f"{protected}.{command['payload']}".encode(), unbase64(item["signature"])
        entry.signatures.append((header["kid"], ALGORITHMS[header["alg"]], *signed))
    kids = [kid for kid, *_ in entry.signatures]
    good = len(command) == 2 and (kids or "manifest" in command)
    need(good and kids == sorted({*kids})[:4], "not signatures by kid, or else a manifest's line")
    if "manifest" in command:
        line = form(command["manifest"], index=int, jti=str, path=[str])
        need(len(line["path"]) <= 40, "a path of more than 40 hashes")
        entry.line = (line["index"], line["jti"], [unbase64(text, 32) for text in line["path"]])
    return entry
def check_fit(entry: Any, disclosed: list[str]) -> list[str]:
    """The digests of disclosures; each is what another of the entry's sealed fields stands for."""
    digests = [digest(text.encode()) for text in disclosed]
    need(len({*digests}) == len(digests) and {*digests} <= {*entry.sealed}, "no sealed field's")
    return digests
def read_disclosure(text: str) -> tuple[str, Any]:
    """The (name, value) of a disclosure in form."""
    content = read(unbase64(text))
    good = isinstance(content, list) and len(content) == 3 and isinstance(content[1], str)
    need(good and 16 <= len(unbase64(content[0])) <= 64, "no disclosure of salt, name and value")
    return content[1], content[2]

# ---- docs/spec/command.md, "Signatures" (RFC 8032, RFC 7518, RFC 7638) and "Manifests" -----------
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
def ed25519_key(raw: bytes) -> bytes:
    """The bytes of a point of the curve, which must be canonical and not of small order."""
    y = int.from_bytes(raw, "little") & (2**255 - 1)
    # The order divides 8 where y is 0, 1 or -1 (orders 4, 1, 2), or d y^4 + 2 y^2 = 1 (order 8).
    need(y < P and y not in {0, 1, P - 1} and (D * y**4 + 2 * y * y - 1) % P, "an unsafe point")
    x_squared = (y * y - 1) * pow(D * y * y + 1, -1, P)
    need(pow(x_squared, (P - 1) // 2, P) == 1, "no point of the curve")
    return raw
def verify(alg: str, key: bytes, signature: bytes, message: bytes) -> None:
    """The key made this signature. What libraries differ on is refused before they are asked."""
    need(len(signature) == 64, "a signature that is not of 64 bytes")
    if alg == "Ed25519":
        need(int.from_bytes(signature[32:], "little") < L, "an S that is not canonical")
        ed25519_key(signature[:32])
        ed25519.Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    else:
        x, y, r, s = (int.from_bytes((key + signature)[at : at + 32]) for at in (0, 32, 64, 96))
        need(max(x, y) < 2**256 - 2**224 + 2**192 + 2**96 - 1, "a key that is not canonical")
        public = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        public.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
def check_signed(entry: Any, known: dict[Any, Any], *, owned: bool = False) -> None:
    """Learn what the entry names; check its signatures, or its path to a manifest's root."""
    # Known are (owner, algorithm, key) by kid, and (count, root) of manifests by (party, jti).
    by, jti, kind, body = (entry.payload[name] for name in ("by", "jti", "kind", "body"))
    raw = sha256(f"duebill.id.v1\npty\n{by}\n{jti}\n0".encode()).digest()[:16]
    owner = "pty_" + base64.b32encode(raw).decode()[:26].lower() if kind == "party.enrol" else by
    for tree in nodes(body):  # JSON Web Keys, with the required members, under their thumbprints
        with suppress(ValueError):  # what is unsafe, or in another form, is no key
            match tree:
                case {"kty": "OKP", "crv": "Ed25519", "x": x} if len(tree) == 3:
                    key = ("Ed25519", ed25519_key(unbase64(x, 32)))
                case {"kty": "EC", "crv": "P-256", "x": x, "y": y} if len(tree) == 4:
                    key = ("ES256", unbase64(x, 32) + unbase64(y, 32))
                case _:
                    continue
            known.setdefault(digest(write(tree)), (owner, *key))
    for kid, alg, signed, value in entry.signatures:
        holder, expected, raw = known.get(kid, ("", "", b""))
        need(alg == expected, "a signature by a key that nobody named")
        need(holder == by or not owned, "a signature by another party's key")
        verify(alg, raw, value, signed)
    if entry.line:
        index, manifest, path = entry.line
        count, root = known.get((by, manifest), (0, ""))
        climbed = climb(index, count, sha256(b"\0" + sha256(entry.signed).digest()).digest(), path)
        need(climbed == unbase64(root), "a line that does not lead to its manifest's root")
    count, root = body.get("count"), body.get("root")
    if kind == "manifest.sign" and type(count) is int and type(root) is str:
        known.setdefault((by, jti), (count, root))

# ---- docs/spec/checkpoint.md: RFC 6962, C2SP tlog-policy, signed-note, tlog-cosignature ----------
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
def grown(m: int, n: int, path: Sequence[bytes], old: bytes | None) -> list[bytes]:
    """The roots at m and n to which PROOF(m, D[n]) of RFC 6962, section 2.1.2, leads from `old`."""
    need(0 < m <= n and bool(path) == (m < n or old is None), "a proof of another length")
    if m == n:
        return [old or path[0]] * 2
    k = 1 << ((n - 1).bit_length() - 1)
    if m > k:
        both = grown(m - k, n - k, path[:-1], None)
        return [sha256(b"\1" + path[-1] + root).digest() for root in both]
    first, second = grown(m, k, path[:-1], old)
    return [first, sha256(b"\1" + second + path[-1]).digest()]

DIGEST = re.compile(rb'"([A-Za-z0-9_-]{43})"')
Key = tuple[str, bytes, int, bytes]  # name, id, type (4 cosigns with a time), Ed25519 key
def read_key(vkey: str, kind: int) -> Key:
    """The key of a verifier key, which has one spelling: name+id+base64(type, key)."""
    name, hint, encoded = (*vkey.split("+", 2), "", "")[:3]
    data = unbase64(encoded, 33, url=False)
    key_id = sha256(name.encode() + b"\n" + data).digest()[:4]
    good = re.fullmatch(r"[^\s+]+", name) and data[0] == kind and key_id.hex() == hint
    need(good, f"no verifier key of type {kind}, or with the hint of another")
    return name, key_id, kind, ed25519_key(data[1:])
class Policy:
    """Whom the reader trusts: keys of logs and witnesses, and how many must have cosigned."""
    def __init__(self, data: bytes) -> None:
        self.logs, self.witnesses = list[Key](), dict[str, Key]()
        self.groups: dict[str, tuple[int, list[str]]] = {"none": (0, [])}
        self.quorum, free = "", set[str]()  # free: names that are in no group yet
        need(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", data), "a control character in the policy")
        for line in data.decode("utf-8", "surrogateescape").split("\n"):
            known = {*self.witnesses, *self.groups}
            match re.findall(r"[^ \t]+", line):
                case ["log", vkey, *url] if len(url) < 2:
                    self.logs.append(read_key(vkey, 1))
                case ["witness", name, vkey, *url] if name not in known and len(url) < 2:
                    self.witnesses[name] = read_key(vkey, 4)
                    free.add(name)
                case ["group", name, least, *members] if name not in known:
                    least = {"any": "1", "all": str(len(members))}.get(least, least)
                    count = int(least) if re.fullmatch("[1-9][0-9]{0,3}", least) else 0
                    good = 0 < count <= len(members) == len(set(members))
                    need(good and free.issuperset(members), f"a strange group {name!r}")
                    free = free.difference(members) | {name}
                    self.groups[name] = (count, members)
                case ["quorum", name] if name in known and not self.quorum:
                    self.quorum = name
                case [word, *_]:
                    need(word[0] == "#", f"a line of the policy that is not understood: {word!r}")
        keys = [key[2:] for key in [*self.logs, *self.witnesses.values()]]
        need(self.logs and self.quorum and len({*keys}) == len(keys), "no log, no quorum, or twins")
    def met(self, name: str, signed: Iterable[Key]) -> bool:
        """Whether a witness, or enough of a group, cosigned."""
        least, members = self.groups.get(name, (1, []))
        cosigned = name in self.witnesses and self.witnesses[name] in signed
        return cosigned or sum(self.met(member, signed) for member in members) >= least
    def open(self, text: str, origin: str) -> tuple[list[str], dict[Key, int]]:
        """The lines of a note that the log `origin` signed, and when which witness cosigned it."""
        body, blank, lines = text.rpartition("\n\n")
        good = blank and lines.endswith("\n") and len(text) <= 2**18 and lines.count("\n") <= 48
        need(good and not re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]", text), "no signed note")
        keys = [key for key in self.logs if key[0] == origin] + list(self.witnesses.values())
        known, times = {key[:2]: key for key in keys}, dict[Key, int]()
        for line in lines[:-1].split("\n"):
            dash, name, encoded = (*line.split(" ", 2), "", "")[:3]
            value = unbase64(encoded, url=False)
            need(dash == "—" and re.fullmatch(r"[^\s+]+", name) and len(value) > 4, "an odd line")
            if key := known.get((name, value[:4])):
                time = int.from_bytes(value[4:12], "big") if key[2] == 4 else 0
                need(time < 2**63, "a cosignature of a time beyond 2^63")
                said = f"cosignature/v1\ntime {time}\n{body}\n" if key[2] == 4 else f"{body}\n"
                verify("Ed25519", key[3], value[12 if key[2] == 4 else 4 :], said.encode())
                times[key] = min(time, times.get(key, time))
        need(any(key in times for key in self.logs), f"a note that {origin[:100]!r} did not sign")
        return body.split("\n"), {key: time for key, time in times.items() if key[2] == 4}
    def head(self, text: str, origin: str = "", most: int = 3) -> Any:
        """The origin, size, root and cosigning times of a checkpoint (C2SP tlog-checkpoint)."""
        origin = origin or text.partition("\n")[0]
        lines, times = self.open(text, origin)
        good = re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]) if 3 <= len(lines) <= most else None
        need(good and all(lines) and lines[0] == origin, "no checkpoint of this log")
        size, root = int(lines[1]), unbase64(lines[2], 32, url=False)
        need(size < 2**63 and (size == 0) == (root == mth([])), "a root that is of another size")
        return Namespace(origin=origin, size=size, root=root, times=times)

# ---- docs/spec/audit.md: an export folder --------------------------------------------------------
def read_file(path: Path) -> bytes:
    """The bytes of a regular file that is not larger than any of ours."""
    need(path.is_file() and path.stat().st_size <= 2**26, f"no such file: {path.name}")
    return path.read_bytes()
def place(index: int, width: int = 256) -> str:
    """How a path names a tile or bundle: C2SP tlog-tiles."""
    text = str(index).zfill(-(-len(str(index)) // 3) * 3)
    return re.sub("(...)(?=.)", r"x\1/", text) + (f".p/{width}" if width < 256 else "")
class Export:
    """An export, read once: `found` has (entry, level, what is wrong), as it was met."""
    def __init__(self, folder: Path, policy: Policy) -> None:
        self.folder, self.found = folder, list[tuple[int | None, str, str]]()
        self.leaves, self.latest = list[bytes](), list[float]()  # latest: the time up to each entry
        self.known, self.named = dict[Any, Any](), set[bytes]()  # for `check_signed`; of documents
        self.origin, whole, size, width = policy.logs[0][0], True, 0, 256
        while width == 256:  # full bundles from index 0 on, then the widest partial one
            paths = [folder / "tile/entries" / place(size // 256, it) for it in range(257)]
            width = next((it for it in range(256, 0, -1) if paths[it].is_file()), 0)
            whole = whole and width > 0 and self._read_page(size // 256, width)
            size += width
        self._check_files(size)
        self._check_head(policy)
    def faults(self) -> list[tuple[int | None, str, str]]:
        """In order; those of signatures, and of rules, count where nothing was found before."""
        for levels in (("structure", "merkle"), ("signatures",), ("rules",)):
            if here := [it for it in self.found if it[1] in levels]:
                return sorted(here, key=lambda it: (it[0] is None, it[0], levels.index(it[1])))
        return []
    @contextmanager  # what is refused in it is a finding
    def _judging(self, seq: int | None, level: str) -> Iterator[None]:
        try:
            yield
        except FAULTS as fault:
            self.found.append((seq, level, str(fault) or repr(fault)))
    def _read_page(self, index: int, width: int) -> bool:
        items, page, at = list[bytes](), dict[int, Any](), 0
        with self._judging(256 * index, "structure"):
            data = read_file(self.folder / "tile" / "entries" / place(index, width))
            while at < len(data):  # each entry stands after its length
                end = at + 2 + int.from_bytes(data[at : at + 2], "big")
                items.append(data[at + 2 : end])
                at = end
            items = items if at == len(data) and len(items) == width else []
            need(items, f"a bundle of other than {width} entries")
        for seq, item in enumerate(items, 256 * index):
            with self._judging(seq, "structure"):
                page[seq] = entry = read_entry(item)
                last, latest = (self.leaves[-1], self.latest[-1]) if seq else (bytes(32), 0.0)
                self.origin = self.origin if seq else entry.payload["aud"]
                self.leaves.append(entry.leaf)
                self.latest.append(max(latest, entry.time))
                self.named.update(DIGEST.findall(entry.signed))
                need((entry.seq, entry.prev) == (seq, last), "not the next number or link")
                need(entry.time >= latest, "a time before that of an earlier entry")
            if seq not in page:
                break
            with self._judging(seq, "signatures"):
                check_signed(page[seq], self.known)
        path = self.folder / "disclosures" / f"{place(index)}.ndjson"
        with self._judging(None, "structure"):
            data = read_file(path) if path.is_file() else b""
            need(data.endswith(b"\n") or not path.is_file(), "disclosures that are cut short")
            rows = data[:-1].split(b"\n") if data else []
            trees = [form(read(row), disclosures=[str], seq=int) for row in rows]
            lines = {tree["seq"]: tree["disclosures"] for tree in trees if tree["disclosures"]}
            need([tree["seq"] for tree in trees] == sorted(lines), "disclosures out of order")
            for seq, disclosed in lines.items():
                with self._judging(seq if seq in page else None, "structure"):
                    need(seq in page, f"disclosures of no entry: {seq}")
                    check_fit(page[seq], disclosed)
                for text in disclosed:
                    with self._judging(seq, "rules"):
                        read_disclosure(text)
                        self.named.update(DIGEST.findall(unbase64(text)))
        return len(page) == width
    def _check_files(self, size: int) -> None:
        """Tiles follow from the entries; documents are those that were named; no file is stray."""
        known, row = {"checkpoint", "policy", "duebill_verify.py"}, self.leaves
        for level in range(8):
            for first in range(0, size >> 8 * level, 256):
                width = min(256, (size >> 8 * level) - first)
                path = f"tile/{level}/{place(first // 256, width)}"
                known |= {path, path.replace("/0/", "/entries/", 1)}
                known.add(f"disclosures/{place(first // 256)}.ndjson")
                with self._judging(None, "merkle"):
                    theirs = read_file(self.folder / path)
                    need(len(theirs) == 32 * width, f"a tile of another length: {path}")
                    for seq, leaf in enumerate(row[first : first + width], first):
                        with self._judging(None if level else seq, "merkle"):
                            need(theirs[32 * (seq - first) :][:32] == leaf, f"another hash: {path}")
            row = [mth(row[at : at + 256]) for at in range(0, len(row) - 255, 256)]
        for file in self.folder.rglob("*"):
            name = file.relative_to(self.folder).as_posix()
            if file.parent == self.folder / "documents" and file.is_file():
                with self._judging(None, "rules"):
                    need(digest(read_file(file)) == file.name, f"another digest: {name}")
                    need(file.name.encode() in self.named, f"no entry names {name}")
            elif file.is_symlink() or not (file.is_dir() or name.startswith("timestamps/")):
                with self._judging(None, "structure"):
                    need(name in known and file.is_file(), f"a stray file: {name}")
    def _check_head(self, policy: Policy) -> None:
        size, ours = len(self.leaves), any(key[0] == self.origin for key in policy.logs)
        with self._judging(None if ours else 0, "merkle"):
            note = read_file(self.folder / "checkpoint").decode("utf-8", "surrogateescape")
            head = policy.head(note, self.origin)
            limit = min(head.times.values(), default=2**63) + 300  # clocks may differ by 5 minutes
            late = [seq for seq, time in enumerate(self.latest) if time > limit]
            first = min(head.size, size) if head.size != size else late[0] if late else size
            if first < size or head.size != size:
                self.found.append((first, "merkle", "a head of another size, or cosigned before"))
            need(head.size != size or head.root == mth(self.leaves), "a root of another tree")
            need(policy.met(policy.quorum, head.times), "a head without its quorum")

# ---- docs/spec/receipt.md: receipts, packs, sheets -----------------------------------------------
def shown(item: Any, path: list[str], head: Any) -> Any:
    """An entry of a receipt or pack: of the head's log and tree; what is disclosed is its own."""
    entry = read_entry(unbase64(item["entry"], url=False))
    need(entry.payload["aud"] == head.origin, "a command for another log")
    climbed = climb(entry.seq, head.size, entry.leaf, [unbase64(it, 32, url=False) for it in path])
    need(climbed == head.root, "a proof that leads to another root")
    digests = check_fit(entry, item["disclosures"])
    need(digests == sorted(digests), "disclosures that are not in the order of their digests")
    return entry
def read_pack(tree: Any, policy: Policy) -> tuple[dict[str, Any], Any, list[str]]:
    """An evidence pack or a funding certificate: entries under one head, and a signed statement."""
    form(tree, checkpoint=str, entries=[dict], statement=str, v=int)
    head, known = policy.head(tree["checkpoint"]), dict[Any, Any]()
    seqs, disclosed = list[int](), list[str]()
    for item in tree["entries"]:
        form(item, disclosures=[str], entry=str, proof=[str])
        entry = shown(item, item["proof"], head)
        check_signed(entry, known, owned=True)
        seqs.append(entry.seq)
        disclosed += item["disclosures"]
    lines, _ = policy.open(tree["statement"], head.origin)
    need(len(lines) == 2 and lines[0] == "duebill-statement@v1", "no statement about a pack")
    words = ("kind", "origin", "root", "holding", "asker", "recipient", "made_at", "disclosed")
    kinds = dict.fromkeys(words, str) | {"v": int, "size": int, "seqs": [int], "records": [str]}
    said = form(read(lines[1].encode()), facts=dict, **kinds)
    good = {"evidence": not said["recipient"], "certificate": said["recipient"]}.get(said["kind"])
    need(good and instant(said["made_at"]), "a statement of another kind, or for nobody")
    same = {"v": tree["v"], "origin": head.origin, "size": head.size, "seqs": sorted(set(seqs))}
    same["disclosed"] = digest("".join(f"{text}\n" for text in disclosed).encode())
    need(said == said | same and unbase64(said["root"]) == head.root, "not about this pack")
    need(said["v"] == 1 and said["seqs"] == seqs, "entries out of order, or another version")
    ids = [said["holding"], said["asker"], *said["records"]]
    good = all(re.fullmatch("[a-z]{3}_[a-z2-7]{26}", it) for it in ids)
    need(good and ids[2:] == sorted(set(ids[2:])), "ids in another form or order")
    return said, head, disclosed
def read_evidence(tree: Any, policy: Policy) -> dict[str, Any]:
    """Two signed heads of one log, and what the one is to the other: docs/spec/evidence.md."""
    form(tree, "root", "proof", format=str, kept=str, shown=str, root=str, proof=[str])
    notes = (unbase64(tree[name], url=False) for name in ("kept", "shown"))
    kept, later = (policy.head(it.decode("utf-8", "surrogateescape"), most=2**18) for it in notes)
    old, new = sorted((kept, later), key=lambda head: int(head.size))
    good = kept.origin == later.origin and tree["format"] == "duebill-evidence@v1"
    need(good and len(tree) in ({5} if old.size == new.size else {3, 5}), "evidence of no form")
    said = {"kind": "evidence", "origin": old.origin, "kept": kept.size, "shown": later.size}
    if len(tree) == 3:
        return said | {"relation": "unproven"}
    root, *path = [unbase64(it, 32, url=False) for it in (tree["root"], *tree["proof"])]
    ends = grown(old.size, new.size, path, root) if old.size or path else [mth([]), new.root]
    need(ends == [root, new.root], "a proof that leads to other roots")
    need(root != old.root or old is later, "two heads of one history")
    return said | {"relation": "rollback" if root == old.root else "fork"}
def read_shown(data: bytes, policy: Policy) -> dict[str, Any]:
    """A receipt or a pack; or a sheet, of which only the pack is read that stands in it."""
    _, *sheets = data.split(b'<script type="application/json" id="duebill-pack">')
    need(len(sheets) < 2, "several packs in this page")
    tree = read(sheets[0].partition(b"</script>")[0] if sheets else data, html=bool(sheets))
    if isinstance(tree, dict) and "kept" in tree:
        return read_evidence(tree, policy)
    if isinstance(tree, dict) and "statement" in tree:
        said, head, disclosed = read_pack(tree, policy)
    else:  # a receipt, whose signatures need the keys that other entries name
        form(tree, disclosures=[str], entry=str, proof=str)
        proof, _, note = tree["proof"].partition("\n\n")
        head, lines = policy.head(note), proof.split("\n")
        entry, disclosed = shown(tree, lines[2:], head), tree["disclosures"]
        need(lines[:2] == ["c2sp.org/tlog-proof@v1", f"index {entry.seq}"], "another proof")
        said = {"kind": "receipt", "entry": entry.seq, "at": entry.at, "command": entry.payload}
    need(policy.met(policy.quorum, head.times), "a head without the cosignatures of the quorum")
    cosigned = {it: head.times[key] for it, key in policy.witnesses.items() if key in head.times}
    said |= {"origin": head.origin, "size": head.size, "root": head.root.hex()}
    return said | {"cosigned": cosigned, "opened": [*map(read_disclosure, disclosed)]}
def main(words: list[str] | None = None) -> int:
    """The exit status of a command line."""
    parser = ArgumentParser(description="Verify what a Duebill ledger shows.")
    parser.add_argument("source", type=Path, help="export, receipt, pack, sheet, evidence")
    parser.add_argument("--policy", type=Path, required=True, help="the keys you trust")
    asked = parser.parse_args(words)
    try:
        policy = Policy(read_file(asked.policy))
        need(asked.source.exists(), f"there is no {asked.source}")
    except FAULTS as fault:
        parser.error(str(fault))
    try:
        if asked.source.is_dir():
            export = Export(asked.source, policy)
            faults = export.faults()[:50]
            answer = {"kind": "export", "entries": len(export.leaves), "faults": faults}
            for seq, level, what in faults[:1]:
                answer |= {"first bad entry": seq, "level": level, "wrong": what}
        else:
            answer = read_shown(read_file(asked.source), policy)
    except Exception as fault:  # noqa: BLE001 - whatever hostile bytes do, they are refused
        answer = {"wrong": str(fault) or repr(fault)}
    answer = {"verdict": "refused" if "wrong" in answer else "accepted", **answer}
    answer["not checked"] = "business rules, changes of the log's key, time stamps, a sheet's words"
    print(json.dumps(answer, indent=1).replace("\x7f", "\\u007f"))  # noqa: T201 - it is a script
    return int("wrong" in answer)
if __name__ == "__main__":
    sys.exit(main())
