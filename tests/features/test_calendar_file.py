"""A notice's file: what is read, and every fault named at once with its line."""

import pytest

from app.database import Database
from app.features.calendar.errors import NoticeInvalid
from app.features.calendar.file import read
from tests.notices import HEADER, csv_file, invented_2027, line, published

GOOD = invented_2027()


def faults(content: bytes) -> list[tuple[str, str]]:
    with pytest.raises(NoticeInvalid) as refused:
        read(content)
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_notice_is_read_with_its_year_and_source() -> None:
    notice = read(csv_file(GOOD))
    assert (notice.year, notice.source, len(notice.days)) == (2027, "（虚构）2027年节假日安排", len(GOOD))
    assert [str(day) for day in notice.reach] == ["2026-12-25", "2027-12-31"]
    assert str(notice.days[0].day) == "2026-12-27"
    assert notice.days[0].is_working_day


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + csv_file(GOOD),
        csv_file(GOOD).replace(b"\n", b"\r\n"),
        csv_file([*GOOD, "", ""]),
        csv_file(list(reversed(GOOD))),
    ],
    ids=["byte order mark", "Windows line ends", "blank lines", "another order"],
)
def test_how_the_file_was_saved_changes_nothing(content: bytes) -> None:
    assert read(content) == read(csv_file(GOOD))


def test_the_columns_may_stand_in_another_order() -> None:
    turned = [",".join(reversed(row.split(","))) for row in GOOD]
    assert read(csv_file(turned, ",".join(reversed(HEADER.split(","))))) == read(csv_file(GOOD))


@pytest.mark.parametrize("year", range(2018, 2027))
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_real_notice_is_a_good_file(database: Database, year: int) -> None:
    """The shipped years, each written as the file that a user would have imported, pass every check."""
    lines = [row for row in published(database, year) if not (year == 2018 and row.startswith("2017"))]
    assert read(csv_file(lines)).year == year


LAST = len(GOOD) + 2
"""The number of the line after the last good one; the header is line 1."""


@pytest.mark.parametrize(
    ("added", "code"),
    [
        (line("2027-13-01"), "not-a-day"),
        (line("20271201"), "not-a-day"),
        (line("2027-12-01", works="yes"), "not-0-or-1"),
        (line("2027-12-01", name=""), "not-plain-text"),
        (line("2027-12-01", name=" 元旦"), "not-plain-text"),
        (line("2027-12-01", name="节" * 51), "not-plain-text"),
        (line("2027-12-01", name="元\0旦"), "not-plain-text"),
        (line("2027-12-01", source="另一个通知"), "sources-differ"),
        ("2027-12-01,0,元旦", "values-do-not-match"),
        (line("2027-10-01", "国庆节"), "day-twice"),
        (line("2027-12-01", works="1"), "weekday-made-up"),
        (line("2025-12-31"), "day-outside-year"),
        (line("2028-02-01").replace("2028-02", "2026-01"), "day-outside-year"),
        ('2027-12-01,0,"元旦', "not-csv"),
    ],
)
def test_a_fault_is_named_with_its_line(added: str, code: str) -> None:
    assert faults(csv_file([*GOOD, added])) == [(f"/lines/{LAST}", code)]


def test_a_weekend_named_as_rest_is_fine() -> None:
    """A holiday's weekend days are named too, and matter where a date rolls to the day after the holiday."""
    assert read(csv_file([*GOOD, line("2027-12-25")])).year == 2027


def test_every_fault_is_named_at_once() -> None:
    wrong = [line("2027-12-01", works="1"), line("yesterday", works="2", name=""), line("2027-10-01")]
    with pytest.raises(NoticeInvalid) as refused:
        read(csv_file([*GOOD, *wrong]))
    assert sorted((fault.pointer, fault.code) for fault in refused.value.faults) == [
        (f"/lines/{LAST}", "weekday-made-up"),
        (f"/lines/{LAST + 1}", "not-0-or-1"),
        (f"/lines/{LAST + 1}", "not-a-day"),
        (f"/lines/{LAST + 1}", "not-plain-text"),
        (f"/lines/{LAST + 2}", "day-twice"),
    ]
    assert all(fault.detail in refused.value.detail for fault in refused.value.faults)
    assert refused.value.detail.count("\n") == 5


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("day,is_working_day,name", [("/lines/1", "column-missing")]),
        ("day,is_working_day,name,quelle", [("/lines/1", "column-missing"), ("/lines/1", "column-unknown")]),
        (f"{HEADER},note", [("/lines/1", "column-unknown")]),
        (f"{HEADER},day", [("/lines/1", "column-twice")]),
        ("", [("/lines/1", "column-missing")] * 4),
    ],
)
def test_columns_are_exactly_these(header: str, expected: list[tuple[str, str]]) -> None:
    assert faults(csv_file(GOOD if header else [], header)) == expected


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_another_encoding_is_named(encoding: str) -> None:
    assert faults(csv_file(GOOD).decode().encode(encoding)) == [("/file", "not-utf-8")]


@pytest.mark.parametrize("lines", [[], [line("2026-12-31")], [*GOOD, line("2028-04-05")]])
def test_a_year_that_is_not_clear_is_never_guessed(lines: list[str]) -> None:
    assert faults(csv_file(lines)) == [("/file", "year-unclear")]


def test_a_file_that_was_cut_off_lacks_a_holiday_by_law() -> None:
    """A notice without its last lines would make a working day of every holiday that it lacks."""
    cut = [row for row in GOOD if not row.startswith("2027-10")]
    assert faults(csv_file(cut)) == [("/file", "holiday-missing")] * 3
