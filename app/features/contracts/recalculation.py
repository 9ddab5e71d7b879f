"""Computes due dates anew where a holiday notice that has come in changes what they were counted by."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import RowMapping, insert
from sqlmodel import Session, col

from app import clock
from app.features.alerts.state import Broken
from app.features.audit import service as audit
from app.features.audit.actor import Actor
from app.features.audit.changes import Change, Touched, differences, hashes
from app.features.audit.hashing import row_hash
from app.features.audit.service import Act
from app.features.calendar import service as calendars
from app.features.calendar.file import Notice
from app.features.calendar.queries import covered_years, work_calendar
from app.features.contracts import queries, register
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.nights.marks import mark_every
from app.models import Alert, DueDate
from app.models.columns import new_id
from app.models.words import ONCE_GIVEN, AlertKind
from app.rules.deadlines import due_date
from app.rules.periods import Period
from app.rules.working_days import WorkCalendar

BATCH = 1000
"""Due dates that a write carries, so that its statements do not depend on how many contracts there are."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: whether days were entered, how many due dates were computed anew, and on another day.

    `gaps` are years between covered ones without a notice, `broken` contracts whose dates stayed as they were.
    """

    entered: bool
    recalculated: int
    moved: int
    gaps: tuple[int, ...]
    broken: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A due date in force, and the row that takes its place."""

    before: RowMapping
    after: dict[str, Any]


@dataclass(slots=True)
class _Found:
    replaced: list[_Replaced] = field(default_factory=list)
    broken: list[Broken] = field(default_factory=list)


def import_notice(session: Session, actor: Actor, notice: Notice) -> Imported:
    """Take a year's notice into the calendar and replace every unmet due date that it moves, in one transaction.

    A notice that is there already enters nothing, and yet computes anew what an earlier import had to leave: the
    dates of a contract whose terms could not be read then. Raises NoticeDiffers where the calendar says otherwise.
    """
    entered = _enter(session, actor, notice)
    found = _recalculated(session, *notice.reach)
    _replace(session, actor, notice, found.replaced)
    if entered or found.replaced:
        mark_every(session)
    moved = sum(pair.before["due_on"] != pair.after["due_on"] for pair in found.replaced)
    gaps = calendars.gaps(covered_years(session))
    return Imported(entered, len(found.replaced), moved, gaps, tuple(found.broken))


def _enter(session: Session, actor: Actor, notice: Notice) -> bool:
    """Enter the notice as an act of the service's own chain, which names the days by their hash."""
    days = [[str(day.day), day.is_working_day, day.name] for day in notice.days]
    details = {"year": notice.year, "source": notice.source, "days_hash": row_hash({"days": days})}
    flagged: Touched = (Alert, col(Alert.kind) == AlertKind.CALENDAR_MISSING)
    before = hashes(session, [flagged])
    entered = calendars.enter(session, notice)
    if entered:
        changes = differences(before, hashes(session, [flagged]))
        audit.append(session, [Act(actor, None, "calendar.imported", str(notice.year), changes, details)])
    return entered


def _recalculated(session: Session, first: date, last: date) -> _Found:
    """Compute anew what was counted over the days from `first` to `last`, contract by contract."""
    queries.lock_contracts_owing(session, first, last)
    rows = queries.owed_over(session, first, last)
    versions = queries.versions_owing(session, first, last)
    calendar = work_calendar(session)
    found = _Found()
    for contract_id, entries in groupby(rows, key=lambda row: row["contract_id"]):
        try:
            # A list, so that a contract that breaks half-way gives nothing.
            found.replaced.extend(list(_changed(list(entries), versions[contract_id], calendar)))
        except Exception as error:  # noqa: BLE001 whatever is broken in one contract's data is reported, not raised
            found.broken.append(_broken(contract_id, error))
    return found


def _broken(contract_id: uuid.UUID, error: Exception) -> Broken:
    return Broken(contract_id, f"{type(error).__name__}: {error}"[:500])


def _changed(
    entries: Sequence[RowMapping], stored: Sequence[RowMapping], calendar: WorkCalendar
) -> Iterator[_Replaced]:
    """Give the entries of a contract whose date, or whether it is provisional, is another by the version in force."""
    versions = read_versions(stored)
    known_on = max(version.agreed_on for version in versions)
    for entry in entries:
        version = _governing(entry, versions, known_on)
        rule = register.rule_of(entry["kind"], version.terms, entry["subject"]) if version else None
        if version is None or rule is None:
            # An amendment that takes a clause out supersedes its due dates itself.
            continue
        due = due_date(rule, entry["event_on"], calendar)
        if (due.on, due.provisional) != (entry["due_on"], entry["provisional"]):
            computed = {"due_on": due.on, "provisional": due.provisional, "steps": list(due.steps)}
            yield _Replaced(entry, {**entry, "id": new_id(), "terms_version_id": version.id, **computed})


def _governing(entry: RowMapping, versions: Sequence[Version], known_on: date) -> Version | None:
    """Give the version by which an entry is counted: of what was once given, the one that it was given by."""
    if entry["kind"] in ONCE_GIVEN:
        return next((version for version in versions if version.id == entry["terms_version_id"]), None)
    return version_for(versions, Period.of(entry["event_on"]), known_on)


def _replace(session: Session, actor: Actor, notice: Notice, replaced: Sequence[_Replaced]) -> None:
    """Supersede the old entries and enter the new ones; both stay readable, and each center's chain names its own."""
    now, on = clock.now(), clock.today()
    for start in range(0, len(replaced), BATCH):
        batch = replaced[start : start + BATCH]
        ids = [id_ for pair in batch for id_ in (pair.before["id"], pair.after["id"])]
        touched: list[Touched] = [(DueDate, col(DueDate.id).in_(ids))]
        before = hashes(session, touched)
        register.supersede(session, [pair.before["id"] for pair in batch], on, "calendar_imported")
        rows = [
            # A contract taken on before its service begins owes nothing until then, whenever the notice came.
            {**pair.after, "in_force_from": max(on, pair.before["in_force_from"]), "created_at": now, "updated_at": now}
            for pair in batch
        ]
        session.connection().execute(insert(DueDate), rows)
        audit.append(session, _acts(actor, notice, batch, differences(before, hashes(session, touched))))


def _acts(actor: Actor, notice: Notice, batch: Sequence[_Replaced], changes: Sequence[Change]) -> list[Act]:
    center_of = {str(row["id"]): row["service_center_id"] for pair in batch for row in (pair.before, pair.after)}
    by_center: dict[uuid.UUID, list[Change]] = {}
    for change in changes:
        by_center.setdefault(center_of[change.key], []).append(change)
    details = {"year": notice.year, "source": notice.source}
    return [
        Act(actor, center, "due_dates.recalculated", str(notice.year), changed, details)
        for center, changed in sorted(by_center.items())
    ]
