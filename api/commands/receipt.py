"""`duebill receipt`: a receipt, an evidence pack, a certificate or a sheet verified offline."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer

from api.commandfile import reveal
from api.keyfiles import read_trust
from api.options import Json
from api.private import write_private
from api.proving import Proof, VerifiedDaily, proof_tree, read_proof, since, times
from api.sheet.page import sheet
from api.terminal import note, say, say_json
from ledger.chain.trust import TrustPolicy
from ledger.dates import instant_text
from ledger.packs.since import Since
from ledger.packs.verify import Proven, VerifiedPack, VerifiedReceipt

Trusted: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        exists=True,
        dir_okay=False,
        help="Log keys, witnesses and quorum that you trust (tlog-policy); else ./policy.",
    ),
]
Newer: TypeAlias = Annotated[
    Path | None,
    typer.Option(exists=True, file_okay=False, help="A newer export: has the state moved?"),
]
SheetTo: TypeAlias = Annotated[
    Path | None, typer.Option("--sheet", help="Write the sheet of a pack (HTML) here.")
]


def run(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A receipt, pack or sheet.")
    ],
    *,
    policy: Trusted = None,
    export: Newer = None,
    sheet_to: SheetTo = None,
    as_json: Json = False,
) -> None:
    """Verify offline a receipt, an evidence pack, a funding certificate, or a sheet of one.

    A file proves something only to who has the log's key from elsewhere: `policy` is the file that
    the operator publishes, with the witnesses that you ask for. With `export` the status is 1 when
    the state that a pack speaks of has moved.
    """
    trusted = policy or Path("policy")
    if not trusted.exists():
        raise typer.BadParameter("There is no ./policy: name the file of the log's key (--policy).")
    trust = read_trust(trusted)
    proof = read_proof(file, trust)
    if sheet_to is not None:
        if not isinstance(proof.verified, VerifiedPack):
            raise typer.BadParameter("A receipt has no sheet: name a pack.")
        write_private(sheet_to, sheet(proof.verified))
    newer = since(proof, export, trust) if export is not None else None
    if as_json:
        say_json(proof_tree(proof, newer))
    else:
        _tell(proof, trust)
        if newer is not None:
            _tell_since(newer)
    if newer is not None and newer.moved:
        raise typer.Exit(1)


def _tell(proof: Proof, trust: TrustPolicy) -> None:
    verified = proof.verified
    if isinstance(verified, VerifiedPack):
        _tell_pack(verified, is_sheet=proof.is_sheet)
    elif isinstance(verified, VerifiedDaily):
        _tell_daily(verified)
    else:
        _tell_receipt(verified)
    _tell_head(verified.head, trust)


def _tell_receipt(verified: VerifiedReceipt) -> None:
    checkpoint, payload = verified.head.checkpoint, verified.envelope.payload
    body = reveal(payload["body"], verified.envelope.disclosures)
    say(f"Verified: entry {verified.entry.seq} of {checkpoint.size} in {checkpoint.origin}")
    say(f"  at {instant_text(verified.entry.at_ms)}, {payload['kind']} by {payload['by']}")
    say(f"  {json.dumps(body, ensure_ascii=False, sort_keys=True)}")


def _tell_pack(verified: VerifiedPack, *, is_sheet: bool) -> None:
    statement = verified.statement
    what = f"{'sheet of ' if is_sheet else ''}{statement.kind.value}"
    say(f"Verified: {what} of {statement.holding} in {statement.origin}")
    say(f"  {len(statement.seqs)} entries, as of {statement.size} entries of the log")
    made = f"made {instant_text(statement.made_ms)} for {statement.asker}"
    say(f"  {made}{f', to show to {statement.recipient}' if statement.recipient else ''}")
    say("  the log states:")
    for line in _facts(statement.facts):
        say(f"    {line}")
    say("  --sheet FILE writes all of it as a page, --json as data")


def _tell_daily(verified: VerifiedDaily) -> None:
    fields = verified.fields
    say(f"Verified: acknowledged by {fields.get('obligor')} in {fields.get('origin')}")
    say(f"  {fields.get('count')} on {fields.get('day')} ({fields.get('time_zone')})")
    for title, name in (("that day", "of_day"), ("until then", "until")):
        lines = fields.get(name)
        for line in lines if isinstance(lines, list) else ():
            sums = f"{line.get('currency')} {line.get('acknowledged')}"
            say(f"  {title}, under {line.get('assurance')} keys: {line.get('count')}, {sums}")


def _facts(facts: Mapping[str, Any]) -> Iterator[str]:
    """What matters most of a statement; the log signed it, so nothing is taken to be there."""
    holding, claim = _part(facts, "holding"), _part(facts, "claim")
    money = [f"{name} {_money(holding.get(name))}" for name in ("amount", "paid", "outstanding")]
    yield f"holding {holding.get('state')}: {', '.join(money)}"
    yield f"due {holding.get('due')}, payable on {holding.get('payable_on')}"
    for role, party in (
        ("obligor", claim.get("obligor")),
        ("creditor", claim.get("creditor")),
        ("holder", holding.get("holder")),
    ):
        name = _part(_part(facts, "parties"), str(party)).get("name")
        yield f"{role} {name or 'of a name withheld'} ({party})"
    withheld = facts.get("withheld")
    if withheld:
        yield f"{withheld} sealed fields are withheld from who asked"


def _part(tree: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = tree.get(name)
    return found if isinstance(found, dict) else {}


def _money(tree: Any) -> str:
    amount = tree if isinstance(tree, dict) else {}
    return f"{amount.get('currency')} {amount.get('amount')}" if amount else "withheld"


def _tell_head(head: Proven, trust: TrustPolicy) -> None:
    say(f"  {head.state.value}: the policy's quorum is {trust.quorum}")
    for name, at in times(head.cosigned).items():
        rules = ", who replays the rules" if name in head.auditors else ""
        say(f"  cosigned by {name}{rules}, as of {at}")
    if not head.auditors:
        say("  no auditor of the policy vouches that the rules held: ask for an audit")


def _tell_since(newer: Since) -> None:
    size = newer.head.checkpoint.size
    if newer.moved:
        note(f"MOVED: by {size} entries, entry {newer.moved[0]} is the first that changed it.")
    else:
        say(f"  not moved: the log has {size} entries now and none names these records")
    if newer.may_have:
        say(f"  time was told to the ledger since, first in entry {newer.may_have[0]}: a deadline")
        say("  that the pack names may have ended something")
