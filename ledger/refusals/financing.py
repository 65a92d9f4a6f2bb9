"""What to do about refusals of financing and settlement."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # financing
    "operator_in_principal_leg": "Let a financier or bank do this: whoever runs the ledger holds and moves no money.",
    "programme_is_closed": "Choose an offer of an open programme.",
    "request_is_open": "Withdraw the earlier request for this holding first.",
    "request_is_closed": "It was withdrawn or fulfilled already.",
    "offer_is_closed": "Choose another offer: this one was withdrawn.",
    "offer_has_lapsed": "Ask the financier for a new offer.",
    "financier_is_a_party_to_the_claim": "Choose another financier: nobody buys its own claim or its own debt.",
    "obligor_not_in_programme": "Choose an offer that covers the debts of this obligor.",
    "assurance_too_low": "Let the obligor have its keys attested by a bank or a certificate authority.",
    "holding_is_part_paid": "Split what is outstanding and finance the parts.",
    "offer_amount_exceeded": "Split the holding, or choose an offer for a larger amount.",
    "value_date_out_of_range": "Choose a value date from today on, before the due date and within the policy's period.",
    "value_date_is_no_business_day": "Choose a business day of the ledger's calendar.",
    "value_date_differs": "Instruct for the value date that was accepted.",
    "tenor_is_too_long": "Choose a later value date or another programme.",
    "nothing_would_be_paid": "Choose a lower rate: the discount takes the whole face.",
    "limit_exceeded": "Split the holding, wait until earlier financings end, or choose another financier.",
    "price_differs": "Ask for a quote and sign exactly its price.",
    "account_not_of_holder": "Name an account that the present holder added; money paid elsewhere is claimed back.",
    "financing_has_lapsed": "Accept an offer anew: nothing was instructed in time, or the obligor paid first.",
    "financing_is_closed": "Accept an offer anew: this one failed or ended.",
    "disbursement_not_instructed": "Let the financier instruct the advance first.",
    "disbursement_is_instructed": "Prove the advance or its failure: it is instructed already.",
    "disbursement_is_proven": "Title has moved: act as the present holder.",
    "amount_differs_from_price": "Title moves for exactly the price: settle the difference, or let the financier release.",
    "account_is_not_agreed": "Attest only what was credited to the account that the acceptance names.",
    "attester_is_payer": "Let the payee sign a receipt, or another bank attest: a payer's own word is a claim.",
    "statement_line_is_used": "Name the statement line of this payment: each is evidence once.",
    "payment_date_out_of_range": "Name the day of the credit: not before the contract, not in the future.",
    # settlement
    "disbursement_in_flight": "Prove the advance or its failure, or let the financier release; then record the payment.",
    "payer_is_not_obligor": "Name the obligor of the holding as payer.",
    "payment_is_recorded": "It is on record by other evidence; prove equal payments of one day in one way.",
    "not_the_paying_agent": "Let the bank sign that the acknowledgement names as paying agent.",
}
