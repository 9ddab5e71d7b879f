"""The nightly jobs in their order: name -> feature function; the clock, the command and the API run them alike."""

import logging
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.database import Database, statements
from app.errors import NotFound
from app.features.access import forgetting as access
from app.features.access_log import digesting as access_log
from app.features.alerts.state import AlertState, Broken, Tally
from app.features.audit import heads
from app.features.audit.actor import Actor
from app.features.contracts.queries import recorded_after
from app.features.contracts.within import ALL, Within
from app.features.evidence.storage import Shelf
from app.features.evidence.sweeping import sweep
from app.features.idempotency import service as idempotency
from app.features.job_runs import queries, service
from app.features.job_runs.looking import Look
from app.features.job_runs.looking import look as look_at
from app.features.nights.gathering import forget, gather, note_turns
from app.features.nights.marks import mark
from app.features.nights.queries import contracts
from app.features.settlements.trials import centers as trials
from app.features.webhooks import forgetting as webhooks
from app.models.words import AskedBy
from app.night_jobs import DRAFTS, FLAGS, JOBS, TELLS, Drafts, Flags, Reach, Settled

log = logging.getLogger(__name__)

__all__ = ["DRAFTS", "FLAGS", "JOBS", "TELLS", "Drafts", "Flags"]

BATCH = 100
"""Contracts that are judged together, so that a night's memory does not grow with how many there are."""


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


def run(
    database: Database, name: str, as_of: date, asked_by: AskedBy, actor: Actor | None = None, *, full: bool = True
) -> JobResult:
    """Run one job for one business date on request; a failure is noted and raised.

    What it writes is one transaction with its row, but for a job whose parts stand for themselves. A second run on the
    same facts counts an attempt and writes nothing else. Who asks is told about all contracts, also of what was changed
    behind the services' back; with `full` left away, about those that a night looks at.
    """
    actor = actor or Actor(asked_by)
    try:
        _gather(database, name)
        done = _do_apart(database, name, as_of, actor, full=full)
        with database.write() as session:
            service.claim(session, name, as_of, asked_by, done.began_at if done else None)
            return _run(session, name, as_of, done or _do(_going_on(session), name, as_of, actor, full=full))
    except Exception as error:
        with database.write() as session:
            service.claim(session, name, as_of, asked_by)
            service.record_failure(session, name, as_of, _reason(error))
        raise


def ensure(database: Database, name: str, as_of: date) -> JobResult | None:
    """See to it, for the clock, that a job has succeeded once for a business date; None where it already has.

    However many clocks ask at once and whenever they die, one of them runs it, and nobody runs it twice; where parts
    stand for themselves two may begin, and whoever comes second to a part finds it done.
    """
    actor = Actor(AskedBy.CLOCK)
    try:
        _gather(database, name)
        if _is_done_apart(database, name, as_of):
            return None
        done = _do_apart(database, name, as_of, actor, full=False)
        with database.write() as session:
            began_at = done.began_at if done else None
            if not service.claim_unless_done(session, name, as_of, AskedBy.CLOCK, began_at):
                return None
            return _run(session, name, as_of, done or _do(_going_on(session), name, as_of, actor, full=False))
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


def _gather(database: Database, name: str) -> None:
    """Gather marks for a job that looks at contracts; in a transaction of its own, which nobody who writes waits for.

    What is gathered stays until every job has looked at it, so it is not lost where the job's own run fails.
    """
    if JOBS[name].reach is not Reach.REST:
        gather(database)


@dataclass(frozen=True, slots=True)
class _Done:
    """What a job has done before its row says so."""

    began_at: datetime
    tally: Tally
    look: Look
    overlooked: int
    statements: int


_CLAIM_AND_NOTE = 2
"""The statements of a run beside those of what it does: the claim before it and the note at its end."""


def _run(session: Session, name: str, as_of: date, done: _Done) -> JobResult:
    """Note on the claimed row what was done."""
    tally, overlooked, sent = done.tally, done.overlooked, done.statements + _CLAIM_AND_NOTE
    expected = overlooked if done.look.expected else None
    service.finish(session, name, as_of, tally, sent, done.look.gathered, expected)
    for broken in tally.broken:
        log.error("job %s: contract %s has broken data: %s", name, broken.contract_id, broken.error)
    if overlooked:
        log.error("job %s for %s corrected %s contracts of which nothing had told it", name, as_of, overlooked)
    return JobResult(
        name, as_of, tally.read, tally.written, tally.skipped, len(tally.broken), sent, tuple(tally.broken)
    )


def _do_apart(database: Database, name: str, as_of: date, actor: Actor, *, full: bool) -> _Done | None:
    """Do a job whose parts stand for themselves, each in a transaction of its own; None for every other job.

    Nobody who writes waits for more than a part. A run that is killed has done the parts before, and the next one does
    the rest.
    """
    return _do(database.write, name, as_of, actor, full=full) if JOBS[name].apart else None


def _is_done_apart(database: Database, name: str, as_of: date) -> bool:
    """Tell whether such a job has succeeded for a date: the row that would say so is claimed after its parts."""
    if not JOBS[name].apart:
        return False
    with database.read() as session:
        return (name, as_of) in queries.succeeded(session, as_of)


Transaction = Callable[[], AbstractContextManager[Session]]


def _going_on(session: Session) -> Transaction:
    """Give the one transaction that goes on, to whoever asks for one."""
    return lambda: nullcontext(session)


class _Counted:
    """Counts the statements that are sent within its transactions."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction, self.sent = transaction, 0

    @contextmanager
    def __call__(self) -> Iterator[Session]:
        with self._transaction() as session:
            before = statements(session)
            yield session
            self.sent += statements(session) - before


def _do(transaction: Transaction, name: str, as_of: date, actor: Actor, *, full: bool) -> _Done:
    """Do a job part by part, and count the contracts that it corrected though nothing had told it of them."""
    job, tally, overlooked, began_at = JOBS[name], Tally(), 0, clock.now()
    counted = _Counted(transaction)
    with counted() as session:
        standing = queries.standing(session, name)
        settled = _settled(session, name, as_of, standing)
        look = look_at(name, as_of, standing, job.moved, full=full or settled is not None)
    for within in _parts(counted, job, look):
        with counted() as session:
            seen = within.contract_ids or ()
            count = look.overlooked(session, seen)
            part = job.do(session, actor, as_of, within, settled or _nothing_settled)
            if settled is not None:
                # What is opened for the past may not stand on the newest date: the next night looks at it again.
                mark(session, part.contracts)
            elif seen:
                overlooked += count(part.contracts)
                note_turns(session, name, seen, part.turns)
        tally = tally.plus(part)
    return _Done(began_at, tally, look, overlooked, counted.sent)


def _parts(transaction: Transaction, job: Flags | Drafts, look: Look) -> Iterator[Within]:
    """Give what a job looks at part by part: batches of contracts, and what is no contract's."""
    if job.reach is not Reach.CONTRACTS:
        rest = job.reach is Reach.CONTRACTS_AND_REST
        yield Within(beside=rest, since=look.since)
    after: uuid.UUID | None = None
    while job.reach is not Reach.REST:
        with transaction() as session:
            ids = contracts(session, after, BATCH, look.among)
        if ids or (after is None and look.among is None):
            yield Within(contract_ids=ids)
        if len(ids) < BATCH:
            return
        after = ids[-1]


def _settled(session: Session, name: str, as_of: date, standing: RowMapping) -> Settled | None:
    """Tell for which contracts `as_of` is the past: those of which a night for a later date has already judged.

    A contract that was taken on since then has had no later night, so its nights begin wherever its record does. None
    where no night for a later date has run.
    """
    newest = standing["business_date"]
    ran_at = queries.later_run(session, name, as_of) if newest and newest > as_of else None
    if ran_at is None:
        return None
    newer = recorded_after(session, ran_at)
    return lambda contract: contract not in newer


def _nothing_settled(_contract: uuid.UUID | None) -> bool:
    return False


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
        tally = job.draft(session, Actor(AskedBy.COMMAND), as_of, ALL)
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

    Forgotten are keys, trials, events and files that were never sent or used, marks of contracts that every job has
    looked at, and entries of the access log that are older than so many days; what was seen until yesterday is
    digested first. The heads go to a file outside of the database, and to standard error.
    """
    with database.write() as session:
        access_log.digest(session, Actor(AskedBy.CLOCK), clock.today())
    access_log.forget(database, Actor(AskedBy.CLOCK), clock.today(), access_log_days)
    with database.write() as session:
        access.forget(session, clock.today())
        idempotency.forget(session, clock.today())
        trials.forget(session, clock.today())
        webhooks.forget(session, clock.today())
        looking = [name for name, job in JOBS.items() if job.reach is not Reach.REST]
        looked_at = queries.seen_by_all(session, looking)
        if looked_at is not None:
            forget(session, *looked_at)
    sweep(database, shelf, Actor(AskedBy.CLOCK))
    with database.read() as session:
        now = heads.publish(session, path, clock.now())
    for head in now:
        sys.stderr.write(f"audit head {head.chain} {head.number} {head.hash}\n")
