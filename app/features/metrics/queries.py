"""Every select over monthly metrics; those that people ask for take whose they are."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache

from sqlalchemy import RowMapping, and_, literal, select, union, union_all
from sqlmodel import Session, col

from app.features.contracts.these import Which, of_these
from app.features.contracts.within import Within, entries_ever_missed, ever_missed
from app.features.paging import Listing, Page, PageRequest, fetch
from app.models import Assessment, Counter, DueDate, MonthMetricCodes, MonthMetrics, Site, TermsVersion
from app.models.words import DueKind


def for_update(session: Session, contract_id: uuid.UUID, periods: Collection[str]) -> Mapping[str, MonthMetrics]:
    """Read the metrics of months of a contract that the caller holds."""
    statement = select(MonthMetrics).where(
        col(MonthMetrics.contract_id) == contract_id, col(MonthMetrics.period).in_(periods)
    )
    return {row.period: row for row in session.execute(statement).scalars()}


def codes_recorded(session: Session, contract_id: uuid.UUID, periods: Collection[str]) -> Sequence[RowMapping]:
    """Read which codes months of a contract had from when on, in the order in which that was recorded."""
    columns = ("period", "number", "codes", "recorded_on")
    statement = select(*(col(getattr(MonthMetricCodes, name)) for name in columns)).where(
        col(MonthMetricCodes.contract_id) == contract_id, col(MonthMetricCodes.period).in_(periods)
    )
    return session.execute(statement.order_by(col(MonthMetricCodes.number))).mappings().all()


def owed(session: Session, contract_id: uuid.UUID, periods: Collection[str]) -> Sequence[RowMapping]:
    """Read the due dates in force of months' figures, with the terms that ask for them."""
    statement = (
        select(col(DueDate.subject), col(DueDate.met_on), col(TermsVersion.document))
        .join(TermsVersion, col(TermsVersion.id) == col(DueDate.terms_version_id))
        .where(
            col(DueDate.contract_id) == contract_id,
            col(DueDate.kind) == DueKind.METRICS,
            col(DueDate.subject).in_(periods),
            col(DueDate.superseded_on).is_(None),
        )
    )
    return session.execute(statement).mappings().all()


def place_codes(session: Session, center: uuid.UUID) -> set[str]:
    """Read the codes of a service center's halls and counters."""
    halls = select(col(Site.code)).where(col(Site.service_center_id) == center)
    counters = select(col(Counter.code)).where(col(Counter.service_center_id) == center)
    return set(session.execute(union(halls, counters)).scalars())


def places(session: Session, center: uuid.UUID) -> Sequence[RowMapping]:
    """Read a service center's halls and counters by their codes: `level` is `hall` or `counter`."""
    halls = select(literal("hall").label("level"), col(Site.code), col(Site.name)).where(
        col(Site.service_center_id) == center
    )
    counters = select(literal("counter").label("level"), col(Counter.code), col(Counter.name)).where(
        col(Counter.service_center_id) == center
    )
    return session.execute(union_all(halls, counters).order_by("level", "code")).mappings().all()


def of_contracts(session: Session, contract_ids: Collection[uuid.UUID]) -> Sequence[RowMapping]:
    """Read what the months of some contracts were measured by."""
    return of_these(session, _of_contracts, contract_ids).all()


@cache
def _of_contracts(which: Which) -> Listing:
    statement = select(col(MonthMetrics.contract_id), col(MonthMetrics.period), col(MonthMetrics.figures)).where(
        which(col(MonthMetrics.contract_id))
    )
    return statement.order_by(col(MonthMetrics.contract_id))


def month(session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str) -> RowMapping | None:
    """Read the metrics of one month of these centers."""
    statement = _metrics(centers, contract_id).where(col(MonthMetrics.period) == period)
    return session.execute(statement).mappings().one_or_none()


def served(session: Session, centers: Collection[uuid.UUID], contract_id: uuid.UUID, period: str) -> RowMapping | None:
    """Read a recorded month of service of a contract of these centers: its first and last day, and its center."""
    statement = select(col(Assessment.service_center_id), col(Assessment.served_from), col(Assessment.served_to)).where(
        col(Assessment.service_center_id).in_(centers),
        col(Assessment.contract_id) == contract_id,
        col(Assessment.period) == period,
        col(Assessment.expected),
    )
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


# ---------------------------------------------------------------- what nights read


def ever_missing(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read the due dates of figures that were missed at some time up to a day, oldest entry of a month first."""
    statement = entries_ever_missed(DueKind.METRICS, as_of, within, col(TermsVersion.document)).join(
        TermsVersion, col(TermsVersion.id) == col(DueDate.terms_version_id)
    )
    return session.execute(statement).mappings().all()


def codes_of_missing(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read which codes the months that `ever_missing` finds had from when on."""
    missing = and_(
        col(DueDate.contract_id) == col(MonthMetricCodes.contract_id),
        col(DueDate.subject) == col(MonthMetricCodes.period),
        *ever_missed(DueKind.METRICS, as_of),
        *within.whose(DueDate),
    )
    columns = ("contract_id", "period", "codes", "recorded_on")
    statement = select(*(col(getattr(MonthMetricCodes, name)) for name in columns)).where(
        select(col(DueDate.id)).where(missing).exists(), *within.among(col(MonthMetricCodes.contract_id))
    )
    order = (col(MonthMetricCodes.contract_id), col(MonthMetricCodes.period), col(MonthMetricCodes.number))
    return session.execute(statement.order_by(*order)).mappings().all()


def undated_of_missing(session: Session, as_of: date, within: Within) -> Sequence[RowMapping]:
    """Read the figures of those of the months that an older Kaohe recorded, which noted no day for them."""
    missing = and_(
        col(DueDate.contract_id) == col(MonthMetrics.contract_id),
        col(DueDate.subject) == col(MonthMetrics.period),
        *ever_missed(DueKind.METRICS, as_of),
        *within.whose(DueDate),
    )
    dated = select(col(MonthMetricCodes.id)).where(
        col(MonthMetricCodes.contract_id) == col(MonthMetrics.contract_id),
        col(MonthMetricCodes.period) == col(MonthMetrics.period),
    )
    columns = ("contract_id", "period", "figures", "updated_at")
    statement = select(*(col(getattr(MonthMetrics, name)) for name in columns)).where(
        select(col(DueDate.id)).where(missing).exists(), ~dated.exists(), *within.among(col(MonthMetrics.contract_id))
    )
    return session.execute(statement).mappings().all()
