"""Identifiers of parties as XML documents write them, and when two names mean one party."""

from __future__ import annotations

import unicodedata

from ledger.documents import lexical
from ledger.documents.tree import Node
from ledger.documents.value import DocumentParty

_WEAK = frozenset({"ID", "TAX"})
"""Schemes that identify only within one sender's files: they never tell two parties apart."""


def identifier(node: Node, otherwise: str) -> tuple[str, str]:
    """(scheme, value) of an identifier element; `otherwise` where it states no scheme.

    A value without a scheme that has the form of GB 32100 is a ``USCC``.
    """
    value = lexical.number(node.text(), node.path)
    stated = lexical.number(node.attribute("schemeID"), node.path)
    if stated:
        return lexical.scheme_of(stated), value
    return lexical.chinese_scheme(value, otherwise), value


def tax_number(node: Node, *, is_vat: bool) -> tuple[str, str]:
    """(``VAT`` or ``TAX``, value) of a tax registration."""
    value = lexical.number(node.text(), node.path)
    return ("VAT", lexical.vat_number(value)) if is_vat else ("TAX", value)


def same_party(one: DocumentParty, other: DocumentParty) -> bool:
    """Whether two parties of a document are one: by a shared identifier, else by their names.

    Where both have an identifier of one scheme (other than a sender's own) and share none, they
    are two, whatever their names say.
    """
    if set(one.identifiers) & set(other.identifiers):
        return True
    if set(dict(one.identifiers)) & set(dict(other.identifiers)) - _WEAK:
        return False
    return _folded(one.name) == _folded(other.name) != ""


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())
