"""The budgets of the four reports: each figure that they print about money, produced from what they say."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlmodel import col

from app import nightly
from app.database import Database
from app.demo.run import LAST_NIGHT
from app.features.alerts.texts import text
from app.features.budgets.reading_queries import LineFilter
from app.features.budgets.summary import Summary, summarize
from app.models import ServiceCenter
from app.models.words import AskedBy
from app.rules.budgets import Base
from app.rules.money import yuan
from tests.nights import alerts

AS_OF = date(2025, 3, 31)


def summary(demo: Database, code: str, base: Base) -> Summary:
    with demo.read() as session:
        center = session.execute(select(col(ServiceCenter.id)).where(col(ServiceCenter.code) == code)).scalar_one()
        return summarize(session, [center], LineFilter(), base, AS_OF)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_rates_of_the_reports_with_their_bases(demo: Database) -> None:
    full, initial, contract = Base.FULL_YEAR_BUDGET, Base.INITIAL_BUDGET, Base.CONTRACT_YEAR
    expected = {
        ("XY", initial): ("74.92", "1629200.00"),
        ("XY", contract): (None, None),
        ("ZZ", full): ("92.46", "2106500.00"),
        ("ZZ", initial): ("106.33", "-1537700.00"),
        ("HK", full): ("94.56", "612984.11"),
        ("HK", contract): ("94.59", "609593.85"),
        ("CY", full): ("100.00", "0.00"),
        ("CY", initial): ("95.24", "762000.00"),
    }
    found = {key: summary(demo, *key).rate for key in expected}
    assert {
        key: (rate.percent, None if rate.remainder_fen is None else yuan(rate.remainder_fen))
        for key, rate in found.items()
    } == expected


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_nobody_explains_and_what_is_of_another_purpose_is_named(demo: Database) -> None:
    totals = {code: summary(demo, code, Base.FULL_YEAR_BUDGET).total for code in ("XY", "ZZ", "HK", "CY")}
    assert {code: (yuan(of.unexplained_fen), yuan(of.mismatched_fen)) for code, of in totals.items()} == {
        "XY": ("0.00", "0.00"),
        "ZZ": ("3644200.00", "150000.00"),
        "HK": ("3030.96", "0.00"),
        "CY": ("-762000.00", "0.00"),
    }


def test_the_night_finds_what_zhengzhou_found_by_nobody(demo: Database) -> None:
    nightly.run(demo, "flag_budget_mismatches", LAST_NIGHT, AskedBy.COMMAND)
    found = sorted(alerts(demo), key=lambda alert: str(alert["since"]))
    assert [(str(alert["since"]), alert["status"], alert["facts"]["project_name"]) for alert in found] == [
        ("2021-10-29", "open", "大厅派驻人员绩效奖励经费"),
        ("2021-11-30", "open", "办事大厅运行专项经费"),
    ]
    said = [text(alert["kind"], alert["facts"])["zh"] for alert in found]
    assert (
        said[0] == "2021-10-29从“大厅派驻人员绩效奖励经费”（用途：派驻人员绩效奖励）"
        "列支“劳务派遣人员费用”100000.00元，用途不符。"
    )
