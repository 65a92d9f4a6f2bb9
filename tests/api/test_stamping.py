"""Time stamps of a served ledger, from the command line, in exports and in audits."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.stamping import EVERY_S, Stamping
from api.verifier import duebill_verify
from ledger.errors import Halted
from ledger.feeding.kept import CosignedHead
from ledger.stamping import Stamps, read_stamp
from tests.support.cli import answer, duebill, make_ledger, refused
from tests.support.feeding import LogOfCounters
from tests.support.sandbox import open_sandbox
from tests.support.served import Served
from tests.support.timestamping import Authority, serving
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority that is valid now."""
    return Authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="module")
def url(authority: Authority) -> Iterator[str]:
    """Where it listens."""
    with serving(authority) as found:
        yield found


class Days:
    """A clock in unix seconds that tests move."""

    def __init__(self, stamping: Stamping) -> None:
        at = stamping.state.at
        assert at is not None
        self.now = at.timestamp()

    def __call__(self) -> float:
        """Now."""
        return self.now


def test_the_newest_head_is_stamped_once_a_day(tmp_path: Path, url: str) -> None:
    """Once a day, if the log has grown; a restart remembers; an authority that is away is told."""
    log, stamps = LogOfCounters(5), Stamps(tmp_path)

    def head() -> CosignedHead:
        return CosignedHead(log.head)

    stamping = Stamping(tmp_path, url, head)
    stamping.look()
    assert (stamping.state.size, stamping.state.failing) == (5, "")
    clock = Days(stamping)
    log.grow()
    again = Stamping(tmp_path, url, head, clock)
    clock.now += EVERY_S - 60
    again.look()
    assert stamps.sizes() == [5]
    clock.now += 120
    again.look()
    assert stamps.sizes() == [5, 6]
    assert stamps.read(6).note == log.head.note
    clock.now += 2 * EVERY_S
    again.look()  # the log has not grown
    assert stamps.sizes() == [5, 6]
    log.grow()
    away = Stamping(tmp_path, "http://127.0.0.1:9/tsr", head, clock)
    away.look()
    assert (away.state.size, stamps.sizes()) == (6, [5, 6])
    assert "no answer" in away.state.failing
    assert away.tree()["failing"]


def test_a_head_that_cannot_be_read_is_told(tmp_path: Path, url: str) -> None:
    """The head store is damaged: nothing is stamped, and the state says why until it is mended."""
    log, damaged = LogOfCounters(5), True

    def head() -> CosignedHead:
        if damaged:
            raise Halted("the head cannot be read")
        return CosignedHead(log.head)

    stamping = Stamping(tmp_path, url, head)
    stamping.look()
    assert (stamping.state.size, Stamps(tmp_path).sizes()) == (0, [])
    assert stamping.state.failing == "the head cannot be read"
    damaged = False
    stamping.look()
    assert (stamping.state.size, stamping.state.failing) == (5, "")


def test_a_thread_does_it_while_serving(tmp_path: Path, url: str) -> None:
    """/readyz and /metrics tell of the stamp that the thread had made."""
    with open_sandbox(tmp_path) as box:
        served = Served(box)
        head = CosignedHead(box.service.signed)
        with Stamping(tmp_path, url, lambda: head, pause_s=0.01) as stamping:
            stamping.start()
            wait_until(lambda: stamping.state.size)
            object.__setattr__(served.app.state.site, "stamper", stamping)
            told = served.get("", "/readyz").json()["timestamps"]
            assert (told["size"], told["failing"]) == (head.head.size, "")
            assert f"duebill_timestamp_seconds {stamping.figure()}" in (
                served.get("", "/metrics").text
            )


def test_from_the_command_line_to_the_auditor(
    tmp_path: Path, url: str, authority: Authority
) -> None:
    """Stamped, exported, audited: clean with the roots; and each broken stamp is a finding.

    Where no stamp can be read, a server, that is said: nothing may pass for a log without any.
    """
    make_ledger(tmp_path)
    ledger, out = tmp_path / "ledger", tmp_path / "out"
    said = answer("timestamp", "--dir", ledger, "--tsa", url, "--roots", authority.roots)
    duebill("export", out, "--dir", ledger)
    stamp = Stamps(out).read(said["size"])
    assert read_stamp(stamp.data, stamp.note)
    policy = ("--policy", ledger / "policy")
    for source in (out, ledger, ledger / "ledger.db"):
        report = answer("audit", source, *policy, "--tsa-roots", authority.roots, "--jobs", "1")
        assert report["verdict"] == "clean"
        assert report["stamps"] == [said]
    assert (
        "time stamps that hold: 1"
        in duebill("audit", out, *policy, "--tsa-roots", authority.roots).output
    )
    strange = Authority(tmp_path / "other").roots
    words = ("audit", out, *policy, "--tsa-roots")
    assert codes(*words, strange) == ["timestamp_invalid"]
    (out / "timestamps" / f"{said['size']}.tsr").write_bytes(b"broken")
    assert codes(*words, authority.roots) == ["timestamp_invalid"]
    shutil.copy(out / "policy", out / "timestamps" / "7.tsr")
    assert codes("audit", out, *policy) == ["irregular"]
    for served in ("https://ledger.example", "postgresql://host/database"):
        words = ("audit", served, *policy, "--tsa-roots", authority.roots)
        assert "folder" in duebill(*words, status=2).stderr


def codes(*words: str | Path) -> list[str]:
    """The codes of the findings of an audit, which ends with 1."""
    report = answer(*words, status=1)
    return [item["code"] for item in report["findings"]]


def test_what_is_no_stamp_is_not_kept(tmp_path: Path, url: str) -> None:
    """An authority of other roots, one that is away, and an address that is none."""
    make_ledger(tmp_path)
    ledger = tmp_path / "ledger"
    strange = Authority(tmp_path / "other").roots
    words = ("timestamp", "--dir", ledger, "--tsa")
    assert refused(*words, url, "--roots", strange) == "timestamp_invalid"
    for address, says in (("http://127.0.0.1:9/", "no answer"), (f"{url}/other", "answers 404")):
        error = answer(*words, address, status=1)["error"]
        assert error["code"] == "unavailable"
        assert f"The authority at {address} does not stamp" in error["detail"]
        assert says in error["detail"]
    for address in ("ftp://a.example", "http://a.example:tsr/"):
        duebill(*words, address, status=2)
        duebill("serve", "--dir", ledger, "--tsa", address, status=2)
    assert Stamps(ledger).sizes() == []


def test_the_single_file_verifier_knows_stamps(
    tmp_path: Path, url: str, authority: Authority
) -> None:
    """It leaves them to our audit: an export with stamps has no stray file for it."""
    make_ledger(tmp_path)
    ledger, out = tmp_path / "ledger", tmp_path / "out"
    answer("timestamp", "--dir", ledger, "--tsa", url)
    duebill("export", out, "--dir", ledger)
    trust = duebill_verify.Policy((ledger / "policy").read_bytes())
    assert duebill_verify.Export(out, trust).faults() == []
