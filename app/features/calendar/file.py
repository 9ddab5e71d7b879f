"""Reads a year's holiday notice from a CSV file, and names everything that is wrong with it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from io import StringIO

from app.features.calendar.errors import NoticeInvalid
from app.rules.faults import Fault
from app.rules.working_days import CalendarDay, next_notice_reaches_from

COLUMNS = ("day", "is_working_day", "name", "source")
_LONGEST = {"name": 50, "source": 200}
_FIRST_REST_WEEKDAY = 5
_DECEMBER, _JANUARY = 12, 1
_ALWAYS_REST = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
"""Month and day of the holidays that fall on fixed dates every year (全国年节及纪念日放假办法): a file that lacks one
was cut off, or is not the notice."""


@dataclass(frozen=True, slots=True)
class Notice:
    """The days that the notice of `year` names, in the order of their dates; `source` is the notice itself.

    A notice may name days of the December before (2019's made 29 December 2018 a working day) and of the January
    after.
    """

    year: int
    source: str
    days: tuple[CalendarDay, ...]

    @property
    def reach(self) -> tuple[date, date]:
        """Give the first and the last day whose reckoning may change once the notice is known."""
        first = min(self.days[0].day, next_notice_reaches_from(self.year - 1))
        return first, max(self.days[-1].day, date(self.year, 12, 31))


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that could be read, with its number in the file."""

    number: int
    entry: CalendarDay
    source: str


def read(content: bytes) -> Notice:
    """Read a notice from the bytes of a CSV file in UTF-8, with or without a byte order mark.

    Its columns are `day` (2027-01-01), `is_working_day` (0 rest day, 1 make-up working day), `name` of the holiday
    and `source`, the same on every line. Raises NoticeInvalid, which names every fault with its line.
    """
    unreadable: list[Fault] = []
    lines = list(_lines(_text(content), unreadable))
    faults = [*unreadable, *_check_lines(lines)]
    years = sorted({line.entry.day.year for line in lines if line.entry.day.month not in {_DECEMBER, _JANUARY}})
    if len(years) == 1:
        faults += _check_reach(lines, years[0])
    # What lacks in the whole is only known once every line can be read.
    if not unreadable:
        faults += _check_holidays(lines, years[0]) if len(years) == 1 else [_unclear(lines, years)]
    if faults:
        raise NoticeInvalid(faults)
    days = sorted((line.entry for line in lines), key=lambda entry: entry.day)
    return Notice(years[0], lines[0].source, tuple(days))


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        detail = f"Byte {error.start + 1} is not UTF-8."
        raise NoticeInvalid([Fault("/file", "not-utf-8", detail, 'Save it as "CSV UTF-8".')]) from error


def _lines(text: str, faults: list[Fault]) -> Iterator[_Line]:
    """Give the lines that can be read, and add what is wrong with the others to `faults`."""
    reader = csv.reader(StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        wrong = list(_check_header(header))
        faults += wrong
        for cells in () if wrong else reader:
            if cells:
                found = list(_check_cells(reader.line_num, header, cells))
                faults += found
                if not found:
                    yield _line(reader.line_num, dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        faults.append(_fault(reader.line_num, "not-csv", f"The line cannot be read: {error}.", "Check its quotes."))


def _line(number: int, cells: dict[str, str]) -> _Line:
    entry = CalendarDay(date.fromisoformat(cells["day"]), cells["is_working_day"] == "1", cells["name"])
    return _Line(number, entry, cells["source"])


def _check_header(header: Sequence[str]) -> Iterator[Fault]:
    remedy = f"The first line is: {','.join(COLUMNS)}."
    for column in sorted(set(COLUMNS) - set(header)):
        yield _fault(1, "column-missing", f"There is no column '{column}'.", remedy)
    for column in sorted(set(header) - set(COLUMNS)):
        yield _fault(1, "column-unknown", f"'{column}' is not a column of a notice.", remedy)
    for column in sorted({column for column in header if header.count(column) > 1}):
        yield _fault(1, "column-twice", f"The column '{column}' is there twice.", remedy)


def _check_cells(number: int, header: Sequence[str], cells: Sequence[str]) -> Iterator[Fault]:
    if len(cells) != len(header):
        detail = f"{len(cells)} values stand under {len(header)} columns."
        yield _fault(number, "values-do-not-match", detail, "Give one value for each column.")
        return
    row = dict(zip(header, cells, strict=True))
    if not _is_day(row["day"]):
        yield _fault(number, "not-a-day", f"'{row['day']}' is not a day.", "Write it like 2027-01-01.")
    if row["is_working_day"] not in {"0", "1"}:
        detail = f"'{row['is_working_day']}' does not say whether people work."
        yield _fault(number, "not-0-or-1", detail, "Write 0 for a rest day, 1 for a make-up working day.")
    for column, longest in _LONGEST.items():
        value = row[column]
        if not 0 < len(value) <= longest or not value.isprintable() or value != value.strip():
            detail = f"The {column} '{value}' is not 1 to {longest} printable characters without blanks around them."
            yield _fault(number, "not-plain-text", detail, "Write the name or the document as the notice does.")


def _check_lines(lines: Sequence[_Line]) -> Iterator[Fault]:
    """Name what lines say that no notice can, each by itself and beside those before it."""
    seen: dict[date, int] = {}
    for line in lines:
        day = line.entry.day
        first = seen.setdefault(day, line.number)
        if first != line.number:
            yield _fault(line.number, "day-twice", f"{day} stands in line {first} already.", "Leave one of them out.")
        if line.entry.is_working_day and day.weekday() < _FIRST_REST_WEEKDAY:
            detail = f"{day} is a {day:%A}, a working day anyway: a make-up working day is a Saturday or Sunday."
            yield _fault(line.number, "weekday-made-up", detail, "Check the date, and whether it is a rest day.")
        if line.source != lines[0].source:
            detail = f"The source '{line.source}' is not the '{lines[0].source}' of line {lines[0].number}."
            yield _fault(line.number, "sources-differ", detail, "Import each notice from a file of its own.")


def _check_reach(lines: Sequence[_Line], year: int) -> Iterator[Fault]:
    """Name the days that a year's notice cannot name."""
    for line in lines:
        day = line.entry.day
        if (day.year, day.month) not in _months(year):
            detail = f"{day} is neither of {year} nor of the December before or the January after."
            yield _fault(line.number, "day-outside-year", detail, "Check the date.")


def _check_holidays(lines: Sequence[_Line], year: int) -> Iterator[Fault]:
    """Name the holidays that every notice has and this file has not."""
    resting = {line.entry.day for line in lines if not line.entry.is_working_day}
    for month, day_of_month in _ALWAYS_REST:
        holiday = date(year, month, day_of_month)
        if holiday not in resting:
            detail = f"{holiday} is a holiday by law and is not named as a rest day."
            yield Fault("/file", "holiday-missing", detail, "Name every rest day, those on weekends too.")


def _months(year: int) -> set[tuple[int, int]]:
    return {(year - 1, _DECEMBER), (year + 1, _JANUARY), *((year, month) for month in range(1, 13))}


def _unclear(lines: Iterable[_Line], years: Sequence[int]) -> Fault:
    first = {line.entry.day.year: line.number for line in sorted(lines, key=lambda line: -line.number)}
    named = ", ".join(f"{year} (first in line {first[year]})" for year in years)
    detail = f"It names days between February and November of: {named or 'no year'}."
    return Fault("/file", "year-unclear", detail, "Import the notice of one year at a time.")


def _is_day(text: str) -> bool:
    try:
        # The standard library also reads 20270101 and 2027-W01-1; a notice is written in one form.
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _fault(number: int, code: str, detail: str, remedy: str) -> Fault:
    return Fault(f"/lines/{number}", code, detail, remedy)
