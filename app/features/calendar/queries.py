"""Reads the holiday notices as the calendar that the rules count with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import RowMapping, select
from sqlmodel import Session, col

from app.clock import BUSINESS_ZONE
from app.models import WorkCalendarDay, WorkCalendarYear
from app.rules.working_days import CalendarDay, WorkCalendar


@dataclass(frozen=True, slots=True)
class CoveredYear:
    """A year whose notice is in the calendar, and the business date on which it came there.

    `shipped` years came with the database itself, on its first day, and so count as known on every day.
    """

    year: int
    source: str
    recorded_on: date
    shipped: bool


def covered_years(session: Session) -> list[CoveredYear]:
    """List the covered years in their order."""
    columns = (col(WorkCalendarYear.year), col(WorkCalendarYear.source), col(WorkCalendarYear.recorded_at))
    found = session.execute(select(*columns).order_by(columns[0])).all()
    recorded = [at.astimezone(BUSINESS_ZONE).date() for _, _, at in found]
    first = min(recorded, default=None)
    return [CoveredYear(year, source, on, on == first) for (year, source, _), on in zip(found, recorded, strict=True)]


def work_calendar(session: Session, known_on: date | None = None) -> WorkCalendar:
    """Load the calendar as it was known at the end of a day; left out, as it is known now.

    Two statements: a year has some thirty named days, so it is small. Each notice has a source of its own, by which
    the days that it names in the December before are known no earlier than the notice is.
    """
    years = [
        year for year in covered_years(session) if known_on is None or year.shipped or year.recorded_on <= known_on
    ]
    sources = {year.source for year in years}
    columns = (col(WorkCalendarDay.day), col(WorkCalendarDay.is_working_day), col(WorkCalendarDay.name))
    named = session.execute(select(*columns, col(WorkCalendarDay.source))).all()
    days = (CalendarDay(day, works, name) for day, works, name, source in named if source in sources)
    return WorkCalendar.of(days, (year.year for year in years))


def named_days(session: Session, first: date, last: date) -> Sequence[RowMapping]:
    """Read the days of a stretch, both ends included, that notices name."""
    statement = select(
        col(WorkCalendarDay.day),
        col(WorkCalendarDay.is_working_day),
        col(WorkCalendarDay.name),
        col(WorkCalendarDay.source),
    ).where(col(WorkCalendarDay.day).between(first, last))
    return session.execute(statement.order_by(col(WorkCalendarDay.day))).mappings().all()
