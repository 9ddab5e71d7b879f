"""Rows of a CSV file (RFC 4180) by its heading, with what cannot be read named row by row."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.rules.faults import Fault

_BOM = "\ufeff"


@dataclass(frozen=True, slots=True)
class Row:
    """A row below the heading; the first one has the number 1. Its cells go by the names asked for, blanks cut off."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a file that could be read, the headings that nobody asked for, and what is wrong with the rest."""

    rows: tuple[Row, ...]
    ignored: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()


def read(text: str, headings: Mapping[str, Sequence[str]], most_rows: int) -> Table:
    """Read the columns asked for, in any order; `headings` gives for each name how a file may call it.

    Rows without a cell are left out, and counted all the same. Pointers are `/header/…` and `/rows/3/…`.
    """
    reader = csv.reader(io.StringIO(text.removeprefix(_BOM), newline=""), strict=True)
    try:
        records = [[cell.strip() for cell in record] for record in reader]
    except csv.Error as error:
        detail = f"Line {reader.line_num} of the file cannot be read: {error}."
        return Table((), faults=(Fault("", "csv-unreadable", detail, "Send comma-separated values as RFC 4180 says."),))
    if not records or not any(records[0]):
        return Table((), faults=(_no_header(headings),))
    header, *below = records
    places, faults = _places(header, headings)
    if faults:
        return Table((), faults=faults)
    if len(below) > most_rows:
        detail = f"The file has {len(below)} rows; the limit is {most_rows}."
        return Table((), faults=(Fault("/rows", "too-many-rows", detail, "Send it in parts."),))
    ignored = tuple(cell for place, cell in enumerate(header) if cell and place not in places.values())
    rows, wrong = [], []
    for number, record in enumerate(below, 1):
        if not any(record):
            continue
        if len(record) != len(header):
            wrong.append(_width(number, record, header))
            continue
        rows.append(Row(number, {name: record[place] for name, place in places.items()}))
    return Table(tuple(rows), ignored, tuple(wrong))


def _no_header(headings: Mapping[str, Sequence[str]]) -> Fault:
    detail = "The file has no heading in its first row."
    return Fault("/header", "header-missing", detail, f"Begin with the row {','.join(headings)}.")


def _places(header: Sequence[str], headings: Mapping[str, Sequence[str]]) -> tuple[dict[str, int], tuple[Fault, ...]]:
    """Find the column of each name; one that is missing or there twice is a fault."""
    found = {
        name: [place for place, cell in enumerate(header) if cell.lower() in {name, *also}]
        for name, also in headings.items()
    }
    faults = tuple(_column_faults(found, headings))
    return {name: places[0] for name, places in found.items() if places}, faults


def _column_faults(found: Mapping[str, Sequence[int]], headings: Mapping[str, Sequence[str]]) -> Iterator[Fault]:
    for name, places in found.items():
        known = ", ".join([name, *headings[name]])
        if not places:
            detail = f"The heading names no column {name}."
            yield Fault(f"/header/{name}", "column-missing", detail, f"Name it one of: {known}.")
        if len(places) > 1:
            detail = f"The heading names the column {name} {len(places)} times."
            yield Fault(f"/header/{name}", "column-twice", detail, f"Keep one of those that mean it: {known}.")


def _width(number: int, record: Sequence[str], header: Sequence[str]) -> Fault:
    detail = f"Row {number} has {len(record)} cells, the heading {len(header)}."
    remedy = "Give every row a cell for every column; a cell with a comma in it stands in double quotes."
    return Fault(f"/rows/{number}", "wrong-number-of-cells", detail, remedy)
