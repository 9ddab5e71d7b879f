"""The OpenAPI document: what an integrator generates a client from."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.api.cookies import COOKIE, CSRF_HEADER
from app.api.problems import MEDIA_TYPE, Problem
from app.api.requests import KaoheRoute

DESCRIPTION = """
Kaohe 考核 keeps what a government service centre agrees with the vendors that staff its counters: dated contract
terms, findings, monthly assessments and their notices. Every night it flags what is late, repeated or below the mark.
What a result is worth follows from the contract's clauses: a settlement is drafted by one person and approved by
another, each amount explained step by step, and posted to a ledger that is only ever added to. Beside it stand budgets
and monthly figures; the year's evaluation (绩效自评) takes its actuals from all of that, is checked, and is handed
over in its official form.

**Begin**: put a token into *Authorize*, then try `GET /v1/me` and `GET /v1/contracts`.

**Values**: money `"938761.72"` and scores `"89.50"` are strings, a date is `2023-03-26` in Asia/Shanghai, a month
`2023-01`, an instant RFC 3339 in UTC. Unknown members and query parameters are refused.

**Errors** are `application/problem+json` with `code`, `errors[].pointer` and `remedy`; `/problems` lists the codes.

**Changes** carry an `Idempotency-Key`, with which a retry gets the first answer again, and, where something that stands
is changed, its `ETag` as `If-Match`.

**Examples** speak of one invented service centre and follow one another from its first contract to its annual
assessment, its settlement, payout and payment: put your own ids, keys and `ETag`s in the place of theirs.

**Lists** are pages: follow `next_cursor` (or the `Link` header) until it is null.
"""


_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def describe(app: FastAPI) -> None:
    """Have the application serve this document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    for route in app.routes:
        if isinstance(route, KaoheRoute):
            route.build()
    document = get_openapi(title="Kaohe 考核", version="1", description=DESCRIPTION, routes=app.routes)
    components = document.setdefault("components", {})
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "An opaque token, `kaohe_…`."},
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": COOKIE,
            "description": "The session of a person, given by `POST /sign-in`.",
        },
        "csrf": {
            "type": "apiKey",
            "in": "header",
            "name": CSRF_HEADER,
            "description": "With a session, for whatever changes something: what `POST /sign-in` gave.",
        },
    }
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            never = _never(path, method, operation)
            for parameter in operation.get("parameters", ()):
                _never_null(parameter)
            operation["responses"] = {
                status: response | _PROBLEM if status.startswith(("4", "5")) else response
                for status, response in operation["responses"].items()
                if status not in never
            }
    components.setdefault("schemas", {}).update(_problem_schemas())
    for unused in ("HTTPValidationError", "ValidationError"):
        components.get("schemas", {}).pop(unused, None)
    return document


def _problem_schemas() -> dict[str, Any]:
    """Describe the problems once: a model at each of a route's ten refusals would be built for each of them."""
    said = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    return {**said.pop("$defs"), "Problem": said}


def _never_null(parameter: dict[str, Any]) -> None:
    """Say of a parameter what it is when it is there: one that may be left out cannot be null on the wire."""
    schema = parameter["schema"]
    forms = [form for form in schema.pop("anyOf", ()) if form != {"type": "null"}]
    if forms:
        (form,) = forms
        parameter["schema"] = {**form, **schema}


def _never(path: str, method: str, operation: dict[str, Any]) -> set[str]:
    """Name the problems that this operation cannot answer with, so that nobody writes code for them."""
    never = set() if "requestBody" in operation else {"408", "413", "415"}
    if "application/json" not in operation.get("requestBody", {}).get("content", {"application/json": None}):
        never |= {"415"}
    if method == "get":
        # A month in the path is the only thing of a reading request that is read and then found to be none.
        never |= {"409"} | (set() if "{period}" in path else {"422"}) | (set() if "{" in path else {"404"})
    return never
