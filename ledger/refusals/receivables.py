"""What to do about refusals of invoices, receivables, holdings and transfers."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # receivables
    "act_belongs_to_another_party": "Let the party sign that the message names.",
    "party_lacks_role": "Name a party that has the role; the operator assigns roles.",
    "invoice_is_named_twice": "Name each invoice once, with all that is used of it.",
    "invoice_is_of_another_seller": "Check the number: another seller uses it; ask the operator if the invoice is yours.",
    "invoice_facts_differ": "State buyer, amounts, currency and issue date as they were stated first.",
    "invoice_is_used_up": "Use at most what earlier receivables, prepayments and credit notes leave of the invoice.",
    "invoice_has_too_many_proposals": "Let the creditor answer the proposed issues of this invoice first.",
    "term_is_too_long": "Agree on a due date within the policy's term.",
    "receivable_awaits_its_creditor": "The obligor proposed it: the creditor signs for it or declines.",
    "receivable_awaits_its_obligor": "The creditor registered it: the obligor acknowledges or rejects it.",
    "receivable_is_acknowledged": "Act on its holdings: an acknowledgement is irrevocable.",
    "receivable_is_closed": "Register or issue it anew.",
    "issue_has_lapsed": "Ask the obligor to propose the issue anew.",
    "acknowledgement_is_requested": "Wait: the obligor's clock is running since the first request.",
    "amount_exceeds_face": "Acknowledge at most what was registered.",
    "paying_agent_does_not_fit": "Name a bank other than the obligor exactly when pay_to says that there is a paying agent.",
    "holding_is_closed": "Act on the holdings that came after it, if any.",
    "holding_is_locked": "Wait until its financing ends or lets go of it.",
    "holding_is_pending": "Rescind the proposed transfer, or wait for its answer.",
    "holding_is_financed": "It is repaid or repurchased first.",
    "holding_is_not_locked": "Lock the holding for the financing first.",
    "holding_is_not_financed": "Name the financing that has it.",
    "holding_is_frozen": "Split the free part off, or wait until the court lifts the freeze.",
    "holding_is_disputed": "Split the part off that is in no dispute, or have the dispute resolved.",
    "holding_is_encumbered": "Split the free part off, or have the secured party release it.",
    "redemption_is_under_way": "Wait for the day of payment: until it is over nothing changes hands.",
    "amount_is_frozen": "Record what is not frozen; pay the rest as the court orders.",
    "split_not_consented": "Transfer or finance it whole: the obligor did not consent to pay several holders.",
    "too_many_children": "Split into fewer parts; the policy has the number.",
    "too_many_holdings": "Split into fewer parts: the policy bounds the open holdings of a receivable.",
    "child_is_too_small": "Make each part as large as the policy asks.",
    "children_do_not_sum": "Choose parts that add up to exactly what is outstanding on the holding.",
    "transferee_is_holder": "Name another party.",
    "too_many_hops": "Hold it until it is paid, or finance it.",
    "deadline_out_of_range": "Choose a deadline in the future and within the policy's period.",
    "transfer_has_lapsed": "Ask the holder to propose the transfer anew.",
    "transfer_is_closed": "It was answered or taken back already.",
    "nothing_to_lapse": "Name only what is open though its time is over.",
    "payment_does_not_fit": "List legs above zero, one for each holding, all of one receivable.",
    "payment_exceeds_outstanding": "Discharge at most what is outstanding; the rest is the payer's.",
}
