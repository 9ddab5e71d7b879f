"""The OpenAPI document: what an integrator generates a client from."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from app.api.auth import TABLE, Permission
from app.api.problems import MEDIA_TYPE
from app.api.requests import KaoheRoute
from app.models.words import Role

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
    for route in _secured(app):
        for method in route.methods or ():
            _complete(document["paths"][route.path][method.lower()], route)
    components.get("schemas", {}).pop("HTTPValidationError", None)
    components.get("schemas", {}).pop("ValidationError", None)
    return document


def _secured(app: FastAPI) -> list[KaoheRoute]:
    return [route for route in all_routes(app) if isinstance(route, KaoheRoute)]


def all_routes(app: FastAPI) -> list[APIRoute]:
    """List the routes of the application, however deep their routers are nested."""
    found: list[APIRoute] = []
    waiting: list[Any] = list(app.routes)
    while waiting:
        route = waiting.pop(0)
        if isinstance(route, APIRoute):
            found.append(route)
        else:
            waiting.extend(getattr(route, "routes", None) or [])
    return found


def _complete(operation: dict[str, Any], route: KaoheRoute) -> None:
    operation["security"] = [{"token": []}]
    operation["x-roles"] = roles(route.permission)
    for status, response in operation["responses"].items():
        if status.startswith(("4", "5")):
            response["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def roles(permission: Permission) -> list[str]:
    """Name the roles that may use a route, from the table."""
    return [role.value for role in TABLE[permission.resource] if permission.allows(Role(role))]
