"""Every select over monthly metrics; those that people ask for take whose they are."""

import uuid
from collections.abc import Collection, Sequence

from sqlalchemy import RowMapping, select, union
from sqlmodel import Session, col

from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Counter, MonthMetrics, Site


def for_update(session: Session, contract_id: uuid.UUID, period: str) -> MonthMetrics | None:
    """Read the metrics of a month of a contract that the caller holds."""
    statement = select(MonthMetrics).where(
        col(MonthMetrics.contract_id) == contract_id, col(MonthMetrics.period) == period
    )
    return session.execute(statement).scalar_one_or_none()


def place_codes(session: Session, center: uuid.UUID) -> set[str]:
    """Read the codes of a service center's halls and counters."""
    halls = select(col(Site.code)).where(col(Site.service_center_id) == center)
    counters = select(col(Counter.code)).where(col(Counter.service_center_id) == center)
    return set(session.execute(union(halls, counters)).scalars())


def of_contracts(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read what the months of some contracts were measured by."""
    statement = select(col(MonthMetrics.contract_id), col(MonthMetrics.period), col(MonthMetrics.figures)).where(
        col(MonthMetrics.contract_id).in_(contract_ids)
    )
    return session.execute(statement.order_by(col(MonthMetrics.contract_id))).mappings().all()


def month(session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str) -> RowMapping | None:
    """Read the metrics of one month of these centers."""
    statement = _metrics(centers, contract_id).where(col(MonthMetrics.period) == period)
    return session.execute(statement).mappings().one_or_none()


def months(
    session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, year: int | None, page: PageRequest
) -> Page:
    """List the months of a contract of these centers that have metrics; None asks for every year."""
    statement = _metrics(centers, contract_id)
    if year is not None:
        statement = statement.where(col(MonthMetrics.period).between(f"{year}-01", f"{year}-12"))
    return fetch(session, statement, col(MonthMetrics.id), page)


def _metrics(centers: Collection[uuid.UUID], contract_id: uuid.UUID) -> Listing:
    statement: Listing = select(
        col(MonthMetrics.id),
        col(MonthMetrics.contract_id),
        col(MonthMetrics.period),
        col(MonthMetrics.figures),
        col(MonthMetrics.note),
        col(MonthMetrics.version),
        col(MonthMetrics.created_at),
        col(MonthMetrics.updated_at),
    )
    return statement.where(
        col(MonthMetrics.service_center_id).in_(centers), col(MonthMetrics.contract_id) == contract_id
    )
