"""Records over storage: a cache of what was read, and what changed since on top of it.

Three layers, newest first: what the command under judgement would change (`pending`), what
commands of this group changed (`changed`), and what storage holds.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import Enum
from itertools import islice
from typing import Any, TypeAlias, cast

from ledger.catalogue import BY_PREFIX, BY_TABLE
from ledger.envelope import Envelope
from ledger.model.records import R, Record
from ledger.parties.records import spent_id
from ledger.parties.state import Key, Spent
from ledger.ports import Place, Records

_ByKind: TypeAlias = dict[type[Any], dict[str, Any]]
_Names: TypeAlias = tuple[str, ...]
_Values: TypeAlias = tuple[Any, ...]
MOST_CACHED = 200_000
"""Records kept in memory beside the overlay; when there are more, the older half is let go."""
MOST_DOCUMENTS = 64
"""Rule documents kept in memory; what a digest names never changes."""
ROUNDS = 3
"""How far `prefetch` follows ids from record to record."""


class Overlay:
    """Records over a `Records` port, with what changed since in an overlay.

    Nothing else may write these records meanwhile, unless `evict` is told: what was read once is
    kept.
    """

    def __init__(self, records: Records) -> None:
        self._records = records
        self._changed: _ByKind = {}
        self._pending: _ByKind = {}
        self._cache: dict[tuple[type[Any], str], Any] = {}
        self._by_value: dict[tuple[type[Any], _Names], dict[_Values, set[str]]] = {}
        self._documents: dict[str, bytes] = {}
        self._known_documents: dict[str, bytes] = {}
        self._pending_documents: dict[str, bytes] = {}

    def get(self, kind: type[R], record_id: str) -> R | None:
        """The record of this id, or None."""
        pending = self._pending.get(kind)
        if pending is not None and record_id in pending:
            return cast("R", pending[record_id])
        changed = self._changed.get(kind)
        if changed is not None and record_id in changed:
            return cast("R", changed[record_id])
        place = (kind, record_id)
        if place not in self._cache:
            self._keep(place, self._records.get(kind, (record_id,)).get(record_id))
        return cast("R | None", self._cache[place])

    def find(self, kind: type[R], **key: str | int | bool) -> Sequence[R]:
        """All records whose fields equal `key` (enumerations by their value), ordered by id."""
        names = tuple(sorted(key))
        wanted = tuple(key[name] for name in names)
        found = {record.id: record for record in self._records.find(kind, key)}
        changed = self._changed.get(kind, {})
        pending = self._pending.get(kind, {})
        newer = [changed.get(record_id) for record_id in found]
        newer += [changed[record_id] for record_id in self._changed_with(kind, names, wanted)]
        newer += pending.values()
        for record in newer:
            if record is not None:
                found.pop(record.id, None)
                if _values(record, names) == wanted:
                    found[record.id] = record
        return [found[record_id] for record_id in sorted(found)]

    def _changed_with(self, kind: type[Any], names: _Names, wanted: _Values) -> set[str]:
        """Ids of changed records that have or had these values: an index made when first asked."""
        index = self._by_value.get((kind, names))
        if index is None:
            index = self._by_value[kind, names] = {}
            for record in self._changed.get(kind, {}).values():
                index.setdefault(_values(record, names), set()).add(record.id)
        return index.get(wanted, set())

    def document(self, digest: str) -> bytes | None:
        """A rule document by its digest, or None."""
        for overlay in (self._pending_documents, self._documents):
            if digest in overlay:
                return overlay[digest]
        if digest not in self._known_documents:
            found = self._records.document(digest)
            if found is None:
                return None
            if len(self._known_documents) >= MOST_DOCUMENTS:
                self._known_documents.clear()
            self._known_documents[digest] = found
        return self._known_documents[digest]

    def prefetch(self, envelopes: Iterable[Envelope]) -> None:
        """Read at once what `envelopes` name, and what is named there, as far as `ROUNDS`."""
        wanted: dict[type[Any], set[str]] = {}
        for envelope in envelopes:
            wanted.setdefault(Spent, set()).add(spent_id(envelope.by, envelope.jti))
            wanted.setdefault(Key, set()).update(item.kid for item in envelope.signatures)
            _name(wanted, envelope.by)
            for value in envelope.payload["body"].values():
                if type(value) is str:
                    _name(wanted, value)
            for _, value in envelope.disclosures.values():
                if type(value) is str:
                    _name(wanted, value)
        for _ in range(ROUNDS):
            wanted = self._fetch(wanted)

    def _fetch(self, wanted: Mapping[type[Any], set[str]]) -> dict[type[Any], set[str]]:
        """Read what is wanted and not at hand; returns what the records read name in turn."""
        named: dict[type[Any], set[str]] = {}
        for kind, ids in wanted.items():
            changed = self._changed.get(kind, {})
            missing = [
                record_id
                for record_id in ids
                if record_id not in changed and (kind, record_id) not in self._cache
            ]
            if missing:
                read = self._records.get(kind, missing)
                for record_id in missing:
                    self._keep((kind, record_id), read.get(record_id))
                for record in read.values():
                    for field in kind.__struct_fields__:
                        _name(named, getattr(record, field))
        return named

    def changed(self) -> list[Record]:
        """The records that changed since the last `saved`, each as it is now."""
        return [record for records in self._changed.values() for record in records.values()]

    def saved(self) -> None:
        """The store has what changed: it leaves the overlay."""
        for kind, records in self._changed.items():
            for record_id, record in records.items():
                self._keep((kind, record_id), record)
        self._let_go()

    def forget(self) -> None:
        """What changed must not count, and what was read may be out of date: start anew."""
        self._cache = {}
        self._let_go()

    def evict(self, places: Collection[Place] | None) -> None:
        """Others changed the records at `places`, or nobody knows which."""
        if places is None:
            self._cache = {}
            return
        for name, record_id in places:
            self._cache.pop((BY_TABLE[name], record_id), None)

    def _let_go(self) -> None:
        self._changed = {}
        self._by_value = {}
        self._documents = {}
        self.drop()

    def _keep(self, place: tuple[type[Any], str], record: Any) -> None:
        if len(self._cache) >= MOST_CACHED:
            for old in list(islice(self._cache, MOST_CACHED // 2)):
                del self._cache[old]
        self._cache[place] = record

    def keep(self) -> None:
        """Take what the last judged command changed."""
        for kind, records in self._pending.items():
            self._changed.setdefault(kind, {}).update(records)
        for (kind, names), index in self._by_value.items():
            for record in self._pending.get(kind, {}).values():
                index.setdefault(_values(record, names), set()).add(record.id)
        self._documents.update(self._pending_documents)
        self.drop()

    def drop(self) -> None:
        """Let go of what the last judged command would change."""
        self._pending = {}
        self._pending_documents = {}

    def bring(self, documents: Mapping[str, bytes]) -> None:
        """Have at hand the rule documents that come with the command under judgement."""
        self._pending_documents = dict(documents)

    def put(self, record: Record) -> None:
        """Let the command under judgement change a record."""
        self._pending.setdefault(type(record), {})[record.id] = record


def _values(record: Any, names: _Names) -> _Values:
    return tuple(_plain(getattr(record, name)) for name in names)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _name(wanted: dict[type[Any], set[str]], value: Any) -> None:
    """Want what `value` names, if it is an id of this ledger, or a list of them."""
    if type(value) is str:
        kind = BY_PREFIX.get(value[:3]) if value[3:4] == "_" else None
        if kind is not None:
            wanted.setdefault(kind, set()).add(value)
    elif type(value) is tuple:
        for item in value:
            _name(wanted, item)
