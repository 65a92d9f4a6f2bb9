"""The whole sheet of a pack, and the pack that a sheet holds."""

from __future__ import annotations

from api.sheet.claim import hands, in_words, invoices, keys, terms
from api.sheet.html import Markup, el, joined
from api.sheet.parts import both, inline
from api.sheet.proof import certificate, court, entries, head, statement_digest
from api.sheet.qr import qr_svg
from api.sheet.style import STYLE
from api.sheet.words import NO_PROOF, SANDBOX, TITLES
from ledger.base64url import b64url_encode
from ledger.errors import RefusalCode, Refused
from ledger.packs.verify import VerifiedPack

START = b"<!DOCTYPE html>\n"
_OPEN = b'<script type="application/json" id="duebill-pack">'
_CLOSE = b"</script>"
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing runs and nothing is fetched (Content-Security-Policy)."""


def sheet(verified: VerifiedPack) -> bytes:
    """The page of a pack: the same bytes for the same pack.

    Raises `Refused` (`pack_malformed`) where its facts are not in the form that they have here.
    """
    try:
        body = _body(verified)
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Refused(
            RefusalCode.PACK_MALFORMED, "The facts of the statement are not in their form."
        ) from None
    title = f"Duebill: {verified.statement.kind} {verified.statement.holding}"
    page = el(
        "html",
        el(
            "head",
            el("meta", charset="utf-8"),
            el("meta", http_equiv="Content-Security-Policy", content=POLICY),
            el("meta", name="viewport", content="width=device-width"),
            el("title", title),
            el("style", STYLE),
        ),
        el("body", body),
        lang="en",
    )
    embedded = verified.pack.data().replace(b"<", b"\\u003c")
    text = page.removesuffix("</body></html>").encode()
    return START + text + _OPEN + embedded + _CLOSE + b"</body></html>\n"


def pack_in(data: bytes) -> bytes:
    """The pack that a sheet holds. Raises `Refused` (`pack_malformed`) where there is none."""
    _, opened, rest = data.partition(_OPEN)
    embedded, closed, _ = rest.partition(_CLOSE)
    if not opened or not closed:
        raise Refused(RefusalCode.PACK_MALFORMED, "The page holds no pack.")
    return embedded.replace(b"\\u003c", b"<")


def check_sheet(data: bytes, verified: VerifiedPack) -> None:
    """Raises `Refused` (`sheet_differs`) unless `data` is just what the pack in it gives."""
    if sheet(verified) != data:
        raise Refused(
            RefusalCode.SHEET_DIFFERS,
            "The pack in the page is sound, and the page is not the one that is made from it.",
        )


def _body(verified: VerifiedPack) -> Markup:
    statement = verified.statement
    said = statement.facts
    of_bank = "certificate" in said
    return joined(
        el(
            "header",
            el(
                "div",
                el("h1", inline(TITLES[statement.kind.value])),
                el("p", el("code", statement.holding)),
                both(NO_PROOF),
            ),
            _code(verified),
            class_="head",
        ),
        el("div", both(SANDBOX), class_="warn") if said["ledger"].get("sandbox") else None,
        in_words(said),
        certificate(statement.recipient, said) if of_bank else None,
        terms(said),
        hands(said),
        invoices(said),
        keys(said),
        court(said),
        head(verified),
        entries(verified),
    )


def _code(verified: VerifiedPack) -> Markup:
    """Origin, size, root, holding and the statement's digest: what to compare a pack with."""
    statement = verified.statement
    parts = (
        "duebill-pack",
        statement.origin,
        str(statement.size),
        b64url_encode(statement.root),
        statement.holding,
        statement_digest(verified),
    )
    return qr_svg("\n".join(parts), "origin, size, root, holding, digest of the statement")
