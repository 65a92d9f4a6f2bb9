"""The refusals that no submission meets, each with the reason: with the mistakes, all there are."""

from __future__ import annotations

_READER = "only the readers of e-invoices say it, before anything is drafted"
_LOG = "only readers of tiles, notes, proofs and entries say it: a submission carries none"
_EXPORT = "only exports and the verifier's policy file meet it"
_BACKUP = "only a restore says it, of a backup or of what was kept outside"
_KEYS = "only who opens a file of a private key meets it"
_WITNESS = "only a witness says it, which is another program than a ledger"
_AUDIT = "only who audits, or holds a pack against a newer export, meets it"
_HTTP = "only the HTTP interface says it, before or beside a submission"

UNREACHABLE: dict[str, str] = {
    **dict.fromkeys(
        [
            "not_an_invoice",
            "document_malformed",
            "doctype_forbidden",
            "encoding_not_accepted",
            "document_too_complex",
            "archive_unsafe",
            "reader_not_installed",
            "document_incomplete",
            "document_text_forbidden",
            "column_missing",
            "invoice_type_not_accepted",
            "number_was_rounded",
            "document_totals_disagree",
            "nothing_is_payable",
            "due_date_missing",
            "due_before_issue",
            "party_identifier_missing",
        ],
        _READER,
    ),
    **dict.fromkeys(
        [
            "frontier_malformed",
            "tile_malformed",
            "proof_invalid",
            "proof_proves_nothing",
            "note_malformed",
            "note_key_malformed",
            "note_not_signed_by_known_key",
            "checkpoint_malformed",
            "checkpoint_of_other_log",
            "entry_malformed",
            "entry_out_of_order",
            "receipt_malformed",
            "evidence_malformed",
            "pack_malformed",
            "statement_differs",
            "sheet_differs",
            "timestamp_invalid",
            "quorum_not_met",
            "instant_invalid",
        ],
        _LOG,
    ),
    **dict.fromkeys(
        [
            "witness_request_malformed",
            "log_not_witnessed",
            "old_size_differs",
            "witness_state_lost",
        ],
        _WITNESS,
    ),
    **dict.fromkeys(
        ["audit_not_clean", "audit_state_unusable", "export_is_of_another_history"], _AUDIT
    ),
    **dict.fromkeys(["folder_not_empty", "export_malformed", "policy_file_malformed"], _EXPORT),
    **dict.fromkeys(["backup_malformed", "backup_damaged", "outside_head_missing"], _BACKUP),
    **dict.fromkeys(
        [
            "token_missing",
            "token_invalid",
            "token_expired",
            "filter_unknown",
            "cursor_invalid",
            "too_many_lines",
            "pending_is_full",
            "route_unknown",
            "method_not_allowed",
        ],
        _HTTP,
    ),
    **dict.fromkeys(["key_file_exposed", "key_is_locked"], _KEYS),
    "holding_is_not_locked": "an instructed advance keeps its lock until it ends itself",
    "holding_is_not_financed": "title goes back only from the financing that has it",
}
