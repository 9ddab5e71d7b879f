"""Contracts: what their activation writes, what an amendment moves, what a closing ends."""

from typing import Any

import pytest

from app.database import Database
from tests.nights import alerts, run_nights
from tests.office import TERMS, Office, without

LATER_NOTICE = {"after": "period_end", "unit": "working_days", "length": 20, "roll": "none"}

LOWER_MARK = {"pass_mark": "85.00"}


def amendment(effective_from: str, agreed_on: str, **clauses: Any) -> dict[str, Any]:
    """Give the body of an amendment that changes some clauses."""
    terms = without("reference") | clauses
    reference = {"document": "补充协议", "clause": "第二条"}
    return {"effective_from": effective_from, "agreed_on": agreed_on, "reference": reference, "terms": terms}


def test_activation_expects_every_service_month_from_recorded_from(office: Office) -> None:
    """A contract taken over in its middle owes nothing for the months before; a partial month carries its days."""
    contract = office.contract(starts_on="2022-08-04", ends_on="2023-03-15", recorded_from="2022-12")
    months = office.supervisor.items(f"{contract}/assessments")
    assert [(month["period"], month["served_from"], month["served_to"]) for month in months] == [
        ("2022-12", "2022-12-01", "2022-12-31"),
        ("2023-01", "2023-01-01", "2023-01-31"),
        ("2023-02", "2023-02-01", "2023-02-28"),
        ("2023-03", "2023-03-01", "2023-03-15"),
    ]
    assert {month["stage"] for month in months} == {"not_assessed"}
    due = office.supervisor.items(f"{contract}/due-dates")
    assert [entry["due_on"] for entry in due] == ["2023-01-15", "2023-02-15", "2023-03-15", "2023-04-15"]


def test_the_first_month_of_a_partial_start_carries_its_days(office: Office) -> None:
    """Service from 4 August: August is a service month of 28 days."""
    contract = office.contract(starts_on="2023-08-04", recorded_from="2023-08")
    first = office.supervisor.get(f"{contract}/assessments/2023-08").json()
    assert (first["served_from"], first["served_to"]) == ("2023-08-04", "2023-08-31")


def test_an_amendment_moves_the_unmet_due_dates_that_it_governs(office: Office) -> None:
    """Months before it and months already notified stand; the old date of a moved one stays readable."""
    contract = office.contract()
    office.assess(contract, "2023-07", "95.00", "2023-08-04")
    office.finalize(contract, "2023-07", "2023-08-07")
    office.notify(contract, "2023-07", "2023-08-10")
    body = amendment("2023-07-01", "2023-08-20", notice=LATER_NOTICE)
    made = office.supervisor.post(f"{contract}/amendments", body)
    assert (made.status_code, made.json()["terms_version"]) == (201, 2)
    assert [entry["name"] for entry in made.json()["missing"]] == [
        "excused",
        "not_assessed",
        "schedule",
        "score_to_fee",
    ]
    due = {entry["subject"]: entry for entry in office.supervisor.items(f"{contract}/due-dates")}
    assert (due["2023-06"]["due_on"], due["2023-06"]["terms_version"]) == ("2023-07-15", 1)
    assert (due["2023-07"]["due_on"], due["2023-07"]["met_on"]) == ("2023-08-15", "2023-08-10")
    # Twenty working days after 31 August 2023, the National Day holiday of 29 September to 6 October ahead.
    assert (due["2023-08"]["due_on"], due["2023-08"]["terms_version"]) == ("2023-09-28", 2)
    everything = office.supervisor.items(f"{contract}/due-dates", superseded="true")
    (old,) = (entry for entry in everything if entry["subject"] == "2023-08" and entry["superseded_on"])
    assert (old["due_on"], old["superseded_on"], old["superseded_because"]) == (
        "2023-09-15",
        "2023-08-20",
        "terms_amended",
    )


def test_the_terms_of_a_period_are_those_in_force_as_known_on_a_day(office: Office) -> None:
    """A retroactive amendment governs from its day on, and was not known before it was agreed."""
    contract = office.contract()
    body = amendment("2023-03-01", "2023-09-01", **LOWER_MARK)
    assert office.supervisor.post(f"{contract}/amendments", body).status_code == 201

    def mark(period: str, known_on: str) -> tuple[int, str]:
        terms = office.supervisor.get(f"{contract}/terms", period=period, known_on=known_on).json()
        return terms["version"], terms["terms"]["pass_mark"]

    assert mark("2023-02", "2023-12-31") == (1, "90.00")
    assert mark("2023-03", "2023-12-31") == (2, "85.00")
    assert mark("2023-03", "2023-08-31") == (1, "90.00")


def test_a_result_is_judged_by_the_terms_known_when_it_became_final(office: Office) -> None:
    """A later retroactive amendment of the mark moves no month that is closed."""
    contract = office.contract()
    office.assess(contract, "2023-03", "87.00", "2023-04-04")
    office.finalize(contract, "2023-03", "2023-04-07")
    body = amendment("2023-03-01", "2023-09-01", **LOWER_MARK)
    office.supervisor.post(f"{contract}/amendments", body).raise_for_status()
    office.assess(contract, "2023-04", "87.00", "2023-09-04")
    office.finalize(contract, "2023-04", "2023-09-07")
    months = [office.supervisor.get(f"{contract}/assessments/{period}").json() for period in ("2023-03", "2023-04")]
    assert [(month["verdict"], month["terms_version"]) for month in months] == [("below", 1), ("not_below", 2)]


def test_an_amendment_may_bring_or_end_the_notice_clause(office: Office) -> None:
    """With the clause there are due dates, without it there are none, from the day it governs."""
    contract = office.contract(terms=without("notice"))
    brought = amendment("2023-06-01", "2023-06-01", notice=TERMS["notice"])
    office.supervisor.post(f"{contract}/amendments", brought).raise_for_status()
    assert office.supervisor.items(f"{contract}/due-dates")[0]["subject"] == "2023-06"
    ended = amendment("2023-10-01", "2023-10-01")
    ended["terms"].pop("notice")
    office.supervisor.post(f"{contract}/amendments", ended).raise_for_status()
    assert [entry["subject"] for entry in office.supervisor.items(f"{contract}/due-dates")] == [
        "2023-06",
        "2023-07",
        "2023-08",
        "2023-09",
    ]


def test_amendments_recorded_out_of_order_are_in_force_by_their_days(office: Office) -> None:
    """The latest effective date up to the period's last day governs, whichever was recorded first."""
    contract = office.contract()
    notice = {"after": "period_end", "unit": "calendar_days", "roll": "none"}
    for effective, agreed, length in (("2023-09-01", "2023-09-01", 30), ("2023-05-01", "2023-05-01", 20)):
        body = amendment(effective, agreed, notice=notice | {"length": length})
        office.supervisor.post(f"{contract}/amendments", body).raise_for_status()
    due = {entry["subject"]: entry["due_on"] for entry in office.supervisor.items(f"{contract}/due-dates")}
    assert (due["2023-04"], due["2023-05"], due["2023-09"]) == ("2023-05-15", "2023-06-20", "2023-10-30")


def test_of_two_amendments_of_one_effective_date_the_later_agreed_governs(office: Office) -> None:
    """An older paper that is recorded after a newer one does not come before it."""
    contract = office.contract()
    notice = {"after": "period_end", "unit": "calendar_days", "roll": "none"}
    for agreed, length in (("2023-06-01", 20), ("2023-05-01", 25)):
        body = amendment("2023-03-01", agreed, notice=notice | {"length": length})
        office.supervisor.post(f"{contract}/amendments", body).raise_for_status()
    due = {entry["subject"]: entry["due_on"] for entry in office.supervisor.items(f"{contract}/due-dates")}
    assert due["2023-03"] == "2023-04-20"


def test_closing_ends_the_months_after_it_and_keeps_what_is_owed_up_to_it(office: Office, database: Database) -> None:
    """No later month is expected or late; the months up to it are still flagged."""
    contract = office.contract()
    body = {"closed_on": "2023-05-15", "reason": "terminated", "note": "双方协议解除"}
    closed = office.supervisor.post(f"{contract}/closing", body)
    assert (closed.status_code, closed.json()["closed_on"]) == (200, "2023-05-15")
    months = office.supervisor.items(f"{contract}/assessments")
    assert [month["period"] for month in months] == ["2023-01", "2023-02", "2023-03", "2023-04", "2023-05"]
    assert months[-1]["served_to"] == "2023-05-15"
    run_nights(database, "2023-12-31")
    assert [alert["subject"] for alert in alerts(database)] == [month["period"] for month in months]
    late = office.supervisor.put(f"{contract}/assessments/2023-06", {"state": "assessed", "score": None})
    assert (late.status_code, late.json()["code"]) == (422, "period-outside-service")
    again = office.supervisor.post(f"{contract}/closing", body)
    assert (again.status_code, again.json()["code"]) == (409, "contract-closed")


@pytest.mark.parametrize("fact", ["finding", "month"])
def test_closing_before_a_recorded_fact_is_refused(office: Office, fact: str) -> None:
    """What happened after the intended last day would be lost, so the day is refused."""
    contract = office.contract()
    if fact == "finding":
        office.finding(contract, "2023-06-20")
    else:
        office.assess(contract, "2023-07", "95.00", "2023-08-01")
    refused = office.supervisor.post(f"{contract}/closing", {"closed_on": "2023-06-15"})
    assert (refused.status_code, refused.json()["code"]) == (409, "facts-after-closing")
    assert office.supervisor.get(contract).json()["closed_on"] is None


def test_an_excused_month_owes_no_notice(office: Office, database: Database) -> None:
    """Once it is finally excused its due date is waived, and a late alert ends on that day."""
    contract = office.contract()
    run_nights(database, "2023-02-20")
    body = {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-02-20"}
    office.supervisor.put(f"{contract}/assessments/2023-01", body).raise_for_status()
    office.finalize(contract, "2023-01", "2023-02-21")
    (alert,) = alerts(database)
    assert (alert["status"], str(alert["until"])) == ("resolved", "2023-02-21")
    assert alert["facts"]["superseded_because"] == "month_excused"
    assert "2023-01" not in {entry["subject"] for entry in office.supervisor.items(f"{contract}/due-dates")}


@pytest.mark.parametrize("done", ["notified", "excused"])
def test_a_month_settled_in_time_is_not_late_by_a_date_that_was_moved_later(
    office: Office, database: Database, done: str
) -> None:
    """What was done before the amendment was agreed is judged by the date that governed then, whatever came first."""
    contract = office.contract()
    notice = {"after": "period_end", "unit": "calendar_days", "length": 20, "roll": "none"}
    body = amendment("2023-01-01", "2023-06-01", notice=notice)
    office.supervisor.post(f"{contract}/amendments", body).raise_for_status()
    if done == "notified":
        office.assess(contract, "2023-03", "95.00", "2023-04-05")
    else:
        excuse = {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-04-05"}
        office.supervisor.put(f"{contract}/assessments/2023-03", excuse).raise_for_status()
    office.finalize(contract, "2023-03", "2023-04-05")
    if done == "notified":
        office.notify(contract, "2023-03", "2023-04-10")
    run_nights(database, "2023-05-15")
    run_nights(database, "2023-12-31")
    assert "2023-03" not in {alert["subject"] for alert in alerts(database)}


def test_provisional_due_dates_say_so(office: Office) -> None:
    """A working-day date in a year whose notice is not out, or just before it, is counted as it stands and marked."""
    terms = {**TERMS, "notice": LATER_NOTICE}
    contract = office.contract(starts_on="2026-10-01", ends_on="2027-01-31", recorded_from="2026-10", terms=terms)
    marks = [(entry["subject"], entry["provisional"]) for entry in office.supervisor.items(f"{contract}/due-dates")]
    assert marks == [("2026-10", False), ("2026-11", True), ("2026-12", True), ("2027-01", True)]
