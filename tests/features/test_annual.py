"""A year is owed as its terms ask, assessed once, from its months or by the centre, and notified once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from app.database import Database
from app.errors import Conflict
from app.features.access.caller import Caller
from app.features.assessments import annual
from app.models.words import Role
from app.rules.scores import Score, ScoreKind
from tests.nights import alerts, run_nights
from tests.office import TERMS, Office
from tests.years import DUE, MEAN, amend, hold, last_quarter, settle, years_due

# ---------------------------------------------------------------- what is owed


@pytest.mark.parametrize(
    ("year", "due"),
    [
        ("calendar_year", {"2022": "2023-01-31", "2023": "2024-01-31", "2024": "2025-01-31"}),
        ("contract_year", {"2022": "2023-09-03", "2023": "2024-09-03"}),
    ],
)
def test_activation_enters_every_year_of_a_recorded_month(office: Office, year: str, due: dict[str, str]) -> None:
    """Two years from 4 August 2022: three calendar years, or the two that begin with the contract's anniversaries."""
    contract = last_quarter(
        office, DUE | {"year": year}, starts_on="2022-08-04", ends_on="2024-08-03", recorded_from="2022-09"
    )
    assert years_due(office, contract) == due


def test_years_before_recorded_from_are_not_owed(office: Office) -> None:
    """Kaohe answers for what is recorded alone."""
    contract = last_quarter(office, DUE, starts_on="2021-01-01", ends_on="2024-12-31")
    assert list(years_due(office, contract)) == ["2023", "2024"]


def test_without_the_clause_none_is_asked_for(office: Office, database: Database) -> None:
    """No due date, no alert, nothing named as open, and nothing to hold."""
    contract = last_quarter(office)
    settle(office, contract, "90.00", "90.00", "90.00")
    assert years_due(office, contract) == {}
    assert "annual_assessment" not in office.supervisor.get(contract).json()["terms_incomplete"]
    refused = hold(office, contract, score={"exact": "90.00"})
    assert (refused.status_code, refused.json()["code"]) == (409, "no-annual-clause")
    run_nights(database, "2024-12-31")
    assert "missing_annual_assessment" not in {alert["kind"] for alert in alerts(database)}


def test_an_amendment_moves_the_years_that_are_not_held(office: Office) -> None:
    """A held year keeps its date; the old date of a moved one stays readable."""
    contract = last_quarter(office, DUE, ends_on="2025-12-31")
    settle(office, contract, "90.00", "90.00", "90.00")
    hold(office, contract, "2024-01-20", score={"exact": "90.00"}).raise_for_status()
    amend(office, contract, "2023-10-01", "2024-03-01", annual_assessment=DUE | {"length": 60}).raise_for_status()
    assert years_due(office, contract) == {"2023": "2024-01-31", "2024": "2025-03-01", "2025": "2026-03-01"}
    everything = office.supervisor.items(f"{contract}/due-dates", kind="annual_assessment", superseded="true")
    old = [(entry["subject"], entry["due_on"], entry["superseded_because"]) for entry in everything]
    assert ("2024", "2025-01-31", "terms_amended") in old


def test_an_amendment_brings_or_ends_the_clause_from_its_day(office: Office) -> None:
    """The terms in force for a year's last month ask for its assessment, or do not."""
    contract = last_quarter(office, ends_on="2025-12-31")
    amend(office, contract, "2024-06-01", "2024-06-01", annual_assessment=DUE).raise_for_status()
    assert list(years_due(office, contract)) == ["2024", "2025"]
    amend(office, contract, "2025-06-01", "2025-06-01").raise_for_status()
    assert list(years_due(office, contract)) == ["2024"]


def test_an_amendment_may_not_mix_two_kinds_of_year(office: Office) -> None:
    """Months would stand in two years, or in none; from the first recorded month on the kind may be changed."""
    contract = last_quarter(office, DUE, starts_on="2022-08-01", ends_on="2025-07-31")
    other = DUE | {"year": "contract_year"}
    refused = amend(office, contract, "2024-06-01", "2024-06-01", annual_assessment=other)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "two-kinds-of-year")
    assert list(years_due(office, contract)) == ["2023", "2024", "2025"]
    amend(office, contract, "2023-10-01", "2024-06-01", annual_assessment=other).raise_for_status()
    assert years_due(office, contract) == {"2023": "2024-08-31", "2024": "2025-08-31"}


def test_closing_ends_the_years_after_it_and_keeps_its_own(office: Office, database: Database) -> None:
    """What is owed for months up to the closing is still flagged."""
    contract = last_quarter(office, DUE, ends_on="2026-12-31")
    office.supervisor.post(f"{contract}/closing", {"closed_on": "2024-03-31"}).raise_for_status()
    assert years_due(office, contract) == {"2023": "2024-01-31", "2024": "2025-01-31"}
    run_nights(database, "2025-12-31")
    missing = [alert for alert in alerts(database) if alert["kind"] == "missing_annual_assessment"]
    assert [(alert["subject"], str(alert["since"]), alert["status"]) for alert in missing] == [
        ("2023", "2024-02-01", "open"),
        ("2024", "2025-02-01", "open"),
    ]


# ---------------------------------------------------------------- holding


@pytest.mark.parametrize(
    ("scores", "shown"),
    [
        (("89.99", "90.00", "90.00"), {"score": {"exact": "90.00"}, "verdict": "below", "grade": "差"}),
        (("89.99", "90.00", "90.01"), {"score": {"exact": "90.00"}, "verdict": "not_below", "grade": "优"}),
        (({"at_least": "90.00"}, "92.00", "91.00"), {"score": {"at_least": "91.00"}, "verdict": "not_below"}),
        (({"below": "80.00"}, "92.00", "91.00"), {"score": {"below": "87.67"}, "verdict": "below", "grade": "差"}),
        (({"below": "80.00"}, "92.00", {"at_least": "90.00"}), {"score": None, "verdict": "undetermined"}),
        ((None, "92.00", "91.00"), {"score": None, "verdict": "undetermined", "grade": None}),
    ],
)
def test_a_year_is_scored_and_judged_by_its_months(
    office: Office, scores: tuple[object, ...], shown: dict[str, Any]
) -> None:
    """The unrounded mean decides; a bound decides only where it must."""
    contract = last_quarter(office, MEAN)
    settle(office, contract, *scores)
    held = hold(office, contract, note="会议纪要")
    assert held.status_code == 201, held.text
    year = held.json()
    assert {name: year[name] for name in shown} == shown
    assert (year["first_period"], year["last_period"], year["held_on"]) == ("2023-10", "2023-12", "2024-02-20")
    assert (year["stage"], year["terms_version"], year["note"]) == ("held", 1, "会议纪要")
    assert year["steps"][0].startswith("Not counted, before 2023-10, from which results are recorded: 2023-01, ")
    assert office.supervisor.get(held.headers["location"]).json() == year


def test_a_review_is_weighed_in(office: Office) -> None:
    """Seven tenths of the months' mean and three tenths of the review."""
    clause = DUE | {"score": {"method": "mean_of_months", "review_weight": "0.30"}}
    contract = last_quarter(office, clause)
    settle(office, contract, "90.00", "91.00", "92.00")
    missing = hold(office, contract)
    assert (missing.status_code, missing.json()["errors"][0]["pointer"]) == (422, "/review")
    year = hold(office, contract, review="81.00").json()
    assert (year["score"], year["review"], year["verdict"]) == ({"exact": "88.00"}, "81.00", "below")


@pytest.mark.parametrize(("answer", "mean"), [("left_out", "91.00"), ("zero", "60.67")])
def test_an_excused_month_counts_as_the_clause_says(office: Office, answer: str, mean: str) -> None:
    """Left out of the mean, or counted as 0 points."""
    contract = last_quarter(office, DUE | {"score": {"method": "mean_of_months", "excused": answer}})
    settle(office, contract, "90.00", "excused", "92.00")
    assert hold(office, contract).json()["score"] == {"exact": mean}


@pytest.mark.parametrize("state", ["excused", "not_assessed"])
def test_where_the_clause_is_silent_nothing_is_guessed(office: Office, state: str) -> None:
    """The open answer is named, and the year can be held once an amendment gives it."""
    contract = last_quarter(office, MEAN)
    settle(office, contract, "90.00", state, "92.00")
    refused = hold(office, contract)
    assert (refused.status_code, refused.json()["code"]) == (409, "annual-terms-silent")
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == (f"/terms/annual_assessment/score/{state}", "clause-silent")
    answered = MEAN | {"score": {"method": "mean_of_months", state: "left_out"}}
    amend(office, contract, "2023-12-01", "2024-02-01", annual_assessment=answered).raise_for_status()
    assert hold(office, contract, "2024-01-31").json()["code"] == "annual-terms-silent"
    year = hold(office, contract).json()
    assert (year["score"], year["terms_version"]) == ({"exact": "91.00"}, 2)


def test_scores_on_two_scales_have_no_mean(office: Office) -> None:
    """A month out of 100 and one out of 120 are not added up."""
    contract = last_quarter(office, MEAN)
    amend(
        office, contract, "2023-12-01", "2023-12-01", annual_assessment=MEAN, rubric={"full_mark": "120.00"}
    ).raise_for_status()
    settle(office, contract, "90.00", "91.00", "110.00")
    refused = hold(office, contract)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "scales-differ")


@pytest.mark.parametrize(
    ("score", "shown"),
    [({"exact": "92.50"}, {"exact": "92.50"}), ({"at_least": "90.00"}, {"at_least": "90.00"}), (None, None)],
)
def test_where_the_clause_computes_no_score_the_centre_enters_it(
    office: Office, score: object, shown: dict[str, str] | None
) -> None:
    """Exact, a bound, or not known; a score that is neither given nor computed is asked for."""
    contract = last_quarter(office, DUE)
    settle(office, contract, "90.00", "91.00", "92.00")
    missing = hold(office, contract)
    assert (missing.status_code, missing.json()["errors"][0]["code"]) == (422, "score-missing")
    year = hold(office, contract, score=score).json()
    assert (year["score"], year["steps"][-1]) == (
        shown,
        "The centre entered the score; the clause does not compute it.",
    )


def test_months_that_are_not_final_are_named(office: Office) -> None:
    """A year is held from final results alone."""
    contract = last_quarter(office, MEAN)
    settle(office, contract, "90.00")
    office.assess(contract, "2023-12", "90.00", "2024-01-10")
    refused = hold(office, contract)
    assert (refused.status_code, refused.json()["code"]) == (409, "months-not-final")
    assert refused.json()["detail"].endswith("2023-11, 2023-12.")


@pytest.mark.parametrize(
    ("held_on", "fault"),
    [
        ("2023-12-31", "before-the-year-ended"),
        ("2024-01-09", "before-its-months-were-final"),
        ("2089-01-01", "date-in-future"),
    ],
)
def test_a_year_is_held_after_its_last_day_and_its_results(office: Office, held_on: str, fault: str) -> None:
    """Not on the year's last day of service, not before a month was final, not in the future."""
    contract = last_quarter(office, MEAN)
    settle(office, contract, "90.00", "91.00", "92.00")
    refused = hold(office, contract, held_on)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["pointer"], error["code"]) == (422, "/held_on", fault)


def test_a_closed_contracts_last_year_is_held_after_its_last_day(office: Office) -> None:
    """The months after the closing are not counted, and a step says so."""
    contract = last_quarter(office, MEAN)
    settle(office, contract, "90.00", "91.00")
    office.supervisor.post(f"{contract}/closing", {"closed_on": "2023-11-30"}).raise_for_status()
    year = hold(office, contract, "2023-12-20").json()
    assert (year["score"], year["last_period"], year["due"]["state"]) == ({"exact": "90.50"}, "2023-11", "on_time")
    assert "Not counted, after the closing on 2023-11-30: 2023-12." in year["steps"]


def test_a_year_outside_the_service_is_refused(office: Office) -> None:
    """It has no recorded month."""
    contract = last_quarter(office, MEAN)
    for year in (2022, 2024):
        refused = hold(office, contract, "2025-02-01", year)
        assert (refused.status_code, refused.json()["code"]) == (422, "year-outside-service")


# ---------------------------------------------------------------- once


def test_a_year_goes_from_expected_to_held_to_notified_once(office: Office) -> None:
    """The list shows every stage, and a second holding or notice is refused and changes nothing."""
    contract = last_quarter(office, MEAN, ends_on="2024-12-31")
    settle(office, contract, "90.00", "91.00", "92.00")
    address = f"{contract}/annual-assessments"
    notice = {"notified_on": "2024-02-26", "document_no": "考核〔2024〕1号"}

    def stages() -> list[tuple[int, str]]:
        return [(year["year"], year["stage"]) for year in office.supervisor.get(address).json()["items"]]

    assert stages() == [(2023, "expected"), (2024, "expected")]
    early = office.supervisor.post(f"{address}/2023/notice", notice)
    assert (early.status_code, early.json()["code"]) == (409, "not-held")
    hold(office, contract).raise_for_status()
    assert stages() == [(2023, "held"), (2024, "expected")]
    before = office.supervisor.post(f"{address}/2023/notice", {"notified_on": "2024-02-19"})
    assert (before.status_code, before.json()["errors"][0]["code"]) == (422, "before-it-was-held")
    notified = office.supervisor.post(f"{address}/2023/notice", notice).json()
    assert stages() == [(2023, "notified"), (2024, "expected")]
    assert {name: notified["notice"][name] for name in notice} == notice
    assert notified["version"] == 2
    again = [hold(office, contract), office.supervisor.post(f"{address}/2023/notice", notice)]
    assert [(answer.status_code, answer.json()["code"]) for answer in again] == [
        (409, "already-held"),
        (409, "year-already-notified"),
    ]
    assert office.supervisor.get(f"{address}/2023").json() == notified
    assert office.supervisor.get(f"{address}/2022").status_code == 404


@pytest.mark.parametrize("step", ["hold", "notify"])
def test_of_two_who_act_at_once_one_is_told_that_the_other_was_first(
    office: Office, database: Database, step: str
) -> None:
    """Four years, each held or notified by two supervisors at a barrier: one change and one refusal."""
    caller = Caller(office.clerk.principal_id, "supervisor", Role.SUPERVISOR, (office.center,))
    contract = office.contract(
        starts_on="2019-12-01", ends_on="2023-01-31", recorded_from="2019-12", terms=TERMS | {"annual_assessment": DUE}
    )
    contract_id = UUID(contract.rsplit("/", 1)[1])
    for month in office.supervisor.items(f"{contract}/assessments"):
        excuse = {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-02-01"}
        office.supervisor.put(f"{contract}/assessments/{month['period']}", excuse).raise_for_status()
        office.finalize(contract, month["period"], "2023-02-01")
    barrier = Barrier(2)
    unknown = Score(ScoreKind.UNKNOWN, None)

    def act(year: int, *, wait: bool = True) -> str:
        if wait:
            barrier.wait()
        try:
            with database.write() as session:
                if step == "hold" or not wait:
                    holding = annual.Holding(year=year, held_on=date(2023, 2, 2), score=unknown)
                    annual.hold(session, caller, contract_id, holding)
                else:
                    annual.notify(session, caller, contract_id, year, date(2023, 2, 3))
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        for year in range(2019, 2023):
            if step == "notify":
                assert act(year, wait=False) == "done"
            assert sorted(pool.map(act, (year, year))) == ["done", "refused"]
