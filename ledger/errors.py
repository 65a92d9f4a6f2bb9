"""How the ledger says no: one closed list of refusal codes, and the tree of errors.

    LedgerError
    ├── Refused          the caller's bytes, document or command cannot be taken; nothing changed
    ├── Repeated         the same command was taken before: its first receipt still holds
    ├── OutcomeUnknown   a commit failed half-way: ask again with the same command to find out
    ├── Halted           the stored log does not fit itself or its signed head: writing stops
    └── Unavailable      the ledger cannot be opened or is busy: try later

The first split is who is at fault: the caller (`Refused`), nobody yet (`OutcomeUnknown`), the
store or its keeper (`Halted`, `Unavailable`).

Codes are sentences. Each carries its remedy: what the person who reads it can do. When several
things are wrong the first in the order of the deciding function is named, so that the same
command always hears the same code. `docs/reference/refusals.md` lists them; a test keeps that
page, this list and the table of HTTP statuses equal.
"""

from __future__ import annotations

from enum import Enum


class RefusalCode(Enum):
    """The closed list of reasons to refuse. `code.value` is the wire name, `code.remedy` what to do."""

    remedy: str

    def __new__(cls, name: str, remedy: str) -> RefusalCode:
        member = object.__new__(cls)
        member._value_ = name
        member.remedy = remedy
        return member

    # -- bytes that are not what they should be ------------------------------------------------
    BYTES_TOO_LARGE = ("bytes_too_large", "Send less at once; the limit is in the message.")
    JSON_INVALID = ("json_invalid", "Send one JSON value in UTF-8, as RFC 8785 writes it.")
    JSON_NOT_CANONICAL = ("json_not_canonical", "Encode with RFC 8785 (sorted keys, no blanks).")
    JSON_DUPLICATE_KEY = ("json_duplicate_key", "Name each key of an object once.")
    JSON_NUMBER_FORBIDDEN = (
        "json_number_forbidden",
        "Write amounts as strings; whole numbers only, within ±(2^53-1).",
    )
    JSON_TEXT_FORBIDDEN = (
        "json_text_forbidden",
        "Remove surrogates and unassigned code points from the text; keys are ASCII.",
    )
    JSON_TOO_DEEP = ("json_too_deep", "Nest at most 32 levels.")
    BASE64_INVALID = ("base64_invalid", "Use base64url without padding, in its one strict form.")
    # -- keys and signatures --------------------------------------------------------------------
    KEY_UNSAFE = ("key_unsafe", "Make a new Ed25519 or P-256 key with a current library.")
    SIGNATURE_INVALID = ("signature_invalid", "Sign the exact payload bytes with the named key.")
    KEY_UNKNOWN = ("key_unknown", "Bind the key to your party first, or sign with a bound one.")
    ENVELOPE_MALFORMED = (
        "envelope_malformed",
        "Build the envelope as docs/spec/command.md shows it.",
    )
    # -- chain ----------------------------------------------------------------------------------
    FRONTIER_MALFORMED = (
        "frontier_malformed",
        "Rebuild the state from the log's entries; the stored right edge does not fit its size.",
    )
    TILE_MALFORMED = ("tile_malformed", "Fetch the tile again, at the path tlog-tiles gives it.")
    PROOF_INVALID = (
        "proof_invalid",
        "Ask the log for a new proof, made for exactly the checkpoint that it comes with.",
    )
    PROOF_PROVES_NOTHING = (
        "proof_proves_nothing",
        "Start from a checkpoint of at least one entry; every log extends the empty one.",
    )
    NOTE_MALFORMED = ("note_malformed", "Fetch the signed note again, byte for byte.")
    NOTE_KEY_MALFORMED = (
        "note_key_malformed",
        "Copy the verifier key again: name, key id and base64 key, joined by plus signs.",
    )
    NOTE_NOT_SIGNED_BY_KNOWN_KEY = (
        "note_not_signed_by_known_key",
        "Check that the policy names the key that this log signs with today.",
    )
    CHECKPOINT_MALFORMED = (
        "checkpoint_malformed",
        "Fetch the checkpoint again: origin, size and root, one line each.",
    )
    CHECKPOINT_OF_OTHER_LOG = (
        "checkpoint_of_other_log",
        "Use the checkpoint of the log whose origin your policy names.",
    )
    ENTRY_MALFORMED = (
        "entry_malformed",
        "Fetch the entry again; its format is docs/spec/entry.md.",
    )
    ENTRY_OUT_OF_ORDER = (
        "entry_out_of_order",
        "Read the entries in their order from the log that numbered them.",
    )
    RECEIPT_MALFORMED = ("receipt_malformed", "Download the receipt again, byte for byte.")
    # -- fields of a command ---------------------------------------------------------------------
    FIELD_MISSING = ("field_missing", "Add the field; the command's reference lists them all.")
    FIELD_UNKNOWN = ("field_unknown", "Remove the field; the command's reference lists them all.")
    FIELD_INVALID = ("field_invalid", "Correct the field as the message says.")
    DISCLOSURE_MISSING = ("disclosure_missing", "Send the disclosure of each sealed field along.")
    DISCLOSURE_DOES_NOT_FIT = (
        "disclosure_does_not_fit",
        "Send exactly the disclosures whose digests stand in the payload.",
    )
    DOCUMENT_MISSING = ("document_missing", "Send the rule document along, named by its SHA-256.")
    RECORD_NOT_FOUND = ("record_not_found", "Check the id; you see only what concerns you.")
    AMOUNT_INVALID = (
        "amount_invalid",
        "Write a decimal string with exactly the currency's minor digits, such as 100.00.",
    )
    CURRENCY_UNKNOWN = ("currency_unknown", "Use an ISO 4217 code that the policy lists.")
    CURRENCY_MISMATCH = ("currency_mismatch", "Use one currency throughout.")
    DATE_INVALID = ("date_invalid", "Write the date as YYYY-MM-DD, a day that exists.")
    INSTANT_INVALID = (
        "instant_invalid",
        "Write the instant in UTC with three decimals, such as 2026-01-02T03:04:05.678Z.",
    )
    DATES_NOT_IN_ORDER = ("dates_not_in_order", "Give a start that is not after its end.")
    ZONE_UNKNOWN = ("zone_unknown", "Name an IANA time zone by area and place: Asia/Shanghai.")
    CALENDAR_DOES_NOT_COVER = (
        "calendar_does_not_cover",
        "Adopt a calendar that covers the day, or choose a day inside it.",
    )
    # -- order, time and standing --------------------------------------------------------------
    AUDIENCE_IS_ANOTHER_LEDGER = (
        "audience_is_another_ledger",
        "Sign the command for this ledger: aud is its origin.",
    )
    KIND_UNKNOWN = ("kind_unknown", "Use a kind and version that the command reference lists.")
    JTI_IS_SPENT = ("jti_is_spent", "Draft the command anew, with a new jti.")
    NOT_YET_VALID = ("not_yet_valid", "Set your clock; iat may be 5 minutes ahead at most.")
    EXPIRED = ("expired", "Draft and sign the command anew.")
    PARTY_UNKNOWN = ("party_unknown", "Ask the operator to enrol the party first.")
    KEY_NOT_OF_PARTY = ("key_not_of_party", "Sign with a key that is bound to the party in by.")
    KEY_NOT_IN_FORCE = ("key_not_in_force", "Sign with a key that is in force now.")
    APPROVALS_MISSING = (
        "approvals_missing",
        "Let as many different people sign as the party's approval rule asks.",
    )
    SIGNATURE_NOT_NEEDED = (
        "signature_not_needed",
        "Remove the signatures that the approval rule does not ask for.",
    )
    MANIFEST_UNKNOWN = ("manifest_unknown", "Send the signed manifest before its lines.")
    MANIFEST_PROOF_INVALID = (
        "manifest_proof_invalid",
        "The line differs from what was signed: correct it and sign it anew.",
    )
    NOT_ON_MANIFESTS = ("not_on_manifests", "Sign this command by itself.")
    RECORD_HAS_CHANGED = (
        "record_has_changed",
        "Read the record again and sign what you then see.",
    )
    EXPECT_MISSING = (
        "expect_missing",
        "Name in expect the sequence number of the record as you saw it.",
    )
    ACCEPTED_DIGEST_DIFFERS = (
        "accepted_digest_differs",
        "Name the digest of the proposal that you accept.",
    )
    LEDGER_NOT_OPEN = ("ledger_not_open", "Open the ledger first: duebill init.")
    LEDGER_IS_OPEN = ("ledger_is_open", "A log has one genesis entry, its first.")
    # -- e-invoices: what cannot be read ---------------------------------------------------------
    NOT_AN_INVOICE = (
        "not_an_invoice",
        "Send an invoice: 数电票 XML, UBL 2.1, CII D16B, Factur-X or ZUGFeRD 2 PDF, CSV or XLSX.",
    )
    DOCUMENT_MALFORMED = ("document_malformed", "The file is damaged: ask its issuer for it again.")
    DOCTYPE_FORBIDDEN = ("doctype_forbidden", "Send the XML without a document type declaration.")
    ENCODING_NOT_ACCEPTED = ("encoding_not_accepted", "Save the file as UTF-8 or GB18030.")
    DOCUMENT_TOO_COMPLEX = (
        "document_too_complex",
        "Split the document; limits are in the message.",
    )
    ARCHIVE_UNSAFE = ("archive_unsafe", "Save the workbook anew with a spreadsheet program.")
    READER_NOT_INSTALLED = ("reader_not_installed", "Install the optional reader that is named.")
    DOCUMENT_INCOMPLETE = ("document_incomplete", "Ask the issuer for a document that states it.")
    DOCUMENT_TEXT_FORBIDDEN = (
        "document_text_forbidden",
        "Ask for the text without control, direction or invisible characters, and shorter.",
    )
    COLUMN_MISSING = ("column_missing", "Name the column in the column map, or add it.")
    # -- e-invoices: what may not be registered --------------------------------------------------
    INVOICE_IS_VOID = ("invoice_is_void", "Register the invoice that replaced it.")
    INVOICE_IS_ALREADY_ASSIGNED = (
        "invoice_is_already_assigned",
        "Pay and ask its payee: the claim was assigned or financed before.",
    )
    INVOICE_IS_A_CREDIT_NOTE = (
        "invoice_is_a_credit_note",
        "Record it as a credit note against the invoice that it reduces.",
    )
    INVOICE_IS_A_PREPAYMENT = (
        "invoice_is_a_prepayment",
        "Register the final invoice, once goods or services are delivered.",
    )
    INVOICE_TYPE_NOT_ACCEPTED = (
        "invoice_type_not_accepted",
        "Send an invoice of a type that docs/samples/README.md lists.",
    )
    NUMBER_WAS_ROUNDED = (
        "number_was_rounded",
        "Export the table again with the number column formatted as text.",
    )
    DOCUMENT_TOTALS_DISAGREE = (
        "document_totals_disagree",
        "Ask the issuer for a corrected invoice.",
    )
    NOTHING_IS_PAYABLE = ("nothing_is_payable", "Register only invoices with an amount due.")
    DUE_DATE_MISSING = ("due_date_missing", "State the due date when you sign.")
    DUE_BEFORE_ISSUE = (
        "due_before_issue",
        "Correct the due date: it is not before the issue date.",
    )
    DUE_DATE_HAS_PASSED = ("due_date_has_passed", "Collect it: an overdue claim is not registered.")
    ISSUED_IN_THE_FUTURE = ("issued_in_the_future", "Register it on its issue date or later.")
    SELLER_IS_BUYER = ("seller_is_buyer", "Register only invoices between two different parties.")
    PARTY_IDENTIFIER_MISSING = (
        "party_identifier_missing",
        "Ask for an invoice with the registration or tax number of both parties.",
    )
    # -- policy and parties ------------------------------------------------------------------------
    ROLE_MISSING = ("role_missing", "A party with the role must sign; the operator assigns roles.")
    POLICY_MISSING = ("policy_missing", "The operator adopts a policy first.")
    RULES_UNKNOWN = ("rules_unknown", "Use a build that knows these rules.")
    POSSESSION_NOT_PROVEN = (
        "possession_not_proven",
        "Let the new key sign the statement of possession for this very command.",
    )
    KEY_IS_BOUND = ("key_is_bound", "Make a new key: each key is bound once, to one person.")
    IDENTIFIER_INVALID = ("identifier_invalid", "Check the identifier and its check digits.")
    IDENTIFIER_IS_TAKEN = ("identifier_is_taken", "The party is enrolled already: use its id.")
    PARTY_NOT_COMPLETE = ("party_not_complete", "Give what a party of this kind needs.")
    ASSURANCE_NOT_RAISED = (
        "assurance_not_raised",
        "Only evidence of a higher class changes a key's assurance.",
    )
    APPROVAL_RULE_UNREACHABLE = (
        "approval_rule_unreachable",
        "Bind keys for as many people as the rule asks, then set the rule.",
    )
    # -- receivables -------------------------------------------------------------------------------
    ACT_BELONGS_TO_ANOTHER_PARTY = (
        "act_belongs_to_another_party",
        "Let the party sign that the message names.",
    )
    PARTY_LACKS_ROLE = (
        "party_lacks_role",
        "Name a party that has the role; the operator assigns roles.",
    )
    INVOICE_IS_NAMED_TWICE = (
        "invoice_is_named_twice",
        "Name each invoice once, with all that is used of it.",
    )
    INVOICE_IS_OF_ANOTHER_SELLER = (
        "invoice_is_of_another_seller",
        "Check the number: another seller uses it; ask the operator if the invoice is yours.",
    )
    INVOICE_FACTS_DIFFER = (
        "invoice_facts_differ",
        "State buyer, amounts, currency and issue date as they were stated first.",
    )
    INVOICE_IS_USED_UP = (
        "invoice_is_used_up",
        "Use at most what earlier receivables, prepayments and credit notes leave of the invoice.",
    )
    INVOICE_HAS_TOO_MANY_PROPOSALS = (
        "invoice_has_too_many_proposals",
        "Let the creditor answer the proposed issues of this invoice first.",
    )
    TERM_IS_TOO_LONG = ("term_is_too_long", "Agree on a due date within the policy's term.")
    RECEIVABLE_AWAITS_ITS_CREDITOR = (
        "receivable_awaits_its_creditor",
        "The obligor proposed it: the creditor signs for it or declines.",
    )
    RECEIVABLE_AWAITS_ITS_OBLIGOR = (
        "receivable_awaits_its_obligor",
        "The creditor registered it: the obligor acknowledges or rejects it.",
    )
    RECEIVABLE_IS_ACKNOWLEDGED = (
        "receivable_is_acknowledged",
        "Act on its holdings: an acknowledgement is irrevocable.",
    )
    RECEIVABLE_IS_CLOSED = ("receivable_is_closed", "Register or issue it anew.")
    ISSUE_HAS_LAPSED = ("issue_has_lapsed", "Ask the obligor to propose the issue anew.")
    ACKNOWLEDGEMENT_IS_REQUESTED = (
        "acknowledgement_is_requested",
        "Wait: the obligor's clock is running since the first request.",
    )
    AMOUNT_EXCEEDS_FACE = ("amount_exceeds_face", "Acknowledge at most what was registered.")
    PAYING_AGENT_DOES_NOT_FIT = (
        "paying_agent_does_not_fit",
        "Name a paying agent exactly when pay_to says that there is one.",
    )
    HOLDING_IS_CLOSED = ("holding_is_closed", "Act on the holdings that came after it, if any.")
    HOLDING_IS_LOCKED = ("holding_is_locked", "Wait until its financing ends or lets go of it.")
    HOLDING_IS_PENDING = (
        "holding_is_pending",
        "Rescind the proposed transfer, or wait for its answer.",
    )
    HOLDING_IS_FINANCED = ("holding_is_financed", "It is repaid or repurchased first.")
    HOLDING_IS_NOT_LOCKED = ("holding_is_not_locked", "Lock the holding for the financing first.")
    HOLDING_IS_NOT_FINANCED = ("holding_is_not_financed", "Name the financing that has it.")
    SPLIT_NOT_CONSENTED = (
        "split_not_consented",
        "Transfer or finance it whole: the obligor did not consent to pay several holders.",
    )
    TOO_MANY_CHILDREN = ("too_many_children", "Split into fewer parts; the policy has the number.")
    TOO_MANY_HOLDINGS = (
        "too_many_holdings",
        "Split into fewer parts: the policy bounds the open holdings of a receivable.",
    )
    CHILD_IS_TOO_SMALL = ("child_is_too_small", "Make each part as large as the policy asks.")
    CHILDREN_DO_NOT_SUM = (
        "children_do_not_sum",
        "Choose parts that add up to exactly what is outstanding on the holding.",
    )
    TRANSFEREE_IS_HOLDER = ("transferee_is_holder", "Name another party.")
    TOO_MANY_HOPS = ("too_many_hops", "Hold it until it is paid, or finance it.")
    DEADLINE_OUT_OF_RANGE = (
        "deadline_out_of_range",
        "Choose a deadline in the future and within the policy's period.",
    )
    TRANSFER_HAS_LAPSED = ("transfer_has_lapsed", "Ask the holder to propose the transfer anew.")
    TRANSFER_IS_CLOSED = ("transfer_is_closed", "It was answered or taken back already.")
    NOTHING_TO_LAPSE = ("nothing_to_lapse", "Name only what is open though its time is over.")
    PAYMENT_DOES_NOT_FIT = (
        "payment_does_not_fit",
        "List legs above zero, one for each holding, all of one receivable.",
    )
    PAYMENT_EXCEEDS_OUTSTANDING = (
        "payment_exceeds_outstanding",
        "Discharge at most what is outstanding; the rest is the payer's.",
    )
    # -- financing ---------------------------------------------------------------------------------
    OPERATOR_IN_PRINCIPAL_LEG = (
        "operator_in_principal_leg",
        "Let a financier or bank do this: whoever runs the ledger holds and moves no money.",
    )
    PROGRAMME_IS_CLOSED = ("programme_is_closed", "Choose an offer of an open programme.")
    REQUEST_IS_OPEN = ("request_is_open", "Withdraw the earlier request for this holding first.")
    REQUEST_IS_CLOSED = ("request_is_closed", "It was withdrawn or fulfilled already.")
    OFFER_IS_CLOSED = ("offer_is_closed", "Choose another offer: this one was withdrawn.")
    OFFER_HAS_LAPSED = ("offer_has_lapsed", "Ask the financier for a new offer.")
    FINANCIER_IS_A_PARTY_TO_THE_CLAIM = (
        "financier_is_a_party_to_the_claim",
        "Choose another financier: nobody buys its own claim or its own debt.",
    )
    OBLIGOR_NOT_IN_PROGRAMME = (
        "obligor_not_in_programme",
        "Choose an offer that covers the debts of this obligor.",
    )
    ASSURANCE_TOO_LOW = (
        "assurance_too_low",
        "Let the obligor have its keys attested by a bank or a certificate authority.",
    )
    HOLDING_IS_PART_PAID = (
        "holding_is_part_paid",
        "Split what is outstanding and finance the parts.",
    )
    OFFER_AMOUNT_EXCEEDED = (
        "offer_amount_exceeded",
        "Split the holding, or choose an offer for a larger amount.",
    )
    VALUE_DATE_OUT_OF_RANGE = (
        "value_date_out_of_range",
        "Choose a value date from today on, before the due date and within the policy's period.",
    )
    VALUE_DATE_IS_NO_BUSINESS_DAY = (
        "value_date_is_no_business_day",
        "Choose a business day of the ledger's calendar.",
    )
    VALUE_DATE_DIFFERS = ("value_date_differs", "Instruct for the value date that was accepted.")
    TENOR_IS_TOO_LONG = ("tenor_is_too_long", "Choose a later value date or another programme.")
    NOTHING_WOULD_BE_PAID = (
        "nothing_would_be_paid",
        "Choose a lower rate: the discount takes the whole face.",
    )
    LIMIT_EXCEEDED = (
        "limit_exceeded",
        "Split the holding, wait until earlier financings end, or choose another financier.",
    )
    PRICE_DIFFERS = ("price_differs", "Ask for a quote and sign exactly its price.")
    ACCOUNT_NOT_OF_HOLDER = (
        "account_not_of_holder",
        "Name an account that the present holder added; money paid elsewhere is claimed back.",
    )
    FINANCING_HAS_LAPSED = (
        "financing_has_lapsed",
        "Accept an offer anew: nothing was instructed in time, or the obligor paid first.",
    )
    FINANCING_IS_CLOSED = ("financing_is_closed", "Accept an offer anew: this one failed or ended.")
    DISBURSEMENT_NOT_INSTRUCTED = (
        "disbursement_not_instructed",
        "Let the financier instruct the advance first.",
    )
    DISBURSEMENT_IS_INSTRUCTED = (
        "disbursement_is_instructed",
        "Prove the advance or its failure: it is instructed already.",
    )
    DISBURSEMENT_IS_PROVEN = (
        "disbursement_is_proven",
        "Title has moved: act as the present holder.",
    )
    AMOUNT_DIFFERS_FROM_PRICE = (
        "amount_differs_from_price",
        "Title moves for exactly the price: settle the difference, or let the financier release.",
    )
    ACCOUNT_IS_NOT_AGREED = (
        "account_is_not_agreed",
        "Attest only what was credited to the account that the acceptance names.",
    )
    ATTESTER_IS_PAYER = (
        "attester_is_payer",
        "Let the payee sign a receipt, or another bank attest: a payer's own word is a claim.",
    )
    STATEMENT_LINE_IS_USED = (
        "statement_line_is_used",
        "Name the statement line of this payment: each is evidence once.",
    )
    PAYMENT_DATE_OUT_OF_RANGE = (
        "payment_date_out_of_range",
        "Name the day of the credit: not before the contract, not in the future.",
    )
    # -- settlement --------------------------------------------------------------------------------
    DISBURSEMENT_IN_FLIGHT = (
        "disbursement_in_flight",
        "Prove the advance or its failure, or let the financier release; then record the payment.",
    )
    PAYER_IS_NOT_OBLIGOR = ("payer_is_not_obligor", "Name the obligor of the holding as payer.")
    PAYMENT_IS_RECORDED = (
        "payment_is_recorded",
        "It is on record by other evidence; prove equal payments of one day in one way.",
    )
    NOT_THE_PAYING_AGENT = (
        "not_the_paying_agent",
        "Let the bank sign that the acknowledgement names as paying agent.",
    )
    # -- exports -----------------------------------------------------------------------------------
    FOLDER_NOT_EMPTY = ("folder_not_empty", "Name a folder that is new or empty.")
    EXPORT_MALFORMED = ("export_malformed", "Export the log again, or ask who gave you the folder.")
    POLICY_FILE_MALFORMED = (
        "policy_file_malformed",
        "Write a tlog-policy file: a log line with the key, and quorum none.",
    )
    # -- reading and sending over HTTP ---------------------------------------------------------------
    TOKEN_MISSING = ("token_missing", "Send Authorization: Bearer with a token that you signed.")
    TOKEN_INVALID = (
        "token_invalid",
        "Sign a new token with a key in force, as docs/spec/token.md shows it.",
    )
    TOKEN_EXPIRED = ("token_expired", "Sign a new token: one lasts at most 10 minutes.")
    FILTER_UNKNOWN = ("filter_unknown", "Filter by the fields that the message lists.")
    CURSOR_INVALID = ("cursor_invalid", "Use next_cursor of the page before, or none.")
    TOO_MANY_LINES = ("too_many_lines", "Send the lines in several batches, in their order.")
    ROUTE_UNKNOWN = ("route_unknown", "Look the path up in /openapi.json.")
    METHOD_NOT_ALLOWED = ("method_not_allowed", "Look the method up in /openapi.json.")


class LedgerError(Exception):
    """Root of everything the ledger raises on purpose."""


class Refused(LedgerError):
    """The input is refused and nothing changed.

    `code` is one of the closed list, `detail` one sentence that says what happened, `place`
    where (a JSON pointer, an element path, ``row 7, column 金额``), `file` which file if one of
    several. The remedy belongs to the code.
    """

    def __init__(self, code: RefusalCode, detail: str, *, place: str = "", file: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.place = place
        self.file = file

    def __str__(self) -> str:
        where = ", ".join(part for part in (self.file, self.place) if part)
        return (
            f"{self.code.value}: {self.detail}{f' ({where})' if where else ''} {self.code.remedy}"
        )


class Repeated(LedgerError):
    """The very same command is in the log already, at `seq`. Nothing changed."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"this command is entry {seq}")
        self.seq = seq


class OutcomeUnknown(LedgerError):
    """The commit failed in a way that leaves open whether it happened. Retry the same command."""


class Halted(LedgerError):
    """The store contradicts itself or its signed head. Nothing is written or signed any more."""


class Unavailable(LedgerError):
    """The ledger cannot be used now: locked by another process, full, or overloaded."""
