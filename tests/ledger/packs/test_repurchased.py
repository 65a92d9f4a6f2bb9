"""The pack of a holding that its seller bought back: whole, exact, and nobody else's business."""

from __future__ import annotations

from pathlib import Path

from api.sheet.page import check_sheet, sheet
from api.verifier.duebill_verify import Policy, read_shown
from ledger.envelope import read_disclosure
from ledger.money import Money
from ledger.packs.verify import verify_pack
from ledger.receivables.records import Holding
from ledger.recourse.amounts import due_of
from ledger.recourse.records import RecourseClaim, RecourseState
from tests.support.actors import open_stage
from tests.support.founding import found
from tests.support.having import recourse as y
from tests.support.having import recovery as z
from tests.support.having.claims import sure
from tests.support.packs import evidence, trusted


def test_a_pack_shows_each_hand_and_what_each_may_see(tmp_path: Path) -> None:
    """Sold, part recovered from a guarantor, bought back: three hands, and the pack verifies with
    both readers. The financier reads what the guarantor paid, the seller and the obligor do not.
    """
    with open_stage(tmp_path, 7) as s:
        found(s)
        item = y.bought(s)
        financier = s.name_of(item.holder)
        recovered = z.recovery(s, item, Money(1, item.amount.currency))
        sure(s.do(financier, recovered))
        said = sure(s.do(financier, y.notice(s, s.get(Holding, item.id))))
        claim = s.get(RecourseClaim, said.id("rcs"))
        sure(s.do(financier, y.received(s, claim, due_of(s.book, claim))))
        assert s.get(RecourseClaim, claim.id).state is RecourseState.MET
        now = s.get(Holding, item.id)
        seller, obligor = s.name_of(now.holder), s.name_of(now.obligor)
        told = {}
        for name in (financier, seller, obligor):
            pack = evidence(s, item.id, name)
            read = verify_pack(pack.data(), trusted(s))
            second = read_shown(pack.data(), Policy(trusted(s).text().encode()))
            assert second["facts"] == read.statement.facts
            check_sheet(sheet(read), read)
            hands = [(hand["party"], hand["by"]) for hand in read.statement.facts["hands"]]
            assert hands == [
                (now.holder, "acknowledgement"),
                (item.holder, "financing"),
                (now.holder, "repurchase"),
            ]
            shown = [read_disclosure(text) for e in pack.entries for text in e.disclosures]
            told[name] = recovered.reference in str(shown)
        assert told == {financier: True, seller: False, obligor: False}
