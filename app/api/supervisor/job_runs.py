"""The nightly jobs: what has run, and running one now."""

import uuid
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field, StrictBool
from sqlalchemy import RowMapping

from app import clock, nightly
from app.api.answers import Db, answer
from app.api.auth import JobRunsRead, JobRunsWrite
from app.api.changing import changes
from app.api.paging import Paged, PageOf
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.contracts.queries import contracts_of
from app.features.contracts.within import Within
from app.features.job_runs import queries
from app.models.words import AlertKind, AskedBy, RunStatus
from app.rules.faults import Fault
from app.values import Day, Out, Shape, shown

router = centers_room("job runs", "/job-runs")


class Failure(Out):
    """A contract whose data a job could not read."""

    contract_id: uuid.UUID
    error: str


class JobRunOut(Out):
    """A job's run for a business date; failures of other service centers are counted, not shown."""

    id: uuid.UUID
    job: str
    business_date: Day
    asked_by: AskedBy
    status: RunStatus
    attempts: int
    read: int
    written: int
    skipped: int
    failed: int
    statements: int
    failures: list[Failure]
    error: str | None
    started_at: datetime
    finished_at: datetime


class JobRunIn(Shape):
    """Which job to run for which business date."""

    model_config = shown({"job": "all", "as_of": "2024-01-19"}, {"job": "flag_late_notices", "dry_run": True})

    job: Annotated[str, Field(max_length=64, examples=["all", "flag_late_notices"])]
    as_of: Annotated[Day | None, Field(description="Left out: today.")] = None
    dry_run: StrictBool = False


class FoundAlert(Out):
    """An alert that the facts demand."""

    kind: AlertKind
    contract_id: uuid.UUID | None
    subject: str
    since: Day
    until: Day | None
    facts: dict[str, Any]


class JobResultOut(Out):
    """What one run did; `alerts` says, of a dry run, what the facts demand for one's own service centers."""

    job: str
    as_of: Day
    read: int
    written: int
    skipped: int
    failed: int
    statements: int
    alerts: list[FoundAlert]


class JobResultsOut(Out):
    """The jobs that were run, in their order."""

    items: list[JobResultOut]


JobName = Annotated[str | None, Query(max_length=64, description="One job's.", examples=["flag_late_notices"])]
BusinessFrom = Annotated[Day | None, Query(description="For this business date or later.", examples=["2023-01-01"])]
BusinessTo = Annotated[Day | None, Query(description="For this business date or earlier.", examples=["2024-12-31"])]


@router.get("", response_model=PageOf[JobRunOut])
def list_job_runs(
    who: JobRunsRead,
    db: Db,
    paging: Paged,
    job: JobName = None,
    since: BusinessFrom = None,
    until: BusinessTo = None,
) -> Response:
    """List what has run for which business dates."""
    with db.read() as session:
        page = queries.job_runs(session, paging.page, job, since, until)
        failed = {failure["contract_id"] for row in page.rows for failure in row["failures"]}
        own = contracts_of(session, who.centers, {uuid.UUID(id_) for id_ in failed})
    return paging.answer([_out(row, own) for row in page.rows], page.next_after)


@router.post("", response_model=JobResultsOut)
@heavy
@changes(own_transactions=True)
def run_job(who: JobRunsWrite, db: Db, body: JobRunIn) -> Response:
    """Run a job, or `all`, for a business date; a second run on the same facts writes nothing."""
    as_of = body.as_of or clock.today()
    if as_of > clock.today():
        detail = f"{as_of} is after today."
        fault = Fault("/as_of", "date-in-future", detail, "Run a job for today or a day before.")
        raise Invalid(detail, faults=[fault])
    items = [_result(_run(who, db, name, as_of, dry=body.dry_run)) for name in nightly.names(body.job)]
    return answer(JobResultsOut(items=items))


def _run(who: Caller, db: Db, name: str, as_of: date, *, dry: bool) -> nightly.JobResult:
    if dry:
        return nightly.dry_run(db, name, as_of, Within(centers=who.centers))
    return nightly.run(db, name, as_of, AskedBy.API, who.actor)


def _out(row: RowMapping, own: set[uuid.UUID]) -> JobRunOut:
    failures = [Failure(**failure) for failure in row["failures"] if uuid.UUID(failure["contract_id"]) in own]
    counts = {name: row[f"rows_{name}"] for name in ("read", "written", "skipped", "failed")}
    # What the database said may hold other service centers' figures: the kind is shown, the rest is in the log.
    error = row["error"].split(":")[0] if row["error"] else None
    return JobRunOut.model_construct(**{**row, **counts, "failures": failures, "error": error})


def _result(result: nightly.JobResult) -> JobResultOut:
    alerts = [
        FoundAlert(
            kind=state.kind,
            contract_id=state.contract_id,
            subject=state.subject,
            since=state.since,
            until=state.until,
            facts=state.facts,
        )
        for state in result.states
    ]
    return JobResultOut(
        job=result.job,
        as_of=result.as_of,
        read=result.read,
        written=result.written,
        skipped=result.skipped,
        failed=result.failed,
        statements=result.statements,
        alerts=alerts,
    )
