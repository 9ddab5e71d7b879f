"""The files that vendors have put to use, as their service center reads them; the others are the vendors' drafts."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from fastapi import Response
from sqlalchemy import RowMapping
from sqlmodel import Session

from app.api.answers import Db, answer
from app.api.auth import EvidenceRead
from app.api.files import ATTACHMENT, attachment
from app.api.ids import EvidenceId, OfCenter, OfVendor
from app.api.paging import Paged, PageOf
from app.api.receiving import Folder
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.evidence import queries
from app.values import Out

router = centers_room("evidence")


class SubjectOut(Out):
    """Something that refers to a file."""

    kind: str
    id: uuid.UUID


class EvidenceOut(Out):
    """A vendor's file, and what refers to it."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    name: str
    size: int
    sha256: str
    note: str | None
    media_type: str
    declared_by: str
    declared_at: datetime
    stored_at: datetime
    used_by: list[SubjectOut]


@router.get("/evidence", response_model=PageOf[EvidenceOut])
def list_evidence(
    who: EvidenceRead, db: Db, paging: Paged, service_center_id: OfCenter = None, vendor_id: OfVendor = None
) -> Response:
    """List the files that something refers to."""
    with db.read() as session:
        page = queries.used_files(session, who.centers, paging.page, service_center_id, vendor_id)
        items = _files(session, page.rows)
    return paging.answer(items, page.next_after)


@router.get("/evidence/{evidence_id}", response_model=EvidenceOut)
def read_evidence(who: EvidenceRead, db: Db, evidence_id: EvidenceId) -> Response:
    """Read what is known of a file that something refers to."""
    with db.read() as session:
        (file,) = _files(session, [_used(session, who, evidence_id)])
    return answer(file)


@router.get("/evidence/{evidence_id}/content", response_class=Response, responses=ATTACHMENT)
def read_evidence_content(who: EvidenceRead, db: Db, evidence_id: EvidenceId, folder: Folder) -> Response:
    """Read the bytes of a file that something refers to."""
    with db.read() as session:
        row = _used(session, who, evidence_id)
    return attachment(folder.read(row["sha256"]), row["name"], row["media_type"], row["sha256"])


def _used(session: Session, who: Caller, evidence_id: uuid.UUID) -> RowMapping:
    row = queries.used_file(session, who.centers, evidence_id)
    if row is None:
        raise NotFound(pointer="/path/evidence_id")
    return row


def _files(session: Session, rows: Sequence[RowMapping]) -> list[EvidenceOut]:
    subjects = queries.subjects(session, [row["id"] for row in rows])
    return [_file(row, subjects[row["id"]]) for row in rows]


def _file(row: RowMapping, subjects: Sequence[tuple[str, uuid.UUID]]) -> EvidenceOut:
    return EvidenceOut(**EvidenceOut.members_of(row), used_by=[SubjectOut(kind=kind, id=id_) for kind, id_ in subjects])
