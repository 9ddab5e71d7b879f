"""The access log as auditors and administrators read it: who saw what, who signed in, who was refused."""

import uuid
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app.api.answers import Db
from app.api.auth import AccessLogRead
from app.api.files import CSV_FILE, CsvFile, saved
from app.api.filters import RecordedSince, RecordedUntil
from app.api.ids import CONTRACT, OfCenter
from app.api.paging import Paged, PageOf
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.features.access_log import queries, sheet
from app.features.access_log.queries import EntryFilter
from app.models.words import AccessKind, Role
from app.values import Out

router = centers_room("audit", "/access-log")
Kind = Annotated[AccessKind | None, Query(description="Only what happened so.", examples=["read"])]
PrincipalName = Annotated[str | None, Query(max_length=64, description="Who, by name.", examples=["supervisor"])]
PrincipalId = Annotated[uuid.UUID | None, Query(description="Who, by `principal_id` of an entry.")]
RouteName = Annotated[
    str | None,
    Query(max_length=200, description="Where, as /docs writes it.", examples=["/v1/contracts/{contract_id}"]),
]
SubjectId = Annotated[
    uuid.UUID | None, Query(description="Only where the address named this id.", examples=[str(CONTRACT)])
]


async def _wanted(
    kind: Kind = None,
    principal: PrincipalName = None,
    principal_id: PrincipalId = None,
    route: RouteName = None,
    subject_id: SubjectId = None,
    service_center_id: OfCenter = None,
    since: RecordedSince = None,
    until: RecordedUntil = None,
) -> EntryFilter:
    """Read by what the list is narrowed, and its export alike."""
    return EntryFilter(kind, principal, principal_id, route, subject_id, service_center_id, since, until)


Wanted = Annotated[EntryFilter, Depends(_wanted)]


class AccessLogEntryOut(Out):
    """One answered request; the night's digest in the audit vouches for it from `digested_on` on."""

    id: uuid.UUID
    occurred_at: datetime
    kind: AccessKind
    principal_id: Annotated[uuid.UUID | None, Field(description="Null where nobody was recognised.")]
    principal: str | None
    role: Role | None
    vendor_id: Annotated[uuid.UUID | None, Field(description="Whose it was that was read.")]
    service_center_id: Annotated[uuid.UUID | None, Field(description="Null where it was no single one's.")]
    method: str
    route: str
    subjects: Annotated[dict[str, str], Field(description="What the address named.")]
    status: int
    times: Annotated[int, Field(description="How many like refusals within a second or so the entry stands for.")]
    request_id: str | None
    address: Annotated[str | None, Field(description="The client's.")]
    code: Annotated[str | None, Field(description="Why it was refused.")]
    digested_on: date | None


@router.get("", response_model=PageOf[AccessLogEntryOut])
def list_access_log(who: AccessLogRead, db: Db, paging: Paged, wanted: Wanted) -> Response:
    """List who saw what in one's service centers, the oldest first; an entry is there within some seconds."""
    with db.read() as session:
        page = queries.entries(session, who.centers, wanted, paging.page)
    return paging.answer([_entry(row) for row in page.rows], page.next_after)


@router.get("/export", response_class=CsvFile, responses=CSV_FILE)
@heavy
def export_access_log(who: AccessLogRead, db: Db, wanted: Wanted) -> Response:
    """Give the same list as a table to be saved, at most 100,000 rows."""
    with db.snapshot() as session:
        return saved(CsvFile, sheet.write(session, who.centers, wanted), "access-log.csv")


def _entry(row: RowMapping) -> AccessLogEntryOut:
    return AccessLogEntryOut.model_construct(**row)
