"""签收 of a notice, and by when the vendor answers it otherwise."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer, etag_of
from app.api.auth import Vendor, VendorWrite
from app.api.changing import Change, changes
from app.api.ids import AssessmentId
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import NotFound
from app.features.assessments import acknowledgements, answer_queries
from app.features.assessments.acknowledgements import Standing
from app.models.words import DueKind
from app.values import Day, Out

router = vendors_room("vendor's answers", "/assessments/{assessment_id}/acknowledgement")


class AnswerDue(Out):
    """By when an answer is due, and how the day was counted."""

    due_on: Day
    provisional: Annotated[bool, Field(description="Counted over days that a holiday notice to come may decide.")]
    steps: Annotated[list[str], Field(description="The rule behind it, with its dates.")]


class RectificationDue(AnswerDue):
    """By when a finding is to be rectified."""

    finding_id: uuid.UUID


class AcknowledgementOut(Out):
    """How the acknowledgement of a notice stands, and what else the notice asks for."""

    assessment_id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    period: str
    notified_on: Annotated[Day, Field(description="The notice's own date.")]
    document_no: str | None
    served_at: Annotated[datetime | None, Field(description="Since when it could be read here.")]
    revision: Annotated[int, Field(description="0 is what was notified; raised by each revision after the notice.")]
    standing: Annotated[
        Standing, Field(description="`deemed`: its due date has passed without it, and it counts as given.")
    ]
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    deemed_on: Annotated[
        Day | None, Field(description="The day on which it counted as given; kept where it was given after that.")
    ]
    due: Annotated[AnswerDue | None, Field(description="Null where the terms state no limit.")]
    appeal: Annotated[AnswerDue | None, Field(description="For an appeal; null where the terms state no limit.")]
    rectifications: Annotated[
        list[RectificationDue], Field(description="For each standing finding that the terms give a limit for.")
    ]


@router.get("", response_model=AcknowledgementOut)
def read_acknowledgement(who: Vendor, db: Db, assessment_id: AssessmentId) -> Response:
    """Read whether a notice is acknowledged, awaits it, or counts as acknowledged."""
    with db.read() as session:
        return _answer(session, company(who), assessment_id)


@router.post("", status_code=201, response_model=AcknowledgementOut)
@changes(key_required=True)
def acknowledge_assessment(who: VendorWrite, change: Change, assessment_id: AssessmentId) -> Response:
    """Acknowledge a notice, once; the answer says by when it is appealed against and its findings are rectified."""
    acknowledgements.acknowledge(change.session, who, company(who), assessment_id)
    return _answer(change.session, company(who), assessment_id, made=True)


def _answer(session: Session, vendor_id: uuid.UUID, assessment_id: uuid.UUID, *, made: bool = False) -> Response:
    row = answer_queries.notice(session, vendor_id, assessment_id)
    if row is None:
        raise NotFound(pointer="/path/assessment_id")
    contract_id, period = row["contract_id"], row["period"]
    receipt = acknowledgements.receipt(session, contract_id, assessment_id, period, clock.today())
    owed = acknowledgements.answers_owed(session, contract_id, period)
    body = AcknowledgementOut(
        assessment_id=assessment_id,
        contract_id=contract_id,
        contract_number=row["contract_number"],
        period=period,
        notified_on=row["notified_on"],
        document_no=row["document_no"],
        served_at=row["notice_recorded_at"],
        revision=row["revision"],
        standing=receipt.standing,
        acknowledged_at=receipt.acknowledged_at,
        acknowledged_by=receipt.acknowledged_by,
        deemed_on=receipt.deemed_on,
        due=None if receipt.due is None else AnswerDue(**_due(receipt.due)),
        appeal=next((AnswerDue(**_due(entry)) for entry in owed if entry["kind"] is DueKind.APPEAL), None),
        rectifications=[
            RectificationDue(finding_id=uuid.UUID(entry["subject"]), **_due(entry))
            for entry in owed
            if entry["kind"] is DueKind.RECTIFICATION
        ],
    )
    location = {"Location": f"/v1/portal/assessments/{assessment_id}/acknowledgement"} if made else {}
    return answer(body, 201 if made else 200, etag_of(row["version"], body) | location)


def _due(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in AnswerDue.model_fields}
