"""Packs of a simulated ledger, and one small story about a claim that is split and funded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ledger.chain.note import NoteSigner, sign_note
from ledger.chain.trust import TrustPolicy, trust_in
from ledger.money import Money
from ledger.packs.build import Moment, certificate_pack, evidence_pack
from ledger.packs.form import Pack
from ledger.receivables import commands as c
from ledger.receivables.records import Holding, Receivable, Transfer
from tests.support import having as h
from tests.support.actors import ORIGIN, Stage
from tests.support.founding import found

RECIPIENT = "Bank of Elsewhere 异地银行"


@dataclass(frozen=True, slots=True)
class Parts:
    """Of a claim that two people acknowledged: `kept`, `sold` to third, `locked` for fund."""

    kept: Holding
    sold: Holding
    locked: Holding


@contextmanager
def moment(stage: Stage, note: str = "") -> Iterator[Moment]:
    """The stage as of now; `note` in place of the one that only the log signed."""
    head = stage.service.signed
    with stage.store.reading() as view:
        yield Moment(view, replace(head, note=note or head.note), stage.clock(), {})


def sign(stage: Stage, body: str) -> str:
    """The log's note over a statement."""
    return sign_note(body, [NoteSigner(ORIGIN, stage.log_key)])


def trusted(stage: Stage) -> TrustPolicy:
    """Who trusts the stage's log and asks for no witness."""
    return trust_in(stage.log_keys)


def evidence(stage: Stage, holding: str, name: str, note: str = "") -> Pack:
    """The evidence pack of a holding for a party of the stage."""
    with moment(stage, note) as now:
        return evidence_pack(now, holding, stage.parties[name], lambda body: sign(stage, body))


def certificate(
    stage: Stage, holding: str, name: str, recipient: str = RECIPIENT, note: str = ""
) -> Pack:
    """The certificate of a locked holding for a party of the stage."""
    with moment(stage, note) as now:
        return certificate_pack(
            now, holding, stage.parties[name], recipient, lambda body: sign(stage, body)
        )


def tell(s: Stage) -> Parts:
    """A founded ledger: a line of a manifest, two people, three parts, a sale, a lock."""
    found(s)
    lines = [h.claim(s, h.line(s, Money(minor, "CNY"))) for minor in (90_000_00, 5_000_00)]
    registered = s.manifest("first", lines)[1]
    claim = s.get(Receivable, h.sure(registered).id("rcv"))
    h.sure(s.do("core", h.acknowledgement(claim, claim.face), claim))
    (whole,) = (item for item in s.all(Holding) if item.receivable == claim.id)
    kept, sold, locked = _split(s, whole, (20_000_00, 30_000_01, 39_999_99))
    price = Money(29_000_00, "CNY")
    offered = h.sure(s.do("first", h.offer_to(s, sold, "third", price=price)))
    h.taken(s, s.get(Transfer, offered.id("trf")))
    under = h.programme(
        s, "fund", limit_obligor=Money(10**9, "CNY"), limit_total=Money(10**9, "CNY")
    )
    offer = h.standing_offer(s, under, rate_ppm=43_500, recourse=c.Recourse.NONE)
    h.sure(s.do("first", *h.acceptance(s, locked, offer)))
    return Parts(*(s.get(Holding, item.id) for item in (kept, sold, locked)))


def _split(s: Stage, whole: Holding, minors: Sequence[int]) -> list[Holding]:
    children = tuple(c.Child(amount=Money(minor, "CNY")) for minor in minors)
    split = h.sure(s.do("first", c.SplitHolding(holding=whole.id, children=children)))
    return [s.get(Holding, split.id("hld", at)) for at in range(len(minors))]
