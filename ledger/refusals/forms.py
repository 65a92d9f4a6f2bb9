"""What to do about refusals of bytes, texts, keys and fields that are not in their form."""

from __future__ import annotations

from collections.abc import Mapping

REMEDIES: Mapping[str, str] = {
    # bytes that are not what they should be
    "bytes_too_large": "Send less at once; the limit is in the message.",
    "json_invalid": "Send one JSON value in UTF-8, as RFC 8785 writes it.",
    "json_not_canonical": "Encode with RFC 8785 (sorted keys, no blanks).",
    "json_duplicate_key": "Name each key of an object once.",
    "json_number_forbidden": "Write amounts as strings; whole numbers only, within ±(2^53-1).",
    "json_text_forbidden": "Remove surrogates and unassigned code points from the text; keys are ASCII.",
    "json_too_deep": "Nest at most 32 levels.",
    "base64_invalid": "Use base64url without padding, in its one strict form.",
    # keys and signatures
    "key_unsafe": "Make a new Ed25519 or P-256 key with a current library.",
    "key_file_exposed": "Make the key file yours alone: no link, your own, chmod 600.",
    "key_is_locked": "Name the file of its password: --password-file or DUEBILL_PASSWORD_FILE.",
    "signature_invalid": "Sign the exact payload bytes with the named key.",
    "key_unknown": "Bind the key to your party first, or sign with a bound one; the log's own key"
    " is to be with its signer.",
    "envelope_malformed": "Build the envelope as docs/spec/command.md shows it.",
    # fields of a command
    "field_missing": "Add the field; the command's reference lists them all.",
    "field_unknown": "Remove the field; the command's reference lists them all.",
    "field_invalid": "Correct the field as the message says.",
    "disclosure_missing": "Send the disclosure of each sealed field along.",
    "disclosure_does_not_fit": "Send exactly the disclosures whose digests stand in the payload.",
    "document_missing": "Send the rule document along, named by its SHA-256.",
    "record_not_found": "Check the id; you see only what concerns you.",
    "amount_invalid": "Write a decimal string with exactly the currency's minor digits, such as 100.00.",
    "currency_unknown": "Use an ISO 4217 code that the policy lists.",
    "currency_mismatch": "Use one currency throughout.",
    "date_invalid": "Write the date as YYYY-MM-DD, a day that exists.",
    "instant_invalid": "Write the instant in UTC with three decimals, such as 2026-01-02T03:04:05.678Z.",
    "dates_not_in_order": "Give a start that is not after its end.",
    "zone_unknown": "Name an IANA time zone by area and place: Asia/Shanghai.",
    "calendar_does_not_cover": "Adopt a calendar that covers the day, or choose a day inside it.",
}
