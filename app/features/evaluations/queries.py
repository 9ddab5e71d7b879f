"""Every select over evaluations; those that people ask for take whose they are."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, and_, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import Contract, Evaluation, EvaluationVersion
from app.models.words import EvaluationKind, EvaluationStatus


@dataclass(frozen=True, slots=True)
class EvaluationFilter:
    """Which evaluations to list; None asks for all."""

    year: int | None = None
    kind: EvaluationKind | None = None
    status: EvaluationStatus | None = None
    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    updated_since: datetime | None = None


_OWN: Columns = (
    col(Evaluation.id),
    col(Evaluation.service_center_id),
    col(Evaluation.contract_id),
    col(Evaluation.year),
    col(Evaluation.kind),
    col(Evaluation.title),
    col(Evaluation.status),
    col(Evaluation.finalised_on),
    col(Evaluation.version),
    col(Evaluation.created_at),
    col(Evaluation.updated_at),
)
_SAID: Columns = (
    col(EvaluationVersion.template),
    col(EvaluationVersion.total),
    col(EvaluationVersion.grade),
    col(EvaluationVersion.reason),
    col(EvaluationVersion.recorded_by),
)
_WHOLE: Columns = (col(EvaluationVersion.document), col(EvaluationVersion.frozen))


def evaluations(session: Session, centers: Collection[uuid.UUID], wanted: EvaluationFilter, page: PageRequest) -> Page:
    """List the evaluations of these centers, without their documents."""
    statement = _evaluations(centers, (*_OWN, *_SAID))
    for column, value in (
        (Evaluation.year, wanted.year),
        (Evaluation.kind, wanted.kind),
        (Evaluation.status, wanted.status),
        (Evaluation.contract_id, wanted.contract_id),
        (Evaluation.service_center_id, wanted.service_center_id),
    ):
        if value is not None:
            statement = statement.where(col(column) == value)
    if wanted.updated_since is not None:
        statement = statement.where(col(Evaluation.updated_at) >= wanted.updated_since)
    return fetch(session, statement, col(Evaluation.id), page)


def evaluation(session: Session, centers: Collection[uuid.UUID], evaluation_id: uuid.UUID) -> RowMapping | None:
    """Read an evaluation of these centers as its latest version says."""
    statement = _evaluations(centers, (*_OWN, *_SAID, *_WHOLE)).where(col(Evaluation.id) == evaluation_id)
    return session.execute(statement).mappings().one_or_none()


def versions(session: Session, centers: Collection[uuid.UUID], evaluation_id: uuid.UUID, page: PageRequest) -> Page:
    """List the versions of an evaluation of these centers, oldest first."""
    statement: Listing = select(
        col(EvaluationVersion.id),
        col(EvaluationVersion.number),
        col(EvaluationVersion.template),
        col(EvaluationVersion.document),
        col(EvaluationVersion.finalised),
        col(EvaluationVersion.total),
        col(EvaluationVersion.grade),
        col(EvaluationVersion.reason),
        col(EvaluationVersion.recorded_by),
        col(EvaluationVersion.recorded_at),
    )
    own = col(Evaluation.id) == col(EvaluationVersion.evaluation_id)
    statement = statement.join(Evaluation, own).where(
        col(Evaluation.service_center_id).in_(centers), col(Evaluation.id) == evaluation_id
    )
    return fetch(session, statement, col(EvaluationVersion.id), page)


def for_update(session: Session, centers: Collection[uuid.UUID], evaluation_id: uuid.UUID) -> Evaluation | None:
    """Read an evaluation of these centers and lock its row; SQLite, with its one writer, needs no lock."""
    statement = select(Evaluation).where(
        col(Evaluation.id) == evaluation_id, col(Evaluation.service_center_id).in_(centers)
    )
    return session.execute(statement.with_for_update()).scalar_one_or_none()


def is_of_center(session: Session, contract_id: uuid.UUID, center: uuid.UUID) -> bool:
    """Tell whether a contract is a service center's."""
    statement = select(col(Contract.id)).where(
        col(Contract.id) == contract_id, col(Contract.service_center_id) == center
    )
    return session.execute(statement).first() is not None


def of_number(session: Session, center: uuid.UUID, number: str) -> uuid.UUID | None:
    """Find a service center's contract by its number."""
    statement = select(col(Contract.id)).where(
        col(Contract.service_center_id) == center, col(Contract.number) == number
    )
    return session.execute(statement).scalar_one_or_none()


def of_title(session: Session, center: uuid.UUID, year: int, kind: EvaluationKind, title: str) -> uuid.UUID | None:
    """Find the evaluation of that title among those of one kind of a center's year."""
    statement = select(col(Evaluation.id)).where(
        col(Evaluation.service_center_id) == center,
        col(Evaluation.year) == year,
        col(Evaluation.kind) == kind,
        col(Evaluation.title) == title,
    )
    return session.execute(statement).scalar_one_or_none()


def _evaluations(centers: Collection[uuid.UUID], columns: Columns) -> Listing:
    latest = and_(
        col(EvaluationVersion.evaluation_id) == col(Evaluation.id),
        col(EvaluationVersion.number) == col(Evaluation.version),
    )
    statement: Listing = select(*columns)
    return statement.join(EvaluationVersion, latest).where(col(Evaluation.service_center_id).in_(centers))
