"""Drafting with the server's help: commands to sign from invoices, and what an offer would pay."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from msgspec import Struct

from api.importing import ImportRow, Mode, Resolve, Stated, judge_rows, plan_import, sizes_of
from api.problems import problem_of
from api.resolving import resolver
from api.routes.reads import visible
from api.site import Here, Sight, SignedIn, Site, Spoken, raw, raw_body
from ledger import canonical
from ledger.documents.value import DocumentParty, InvoiceDocument
from ledger.errors import RefusalCode, Refused
from ledger.financing.eligibility import check_offer
from ledger.financing.state import Offer
from ledger.financing.terms import quote
from ledger.model import codec
from ledger.model.codec import WireForm
from ledger.model.kinds import Id
from ledger.model.records import need
from ledger.policy.state import digits_of, today_of
from ledger.receivables.state import Holding
from ledger.refusals.language import Language

router = APIRouter(tags=["drafts"])


class QuoteRequest(Struct, frozen=True, kw_only=True, gc=False):
    """What a holder asks: the price of this holding under this offer, paid on this day."""

    holding: Id
    offer: Id
    value_date: date


@router.post(
    "/v1/drafts/invoices",
    summary="Draft commands from an invoice file",
    openapi_extra=raw("application/octet-stream", "数电票 XML, UBL, CII, Factur-X, CSV or XLSX."),
)
def draft_invoices(
    body: Annotated[bytes, Depends(raw_body())],
    caller: SignedIn,
    site: Here,
    language: Spoken,
    name: str = "invoice",
    due: date | None = None,
    obligor: str | None = None,
    mode: Mode = Mode.REGISTER,
    sizes: str | None = None,
    clause: str | None = None,
    reason: str | None = None,
) -> dict[str, Any]:
    """For each invoice the unsigned command with its disclosures, or every reason against it.

    Nothing is kept here: sign the payloads and send them. `obligor` says who the buyer is where
    no identifier on the invoice does. `sizes` are the size classes, as in ``small:large``;
    `clause` and `reason` go with a later basis and a long term.
    """
    classes = sizes_of(sizes) if sizes else None
    stated = Stated(due=due, sizes=classes, clause=clause, reason=reason)
    with site.reading() as sight:
        resolve = resolver(sight.view.records)
        rows = plan_import(
            body,
            name[:200],
            party=caller.party,
            resolve=_with_obligor(resolve, caller.party, obligor) if obligor else resolve,
            digits=digits_of(sight.book),
            stated=stated,
            mode=mode,
            today=today_of(sight.book, sight.at_ms),
        )
        rows = judge_rows(sight.book, rows, caller.party, sight.at_ms)
        data = [_row_tree(row, site, sight, caller.party, language) for row in rows]
        return {"data": data, "ledger": sight.ledger()}


@router.post(
    "/v1/quotes",
    summary="What an offer would pay for a holding",
    openapi_extra=raw("application/json", '{"holding", "offer", "value_date"}'),
)
def quotes(
    body: Annotated[bytes, Depends(raw_body(10_000))], caller: SignedIn, site: Here
) -> dict[str, Any]:
    """The whole cost before any signature, and what the acceptance must name."""
    asked = codec.read(QuoteRequest, canonical.parse(body))
    with site.reading() as sight:
        visible(sight, Holding, asked.holding, caller)
        visible(sight, Offer, asked.offer, caller)
        holding = need(sight.book, Holding, asked.holding, "/holding")
        offer = need(sight.book, Offer, asked.offer, "/offer")
        if holding.holder != caller.party:
            raise Refused(
                RefusalCode.ACT_BELONGS_TO_ANOTHER_PARTY,
                "Only the holder asks for the price of its holding.",
                place="/holding",
            )
        check_offer(sight.book, holding, offer, sight.at_ms)
        found = quote(sight.book, holding, offer, asked.value_date, sight.at_ms)
        return {
            "data": sight.written(found),
            "accepts": offer.proposal,
            "expect": {holding.id: holding.last_seq, offer.id: offer.last_seq},
            "ledger": sight.ledger(),
        }


def _with_obligor(resolve: Resolve, own: str, obligor: str) -> Resolve:
    """The caller as the document says, and whoever else it names as `obligor`."""

    def named(party: DocumentParty) -> str | None:
        return own if resolve(party) == own else obligor

    return named


def _row_tree(
    row: ImportRow, site: Site, sight: Sight, party: str, language: Language
) -> dict[str, Any]:
    form = WireForm(digits_of(sight.book), {})
    tree: dict[str, Any] = {"file": row.file, "place": row.place}
    if row.document is not None:
        tree["document"] = _document_tree(row.document, form)
    if row.command is None:
        problems = [problem_of(refused, language)[1] for refused in row.refusals]
        return {**tree, "problems": problems}
    draft = site.embedded.desk(party).draft(row.command)
    return {
        **tree,
        "payload": draft.payload,
        "digest": draft.digest,
        "disclosures": draft.disclosed,
    }


def _document_tree(document: InvoiceDocument, form: WireForm) -> dict[str, Any]:
    return {
        "number": document.number,
        "issued": document.issue_date.isoformat(),
        "due": document.due_date.isoformat() if document.due_date else None,
        "seller": document.seller.name,
        "buyer": document.buyer.name,
        "payable": form.write_money(document.amounts.payable),
        "sha256": document.evidence.sha256,
    }
