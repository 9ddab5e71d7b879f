"""After the notice: numbered revisions with reason and author, appeals and their decisions, and alerts that follow."""

from typing import Any

import pytest
import time_machine

from app.database import Database
from tests.api.asking import expect_problem, last_part
from tests.nights import alerts, every_row, run_nights
from tests.office import TERMS, Office

AUGUST = "2023-08"
APPEAL = {"after": "notice", "unit": "working_days", "length": 3, "roll": "none"}


def _notified(office: Office, contract: str, period: str, score: object, final: str, notified: str) -> str:
    office.assess(contract, period, score, final)
    office.finalize(contract, period, final)
    office.notify(contract, period, notified, "考核通报〔2023〕8号")
    return f"{contract}/assessments/{period}"


@pytest.fixture
def august(office: Office) -> str:
    """Give a notified month under the mark."""
    contract = office.contract(terms=TERMS | {"appeal": APPEAL})
    office.finding(contract, "2023-08-03")
    return _notified(office, contract, AUGUST, "88.00", "2023-09-10", "2023-09-13")


def _revise(office: Office, month: str, **body: Any) -> dict[str, Any]:
    answer = office.supervisor.post(f"{month}/revisions", {"reason": "更正", **body})
    assert answer.status_code == 201, answer.text
    revised: dict[str, Any] = answer.json()
    return revised


def _alert(database: Database, kind: str) -> tuple[str, str, str, bool]:
    (found,) = (alert for alert in alerts(database) if alert["kind"] == kind)
    return found["status"], str(found["since"]), str(found["until"]), bool(found["facts"].get("undone"))


def test_every_version_stays_readable_with_its_reason_and_author(office: Office, august: str) -> None:
    """Number 0 is what was notified; a notified month that was never revised has that one."""
    (only,) = office.auditor.get(f"{august}/revisions").json()["items"]
    assert (only["number"], only["score"], only["reason"], only["author"]) == (0, {"exact": "88.00"}, None, None)
    score = {"state": "assessed", "score": {"exact": "89.50"}}
    first = _revise(office, august, result=score, revised_on="2023-10-08", reason="计分有误")
    assert (first["revision"], first["score"], first["verdict"]) == (1, {"exact": "89.50"}, "below")
    _revise(office, august, notice={"notified_on": "2023-09-14", "document_no": "9号"}, revised_on="2023-10-09")
    versions = office.auditor.get(f"{august}/revisions").json()["items"]
    assert [
        (v["number"], v["revised_on"], v["score"]["exact"], v["notified_on"], v["document_no"]) for v in versions
    ] == [
        (0, "2023-09-10", "88.00", "2023-09-13", "考核通报〔2023〕8号"),
        (1, "2023-10-08", "89.50", "2023-09-13", "考核通报〔2023〕8号"),
        (2, "2023-10-09", "89.50", "2023-09-14", "9号"),
    ]
    assert [(v["reason"], v["author"]) for v in versions[1:]] == [
        ("计分有误", "supervisor-XA"),
        ("更正", "supervisor-XA"),
    ]


def test_a_revision_above_the_mark_resolves_the_alert_on_its_day(
    office: Office, database: Database, august: str
) -> None:
    """At once where it is on record; and the same where nights only run afterwards."""
    run_nights(database, "2023-09-30")
    assert _alert(database, "below_pass_mark") == ("open", "2023-09-10", "None", False)
    _revise(office, august, result={"state": "assessed", "score": {"exact": "91.00"}}, revised_on="2023-10-08")
    assert _alert(database, "below_pass_mark") == ("resolved", "2023-09-10", "2023-10-08", True)
    at_once = alerts(database)
    run_nights(database, "2023-12-31")
    assert [a for a in alerts(database) if a["kind"] == "below_pass_mark"] == [
        a for a in at_once if a["kind"] == "below_pass_mark"
    ]
    then = office.supervisor.items("/v1/alerts", as_of="2023-10-07", kind="below_pass_mark")
    assert [(a["status"], a["until"]) for a in then] == [("open", None)]


def test_a_revision_under_the_mark_again_opens_it_since_that_day(
    office: Office, database: Database, august: str
) -> None:
    """Up and down: the alert runs since the last fall."""
    _revise(office, august, result={"state": "assessed", "score": {"exact": "91.00"}}, revised_on="2023-10-08")
    _revise(office, august, result={"state": "assessed", "score": {"below": "90.00"}}, revised_on="2023-11-01")
    run_nights(database, "2023-12-31")
    assert _alert(database, "below_pass_mark") == ("open", "2023-11-01", "None", False)


def test_a_revision_that_excuses_the_month_undoes_the_alert(office: Office, database: Database, august: str) -> None:
    """No clause judges the month any more; what it was held against before is still known to the nights."""
    run_nights(database, "2023-09-30")
    _revise(office, august, result={"state": "excused", "reason": "大厅停业"}, revised_on="2023-10-08")
    assert _alert(database, "below_pass_mark") == ("resolved", "2023-09-10", "2023-10-08", True)
    _revise(office, august, notice={"notified_on": "2023-09-12", "document_no": "8号"}, revised_on="2023-10-09")
    assert {result.failed for result in run_nights(database, "2023-12-31")} == {0}
    assert _alert(database, "below_pass_mark") == ("resolved", "2023-09-10", "2023-10-08", True)


def test_a_mistyped_notice_date_is_put_right(office: Office, database: Database) -> None:
    """The month was on time after all: the late notice is undone, the due date is met on the right day."""
    contract = office.contract()
    month = _notified(office, contract, "2023-01", "95.00", "2023-02-08", "2023-03-10")
    run_nights(database, "2023-03-31")
    right = {"notified_on": "2023-02-10", "document_no": "1号"}
    answer = _revise(office, month, notice=right, revised_on="2023-04-03", reason="月份误录")
    assert (answer["notice"]["state"], answer["notice"]["days_late"]) == ("on_time", 0)
    january = next(a for a in alerts(database) if (a["kind"], a["subject"]) == ("late_notice", "2023-01"))
    assert (str(january["until"]), january["facts"]["undone"]) == ("2023-03-10", True)
    (due,) = office.supervisor.items(f"{contract}/due-dates", kind="notice", state="on_time")
    assert (due["subject"], due["met_on"]) == ("2023-01", "2023-02-10")
    then = office.supervisor.items(
        "/v1/alerts", as_of="2023-03-20", kind="late_notice", contract_id=last_part(contract)
    )
    assert [(a["subject"], a["facts"]["days_late"], "undone" in a["facts"]) for a in then][:1] == [
        ("2023-01", 23, False)
    ]


def test_a_date_corrected_to_a_late_one_is_flagged(office: Office, database: Database) -> None:
    """Known from the revision on, dated by the due date as ever."""
    contract = office.contract()
    month = _notified(office, contract, "2023-01", "95.00", "2023-02-08", "2023-02-10")
    _revise(office, month, notice={"notified_on": "2023-03-26", "document_no": None}, revised_on="2023-05-04")
    run_nights(database, "2023-05-31")
    january = next(a for a in alerts(database) if (a["kind"], a["subject"]) == ("late_notice", "2023-01"))
    assert (str(january["since"]), str(january["until"]), january["facts"]["days_late"]) == (
        "2023-02-16",
        "2023-03-26",
        39,
    )
    assert [
        a
        for a in office.supervisor.items("/v1/alerts", as_of="2023-05-03", kind="late_notice")
        if a["subject"] == "2023-01"
    ] == []


def test_a_revision_breaks_a_run_of_fails(office: Office, database: Database) -> None:
    """Two months in a row below 80; the second is revised: the run is undone on the revision's day."""
    contract = office.contract()
    _notified(office, contract, "2023-01", "70.00", "2023-02-06", "2023-02-10")
    month = _notified(office, contract, "2023-02", "75.00", "2023-03-06", "2023-03-10")
    run_nights(database, "2023-03-31")
    assert _alert(database, "consecutive_fail") == ("open", "2023-03-06", "None", False)
    _revise(office, month, result={"state": "assessed", "score": {"exact": "80.00"}}, revised_on="2023-04-18")
    assert _alert(database, "consecutive_fail") == ("resolved", "2023-03-06", "2023-04-18", True)
    run_nights(database, "2023-12-31")
    assert _alert(database, "consecutive_fail") == ("resolved", "2023-03-06", "2023-04-18", True)


def test_a_withdrawal_after_the_notice_is_a_revision(office: Office, august: str) -> None:
    """Withdrawing at the finding's own address counts as a version of its month."""
    contract = august.split("/assessments", maxsplit=1)[0]
    (finding,) = office.supervisor.items(f"{contract}/findings")
    withdrawn = office.supervisor.post(
        f"{contract}/findings/{finding['id']}/withdrawal", {"reason": "误记", "withdrawn_on": "2023-09-20"}
    )
    assert (withdrawn.status_code, withdrawn.json()["version"]) == (200, 2)
    versions = office.supervisor.get(f"{august}/revisions").json()["items"]
    assert [(v["number"], v["withdrawn_findings"], v["reason"]) for v in versions] == [
        (0, [], None),
        (1, [finding["id"]], "误记"),
    ]


def test_findings_are_added_late_by_a_revision(office: Office, database: Database, august: str) -> None:
    """A third occurrence that came to light after the notice makes the offence."""
    contract = august.split("/assessments", maxsplit=1)[0]
    office.finding(contract, "2023-09-05")
    late = {"issue_type": "leaving_post", "occurred_on": "2023-08-20"}
    answer = _revise(office, august, added_findings=[late], revised_on="2023-10-08")
    assert answer["revision"] == 1
    assert len(office.supervisor.items(f"{contract}/findings", period=AUGUST)) == 2
    run_nights(database, "2023-12-31")
    assert _alert(database, "repeat_offence")[0] == "open"
    # On the day before the revision nobody knew of the third one.
    then = office.supervisor.items("/v1/alerts", as_of="2023-10-07", kind="repeat_offence")
    assert [(alert["facts"]["count"], alert["facts"]["early"]) for alert in then] == [(2, True)]


def test_points_by_criterion_are_kept_in_each_version(office: Office) -> None:
    """The old points stay readable when a revision states new ones."""
    rubric = {
        "full_mark": "100.00",
        "criteria": [
            {"code": "service", "name": "服务", "weight": "40.00"},
            {"code": "discipline", "name": "纪律", "weight": "60.00"},
        ],
    }
    contract = office.contract(terms=TERMS | {"rubric": rubric})
    month = f"{contract}/assessments/2023-01"

    def points(service: str) -> dict[str, Any]:
        both = [{"criterion": "service", "points": service}, {"criterion": "discipline", "points": "54.50"}]
        return {"state": "assessed", "criteria": both}

    assert office.supervisor.put(month, points("30.00") | {"assessed_on": "2023-02-06"}).status_code == 200
    office.finalize(contract, "2023-01", "2023-02-08")
    office.notify(contract, "2023-01", "2023-02-10")
    revised = _revise(office, month, result=points("38.00"), revised_on="2023-03-01")
    assert revised["score"] == {"exact": "92.50"}
    versions = office.supervisor.get(f"{month}/revisions").json()["items"]
    assert [[item["points"] for item in version["criteria"]] for version in versions] == [
        ["54.50", "30.00"],
        ["54.50", "38.00"],
    ]


def test_an_appeal_upheld_in_part_withdraws_and_revises(office: Office, database: Database, august: str) -> None:
    """One decision: the finding no longer counts, the score is new, the appeal is on the month."""
    contract = august.split("/assessments", maxsplit=1)[0]
    (finding,) = office.supervisor.items(f"{contract}/findings")
    run_nights(database, "2023-09-30")
    body = {
        "appealed_on": "2023-09-15",
        "outcome": "upheld_in_part",
        "decided_on": "2023-09-28",
        "reason": "监控显示当时在岗",
        "grounds": "员工当时在岗",
        "withdrawn_findings": [finding["id"]],
        "result": {"state": "assessed", "score": {"exact": "90.00"}},
    }
    month = office.supervisor2.post(f"{august}/appeal-decision", body)
    assert month.status_code == 200, month.text
    (appeal,) = month.json()["appeals"]
    assert (appeal["outcome"], appeal["against_revision"], appeal["revision"]) == ("upheld_in_part", 0, 1)
    assert (appeal["due_on"], appeal["in_time"], appeal["decided_by"]) == ("2023-09-18", True, "supervisor2-XA")
    assert (month.json()["score"], month.json()["revision"]) == ({"exact": "90.00"}, 1)
    assert office.supervisor.get(f"{contract}/findings/{finding['id']}").json()["withdrawn_on"] == "2023-09-28"
    assert _alert(database, "below_pass_mark") == ("resolved", "2023-09-10", "2023-09-28", True)


def test_a_rejected_appeal_changes_nothing_but_is_on_record(office: Office, august: str) -> None:
    """Late by the clause, which is said; a second decision on the same version is refused."""
    body = {"appealed_on": "2023-09-20", "outcome": "rejected", "decided_on": "2023-09-28", "reason": "事实清楚"}
    month = office.supervisor2.post(f"{august}/appeal-decision", body).json()
    assert (month["revision"], month["score"]) == (0, {"exact": "88.00"})
    assert [(a["outcome"], a["in_time"], a["revision"]) for a in month["appeals"]] == [("rejected", False, None)]
    expect_problem(office.supervisor2.post(f"{august}/appeal-decision", body), 409, "appeal-decided")
    _revise(office, august, result={"state": "assessed", "score": {"exact": "89.00"}}, revised_on="2023-10-08")
    later = body | {"appealed_on": "2023-10-09", "decided_on": "2023-10-12"}
    assert office.supervisor2.post(f"{august}/appeal-decision", later).status_code == 200


UNKNOWN = "01890000-0000-7000-8000-000000000000"
ABOVE = {"state": "assessed", "score": {"exact": "100.01"}}
NO_SCORE = {"state": "assessed", "score": None}

REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("revisions", {}, "revision-changes-nothing", ""),
    (
        "revisions",
        {"result": ABOVE},
        "above-full-mark",
        "/result/score/exact",
    ),
    ("revisions", {"notice": {"notified_on": "2023-09-09"}}, "before-it-was-final", "/notice/notified_on"),
    (
        "revisions",
        {"notice": {"notified_on": "2023-10-02"}, "revised_on": "2023-10-01"},
        "after-the-revision",
        "/notice/notified_on",
    ),
    (
        "revisions",
        {"notice": {"notified_on": "2023-09-20"}, "revised_on": "2023-09-12"},
        "before-the-version",
        "/revised_on",
    ),
    (
        "revisions",
        {"notice": {"notified_on": "2023-09-20"}, "revised_on": "2089-01-01"},
        "date-in-future",
        "/revised_on",
    ),
    (
        "revisions",
        {"withdrawn_findings": [UNKNOWN]},
        "not-a-finding-of-the-month",
        "/withdrawn_findings/0",
    ),
    (
        "revisions",
        {"added_findings": [{"issue_type": "leaving_post", "occurred_on": "2023-07-31"}]},
        "date-outside-month",
        "/added_findings/0/occurred_on",
    ),
    (
        "revisions",
        {"added_findings": [{"issue_type": "unknown", "occurred_on": "2023-08-31"}]},
        "unknown-issue-type",
        "/added_findings/0/issue_type",
    ),
    ("appeal-decision", {"appealed_on": "2023-09-12", "outcome": "rejected"}, "before-the-notice", "/appealed_on"),
    (
        "appeal-decision",
        {"appealed_on": "2023-09-20", "outcome": "rejected", "decided_on": "2023-09-19"},
        "before-the-appeal",
        "/decided_on",
    ),
    ("appeal-decision", {"appealed_on": "2023-09-20", "outcome": "upheld"}, "upheld-without-consequence", "/outcome"),
    (
        "appeal-decision",
        {"appealed_on": "2023-09-20", "outcome": "rejected", "result": NO_SCORE},
        "rejected-changes-nothing",
        "/outcome",
    ),
]


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0]}-{case[2]}")
def test_what_cannot_be_is_refused_and_changes_nothing(
    office: Office, database: Database, august: str, case: tuple[str, dict[str, Any], str, str]
) -> None:
    """Each refusal says what, where and what to do."""
    path, body, fault, pointer = case
    before = every_row(database)
    answer = office.supervisor2.post(f"{august}/{path}", {"reason": "更正", **body})
    code = fault if fault == "revision-changes-nothing" else "validation-error"
    expect_problem(answer, 422, code, pointer, fault)
    assert every_row(database) == before


def test_a_revision_that_states_what_is_on_record_is_refused(office: Office, august: str) -> None:
    """The same result and the same notice make no new version."""
    same = {"state": "assessed", "score": {"exact": "88.00"}}
    notice = {"notified_on": "2023-09-13", "document_no": "考核通报〔2023〕8号"}
    body = {"reason": "更正", "result": same, "notice": notice}
    expect_problem(office.supervisor.post(f"{august}/revisions", body), 422, "revision-changes-nothing")
    assert len(office.supervisor.get(f"{august}/revisions").json()["items"]) == 1


def test_an_appeal_is_not_decided_before_the_version_that_it_is_against(office: Office, august: str) -> None:
    """A decision dated before the last revision would be about a version that did not stand yet."""
    _revise(office, august, result={"state": "assessed", "score": {"exact": "89.00"}}, revised_on="2023-10-08")
    body = {"appealed_on": "2023-09-20", "outcome": "rejected", "decided_on": "2023-10-07", "reason": "事实清楚"}
    answer = office.supervisor2.post(f"{august}/appeal-decision", body)
    expect_problem(answer, 422, "validation-error", "/decided_on", "before-the-version")


@pytest.mark.parametrize("path", ["revisions", "appeal-decision"])
def test_only_what_was_notified_is_revised(office: Office, path: str) -> None:
    """A draft is recorded anew, a final result is notified first."""
    contract = office.contract()
    office.assess(contract, "2023-01", "95.00", "2023-02-06")
    score = {"state": "assessed", "score": {"exact": "96.00"}}
    body = {"reason": "更正", "result": score}
    if path == "appeal-decision":
        body |= {"appealed_on": "2023-03-01", "outcome": "upheld"}
    month = f"{contract}/assessments/2023-01"
    expect_problem(office.supervisor2.post(f"{month}/{path}", body), 409, "not-notified")
    office.finalize(contract, "2023-01", "2023-02-08")
    expect_problem(office.supervisor2.post(f"{month}/{path}", body), 409, "not-notified")


@pytest.mark.parametrize(
    ("notified", "document_no", "because"),
    [
        ("2023-02-10", "考核通报〔2023〕1号", []),
        ("2023-02-10", None, ["no_document_no"]),
        ("2023-02-02", "考核通报〔2023〕1号", ["recorded_late"]),
        ("2023-02-03", "考核通报〔2023〕1号", []),
        ("2023-02-02", None, ["recorded_late", "no_document_no"]),
    ],
)
def test_a_notice_recorded_long_after_its_date_or_without_a_number_is_backdated(
    office: Office, notified: str, document_no: str | None, because: list[str]
) -> None:
    """Recorded on 2023-02-10: a week is in time, a day more is not."""
    contract = office.contract()
    office.assess(contract, "2023-01", "95.00", "2023-02-01")
    office.finalize(contract, "2023-01", "2023-02-02")
    with time_machine.travel("2023-02-10T04:00:00Z", tick=False):
        office.notify(contract, "2023-01", notified, document_no)
        notice = office.supervisor.get(f"{contract}/assessments/2023-01").json()["notice"]
        found = office.supervisor.items("/v1/assessments", backdated=True)
    assert (notice["backdated"], notice["backdated_because"]) == (bool(because), because)
    assert len(found) == bool(because)
