"""Witnesses, an auditor that cosigns, and who waits for them: processes and the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from api.client import Client
from ledger.chain.trust import Opened, TrustPolicy, parse_trust
from ledger.model.records import make_id
from tests.support.cli import ORIGIN, answer, duebill, make_ledger, refused
from tests.support.processes import serving
from tests.support.waiting import wait_until
from tests.support.witnesses import ServedWitness

NAMES = ("first", "second")


class Ground:
    """A served ledger, two witnesses that are both required, and an auditor that is not.

    `party` is the core enterprise, whose commands are sent.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        make_ledger(folder)
        self.folder, self.ledger, self.policy = folder, folder / "ledger", folder / "policy"
        application = json.loads((folder / "core.json").read_text("utf-8"))
        self.party = make_id("pty", application["operator"], application["jti"])
        lines = [(self.ledger / "policy").read_text("utf-8").splitlines()[0]]
        self.witnesses = []
        for name in NAMES:
            key = self._init(name)
            words = ["--log", lines[0].removeprefix("log ")]
            self.witnesses.append(ServedWitness(folder / name, words=words))
            stack.callback(self.witnesses[-1].kill)
            lines.append(f"witness {name} {key} http://127.0.0.1:{self.witnesses[-1].port}")
        lines.append(f"witness auditor {self._init('auditor')}")
        lines += ["group both all first second", "quorum both"]
        self.policy.write_text("\n".join(lines) + "\n", encoding="utf-8")
        words = ("--dir", self.ledger, "--witnesses", self.policy)
        self.url = stack.enter_context(serving(*words))

    @property
    def trust(self) -> TrustPolicy:
        """What the policy file says, which the operator and all others use."""
        return parse_trust(self.policy.read_text("utf-8"))

    def head(self, path: str) -> Opened:
        """The head that the server shows, under the policy."""
        return self.trust.open(Client(self.url).get(path).decode(), ORIGIN)

    def unwitnessed_since(self) -> float | None:
        """Since when the newest head lacks its quorum, as the server tells."""
        told = json.loads(Client(self.url).get("/readyz"))["witnesses"]
        since: float | None = told["unwitnessed_since"]
        return since

    def command(self, number: int) -> Path:
        """A signed command that will be taken."""
        body, out = self.folder / "body.json", self.folder / f"account{number}.jsonl"
        body.write_text(json.dumps({"number": str(number), "bank": "Bank", "currency": "CNY"}))
        duebill("draft", "account.add", body, "--as", self.party, "--url", self.url, "-o", out)
        duebill("sign", out, "--key", self.folder / "core.pem", "--yes")
        return out

    def _init(self, name: str) -> str:
        words = ("--dir", self.folder / name, "--name", f"{name}.example/w")
        return str(answer("witness", "init", *words)["vkey"])


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Everything started."""
    with ExitStack() as stack:
        yield Ground(tmp_path_factory.mktemp("witnessed"), stack)


def test_submit_waits_for_our_own_witnesses(ground: Ground) -> None:
    """Two processes of `duebill witness serve` make the quorum, and the receipt carries them."""
    receipts = ground.folder / "receipts"
    words = ("--url", ground.url, "--wait", "witnessed", "--receipts", receipts)
    signed_in = ("--as", ground.party, "--key", ground.folder / "core.pem")
    (verdict,) = answer("submit", ground.command(1), *words, *signed_in)["verdicts"]
    assert verdict["state"] == "witnessed"
    assert ground.head("/log/witnessed").cosigned.keys() == set(NAMES)
    file = receipts / f"{verdict['seq']}.json"
    assert answer("receipt", file, "--policy", ground.policy)["seq"] == verdict["seq"]


def test_an_auditor_cosigns_what_it_found_clean(ground: Ground) -> None:
    """Its line is under the checkpoint from then on, beside those of the witnesses."""
    answer("submit", ground.command(2), "--url", ground.url, "--wait", "witnessed")
    out = ground.folder / "cosigned"
    words = ("--policy", ground.policy, "--cosign", ground.folder / "auditor", "--cosigned", out)
    report = answer("audit", ground.ledger, *words, "--send", ground.url)
    assert (report["verdict"], report["taken"]) == ("clean", ["auditor"])
    head = ground.head("/log/checkpoint")
    assert head.cosigned.keys() == {*NAMES, "auditor"}
    kept = ground.trust.open(out.read_text("utf-8"), ORIGIN)
    assert kept.checkpoint == head.checkpoint
    assert report["cosigned"] == out.read_text("utf-8")
    folder = ground.folder / "exported"
    duebill("export", folder, "--dir", ground.ledger, "--witnessed")
    assert (folder / "checkpoint").read_text("utf-8") == Client(ground.url).get(
        "/log/witnessed"
    ).decode()
    assert answer("audit", folder, "--policy", ground.policy)["verdict"] == "clean"
    again = answer("audit", ground.ledger, *words)
    assert (again["verdict"], again["taken"]) == ("clean", [])


def test_an_auditor_cosigns_nothing_else(ground: Ground, tmp_path: Path) -> None:
    """Not what is not clean, nor at a lower level, nor without its own policy, nor going back."""
    by = ("--cosign", ground.folder / "auditor")
    older, newer = tmp_path / "older", tmp_path / "newer"
    duebill("export", older, "--dir", ground.ledger)
    answer("submit", ground.command(3), "--url", ground.url)
    duebill("export", newer, "--dir", ground.ledger)
    policy = ("--policy", ground.folder / "lenient")
    lenient = [ground.policy.read_text("utf-8").splitlines()[0], "quorum none"]
    (ground.folder / "lenient").write_text("\n".join(lenient) + "\n", encoding="utf-8")
    duebill("audit", newer, *by, status=2)
    duebill("audit", newer, *policy, *by, "--level", "signatures", status=2)
    duebill("audit", newer, *policy, "--send", ground.url, status=2)
    nowhere = duebill("audit", newer, *policy, "--cosign", newer, "--send", "nowhere", status=2)
    assert "no http" in nowhere.stderr
    assert answer("audit", newer, *policy, *by)["cosigned"]
    assert refused("audit", older, *policy, *by).startswith("witness_request_malformed")
    bundle = next((newer / "tile" / "entries").rglob("*.p/*"))
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"x")
    spoilt = answer("audit", newer, *policy, *by, status=1)
    assert (spoilt["verdict"], spoilt["cosigned"]) == ("findings", None)


def test_without_its_witnesses_a_ledger_goes_on(ground: Ground) -> None:
    """A witness is killed: commands are included; who waits hears that no quorum came in time."""
    ground.witnesses[0].kill()
    words = ("--url", ground.url, "--wait", "witnessed", "--patience", "1")
    (verdict,) = answer("submit", ground.command(4), *words, status=1)["verdicts"]
    assert verdict["state"] == "included"
    assert ground.head("/log/witnessed").checkpoint.size <= verdict["seq"]
    wait_until(lambda: ground.unwitnessed_since() is not None)  # once that head's round begins
    ground.witnesses[0].start()
    words = ("--url", ground.url, "--wait", "witnessed")
    (verdict,) = answer("submit", ground.command(5), *words)["verdicts"]
    assert verdict["state"] == "witnessed"


def test_a_folder_asks_no_witness(ground: Ground, tmp_path: Path) -> None:
    """Who writes into a folder cannot wait for witnesses: that is wrong usage."""
    file = ground.command(6)
    duebill("submit", file, "--dir", tmp_path, "--wait", "witnessed", status=2)
