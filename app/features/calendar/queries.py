"""Reads the holiday notices as the calendar that the rules count with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from weakref import WeakKeyDictionary

from sqlalchemy import Engine, RowMapping, func, select
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
    found = session.connection().execute(select(*columns).order_by(columns[0])).all()
    recorded = [at.astimezone(BUSINESS_ZONE).date() for _, _, at in found]
    first = min(recorded, default=None)
    return [CoveredYear(year, source, on, on == first) for (year, source, _), on in zip(found, recorded, strict=True)]


@dataclass(frozen=True, slots=True)
class _Read:
    """The calendar of a database as it was read last: its stamp, its years, and what was made of them."""

    stamp: tuple[object, ...]
    years: tuple[CoveredYear, ...]
    calendars: dict[tuple[CoveredYear, ...], WorkCalendar]


_read: WeakKeyDictionary[Engine, _Read] = WeakKeyDictionary()

_STAMP = select(
    select(func.count()).select_from(WorkCalendarDay).scalar_subquery(),
    select(func.count()).select_from(WorkCalendarYear).scalar_subquery(),
    select(func.max(col(WorkCalendarYear.recorded_at))).scalar_subquery(),
)
"""What is another one after each notice: they are only ever added."""


def work_calendar(session: Session, known_on: date | None = None) -> WorkCalendar:
    """Give the calendar as it was known at the end of a day; left out, as it is known now.

    Each notice has a source of its own, by which the days that it names in the December before are known no earlier
    than the notice is. One small statement tells whether the calendar is still the one that was read last, whichever
    process has imported a notice.
    """
    read = _read_last(session)
    known = tuple(year for year in read.years if known_on is None or year.shipped or year.recorded_on <= known_on)
    calendar = read.calendars.get(known)
    if calendar is None:
        calendar = read.calendars[known] = _load(session, known)
    return calendar


def _read_last(session: Session) -> _Read:
    connection = session.connection()
    stamp = tuple(connection.execute(_STAMP).one())
    read = _read.get(connection.engine)
    if read is None or read.stamp != stamp:
        read = _read[connection.engine] = _Read(stamp, tuple(covered_years(session)), {})
    return read


def _load(session: Session, years: Sequence[CoveredYear]) -> WorkCalendar:
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
