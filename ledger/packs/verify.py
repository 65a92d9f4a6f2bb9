"""What a receipt, a pack or a certificate proves, offline, to who trusts a policy file.

The order of the checks is that of docs/spec/receipt.md: form; the head that a trusted log signed,
and the quorum; each entry and its place in the tree; the statement and what it counts; disclosures;
signatures. Origin, size and root always come from the note that was verified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger import canonical
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.entry import Entry, read_entry
from ledger.chain.note import base64_decode
from ledger.chain.proof import verify_inclusion
from ledger.chain.receipt import State, check_place, parse_receipt
from ledger.chain.trust import NO_QUORUM, Opened, TrustPolicy
from ledger.envelope import Envelope, read_envelope
from ledger.errors import RefusalCode, Refused
from ledger.packs.form import Pack, PackEntry, read_pack, read_texts
from ledger.packs.signatures import check_signatures
from ledger.packs.statement import Statement, disclosed_digest, read_statement

_RECEIPT = frozenset({"disclosures", "entry", "proof"})


@dataclass(frozen=True, slots=True)
class Proven:
    """The signed head that a proof stands under, as a policy file sees it.

    `cosigned` are the witnesses by their names in the file, with their times (seconds since
    1970); `auditors` those of them whose cosignature says that they replayed the rules.
    """

    checkpoint: Checkpoint
    state: State
    cosigned: Mapping[str, int]
    auditors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """One entry, of this command, under this head."""

    head: Proven
    entry: Entry
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class VerifiedPack:
    """A pack whose every part was verified; `entries` and `envelopes` by sequence number."""

    head: Proven
    pack: Pack
    statement: Statement
    entries: tuple[Entry, ...]
    envelopes: tuple[Envelope, ...]


def verify_receipt_file(data: bytes, policy: TrustPolicy) -> VerifiedReceipt:
    """What the receipt file in `data` proves. Raises `Refused`, whatever the bytes.

    Whether its command was rightly signed and decided is for a pack, or an audit.
    """
    tree = canonical.decode(data)
    if not isinstance(tree, dict) or tree.keys() != _RECEIPT:
        raise _malformed(f"A receipt is an object of exactly {', '.join(sorted(_RECEIPT))}.")
    if not isinstance(tree["entry"], str) or not isinstance(tree["proof"], str):
        raise _malformed("The entry or the proof is not a text.")
    entry = read_entry(base64_decode(tree["entry"], RefusalCode.RECEIPT_MALFORMED))
    texts = read_texts(tree["disclosures"], "/disclosures", RefusalCode.RECEIPT_MALFORMED)
    proof = parse_receipt(tree["proof"])
    if proof.extra:
        raise _malformed("The proof has extra data, which nothing authenticates.")
    origin = _origin_in(proof.checkpoint)
    opened = policy.open(proof.checkpoint, origin)
    check_place(proof, entry, opened.checkpoint)
    return VerifiedReceipt(proven(opened, policy), entry, _envelope(entry, texts, origin))


def verify_pack(data: bytes, policy: TrustPolicy) -> VerifiedPack:
    """What the pack or certificate in `data` proves. Raises `Refused`, whatever the bytes.

    `statement_differs` means that its parts were not made together.
    """
    pack = read_pack(data)
    origin = _origin_in(pack.checkpoint)
    head = proven(policy.open(pack.checkpoint, origin), policy)
    entries = _in_tree(pack.entries, head.checkpoint)
    statement = read_statement(pack.statement, policy.log_keys(), head.checkpoint)
    if statement.seqs != tuple(entry.seq for entry in entries):
        raise _differs("The statement counts other entries than those of the pack.")
    if statement.disclosed != disclosed_digest(pack.entries):
        raise _differs("The statement counts other disclosures than those of the pack.")
    envelopes = tuple(
        _envelope(entry, packed.disclosures, origin)
        for entry, packed in zip(entries, pack.entries, strict=True)
    )
    check_signatures(envelopes)
    return VerifiedPack(head, pack, statement, entries, envelopes)


def proven(opened: Opened, policy: TrustPolicy) -> Proven:
    """The head of a verified note. Raises `Refused` (`quorum_not_met`) where the policy asks more.

    The state is `witnessed` only where the policy asks for somebody.
    """
    if not opened.witnessed:
        names = ", ".join(sorted(opened.cosigned)) or "nobody"
        raise Refused(
            RefusalCode.QUORUM_NOT_MET,
            f"The log signed the head, and of the policy's witnesses {names[:200]} cosigned it.",
        )
    auditors = (line.name for line in policy.witnesses if line.replays_rules)
    return Proven(
        opened.checkpoint,
        State.INCLUDED if policy.quorum == NO_QUORUM else State.WITNESSED,
        opened.cosigned,
        tuple(name for name in auditors if name in opened.cosigned),
    )


def _in_tree(packed: tuple[PackEntry, ...], head: Checkpoint) -> tuple[Entry, ...]:
    entries: list[Entry] = []
    for item in packed:
        entry = read_entry(item.data)
        if entries and entry.seq <= entries[-1].seq:
            raise Refused(
                RefusalCode.ENTRY_OUT_OF_ORDER,
                f"Entry {entry.seq} stands after entry {entries[-1].seq} in the pack.",
            )
        verify_inclusion(entry.seq, head.size, entry.leaf, item.proof, head.root)
        entries.append(entry)
    return tuple(entries)


def _envelope(entry: Entry, texts: tuple[str, ...], origin: str) -> Envelope:
    envelope = read_envelope(entry.command, texts)
    if envelope.payload["aud"] != origin:
        raise Refused(
            RefusalCode.AUDIENCE_IS_ANOTHER_LEDGER,
            f"Entry {entry.seq} was signed for {envelope.payload['aud']!r}, not for {origin!r}.",
        )
    return envelope


def _origin_in(note: str) -> str:
    """The log that a note says it is of: to be believed only once one of its keys signed it."""
    return note.partition("\n")[0]


def _differs(detail: str) -> Refused:
    return Refused(RefusalCode.STATEMENT_DIFFERS, detail)


def _malformed(detail: str) -> Refused:
    return Refused(RefusalCode.RECEIPT_MALFORMED, detail)
