"""What the tests of the doors share: ids filled into paths and bodies, and what every refusal must look like."""

from collections.abc import Mapping
from string import Template
from typing import Any

from httpx2 import Response

JSON = {"Content-Type": "application/json"}


def filled(value: Any, places: Mapping[str, str]) -> Any:  # noqa: ANN401 JSON is any value
    """Put ids and addresses where a path or a body says `$contract`, `$vendor` and so on."""
    if isinstance(value, str):
        return Template(value).safe_substitute(places)
    if isinstance(value, list):
        return [filled(item, places) for item in value]
    if isinstance(value, dict):
        return {name: filled(member, places) for name, member in value.items()}
    return value


def last_part(address: str) -> str:
    """Give the id at the end of an address."""
    return address.rsplit("/", 1)[1]


def expect_problem(
    answer: Response, status: int, code: str, pointer: str | None = None, fault: str | None = None
) -> dict[str, Any]:
    """Check a problem document from end to end and give it; `fault` is the code of the first thing that is wrong."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    document: dict[str, Any] = answer.json()
    assert (document["status"], document["code"], document["type"]) == (status, code, f"/problems/{code}"), document
    assert document["title"], document
    assert document["detail"][:1] not in {"", ":"}, document
    assert document["remedy"], document
    assert document["errors"], document
    for error in document["errors"]:
        assert error["code"], document
        assert error["detail"], document
        assert error["remedy"], document
    assert document["request_id"] == answer.headers["x-request-id"]
    first = document["errors"][0]
    assert pointer is None or first["pointer"] == pointer, document
    assert fault is None or first["code"] == fault, document
    return document
