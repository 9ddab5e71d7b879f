"""The demo's evaluations as whoever opens it sees them: totals, grades, rates, and what is wrong with each report."""

import uuid
from fractions import Fraction

import pytest
from sqlmodel import select

from app.database import Database
from app.features.access.caller import Caller
from app.features.evaluations import queries, service
from app.features.evaluations.queries import EvaluationFilter
from app.features.evaluations.reading import Reading
from app.features.paging import PageRequest
from app.models import ServiceCenter
from app.models.words import Role
from app.rules.money import hundredths


@pytest.fixture
def readings(demo: Database) -> dict[str, Reading]:
    """Read each evaluation of the demo by the number of its contract's year and place."""
    with demo.read() as session:
        codes = dict(session.exec(select(ServiceCenter.id, ServiceCenter.code)).all())
        who = Caller(uuid.uuid4(), "auditor", Role.AUDITOR, tuple(codes))
        found = queries.evaluations(session, tuple(codes), EvaluationFilter(), PageRequest(50)).rows
        return {codes[row["service_center_id"]]: service.read(session, who, row["id"]) for row in found}


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_reports_come_to_what_follows_from_them(readings: dict[str, Reading]) -> None:
    """Xinyang 86.88 and Zhengzhou 81.80, both 良, with the one rate that Zhengzhou cut off."""
    scored = {code: readings[code].standing for code in ("XY", "ZZ")}
    assert {code: (hundredths(one.total or Fraction(0)), one.grade) for code, one in scored.items()} == {
        "XY": (8688, "良"),
        "ZZ": (8180, "良"),
    }
    rates = {code: [hundredths((row.rate or Fraction(0)) * 100) for row in one.rows] for code, one in scored.items()}
    assert rates == {"XY": [8667, 8588, 8870, 8600], "ZZ": [7780, 7789, 9103]}
    wrong = [one for one in readings["ZZ"].checks if one.code == "rate-does-not-follow"]
    assert [(one.place, one.published, one.recomputed) for one in wrong] == [("/indicators/1/rate", "77.88", "77.89")]
    assert [one for one in readings["XY"].checks if one.code == "rate-does-not-follow"] == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_self_evaluations_are_there_with_their_checks(readings: dict[str, Reading]) -> None:
    """Haikou's has no table of indicators; Chaoyang's gives full points to what its own operator refutes."""
    assert sorted(readings) == ["CY", "HK", "XY", "ZZ"]
    assert readings["HK"].standing.total is None
    assert {one.code for one in readings["HK"].checks} >= {"no-indicator-table", "unit-off-by-ten-thousand"}
    printed, by_methods = readings["CY"].standing, readings["CY"].outcome
    assert (printed.total, by_methods.total) == (Fraction(100), Fraction(98))
    assert (printed.grade, by_methods.grade) == ("优", "优")
    refuted = [one for one in readings["CY"].checks if one.code == "full-score-not-met"]
    assert [one.place for one in refuted] == ["/indicators/0/children/2/children/0/score"]
