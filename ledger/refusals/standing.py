"""What to do about refusals of order, time, standing, policy and parties."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # order, time and standing
    "audience_is_another_ledger": "Sign the command for this ledger: aud is its origin.",
    "kind_unknown": "Use a kind and version that the command reference lists.",
    "jti_is_spent": "Draft the command anew, with a new jti.",
    "not_yet_valid": "Set your clock; iat may be 5 minutes ahead at most.",
    "expired": "Draft and sign the command anew.",
    "party_unknown": "Ask the operator to enrol the party first.",
    "key_not_of_party": "Sign with a key that is bound to the party in by.",
    "key_not_in_force": "Sign with a key that is in force now.",
    "approvals_missing": "Let as many different people sign as the party's approval rule asks.",
    "signature_not_needed": "Remove the signatures that the approval rule does not ask for.",
    "manifest_unknown": "Send the signed manifest before its lines.",
    "manifest_proof_invalid": "The line differs from what was signed: correct it and sign it anew.",
    "not_on_manifests": "Sign this command by itself.",
    "record_has_changed": "Read the record again and sign what you then see.",
    "expect_missing": "Name in expect the sequence number of the record as you saw it.",
    "accepted_digest_differs": "Name the digest of the proposal that you accept.",
    "ledger_not_open": "Open the ledger first: duebill init.",
    "ledger_is_open": "A log has one genesis entry, its first.",
    # policy and parties
    "role_missing": "A party with the role must sign; the operator assigns roles.",
    "policy_missing": "The operator adopts a policy first.",
    "rules_unknown": "Use a build that knows these rules.",
    "possession_not_proven": "Let the new key sign the statement of possession for this very command.",
    "key_is_bound": "Make a new key: each key is bound once, to one person.",
    "log_key_is_changing": "Retire the log's old key first; then change it again.",
    "log_key_is_not_leaving": "Name the older of the two keys with which the log signs now.",
    "identifier_invalid": "Check the identifier and its check digits.",
    "identifier_is_taken": "The party is enrolled already: use its id.",
    "party_not_complete": "Give what a party of this kind needs.",
    "certificate_invalid": "Send the chain of a certificate authority that the policy names, key first.",
    "certificate_names_another": "Have the key certified with the registration number as enrolled.",
    "assurance_not_raised": "Only evidence of a higher class changes a key's assurance.",
    "approval_rule_unreachable": "Bind keys for as many people as the rule asks, then set the rule.",
    # delegated keys
    "delegation_does_not_cover": "Sign with a key that may do this, or have the delegation widened.",
    "delegation_cap_exceeded": "Let a key sign that is not limited to less, or wait for the next day.",
    "delegation_is_over": "Let the party delegate to the key again, or sign with another key.",
}
