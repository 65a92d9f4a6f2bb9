"""Who comes first: constellations of claims to one holding of 100.00, and the order that is right.

Times are days; the ranking is that of day 50. An answer lists rank, who, how much in minor units,
and why, the deciding reason first (`WHY` has the full codes; rank 0 has no effect). Where no chain
of hands is named, the supplier is creditor and holder.
"""

from __future__ import annotations

from ledger.notices.commands import InterestKind
from tests.ledger.notices.constellations_of_security import SECURITY
from tests.ledger.notices.shapes import Claim, Constellation, Filed, Step, Told

FACTORING, ASSIGNMENT = InterestKind.FACTORING, InterestKind.ASSIGNMENT
PLEDGE, FIDUCIARY = InterestKind.PLEDGE, InterestKind.FIDUCIARY

WHY = {
    "filed": "filed",
    "notified": "notified",
    "neither": "neither_filed_nor_notified",
    "first": "assignment_notified",
    "untold": "assignment_not_notified",
    "rest": "holder_takes_the_rest",
    "alone": "no_other_claim",
    "void": "pledge_is_not_filed",
    "gives_way": "gives_way_by_agreement",
    "shared": "rank_is_shared",
    "empty": "nothing_is_left",
    "expired": "filing_has_expired",
    "discharged": "filing_was_discharged",
    "taken_back": "notice_was_withdrawn",
}
"""The short words of the table, and the codes that they stand for."""

TABLE = (
    Constellation(
        "The creditor that gave nobody a right takes all.",
        "1 supplier 10000 alone",
    ),
    Constellation(
        "The registry's filing time decides, not the time of the entry.",
        "1 rival 10000 filed | 2 financier 0 filed empty | 3 supplier 0 rest empty",
        (
            Claim("rival", filed=(Filed(5, entered=30),)),
            Claim("financier", filed=(Filed(8, entered=9),)),
        ),
    ),
    Constellation(
        "A factor that filed comes before one whose notice arrived earlier.",
        "1 financier 10000 filed | 2 rival 0 notified empty | 3 supplier 0 rest empty",
        (Claim("rival", told=(Told(2),)), Claim("financier", filed=(Filed(20),))),
    ),
    Constellation(
        "Who filed and was notified ranks by the filing alone.",
        "1 financier 10000 filed | 2 rival 0 filed empty | 3 supplier 0 rest empty",
        (Claim("rival", filed=(Filed(9),), told=(Told(1),)), Claim("financier", filed=(Filed(8),))),
    ),
    Constellation(
        "Two factors, none filed: the first notice to arrive takes all.",
        "1 financier 10000 notified | 2 rival 0 notified empty | 3 supplier 0 rest empty",
        (Claim("rival", told=(Told(7),)), Claim("financier", told=(Told(6),))),
    ),
    Constellation(
        "Two notices in one instant share in proportion to what each financed.",
        "1 financier 2500 notified shared | 1 rival 7500 notified shared | 2 supplier 0 rest empty",
        (
            Claim("rival", told=(Told(6),), due=60_00),
            Claim("financier", told=(Told(6),), due=20_00),
        ),
    ),
    Constellation(
        "Two filings in one instant share in the same way.",
        "1 financier 5000 filed shared | 1 rival 5000 filed shared | 2 supplier 0 rest empty",
        (
            Claim("rival", filed=(Filed(6),), due=30_00),
            Claim("financier", filed=(Filed(6),), due=30_00),
        ),
    ),
    Constellation(
        "Three factors, none filed or notified, share by their financing to the last unit.",
        "1 financier 3334 neither shared | 1 house 3333 neither shared | "
        "1 rival 3333 neither shared | 2 supplier 0 rest empty",
        (Claim("financier", due=10_00), Claim("house", due=10_00), Claim("rival", due=10_00)),
    ),
    Constellation(
        "A notified factor comes before one that is neither filed nor notified.",
        "1 financier 10000 notified | 2 rival 0 neither empty | 3 supplier 0 rest empty",
        (Claim("rival"), Claim("financier", told=(Told(30),))),
    ),
    Constellation(
        "A notice that was given and has not arrived is none.",
        "1 financier 10000 notified | 2 rival 0 neither empty | 3 supplier 0 rest empty",
        (Claim("rival", told=(Told(None),)), Claim("financier", told=(Told(30),))),
    ),
    Constellation(
        "An unfiled pledge does not exist, though its notice was the first.",
        "0 rival 0 void | 1 financier 10000 notified | 2 supplier 0 rest empty",
        (Claim("rival", PLEDGE, told=(Told(1),)), Claim("financier", told=(Told(30),))),
    ),
    Constellation(
        "A pledge filed first comes before a factor filed later.",
        "1 rival 4000 filed | 2 financier 6000 filed | 3 supplier 0 rest empty",
        (
            Claim("rival", PLEDGE, filed=(Filed(3),), amount=40_00),
            Claim("financier", filed=(Filed(4),)),
        ),
    ),
    Constellation(
        "A filing for factoring brings no pledge into being: it is a right of its own.",
        "0 rival 0 void | 1 rival 10000 filed | 2 supplier 0 rest empty",
        (Claim("rival", PLEDGE, due=70_00), Claim("rival", filed=(Filed(4),), asserted=False)),
    ),
    Constellation(
        "Plain assignments alone follow the notice, even against a filing.",
        "1 house 10000 first | 2 second 0 untold empty | 3 supplier 0 rest empty",
        (
            Claim("second", ASSIGNMENT, filed=(Filed(2),)),
            Claim("house", ASSIGNMENT, told=(Told(20),)),
        ),
    ),
    Constellation(
        "A pledge that does not exist leaves plain assignments to the rule of notice.",
        "0 rival 0 void | 1 house 10000 first | 2 second 0 untold empty | 3 supplier 0 rest empty",
        (
            Claim("second", ASSIGNMENT, filed=(Filed(2),)),
            Claim("house", ASSIGNMENT, told=(Told(20),)),
            Claim("rival", PLEDGE),
        ),
    ),
    Constellation(
        "Plain assignments of which nobody was told have no order among them.",
        "1 house 7500 untold shared | 1 second 2500 untold shared | 2 supplier 0 rest empty",
        (Claim("second", ASSIGNMENT, due=1), Claim("house", ASSIGNMENT, due=3)),
    ),
    Constellation(
        "Where factoring is involved, the filing counts for an assignment, too.",
        "1 second 10000 filed | 2 financier 0 notified empty | 3 supplier 0 rest empty",
        (Claim("second", ASSIGNMENT, filed=(Filed(2),)), Claim("financier", told=(Told(1),))),
    ),
    Constellation(
        "A filed factor comes before an assignment that was notified first.",
        "1 financier 10000 filed | 2 second 0 notified empty | 3 supplier 0 rest empty",
        (Claim("second", ASSIGNMENT, told=(Told(1),)), Claim("financier", filed=(Filed(45),))),
    ),
    Constellation(
        "A filing that was discharged and made again ranks by its new time.",
        "1 financier 10000 filed | 2 rival 0 filed empty | 3 supplier 0 rest empty",
        (
            Claim("rival", filed=(Filed(3, discharged=10), Filed(20))),
            Claim("financier", filed=(Filed(8),)),
        ),
    ),
    Constellation(
        "A filing that was discharged and not made again is none.",
        "1 financier 10000 notified | 2 rival 0 neither discharged empty | 3 supplier 0 rest empty",
        (Claim("rival", filed=(Filed(3, discharged=10),)), Claim("financier", told=(Told(8),))),
    ),
    Constellation(
        "From its expiry on a filing is as none, and the notice decides.",
        "1 financier 10000 notified | 2 rival 0 notified expired empty | 3 supplier 0 rest empty",
        (
            Claim("rival", filed=(Filed(3, expires=50),), told=(Told(30),)),
            Claim("financier", told=(Told(8),)),
        ),
    ),
    Constellation(
        "To its last instant a filing stands, and so does one that was renewed.",
        "1 rival 10000 filed | 2 financier 0 filed empty | 3 supplier 0 rest empty",
        (Claim("rival", filed=(Filed(3, expires=51),)), Claim("financier", filed=(Filed(8),))),
    ),
    Constellation(
        "A pledge ends with its filing.",
        "0 rival 0 void expired | 1 supplier 10000 alone",
        (Claim("rival", PLEDGE, filed=(Filed(3, expires=49),)),),
    ),
    Constellation(
        "Two pledges of part take theirs in order, and the holder has the rest.",
        "1 financier 4000 filed | 2 rival 3000 filed | 3 supplier 3000 rest",
        (
            Claim("rival", PLEDGE, filed=(Filed(9),), amount=30_00),
            Claim("financier", PLEDGE, filed=(Filed(4),), amount=40_00),
        ),
    ),
    Constellation(
        "Pledges of more than there is: the later takes what is left.",
        "1 financier 8000 filed | 2 rival 2000 filed | 3 supplier 0 rest empty",
        (
            Claim("rival", PLEDGE, filed=(Filed(9),), amount=70_00),
            Claim("financier", PLEDGE, filed=(Filed(4),), amount=80_00),
        ),
    ),
    Constellation(
        "A right to a share takes that share of what is outstanding.",
        "1 rival 2500 filed | 2 supplier 7500 rest",
        (Claim("rival", PLEDGE, filed=(Filed(9),), share_ppm=250_000),),
    ),
    Constellation(
        "In a shared rank nobody takes more than its right; the other has what is over.",
        "1 financier 8000 notified shared | 1 rival 1000 notified shared | 2 supplier 1000 rest",
        (
            Claim("rival", told=(Told(6),), amount=10_00),
            Claim("financier", told=(Told(6),), amount=80_00),
        ),
    ),
    Constellation(
        "A filing over all claims and one over this claim are ordered by time alone: the first.",
        "1 rival 10000 filed | 2 financier 0 filed empty | 3 supplier 0 rest empty",
        (Claim("rival", filed=(Filed(3, over="all"),)), Claim("financier", filed=(Filed(4),))),
    ),
    Constellation(
        "The same the other way round: the special filing was first.",
        "1 financier 10000 filed | 2 rival 0 filed empty | 3 supplier 0 rest empty",
        (
            Claim("rival", filed=(Filed(5, over="all", on="core"),)),
            Claim("financier", filed=(Filed(4, over="receivable"),)),
        ),
    ),
    Constellation(
        "A filing over all claims on another obligor does not reach this one.",
        "1 financier 10000 notified | 2 rival 0 neither empty | 3 supplier 0 rest empty",
        (
            Claim("rival", filed=(Filed(3, over="all", on="other_core"),)),
            Claim("financier", told=(Told(4),)),
        ),
    ),
    Constellation(
        "A filing whose contract nobody showed still ranks.",
        "1 rival 1500 filed | 2 financier 8500 filed | 3 supplier 0 rest empty",
        (
            Claim("rival", PLEDGE, filed=(Filed(3, amount=15_00),), asserted=False),
            Claim("financier", filed=(Filed(4),)),
        ),
    ),
    Constellation(
        "A filing of an amount bounds the right that was filed.",
        "1 rival 1500 filed | 2 supplier 8500 rest",
        (Claim("rival", PLEDGE, filed=(Filed(3, amount=15_00),), amount=60_00),),
    ),
    Constellation(
        "A fiduciary assignment needs no filing to exist: unfiled it ranks by its notice.",
        "1 rival 6000 notified | 2 financier 4000 notified | 3 supplier 0 rest empty",
        (
            Claim("rival", FIDUCIARY, told=(Told(3),), amount=60_00),
            Claim("financier", told=(Told(4),)),
        ),
    ),
    Constellation(
        "Fiduciary assignment, pledge and factoring are in one order of filing.",
        "1 house 3000 filed | 2 rival 2000 filed | "
        "3 financier 5000 filed | 4 supplier 0 rest empty",
        (
            Claim("rival", FIDUCIARY, filed=(Filed(5),), amount=20_00),
            Claim("house", PLEDGE, filed=(Filed(4),), amount=30_00),
            Claim("financier", filed=(Filed(6),)),
        ),
    ),
    Constellation(
        "A notice that was taken back counts no more.",
        "1 financier 10000 notified | 2 rival 0 neither taken_back empty | 3 supplier 0 rest empty",
        (Claim("rival", told=(Told(3, taken_back=20),)), Claim("financier", told=(Told(30),))),
    ),
    Constellation(
        "A notice that was taken back and given again counts from its second arrival.",
        "1 financier 10000 notified | 2 rival 0 notified empty | 3 supplier 0 rest empty",
        (
            Claim("rival", told=(Told(3, taken_back=20), Told(31))),
            Claim("financier", told=(Told(30),)),
        ),
    ),
    Constellation(
        "A right that its claimant no longer asserts is not in the order.",
        "1 supplier 10000 alone",
        (Claim("rival", told=(Told(3),), withdrawn=True),),
    ),
    Constellation(
        "A transfer here is told by its entry where the obligor receives so: a later notice loses.",
        "1 second 10000 first | 2 house 0 first empty",
        (Claim("house", ASSIGNMENT, told=(Told(11),)),),
        (Step("second", 10),),
        receives_since=1,
    ),
    Constellation(
        "The same, where the obligor designated this ledger only later: the notice wins.",
        "1 house 10000 first | 2 second 0 untold empty",
        (Claim("house", ASSIGNMENT, told=(Told(11),)),),
        (Step("second", 10),),
        receives_since=12,
    ),
    Constellation(
        "Who holds by a transfer comes after a factor that the seller filed before.",
        "1 financier 10000 filed | 2 second 0 notified empty",
        (Claim("financier", filed=(Filed(9),)),),
        (Step("second", 10),),
        receives_since=1,
    ),
    Constellation(
        "Who holds by a transfer may file, too, and then time decides.",
        "1 second 10000 filed | 2 financier 0 filed empty",
        (Claim("financier", filed=(Filed(11),)),),
        (Step("second", 10, filed=(Filed(10),)),),
    ),
    Constellation(
        "A rival of the first transfer does not come before who derives from it.",
        "1 other_core 10000 first | 2 house 0 first empty",
        (Claim("house", ASSIGNMENT, told=(Told(15),)),),
        (Step("second", 10, told=(Told(12),)), Step("other_core", 20, told=(Told(22),))),
    ),
    Constellation(
        "A rival of the second transfer competes with the second alone.",
        "1 house 10000 first | 2 other_core 0 first empty",
        (Claim("house", ASSIGNMENT, told=(Told(15),), grantor="second"),),
        (Step("second", 10, told=(Told(12),)), Step("other_core", 20, told=(Told(22),))),
    ),
    Constellation(
        "Notice of the second transfer is notice of the first.",
        "1 other_core 10000 first | 2 house 0 first empty",
        (Claim("house", ASSIGNMENT, told=(Told(25),)),),
        (Step("second", 10), Step("other_core", 20, told=(Told(22),))),
    ),
    Constellation(
        "Rivals of both transfers: each is ordered where its right was given.",
        "1 house 1000 first | 2 financier 2000 first | "
        "3 other_core 7000 first | 4 rival 0 first empty",
        (
            Claim("house", ASSIGNMENT, told=(Told(11),), amount=10_00),
            Claim("financier", ASSIGNMENT, told=(Told(21),), amount=20_00, grantor="second"),
            Claim("rival", ASSIGNMENT, told=(Told(13),)),
        ),
        (Step("second", 10, told=(Told(12),)), Step("other_core", 20, told=(Told(22),))),
    ),
    Constellation(
        "A holder that pledged what it holds has the rest.",
        "1 rival 3500 filed | 2 second 6500 rest",
        (Claim("rival", PLEDGE, filed=(Filed(30),), amount=35_00, grantor="second"),),
        (Step("second", 10, told=(Told(12),)),),
    ),
    Constellation(
        "The financier that holds is a factor: its filing beats one that is not filed.",
        "1 financier 10000 filed | 2 rival 0 notified empty",
        (Claim("rival", told=(Told(2),)),),
        (Step("financier", 10, FACTORING, filed=(Filed(9),), told=(Told(9),)),),
    ),
    Constellation(
        "The financier that holds and never filed comes after a factor that did.",
        "1 rival 10000 filed | 2 financier 0 notified empty",
        (Claim("rival", filed=(Filed(30),)),),
        (Step("financier", 10, FACTORING, told=(Told(9),)),),
    ),
    Constellation(
        "A financier that holds shares with a factor where neither filed nor notified.",
        "1 financier 5263 neither shared | 1 rival 4737 neither shared",
        (Claim("rival", due=90_00),),
        (Step("financier", 10, FACTORING),),
    ),
    Constellation(
        "A pledge of 130.00 over what was split reaches its second part with what the first left.",
        "1 rival 3000 filed | 2 financier 7000 filed | 3 supplier 0 rest empty",
        (
            Claim("rival", PLEDGE, filed=(Filed(3, over="whole"),), amount=130_00, over="whole"),
            Claim("financier", filed=(Filed(4),)),
        ),
        is_part=True,
    ),
    Constellation(
        "A pledge of 80.00 over what was split has all it needs in the first part.",
        "1 rival 0 filed | 2 financier 10000 filed | 3 supplier 0 rest empty",
        (
            Claim("rival", PLEDGE, filed=(Filed(3, over="whole"),), amount=80_00, over="whole"),
            Claim("financier", filed=(Filed(4),)),
        ),
        is_part=True,
    ),
    Constellation(
        "A court's freeze binds whoever comes first and changes no rank.",
        "1 financier 10000 filed | 2 supplier 0 rest empty",
        (Claim("financier", filed=(Filed(4),)),),
        frozen_until=(50, 60),
    ),
    *SECURITY,
)
