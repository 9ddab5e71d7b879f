"""Nights over many contracts, over broken data, over the past; and what people did about an alert in between."""

import json
from datetime import date
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from app import night_jobs, nightly
from app.database import Database
from app.features.assessments import failed_months, narrowing, repeat_offences
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries as contract_queries
from app.features.contracts.versions import read_versions
from app.features.contracts.within import ALL
from app.models import TermsVersion
from app.models.words import AskedBy, RunStatus
from tests.crowd import settle
from tests.nights import alerts, every_row, run_nights, written
from tests.office import Office, without

NIGHT = "2023-12-31"


def _batches(alerts: int) -> int:
    """Count the writes that opened alerts take: of their rows, and of the events that tell of them."""
    return 2 * -(-alerts // 1000)


@pytest.mark.parametrize("months", [60])
def test_a_night_sends_as_many_statements_for_many_contracts_as_for_few(
    office: Office, database: Database, months: int
) -> None:
    """Many contracts of sixty months cost what two cost, but for two writes per started thousand alerts."""
    settle(database, office, 2, months)
    with database.write() as session:
        # Read once, the calendar is remembered: the first night would send what the second one need not.
        work_calendar(session, date.fromisoformat(NIGHT))
    few = {result.job: result.statements - _batches(result.written) for result in run_nights(database, NIGHT)}
    other = Office(database, office.client, "XB")
    settle(database, other, 60, months)
    many = run_nights(database, NIGHT)
    assert {result.job: result.statements - _batches(result.written) for result in many} == few
    assert max(result.written for result in many) > 3_000
    assert written(run_nights(database, NIGHT)) == 0


def test_broken_terms_of_one_contract_are_reported_and_stop_nobody_else(office: Office, database: Database) -> None:
    """A damaged document fails its contract alone; the other's repeat offence is flagged the same night."""
    numbers = ("XA-1", "XA-2")
    contracts = {number: office.contract(number) for number in numbers}
    for contract in contracts.values():
        for day in ("2023-02-01", "2023-03-01", "2023-04-01"):
            office.finding(contract, day)
    broken = contracts["XA-1"].rsplit("/", 1)[1]
    _damage(database, broken, "{broken")
    results = {result.job: result for result in run_nights(database, "2023-04-02")}
    failed = results["flag_repeat_offences"]
    assert [str(contract.contract_id) for contract in failed.broken] == [broken]
    assert (failed.failed, failed.written) == (1, 1)
    found = [alert["number"] for alert in alerts(database) if alert["kind"] == "repeat_offence"]
    assert found == ["XA-2"]
    (run,) = office.supervisor.items("/v1/job-runs", job="flag_repeat_offences")
    assert (run["status"], run["failed"], run["failures"][0]["contract_id"]) == ("succeeded", 1, broken)


def test_alerts_of_a_contract_that_breaks_later_stay_as_they_were(office: Office, database: Database) -> None:
    """Nothing is known of a broken contract, so nothing about it is resolved."""
    contract = office.contract()
    for day in ("2023-02-01", "2023-03-01", "2023-04-01"):
        office.finding(contract, day)
    run_nights(database, "2023-04-02")
    before = alerts(database)
    _damage(database, contract.rsplit("/", 1)[1], "{}[]")
    run_nights(database, "2023-04-03")
    assert [alert for alert in alerts(database) if alert["kind"] == "repeat_offence"] == [
        alert for alert in before if alert["kind"] == "repeat_offence"
    ]


def _damage(database: Database, contract_id: str, document: str) -> None:
    with database.write() as session:
        of = col(TermsVersion.contract_id) == UUID(contract_id)
        session.execute(update(TermsVersion).where(of).values(document=document))


def test_a_night_for_a_past_date_never_reopens_or_shortens_an_alert(office: Office, database: Database) -> None:
    """Resolved stays resolved, whatever day is run again."""
    contract = office.contract()
    office.assess(contract, "2023-01", "95.00", "2023-02-06")
    office.finalize(contract, "2023-01", "2023-02-10")
    office.notify(contract, "2023-01", "2023-03-26")
    for day in ("2023-02-01", "2023-02-02", "2023-03-03", "2023-03-04"):
        office.finding(contract, day)
    run_nights(database, "2023-04-30")
    before = every_row(database, "job_runs")
    assert written(run_nights(database, "2023-02-20")) == 0
    assert every_row(database, "job_runs") == before


def test_a_contract_taken_on_later_has_its_nights_from_its_own_beginning(office: Office, database: Database) -> None:
    """Nights that ran for later dates before it was recorded do not make its own year the past."""
    office.contract("XA-OLD")
    run_nights(database, "2026-01-31")
    contract = office.contract("XA-NEW")
    office.assess(contract, "2023-01", "95.00", "2023-02-06")
    office.finalize(contract, "2023-01", "2023-02-10")
    office.notify(contract, "2023-01", "2023-03-26")

    def january() -> list[str]:
        return [
            alert["status"]
            for alert in alerts(database)
            if (alert["number"], alert["subject"]) == ("XA-NEW", "2023-01")
        ]

    old = [alert for alert in alerts(database) if alert["number"] == "XA-OLD"]
    run_nights(database, "2023-02-20")
    assert january() == ["open"]
    run_nights(database, "2023-03-27")
    assert january() == ["resolved"]
    assert [alert for alert in alerts(database) if alert["number"] == "XA-OLD"] == old


def test_a_withdrawn_finding_undoes_the_offence(office: Office, database: Database) -> None:
    """The alert is resolved on the day of the withdrawal and says that it was undone."""
    contract = office.contract()
    found = [office.finding(contract, day) for day in ("2023-02-01", "2023-03-01", "2023-04-01")]
    run_nights(database, "2023-04-02")
    body = {"withdrawn_on": "2023-05-10", "reason": "申诉成立"}
    assert office.supervisor.post(f"{found[1]}/withdrawal", body).status_code == 200
    run_nights(database, "2023-05-11")
    (alert,) = (alert for alert in alerts(database) if alert["kind"] == "repeat_offence")
    assert (alert["status"], str(alert["since"]), str(alert["until"])) == ("resolved", "2023-04-01", "2023-05-10")
    assert alert["facts"]["undone"] is True


def test_one_more_and_the_threshold_is_reached_is_the_early_state_of_the_same_alert(
    office: Office, database: Database
) -> None:
    """The second occurrence opens the alert as information, the third makes it an offence."""
    contract = office.contract()
    office.finding(contract, "2023-02-01")
    office.finding(contract, "2023-03-01")
    run_nights(database, "2023-03-02")
    (early,) = office.supervisor.items("/v1/alerts", kind="repeat_offence")
    assert (early["severity"], early["facts"]["early"], early["since"]) == ("info", True, "2023-03-01")
    office.finding(contract, "2023-04-01")
    run_nights(database, "2023-04-02")
    (offence,) = office.supervisor.items("/v1/alerts", kind="repeat_offence")
    assert (offence["id"], offence["severity"], offence["since"]) == (early["id"], "warning", "2023-04-01")
    assert offence["facts"]["early_since"] == "2023-03-01"


def test_an_accepted_alert_stays_accepted(office: Office, database: Database) -> None:
    """A night does not open again what somebody accepted with a reason; taking up is kept while it is open."""
    contract = office.contract()
    office.assess(contract, "2023-01", "85.00", "2023-02-06")
    office.finalize(contract, "2023-01", "2023-02-10")
    run_nights(database, "2023-02-20")
    below, late = sorted(office.supervisor.items("/v1/alerts"), key=lambda alert: alert["kind"])
    taken = office.supervisor.post(f"/v1/alerts/{late['id']}/taking-up")
    assert taken.json()["status"] == "taken_up"
    assert office.supervisor.post(f"/v1/alerts/{late['id']}/taking-up").status_code == 409
    accepted = office.supervisor.post(f"/v1/alerts/{below['id']}/acceptance", {"reason": "大厅改造期间"})
    assert (accepted.json()["status"], accepted.json()["accepted_by"]) == ("resolved", "supervisor-XA")
    assert written(run_nights(database, "2023-02-21", "2023-02-28")) == 0
    office.notify(contract, "2023-01", "2023-03-01")
    statuses = {alert["kind"]: alert["status"] for alert in office.supervisor.items("/v1/alerts")}
    assert statuses == {"below_pass_mark": "resolved", "late_notice": "resolved"}


def test_a_bound_that_cannot_decide_gives_no_alert(office: Office, database: Database) -> None:
    """At least 80 under a mark of 90 is undetermined: the month says so and nobody is alarmed."""
    contract = office.contract(terms=without("repeat"))
    office.assess(contract, "2023-01", {"at_least": "80.00"}, "2023-02-06")
    office.finalize(contract, "2023-01", "2023-02-07")
    office.notify(contract, "2023-01", "2023-02-08")
    assert office.supervisor.get(f"{contract}/assessments/2023-01").json()["verdict"] == "undetermined"
    assert written(run_nights(database, "2023-02-10")) == 0


def test_without_the_clause_there_is_no_rule_and_the_contract_says_so(office: Office, database: Database) -> None:
    """No notice clause: no due date, never late; `terms_incomplete` names what is not stated."""
    contract = office.contract(terms=without("notice", "consecutive"))
    assert office.supervisor.items(f"{contract}/due-dates") == []
    run_nights(database, NIGHT)
    assert alerts(database) == []
    incomplete = office.supervisor.get(contract).json()["terms_incomplete"]
    assert incomplete == ["notice", "grades", "consecutive", "rubric"]


def test_a_dry_run_says_what_would_be_found_and_writes_nothing(office: Office, database: Database) -> None:
    """The past is read by a dry run; all that is kept is its answer, for a retry."""
    office.contract()
    before = every_row(database, "idempotency_keys")
    answer = office.supervisor.post("/v1/job-runs", {"job": "all", "as_of": "2023-03-01", "dry_run": True}).json()
    late = next(item for item in answer["items"] if item["job"] == "flag_late_notices")
    assert [(alert["subject"], alert["since"]) for alert in late["alerts"]] == [("2023-01", "2023-02-16")]
    assert every_row(database, "idempotency_keys") == before


def test_the_past_sees_only_facts_dated_on_or_before_that_day(office: Office, database: Database) -> None:
    """`as_of` gives each alert as it stood, from the same rules as the nights."""
    contract = office.contract()
    office.assess(contract, "2023-01", "95.00", "2023-02-06")
    office.finalize(contract, "2023-01", "2023-02-10")
    office.notify(contract, "2023-01", "2023-03-26")
    run_nights(database, NIGHT)
    (then,) = (alert for alert in office.supervisor.items("/v1/alerts", as_of="2023-03-01"))
    assert (then["status"], then["facts"]["stage"], then["facts"]["days_late"]) == ("open", "final", 14)
    now = next(alert for alert in office.supervisor.items("/v1/alerts") if alert["subject"] == "2023-01")
    assert (now["id"], now["status"]) == (then["id"], "resolved")


def test_a_job_that_fails_as_a_whole_is_undone_and_noted(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row says why; a later attempt succeeds on the same row."""
    office.contract()

    def broken(*_: object) -> None:
        message = "the disk is full"
        raise OSError(message)

    with monkeypatch.context() as patched:
        patched.setattr(night_jobs, "reconcile", broken)
        with pytest.raises(OSError, match="the disk is full"):
            nightly.run(database, "flag_late_notices", date(2023, 3, 1), AskedBy.COMMAND)
    (failed,) = office.supervisor.items("/v1/job-runs")
    assert (failed["status"], failed["error"], failed["attempts"]) == ("failed", "OSError", 1)
    assert alerts(database) == []
    nightly.run(database, "flag_late_notices", date(2023, 3, 1), AskedBy.COMMAND)
    (succeeded,) = office.supervisor.items("/v1/job-runs")
    assert (succeeded["id"], succeeded["status"], succeeded["attempts"]) == (failed["id"], RunStatus.SUCCEEDED, 2)


def test_narrowing_loses_no_offence(office: Office, database: Database) -> None:
    """What the rule finds in the narrowed rows is what it finds in all findings of every contract."""
    contract = office.contract()
    office.contract("XA-EMPTY")
    few = office.contract("XA-FEW")
    office.finding(few, "2023-06-01")
    for day in ("2023-01-05", "2023-01-06", "2023-02-05"):
        office.finding(contract, day)
    office.finding(contract, "2023-02-06", "late_opening")
    with database.read() as session:
        versions = read_versions(contract_queries.versions(session, UUID(contract.rpartition("/")[2])))
        narrowed = repeat_offences.known_findings(session, date(2023, 12, 31), ALL, lambda _: versions)
        found = repeat_offences.evaluate(session, date(2023, 12, 31)).states
    assert {row["issue_type"] for row in narrowed} == {"leaving_post"}
    assert [state.subject for state in found] == ["leaving_post/2023"]


def test_narrowing_loses_no_run(office: Office, database: Database) -> None:
    """A month that passes is not read; one without an assessment is, since it may stand between two that fail."""
    rule = {"below": "80.00", "periods": 2, "consequence": "right_to_terminate", "excused": "skip"}
    contract = office.contract(terms={**without(), "consecutive": [rule]})
    excuse = {"state": "excused", "reason": "大厅停业", "assessed_on": "2023-03-06"}
    office.supervisor.put(f"{contract}/assessments/2023-02", excuse).raise_for_status()
    for month, score in (("01", "79.00"), ("03", "79.00"), ("04", "95.00"), ("05", "79.00")):
        office.assess(contract, f"2023-{month}", score, "2023-06-06")
    for month in ("01", "02", "03", "04", "05"):
        office.finalize(contract, f"2023-{month}", "2023-06-07")
    with database.read() as session:
        read = narrowing.months_of_failing_contracts(session, date.fromisoformat(NIGHT), ALL)
        (run,) = failed_months.evaluate_consecutive(session, date.fromisoformat(NIGHT)).states
    assert [month["period"] for month in read] == ["2023-01", "2023-02", "2023-03", "2023-05"]
    assert run.facts["periods"] == ["2023-01", "2023-03"]


def test_a_score_that_only_rounds_up_to_the_mark_is_below_it(office: Office, database: Database) -> None:
    """79.19 of 88 applicable points are 89.98863…: shown 89.99; under a mark of 89.99 the unrounded score is below."""
    rubric = {
        "full_mark": "100.00",
        "normalise": True,
        "criteria": [
            {"code": "service", "name": "服务", "weight": "88.00"},
            {"code": "training", "name": "培训", "weight": "12.00"},
        ],
    }
    contract = office.contract(terms={**without(), "rubric": rubric, "pass_mark": "89.99"})
    criteria = [{"criterion": "service", "points": "79.19"}, {"criterion": "training", "points": None}]
    body = {"state": "assessed", "criteria": criteria, "assessed_on": "2023-02-06"}
    month = office.supervisor.put(f"{contract}/assessments/2023-01", body).json()
    assert month["score"]["exact"] == "89.99"
    office.finalize(contract, "2023-01", "2023-02-07")
    run_nights(database, "2023-02-08")
    assert [alert["kind"] for alert in alerts(database)] == ["below_pass_mark"]


def test_json_facts_are_canonical(office: Office, database: Database) -> None:
    """Equal facts are equal bytes, so that two nights can be compared row by row."""
    contract = office.contract()
    for day in ("2023-02-01", "2023-03-01", "2023-04-01"):
        office.finding(contract, day)
    run_nights(database, NIGHT)
    with database.read() as session:
        texts = [row[0] for row in session.connection().exec_driver_sql("SELECT facts FROM alerts")]
    assert texts
    assert texts == [
        json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":")) for text in texts
    ]
