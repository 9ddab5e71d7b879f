"""`kaohe calendar`: what the command prints, and what it refuses."""

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app import cli
from app.database import Database
from app.features.calendar.errors import NoticeInvalid
from tests.notices import csv_file, invented_2027, line, sparse
from tests.office import TERMS, Office

Kaohe = Callable[..., str]


@pytest.fixture
def kaohe(database: Database, monkeypatch: pytest.MonkeyPatch) -> Kaohe:
    """Give the command on the test's database; an error of ours passes through, as to `main`."""
    monkeypatch.setattr(cli, "_database", lambda: Database(database.url))

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(cli.cli, arguments)
        if isinstance(result.exception, NoticeInvalid):
            raise result.exception
        assert result.exit_code == 0, result.output
        return result.stdout

    return run


def test_a_notice_is_imported_once_and_shown(office: Office, kaohe: Kaohe, tmp_path: Path) -> None:
    notice = {"after": "period_end", "unit": "working_days", "length": 5, "roll": "none"}
    dates = {"starts_on": "2026-12-01", "ends_on": "2027-01-31", "recorded_from": "2026-12"}
    office.contract(terms={**TERMS, "notice": notice}, **dates)
    path = tmp_path / "2027.csv"
    path.write_bytes(csv_file(invented_2027()))
    assert "Provisional due dates in 2027: 2" in kaohe("calendar", "show")
    days = len(invented_2027())
    assert kaohe("calendar", "import", str(path)) == (
        f"2027: {days} days entered; 2 due dates computed anew, 2 of them on another day.\n"
    )
    assert kaohe("calendar", "import", str(path)) == (
        "2027: covered already by the same days, nothing entered; "
        "0 due dates computed anew, 0 of them on another day.\n"
    )
    shown = kaohe("calendar", "show").splitlines()
    assert [row[:4] for row in shown[:-1]] == [str(year) for year in range(2018, 2028)]
    assert shown[-2].endswith("（虚构）2027年节假日安排")
    assert shown[-1] == "No due date is provisional."


def test_a_gap_is_said(kaohe: Kaohe, tmp_path: Path) -> None:
    path = tmp_path / "2029.csv"
    path.write_bytes(csv_file(sparse(2029)))
    assert kaohe("calendar", "import", str(path)).endswith(
        "Between the covered years there is no notice of 2027, 2028.\n"
    )
    assert "no notice of 2027, 2028" in kaohe("calendar", "show")


def test_a_faulty_file_is_refused_with_its_lines(kaohe: Kaohe, tmp_path: Path) -> None:
    path = tmp_path / "2027.csv"
    path.write_bytes(csv_file([*invented_2027(), line("2027-12-01", works="1")]))
    with pytest.raises(NoticeInvalid, match=r"/lines/36: 2027-12-01 is a Wednesday"):
        kaohe("calendar", "import", str(path))
