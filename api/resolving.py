"""Which enrolled party a document means: by an identifier, else by its exact name."""

from __future__ import annotations

from functools import cache

from api.importing import Resolve
from ledger.documents.party import same_party
from ledger.documents.value import DocumentParty
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
    def known() -> list[tuple[str, DocumentParty]]:
        return [(party.id, _as_document(party)) for party in records.scan(Party) if party.name]

    @cache
    def resolve(named: DocumentParty) -> str | None:
        spellings = [
            f"{spelling}:{value}"
            for scheme, value in named.identifiers
            for spelling in (scheme, scheme.lower(), _CODES.get(scheme, scheme))
        ]
        owners = {item.party for item in records.get(TakenIdentifier, spellings).values()}
        owners = owners or {party for party, as_named in known() if same_party(as_named, named)}
        return owners.pop() if len(owners) == 1 else None

    return resolve


def _as_document(party: Party) -> DocumentParty:
    """An enrolled party as a document would name it."""
    identifiers = tuple(
        (_SCHEMES.get(item.scheme, item.scheme.upper()), item.value) for item in party.identifiers
    )
    return DocumentParty(party.name or "", identifiers, party.country or "")
