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

REMEDIES_ZH: Mapping[str, str] = {
    # bytes that are not what they should be
    "bytes_too_large": "请减少单次提交的内容，上限见提示信息。",
    "json_invalid": "请提交一个 UTF-8 编码、符合 RFC 8785 的 JSON 值。",
    "json_not_canonical": "请按 RFC 8785 编码（键排序、无空白）。",
    "json_duplicate_key": "同一对象中每个键只写一次。",
    "json_number_forbidden": "金额请写成字符串；数字只能是 ±(2^53-1) 以内的整数。",
    "json_text_forbidden": "请去除文本中的代理码位和未分配码位；键只用 ASCII。",
    "json_too_deep": "嵌套请勿超过 32 层。",
    "base64_invalid": "请使用不带填充的 base64url，且为其唯一的严格形式。",
    # keys and signatures
    "key_unsafe": "请用当前的密码库新建 Ed25519 或 P-256 密钥。",
    "key_file_exposed": "请让密钥文件只归您本人：非链接、属主为您、权限 chmod 600。",
    "key_is_locked": "请指明口令文件：--password-file 或 DUEBILL_PASSWORD_FILE。",
    "signature_invalid": "请用所列密钥对载荷原字节签名。",
    "key_unknown": "请先将密钥绑定到您的参与方，或改用已绑定的密钥签名；日志密钥应在其签名进程处。",
    "envelope_malformed": "请按 docs/spec/command.md 构造信封。",
    # fields of a command
    "field_missing": "请补上该字段；命令参考列有全部字段。",
    "field_unknown": "请删除该字段；命令参考列有全部字段。",
    "field_invalid": "请按提示更正该字段。",
    "disclosure_missing": "请随附每个密封字段的披露。",
    "disclosure_does_not_fit": "请只随附摘要见于载荷的那些披露，一项不多、一项不少。",
    "document_missing": "请随附以 SHA-256 指明的规则文件。",
    "record_not_found": "请核对编号；您只能看到与您有关的记录。",
    "amount_invalid": "请写成十进制字符串，小数位数与币种一致，例如 100.00。",
    "currency_unknown": "请使用规则所列的 ISO 4217 币种代码。",
    "currency_mismatch": "请全部使用同一币种。",
    "date_invalid": "日期请写成 YYYY-MM-DD，且须真实存在。",
    "instant_invalid": "时刻请用 UTC 并带三位小数，例如 2026-01-02T03:04:05.678Z。",
    "dates_not_in_order": "起始不得晚于结束。",
    "zone_unknown": "请用 IANA 时区名（地区/地点），例如 Asia/Shanghai。",
    "calendar_does_not_cover": "请采用涵盖该日的日历，或选择日历范围内的日期。",
}
