"""UNTDID 1001 document type codes, sorted by what they mean for a receivables ledger.

The groups follow EN 16931-1 BT-3 and its code list; the French variants 471 to 473 and 500 to 503
are in UNTDID since release D22B. A code in no group is not accepted.
"""

from __future__ import annotations

INVOICE = "380"
CREDIT_NOTE = "381"

CREDIT_TYPES = frozenset(
    ["81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"]
)
"""Credit notes of all kinds: they reduce a claim and never make one."""

FACTORED_TYPES = frozenset(["393", "396", "472", "473", "501", "502"])
"""Factored invoices and credit notes: the claim was assigned when the document was issued."""

PREPAYMENT_TYPES = frozenset(["386", "500", "503"])
"""Prepayment invoices: nothing was delivered yet, so no claim is due for what they name."""

ACCEPTED_TYPES = (
    # Commercial, corrected (it names the invoice it replaces), tax, hire, lease, consignment;
    frozenset(["380", "384", "387", "388", "394", "395"])
    # debit notes, metered services, payment requests, partial and construction invoices;
    | frozenset(["80", "82", "84", "130", "204", "218", "219", "326", "383", "875", "876", "877"])
    # self-billed: the buyer issued it, which acknowledges the debt all the better.
    | frozenset(["389", "471"])
)
"""Types that evidence a claim of the seller on the buyer."""
