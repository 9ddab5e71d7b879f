"""Each data file loads through the services, leaves what it states, and names no person."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.database import Database
from app.demo import loader, principals
from app.models import Assessment, Contract, ContractYear, Counter, DueDate, Finding, IssueType, Site, TermsVersion
from app.models.words import Stage
from app.rules.consecutive import MonthState

NAMES = [path.stem for path in loader.FILES]
TELEPHONE = re.compile(r"(?<!\d)(?:1[3-9]\d{9}|0\d{2,3}[- ]\d{7,8}|\d{3,4}-\d{8})(?!\d)")
PERSON = re.compile(
    r"(?:姓名|联系人|负责人|联系电话|手机号码?|身份证号?)\s*[为:：]|[一-龥](?:先生|女士|同志|主任|局长)"
)

COUNTS = {
    # service months from recorded_from to the closing, versions of the terms, findings, sites, counters, issue types
    "xinyang_2023": (12, 1, 9, 0, 0, 3),
    "zhengzhou_2021": (12, 1, 2, 0, 0, 2),
    "haikou_2023": (5, 2, 4, 2, 0, 4),
    "chaoyang_2024": (12, 1, 0, 0, 0, 0),
    "shili_2024": (12, 2, 28, 2, 8, 9),
}


def _load(database: Database, name: str) -> dict[str, Any]:
    (path,) = (path for path in loader.FILES if path.stem == name)
    data = loader.read(path)
    with database.write() as session:
        loader.load(session, principals.recorders(session), data)
    return data


def test_every_data_file_is_loaded_and_xinyang_first() -> None:
    """The plain `vendor` of the demo is the first file's."""
    assert NAMES[0] == "xinyang_2023"
    assert sorted(NAMES) == sorted(path.stem for path in Path(loader.__file__).parent.glob("*.yaml"))
    assert COUNTS.keys() == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_file_leaves_what_it_states(database: Database, name: str) -> None:
    data = _load(database, name)
    expected = select(func.count()).select_from(Assessment).where(col(Assessment.expected))
    tables = [select(func.count()).select_from(table) for table in (TermsVersion, Finding, Site, Counter, IssueType)]
    with database.read() as session:
        assert tuple(session.execute(count).scalar_one() for count in (expected, *tables)) == COUNTS[name]
        contract = session.execute(select(Contract)).scalar_one()
    assert contract.number == data["contract"]["number"]
    assert contract.note == data["contract"]["note"]
    assert contract.closed_on == data["closing"]["closed_on"]


@pytest.mark.parametrize("name", NAMES)
def test_no_telephone_number_and_no_person_is_named(name: str) -> None:
    text = (Path(loader.__file__).parent / f"{name}.yaml").read_text("utf-8")
    assert TELEPHONE.findall(text) == []
    assert PERSON.findall(text) == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "shili_2024"])
def test_files_of_reports_say_what_is_report_and_what_is_assumed(name: str) -> None:
    """In the comments for who reads the file, and in the contract's note for who reads the screen."""
    text = (Path(loader.__file__).parent / f"{name}.yaml").read_text("utf-8")
    assert "# report" in text
    assert "# assumption: " in text
    note = loader.read(Path(loader.__file__).parent / f"{name}.yaml")["contract"]["note"]
    assert "报告：" in note
    assert "假设：" in note


@pytest.mark.parametrize("name", ["zhengzhou_2021", "haikou_2023", "chaoyang_2024"])
def test_what_the_report_does_not_print_is_missing_and_owes_nothing(database: Database, name: str) -> None:
    """Without a limit for the notice no month has a due date."""
    data = _load(database, name)
    terms = [data["contract"]["terms"], *(entry["terms"] for entry in data.get("amendments", ()))]
    assert all({"notice", "pass_mark", "repeat", "annual_assessment"}.isdisjoint(document) for document in terms)
    with database.read() as session:
        rows = session.execute(select(col(Assessment.period), col(Assessment.stage)).where(col(Assessment.expected)))
        stages = {period: stage for period, stage in rows}  # noqa: C416 a row is no pair to mypy
        assert session.execute(select(func.count()).select_from(DueDate)).scalar_one() == 0
    assessed = [f"2023-{month:02}" for month in range(8, 12)] if name == "haikou_2023" else []
    assert [period for period, stage in stages.items() if stage is Stage.FINAL] == assessed
    assert all(stage is Stage.NOT_ASSESSED for period, stage in stages.items() if period not in assessed)


def test_haikous_months_were_assessed_and_their_scores_are_unknown(database: Database) -> None:
    _load(database, "haikou_2023")
    months = select(col(Assessment.state), col(Assessment.score_exact), col(Assessment.verdict))
    with database.read() as session:
        rows = session.execute(months.where(col(Assessment.stage) == Stage.FINAL)).all()
        years = session.execute(select(func.sum(col(ContractYear.amount_fen)))).scalar_one()
    assert [tuple(row) for row in rows] == [(MonthState.ASSESSED, None, None)] * 4
    assert years == 3379542210
