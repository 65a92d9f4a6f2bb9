"""Whom a reader trusts (C2SP `tlog-policy`): log keys, witnesses, and how many must have cosigned.

The file is the verifier's own. Nothing that a log says can add a key to it, and a quorum counts
only witnesses that are named here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ledger.chain.checkpoint import Checkpoint, parse_checkpoint
from ledger.chain.note import NoteKey, SignatureType, open_note, parse_note_key
from ledger.errors import RefusalCode, Refused

NO_QUORUM = "none"
MOST_LINES = 1_000
"""Lines of a policy file that are read; the specification asks for 32 of each kind at least."""

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class LogLine:
    """A log that is trusted to be itself: its key, and where it is served, if that is known."""

    key: NoteKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class WitnessLine:
    """A witness: its name in this file, its key, and where it takes checkpoints, if known."""

    name: str
    key: NoteKey
    url: str = ""

    @property
    def replays_rules(self) -> bool:
        """Whether its cosignature says too that it decided every command again.

        What a key states is agreed outside of the log; in our files, the name of such a witness
        begins with ``auditor``.
        """
        return self.name.startswith("auditor")


@dataclass(frozen=True, slots=True)
class Group:
    """At least `least` of the `members` (witnesses, or groups named before it) have cosigned."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A signed head that a reader may believe.

    `cosigned` are the witnesses, by their names in the policy, with their times (seconds since
    1970). `witnessed` says whether they make the quorum; it is true where none is asked for.
    """

    checkpoint: Checkpoint
    cosigned: Mapping[str, int]
    witnessed: bool


@dataclass(frozen=True, slots=True)
class TrustPolicy:
    """A tlog-policy file. `quorum` names a witness or a group, or is ``none``."""

    logs: tuple[LogLine, ...]
    witnesses: tuple[WitnessLine, ...] = ()
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NO_QUORUM

    def log_keys(self) -> list[NoteKey]:
        """The keys of the logs, in the order of the file."""
        return [line.key for line in self.logs]

    def witness_keys(self) -> list[NoteKey]:
        """The keys of the witnesses, in the order of the file."""
        return [line.key for line in self.witnesses]

    def named(self, cosigned: Mapping[NoteKey, int]) -> dict[str, int]:
        """The times of a note's cosignatures by the witnesses' names in this file."""
        return {line.name: cosigned[line.key] for line in self.witnesses if line.key in cosigned}

    def met_by(self, names: Collection[str]) -> bool:
        """Whether cosignatures of the witnesses of these names make the quorum."""
        return self.quorum == NO_QUORUM or self._has(self.quorum, names)

    def needed(self) -> frozenset[str]:
        """The witnesses that can count towards the quorum; the others are optional."""
        found: set[str] = set()
        waiting = [] if self.quorum == NO_QUORUM else [self.quorum]
        while waiting:
            name = waiting.pop()
            group = self.groups.get(name)
            if group is None:
                found.add(name)
            else:
                waiting += group.members
        return frozenset(found)

    def open(self, note: str, origin: str) -> Opened:
        """The head that the log `origin` signed with a key of this file.

        Whether the quorum is met is told, not demanded. Raises `Refused`: what `open_note` and
        `parse_checkpoint` raise; `note_not_signed_by_known_key`; `checkpoint_of_other_log`.
        """
        own = [key for key in self.log_keys() if key.name == origin]
        opened = open_note(note, [*own, *self.witness_keys()])
        if not opened.signed_by:
            raise Refused(
                RefusalCode.NOTE_NOT_SIGNED_BY_KNOWN_KEY,
                "The log did not sign the note: no line is of a key of its own.",
            )
        checkpoint = parse_checkpoint(opened.body)
        if checkpoint.origin != origin:
            raise Refused(
                RefusalCode.CHECKPOINT_OF_OTHER_LOG,
                f"The checkpoint is of {checkpoint.origin[:100]!r}, not of {origin[:100]!r}.",
            )
        cosigned = self.named(opened.cosigned)
        return Opened(checkpoint, cosigned, self.met_by(cosigned))

    def text(self) -> str:
        """The file: logs, witnesses, groups, quorum, a line each."""
        lines = [_line("log", line.key.text(), line.url) for line in self.logs]
        lines += [_line("witness", item.name, item.key.text(), item.url) for item in self.witnesses]
        lines += [
            _line("group", name, str(group.least), *group.members)
            for name, group in self.groups.items()
        ]
        return "".join([*lines, _line("quorum", self.quorum)])

    def _has(self, name: str, names: Collection[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in names
        return sum(self._has(member, names) for member in group.members) >= group.least


def trust_in(keys: Iterable[NoteKey]) -> TrustPolicy:
    """The policy that trusts these log keys and asks for no witness."""
    return TrustPolicy(tuple(LogLine(key) for key in keys))


def parse_trust(text: str) -> TrustPolicy:
    """The policy of a file. Raises `Refused` (`policy_file_malformed`) with the line.

    Bytes may be decoded with ``errors="surrogateescape"``: names are compared, never shown. A file
    without a log is refused, since every reader here needs one.
    """
    reader = _Reader()
    lines = text.split("\n")
    if len(lines) > MOST_LINES:
        raise _malformed(f"The file has more than {MOST_LINES} lines.", "")
    for number, line in enumerate(lines, start=1):
        words = [word for word in re.split(r"[ \t]+", line) if word]
        if _CONTROL.search(line):
            raise _malformed("The line has a control character.", f"line {number}")
        if words and not words[0].startswith("#"):
            try:
                reader.read(words)
            except Refused as refused:
                raise _malformed(refused.detail, f"line {number}") from None
    return reader.policy()


class _Reader:
    """A policy file line by line; what a line names must stand before it."""

    def __init__(self) -> None:
        self.logs: list[LogLine] = []
        self.witnesses: dict[str, WitnessLine] = {}
        self.groups: dict[str, Group] = {}
        self.grouped: set[str] = set()
        self.quorum: str | None = None

    def read(self, words: Sequence[str]) -> None:
        """Take in one line. Raises `Refused`."""
        match words:
            case ["log", vkey, *url] if len(url) <= 1:
                key = _key(vkey, SignatureType.ED25519, [line.key for line in self.logs])
                self.logs.append(LogLine(key, *url))
            case ["witness", name, vkey, *url] if len(url) <= 1:
                known = [line.key for line in self.witnesses.values()]
                key = _key(vkey, SignatureType.COSIGNATURE, known)
                self.witnesses[self._new(name)] = WitnessLine(name, key, *url)
            case ["group", name, least, *members] if members:
                self._group(name, least, members)
            case ["quorum", name] if self.quorum is None:
                if name != NO_QUORUM:
                    self._check_defined(name)
                self.quorum = name
            case _:
                raise _malformed("The line is not a log, witness or group, or the one quorum.", "")

    def policy(self) -> TrustPolicy:
        """What the lines said. Raises `Refused` where a log or the quorum is missing."""
        if not self.logs or self.quorum is None:
            raise _malformed('The file needs a "log" line and a "quorum" line.', "")
        return TrustPolicy(
            tuple(self.logs), tuple(self.witnesses.values()), self.groups, self.quorum
        )

    def _group(self, name: str, least: str, members: Sequence[str]) -> None:
        for member in members:
            self._check_defined(member)
            if member in self.grouped:
                raise _malformed(f"{member!r} is a member of a group already.", "")
            self.grouped.add(member)
        number = {"any": "1", "all": str(len(members))}.get(least, least)
        if not _NUMBER.fullmatch(number) or int(number) > len(members):
            raise _malformed(f"{least!r} of {len(members)} members cannot be asked for.", "")
        self.groups[self._new(name)] = Group(int(number), tuple(members))

    def _new(self, name: str) -> str:
        if name == NO_QUORUM or name in self.witnesses or name in self.groups:
            raise _malformed(f"The name {name!r} is taken.", "")
        return name

    def _check_defined(self, name: str) -> None:
        if name not in self.witnesses and name not in self.groups:
            raise _malformed(f"{name!r} is no witness or group of a line before.", "")


def _key(text: str, signature_type: SignatureType, known: Sequence[NoteKey]) -> NoteKey:
    key = parse_note_key(text)
    if key.type is not signature_type:
        raise _malformed(f"The key is not of type 0x{signature_type:02x}.", "")
    if any(key.key == other.key for other in known):
        raise _malformed("The key stands in a line before.", "")
    return key


def _line(*words: str) -> str:
    return " ".join(word for word in words if word) + "\n"


def _malformed(detail: str, place: str) -> Refused:
    return Refused(RefusalCode.POLICY_FILE_MALFORMED, detail, place=place)
