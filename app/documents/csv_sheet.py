"""Tables as CSV files (RFC 4180) that a spreadsheet opens: UTF-8 with its mark, and no cell is ever a formula."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from app.documents.xlsx import looks_like_a_formula
from app.errors import BadRequest
from app.rules.faults import Fault

MEDIA_TYPE = "text/csv"
MOST_ROWS = 100_000
MOST_BYTES = 64 << 20

_BOM = "\ufeff"
_LINE = re.compile(r"\r\n|[\r\n]")


class ExportTooLarge(BadRequest):
    """More rows than one file takes."""

    code = "export-too-large"
    title = "The export is too large"
    remedy = "Ask for it in parts, by 'since' and 'until'."


def write(headings: Sequence[str], rows: Iterable[Sequence[str | int | Decimal | None]]) -> bytes:
    """Write a table below its headings; raises ExportTooLarge for more than MOST_ROWS or MOST_BYTES.

    A text that a spreadsheet would take for a formula has an apostrophe before it; numbers stay numbers.
    """
    out = io.StringIO(newline="")
    out.write(_BOM)
    writer = csv.writer(out)
    writer.writerow(headings)
    for number, row in enumerate(rows, 1):
        if number > MOST_ROWS or out.tell() > MOST_BYTES:
            raise too_large(f"It has more than {min(number - 1, MOST_ROWS)} rows, or {MOST_BYTES >> 20} MiB.")
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode()


def too_large(detail: str) -> ExportTooLarge:
    """Refuse an export, with the filters that make it smaller."""
    return ExportTooLarge(detail, faults=[Fault("/query/since", ExportTooLarge.code, detail, ExportTooLarge.remedy)])


def _cell(value: str | int | Decimal | None) -> str | int:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if not isinstance(value, str):
        return "" if value is None else value
    # Each line for itself: not every program keeps a cell of several lines together.
    return "\n".join(f"'{line}" if looks_like_a_formula(line) else line for line in _LINE.split(value))
