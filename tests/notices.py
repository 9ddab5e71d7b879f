"""Holiday notices for tests: an invented one for 2027, and the real ones that the calendar was shipped with."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import delete, select, update
from sqlmodel import col

from app.database import Database
from app.features.audit.actor import OPERATOR
from app.features.calendar import file
from app.features.calendar.file import COLUMNS
from app.features.contracts.recalculation import Imported, import_notice
from app.models import WorkCalendarDay, WorkCalendarYear

HEADER = ",".join(COLUMNS)
MADE = datetime(2026, 1, 5, tzinfo=UTC)
"""When the databases of these tests were made: the shipped years are known from that day."""

_INVENTED = "（虚构）2027年节假日安排"
_RESTS = (
    ("元旦", "2026-12-31", 4),
    ("春节", "2027-02-05", 7),
    ("清明节", "2027-04-03", 3),
    ("劳动节", "2027-05-01", 5),
    ("端午节", "2027-06-09", 1),
    ("中秋节", "2027-09-15", 1),
    ("国庆节", "2027-10-01", 7),
)
_MADE_UP = (
    ("元旦", "2026-12-27"),
    ("春节", "2027-01-30"),
    ("春节", "2027-02-20"),
    ("劳动节", "2027-05-08"),
    ("国庆节", "2027-09-26"),
    ("国庆节", "2027-10-09"),
)


def line(day: str, name: str = "元旦", works: str = "0", source: str = _INVENTED) -> str:
    """Write one line of a notice."""
    return f"{day},{works},{name},{source}"


def invented_2027() -> list[str]:
    """Give the lines of a notice that nobody published: what 2027's says was not known when this was written.

    Its New Year holiday begins on 31 December 2026 and is made up for on Sunday, 27 December 2026.
    """
    rests = [
        line((date.fromisoformat(first) + timedelta(days=number)).isoformat(), name)
        for name, first, days in _RESTS
        for number in range(days)
    ]
    return [*rests, *(line(day, name, "1") for name, day in _MADE_UP)]


def sparse(year: int) -> list[str]:
    """Give an invented notice of a year that names the holidays on fixed dates alone."""
    named = (("01-01", "元旦"), ("05-01", "劳动节"), ("10-01", "国庆节"), ("10-02", "国庆节"), ("10-03", "国庆节"))
    return [line(f"{year}-{day}", name, source=f"（虚构）{year}年节假日安排") for day, name in named]


def csv_file(lines: list[str], header: str = HEADER) -> bytes:
    """Put the lines of a file together."""
    return "\n".join([header, *lines, ""]).encode()


def imported(database: Database, lines: list[str]) -> Imported:
    """Import a notice as the command does."""
    notice = file.read(csv_file(lines))
    with database.write() as session:
        return import_notice(session, OPERATOR, notice)


def made_in_january_2026(database: Database) -> None:
    """Date the shipped years back, so that a test's own days come after them whenever it runs."""
    with database.write() as session:
        session.execute(update(WorkCalendarYear).values(recorded_at=MADE))


def published(database: Database, year: int) -> list[str]:
    """Give a shipped year's real notice as lines, with the days of New Year that it names in the December before."""
    before = (col(WorkCalendarDay.day) >= date(year - 1, 12, 25), col(WorkCalendarDay.day) <= date(year, 12, 24))
    columns = (col(WorkCalendarDay.day), col(WorkCalendarDay.name), col(WorkCalendarDay.is_working_day))
    with database.read() as session:
        rows = session.execute(select(*columns).where(*before)).all()
    return [line(day.isoformat(), name, str(int(works)), f"{year}年节假日安排") for day, name, works in rows]


def forget(database: Database, year: int) -> None:
    """Take a shipped year's notice out of the calendar, as if it were not published yet."""
    with database.write() as session:
        day = col(WorkCalendarDay.day)
        session.execute(delete(WorkCalendarDay).where(day >= date(year - 1, 12, 25), day <= date(year, 12, 24)))
        session.execute(delete(WorkCalendarYear).where(col(WorkCalendarYear.year) == year))
