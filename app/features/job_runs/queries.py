"""Every select over the job runs."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping, bindparam, func, literal, select, true
from sqlmodel import Session, col

from app.clock import BUSINESS_ZONE
from app.features.nights import queries as nights
from app.features.nights.marks import EVERY
from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import Alert, JobRun
from app.models.words import AlertKind, AskedBy, RunStatus

_COLUMNS: Columns = (
    col(JobRun.id),
    col(JobRun.job),
    col(JobRun.business_date),
    col(JobRun.asked_by),
    col(JobRun.status),
    col(JobRun.attempts),
    col(JobRun.rows_read),
    col(JobRun.rows_written),
    col(JobRun.rows_skipped),
    col(JobRun.rows_failed),
    col(JobRun.statements),
    col(JobRun.failures),
    col(JobRun.error),
    col(JobRun.first_succeeded_at),
    col(JobRun.started_at),
    col(JobRun.finished_at),
)


def job_runs(
    session: Session, page: PageRequest, job: str | None = None, since: date | None = None, until: date | None = None
) -> Page:
    """List the runs, filtered by job and business date."""
    statement: Listing = select(*_COLUMNS)
    if job is not None:
        statement = statement.where(col(JobRun.job) == job)
    if since is not None:
        statement = statement.where(col(JobRun.business_date) >= since)
    if until is not None:
        statement = statement.where(col(JobRun.business_date) <= until)
    return fetch(session, statement, col(JobRun.id), page)


def later_run(session: Session, job: str, as_of: date) -> datetime | None:
    """Give when a job last ran for a later business date; None where `as_of` is the newest it ever ran for."""
    statement = select(func.max(col(JobRun.finished_at))).where(
        col(JobRun.job) == job, col(JobRun.business_date) > as_of, col(JobRun.first_succeeded_at).is_not(None)
    )
    instant: datetime | None = session.execute(statement).scalar_one()
    return instant


def standing(session: Session, job: str) -> RowMapping:
    """Give the number of the last gathering, and a job's run for the latest business date that has succeeded.

    `concerns_all` tells whether since that run something was marked that concerns all contracts. Where there is no such
    run, all but the number is None.
    """
    return session.connection().execute(_STANDING, {"job": job}).mappings().one()


_NEWEST = (
    select(
        col(JobRun.business_date),
        col(JobRun.status),
        col(JobRun.gathered),
        col(JobRun.program),
        col(JobRun.failures),
        nights.is_gathered(EVERY, col(JobRun.gathered), col(JobRun.business_date)).label("concerns_all"),
    )
    .where(col(JobRun.job) == bindparam("job"), col(JobRun.first_succeeded_at).is_not(None))
    .order_by(col(JobRun.business_date).desc())
    .limit(1)
    .subquery()
)
_STANDING = select(nights.LAST_GATHERING.label("last_gathering"), _NEWEST).select_from(
    select(literal(1)).subquery().outerjoin(_NEWEST, true())
)


def seen_by_all(session: Session, jobs: Collection[str]) -> tuple[int, date] | None:
    """Give the last gathering, and the last date, that every one of some jobs has dealt with; None before that."""
    numbered = (
        select(
            col(JobRun.gathered),
            col(JobRun.business_date),
            func.row_number()
            .over(partition_by=col(JobRun.job), order_by=col(JobRun.business_date).desc())
            .label("place"),
        )
        .where(col(JobRun.job).in_(jobs), col(JobRun.first_succeeded_at).is_not(None))
        .subquery()
    )
    last = numbered.c.place == 1
    statement = select(func.count(), func.min(numbered.c.gathered), func.min(numbered.c.business_date)).where(last)
    count, gathered, day = session.execute(statement).one()
    return (gathered, day) if count == len(jobs) and gathered is not None else None


def first_tick(session: Session) -> date | None:
    """Give the first business date that the clock ran: from it on, every date is to be run."""
    statement = select(func.min(col(JobRun.business_date))).where(col(JobRun.asked_by) == AskedBy.CLOCK)
    day: date | None = session.execute(statement).scalar_one()
    return day


def oldest_open_miss(session: Session) -> date | None:
    """Give the earliest business date that an open alert says a job was not run for."""
    statement = select(func.min(col(Alert.since))).where(
        col(Alert.kind) == AlertKind.JOB_MISSED, col(Alert.contract_id).is_(None), col(Alert.until).is_(None)
    )
    since: date | None = session.execute(statement).scalar_one()
    return None if since is None else since - timedelta(days=1)


def succeeded(session: Session, since: date) -> dict[tuple[str, date], date]:
    """Give the runs that succeeded, from a business date on, each with the day on which it first did."""
    statement = select(col(JobRun.job), col(JobRun.business_date), col(JobRun.first_succeeded_at)).where(
        col(JobRun.business_date) >= since, col(JobRun.first_succeeded_at).is_not(None)
    )
    return {(job, day): at.astimezone(BUSINESS_ZONE).date() for job, day, at in session.execute(statement) if at}


def complete_dates(session: Session, jobs: Collection[str], since: date) -> set[date]:
    """Give the business dates from one on for which every one of some jobs has succeeded."""
    statement = (
        select(col(JobRun.business_date))
        .where(
            col(JobRun.job).in_(list(jobs)),
            col(JobRun.business_date) >= since,
            col(JobRun.first_succeeded_at).is_not(None),
        )
        .group_by(col(JobRun.business_date))
        .having(func.count() == len(jobs))
    )
    return set(session.execute(statement).scalars())


def last_night(session: Session) -> date | None:
    """Give the last business date on which any job succeeded, for `/readyz`."""
    statement = select(func.max(col(JobRun.business_date))).where(col(JobRun.status) == RunStatus.SUCCEEDED)
    day: date | None = session.execute(statement).scalar_one()
    return day
