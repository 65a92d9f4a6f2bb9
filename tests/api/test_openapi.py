"""The description of the interface, and what the environment may set."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.routes.reads import KINDS
from api.settings import Settings
from tests.support.story import Story

FIXED = {
    "post": {
        "/v1/commands",
        "/v1/commands:batch",
        "/v1/drafts/invoices",
        "/v1/explain",
        "/v1/pending",
        "/v1/quotes",
    },
    "get": {
        "/v1/kinds",
        "/v1/kinds/{name}",
        "/v1/pending",
        "/v1/receivables/{record_id}/history",
        "/v1/holdings/{record_id}/alerts",
        "/v1/alerts/late",
        "/v1/holdings/{record_id}/priority",
        "/v1/entries/{seq}",
        "/v1/receipts/{seq}",
        "/log/checkpoint",
        "/log/tile/{position}",
        "/log/tile/entries/{position}",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    | {f"/v1/{name}" for name in KINDS}
    | {f"/v1/{name}/{{record_id}}" for name in KINDS},
}
"""Method and path of what others rely on."""


def test_the_description_lists_every_route(story: Story) -> None:
    """/openapi.json is OpenAPI 3.1 with all the fixed names, each said in one line."""
    tree = story.served.client.get("/openapi.json").json()
    assert tree["openapi"].startswith("3.1.")
    for method, paths in FIXED.items():
        described = {path for path, item in tree["paths"].items() if method in item}
        assert paths <= described
    for path, item in tree["paths"].items():
        for operation in item.values():
            assert operation["summary"], path
            assert operation["description"], path
    operations = [op["operationId"] for item in tree["paths"].values() for op in item.values()]
    assert len(set(operations)) == len(operations)


def test_the_token_is_described(story: Story) -> None:
    """What needs a token says so, and what is public does not."""
    tree = story.served.app.openapi()
    (scheme,) = tree["components"]["securitySchemes"].values()
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    assert tree["paths"]["/v1/holdings"]["get"]["security"]
    assert tree["paths"]["/log/tile/entries/{position}"]["get"]["security"]
    assert "security" not in tree["paths"]["/log/tile/{position}"]["get"]
    assert "security" not in tree["paths"]["/v1/commands"]["post"]


def test_raw_bodies_are_described(story: Story) -> None:
    """What is read as bytes says so: media type and binary schema."""
    paths = story.served.app.openapi()["paths"]
    for path, media_type in (
        ("/v1/commands", "application/json"),
        ("/v1/commands:batch", "application/x-ndjson"),
        ("/v1/drafts/invoices", "application/octet-stream"),
        ("/v1/pending", "application/json"),
        ("/v1/quotes", "application/json"),
    ):
        body = paths[path]["post"]["requestBody"]
        assert body["required"]
        assert body["content"][media_type]["schema"] == {"type": "string", "format": "binary"}


def test_nothing_is_loaded_from_elsewhere(story: Story) -> None:
    """No page that would fetch scripts from another host, and no address in the description."""
    assert story.served.client.get("/docs").status_code == 404
    assert story.served.client.get("/redoc").status_code == 404
    assert "http" not in json.dumps(story.served.app.openapi()["paths"])


def test_settings_come_from_the_environment() -> None:
    """A folder or its database URL, host, port and limit; what is not set keeps its default."""
    assert Settings.from_environ({}) == Settings()
    environ = {
        "DUEBILL_DB": "sqlite:////var/lib/duebill/ledger.db",
        "DUEBILL_HOST": "0.0.0.0",  # noqa: S104 - only parsed
        "DUEBILL_PORT": "80",
        "DUEBILL_LARGEST_BODY": "1000",
    }
    assert Settings.from_environ(environ) == Settings(
        Path("/var/lib/duebill"),
        "0.0.0.0",  # noqa: S104 - only parsed
        80,
        1_000,
    )
    assert Settings.from_environ({"DUEBILL_DB": "here"}).folder == Path("here")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DUEBILL_DB", "postgresql://x/y"),
        ("DUEBILL_DB", "sqlite:///x/other.db"),
        ("DUEBILL_PORT", "0"),
        ("DUEBILL_PORT", "65536"),
        ("DUEBILL_PORT", "８０"),
        ("DUEBILL_LARGEST_BODY", "-1"),
    ],
)
def test_wrong_settings_are_named(name: str, value: str) -> None:
    """A value out of form stops the start and names its variable."""
    with pytest.raises(ValueError, match=name):
        Settings.from_environ({name: value})
