"""Every select over the job runs."""

from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from app.clock import BUSINESS_ZONE
from app.features.paging import Columns, Listing, Page, PageRequest, fetch
from app.models import JobRun
from app.models.words import AskedBy, RunStatus

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


def first_tick(session: Session) -> date | None:
    """Give the first business date that the clock ran: from it on, every date is to be run."""
    statement = select(func.min(col(JobRun.business_date))).where(col(JobRun.asked_by) == AskedBy.CLOCK)
    day: date | None = session.execute(statement).scalar_one()
    return day


def succeeded(session: Session, since: date) -> dict[tuple[str, date], date]:
    """Give the runs that succeeded, from a business date on, each with the day on which it first did."""
    statement = select(col(JobRun.job), col(JobRun.business_date), col(JobRun.first_succeeded_at)).where(
        col(JobRun.business_date) >= since, col(JobRun.first_succeeded_at).is_not(None)
    )
    return {(job, day): at.astimezone(BUSINESS_ZONE).date() for job, day, at in session.execute(statement) if at}


def last_night(session: Session) -> date | None:
    """Give the last business date on which any job succeeded, for `/readyz`."""
    statement = select(func.max(col(JobRun.business_date))).where(col(JobRun.status) == RunStatus.SUCCEEDED)
    day: date | None = session.execute(statement).scalar_one()
    return day
