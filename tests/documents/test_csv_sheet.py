"""Tables in comma-separated values: no text becomes a formula, and what is too much for one file is refused."""

import csv
import io
from decimal import Decimal

import pytest

from app.documents import csv_sheet
from app.documents.csv_sheet import ExportTooLarge


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("  @now", "'  @now"),
        ("＋1", "'＋1"),
        ("-5", "'-5"),
        ("离岗", "离岗"),
        ("1-5", "1-5"),
        ("first\r\n=2", "first\n'=2"),
        ('a "b", c', 'a "b", c'),
    ],
)
def test_a_text_is_never_a_formula(text: str, written: str) -> None:
    """Each line of a cell for itself; a number stays one, also a negative one."""
    cells = [(text, -5, Decimal("-5.00"))]
    sheet = csv_sheet.write(["text", "number", "amount"], cells).decode("utf-8-sig")
    assert list(csv.DictReader(io.StringIO(sheet))) == [{"text": written, "number": "-5", "amount": "-5.00"}]


def test_more_rows_than_a_file_takes_are_refused_with_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as it takes are written."""
    monkeypatch.setattr(csv_sheet, "MOST_ROWS", 3)
    assert csv_sheet.write(["n"], [[1]] * 3).count(b"\r\n") == 4
    with pytest.raises(ExportTooLarge, match="more than 3 rows") as refused:
        csv_sheet.write(["n"], [[1]] * 4)
    assert "since" in refused.value.remedy
