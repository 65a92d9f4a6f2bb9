"""The registry (中登网): what a search showed, what was filed, renewed and discharged there.

The registry reviews nothing; its filer answers for what it says. Here too a filing is its filer's
word with the digest of the certificate, which anybody can hold against the registry.
"""

from __future__ import annotations

from ledger.errors import RefusalCode
from ledger.model.records import Reader, Signer, need, refuse_if
from ledger.notices.commands import DischargeFiling, RecordFiling, RecordSearch, RenewFiling
from ledger.notices.decide.checks import (
    check_extent,
    check_grantor,
    check_order,
    check_past,
    known_party,
)
from ledger.notices.events import (
    Event,
    FilingDischarged,
    FilingRecorded,
    FilingRenewed,
    RegistrySearched,
)
from ledger.notices.records import Filing
from ledger.receivables.decide.checks import only
from ledger.receivables.records import Holding, Receivable


def search(book: Reader, command: RecordSearch, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The signer has searched."""
    known_party(book, command.creditor, "/body/creditor")
    if command.obligor is not None:
        known_party(book, command.obligor, "/body/obligor")
    check_past(command.searched_ms, at_ms, "/body/searched_ms")
    searched = RegistrySearched(
        search=by.new_id("sea"),
        searcher=by.party,
        registry_code=command.registry_code,
        creditor=command.creditor,
        obligor=command.obligor,
        searched_ms=command.searched_ms,
        result=command.result,
        found=command.found,
        at_ms=at_ms,
    )
    return (searched,)


def file(book: Reader, command: RecordFiling, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """The signer has filed a right of its own."""
    known_party(book, command.grantor, "/body/grantor")
    refuse_if(
        command.grantor == by.party,
        RefusalCode.GRANTOR_HAS_NO_CLAIM,
        "Nobody grants itself a right.",
        "/body/grantor",
    )
    currency = _check_over(book, command)
    check_extent(command.amount, command.share_ppm, currency)
    check_past(command.filed_ms, at_ms, "/body/filed_ms")
    what = "The filing ends before it begins."
    check_order(command.filed_ms + 1, command.expires_ms, what, "/body/expires_ms")
    over = command.over or command.grantor
    _check_number(book, command, over, by.party)
    recorded = FilingRecorded(
        filing=by.new_id("fil"),
        secured=by.party,
        registry_code=command.registry_code,
        number=command.number,
        kind=command.kind,
        grantor=command.grantor,
        over=over,
        obligor=command.obligor,
        amount=command.amount,
        share_ppm=command.share_ppm,
        filed_ms=command.filed_ms,
        expires_ms=command.expires_ms,
        description=command.description,
        certificate=command.certificate,
        at_ms=at_ms,
    )
    return (recorded,)


def _check_over(book: Reader, command: RecordFiling) -> str | None:
    """What is filed over is there, and the grantor's; its currency, None for all claims."""
    if command.over is None:
        if command.obligor is not None:
            known_party(book, command.obligor, "/body/obligor")
        return None
    refuse_if(
        command.obligor is not None,
        RefusalCode.EXTENT_DOES_NOT_FIT,
        "A holding or receivable has its own obligor.",
        "/body/obligor",
    )
    if command.over.startswith("rcv_"):
        receivable = need(book, Receivable, command.over, "/body/over")
        found = book.find(Holding, receivable=receivable.id)
        refuse_if(
            command.grantor != receivable.creditor
            and not any(command.grantor in item.chain for item in found),
            RefusalCode.GRANTOR_HAS_NO_CLAIM,
            f"The grantor never had a part of {receivable.id}.",
            "/body/grantor",
        )
        return receivable.face.currency
    holding = need(book, Holding, command.over, "/body/over")
    check_grantor(holding, command.grantor)
    return holding.amount.currency


def _check_number(book: Reader, command: RecordFiling, over: str, secured: str) -> None:
    """One number is one filing: by one filer, at one time, once over each thing."""
    for known in book.find(Filing, registry_code=command.registry_code, number=command.number):
        refuse_if(
            (known.secured, known.filed_ms, known.kind)
            != (secured, command.filed_ms, command.kind),
            RefusalCode.FILING_FACTS_DIFFER,
            "The number stands here for another filer, time or kind.",
            "/body/number",
        )
        refuse_if(
            known.over == over,
            RefusalCode.FILING_IS_RECORDED,
            f"{known.id} records it.",
            "/body/number",
        )


def renew(book: Reader, command: RenewFiling, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """It lasts longer; what has expired is filed anew, with a new rank."""
    filing = _own_filing(book, command.filing, by, at_ms)
    what = "A renewal ends later than what it renews."
    check_order(filing.expires_ms + 1, command.expires_ms, what, "/body/expires_ms")
    renewed = FilingRenewed(
        filing=filing.id, expires_ms=command.expires_ms, certificate=command.certificate
    )
    return (renewed,)


def discharge(book: Reader, command: DischargeFiling, by: Signer, at_ms: int) -> tuple[Event, ...]:
    """It is out of the registry."""
    filing = _own_filing(book, command.filing, by, at_ms)
    check_past(command.discharged_ms, at_ms, "/body/discharged_ms")
    what = "It was discharged before it was filed."
    check_order(filing.filed_ms, command.discharged_ms, what, "/body/discharged_ms")
    discharged = FilingDischarged(
        filing=filing.id, discharged_ms=command.discharged_ms, certificate=command.certificate
    )
    return (discharged,)


def _own_filing(book: Reader, filing_id: str, by: Signer, at_ms: int) -> Filing:
    filing = need(book, Filing, filing_id, "/body/filing")
    only(filing.secured, by, "filer")
    refuse_if(
        not filing.is_live(at_ms),
        RefusalCode.FILING_HAS_ENDED,
        f"{filing.id} has expired or was discharged.",
    )
    return filing
