"""What to do about refusals of the log, its proofs, exports and stores."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # chain
    "frontier_malformed": "Rebuild the state from the log's entries; the stored right edge does not fit its size.",
    "tile_malformed": "Fetch the tile again, at the path tlog-tiles gives it.",
    "proof_invalid": "Ask the log for a new proof, made for exactly the checkpoint that it comes with.",
    "proof_proves_nothing": "Start from a checkpoint of at least one entry; every log extends the empty one.",
    "note_malformed": "Fetch the signed note again, byte for byte.",
    "note_key_malformed": "Copy the verifier key again: name, key id and base64 key, joined by plus signs.",
    "note_not_signed_by_known_key": "Check that the policy names the key that this log signs with today.",
    "checkpoint_malformed": "Fetch the checkpoint again: origin, size and root, one line each.",
    "checkpoint_of_other_log": "Use the checkpoint of the log whose origin your policy names.",
    "entry_malformed": "Fetch the entry again; its format is docs/spec/entry.md.",
    "entry_out_of_order": "Read the entries in their order from the log that numbered them.",
    "receipt_malformed": "Download the receipt again, byte for byte.",
    "evidence_malformed": "Ask for the evidence file again, byte for byte; its format is docs/spec/evidence.md.",
    "pack_malformed": "Ask for the pack again, and keep it byte for byte.",
    "statement_differs": "Ask for the pack again: its parts were not made together.",
    "quorum_not_met": "Wait until enough witnesses have cosigned and fetch the file again, or trust the log alone with a policy that says quorum none.",
    "sheet_differs": "Rely on the pack alone, and have the sheet made from it again.",
    "export_is_of_another_history": "Keep both files as evidence and tell the auditors: the log has shown two histories.",
    "timestamp_invalid": "Have the checkpoint stamped again, or name the roots of the authority that stamped it.",
    # witnesses
    "witness_request_malformed": "Send an old size, a proof, an empty line and the checkpoint, as tlog-witness says.",
    "log_not_witnessed": "Ask the keeper of the witness to add a key of this log.",
    "old_size_differs": "Send the checkpoint with a proof from the size that the witness names.",
    "witness_state_lost": "Retire this witness and make another under a new name: one that forgot or went back may sign a fork.",
    # exports and backups
    "folder_not_empty": "Name a folder that is new or empty.",
    "export_malformed": "Export the log again, or ask who gave you the folder.",
    "policy_file_malformed": "Write a tlog-policy file: a log line with the key, and a quorum line (docs/how-to/run-a-witness.md).",
    "backup_malformed": "Name a folder that duebill backup made, with nothing in it changed.",
    "backup_damaged": "Copy the backup again from where it is kept, or take another one.",
    "outside_head_missing": "Ask parties, auditors or mirrors for their newest receipt or checkpoint of this log.",
    "audit_not_clean": "Look at the findings first: only a log that was found clean, rules included, is cosigned.",
    "audit_state_unusable": "Audit from the start: name a new state file, and keep the old one aside.",
}
