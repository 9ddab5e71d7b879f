"""What anybody may read without a token: the OpenAPI document, the pages, the health."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import text

from app.database import Database
from app.documents.xlsx import MEDIA_TYPE
from app.errors import registry
from app.features.access import tokens
from app.models.words import Role
from app.rules.file_types import DOCX, PDF, TYPES
from app.settings import Settings
from tests.api.asking import expect_problem
from tests.client import Client
from tests.lending import client_of, opened
from tests.nights import run_nights
from tests.office import Office

PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
ROLES = {role.value for role in Role}

Operation = tuple[str, dict[str, Any]]


@pytest.fixture(scope="module")
def document(shared_client: Client) -> dict[str, Any]:
    """Give the document as it is served."""
    answer = shared_client.get("/openapi.json")
    assert answer.status_code == 200
    served: dict[str, Any] = answer.json()
    return served


def operations(document: dict[str, Any], prefix: str = "/") -> list[Operation]:
    """List the operations under a prefix, each with its name."""
    return [
        (f"{method.upper()} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if path.startswith(prefix)
    ]


# ---------------------------------------------------------------- the OpenAPI document


def test_the_document_is_openapi_3_1(document: dict[str, Any]) -> None:
    """It says which version it is, what it is about, and that a token opens it."""
    assert document["openapi"].startswith("3.1")
    assert "Kaohe" in document["info"]["title"]
    assert "application/problem+json" in document["info"]["description"]
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"


def test_every_operation_says_what_it_does(document: dict[str, Any]) -> None:
    """Each has a summary, a sentence, a tag, and an id of its own from which a client names its function."""
    found = operations(document)
    assert [name for name, operation in found if not operation.get("summary")] == []
    assert [name for name, operation in found if not operation.get("description", "").rstrip().endswith(".")] == []
    assert [name for name, operation in found if not operation.get("tags")] == []
    ids = [operation["operationId"] for _, operation in found]
    assert len(set(ids)) == len(ids) > 30


def test_every_operation_of_the_api_asks_for_a_token_and_names_its_roles(document: dict[str, Any]) -> None:
    """An integrator sees who may call what before calling it."""
    found = operations(document, "/v1")
    assert found
    assert [name for name, operation in found if {"token": []} not in operation.get("security", ())] == []
    assert [name for name, operation in found if not set(operation.get("x-roles", ())) & ROLES] == []
    assert [name for name, operation in found if not set(operation.get("x-roles", ())) <= ROLES] == []


def test_every_problem_that_an_operation_answers_with_is_documented_as_one(document: dict[str, Any]) -> None:
    """Refusals have the shape of a problem, under their own media type and no other."""
    wrong = [
        (name, status)
        for name, operation in operations(document)
        for status, response in operation["responses"].items()
        if status >= "4" and response.get("content") != PROBLEM
    ]
    assert wrong == []
    problem = document["components"]["schemas"]["Problem"]
    assert {"type", "title", "status", "detail", "code", "errors", "request_id"} <= set(problem["required"])
    assert {"HTTPValidationError", "ValidationError"} & set(document["components"]["schemas"]) == set()


def _refusals(operation: dict[str, Any]) -> set[str]:
    """Say which refusals an operation can meet: one that takes a body has more ways to go wrong."""
    of_body = {"408", "409", "413", "422"} if "requestBody" in operation else set()
    of_body |= {"415"} if _takes_json(operation) else set()
    return {"400", "401", "403"} | of_body


def test_every_refusal_that_can_come_is_documented(document: dict[str, Any]) -> None:
    """Whoever is read, written or asked, the document lists the refusals; where an id is named, 404 too."""
    missing = {
        name: wanted - set(operation["responses"])
        for name, operation in operations(document, "/v1")
        if (wanted := _refusals(operation) | ({"404"} if "{" in name else set())) - set(operation["responses"])
    }
    assert missing == {}


def test_readiness_documents_that_it_may_not_be_there_yet(document: dict[str, Any]) -> None:
    """Whoever watches the service is told of the 503."""
    assert document["paths"]["/readyz"]["get"]["responses"]["503"]["content"] == PROBLEM


def test_every_success_has_a_shape(document: dict[str, Any]) -> None:
    """A generated client gets a type for every answer, and bytes for every file."""
    for name, operation in operations(document):
        successes = {status: response for status, response in operation["responses"].items() if status < "3"}
        assert successes, name
        for status, success in successes.items():
            if status == "204":
                assert "content" not in success, name
                continue
            shapes = [content["schema"] for content in success["content"].values()]
            if set(success["content"]) == {"application/json"}:
                assert "$ref" in shapes[0], name
            else:
                files = {kind.media_type.partition(";")[0] for kind in TYPES}
                papers = ({MEDIA_TYPE}, {DOCX.media_type}, {PDF.media_type}, {"text/csv"}, {"application/jsonl"})
                assert set(success["content"]) in (*papers, files), name
                assert shapes == [{"type": "string", "format": "binary"}] * len(shapes), name


def test_bodies_and_answers_name_their_members(document: dict[str, Any]) -> None:
    """Every reference in the document leads somewhere, and no request takes members that it does not name."""
    schemas = document["components"]["schemas"]
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert used <= set(schemas)
    open_bodies = [
        name
        for name, operation in operations(document)
        if _takes_json(operation) and schemas[_body_of(operation)].get("additionalProperties") is not False
    ]
    assert open_bodies == []


def _takes_json(operation: dict[str, Any]) -> bool:
    return "application/json" in operation.get("requestBody", {}).get("content", ())


def _body_of(operation: dict[str, Any]) -> str:
    reference: str = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return reference.rsplit("/", 1)[1]


# ---------------------------------------------------------------- the pages


@pytest.mark.parametrize("path", ["/docs", "/", "/problems"])
def test_a_page_needs_no_other_host(shared_client: Client, path: str) -> None:
    """Nothing on the page is fetched from anywhere but the service: it works without the internet."""
    page = shared_client.get(path)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert re.findall(r"""["'(=]\s*(?:\w+:)?//[^"')\s]+""", page.text) == []


def test_the_documentation_finds_its_assets_here(shared_client: Client) -> None:
    """Script, style and icon of the page are there, and so is the document that it shows."""
    page = shared_client.get("/docs").text
    wanted = set(re.findall(r"""(?:href|src)=["']([^"']+)""", page))
    assert {Path(address).suffix for address in wanted} == {".js", ".css", ".png"}
    assert {address: shared_client.get(address).status_code for address in wanted} == dict.fromkeys(wanted, 200)
    assert "'/openapi.json'" in page


def test_the_front_page_leads_to_what_there_is(shared_client: Client) -> None:
    """Its links, the documentation first of all, lead somewhere."""
    links = re.findall(r'href="([^"]+)"', shared_client.get("/").text)
    assert {"/docs", "/openapi.json", "/problems"} <= set(links)
    assert {link: shared_client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


@pytest.mark.parametrize("code", sorted(registry()))
def test_every_problem_has_its_page(shared_client: Client, code: str) -> None:
    """At the address that problem documents carry, the code is explained with what to do; the list has it too."""
    page = shared_client.get(f"/problems/{code}")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    shown = unescape(page.text)
    assert f"<code>{code}</code>" in shown
    assert registry()[code].title in shown
    assert registry()[code].remedy in shown
    assert f"<code>{code}</code>" in shared_client.get("/problems").text


def test_a_problem_that_there_is_not_has_no_page(shared_client: Client) -> None:
    """An unknown code is itself answered with a problem."""
    expect_problem(shared_client.get("/problems/no-such-code"), 404, "not-found", "/path/code")


@pytest.mark.parametrize("path", ["/assets/no-such-file.js", "/assets/../requirements.txt", "/assets/%2e%2e/core.py"])
def test_an_asset_that_there_is_not(shared_client: Client, path: str) -> None:
    """Nothing but the assets is served from their folder."""
    expect_problem(shared_client.get(path), 404, "not-found")


# ---------------------------------------------------------------- the health


@contextmanager
def _client_of(url: str, var_dir: Path) -> Iterator[Client]:
    with opened(url) as database, client_of(Settings(var_dir=var_dir), database) as client:
        yield client


@pytest.fixture
def without_schema(empty_database_url: str, tmp_path: Path) -> Iterator[Client]:
    """Give a client of the application on a database that nobody has migrated."""
    with _client_of(empty_database_url, tmp_path) as client:
        yield client


def test_a_migrated_database_is_ready(client: Client, database: Database) -> None:
    """Readiness names the schema, and the last night once there was one."""
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["status"], ready.json()["last_night"]) == (200, "ready", None)
    assert ready.json()["schema_revision"]
    run_nights(database, "2023-02-16")
    assert client.get("/readyz").json()["last_night"] == "2023-02-16"


def test_readiness_says_how_long_the_outbox_has_waited(office: Office, client: Client) -> None:
    """Nothing waits before something happened; then the deliverer is waited for."""
    assert client.get("/readyz").json()["outbox_age_seconds"] is None
    contract = office.contract()
    with time_machine.travel("2023-02-06T04:00:00Z"):
        office.assess(contract, "2023-01", "88.00", "2023-02-06")
        office.finalize(contract, "2023-01", "2023-02-06")
        office.notify(contract, "2023-01", "2023-02-06")
    with time_machine.travel("2023-02-06T04:05:00Z"):
        assert 290 <= client.get("/readyz").json()["outbox_age_seconds"] <= 310


def test_an_empty_database_is_live_but_not_ready(without_schema: Client) -> None:
    """Without a schema the process lives and says what to do; it is asked again in a few seconds."""
    live = without_schema.get("/livez")
    assert (live.status_code, live.json()) == (200, {"status": "live"})
    answer = without_schema.get("/readyz")
    problem = expect_problem(answer, 503, "unavailable")
    assert "kaohe migrate" in problem["remedy"]
    assert int(answer.headers["retry-after"]) > 0


def test_a_request_to_an_empty_database_is_told_to_come_again(without_schema: Client) -> None:
    """A route that needs the schema answers 503 on either database, not 500."""
    answer = without_schema.get("/v1/me", headers={"Authorization": f"Bearer {tokens.mint()}"})
    expect_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_a_database_of_another_version_is_not_ready(client: Client, database: Database) -> None:
    """A program that meets another schema than its own says both revisions."""
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    problem = expect_problem(client.get("/readyz"), 503, "unavailable")
    assert "older" in problem["detail"]
    assert client.get("/livez").status_code == 200


def test_a_database_that_is_away_is_not_said_to_lack_its_schema(tmp_path: Path) -> None:
    """Migrating would not help where nothing answers; the process itself lives."""
    with _client_of(f"sqlite:///{tmp_path / 'nowhere' / 'kaohe.db'}", tmp_path) as asked:
        assert asked.get("/livez").status_code == 200
        problem = expect_problem(asked.get("/readyz"), 503, "unavailable")
    assert "schema" not in problem["detail"]
