"""A month walks from draft to final to notified, each once, also when two people act at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest

from app.database import Database
from app.errors import Conflict
from app.features.access.caller import Caller
from app.features.assessments import service
from app.models.words import Role
from app.rules.periods import Period
from tests.office import TERMS, Office

RUBRIC = {
    "full_mark": "100.00",
    "criteria": [
        {"code": "service", "name": "服务", "weight": "40.00"},
        {"code": "discipline", "name": "纪律", "weight": "60.00"},
        {"code": "praise", "name": "表扬", "weight": "5.00", "kind": "addition"},
    ],
}
GRADES = [
    {"name": "优", "at_least": "90"},
    {"name": "良", "at_least": "80", "below": "90"},
    {"name": "差", "below": "80"},
]


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        ({"score": {"exact": "92.50"}}, {"score": {"exact": "92.50"}, "verdict": "not_below", "grade": "优"}),
        ({"score": {"exact": "90"}}, {"score": {"exact": "90.00"}, "verdict": "not_below", "grade": "优"}),
        ({"score": {"exact": "89.99"}}, {"score": {"exact": "89.99"}, "verdict": "below", "grade": "良"}),
        ({"score": {"at_least": "90.00"}}, {"score": {"at_least": "90.00"}, "verdict": "not_below", "grade": "优"}),
        ({"score": {"at_least": "80.00"}}, {"score": {"at_least": "80.00"}, "verdict": "undetermined", "grade": None}),
        ({"score": {"below": "90.00"}}, {"score": {"below": "90.00"}, "verdict": "below", "grade": None}),
        ({"score": None}, {"score": None, "verdict": "undetermined", "grade": None}),
        (
            {
                "criteria": [
                    {"criterion": "service", "points": "38.00"},
                    {"criterion": "discipline", "points": "60.00"},
                    {"criterion": "praise", "points": "5.00"},
                ]
            },
            {"score": {"exact": "100.00"}, "verdict": "not_below", "grade": "优"},
        ),
    ],
)
def test_a_result_is_shown_and_judged_as_it_was_entered(
    office: Office, body: dict[str, Any], shown: dict[str, Any]
) -> None:
    """Exact, as a bound, unknown, or by criteria: the month says what is known and no more."""
    contract = office.contract(terms={**TERMS, "rubric": RUBRIC, "grades": GRADES})
    result = {"state": "assessed", "assessed_on": "2023-02-03", **body}
    office.supervisor.put(f"{contract}/assessments/2023-01", result).raise_for_status()
    office.finalize(contract, "2023-01", "2023-02-06")
    month = office.supervisor.get(f"{contract}/assessments/2023-01").json()
    assert {name: month[name] for name in shown} == shown
    assert [item["points"] for item in month["criteria"]] == [
        item["points"] for item in sorted(body.get("criteria", []), key=lambda item: str(item["criterion"]))
    ]


def test_findings_keep_their_ids_when_the_month_is_filled_in(office: Office) -> None:
    """A finding recorded the day it is seen is the same finding after the month is final."""
    contract = office.contract()
    address = office.finding(contract, "2023-01-12", counter="A-07", deduction_points="2.00")
    office.assess(contract, "2023-01", "95.00", "2023-02-03")
    office.assess(contract, "2023-01", "94.00", "2023-02-04")
    office.finalize(contract, "2023-01", "2023-02-06")
    finding = office.supervisor.get(address).json()
    assert (finding["period"], finding["deduction_points"], finding["counter"]) == ("2023-01", "2.00", "A-07")
    late = office.supervisor.post(f"{contract}/findings", {"issue_type": "leaving_post", "occurred_on": "2023-01-13"})
    assert (late.status_code, late.json()["code"]) == (409, "month-is-final")


def test_a_notified_month_changes_no_more(office: Office) -> None:
    """Filling in, finalizing and notifying again are refused and leave the month as it was."""
    contract = office.contract()
    office.assess(contract, "2023-01", "95.00", "2023-02-03")
    office.finalize(contract, "2023-01", "2023-02-06")
    office.notify(contract, "2023-01", "2023-02-08", "考核〔2023〕1号")
    before = office.supervisor.get(f"{contract}/assessments/2023-01").json()
    month = f"{contract}/assessments/2023-01"
    refused = [
        office.supervisor.put(month, {"state": "assessed", "score": {"exact": "99.00"}}),
        office.supervisor.post(f"{month}/finalization", {"final_on": "2023-02-07"}),
        office.supervisor.post(f"{month}/notice", {"notified_on": "2023-02-09"}),
    ]
    assert [(answer.status_code, answer.json()["code"]) for answer in refused] == [
        (409, "month-is-final"),
        (409, "already-final"),
        (409, "already-notified"),
    ]
    assert office.supervisor.get(month).json() == before


@pytest.mark.parametrize("step", ["finalize", "notify"])
def test_of_two_who_act_at_once_one_is_told_that_the_other_was_first(
    office: Office, database: Database, step: str
) -> None:
    """Twenty rounds of two supervisors at a barrier: one change and one refusal in each."""
    caller = Caller(office.clerk.principal_id, "supervisor", Role.SUPERVISOR, (office.center,))
    contract = office.contract(starts_on="2021-01-01", recorded_from="2021-01")
    contract_id = UUID(contract.rsplit("/", 1)[1])
    barrier = Barrier(2)

    def act(period: Period, day: date) -> str:
        barrier.wait()
        try:
            with database.write() as session:
                if step == "finalize":
                    service.finalize(session, caller, contract_id, period, day)
                else:
                    service.notify(session, caller, contract_id, period, day)
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        for number in range(20):
            period = Period(2021, 1).plus(number)
            day = period.plus(1).first_day.replace(day=5)
            office.assess(contract, str(period), "95.00", day.isoformat())
            if step == "notify":
                office.finalize(contract, str(period), day.isoformat())
            assert sorted(pool.map(lambda _: act(period, day), range(2))) == ["done", "refused"]  # noqa: B023 used at once
