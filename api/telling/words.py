"""What a message says of keys, accounts and recoveries, in plain words, English and Chinese.

Names and texts of others stand in quotation marks that they cannot close.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from api.explaining.wording import quoted
from ledger.dates import instant_text
from ledger.keys import from_jwk
from ledger.model.codec import write
from ledger.model.records import Reader
from ledger.parties.commands import Notice
from ledger.parties.records import Account, Delegation, Key, Party, Recovery, Tiding, What
from ledger.refusals.language import Language

SAID: Mapping[What, tuple[str, str]] = {
    What.KEY_BOUND: (
        "Key {subject} of {person} was added; it signs from {when} on.",
        "新增了经办人 {person} 的密钥 {subject}，自 {when} 起可以签名。",
    ),
    What.KEY_ENDS: (
        "Key {subject} of {person} ends; from {when} on it signs nothing.",
        "经办人 {person} 的密钥 {subject} 终止，自 {when} 起不能签名。",
    ),
    What.KEY_ATTESTED: (
        "Somebody vouched for key {subject} of {person}: its assurance class is higher now.",
        "有机构为经办人 {person} 的密钥 {subject} 作证，其保证等级已提高。",
    ),
    What.APPROVAL_SET: (
        "Your approval rule was replaced: how many people must sign what.",
        "贵方的审批规则已被替换：何种行为须由几人签名。",
    ),
    What.ACCOUNT_ADDED: (
        "Account {subject} was added, on which you can be paid: {account}.",
        "新增了收款账户 {subject}：{account}。",
    ),
    What.CONTACT_SET: (
        "Your contact was set: messages go to {address} from now on.",
        "贵方的联系地址已设为 {address}，今后的消息发往该地址。",
    ),
    What.DELEGATION_GRANTED: (
        "Delegation {subject} was granted: key {key} signs {acts}, until {when}.",
        "授予了授权 {subject}：密钥 {key} 可签署 {acts}，至 {when} 为止。",
    ),
    What.DELEGATION_ENDED: (
        "Delegation {subject} of key {key} ends at {when}.",
        "密钥 {key} 的授权 {subject} 于 {when} 终止。",
    ),
    What.RECOVERY_OPENED: (
        (
            "Recovery {subject} of your keys was opened. It may be completed from {when} on; then"
            " these keys take the place of all others{keeps}: {keys}. Until it is completed,"
            " vetoed or over, nothing moves that your keys could move."
        ),
        (
            "已启动对贵方密钥的恢复 {subject}。自 {when} 起可以完成，届时下列密钥将取代其他全部"
            "密钥{keeps}：{keys}。在完成、被否决或失效之前，贵方密钥所能处分的一切均被冻结。"
        ),
    ),
    What.RECOVERY_VETOED: (
        "Recovery {subject} of your keys was vetoed: the keys stay as they were.",
        "对贵方密钥的恢复 {subject} 已被否决，密钥保持不变。",
    ),
    What.RECOVERY_COMPLETED: (
        "Recovery {subject} of your keys was completed.",
        "对贵方密钥的恢复 {subject} 已完成。",
    ),
}
"""What happened, in English and in Chinese."""

_REVOKE = """\
  echo '{{"kid": "{kid}", "reason": "stolen"}}' > revoke.json
  duebill draft key.revoke revoke.json --as {party} --url URL -o revoke.jsonl
  duebill sign revoke.jsonl --key OTHER.pem
  duebill submit revoke.jsonl --url URL"""
_VETO = """\
  echo '{{"recovery": "{recovery}", "reason": "not_lost"}}' > veto.json
  duebill draft recovery.veto veto.json --as {party} --url URL -o veto.jsonl
  duebill sign veto.jsonl --key YOURS.pem
  duebill submit veto.jsonl --url URL"""
_IF_NOT_KEY = (
    (
        "If this was not you, somebody else has a key of yours. Stop it at once with another key,"
        " then open a recovery (how-to: recover a key). The key to stop is {kid}:"
    ),
    (
        "如非贵方所为，则他人持有贵方密钥。请立即用另一把密钥将其停用，然后启动密钥恢复（见操作指南"
        "“recover a key”）。应停用的密钥是 {kid}："
    ),
)
_IF_NOT_OTHER = (
    "If this is not right, ask who signed it, and tell the operator.",
    "如有不符，请向签署方查询，并告知运营方。",
)
_IF_NOT_RECOVERY = (
    "If this was not you, veto before {when}, with any key of yours in force:",
    "如非贵方所为，请在 {when} 之前用任意一把有效密钥否决：",
)
_IF_NOT_COMPLETED = (
    (
        "If this was not you, tell the operator and a regulator at once: they can suspend the party"
        " while it is looked into."
    ),
    "如非贵方所为，请立即告知运营方和监管方：在查明之前，他们可以暂停该参与方。",
)


@dataclass(frozen=True, slots=True)
class Change:
    """What an entry did to `party`, and who signed it; `leaf` is base64url."""

    origin: str
    zone: str
    seq: int
    leaf: str
    at_ms: int
    by: str
    kids: tuple[str, ...]
    party: str
    notice: Notice
    items: tuple[Tiding, ...]


def change_subject(change: Change) -> str:
    """The subject of a mail, in both languages."""
    if change.notice is Notice.RECOVERY:
        return f"Recovery of your keys / 密钥恢复: {change.party}, entry {change.seq}"
    return f"Change of your keys / 密钥变更: {change.party}, entry {change.seq}"


def change_texts(book: Reader, change: Change) -> Mapping[Language, str]:
    """The message in each language. `book` is of this entry or later."""
    return {language: _text(book, change, language) for language in Language}


def clock_text(at_ms: int, zone: str) -> str:
    """An instant as the clock of the legal time zone shows it, to the minute, and the zone."""
    seconds = at_ms // 1000
    return f"{datetime.fromtimestamp(seconds, ZoneInfo(zone)):%Y-%m-%d %H:%M} {zone}"


def _text(book: Reader, change: Change, language: Language) -> str:
    pick = _picker(language)
    said = [
        SAID[item.what][pick].format(**_facts(book, change, item, pick)) for item in change.items
    ]
    signed = (
        (
            f"Ledger {change.origin}, entry {change.seq} of {instant_text(change.at_ms)},"
            f" leaf hash {change.leaf}, signed by {_name(book, change.by)}"
            f" with {', '.join(change.kids) or 'a manifest'}."
        ),
        (
            f"账本 {change.origin}，第 {change.seq} 号记录，{instant_text(change.at_ms)}，"
            f"叶哈希 {change.leaf}，签署方 {_name(book, change.by)}，密钥"
            f" {'、'.join(change.kids) or '清单'}。"
        ),
    )[pick]
    return "\n".join([*said, signed, _advice(change, pick)])


def _picker(language: Language) -> int:
    return list(Language).index(language)


def _facts(book: Reader, change: Change, item: Tiding, pick: int) -> dict[str, str]:
    """What the sentences may name."""
    when = "" if item.when_ms is None else clock_text(item.when_ms, change.zone)
    facts = {"subject": item.subject, "when": when, "address": quoted(item.addresses[0])}
    key = book.get(Key, item.subject)
    account = book.get(Account, item.subject)
    delegation = book.get(Delegation, item.subject)
    recovery = book.get(Recovery, item.subject)
    if key is not None:
        facts["person"] = quoted(key.person)
    if account is not None:
        ending = account.number[-4:]
        facts["account"] = f"{account.currency}, {quoted(account.bank)}, {quoted('…' + ending)}"
    if delegation is not None:
        facts |= {"key": delegation.kid, "acts": ", ".join(delegation.acts)}
    if recovery is not None:
        kept = ", ".join(recovery.keeps)
        but = (f" but {kept}", f"（{kept} 除外）")[pick] if kept else ""
        facts |= {"keys": _keys(recovery), "keeps": but}
    return facts


def _keys(recovery: Recovery) -> str:
    return ", ".join(
        f"{from_jwk(write(new.key)).kid} ({quoted(new.person)})" for new in recovery.keys
    )


def _name(book: Reader, party_id: str) -> str:
    party = book.get(Party, party_id)
    return f"{party_id} ({quoted(party.name)})" if party and party.name else party_id


def _advice(change: Change, pick: int) -> str:
    """What to do when it was not the party itself."""
    what, subject = change.items[0].what, change.items[0].subject
    if what is What.RECOVERY_OPENED:
        when = clock_text(change.items[0].when_ms or 0, change.zone)
        veto = _VETO.format(recovery=subject, party=change.party)
        return f"{_IF_NOT_RECOVERY[pick].format(when=when)}\n{veto}"
    if what is What.RECOVERY_COMPLETED:
        return _IF_NOT_COMPLETED[pick]
    if change.by != change.party or not change.kids:
        return _IF_NOT_OTHER[pick]
    kid = change.kids[0]
    return f"{_IF_NOT_KEY[pick].format(kid=kid)}\n{_REVOKE.format(kid=kid, party=change.party)}"
