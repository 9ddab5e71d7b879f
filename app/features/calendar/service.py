"""Takes a year's holiday notice into the calendar."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from sqlalchemy import RowMapping, insert
from sqlmodel import Session

from app import clock
from app.features.alerts import service as alerts
from app.features.calendar import missing, queries
from app.features.calendar.errors import NoticeDiffers
from app.features.calendar.file import Notice
from app.features.calendar.queries import CoveredYear
from app.models import WorkCalendarDay, WorkCalendarYear
from app.models.words import AlertKind
from app.rules.faults import Fault
from app.rules.working_days import CalendarDay

_AS_PUBLISHED = "Check the day against the published notice."


def enter(session: Session, notice: Notice) -> bool:
    """Enter a notice and resolve the alert that missed it; False where the year is covered with the same days.

    Raises NoticeDiffers, naming every difference, where the calendar says otherwise: a notice is never changed.
    """
    stretch = queries.named_days(session, date(notice.year - 1, 12, 1), date(notice.year + 1, 1, 31))
    stored = {row["day"]: row for row in stretch}
    years = queries.covered_years(session)
    covered = next((year for year in years if year.year == notice.year), None)
    faults = [*_contradictions(notice, stored), *(_differences(notice, stored, covered) if covered else ())]
    faults += [] if covered else _source_taken(notice, years)
    if faults:
        raise NoticeDiffers(notice.year, faults)
    if covered:
        return False
    _write(session, notice, [entry for entry in notice.days if entry.day not in stored])
    states = [state for state in missing.evaluate(session, clock.today()).states if state.subject == str(notice.year)]
    alerts.settle(session, AlertKind.CALENDAR_MISSING, None, states)
    return True


def gaps(years: Sequence[CoveredYear]) -> tuple[int, ...]:
    """Give the years between the first and the last covered one that no notice covers."""
    covered = {year.year for year in years}
    return tuple(year for year in range(min(covered), max(covered)) if year not in covered) if covered else ()


def _contradictions(notice: Notice, stored: Mapping[date, RowMapping]) -> Iterator[Fault]:
    """Name the days of which the calendar says something else, be it by a neighbouring year's notice."""
    for entry in notice.days:
        row = stored.get(entry.day)
        if row and (row["is_working_day"], row["name"]) != (entry.is_working_day, entry.name):
            known = _said(CalendarDay(row["day"], row["is_working_day"], row["name"]))
            detail = f"The calendar has {known} by '{row['source']}', the file {_said(entry)}."
            yield Fault(f"/days/{entry.day}", "day-differs", detail, _AS_PUBLISHED)


def _differences(notice: Notice, stored: Mapping[date, RowMapping], covered: CoveredYear) -> Iterator[Fault]:
    """Name the days that only one of the two names, where the year is covered already."""
    named = {entry.day for entry in notice.days}
    for entry in notice.days:
        if entry.day not in stored:
            detail = f"The file has {_said(entry)}, the calendar's notice of {notice.year} does not name the day."
            yield Fault(f"/days/{entry.day}", "day-only-in-file", detail, _AS_PUBLISHED)
    for day, row in stored.items():
        # Days at the edges that another notice named are not this notice's to repeat.
        if day.year == notice.year and row["source"] == covered.source and day not in named:
            known = _said(CalendarDay(day, row["is_working_day"], row["name"]))
            detail = f"The calendar has {known}, the file does not name the day."
            yield Fault(f"/days/{day}", "day-only-in-calendar", detail, _AS_PUBLISHED)


def _source_taken(notice: Notice, years: Sequence[CoveredYear]) -> list[Fault]:
    """Refuse a source that another year has: which notice named which day, and since when, is told by it."""
    taken = [str(year.year) for year in years if year.source == notice.source]
    detail = f"'{notice.source}' is the source of {', '.join(taken)} already."
    remedy = "Name the notice by its number or its year."
    return [Fault("/source", "source-taken", detail, remedy)] if taken else []


def _said(entry: CalendarDay) -> str:
    return f"{entry.day} as a {'make-up working day' if entry.is_working_day else 'rest day'} of {entry.name}"


def _write(session: Session, notice: Notice, days: Sequence[CalendarDay]) -> None:
    rows = [
        {"day": entry.day, "is_working_day": entry.is_working_day, "name": entry.name, "source": notice.source}
        for entry in days
    ]
    if rows:
        session.connection().execute(insert(WorkCalendarDay), rows)
    year = {"year": notice.year, "source": notice.source, "recorded_at": clock.now()}
    session.connection().execute(insert(WorkCalendarYear), [year])
