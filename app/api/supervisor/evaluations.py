"""绩效评价: draft a project's year, read what it comes to and what is wrong with it, make it final, change it again."""

import uuid
from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field, StrictInt
from sqlmodel import Session

from app.api.answers import Db, answer, etag_of
from app.api.auth import EvaluationsRead, EvaluationsWrite
from app.api.changing import Change, changes
from app.api.filters import UpdatedSince, Year
from app.api.ids import CENTER, CONTRACT, EvaluationId, OfCenter, OfContract
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.api.supervisor.evaluation_answers import (
    EvaluationOut,
    EvaluationSummary,
    EvaluationVersionOut,
    evaluation_out,
    summary_out,
    version_out,
)
from app.api.supervisor.evaluation_example import DOCUMENT
from app.features.access.caller import Caller
from app.features.evaluations import queries, service
from app.features.evaluations.document import EvaluationDocument
from app.features.evaluations.queries import EvaluationFilter
from app.features.evaluations.service import NewEvaluation
from app.models.words import EvaluationKind, EvaluationStatus
from app.values import Code, Day, Name, Reason, Shape, shown

router = centers_room("evaluations", "/evaluations")
TemplateCode = Annotated[Code, Field(description="`id` of a template.", examples=["national"])]


class EvaluationIn(Shape):
    """A project's year: by which template, and everything that its table prints."""

    model_config = shown(
        {
            "service_center_id": str(CENTER),
            "contract_id": str(CONTRACT),
            "year": 2023,
            "title": "综合窗口外包服务项目",
            "template": "national",
            "document": DOCUMENT,
        }
    )

    service_center_id: uuid.UUID
    contract_id: Annotated[
        uuid.UUID | None, Field(description="The contract from whose record bound actuals are taken.")
    ] = None
    year: Annotated[StrictInt, Field(ge=2000, le=2089)]
    kind: EvaluationKind = EvaluationKind.SELF_EVALUATION
    title: Annotated[Name, Field(description="Once in a year of a centre, for each kind.")]
    template: TemplateCode
    document: EvaluationDocument


class EvaluationChangeIn(Shape):
    """The evaluation anew, in the place of what stands; the version before stays readable."""

    model_config = shown({"template": "national", "document": DOCUMENT, "reason": "补记偏差原因"})

    template: TemplateCode
    document: EvaluationDocument
    reason: Annotated[
        Reason | None, Field(description="Why it is changed; a final evaluation is changed with a reason only.")
    ] = None


class EvaluationFinalIn(Shape):
    """The day on which it was made final."""

    model_config = shown({"finalised_on": "2024-01-18"})

    finalised_on: Annotated[Day | None, Field(description="Left out: today.")] = None


OfKind = Annotated[EvaluationKind | None, Query(description="Only those of this kind.")]
WithStatus = Annotated[EvaluationStatus | None, Query(description="Only drafts, or only final ones.")]


@router.get("", response_model=PageOf[EvaluationSummary])
def list_evaluations(
    who: EvaluationsRead,
    db: Db,
    paging: Paged,
    year: Year = None,
    kind: OfKind = None,
    status: WithStatus = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List evaluations, without their tables."""
    wanted = EvaluationFilter(year, kind, status, contract_id, service_center_id, updated_since)
    with db.read() as session:
        page = queries.evaluations(session, who.centers, wanted, paging.page)
    return paging.answer([summary_out(row) for row in page.rows], page.next_after)


@router.post("", status_code=201, response_model=EvaluationOut)
@changes(key_required=True)
def create_evaluation(who: EvaluationsWrite, change: Change, body: EvaluationIn) -> Response:
    """Draft an evaluation; what is printed is kept as it is, and what is left out is computed."""
    id_ = service.create(change.session, who, NewEvaluation(**dict(body)))
    return _read(change.session, who, id_, 201)


@router.get("/{evaluation_id}", response_model=EvaluationOut)
def read_evaluation(who: EvaluationsRead, db: Db, evaluation_id: EvaluationId) -> Response:
    """Read what an evaluation comes to, row by row, what was recomputed, and what is wrong with it."""
    with db.snapshot() as session:
        return _read(session, who, evaluation_id)


@router.put("/{evaluation_id}", response_model=EvaluationOut)
@changes(key_required=True, match=True)
def change_evaluation(
    who: EvaluationsWrite, change: Change, evaluation_id: EvaluationId, body: EvaluationChangeIn
) -> Response:
    """Add a version in the place of the one that stands; with a reason also of a final one, which is a draft again."""
    service.change(change.session, who, evaluation_id, body.template, body.document, body.reason, change.seen)
    return _read(change.session, who, evaluation_id)


@router.post("/{evaluation_id}/finalization", response_model=EvaluationOut)
@changes(key_required=True, match=True, shown=2)
def finalize_evaluation(
    who: EvaluationsWrite, change: Change, evaluation_id: EvaluationId, body: EvaluationFinalIn
) -> Response:
    """Make it final, its actuals from the record frozen: 409 names each row without points and wrong weights."""
    service.finalize(change.session, who, evaluation_id, body.finalised_on, change.seen)
    return _read(change.session, who, evaluation_id)


@router.get("/{evaluation_id}/versions", response_model=PageOf[EvaluationVersionOut])
def list_evaluation_versions(who: EvaluationsRead, db: Db, evaluation_id: EvaluationId, paging: Paged) -> Response:
    """List every version of an evaluation, oldest first, with what it said, who recorded it and why."""
    with db.read() as session:
        page = queries.versions(session, who.centers, evaluation_id, paging.page)
    return paging.answer([version_out(row) for row in page.rows], page.next_after)


def _read(session: Session, who: Caller, evaluation_id: uuid.UUID, status: int = 200) -> Response:
    out = evaluation_out(service.read(session, who, evaluation_id))
    headers = {"Location": f"/v1/evaluations/{evaluation_id}"} if status == HTTPStatus.CREATED else {}
    return answer(out, status, etag_of(out.version, out) | headers)
