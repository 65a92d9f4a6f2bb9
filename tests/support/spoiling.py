"""Exports spoiled: one change to one file, of every kind of file and of every kind of change.

The policy is the reader's own and is left alone. A change is drawn from a seeded `Random`, so that
a number names it.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from ledger.base64url import b64url_decode, b64url_encode
from ledger.chain.tiles import BundleId, decode_bundle, encode_bundle

SPARED = ("policy", "duebill_verify.py")


@dataclass(frozen=True)
class Spoiler:
    """A folder that is spoiled, and put right again from an honest copy of it."""

    honest: Path
    folder: Path

    @contextmanager
    def spoiled(self, number: int) -> Iterator[str]:
        """The folder after change `number`; its name."""
        random, change = drawn(number)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.copytree(self.honest, self.folder)
        change(self, random)
        yield f"{number}: {change.__name__}"

    def files(self, below: str = "") -> list[Path]:
        """The files that may be spoiled, sorted."""
        found = sorted(path for path in (self.folder / below).rglob("*") if path.is_file())
        return [path for path in found if path.name not in SPARED]


Change = Callable[[Spoiler, Random], None]


def drawn(number: int) -> tuple[Random, Change]:
    """The change of a number, and what it goes on to draw from."""
    random = Random(number)  # noqa: S311 - the same changes in every run
    return random, random.choice(CHANGES)


def flip(spoiler: Spoiler, random: Random) -> None:
    """One bit of any file."""
    path = random.choice(spoiler.files())
    data = bytearray(path.read_bytes())
    data[random.randrange(len(data))] ^= 1 << random.randrange(8)
    path.write_bytes(data)


def byte(spoiler: Spoiler, random: Random) -> None:
    """A byte put in, or some taken out."""
    path = random.choice(spoiler.files())
    data = bytearray(path.read_bytes())
    at = random.randrange(len(data))
    data[at : at + random.randrange(3)] = random.randbytes(random.randrange(3))
    path.write_bytes(data)


def cut(spoiler: Spoiler, random: Random) -> None:
    """The end of a file is missing, or all of it."""
    path = random.choice(spoiler.files())
    data = path.read_bytes()
    path.write_bytes(data[: random.choice([0, 1, len(data) // 2, len(data) - 1])])


def missing(spoiler: Spoiler, random: Random) -> None:
    """A file is not there."""
    random.choice(spoiler.files()).unlink()


def no_file(spoiler: Spoiler, random: Random) -> None:
    """In place of a file there is a folder, or a link to nowhere, itself or a device."""
    path = random.choice(spoiler.files())
    path.unlink()
    target = random.choice(["", "nowhere", path.name, "/dev/zero", ".."])
    path.symlink_to(target) if target else path.mkdir()


def linked(spoiler: Spoiler, random: Random) -> None:
    """A link to the honest file in place of it: nothing is wrong with that."""
    path = random.choice(spoiler.files())
    path.unlink()
    path.symlink_to(spoiler.honest / path.relative_to(spoiler.folder))


def stray(spoiler: Spoiler, random: Random) -> None:
    """A file, or a link, that does not belong there."""
    folders = sorted(path for path in spoiler.folder.rglob("*") if path.is_dir())
    names = [
        "x",
        "999",
        "000.p",
        "7",
        "007",
        "\u0665",
        "000.ndjson.bak",
        ".hidden",
        "\udcff",
        "256",
    ]
    path = random.choice([spoiler.folder, *folders]) / random.choice(names)
    if not path.exists():
        if random.random() < 0.2:
            path.symlink_to(random.choice([".", "nowhere"]))
        else:
            path.write_bytes(random.choice([b"", b"{}\n", bytes(64)]))


def copied(spoiler: Spoiler, random: Random) -> None:
    """One file's bytes in another's place."""
    one, other = random.sample(spoiler.files(), 2)
    shutil.copyfile(one, other)


def renamed(spoiler: Spoiler, random: Random) -> None:
    """A file under another name beside it."""
    path = random.choice(spoiler.files())
    name = random.choice(["0", "1", "3", "255", "256", "01", "001", "000.ndjson", "x"])
    path.rename(path.with_name(name))


def _bundle(spoiler: Spoiler, random: Random) -> tuple[Path, list[bytes]]:
    path = random.choice(spoiler.files("tile/entries"))
    width = int(path.name) if path.parent.name.endswith(".p") else 256
    return path, decode_bundle(BundleId(0, width), path.read_bytes())


def entries(spoiler: Spoiler, random: Random) -> None:
    """Entries swapped, left out, doubled."""
    path, items = _bundle(spoiler, random)
    one, other = random.randrange(len(items)), random.randrange(len(items))
    how = random.randrange(4)
    if how == 0:
        items[one], items[other] = items[other], items[one]
    elif how == 1:
        del items[one]
    elif how == 2:
        items.insert(one, items[other])
    else:
        items[one] = items[other]
    path.write_bytes(encode_bundle(items))


def lengths(spoiler: Spoiler, random: Random) -> None:
    """The length of an entry, or what stands behind the last."""
    path, items = _bundle(spoiler, random)
    data = bytearray(encode_bundle(items))
    at = sum(2 + len(item) for item in items[: random.randrange(len(items) + 1)])
    data[at : at + 2] = random.choice([b"\0\0", b"\xff\xff", b"\0", b"", b"\0\1x"])
    path.write_bytes(data)


def field(spoiler: Spoiler, random: Random) -> None:
    """A field of an entry or of its payload is another, in canonical form."""
    path, items = _bundle(spoiler, random)
    at = random.randrange(len(items))
    tree = json.loads(items[at])
    if random.random() < 0.5:
        spoil_tree(tree, random)
    else:
        payload = json.loads(b64url_decode(tree["command"]["payload"]))
        spoil_tree(payload, random)
        tree["command"]["payload"] = b64url_encode(_written(payload))
    items[at] = _written(tree)[:65_535]
    path.write_bytes(encode_bundle(items))


ODD: tuple[Any, ...] = (
    *(None, True, 0, 1, -1, 7, 2**53 - 1, 2**53, 10**400, 1.5, "", "x", "\u0378", "确权", [], {}),
    *({"sd": "x"}, {"sd": 1}, {"\u00e9": 1}, "A" * 43, "A" * 42 + "B", "1970-01-01T00:00:00.000Z"),
    *("2026-02-30T00:00:00.000Z", "2026-01-02T24:00:00.000Z", {"kty": "OKP"}, [[[[[[[]]]]]]]),
)


def spoil_tree(tree: Any, random: Random) -> None:
    """A value anywhere in a tree is another, or is there besides, or is missing."""
    containers = [tree]
    for container in containers:
        inside = container.values() if isinstance(container, dict) else container
        containers += [value for value in inside if isinstance(value, dict | list) and value]
    container = random.choice(containers)
    keys: list[Any] = list(container) if isinstance(container, dict) else [*range(len(container))]
    key, how = random.choice(keys), random.random()
    if how < 0.15:
        del container[key]
    elif how < 0.3 and isinstance(container, dict):
        container[random.choice(["zz", "sd", "expect", "manifest"])] = random.choice(ODD)
    elif isinstance(container[key], str) and how < 0.6:
        other = random.choice(["A", "-", "=", "\n", "z", "9"])
        container[key] = container[key][:-1] + other
    else:
        container[key] = random.choice(ODD)


def _written(tree: Any) -> bytes:
    text = json.dumps(tree, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return text.encode("utf-8", "surrogatepass")


def tile(spoiler: Spoiler, random: Random) -> None:
    """Hashes of a tile swapped, doubled or left out."""
    path = random.choice([path for path in spoiler.files("tile") if "entries" not in path.parts])
    data = path.read_bytes()
    hashes = [data[at : at + 32] for at in range(0, len(data), 32)]
    at = random.randrange(len(hashes))
    how = random.randrange(3)
    if how == 0:
        hashes.reverse()
    elif how == 1:
        hashes.insert(at, hashes[at])
    else:
        del hashes[at]
    path.write_bytes(b"".join(hashes))


def checkpoint(spoiler: Spoiler, random: Random) -> None:
    """Lines of the signed head are others; a line of a strange key does no harm."""
    path = spoiler.folder / "checkpoint"
    lines = path.read_bytes().split(b"\n")
    at = random.randrange(len(lines))
    strange = "— strange.example AAAAAAAA".encode()
    how = random.randrange(6)
    if how == 0:
        lines[at] = random.choice([b"0", b"1", b"01", b"x", b"", b"\xff", b"a\tb", strange])
    elif how == 1:
        del lines[at]
    elif how == 2:
        lines.insert(at, lines[random.randrange(len(lines))])
    elif how == 3:
        lines[-1:-1] = [strange] * random.choice([1, 46, 47, 48])
    elif how == 4:
        lines[-1:-1] = [lines[-2]] * random.choice([1, 47])
    else:
        lines[at] += random.choice([b" ", b"=", b"A", b"\r"])
    path.write_bytes(b"\n".join(lines))


def disclosures(spoiler: Spoiler, random: Random) -> None:
    """Lines and texts of disclosures left out, doubled, moved, out of order."""
    path = random.choice(spoiler.files("disclosures"))
    lines = [json.loads(line) for line in path.read_bytes().splitlines()]
    at, how = random.randrange(len(lines)), random.randrange(8)
    texts = lines[at]["disclosures"]
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(at, lines[at])
    elif how == 2:
        lines.reverse()
    elif how == 3:
        texts.append(random.choice(random.choice(lines)["disclosures"]))
    elif how == 4:
        texts.reverse()
    elif how == 5:
        del texts[0]
    elif how == 6:
        lines[at]["seq"] = random.choice([-1, 0, lines[at]["seq"] + 1, 10**6, "0", True])
    else:
        spoil_tree(lines[at], random)
    path.write_bytes(b"".join(_written(line) + b"\n" for line in lines))


CHANGES: tuple[Change, ...] = (
    *(flip, flip, flip, flip, byte, cut, missing, no_file, linked, stray, copied, renamed),
    *(entries, lengths, field, field, tile, checkpoint, checkpoint, disclosures, disclosures),
)
