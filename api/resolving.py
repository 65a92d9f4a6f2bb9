"""Which enrolled party a document means: by an identifier, else by its exact name."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from api.importing import Resolve
from ledger.documents.party import same_party
from ledger.documents.value import DocumentParty
from ledger.parties.commands import Identifier
from ledger.parties.state import Party, TakenIdentifier
from ledger.ports import Records

_CODES = {"DUNS": "0060", "GLN": "0088", "LEI": "0199"}
_SCHEMES = {code: scheme for scheme, code in _CODES.items()}


def resolver(records: Records) -> Resolve:
    """The party of a document, from the records of now.

    None where no enrolled party fits, or more than one does. A name counts only where no
    identifier decides: two parties of one name with different identifiers are two.
    """

    @cache
    def by_name() -> Resolve:
        return resolver_over(
            (party.id, as_document(party.name, party.identifiers, party.country or ""))
            for party in records.scan(Party)
            if party.name
        )

    @cache
    def resolve(named: DocumentParty) -> str | None:
        spellings = [
            f"{spelling}:{value}"
            for scheme, value in named.identifiers
            for spelling in (scheme, scheme.lower(), _CODES.get(scheme, scheme))
        ]
        owners = {item.party for item in records.get(TakenIdentifier, spellings).values()}
        return _only(owners) if owners else by_name()(named)

    return resolve


def resolver_over(parties: Iterable[tuple[str, DocumentParty]]) -> Resolve:
    """As `resolver`, over a list of parties as documents would name them."""
    known = list(parties)

    @cache
    def resolve(named: DocumentParty) -> str | None:
        wanted = set(named.identifiers)
        owners = {party for party, enrolled in known if wanted & set(enrolled.identifiers)}
        return _only(owners or {party for party, enrolled in known if same_party(enrolled, named)})

    return resolve


def as_document(name: str, identifiers: Iterable[Identifier], country: str) -> DocumentParty:
    """An enrolled party as a document would name it."""
    pairs = ((_SCHEMES.get(one.scheme, one.scheme.upper()), one.value) for one in identifiers)
    return DocumentParty(name, tuple(pairs), country)


def _only(owners: set[str]) -> str | None:
    return next(iter(owners)) if len(owners) == 1 else None
