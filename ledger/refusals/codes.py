"""The closed list of refusal codes. To add one: its line here, its remedies in the area's file.

Code and remedy belong together, in English and in Chinese; a test finds a code without its two
remedies and a remedy without a code.
"""

from __future__ import annotations

from enum import Enum

from ledger.refusals import (
    alerts,
    burdens,
    changes,
    documents,
    doors,
    financing,
    forms,
    logs,
    notices,
    receivables,
    recourse,
    standing,
)
from ledger.refusals.language import Language

_AREAS = (
    alerts,
    burdens,
    changes,
    documents,
    doors,
    financing,
    forms,
    logs,
    notices,
    receivables,
    recourse,
    standing,
)
_REMEDIES: dict[Language, dict[str, str]] = {
    Language.ENGLISH: {code: said for area in _AREAS for code, said in area.REMEDIES.items()},
    Language.CHINESE: {code: said for area in _AREAS for code, said in area.REMEDIES_ZH.items()},
}


class RefusalCode(Enum):
    """The closed list of reasons to refuse. `code.value` is the wire name."""

    # -- bytes that are not what they should be
    BYTES_TOO_LARGE = "bytes_too_large"
    JSON_INVALID = "json_invalid"
    JSON_NOT_CANONICAL = "json_not_canonical"
    JSON_DUPLICATE_KEY = "json_duplicate_key"
    JSON_NUMBER_FORBIDDEN = "json_number_forbidden"
    JSON_TEXT_FORBIDDEN = "json_text_forbidden"
    JSON_TOO_DEEP = "json_too_deep"
    BASE64_INVALID = "base64_invalid"
    # -- keys and signatures
    KEY_UNSAFE = "key_unsafe"
    KEY_FILE_EXPOSED = "key_file_exposed"
    KEY_IS_LOCKED = "key_is_locked"
    SIGNATURE_INVALID = "signature_invalid"
    KEY_UNKNOWN = "key_unknown"
    ENVELOPE_MALFORMED = "envelope_malformed"
    # -- chain
    FRONTIER_MALFORMED = "frontier_malformed"
    TILE_MALFORMED = "tile_malformed"
    PROOF_INVALID = "proof_invalid"
    PROOF_PROVES_NOTHING = "proof_proves_nothing"
    NOTE_MALFORMED = "note_malformed"
    NOTE_KEY_MALFORMED = "note_key_malformed"
    NOTE_NOT_SIGNED_BY_KNOWN_KEY = "note_not_signed_by_known_key"
    CHECKPOINT_MALFORMED = "checkpoint_malformed"
    CHECKPOINT_OF_OTHER_LOG = "checkpoint_of_other_log"
    ENTRY_MALFORMED = "entry_malformed"
    ENTRY_OUT_OF_ORDER = "entry_out_of_order"
    RECEIPT_MALFORMED = "receipt_malformed"
    EVIDENCE_MALFORMED = "evidence_malformed"
    PACK_MALFORMED = "pack_malformed"
    STATEMENT_DIFFERS = "statement_differs"
    QUORUM_NOT_MET = "quorum_not_met"
    SHEET_DIFFERS = "sheet_differs"
    EXPORT_IS_OF_ANOTHER_HISTORY = "export_is_of_another_history"
    TIMESTAMP_INVALID = "timestamp_invalid"
    # -- witnesses
    WITNESS_REQUEST_MALFORMED = "witness_request_malformed"
    LOG_NOT_WITNESSED = "log_not_witnessed"
    OLD_SIZE_DIFFERS = "old_size_differs"
    WITNESS_STATE_LOST = "witness_state_lost"
    # -- fields of a command
    FIELD_MISSING = "field_missing"
    FIELD_UNKNOWN = "field_unknown"
    FIELD_INVALID = "field_invalid"
    DISCLOSURE_MISSING = "disclosure_missing"
    DISCLOSURE_DOES_NOT_FIT = "disclosure_does_not_fit"
    DOCUMENT_MISSING = "document_missing"
    RECORD_NOT_FOUND = "record_not_found"
    AMOUNT_INVALID = "amount_invalid"
    CURRENCY_UNKNOWN = "currency_unknown"
    CURRENCY_MISMATCH = "currency_mismatch"
    DATE_INVALID = "date_invalid"
    INSTANT_INVALID = "instant_invalid"
    DATES_NOT_IN_ORDER = "dates_not_in_order"
    ZONE_UNKNOWN = "zone_unknown"
    CALENDAR_DOES_NOT_COVER = "calendar_does_not_cover"
    # -- order, time and standing
    AUDIENCE_IS_ANOTHER_LEDGER = "audience_is_another_ledger"
    KIND_UNKNOWN = "kind_unknown"
    JTI_IS_SPENT = "jti_is_spent"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    PARTY_UNKNOWN = "party_unknown"
    KEY_NOT_OF_PARTY = "key_not_of_party"
    KEY_NOT_IN_FORCE = "key_not_in_force"
    APPROVALS_MISSING = "approvals_missing"
    SIGNATURE_NOT_NEEDED = "signature_not_needed"
    MANIFEST_UNKNOWN = "manifest_unknown"
    MANIFEST_PROOF_INVALID = "manifest_proof_invalid"
    NOT_ON_MANIFESTS = "not_on_manifests"
    RECORD_HAS_CHANGED = "record_has_changed"
    EXPECT_MISSING = "expect_missing"
    ACCEPTED_DIGEST_DIFFERS = "accepted_digest_differs"
    LEDGER_NOT_OPEN = "ledger_not_open"
    LEDGER_IS_OPEN = "ledger_is_open"
    # -- e-invoices: what cannot be read
    NOT_AN_INVOICE = "not_an_invoice"
    DOCUMENT_MALFORMED = "document_malformed"
    DOCTYPE_FORBIDDEN = "doctype_forbidden"
    ENCODING_NOT_ACCEPTED = "encoding_not_accepted"
    DOCUMENT_TOO_COMPLEX = "document_too_complex"
    ARCHIVE_UNSAFE = "archive_unsafe"
    READER_NOT_INSTALLED = "reader_not_installed"
    DOCUMENT_INCOMPLETE = "document_incomplete"
    DOCUMENT_TEXT_FORBIDDEN = "document_text_forbidden"
    COLUMN_MISSING = "column_missing"
    # -- e-invoices: what may not be registered
    INVOICE_IS_VOID = "invoice_is_void"
    INVOICE_IS_ALREADY_ASSIGNED = "invoice_is_already_assigned"
    INVOICE_IS_A_CREDIT_NOTE = "invoice_is_a_credit_note"
    INVOICE_IS_A_PREPAYMENT = "invoice_is_a_prepayment"
    INVOICE_TYPE_NOT_ACCEPTED = "invoice_type_not_accepted"
    NUMBER_WAS_ROUNDED = "number_was_rounded"
    DOCUMENT_TOTALS_DISAGREE = "document_totals_disagree"
    NOTHING_IS_PAYABLE = "nothing_is_payable"
    DUE_DATE_MISSING = "due_date_missing"
    DUE_BEFORE_ISSUE = "due_before_issue"
    DUE_DATE_HAS_PASSED = "due_date_has_passed"
    ISSUED_IN_THE_FUTURE = "issued_in_the_future"
    SELLER_IS_BUYER = "seller_is_buyer"
    PARTY_IDENTIFIER_MISSING = "party_identifier_missing"
    # -- policy and parties
    ROLE_MISSING = "role_missing"
    POLICY_MISSING = "policy_missing"
    RULES_UNKNOWN = "rules_unknown"
    POSSESSION_NOT_PROVEN = "possession_not_proven"
    KEY_IS_BOUND = "key_is_bound"
    LOG_KEY_IS_CHANGING = "log_key_is_changing"
    LOG_KEY_IS_NOT_LEAVING = "log_key_is_not_leaving"
    IDENTIFIER_INVALID = "identifier_invalid"
    IDENTIFIER_IS_TAKEN = "identifier_is_taken"
    PARTY_NOT_COMPLETE = "party_not_complete"
    CERTIFICATE_INVALID = "certificate_invalid"
    CERTIFICATE_NAMES_ANOTHER = "certificate_names_another"
    ASSURANCE_NOT_RAISED = "assurance_not_raised"
    APPROVAL_RULE_UNREACHABLE = "approval_rule_unreachable"
    # -- delegated keys
    DELEGATION_DOES_NOT_COVER = "delegation_does_not_cover"
    DELEGATION_CAP_EXCEEDED = "delegation_cap_exceeded"
    DELEGATION_IS_OVER = "delegation_is_over"
    # -- recovery of keys
    RECOVERY_IS_OPEN = "recovery_is_open"
    RECOVERY_IS_WAITING = "recovery_is_waiting"
    RECOVERY_IS_OVER = "recovery_is_over"
    # -- conduct
    PARTY_IS_SUSPENDED = "party_is_suspended"
    PARTY_IS_NOT_SUSPENDED = "party_is_not_suspended"
    LICENCE_NOT_IN_FORCE = "licence_not_in_force"
    SCREENING_MISSING = "screening_missing"
    SCREENING_HIT = "screening_hit"
    PARTY_IS_INSOLVENT = "party_is_insolvent"
    PARTY_IS_NOT_INSOLVENT = "party_is_not_insolvent"
    # -- receivables
    ACT_BELONGS_TO_ANOTHER_PARTY = "act_belongs_to_another_party"
    PARTY_LACKS_ROLE = "party_lacks_role"
    INVOICE_IS_NAMED_TWICE = "invoice_is_named_twice"
    INVOICE_IS_OF_ANOTHER_SELLER = "invoice_is_of_another_seller"
    INVOICE_FACTS_DIFFER = "invoice_facts_differ"
    INVOICE_IS_USED_UP = "invoice_is_used_up"
    INVOICE_HAS_TOO_MANY_PROPOSALS = "invoice_has_too_many_proposals"
    TERM_IS_TOO_LONG = "term_is_too_long"
    TERM_NEEDS_A_REASON = "term_needs_a_reason"
    BASIS_NEEDS_A_CLAUSE = "basis_needs_a_clause"
    LATE_INTEREST_BELOW_FLOOR = "late_interest_below_floor"
    DUE_DATE_DIFFERS = "due_date_differs"
    OBLIGOR_IS_SUSPENDED = "obligor_is_suspended"
    QUOTA_EXCEEDED = "quota_exceeded"
    PARTY_IS_IN_A_GROUP = "party_is_in_a_group"
    RECEIVABLE_AWAITS_ITS_CREDITOR = "receivable_awaits_its_creditor"
    RECEIVABLE_AWAITS_ITS_OBLIGOR = "receivable_awaits_its_obligor"
    RECEIVABLE_IS_ACKNOWLEDGED = "receivable_is_acknowledged"
    RECEIVABLE_IS_CLOSED = "receivable_is_closed"
    ISSUE_HAS_LAPSED = "issue_has_lapsed"
    ACKNOWLEDGEMENT_IS_REQUESTED = "acknowledgement_is_requested"
    AMOUNT_EXCEEDS_FACE = "amount_exceeds_face"
    PAYING_AGENT_DOES_NOT_FIT = "paying_agent_does_not_fit"
    HOLDING_IS_CLOSED = "holding_is_closed"
    HOLDING_IS_LOCKED = "holding_is_locked"
    HOLDING_IS_PENDING = "holding_is_pending"
    HOLDING_IS_FINANCED = "holding_is_financed"
    HOLDING_IS_NOT_LOCKED = "holding_is_not_locked"
    HOLDING_IS_NOT_FINANCED = "holding_is_not_financed"
    HOLDING_IS_FROZEN = "holding_is_frozen"
    HOLDING_IS_DISPUTED = "holding_is_disputed"
    HOLDING_IS_ENCUMBERED = "holding_is_encumbered"
    REDEMPTION_IS_UNDER_WAY = "redemption_is_under_way"
    AMOUNT_IS_FROZEN = "amount_is_frozen"
    SPLIT_NOT_CONSENTED = "split_not_consented"
    TOO_MANY_CHILDREN = "too_many_children"
    TOO_MANY_HOLDINGS = "too_many_holdings"
    CHILD_IS_TOO_SMALL = "child_is_too_small"
    CHILDREN_DO_NOT_SUM = "children_do_not_sum"
    TRANSFEREE_IS_HOLDER = "transferee_is_holder"
    TOO_MANY_HOPS = "too_many_hops"
    DEADLINE_OUT_OF_RANGE = "deadline_out_of_range"
    TRANSFER_HAS_LAPSED = "transfer_has_lapsed"
    TRANSFER_IS_CLOSED = "transfer_is_closed"
    NOTHING_TO_LAPSE = "nothing_to_lapse"
    PAYMENT_DOES_NOT_FIT = "payment_does_not_fit"
    PAYMENT_EXCEEDS_OUTSTANDING = "payment_exceeds_outstanding"
    # -- alerts and the status of invoices
    ALERT_IS_CLOSED = "alert_is_closed"
    ALERT_IS_NOT_CLEARED = "alert_is_not_cleared"
    INVOICE_IS_RED = "invoice_is_red"
    INVOICE_STATUS_IS_MISSING = "invoice_status_is_missing"
    INVOICE_STATUS_IS_OLD = "invoice_status_is_old"
    # -- security and freezes
    BURDEN_EXCEEDS_HOLDING = "burden_exceeds_holding"
    HOLDING_HAS_ANOTHER_HOLDER = "holding_has_another_holder"
    SECURED_PARTY_DOES_NOT_FIT = "secured_party_does_not_fit"
    ENCUMBRANCE_HAS_LAPSED = "encumbrance_has_lapsed"
    ENCUMBRANCE_IS_CLOSED = "encumbrance_is_closed"
    RELEASE_DOES_NOT_FIT = "release_does_not_fit"
    FREEZE_EXCEEDS_ORDER = "freeze_exceeds_order"
    FREEZE_IS_RECORDED = "freeze_is_recorded"
    FREEZE_HAS_LAPSED = "freeze_has_lapsed"
    FREEZE_IS_LIFTED = "freeze_is_lifted"
    # -- financing
    OPERATOR_IN_PRINCIPAL_LEG = "operator_in_principal_leg"
    PROGRAMME_IS_CLOSED = "programme_is_closed"
    REQUEST_IS_OPEN = "request_is_open"
    REQUEST_IS_CLOSED = "request_is_closed"
    OFFER_IS_CLOSED = "offer_is_closed"
    OFFER_HAS_LAPSED = "offer_has_lapsed"
    FINANCIER_IS_A_PARTY_TO_THE_CLAIM = "financier_is_a_party_to_the_claim"
    OBLIGOR_NOT_IN_PROGRAMME = "obligor_not_in_programme"
    ASSURANCE_TOO_LOW = "assurance_too_low"
    HOLDING_IS_PART_PAID = "holding_is_part_paid"
    OFFER_AMOUNT_EXCEEDED = "offer_amount_exceeded"
    VALUE_DATE_OUT_OF_RANGE = "value_date_out_of_range"
    VALUE_DATE_IS_NO_BUSINESS_DAY = "value_date_is_no_business_day"
    VALUE_DATE_DIFFERS = "value_date_differs"
    TENOR_IS_TOO_LONG = "tenor_is_too_long"
    NOTHING_WOULD_BE_PAID = "nothing_would_be_paid"
    LIMIT_EXCEEDED = "limit_exceeded"
    PRICE_DIFFERS = "price_differs"
    ACCOUNT_NOT_OF_HOLDER = "account_not_of_holder"
    FINANCING_HAS_LAPSED = "financing_has_lapsed"
    FINANCING_IS_CLOSED = "financing_is_closed"
    DISBURSEMENT_NOT_INSTRUCTED = "disbursement_not_instructed"
    DISBURSEMENT_IS_INSTRUCTED = "disbursement_is_instructed"
    DISBURSEMENT_IS_PROVEN = "disbursement_is_proven"
    AMOUNT_DIFFERS_FROM_PRICE = "amount_differs_from_price"
    ACCOUNT_IS_NOT_AGREED = "account_is_not_agreed"
    ATTESTER_IS_PAYER = "attester_is_payer"
    STATEMENT_LINE_IS_USED = "statement_line_is_used"
    PAYMENT_DATE_OUT_OF_RANGE = "payment_date_out_of_range"
    # -- fees
    FEE_NOT_ON_SCHEDULE = "fee_not_on_schedule"
    FEE_EXCEEDS_SCHEDULE = "fee_exceeds_schedule"
    FEE_IS_WAIVED = "fee_is_waived"
    # -- notices and the registry
    RECEIVER_IS_DESIGNATED = "receiver_is_designated"
    DESIGNATION_IS_REVOKED = "designation_is_revoked"
    BASIS_DOES_NOT_FIT = "basis_does_not_fit"
    VOUCHER_MISSING = "voucher_missing"
    NOTICE_IS_GIVEN = "notice_is_given"
    NOTICE_HAS_ARRIVED = "notice_has_arrived"
    NOTICE_IS_WITHDRAWN = "notice_is_withdrawn"
    STATED_TIME_IS_IN_THE_FUTURE = "stated_time_is_in_the_future"
    EXTENT_DOES_NOT_FIT = "extent_does_not_fit"
    GRANTOR_HAS_NO_CLAIM = "grantor_has_no_claim"
    FILING_IS_RECORDED = "filing_is_recorded"
    FILING_FACTS_DIFFER = "filing_facts_differ"
    FILING_HAS_ENDED = "filing_has_ended"
    INTEREST_IS_WITHDRAWN = "interest_is_withdrawn"
    REGISTRATION_REQUIRED = "registration_required"
    SEARCH_IS_OLD = "search_is_old"
    NOTICE_HAS_NOT_ARRIVED = "notice_has_not_arrived"
    # -- disputes and changes
    DISPUTE_EXCEEDS_DEBT = "dispute_exceeds_debt"
    DISPUTE_IS_CLOSED = "dispute_is_closed"
    MORE_THAN_DISPUTED = "more_than_disputed"
    CHANGE_HAS_LAPSED = "change_has_lapsed"
    CHANGE_IS_CLOSED = "change_is_closed"
    ANSWER_IS_GIVEN = "answer_is_given"
    CREDIT_NOTE_IS_RECORDED = "credit_note_is_recorded"
    NOTE_EXCEEDS_INVOICE = "note_exceeds_invoice"
    PART_DOES_NOT_FIT = "part_does_not_fit"
    NOTHING_WOULD_CHANGE = "nothing_would_change"
    COUNTERCLAIM_IS_ON_A_STRANGER = "counterclaim_is_on_a_stranger"
    COUNTERCLAIM_IS_NOT_DUE = "counterclaim_is_not_due"
    COUNTERCLAIM_CAME_TOO_LATE = "counterclaim_came_too_late"
    DEFENCES_ARE_WAIVED = "defences_are_waived"
    NOTHING_TO_CLAIM = "nothing_to_claim"
    CLAIM_IS_EXCEEDED = "claim_is_exceeded"
    CORRECTED_COMMAND_DIFFERS = "corrected_command_differs"
    COMMAND_IS_CORRECTED = "command_is_corrected"
    COMPENSATION_IS_MISSING = "compensation_is_missing"
    # -- settlement
    DISBURSEMENT_IN_FLIGHT = "disbursement_in_flight"
    PAYER_IS_NOT_OBLIGOR = "payer_is_not_obligor"
    PAYMENT_IS_RECORDED = "payment_is_recorded"
    NOT_THE_PAYING_AGENT = "not_the_paying_agent"
    PAYMENT_IS_REVERSED = "payment_is_reversed"
    PAYEE_IS_NOT_ASTRAY = "payee_is_not_astray"
    MISDIRECTED_IS_CLOSED = "misdirected_is_closed"
    INSTRUCTION_DIFFERS = "instruction_differs"
    INSTRUCTION_IS_CLOSED = "instruction_is_closed"
    REDEMPTION_IS_NOT_DUE = "redemption_is_not_due"
    REDEMPTION_LIST_DIFFERS = "redemption_list_differs"
    SURPLUS_EXCEEDED = "surplus_exceeded"
    # -- recourse
    RECOURSE_IS_EXCLUDED = "recourse_is_excluded"
    RECOURSE_IS_OPEN = "recourse_is_open"
    RECOURSE_GROUND_MISSING = "recourse_ground_missing"
    RECOURSE_AMOUNT_DIFFERS = "recourse_amount_differs"
    RECOURSE_EXCEEDED = "recourse_exceeded"
    RECOURSE_IS_PART_PAID = "recourse_is_part_paid"
    RECOURSE_IS_CLOSED = "recourse_is_closed"
    DEFAULT_IS_DECLARED = "default_is_declared"
    DEFAULT_GROUND_MISSING = "default_ground_missing"
    DEFAULT_IS_LIFTED = "default_is_lifted"
    RECOVERY_PAYER_DOES_NOT_FIT = "recovery_payer_does_not_fit"
    RECOVERY_EXCEEDED = "recovery_exceeded"
    WRITE_OFF_EXCEEDED = "write_off_exceeded"
    WRITE_OFF_IS_REVERSED = "write_off_is_reversed"
    # -- exports and backups
    FOLDER_NOT_EMPTY = "folder_not_empty"
    EXPORT_MALFORMED = "export_malformed"
    POLICY_FILE_MALFORMED = "policy_file_malformed"
    BACKUP_MALFORMED = "backup_malformed"
    BACKUP_DAMAGED = "backup_damaged"
    OUTSIDE_HEAD_MISSING = "outside_head_missing"
    AUDIT_NOT_CLEAN = "audit_not_clean"
    AUDIT_STATE_UNUSABLE = "audit_state_unusable"
    # -- reading and sending over HTTP
    TOKEN_MISSING = "token_missing"
    TOKEN_INVALID = "token_invalid"
    TOKEN_EXPIRED = "token_expired"
    FILTER_UNKNOWN = "filter_unknown"
    CURSOR_INVALID = "cursor_invalid"
    TOO_MANY_LINES = "too_many_lines"
    ROUTE_UNKNOWN = "route_unknown"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    PENDING_IS_FULL = "pending_is_full"

    @property
    def remedy(self) -> str:
        """What the person who reads it can do, in one English sentence."""
        return self.remedy_in(Language.ENGLISH)

    def remedy_in(self, language: Language) -> str:
        """What the person who reads it can do, in one sentence of `language`."""
        return _REMEDIES[language][self.value]
