"""Claims a job's run for a business date, notes how it ended, and finds the dates that were missed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Update, func, literal, update
from sqlmodel import Session, col

from app import clock
from app.features.alerts.state import AlertState, Evaluation, Tally
from app.features.job_runs import queries
from app.features.job_runs.looking import program
from app.features.upserts import Insert, upsert
from app.models import JobRun
from app.models.columns import UtcDateTime, new_id
from app.models.words import AlertKind, AskedBy, RunStatus, Severity


def claim(session: Session, job: str, business_date: date, asked_by: AskedBy, began_at: datetime | None = None) -> None:
    """Begin an attempt that was asked for: make the one row of the job and date, or count one attempt more on it.

    The row stays locked to the end of the transaction, so of two who run the same job at once the second waits and
    then finds nothing left to write. `began_at` is for an attempt that has done its work before.
    """
    now = began_at or clock.now()
    session.connection().execute(
        _fresh(session, job, business_date, asked_by, now).on_conflict_do_update(
            index_elements=["job", "business_date"], set_=_again(now)
        )
    )


def claim_unless_done(
    session: Session, job: str, business_date: date, asked_by: AskedBy, began_at: datetime | None = None
) -> bool:
    """Begin an attempt only where none has succeeded yet, and tell whether this transaction is the one to run it.

    Of two at once the second waits on the row: it finds the first one's success and has nothing to do, not even an
    attempt to count; or, where the first was undone or killed, it runs in its place.
    """
    now = began_at or clock.now()
    statement = _fresh(session, job, business_date, asked_by, now).on_conflict_do_update(
        index_elements=["job", "business_date"], set_=_again(now), where=col(JobRun.first_succeeded_at).is_(None)
    )
    return session.connection().execute(statement.returning(col(JobRun.id))).first() is not None


def _fresh(session: Session, job: str, business_date: date, asked_by: AskedBy, now: datetime) -> Insert:
    fresh = {"id": new_id(), "job": job, "business_date": business_date, "asked_by": asked_by, "attempts": 1}
    return upsert(session, JobRun).values(**fresh, **_ended(now, now))


def _again(now: datetime) -> dict[str, Any]:
    return {"attempts": col(JobRun.attempts) + 1, "started_at": now}


def finish(
    session: Session,
    job: str,
    business_date: date,
    tally: Tally,
    statements: int,
    gathered: int,
    overlooked: int | None,
) -> None:
    """Note what the attempt did; this is its last statement, and counted in `statements`.

    `gathered` is the last gathering of marks that it saw; `overlooked` how many contracts it corrected unexpectedly.
    """
    now = clock.now()
    first = func.coalesce(col(JobRun.first_succeeded_at), literal(now, UtcDateTime))
    values = _ended(None, now, RunStatus.SUCCEEDED, tally, statements)
    seen = {"gathered": gathered, "program": program(), "overlooked": overlooked}
    session.connection().execute(_of(job, business_date).values(first_succeeded_at=first, **seen, **values))


def record_failure(session: Session, job: str, business_date: date, error: str) -> None:
    """Note on the claimed row, after the attempt itself was undone, that and why it failed as a whole."""
    ended = _ended(None, clock.now(), RunStatus.FAILED) | {"error": error[:1000]}
    session.connection().execute(_of(job, business_date).values(**ended))


def _of(job: str, business_date: date) -> Update:
    return update(JobRun).where(col(JobRun.job) == job, col(JobRun.business_date) == business_date)


def _ended(
    started: datetime | None,
    finished: datetime,
    status: RunStatus = RunStatus.FAILED,
    tally: Tally | None = None,
    statements: int = 0,
) -> dict[str, Any]:
    tally = tally or Tally(0, 0, 0, [])
    values = {
        "status": status,
        "rows_read": tally.read,
        "rows_written": tally.written,
        "rows_skipped": tally.skipped,
        "rows_failed": len(tally.broken),
        "statements": statements,
        "failures": [{"contract_id": str(broken.contract_id), "error": broken.error} for broken in tally.broken],
        "error": None,
        "finished_at": finished,
    }
    return values | ({"started_at": started} if started else {})


def due_dates_of_the_clock(session: Session, jobs: Iterable[str], today: date) -> list[tuple[str, date]]:
    """List every job and business date, oldest first, that the clock should have run up to `today` and has not."""
    first = queries.first_tick(session) or today
    done = queries.succeeded(session, first)
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    names = list(jobs)
    return [(job, day) for day in days for job in names if (job, day) not in done]


def missed_jobs(session: Session, jobs: Iterable[str], as_of: date, judged: date | None = None) -> Evaluation:
    """Find each job and business date before `as_of` that was not run by the next tick (domain.md section 9).

    Resolved on the day on which it was run after all. Dates before the clock's first tick were never due. Of those
    before `judged`, which an earlier night has judged, only the ones that are missing still are looked at again.
    """
    first = queries.first_tick(session)
    if first is None:
        return Evaluation()
    if judged is not None:
        first = max(first, min(judged, queries.oldest_open_miss(session) or judged))
    done = queries.succeeded(session, first)
    days = [first + timedelta(days=number) for number in range((as_of - first).days)]
    evaluation = Evaluation(rows_read=len(done))
    for day in days:
        for job in jobs:
            state = _missed(job, day, done.get((job, day)), as_of)
            if state:
                evaluation.states.append(state)
    return evaluation


def _missed(job: str, day: date, ran_on: date | None, as_of: date) -> AlertState | None:
    if ran_on is not None and ran_on <= day:
        return None
    if ran_on is not None and ran_on > as_of:
        ran_on = None
    facts = {"job": job, "business_date": day.isoformat()}
    since = day + timedelta(days=1)
    return AlertState(AlertKind.JOB_MISSED, None, None, f"{job}:{day}", Severity.WARNING, since, ran_on, facts)
