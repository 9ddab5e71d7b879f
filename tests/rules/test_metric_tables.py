"""Tables of figures of any making: read or named by their cells, never guessed at and never in error."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.features.metrics.catalogue import by_name
from app.rules.grids import Cell, Grid, grid
from app.rules.metric_tables import FigureTable, Known, Layout, read
from app.rules.periods import Period

KNOWN = Known(by_name(), {"A-01": "A-01", "一号窗口": "A-01", "H-1": "H-1"})


def _table(*rows: list[str]) -> Grid:
    cells = [
        Cell(f"数据!R{row}C{column}", text, row, column)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text
    ]
    return grid("数据", cells)


def _read(*rows: list[str]) -> FigureTable:
    return read(_table(*rows), KNOWN)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *(("1200", "1200"), ("1,200", "1200"), ("1 200.5", "1200.5"), ("97.4%", "0.974"), ("97.4％", "0.974")),
        *(
            ("1,20", None),
            ("12e3", None),
            ("１２", None),
            ("一百", None),
            ("1200件", None),
            ("NaN", None),
            ("=1", None),
        ),
    ],
)
def test_numbers_are_read_exactly_or_named(written: str, value: str | None) -> None:
    found = _read(["月份", "own.code"], ["2024-01", written])
    assert [entry.value for entry in found.entries] == ([] if value is None else [Decimal(value)])
    assert [fault.pointer for fault in found.faults] == ([] if value else ["/cells/B2"])


@pytest.mark.parametrize(
    ("rows", "pointer", "code"),
    [
        ((["月份", "办件量（万件）"], ["2024-01", "12"]), "/cells/B1", "unit-differs"),
        ((["月份", "指标", "数值", "单位"], ["2024-01", "办件量", "12", "万件"]), "/cells/D2", "unit-differs"),
        ((["月份", "办件量"], ["2024-01", "1", "200"]), "/cells/C2", "no-heading"),
    ],
)
def test_a_figure_in_ten_thousands_or_fallen_apart_is_not_taken(
    rows: tuple[list[str], ...], pointer: str, code: str
) -> None:
    assert [(fault.pointer, fault.code) for fault in _read(*rows).faults] == [(pointer, code)]


@pytest.mark.parametrize(
    "written", ["2024-01", "2024/1", "2024年1月", "2024.01", "202401", "2024-01-01", "2024年1月1日"]
)
def test_months_are_read_as_people_write_them(written: str) -> None:
    found = _read(["考核月份", "办件量（件）"], [written, "3"])
    assert [(entry.period, entry.code) for entry in found.entries] == [(Period(2024, 1), "cases_handled")]


@pytest.mark.parametrize("written", ["2024", "1月", "2024-00", "2024-1-15", "1999-01", "24-01", ""])
def test_what_is_no_month_is_named(written: str) -> None:
    found = _read(["月份", "办件量"], [written, "3"])
    assert (found.entries, [fault.code for fault in found.faults]) == ((), ["not-a-month"])


def test_places_go_by_code_or_name_and_remarks_are_passed_over() -> None:
    found = _read(
        ["2024年数据"],
        ["Month", "Site", "Code", "Value", "备注"],
        ["2024-01", "一号窗口", "锦旗", "2", "=1+1"],
        ["# 2024-01", "A-01", "锦旗", "好"],
        ["2024-01", "", "表扬信（封）", "3"],
        [],
    )
    assert (found.layout, found.faults, found.ignored) == (Layout.LONG, (), ("备注",))
    assert [(entry.code, entry.site, entry.cell) for entry in found.entries] == [
        ("praise_banners", "A-01", "数据!D3"),
        ("praise_letters", None, "数据!D5"),
    ]


def test_a_merged_month_holds_for_its_rows_and_a_merged_figure_for_none() -> None:
    """A figure over two rows would be taken for each of two counters."""
    cells = [
        *(Cell("", text, 0, column) for column, text in enumerate(["月份", "窗口", "办件量", "咨询量"])),
        Cell("", "2024-01", 1, 0, rows=2),
        *(Cell("", "A-01", 1, 1), Cell("", "H-1", 2, 1), Cell("", "7", 1, 2), Cell("", "8", 2, 2)),
    ]
    found = read(grid("", cells), KNOWN)
    assert [(entry.site, str(entry.period)) for entry in found.entries] == [("A-01", "2024-01"), ("H-1", "2024-01")]
    merged = read(grid("", [*cells, Cell("", "9", 1, 3, rows=2)]), KNOWN)
    assert [(fault.pointer, fault.code) for fault in merged.faults] == [
        ("/cells/D2", "cell-merged"),
        ("/cells/D3", "cell-merged"),
    ]


TEXTS = st.sampled_from(
    ["", "月份", "窗口", "指标", "数值", "办件量", "own", "2024-01", "A-01", "1", "-1", "50%", "=1", "#", "合计", "好"]
)


@given(st.lists(st.lists(TEXTS, max_size=6), max_size=8))
def test_no_table_breaks_the_reading_and_every_fault_has_its_place_and_remedy(rows: list[list[str]]) -> None:
    found = _read(*rows)
    for fault in found.faults:
        assert fault.pointer.startswith(("/cells/", "/header"))
        assert fault.detail
        assert fault.remedy
    keys = [(entry.period, entry.code, entry.site) for entry in found.entries]
    assert found.faults or len(keys) == len(set(keys))
    assert found.faults or all(entry.value >= 0 for entry in found.entries)
