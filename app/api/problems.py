"""Every error as a problem document (RFC 9457): what is wrong, where, and what to do."""

import json
import logging
import re
from collections.abc import Sequence
from typing import Annotated, Any

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from sqlalchemy import exc
from starlette.exceptions import HTTPException

from app.database import lacks_room, lacks_schema, takes_no_changes
from app.errors import (
    BadRequest,
    Conflict,
    Invalid,
    KaoheError,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    Unauthenticated,
    Unavailable,
)
from app.rules.faults import Fault, pointer_to
from app.values import Out

MEDIA_TYPE = "application/problem+json"
log = logging.getLogger(__name__)

_BY_STATUS: dict[int, type[KaoheError]] = {400: BadRequest, 404: NotFound, 405: MethodNotAllowed, 413: TooLarge}

_REMEDIES = {
    "missing": "Add this member.",
    "extra_forbidden": "Leave this member out; see /docs for those that there are.",
}
_PLUS_LOST = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+ \d\d:\d\d")
"""An instant whose offset has lost its sign: in a query string a plus is a blank."""
_CODES = {"extra_forbidden": "unknown-member", "missing": "missing-member"}


class ProblemItem(Out):
    """One thing that is wrong."""

    pointer: Annotated[str, Field(description="JSON pointer into the body; /path/… and /query/… for parameters")]
    code: str
    detail: str
    remedy: str


class Problem(Out):
    """A problem document."""

    type: Annotated[str, Field(examples=["/problems/validation-error"])]
    title: str
    status: int
    code: str
    detail: str
    remedy: str
    errors: list[ProblemItem]
    request_id: str


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"description": title}
    for status, title in (
        (400, "The request cannot be read"),
        (401, "A valid token is needed"),
        (403, "Your role may not do this"),
        (404, "Not there, or not yours"),
        (409, "The present state forbids it"),
        (413, "The body is too large"),
        (408, "The body came too slowly"),
        (415, "The body must be JSON"),
        (422, "The request is not valid"),
        (429, "Too many requests in a minute; see Retry-After"),
        (503, "The service cannot answer just now; see Retry-After"),
    )
}


def problem(error: KaoheError) -> Response:
    """Write an error as a problem document."""
    document = {
        "type": f"/problems/{error.code}",
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "remedy": error.remedy,
        "errors": [
            {"pointer": fault.pointer, "code": fault.code, "detail": fault.detail, "remedy": fault.remedy}
            for fault in error.faults
        ],
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    headers = {}
    if isinstance(error, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after is not None:
        headers["Retry-After"] = str(error.retry_after)
    # Lone surrogates of the request must not break the answer that complains of them.
    content = json.dumps(document, ensure_ascii=False).encode("utf-8", errors="backslashreplace")
    return Response(content, error.status, headers, MEDIA_TYPE)


async def on_kaohe_error(request: Request, error: Exception) -> Response:
    """Answer an error that a feature raised."""
    assert isinstance(error, KaoheError)  # noqa: S101 registered for this class
    # The access log says why somebody was refused.
    request.state.refused = error.code
    return problem(error)


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer an error of the framework: an unknown path, a method that a path does not take."""
    assert isinstance(error, HTTPException)  # noqa: S101 registered for this class
    known = _BY_STATUS.get(error.status_code)
    if known is None:
        return problem(_other(error))
    # Not request.url: it cannot be put together where the query is no UTF-8.
    detail = f"{request.method} {request.scope['path']} is not there." if error.status_code == NotFound.status else ""
    answer = problem(known(detail, pointer="/path"))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


def _other(error: HTTPException) -> KaoheError:
    other = BadRequest(str(error.detail))
    other.status = error.status_code
    return other


async def on_invalid(_request: Request, error: Exception) -> Response:
    """Answer a request whose parameters or body do not have the declared shape."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 registered for this class
    items = error.errors()
    if any(item["loc"][0] == "path" for item in items):
        return problem(NotFound("The address names no such thing.", pointer=_pointer(items[0]["loc"], None)))
    # A body that a route and what it depends on both read is found wrong by both.
    faults = list(dict.fromkeys(_fault(item, error.body) for item in items))
    kind = BadRequest if all(item["loc"][0] in ("query", "header") for item in items) else Invalid
    return problem(kind(_summary(faults), faults=faults))


def _summary(faults: Sequence[Fault]) -> str:
    first = f"{faults[0].pointer or 'The body'}: {faults[0].detail}"
    return first if len(faults) == 1 else f"{first} ({len(faults)} errors in all.)"


def _fault(item: dict[str, Any], body: Any) -> Fault:  # noqa: ANN401 a body is any JSON value
    kind = item["type"]
    code = _CODES.get(kind, kind.replace("_", "-"))
    detail = item["msg"].removeprefix("Value error, ")
    remedy = _REMEDIES.get(kind, "Correct this value; see /docs.")
    if item["loc"][0] == "query" and _PLUS_LOST.fullmatch(str(item.get("input"))):
        remedy = "In an address a + means a blank: write the offset as %2B08:00, or give the instant in UTC with a Z."
    return Fault(_pointer(item["loc"], body), code, detail, remedy)


def _pointer(place: Sequence[str | int], body: Any) -> str:  # noqa: ANN401 a body is any JSON value
    """Turn a place of a request into a JSON pointer."""
    source, *parts = place
    return pointer_to(parts, body) if source == "body" else "/" + "/".join(str(part) for part in place)


async def on_database_error(request: Request, error: Exception) -> Response:
    """Answer what the database refused: a unique constraint behind a check, or a database that is busy or away."""
    if isinstance(error, exc.IntegrityError):
        return problem(Conflict("Somebody else recorded the same thing at the same time."))
    if lacks_schema(error):
        return problem(Unavailable("The database has no schema yet.", remedy="Run 'kaohe migrate'."))
    if takes_no_changes(error):
        log.error("the database takes no changes", exc_info=error)
        return problem(Unavailable("The database only gives just now: it takes no changes."))
    if lacks_room(error):
        log.error("the database has no room left", exc_info=error)
        return problem(Unavailable("The database has no room left.", remedy="Make room on its disk, and try again."))
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
        log.error("the database did not answer", exc_info=error)
        return problem(Unavailable("The database did not answer in time."))
    return await on_unexpected(request, error)


async def on_unexpected(_request: Request, error: Exception) -> Response:
    """Answer a fault of ours without showing its inside."""
    log.error("unexpected error", exc_info=error)
    answer = problem(KaoheError())
    # This one is answered outside of the middleware that puts the id on every other answer.
    answer.headers["X-Request-Id"] = structlog.contextvars.get_contextvars().get("request_id", "")
    return answer
