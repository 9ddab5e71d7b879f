"""The OpenAPI document: what an integrator generates a client from."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.problems import MEDIA_TYPE

DESCRIPTION = """
Kaohe 考核 keeps what a government service centre agrees with the vendors that staff its counters: dated contract
terms, findings, monthly assessments and their notices. Every night it flags what is late, repeated or below the mark.

**Begin**: put a token into *Authorize*, then try `GET /v1/me` and `GET /v1/contracts`.

**Values**: money `"938761.72"` and scores `"89.50"` are strings, a date is `2023-03-26` in Asia/Shanghai, a month
`2023-01`, an instant RFC 3339 in UTC. Unknown members and query parameters are refused.

**Errors** are `application/problem+json` with `code`, `errors[].pointer` and `remedy`; `/problems` lists the codes.

**Lists** are pages: follow `next_cursor` (or the `Link` header) until it is null.
"""


def describe(app: FastAPI) -> None:
    """Have the application serve this document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title="Kaohe 考核", version="1", description=DESCRIPTION, routes=app.routes)
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An opaque token, `kaohe_…`."}
    }
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for status, response in operation["responses"].items():
            if status.startswith(("4", "5")):
                response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for unused in ("HTTPValidationError", "ValidationError"):
        components.get("schemas", {}).pop(unused, None)
    return document
