"""Answers as ready bytes, written before the transaction is committed."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated

from fastapi import Depends, Path, Request, Response
from pydantic import BaseModel, Field

from app.database import Database
from app.errors import Invalid
from app.rules.faults import Fault
from app.rules.periods import Period
from app.values import Out

Version = Annotated[int, Field(description='Raised by every change; `If-Match: "3"` says that version 3 was read.')]


class Created(Out):
    """What was made."""

    id: uuid.UUID


def answer(body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Write a model as JSON bytes."""
    return Response(body.model_dump_json(), status, dict(headers or {}), "application/json")


class ShownOnce(Response):
    """An answer with a secret in it; `again` is what a retry with the same key gets, since no secret is kept."""

    again: bytes


def shown_once(body: BaseModel, again: BaseModel, status: int, headers: Mapping[str, str]) -> Response:
    """Write a model that holds a secret, and what stands in its place when a retry asks for the answer again.

    Nothing on the way may store it.
    """
    sent = dict(headers) | {"Cache-Control": "no-store"}
    response = ShownOnce(body.model_dump_json(), status, sent, "application/json")
    response.again = again.model_dump_json().encode()
    return response


def created(id_: uuid.UUID, location: str) -> Response:
    """Answer 201 with the id of what was made and where it can be read."""
    return answer(Created(id=id_), 201, {"Location": location})


def database_of(request: Request) -> Database:
    """Give the program's database."""
    database: Database = request.app.state.database
    return database


async def _database(request: Request) -> Database:
    return database_of(request)


Db = Annotated[Database, Depends(_database)]


async def _period(
    period: Annotated[str, Path(description="考核月份, a month", examples=["2023-01"], max_length=20)],
) -> Period:
    try:
        return Period.parse(period)
    except ValueError:
        detail = f"'{period}' is not a month."
        fault = Fault("/path/period", "wrong-period", detail, 'Write the month like "2023-01".')
        raise Invalid(detail, faults=[fault]) from None


PathPeriod = Annotated[Period, Depends(_period)]


def etag(version: int, *runs_with: date | None, lists: Iterable[str] = ()) -> dict[str, str]:
    """Give the ETag of a thing at a version, and of the days that its answer also runs with: today, a due date.

    `lists` tells by their ids and versions the other things that the answer holds. Any form may be sent as If-Match:
    only the version is compared there.
    """
    parts = [str(version), *(str(day) for day in runs_with if day)]
    listed = " ".join(lists)
    if listed:
        parts.append(hashlib.sha256(listed.encode()).hexdigest()[:16])
    return {"ETag": f'"{"-".join(parts)}"'}


def etag_of(version: int, body: BaseModel) -> dict[str, str]:
    """Give the ETag of a thing at a version whose answer also runs with other things: what they come to is in it."""
    return {"ETag": f'"{version}-{hashlib.sha256(body.model_dump_json().encode()).hexdigest()[:16]}"'}
