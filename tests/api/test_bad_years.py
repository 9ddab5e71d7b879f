"""A wrong request about a year gets a problem document that says what and where, and not a row of any table moves."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from app.database import Database
from tests.api.asking import expect_problem
from tests.nights import every_row
from tests.office import TERMS, Json, Office

DUE = {"after": "year_end", "unit": "calendar_days", "length": 31, "roll": "none"}
REVIEWED = DUE | {"score": {"method": "mean_of_months", "review_weight": "0.30"}}
INVALID = "validation-error"


@pytest.fixture(autouse=True)
def _today() -> Iterator[None]:
    """Hold the clock at noon of 20 January 2024."""
    with time_machine.travel("2024-01-20T04:00:00Z", tick=False):
        yield


def december(office: Office, clause: dict[str, Any] = DUE) -> str:
    """Take a contract on of which December 2023 alone is recorded, and final."""
    contract = office.contract(recorded_from="2023-12", terms=TERMS | {"annual_assessment": clause})
    office.assess(contract, "2023-12", "92.50", "2024-01-05")
    office.finalize(contract, "2023-12", "2024-01-10")
    return f"{contract}/annual-assessments"


def held(**changes: Any) -> dict[str, Any]:
    """Give a body that would be taken but for the changes."""
    return {"year": 2023, "held_on": "2024-01-15", "score": {"exact": "92.50"}} | changes


HOLDINGS: dict[str, tuple[Any, str, str | None]] = {
    "no year": ({"held_on": "2024-01-15", "score": None}, "/year", "missing-member"),
    "a year as a text": (held(year="2023"), "/year", None),
    "a year of five figures": (held(year=20230), "/year", None),
    "a year of half": (held(year=2023.5), "/year", None),
    "no day": ({"year": 2023, "score": None}, "/held_on", "missing-member"),
    "a day that there is not": (held(held_on="2024-02-30"), "/held_on", None),
    "tomorrow": (held(held_on="2024-01-21"), "/held_on", "date-in-future"),
    "the year's last day": (held(held_on="2023-12-31"), "/held_on", "before-the-year-ended"),
    "before December was final": (held(held_on="2024-01-09"), "/held_on", "before-its-months-were-final"),
    "a score of no form": (held(score={"about": "92.50"}), "/score", "score-form"),
    "a score as a number": (held(score={"exact": 92.5}), "/score/exact", None),
    "a score above the full mark": (held(score={"exact": "100.01"}), "/score/exact", "above-full-mark"),
    "below nothing": (held(score={"below": "0.00"}), "/score/below", "no-score-below"),
    "neither given nor computed": ({"year": 2023, "held_on": "2024-01-15"}, "/score", "score-missing"),
    "a review that counts for nothing": (held(review="92.00"), "/review", "review-not-weighed"),
    "an unknown member": (held(colour="red"), "/colour", "unknown-member"),
    "a note without end": (held(note="长" * 2001), "/note", None),
    "a list": ([held()], "", None),
}


@pytest.mark.parametrize(("body", "pointer", "fault"), HOLDINGS.values(), ids=HOLDINGS.keys())
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_wrong_holding_changes_nothing(
    office: Office,
    database: Database,
    body: Json,
    pointer: str,
    fault: str | None,
) -> None:
    """Without its change the body is taken, so each is refused for what it changes."""
    address = december(office)
    before = every_row(database)
    expect_problem(office.supervisor.post(address, body), 422, INVALID, pointer, fault)
    assert every_row(database) == before
    assert office.supervisor.post(address, held()).status_code == 201


REVIEWS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a score beside the rule's": ({"score": {"exact": "92.50"}, "review": "90.00"}, "/score", "score-is-computed"),
    "an unknown score beside the rule's": ({"score": None, "review": "90.00"}, "/score", "score-is-computed"),
    "no review": ({}, "/review", "review-missing"),
    "a review above the full mark": ({"review": "100.01"}, "/review", "above-full-mark"),
    "a review of three places": ({"review": "90.001"}, "/review", "value-error"),
}


@pytest.mark.parametrize(("more", "pointer", "fault"), REVIEWS.values(), ids=REVIEWS.keys())
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_wrong_review_changes_nothing(
    office: Office, database: Database, more: dict[str, Any], pointer: str, fault: str
) -> None:
    """Where the clause computes the score, it is not given, and the review that it weighs in is."""
    address = december(office, REVIEWED)
    before = every_row(database)
    body = {"year": 2023, "held_on": "2024-01-15", **more}
    expect_problem(office.supervisor.post(address, body), 422, INVALID, pointer, fault)
    assert every_row(database) == before


NOTICES: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "no day": ({}, "/notified_on", "missing-member"),
    "tomorrow": ({"notified_on": "2024-01-21"}, "/notified_on", "date-in-future"),
    "before it was held": ({"notified_on": "2024-01-14"}, "/notified_on", "before-it-was-held"),
    "an empty number": ({"notified_on": "2024-01-16", "document_no": ""}, "/document_no", None),
}


@pytest.mark.parametrize(("body", "pointer", "fault"), NOTICES.values(), ids=NOTICES.keys())
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_wrong_notice_changes_nothing(
    office: Office, database: Database, body: dict[str, Any], pointer: str, fault: str | None
) -> None:
    """The day is the paper's."""
    address = december(office)
    office.supervisor.post(address, held()).raise_for_status()
    before = every_row(database)
    expect_problem(office.supervisor.post(f"{address}/2023/notice", body), 422, INVALID, pointer, fault)
    assert every_row(database) == before


CLAUSES: dict[str, tuple[dict[str, Any], str, str | None]] = {
    "after a month's end": (DUE | {"after": "period_end"}, "/after", None),
    "a year of nothing": (DUE | {"year": "fiscal_year"}, "/year", None),
    "a method that there is not": (DUE | {"score": {"method": "median"}}, "/score/method", None),
    "no method": (DUE | {"score": {"review_weight": "0.30"}}, "/score/method", "missing-member"),
    "a weight as a number": (
        DUE | {"score": {"method": "mean_of_months", "review_weight": 0.3}},
        "/score/review_weight",
        None,
    ),
    "a weight of everything": (
        DUE | {"score": {"method": "mean_of_months", "review_weight": "1"}},
        "/score/review_weight",
        "weight-outside-range",
    ),
    "an answer that is none": (
        DUE | {"score": {"method": "mean_of_months", "excused": "ignored"}},
        "/score/excused",
        None,
    ),
    "eleven years": (DUE | {"length": 3651}, "/length", None),
}


@pytest.mark.parametrize(("clause", "pointer", "fault"), CLAUSES.values(), ids=CLAUSES.keys())
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_wrong_clause_is_not_taken(
    office: Office, database: Database, clause: dict[str, Any], pointer: str, fault: str | None
) -> None:
    """The contract is refused at the clause's place."""
    before = every_row(database)
    body = office.contract_body(terms=TERMS | {"annual_assessment": clause})
    problem = office.supervisor.post("/v1/contracts", body)
    expect_problem(problem, 422, INVALID, f"/terms/annual_assessment{pointer}", fault)
    assert every_row(database) == before


@pytest.mark.parametrize("year", ["2022", "1999", "20230", "soon", "2023-01"])
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_a_year_that_is_not_there(office: Office, year: str) -> None:
    """Not of the service, or no year at all: there is no such thing."""
    address = december(office)
    expect_problem(office.supervisor.get(f"{address}/{year}"), 404, "not-found", "/path/year")
