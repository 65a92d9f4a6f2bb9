"""`duebill compare`: whether two signed heads of a log are of one history."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from api.comparing import compare, head_in
from api.keyfiles import read_trust
from api.options import Json
from api.proving import times
from api.terminal import say, say_json
from ledger.base64url import b64url_encode
from ledger.chain.checkpoint import Checkpoint
from ledger.chain.contradiction import (
    LARGEST_EVIDENCE,
    Contradiction,
    Relation,
    read_contradiction,
)
from ledger.chain.note import open_note
from ledger.chain.trust import TrustPolicy

_SAYS = {
    Relation.SAME: "same: both are one head",
    Relation.EXTENDS: "extends: the second is of the same history, and larger",
    Relation.ROLLBACK: "extends: the first is of the same history, and larger",
    Relation.FORK: "fork: the log signed two heads of which neither extends the other",
    Relation.UNPROVEN: "cannot tell: nothing here shows whether the larger extends the smaller",
}
_READ = {
    Relation.ROLLBACK: "rollback: a smaller head is said to have been shown after a larger one",
    Relation.UNPROVEN: "unproven: two signed heads, and nothing that shows what they are",
}
_GOOD = (Relation.SAME, Relation.EXTENDS, Relation.ROLLBACK)


def run(
    one: Annotated[str, typer.Argument(help="A checkpoint, receipt, export, URL; or evidence.")],
    other: Annotated[str, typer.Argument(help="Another; not with an evidence file.")] = "",
    *,
    policy: Annotated[
        Path, typer.Option(exists=True, dir_okay=False, help="The log keys that you trust.")
    ],
    evidence: Annotated[
        Path | None, typer.Option(help="Write the evidence of a fork to this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Tell two signed heads of one log apart: same, one extends the other, or a fork.

    Heads of different sizes are compared by what lies beside the larger one: the tiles of an
    export or a server, or a consistency proof. Alone, an evidence file is verified. Exit 0 where
    both heads are of one history.
    """
    trust = read_trust(policy)
    keys = trust.log_keys()
    if other:
        found = compare(head_in(one, keys), head_in(other, keys), keys)
        sentence, good = _SAYS[found.relation], found.relation in _GOOD
        if evidence is not None and found.relation is Relation.FORK:
            evidence.write_bytes(found.data())
    else:
        found, good = read_contradiction(_file(one), keys), False
        sentence = _READ.get(found.relation) or _SAYS[found.relation]
    heads = (found.kept, found.kept_note), (found.shown, found.shown_note)
    if as_json:
        say_json(_tree(found, sentence, [_head(*head, trust) for head in heads]))
    else:
        say(sentence)
        for checkpoint, note in heads:
            _tell(checkpoint, _cosigned(note, trust))
    if not good:
        raise typer.Exit(1)


def _file(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(LARGEST_EVIDENCE + 1)


def _tree(found: Contradiction, sentence: str, heads: list[dict[str, Any]]) -> dict[str, Any]:
    return {"relation": sentence.partition(":")[0], "origin": found.kept.origin, "heads": heads}


def _head(checkpoint: Checkpoint, note: str, trust: TrustPolicy) -> dict[str, Any]:
    return {
        "size": checkpoint.size,
        "root": b64url_encode(checkpoint.root),
        "cosigned": times(_cosigned(note, trust)),
    }


def _cosigned(note: str, trust: TrustPolicy) -> dict[str, int]:
    """The witnesses of the policy that cosigned a head, and when."""
    return trust.named(open_note(note, [*trust.log_keys(), *trust.witness_keys()]).cosigned)


def _tell(checkpoint: Checkpoint, cosigned: dict[str, int]) -> None:
    say(f"  {checkpoint.size} entries, root {b64url_encode(checkpoint.root)}")
    for name, time in times(cosigned).items():
        say(f"    cosigned by {name} at {time}")
