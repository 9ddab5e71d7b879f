"""The audit as auditors and administrators read it: who did what, when, by which request."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app.api.answers import Db
from app.api.auth import AuditRead
from app.api.files import CSV_FILE, JSON_LINES, CsvFile, JsonLines, saved
from app.api.filters import RecordedSince, RecordedUntil
from app.api.ids import CONTRACT, OfCenter
from app.api.paging import Paged, PageOf
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.documents import csv_sheet
from app.documents.csv_sheet import ExportTooLarge
from app.features.audit import export, queries, sheet
from app.features.audit.queries import EventFilter
from app.values import Out

router = centers_room("audit", "/audit-events")
Action = Annotated[str | None, Query(max_length=64, description="What was done.", examples=["contract.activated"])]
ActorName = Annotated[str | None, Query(max_length=64, description="Who did it, by name.", examples=["supervisor"])]
PrincipalId = Annotated[uuid.UUID | None, Query(description="Who did it, by `id` of `GET /v1/users` or a token.")]
SubjectKind = Annotated[str | None, Query(max_length=64, description="To what kind of thing.", examples=["contract"])]
SubjectId = Annotated[
    str | None, Query(max_length=64, description="To which of them, by id.", examples=[str(CONTRACT)])
]
RequestId = Annotated[str | None, Query(max_length=64, description="`X-Request-Id` of the request that did it.")]


async def _wanted(
    action: Action = None,
    actor: ActorName = None,
    principal_id: PrincipalId = None,
    subject_kind: SubjectKind = None,
    subject_id: SubjectId = None,
    service_center_id: OfCenter = None,
    request_id: RequestId = None,
    since: RecordedSince = None,
    until: RecordedUntil = None,
) -> EventFilter:
    """Read by what the list is narrowed, and its export alike."""
    return EventFilter(
        action, actor, principal_id, subject_kind, subject_id, service_center_id, request_id, since, until
    )


Wanted = Annotated[EventFilter, Depends(_wanted)]


class RowChange(Out):
    """A row that the act changed."""

    table: str
    key: str
    before: Annotated[str | None, Field(description="Hash of the row before; null where it was not there.")]
    after: Annotated[str | None, Field(description="Hash of the row after; null where it is gone.")]


class AuditEventOut(Out):
    """One act, in its service center's chain: `hash` covers everything here and the hash of the event before it."""

    id: uuid.UUID
    chain: str
    number: int
    service_center_id: uuid.UUID | None
    recorded_at: datetime
    actor: str
    principal_id: uuid.UUID | None
    action: Annotated[str, Field(examples=["assessment.notified"])]
    subject_kind: str
    subject_id: str
    before_hash: str | None
    after_hash: str | None
    changes: list[RowChange]
    details: dict[str, Any]
    request_id: str | None
    hash_name: str
    previous_hash: str | None
    hash: str


@router.get("", response_model=PageOf[AuditEventOut])
def list_audit_events(who: AuditRead, db: Db, paging: Paged, wanted: Wanted) -> Response:
    """List who did what in one's service centers, and about the people and tokens of theirs alone, the oldest first."""
    with db.read() as session:
        page = queries.events(session, who.centers, wanted, paging.page)
    return paging.answer([_event(row) for row in page.rows], page.next_after)


@router.get("/export", response_class=CsvFile, responses=CSV_FILE)
@heavy
def export_audit_events(who: AuditRead, db: Db, wanted: Wanted) -> Response:
    """Give the same list as a table to be saved, at most 100,000 rows."""
    with db.snapshot() as session:
        return saved(CsvFile, sheet.write(session, who.centers, wanted), "audit-events.csv")


@router.get("/chains", response_class=JsonLines, responses=JSON_LINES)
@heavy
def export_audit_chains(who: AuditRead, db: Db, service_center_id: OfCenter = None) -> Response:
    """Give the whole chains of one's service centers as JSON lines, which `kaohe verify --export` checks."""
    centers = [center for center in who.centers if service_center_id in {None, center}]
    content = bytearray()
    with db.snapshot() as session:
        for line in export.lines_of(session, centers):
            content += f"{line}\n".encode()
            if len(content) > csv_sheet.MOST_BYTES:
                detail = f"The chains have more than {csv_sheet.MOST_BYTES >> 20} MiB."
                raise ExportTooLarge(detail, remedy="Ask the operator for 'kaohe audit export'.")
    return saved(JsonLines, bytes(content), "audit-chains.jsonl")


def _event(row: RowMapping) -> AuditEventOut:
    changes = [RowChange.model_construct(**change) for change in row["changes"]]
    return AuditEventOut.model_construct(**{**row, "changes": changes})
