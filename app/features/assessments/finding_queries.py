"""Every select over findings that a person asks for; each takes whose they are."""

import functools
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping, and_, bindparam, exists, select
from sqlmodel import Session, col

from app.features.paging import Columns, Listing, Page, PageRequest, fetch, narrowed, plain
from app.models import Assessment, Contract, Counter, Finding, IssueType


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings to list; None asks for all."""

    contract_id: uuid.UUID | None = None
    service_center_id: uuid.UUID | None = None
    vendor_id: uuid.UUID | None = None
    period: str | None = None
    issue_type: str | None = None
    counter: str | None = None
    withdrawn: bool | None = None
    updated_since: datetime | None = None


# ---------------------------------------------------------------- for the services that change them


def entered_against(
    session: Session, contract_id: uuid.UUID, period: str, issue_type: str, counter: str | None
) -> RowMapping:
    """Read what a finding is entered against: its center's catalogues, and how far the month of its date has come.

    There is no issue type, or no month, where none is found; `counters` tells whether the center has any at all,
    `counter` whether it has this one.
    """
    values = {"contract": contract_id, "period": period, "issue_type": issue_type, "counter": counter}
    return session.connection().execute(_ENTERED_AGAINST, values).mappings().one()


_OF_CENTER = col(Counter.service_center_id) == col(Contract.service_center_id)
_ENTERED_AGAINST: Listing = (
    select(
        col(IssueType.id).label("issue_type_id"),
        col(IssueType.name_zh).label("issue_type_name"),
        exists().where(_OF_CENTER).label("counters"),
        exists().where(_OF_CENTER, col(Counter.code) == bindparam("counter")).label("counter"),
        col(Assessment.stage),
        col(Assessment.final_on),
    )
    .select_from(Contract)
    .join(
        IssueType,
        and_(
            col(IssueType.service_center_id) == col(Contract.service_center_id),
            col(IssueType.code) == bindparam("issue_type"),
        ),
        isouter=True,
    )
    .join(
        Assessment,
        and_(
            col(Assessment.contract_id) == col(Contract.id),
            col(Assessment.period) == bindparam("period"),
            col(Assessment.expected),
        ),
        isouter=True,
    )
    .where(col(Contract.id) == bindparam("contract"))
)


def findings_for_update(
    session: Session, contract_id: uuid.UUID, finding_ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, RowMapping]:
    """Read some findings of a contract that the caller holds."""
    statement = select(
        col(Finding.id),
        col(Finding.period),
        col(Finding.occurred_on),
        col(Finding.withdrawn_on),
        col(Finding.version),
    ).where(col(Finding.id).in_(finding_ids), col(Finding.contract_id) == contract_id)
    return {row["id"]: row for row in session.execute(statement).mappings()}


# ---------------------------------------------------------------- what people read


_FINDING_COLUMNS: Columns = (
    col(Finding.id),
    col(Finding.service_center_id),
    col(Finding.vendor_id),
    col(Finding.contract_id),
    col(Contract.number).label("contract_number"),
    col(Finding.period),
    col(IssueType.code).label("issue_type"),
    col(IssueType.name_zh).label("issue_type_name"),
    col(Finding.occurred_on),
    col(Finding.counter),
    col(Finding.description),
    col(Finding.deduction_hundredths),
    col(Finding.at_least),
    col(Finding.until),
    col(Finding.level),
    col(Finding.unrectified),
    col(Finding.post),
    col(Finding.note),
    col(Finding.withdrawn_on),
    col(Finding.withdrawn_reason),
    col(Finding.external_ref),
    col(Finding.version),
    col(Finding.created_at),
    col(Finding.updated_at),
)


def _findings() -> Listing:
    return (
        select(*_FINDING_COLUMNS)
        .join(Contract, col(Contract.id) == col(Finding.contract_id))
        .join(IssueType, col(IssueType.id) == col(Finding.issue_type_id))
    )


def _at(centers: Collection[uuid.UUID]) -> Listing:
    return _findings().where(col(Finding.service_center_id).in_(centers))


@functools.cache
def _findings_of_month() -> Listing:
    return (
        _findings()
        .where(
            col(Finding.contract_id) == bindparam("contract_id"),
            col(Finding.period) == bindparam("period"),
            col(Finding.service_center_id).in_(bindparam("centers", expanding=True)),
        )
        .order_by(col(Finding.occurred_on), col(Finding.id))
    )


def findings_of_month(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str
) -> Sequence[RowMapping]:
    """Read the findings of a month of these centers, in the order of their days."""
    values = {"centers": centers, "contract_id": contract_id, "period": period}
    return plain(session.connection().execute(_findings_of_month(), values))


def finding(session: Session, centers: Collection[uuid.UUID], finding_id: uuid.UUID) -> RowMapping | None:
    """Read one finding of these centers."""
    values = {"centers": centers, "id": finding_id}
    return session.connection().execute(_finding(), values).mappings().one_or_none()


@functools.cache
def _finding() -> Listing:
    return _findings().where(
        col(Finding.id) == bindparam("id"),
        col(Finding.service_center_id).in_(bindparam("centers", expanding=True)),
    )


def findings(session: Session, centers: Collection[uuid.UUID], wanted: FindingFilter, page: PageRequest) -> Page:
    """List the findings of these centers."""
    return fetch(session, narrowed_to(_at(centers), wanted), col(Finding.id), page)


def narrowed_to(statement: Listing, wanted: FindingFilter) -> Listing:
    """Narrow a select of findings with their issue types to what a filter asks for."""
    columns = ("contract_id", "service_center_id", "vendor_id", "period", "counter")
    statement = narrowed(statement, Finding, wanted, columns)
    if wanted.issue_type is not None:
        statement = statement.where(col(IssueType.code) == wanted.issue_type)
    if wanted.withdrawn is not None:
        withdrawn = col(Finding.withdrawn_on).is_not(None)
        statement = statement.where(withdrawn if wanted.withdrawn else ~withdrawn)
    if wanted.updated_since is not None:
        statement = statement.where(col(Finding.updated_at) >= wanted.updated_since)
    return statement
