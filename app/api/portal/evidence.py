"""A vendor's files: declared, sent as bytes, read again."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field, StrictInt, StringConstraints
from sqlalchemy import RowMapping

from app.api.answers import Db, answer, database_of
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.files import ATTACHMENT, attachment
from app.api.ids import EvidenceId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.receiving import Announced, Folder, Upload, takes_bytes
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.evidence import handing_in, queries
from app.features.evidence.handing_in import NewFile
from app.values import Out, Reason, Shape, shown

router = vendors_room("portal")
EXAMPLE = "日期,窗口,整改情况\n2023-01-12,A-07,已补足人员\n"
"""A small file, as the documentation declares and sends it."""
EXAMPLE_HASH = "05418a91e258098f4500ad5c13a99a279dc0c6f507e319b4a482f109e91a6f85"


class FileStatus(StrEnum):
    """Whether a file's bytes have come."""

    DECLARED = "declared"
    STORED = "stored"


class EvidenceIn(Shape):
    """佐证材料: a file that is going to be sent; name, size and hash are compared with what comes."""

    model_config = shown(
        {"name": "整改记录.csv", "size": len(EXAMPLE.encode()), "sha256": EXAMPLE_HASH, "note": "一月整改记录"}
    )

    name: Annotated[str, Field(min_length=1, max_length=255, description="A plain file name with its extension.")]
    size: Annotated[StrictInt, Field(ge=1, le=1 << 40, description="Bytes.")]
    sha256: Annotated[
        str, StringConstraints(pattern=r"^[0-9a-f]{64}$"), Field(description="Of the bytes, in lower-case hexadecimal.")
    ]
    note: Reason | None = None


class EvidenceDeclared(Out):
    """A declared file, and where its bytes are sent."""

    id: uuid.UUID
    content_url: Annotated[str, Field(description="Send the bytes there with PUT.")]
    quota_left: Annotated[int, Field(description="Bytes that may still be declared after this file.")]


class PortalEvidence(Out):
    """A file as its vendor sees it."""

    id: uuid.UUID
    name: str
    size: int
    sha256: str
    note: str | None
    status: FileStatus
    media_type: Annotated[str | None, Field(description="What the bytes are, as found in them.")]
    used: Annotated[
        bool, Field(description="Something refers to it; until then it is a draft which the service center cannot see.")
    ]
    declared_by: str
    declared_at: datetime
    stored_at: datetime | None


@router.get("/evidence", response_model=PageOf[PortalEvidence])
def list_portal_evidence(who: Vendor, db: Db, paging: Paged) -> Response:
    """List the vendor's own files, declared and stored."""
    with db.read() as session:
        page = queries.own_files(session, company(who), paging.page)
    return paging.answer([_file(row) for row in page.rows], page.next_after)


@router.post("/evidence", status_code=201, response_model=EvidenceDeclared)
@changes(key_required=True)
def declare_evidence(who: VendorWrite, said: EvidenceIn, folder: Folder, change: Change) -> Response:
    """Declare a file; its bytes are sent afterwards to the address in the answer.

    Taken are PDF, PNG, JPEG, DOCX, XLSX, OFD, and text or CSV in UTF-8 or GB18030.
    """
    new = NewFile(name=said.name, size=said.size, sha256=said.sha256, note=said.note)
    declared = handing_in.declare(change.session, who.actor, company(who), new, folder)
    own = f"/v1/portal/evidence/{declared.id}"
    made = EvidenceDeclared(id=declared.id, content_url=f"{own}/content", quota_left=declared.left)
    return answer(made, 201, {"Location": own})


@router.get("/evidence/{evidence_id}", response_model=PortalEvidence)
def read_portal_evidence(who: Vendor, db: Db, evidence_id: EvidenceId) -> Response:
    """Read what is known of one of the vendor's own files."""
    return answer(_file(_own(db, who, evidence_id)))


def _announced(request: Request) -> Announced:
    """Say what was declared of the file that the path names: its bytes may be as many as that."""
    caller: Caller = request.state.caller
    evidence_id = uuid.UUID(str(request.path_params["evidence_id"]))
    return Announced(int(_own(database_of(request), caller, evidence_id)["size"]), evidence_id, company(caller))


@router.put("/evidence/{evidence_id}/content", response_model=PortalEvidence)
@changes(own_transactions=True)
@takes_bytes(_announced, EXAMPLE)
def send_evidence_content(
    who: VendorWrite, db: Db, evidence_id: EvidenceId, upload: Upload, folder: Folder
) -> Response:
    """Send the bytes of a declared file; they are stored if size, hash and kind are as declared.

    What a file is, is found in its bytes. A repetition is harmless; after a failure nothing is kept.
    While the same file, or four of the vendor's, are on their way, further bytes are answered with 503.
    """
    handing_in.fill(db, who.actor, company(who), evidence_id, upload, folder)
    return answer(_file(_own(db, who, evidence_id)))


@router.get("/evidence/{evidence_id}/content", response_class=Response, responses=ATTACHMENT)
def read_portal_evidence_content(who: Vendor, db: Db, evidence_id: EvidenceId, folder: Folder) -> Response:
    """Read the bytes of one of the vendor's own files; 404 until they came."""
    row = _own(db, who, evidence_id)
    if row["stored_at"] is None:
        raise NotFound("The file's bytes have not come yet.", pointer="/path/evidence_id")
    return attachment(folder.read(row["sha256"]), row["name"], row["media_type"], row["sha256"])


def _own(db: Db, who: Caller, evidence_id: uuid.UUID) -> RowMapping:
    with db.read() as session:
        row = queries.own_file(session, company(who), evidence_id)
    if row is None:
        raise NotFound(pointer="/path/evidence_id")
    return row


def _file(row: RowMapping) -> PortalEvidence:
    status = FileStatus.DECLARED if row["stored_at"] is None else FileStatus.STORED
    return PortalEvidence(**PortalEvidence.members_of(row), status=status)
