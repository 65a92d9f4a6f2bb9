"""The log over HTTP: the same files as an export, and the same verdict from a real server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.client import Client, Desk
from api.remote import RemoteSource
from ledger.audit.findings import Report, Verdict
from ledger.audit.folder import FolderSource, export_log
from ledger.audit.run import audit
from ledger.audit.source import Source
from ledger.canonical import encode
from ledger.chain.note import NoteKey
from ledger.chain.trust import trust_in
from ledger.errors import RefusalCode, Refused, Unavailable
from ledger.store.records import temporary_records
from tests.support.sandbox import ORIGIN
from tests.support.served import running
from tests.support.story import Story


@pytest.fixture(scope="module")
def url(story: Story) -> Iterator[str]:
    """A running server over the story."""
    with running(story.box) as found:
        yield found


def _client(story: Story, url: str, name: str) -> Client:
    box = story.box
    return Client(url, Desk(box.party(name), ORIGIN, box.keys[name]), box.clock)


def _report(source: Source, keys: list[NoteKey]) -> Report:
    return audit(source, temporary_records, trust=trust_in(keys))


def test_every_exported_file_is_served(story: Story, tmp_path: Path) -> None:
    """Path by path, an auditor downloads the bytes that an export would hold."""
    folder = tmp_path / "export"
    export_log(story.box.store, folder, story.box.embedded.log_keys())
    size = story.box.service.signed.size
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    files.pop("policy")
    lines = files.pop("disclosures/000.ndjson")
    files[f"disclosures/000.p/{size}.ndjson"] = lines
    assert len(files) >= 5
    for path, data in files.items():
        answer = story.served.get("auditor", f"/log/{path}")
        assert (answer.status_code, answer.content) == (200, data), path


def test_sizes_are_those_of_the_signed_head(story: Story) -> None:
    """One entry beyond the signed size is not served, in tiles, bundles or disclosures."""
    size = story.box.service.signed.size
    for path in ("tile/0/000.p/{}", "tile/entries/000.p/{}", "disclosures/000.p/{}.ndjson"):
        assert story.served.get("auditor", "/log/" + path.format(size)).status_code == 200
        assert story.served.get("auditor", "/log/" + path.format(size + 1)).status_code == 404
        assert story.served.get("auditor", "/log/" + path.format("0")).status_code == 400


def test_the_audit_over_a_url_gives_the_same_verdict(
    story: Story, url: str, tmp_path: Path
) -> None:
    """A real server and an export folder: both clean, with the same size and root."""
    keys = story.box.embedded.log_keys()
    export_log(story.box.store, tmp_path / "export", keys)
    remote = _report(RemoteSource(_client(story, url, "auditor")), keys)
    folder = _report(FolderSource(tmp_path / "export"), keys)
    assert remote.findings == []
    assert remote.verdict is Verdict.CLEAN
    assert remote == folder


def test_who_is_no_auditor_gets_findings_and_no_clean_verdict(story: Story, url: str) -> None:
    """Without the role, or without a server, the audit reports what it could not read."""
    keys = story.box.embedded.log_keys()
    for client in (_client(story, url, "supplier"), Client(url), Client("http://127.0.0.1:9")):
        report = _report(RemoteSource(client), keys)
        assert report.verdict is Verdict.FINDINGS


def test_the_client_reads_and_writes(story: Story, url: str) -> None:
    """Paging, one record, receipts, and refusals that arrive as they were raised."""
    client = _client(story, url, "core")
    assert [item["id"] for item in client.all("holdings")] == [
        item["id"] for item in story.served.list("core", "holdings")
    ]
    assert [item["id"] for item in client.all("holdings", state="split")] == [story.whole.id]
    assert client.read("holdings", story.sold.id)["state"] == "held"
    assert client.ledger()["data"]["origin"] == ORIGIN
    assert json.loads(client.receipt(story.whole.last_seq - 1))["proof"].startswith(
        "c2sp.org/tlog-proof@v1\n"
    )
    refused: list[tuple[Callable[[], object], RefusalCode]] = [
        (lambda: client.read("holdings", "hld_x"), RefusalCode.RECORD_NOT_FOUND),
        (lambda: client.submit(b"{"), RefusalCode.JSON_INVALID),
        (lambda: Client(url).read("holdings", "x"), RefusalCode.TOKEN_MISSING),
    ]
    for act, code in refused:
        with pytest.raises(Refused) as caught:
            act()
        assert caught.value.code is code
    verdicts = client.batch([b"{", encode({"command": 1})] * 501)
    assert [verdict["status"] for verdict in verdicts] == [400] * 1_002


def test_the_client_stays_with_its_server(story: Story, url: str) -> None:
    """Only http(s) is spoken; a server that is not there, or no server of ours, is unavailable."""
    with pytest.raises(ValueError, match="http"):
        Client("file:///etc/passwd")
    with pytest.raises(Unavailable):
        Client("http://127.0.0.1:9").get("/healthz")
    with pytest.raises(Unavailable):
        Client(f"{url}/metrics?").ledger()
