"""Rectifications: submitted with a number, verified or returned with a reason, and flagged while they are overdue."""

import json
from typing import Any

import pytest
import time_machine

from app.database import Database
from tests.api.asking import expect_problem, last_part
from tests.nights import alerts, every_row, run_nights
from tests.office import TERMS, Office

RECTIFICATION = {"after": "notice", "unit": "calendar_days", "length": 5, "roll": "none"}
DONE = {"description": "已调整排班"}


@pytest.fixture
def finding(office: Office) -> str:
    """Give a finding that was notified on 13 September, to be rectified by the 18th."""
    contract = office.contract(terms=TERMS | {"rectification": RECTIFICATION})
    finding = office.finding(contract, "2023-08-03", counter="A-01")
    mistaken = office.finding(contract, "2023-08-04")
    mistake = {"withdrawn_on": "2023-09-05", "reason": "误记"}
    office.supervisor.post(f"{mistaken}/withdrawal", mistake).raise_for_status()
    office.assess(contract, "2023-08", "95.00", "2023-09-10")
    office.finalize(contract, "2023-08", "2023-09-10")
    office.notify(contract, "2023-08", "2023-09-13", "8号")
    return finding


def _submit(office: Office, finding: str, day: str) -> Any:  # noqa: ANN401 JSON is any value
    with time_machine.travel(f"{day}T04:00:00Z", tick=False):
        return office.vendor_portal.post(f"/v1/portal/findings/{last_part(finding)}/rectification", DONE)


def _judge(office: Office, finding: str, outcome: str, judged_on: str, **more: Any) -> Any:  # noqa: ANN401 JSON is any value
    body = {"outcome": outcome, "judged_on": judged_on, **more}
    return office.supervisor.post(f"{finding}/verification", body)


def _overdue(database: Database) -> list[tuple[str, str, str, int | None]]:
    """Give the alerts of the kind: status, since, until, days late once resolved."""
    return [
        (alert["status"].value, str(alert["since"]), str(alert["until"]), alert["facts"].get("days_late"))
        for alert in alerts(database)
        if alert["kind"] == "overdue_rectification"
    ]


def test_submissions_are_numbered_and_judged_one_by_one(office: Office, finding: str) -> None:
    """A returned one is owed again by the same day; a verified one meets it with the day of its submission."""
    expect_problem(_judge(office, finding, "verified", "2023-09-15"), 409, "nothing-to-verify")
    first = _submit(office, finding, "2023-09-14")
    assert (first.status_code, [s["number"] for s in first.json()["items"]]) == (201, [1])
    expect_problem(_submit(office, finding, "2023-09-15"), 409, "rectification-pending")
    without = _judge(office, finding, "returned", "2023-09-15")
    assert [error["pointer"] for error in without.json()["errors"]] == ["/reason"]
    assert _judge(office, finding, "returned", "2023-09-15", reason="照片不清").status_code == 200
    (due,) = office.supervisor.items("/v1/due-dates", kind="rectification")
    assert (due["due_on"], due["met_on"]) == ("2023-09-18", None)
    assert _submit(office, finding, "2023-09-17").json()["items"][1]["due_on"] == "2023-09-18"
    verified = _judge(office, finding, "verified", "2023-10-20")
    assert [(s["number"], s["outcome"], s["reason"]) for s in verified.json()["items"]] == [
        (1, "returned", "照片不清"),
        (2, "verified", None),
    ]
    (due,) = office.supervisor.items("/v1/due-dates", kind="rectification")
    assert (due["met_on"], due["state"]) == ("2023-09-17", "on_time")
    expect_problem(_submit(office, finding, "2023-10-21"), 409, "rectification-verified")
    read = office.vendor_portal.get(f"/v1/portal/findings/{last_part(finding)}/rectifications").json()
    assert [item["outcome"] for item in read["items"]] == ["returned", "verified"]
    assert not {"judged_by", "judged_at"} & read["items"][0].keys()
    events = [e["type"] for e in every_row(office.database)["events"] if e["type"].startswith("rectification")]
    assert sorted(events) == sorted(
        ["rectification.due"]
        + ["rectification.submitted"] * 2
        + ["rectification.returned"] * 2
        + ["rectification.verified"] * 2
    )


def test_a_returned_one_may_be_owed_by_a_new_day(office: Office, finding: str) -> None:
    """The old date stays readable; the new one is the centre's, and no clause moves it."""
    _submit(office, finding, "2023-09-14")
    early = _judge(office, finding, "returned", "2023-09-15", reason="不清", due_on="2023-09-14")
    assert [error["pointer"] for error in early.json()["errors"]] == ["/due_on"]
    _judge(office, finding, "returned", "2023-09-15", reason="不清", due_on="2023-09-30")
    month = finding.split("/findings/", maxsplit=1)[0] + "/assessments/2023-08"
    notice = {"notified_on": "2023-09-12", "document_no": "8号"}
    body = {"reason": "更正", "revised_on": "2023-09-20", "notice": notice}
    assert office.supervisor.post(f"{month}/revisions", body).status_code == 201
    rows = office.supervisor.items("/v1/due-dates", kind="rectification", superseded=True)
    assert [(row["due_on"], row["superseded_because"]) for row in rows] == [
        ("2023-09-18", "rectification_returned"),
        ("2023-09-30", None),
    ]


def test_a_corrected_notice_tells_of_the_new_due_date(office: Office, finding: str) -> None:
    """The vendor hears of each date that it was given, once, and a second correction is told as well."""
    month = finding.split("/findings/", maxsplit=1)[0] + "/assessments/2023-08"
    for day in ("2023-09-12", "2023-09-11"):
        body = {"reason": "更正", "revised_on": "2023-09-20", "notice": {"notified_on": day, "document_no": "8号"}}
        assert office.supervisor.post(f"{month}/revisions", body).status_code == 201
    told = [json.loads(event["body"])["data"] for event in every_row(office.database)["events"]]
    assert sorted((data["version"], data["due_on"]) for data in told if "due_on" in data) == [
        (1, "2023-09-18"),
        (2, "2023-09-17"),
        (3, "2023-09-16"),
    ]


def test_a_finding_that_was_not_notified_does_not_exist_for_the_vendor(office: Office, finding: str) -> None:
    """Nor one that was withdrawn before the notice; and one that was withdrawn after it is owed nothing for."""
    contract = finding.split("/findings/", maxsplit=1)[0]
    (mistaken,) = (row["id"] for row in office.supervisor.items(f"{contract}/findings", withdrawn="true"))
    for untold in (office.finding(contract, "2023-09-05"), f"{contract}/findings/{mistaken}"):
        assert _submit(office, untold, "2023-09-14").status_code == 404
        assert office.vendor_portal.get(f"/v1/portal/findings/{last_part(untold)}/rectifications").status_code == 404
    office.supervisor.post(f"{finding}/withdrawal", {"withdrawn_on": "2023-09-15", "reason": "误记"})
    expect_problem(_submit(office, finding, "2023-09-16"), 409, "finding-is-withdrawn")


def _year(office: Office, finding: str, database: Database, *, in_turn: bool) -> list[tuple[str, str, str, int | None]]:
    """Late, returned, late again, verified; with a night after each, or none before the end."""

    def night(day: str) -> None:
        if in_turn:
            run_nights(database, day)

    night("2023-09-18")
    night("2023-09-19")
    _submit(office, finding, "2023-09-21")
    night("2023-09-22")
    _judge(office, finding, "returned", "2023-09-25", reason="不清")
    night("2023-09-26")
    _submit(office, finding, "2023-09-28")
    night("2023-09-29")
    _judge(office, finding, "verified", "2023-10-20")
    run_nights(database, "2023-10-31")
    return _overdue(database)


@pytest.mark.parametrize("in_turn", [True, False])
def test_nights_flag_what_is_overdue(office: Office, finding: str, database: Database, *, in_turn: bool) -> None:
    """The submission stops it, its judging may take its time; equal whether nights run in turn or once."""
    assert _year(office, finding, database, in_turn=in_turn) == [("resolved", "2023-09-19", "2023-09-28", 10)]
    past = {
        day: [
            (a["status"], a["until"])
            for a in office.supervisor.items("/v1/alerts", as_of=day, kind="overdue_rectification")
        ]
        for day in ("2023-09-18", "2023-09-20", "2023-09-23", "2023-09-26", "2023-10-01")
    }
    assert past == {
        "2023-09-18": [],
        "2023-09-20": [("open", None)],
        "2023-09-23": [("resolved", "2023-09-21")],
        "2023-09-26": [("open", None)],
        "2023-10-01": [("resolved", "2023-09-28")],
    }


def test_an_alert_says_what_it_is_about_and_follows_the_acts(office: Office, finding: str, database: Database) -> None:
    """At once: submitted, returned, and withdrawn; the vendor hears of the alert that is its own."""
    run_nights(database, "2023-09-20")
    (alert,) = office.supervisor.items("/v1/alerts", kind="overdue_rectification", as_of="2023-09-20")
    assert alert["text"]["zh"] == "2023-08-03“离岗”（窗口A-01）应于2023-09-18前整改，尚未整改，逾期2天（2个工作日）。"
    assert ("vendor", "alert.opened") in {(e["stream"].value, e["type"]) for e in every_row(database)["events"]}
    _submit(office, finding, "2023-09-21")
    assert _overdue(database) == [("resolved", "2023-09-19", "2023-09-21", 3)]
    _judge(office, finding, "returned", "2023-09-22", reason="不清")
    assert [row[0] for row in _overdue(database)] == ["open"]
    office.supervisor.post(f"{finding}/withdrawal", {"withdrawn_on": "2023-09-23", "reason": "误记"})
    assert _overdue(database) == [("resolved", "2023-09-19", "2023-09-23", 5)]
