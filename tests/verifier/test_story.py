"""Packs and sheets that a ledger made, in both verifiers: who may show what, and how it reads."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.packing import make_pack, own
from api.receipts import whole_receipt
from api.sheet.page import sheet
from api.verifier import duebill_verify as second
from ledger.chain.trust import trust_in
from tests.support.story import Story, tell


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A split, a sale, a financing, a payment."""
    with tell(tmp_path_factory.mktemp("story")) as found:
        yield found


def policy(story: Story) -> second.Policy:
    """Who trusts the log."""
    return second.Policy(trust_in(story.box.embedded.log_keys()).text().encode())


def test_packs_of_a_ledger_are_accepted(story: Story) -> None:
    """Evidence for each party of each holding; the sheet says the same as its pack."""
    embedded, parties = story.box.embedded, story.box.parties
    for holding, name in (
        (story.whole, "supplier"),
        (story.kept, "supplier"),
        (story.sold, "second"),
        (story.asked, "core"),
    ):
        pack = make_pack(embedded, holding.id, parties[name], None)
        answer = second.read_shown(pack.data(), policy(story))
        assert (answer["kind"], answer["holding"]) == ("evidence", holding.id)
        page = sheet(own(embedded, pack))
        again = second.read_shown(page, policy(story))
        assert again == answer


def test_receipts_of_a_ledger_are_accepted(story: Story) -> None:
    """Of every entry."""
    embedded = story.box.embedded
    for seq in range(embedded.service.signed.size):
        data = whole_receipt(embedded.store, embedded.service.proof(seq), seq)
        assert second.read_shown(data, policy(story))["entry"] == seq
