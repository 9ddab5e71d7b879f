"""Claims a job's run for a business date, notes how it ended, and finds the dates that were missed."""

from collections.abc import Collection, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Executable, bindparam, func, update
from sqlmodel import Session, col

from app import clock
from app.features.alerts.state import AlertState, Evaluation, Tally
from app.features.job_runs import queries
from app.features.job_runs.looking import program
from app.features.upserts import upsert_on
from app.models import JobRun
from app.models.columns import UtcDateTime, new_id
from app.models.words import AlertKind, AskedBy, RunStatus, Severity


def claim(session: Session, job: str, business_date: date, asked_by: AskedBy, began_at: datetime | None = None) -> None:
    """Begin an attempt that was asked for: make the one row of the job and date, or count one attempt more on it.

    The row stays locked to the end of the transaction, so of two who run the same job at once the second waits and
    then finds nothing left to write. `began_at` is for an attempt that has done its work before.
    """
    _claim(session, job, business_date, asked_by, began_at, unless_done=False)


def claim_unless_done(
    session: Session, job: str, business_date: date, asked_by: AskedBy, began_at: datetime | None = None
) -> bool:
    """Begin an attempt only where none has succeeded yet, and tell whether this transaction is the one to run it.

    Of two at once the second waits on the row: it finds the first one's success and has nothing to do, not even an
    attempt to count; or, where the first was undone or killed, it runs in its place.
    """
    return _claim(session, job, business_date, asked_by, began_at, unless_done=True)


def _claim(
    session: Session, job: str, business_date: date, asked_by: AskedBy, began_at: datetime | None, *, unless_done: bool
) -> bool:
    now = began_at or clock.now()
    fresh = {"id": new_id(), "job": job, "business_date": business_date, "asked_by": asked_by, "attempts": 1}
    fresh |= {"started_at": now} | _ended(now)
    statement = _claiming(session.get_bind().dialect.name, unless_done=unless_done)
    return session.connection().execute(statement, fresh).first() is not None


@cache
def _claiming(dialect: str, *, unless_done: bool) -> Executable:
    fresh = upsert_on(dialect, JobRun)
    claimed = fresh.on_conflict_do_update(
        index_elements=["job", "business_date"],
        set_={"attempts": col(JobRun.attempts) + 1, "started_at": fresh.excluded.started_at},
        where=col(JobRun.first_succeeded_at).is_(None) if unless_done else None,
    )
    return claimed.returning(col(JobRun.id))


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
    values = _ended(now, RunStatus.SUCCEEDED, tally, statements)
    seen = {"gathered": gathered, "program": program(), "overlooked": overlooked}
    session.connection().execute(_SUCCEEDED, {"of": job, "on": business_date, "now": now} | seen | values)


def record_failure(session: Session, job: str, business_date: date, error: str) -> None:
    """Note on the claimed row, after the attempt itself was undone, that and why it failed as a whole."""
    ended = _ended(clock.now()) | {"error": error[:1000]}
    session.connection().execute(_OF, {"of": job, "on": business_date} | ended)


_OF = update(JobRun).where(col(JobRun.job) == bindparam("of"), col(JobRun.business_date) == bindparam("on"))
_SUCCEEDED = _OF.values(
    first_succeeded_at=func.coalesce(col(JobRun.first_succeeded_at), bindparam("now", type_=UtcDateTime))
)


def _ended(
    finished: datetime, status: RunStatus = RunStatus.FAILED, tally: Tally | None = None, statements: int = 0
) -> dict[str, Any]:
    tally = tally or Tally()
    return {
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


def due_dates_of_the_clock(session: Session, jobs: Collection[str], today: date) -> list[tuple[str, date]]:
    """List every job and business date, oldest first, that the clock should have run up to `today` and has not."""
    first = queries.first_tick(session) or today
    complete = queries.complete_dates(session, jobs, first)
    days = [day for day in _days(first, today) if day not in complete]
    if not days:
        return []
    done = queries.succeeded(session, days[0])
    return [(job, day) for day in days for job in jobs if (job, day) not in done]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


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
    days = _days(first, as_of - timedelta(days=1))
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
