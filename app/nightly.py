"""The nightly jobs in their order: name -> feature function; the clock, the command and the API run them alike."""

import logging
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import Session

from app import clock
from app.database import Database, statements
from app.errors import NotFound
from app.features.access import forgetting as access
from app.features.access_log import digesting as access_log
from app.features.alerts.service import reconcile
from app.features.alerts.state import AlertState, Broken, Evaluation, Tally
from app.features.assessments import (
    failed_months,
    late_notices,
    missing_annual,
    overdue_rectifications,
    repeat_offences,
)
from app.features.audit import heads
from app.features.audit.actor import Actor
from app.features.budgets import mismatches as budget_mismatches
from app.features.calendar import missing
from app.features.contracts.queries import recorded_after
from app.features.contracts.within import ALL, Within
from app.features.evidence.storage import Shelf
from app.features.evidence.sweeping import sweep
from app.features.idempotency import service as idempotency
from app.features.job_runs import queries, service
from app.features.messages.writing import write_messages
from app.features.settlements.drafting import draft_due_settlements
from app.features.settlements.ledger import checks as ledger_checks
from app.features.settlements.payments import behind as payments_behind
from app.features.settlements.payouts.drafting import draft_payouts
from app.features.settlements.trials import centers as trials
from app.features.settlements.triggers import flags as clause_triggers
from app.features.vendor_duties import missing_reports, vacant_posts
from app.features.webhooks import flags as disabled_endpoints
from app.features.webhooks import forgetting as webhooks
from app.models.words import AlertKind, AskedBy
from app.settings import settings

log = logging.getLogger(__name__)


def _missed_jobs(session: Session, as_of: date, _within: Within = ALL) -> Evaluation:
    return service.missed_jobs(session, JOBS, as_of)


def _missing_calendar(session: Session, as_of: date, _within: Within = ALL) -> Evaluation:
    return missing.evaluate(session, as_of)


def _disabled_endpoints(session: Session, as_of: date, within: Within = ALL) -> Evaluation:
    # An endpoint is of no contract.
    return Evaluation() if within.contract_id else disabled_endpoints.evaluate(session, as_of, within.centers)


def _write_messages(session: Session, _actor: Actor, as_of: date) -> Tally:
    return write_messages(session, as_of, settings().public_url)


@dataclass(frozen=True, slots=True)
class Flags:
    """A nightly job that keeps alerts true: which, and the function that says what the facts demand."""

    kind: AlertKind
    evaluate: Callable[[Session, date, Within], Evaluation]


@dataclass(frozen=True, slots=True)
class Drafts:
    """A nightly job that drafts what a person then approves; a second run finds nothing left to draft."""

    draft: Callable[[Session, Actor, date], Tally]


FLAGS = {
    "flag_missed_jobs": Flags(AlertKind.JOB_MISSED, _missed_jobs),
    "flag_missing_calendar": Flags(AlertKind.CALENDAR_MISSING, _missing_calendar),
    "flag_late_notices": Flags(AlertKind.LATE_NOTICE, late_notices.evaluate),
    "flag_missing_annual_assessments": Flags(AlertKind.MISSING_ANNUAL_ASSESSMENT, missing_annual.evaluate),
    "flag_overdue_rectifications": Flags(AlertKind.OVERDUE_RECTIFICATION, overdue_rectifications.evaluate),
    "flag_repeat_offences": Flags(AlertKind.REPEAT_OFFENCE, repeat_offences.evaluate),
    "flag_below_pass_mark": Flags(AlertKind.BELOW_PASS_MARK, failed_months.evaluate_below),
    "flag_consecutive_fails": Flags(AlertKind.CONSECUTIVE_FAIL, failed_months.evaluate_consecutive),
    "flag_clause_triggers": Flags(AlertKind.CLAUSE_TRIGGER, clause_triggers.evaluate),
    "flag_missing_monthly_reports": Flags(AlertKind.MISSING_MONTHLY_REPORT, missing_reports.evaluate),
    "flag_vacant_key_posts": Flags(AlertKind.KEY_POST_VACANT, vacant_posts.evaluate),
    "flag_payments_behind": Flags(AlertKind.PAYMENT_BEHIND, payments_behind.evaluate),
    "flag_ledger_mismatches": Flags(AlertKind.LEDGER_MISMATCH, ledger_checks.evaluate),
    "flag_budget_mismatches": Flags(AlertKind.BUDGET_LINE_MISMATCH, budget_mismatches.evaluate),
    "flag_disabled_endpoints": Flags(AlertKind.ENDPOINT_DISABLED, _disabled_endpoints),
}
DRAFTS = {
    "draft_due_settlements": Drafts(draft_due_settlements),
    "draft_payouts": Drafts(draft_payouts),
}
TELLS = {
    "write_messages": Drafts(_write_messages),
}
"""What tells people of it, once all else of the night is done."""
JOBS: dict[str, Flags | Drafts] = {**FLAGS, **DRAFTS, **TELLS}
"""Every nightly job by its name, in their order."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """What one run of a job for one business date did; `states` is what a dry run would have written."""

    job: str
    as_of: date
    read: int
    written: int
    skipped: int
    failed: int
    statements: int
    broken: tuple[Broken, ...] = ()
    states: tuple[AlertState, ...] = ()

    def line(self, *, dry: bool) -> dict[str, Any]:
        """Give the figures as `kaohe job run --json` prints them; a dry run adds what the facts demand."""
        counts = ("read", "written", "skipped", "failed", "statements")
        line: dict[str, Any] = {"job": self.job, "as_of": self.as_of.isoformat()}
        line |= {name: getattr(self, name) for name in counts}
        return line | {"alerts": [_said(state) for state in self.states]} if dry else line


def _said(state: AlertState) -> dict[str, Any]:
    return {
        "kind": state.kind,
        "contract_id": str(state.contract_id) if state.contract_id else None,
        "subject": state.subject,
        "since": state.since.isoformat(),
        "until": state.until.isoformat() if state.until else None,
        "facts": state.facts,
    }


def names(wanted: str) -> tuple[str, ...]:
    """Read a job's name, or `all`, as the jobs to run in their order."""
    if wanted == "all":
        return tuple(JOBS)
    if wanted not in JOBS:
        raise NotFound(f"There is no job '{wanted}'.", pointer="/job", remedy=f"Name one of: all, {', '.join(JOBS)}.")
    return (wanted,)


def run(database: Database, name: str, as_of: date, asked_by: AskedBy, actor: Actor | None = None) -> JobResult:
    """Run one job for one business date on request, in one transaction with its row; a failure is noted and raised.

    A second run on the same facts counts an attempt and writes nothing else.
    """
    try:
        with database.write() as session:
            service.claim(session, name, as_of, asked_by)
            return _run(session, name, as_of, actor or Actor(asked_by))
    except Exception as error:
        with database.write() as session:
            service.claim(session, name, as_of, asked_by)
            service.record_failure(session, name, as_of, _reason(error))
        raise


def ensure(database: Database, name: str, as_of: date) -> JobResult | None:
    """See to it, for the clock, that a job has succeeded once for a business date; None where it already has.

    However many clocks ask at once and whenever they die, one of them runs it, and nobody runs it twice.
    """
    try:
        with database.write() as session:
            if not service.claim_unless_done(session, name, as_of, AskedBy.CLOCK):
                return None
            return _run(session, name, as_of, Actor(AskedBy.CLOCK))
    except Exception as error:
        with database.write() as session:
            # Who failed may have only waited too long for another clock, which succeeded: then nothing has failed.
            if service.claim_unless_done(session, name, as_of, AskedBy.CLOCK):
                service.record_failure(session, name, as_of, _reason(error))
        raise


def catch_up(database: Database, today: date) -> Iterator[JobResult]:
    """Ensure every run that is due up to a business date, oldest first, and give those that had to be run.

    A job that fails for a date is not run for later ones before the next call: they would make the failed date the
    past, which a run no longer changes. The other jobs go on.
    """
    failed: set[str] = set()
    for name, as_of in due(database, today):
        if name in failed:
            continue
        try:
            result = ensure(database, name, as_of)
        except Exception:
            log.exception("job %s for %s failed; its later dates wait for the next tick", name, as_of)
            failed.add(name)
            continue
        if result is not None:
            yield result


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _run(session: Session, name: str, as_of: date, actor: Actor) -> JobResult:
    """Do a claimed run; the claim before it and the note at its end are counted among its statements."""
    before = statements(session) - 1
    job = JOBS[name]
    if isinstance(job, Drafts):
        tally = job.draft(session, actor, as_of)
    else:
        found = job.evaluate(session, as_of, ALL)
        tally = reconcile(session, actor, job.kind, found, as_of, _settled(session, name, as_of))
    sent = statements(session) - before + 1
    service.finish(session, name, as_of, tally, sent)
    for broken in tally.broken:
        log.error("job %s: contract %s has broken data: %s", name, broken.contract_id, broken.error)
    return JobResult(
        name, as_of, tally.read, tally.written, tally.skipped, len(tally.broken), sent, tuple(tally.broken)
    )


def _settled(session: Session, name: str, as_of: date) -> Callable[[uuid.UUID | None], bool]:
    """Tell for which contracts `as_of` is the past: those of which a night for a later date has already judged.

    A contract that was taken on since then has had no later night, so its nights begin wherever its record does.
    """
    ran_at = queries.later_run(session, name, as_of)
    if ran_at is None:
        return lambda _contract: False
    newer = recorded_after(session, ran_at)
    return lambda contract: contract not in newer


def dry_run(database: Database, name: str, as_of: date, within: Within = ALL) -> JobResult:
    """Say what the facts dated up to `as_of` demand, and write nothing."""
    job = JOBS[name]
    if isinstance(job, Drafts):
        return _dry_draft(database, name, job, as_of)
    with database.read() as session:
        before = statements(session)
        found = job.evaluate(session, as_of, within)
        sent = statements(session) - before
    return JobResult(
        name, as_of, found.rows_read, 0, 0, len(found.broken), sent, tuple(found.broken), tuple(found.states)
    )


def _dry_draft(database: Database, name: str, job: Drafts, as_of: date) -> JobResult:
    """Draft, count, and undo it all; as with a run, what is drafted is not for one center alone."""
    with database.write() as session:
        before = statements(session)
        tally = job.draft(session, Actor(AskedBy.COMMAND), as_of)
        sent = statements(session) - before
        session.rollback()
    drafted, broken = tally.written, tuple(tally.broken)
    return JobResult(name, as_of, tally.read, drafted, tally.skipped, len(broken), sent, broken)


def run_range(
    database: Database, wanted: str, first: date, last: date, asked_by: AskedBy, *, dry: bool = False
) -> Iterator[JobResult]:
    """Run jobs for every date of a range, date by date, each date's jobs in their order."""
    for number in range((last - first).days + 1):
        as_of = first + timedelta(days=number)
        for name in names(wanted):
            yield dry_run(database, name, as_of) if dry else run(database, name, as_of, asked_by)


def due(database: Database, today: date) -> list[tuple[str, date]]:
    """List what the clock has still to run up to today, oldest first."""
    with database.read() as session:
        return service.due_dates_of_the_clock(session, JOBS, today)


def past(
    session: Session, as_of: date, centers: tuple[uuid.UUID, ...], contract_id: uuid.UUID | None
) -> list[AlertState]:
    """Give the alerts as they stood on a day, seeing only facts dated on or before it."""
    within = Within(centers=centers, contract_id=contract_id)
    found = [state for job in FLAGS.values() for state in job.evaluate(session, as_of, within).states]
    return sorted(found, key=lambda state: (state.since, state.kind, str(state.contract_id), state.subject))


def close_night(database: Database, path: Path, shelf: Shelf, access_log_days: int) -> None:
    """Do what follows a night's runs: forget what is past its time, let the audit's heads leave the database.

    Forgotten are keys, trials, events and files that were never sent or used, and entries of the access log that are
    older than so many days; what was seen until yesterday is digested first. The heads go to a file outside of the
    database, and to standard error.
    """
    with database.write() as session:
        access_log.digest(session, Actor(AskedBy.CLOCK), clock.today())
    access_log.forget(database, Actor(AskedBy.CLOCK), clock.today(), access_log_days)
    with database.write() as session:
        access.forget(session, clock.today())
        idempotency.forget(session, clock.today())
        trials.forget(session, clock.today())
        webhooks.forget(session, clock.today())
    sweep(database, shelf, Actor(AskedBy.CLOCK))
    with database.read() as session:
        now = heads.publish(session, path, clock.now())
    for head in now:
        sys.stderr.write(f"audit head {head.chain} {head.number} {head.hash}\n")
