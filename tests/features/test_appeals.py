"""Appeals through the portal: by line, until the last moment, decided once by another person, with what follows."""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool
from sqlmodel import Session, col, update

from app.database import Database
from app.features.access import service as access
from app.features.access.caller import Caller
from app.features.assessments import answer_queries, appeal_decisions, months
from app.features.assessments.appeal_decisions import Decision
from app.features.audit import service as audit
from app.features.audit.actor import OPERATOR
from app.features.contracts import queries as contract_queries
from app.models import Appeal
from app.models.words import Role
from tests.api.asking import expect_problem
from tests.nights import every_row
from tests.office import TERMS, Office, Person
from tests.planted import looking_together, racing, statement_by_statement, unlocked

APPEAL = {"after": "notice", "unit": "working_days", "length": 3, "roll": "none"}
RUBRIC = {
    "full_mark": "100",
    "criteria": [
        {"code": "service", "name": "服务", "weight": "60"},
        {"code": "discipline", "name": "纪律", "weight": "40"},
    ],
}
IN_TIME = "2023-09-18T15:59:59.999Z"
TOO_LATE = "2023-09-18T16:00:00.000Z"
"""The last millisecond of the due date in Shanghai, and the one after it."""
SCORE = {"about": "score", "grounds": "当日停电", "asked": "恢复扣分"}


@pytest.fixture
def contract(office: Office) -> str:
    """Give a contract whose August is notified on 13 September: appeals until Monday, 18 September."""
    contract = office.contract(terms=TERMS | {"appeal": APPEAL, "rubric": RUBRIC})
    office.finding(contract, "2023-08-03")
    points = [{"criterion": "service", "points": "50.00"}, {"criterion": "discipline", "points": "38.00"}]
    office.assess(contract, "2023-08", None, "2023-09-10", criteria=points)
    office.finalize(contract, "2023-08", "2023-09-10")
    office.notify(contract, "2023-08", "2023-09-13", "8号")
    return contract


def another(office: Office, name: str = "second") -> Person:
    """Give a supervisor who has assessed nothing."""
    with office.database.write() as session:
        access.create_principal(session, OPERATOR, name, Role.SUPERVISOR, [office.center])
        return Person(office.client, access.issue_token(session, OPERATOR, name))


def _file(office: Office, *lines: dict[str, Any], now: str = IN_TIME) -> Any:  # noqa: ANN401 JSON is any value
    (month,) = office.vendor_portal.items("/v1/portal/assessments")
    with time_machine.travel(now, tick=False):
        return office.vendor_portal.post(f"/v1/portal/assessments/{month['id']}/appeals", {"lines": list(lines)})


def _filed(office: Office, *lines: dict[str, Any]) -> dict[str, Any]:
    answer = _file(office, *lines)
    assert answer.status_code == 201, answer.text
    filed: dict[str, Any] = answer.json()
    return filed


def _decide(person: Person, appeal: dict[str, Any], *outcomes: str, **more: Any) -> Any:  # noqa: ANN401 JSON is any value
    lines = [{"number": n, "outcome": outcome, "reason": "经核实"} for n, outcome in enumerate(outcomes, 1)]
    body = {"lines": lines, "reason": "会议研究决定", **more}
    return person.post(f"/v1/appeals/{appeal['id']}/decision", body)


def test_the_last_millisecond_is_in_time_and_the_next_is_late(office: Office, contract: str) -> None:
    """24:00 in Shanghai of the due date is too late, whatever the request was before."""
    late = _file(office, SCORE, now=TOO_LATE)
    expect_problem(late, 409, "appeal-too-late")
    filed = _filed(office, SCORE)
    assert (filed["due_on"], filed["appealed_on"], filed["outcome"]) == ("2023-09-18", "2023-09-18", None)
    (due,) = office.supervisor.items(f"{contract}/due-dates", kind="appeal")
    assert (due["due_on"], due["met_on"]) == ("2023-09-18", "2023-09-18")
    (waiting,) = office.supervisor.items("/v1/appeals", decided=False)
    assert (waiting["id"], waiting["in_time"], waiting["lines"][0]["subject"]) == (filed["id"], True, "score")


def test_each_line_is_about_something_of_the_month_and_once(office: Office, contract: str) -> None:
    """Faults at their place, all at once; the same line twice against one version is refused, another one taken."""
    finding = office.supervisor.items(f"{contract}/findings")[0]["id"]
    wrong = _file(
        office,
        SCORE | {"criterion": "service"},
        SCORE | {"about": "criterion", "criterion": "speed"},
        SCORE | {"about": "finding", "finding_id": str(uuid.uuid4())},
        SCORE | {"about": "finding"},
        SCORE,
        SCORE,
    )
    assert [error["pointer"] for error in wrong.json()["errors"]] == [
        "/lines/0/criterion",
        "/lines/1/criterion",
        "/lines/2/finding_id",
        "/lines/3/finding_id",
        "/lines/5",
    ]
    about_finding = SCORE | {"about": "finding", "finding_id": finding}
    _filed(office, SCORE, about_finding)
    again = _file(office, SCORE | {"about": "criterion", "criterion": "service"}, about_finding)
    expect_problem(again, 409, "already-appealed")
    assert again.json()["errors"][0]["pointer"] == "/lines/1"
    _filed(office, SCORE | {"about": "criterion", "criterion": "service"})
    assert len(office.vendor_portal.items("/v1/portal/appeals", decided=False)) == 2


def test_no_limit_is_stated(office: Office) -> None:
    """Terms without an appeal clause: taken at any time, and shown without a due date."""
    contract = office.contract(terms=TERMS)
    office.assess(contract, "2023-08", "88.00", "2023-09-10")
    office.finalize(contract, "2023-08", "2023-09-10")
    office.notify(contract, "2023-08", "2023-09-13")
    filed = _file(office, SCORE, now="2024-06-01T00:00:00Z").json()
    assert (filed["due_on"], filed["appealed_on"]) == (None, "2024-06-01")


def test_whoever_assessed_the_month_does_not_decide(office: Office, contract: str) -> None:
    """Another supervisor does; every line, once; what is upheld states what follows."""
    appeal = _filed(office, SCORE, SCORE | {"about": "criterion", "criterion": "service"})
    expect_problem(_decide(office.supervisor, appeal, "rejected", "rejected"), 403, "decided-by-assessor")
    other = another(office)
    left_out = _decide(other, appeal, "rejected")
    assert [error["pointer"] for error in left_out.json()["errors"]] == ["/lines"]
    expect_problem(_decide(other, appeal, "rejected", "upheld"), 422, "validation-error")
    points = [{"criterion": "service", "points": "53.00"}, {"criterion": "discipline", "points": "38.00"}]
    result = {"state": "assessed", "criteria": points}
    decided = _decide(other, appeal, "rejected", "upheld", result=result, document_no="申诉1号")
    assert decided.status_code == 200, decided.text
    assert (decided.json()["outcome"], decided.json()["revision"]) == ("upheld_in_part", 1)
    assert [line["outcome"] for line in decided.json()["lines"]] == ["rejected", "upheld"]
    month = office.auditor.get(f"{contract}/assessments/2023-08").json()
    assert (month["score"], month["revision"], len(month["appeals"])) == ({"exact": "91.00"}, 1, 1)
    expect_problem(_decide(other, appeal, "rejected", "rejected"), 409, "appeal-decided")
    read = office.vendor_portal.get(f"/v1/portal/appeals/{appeal['id']}")
    assert (read.json()["outcome"], read.json()["document_no"]) == ("upheld_in_part", "申诉1号")
    assert not {"decided_by", "filed_by", "note"} & read.json().keys()
    told = sorted(
        (e["stream"].value, e["type"]) for e in every_row(office.database)["events"] if "notified" not in e["type"]
    )
    assert told == [
        ("center", "appeal.decided"),
        ("center", "appeal.filed"),
        ("center", "assessment.revised"),
        ("vendor", "appeal.decided"),
        ("vendor", "assessment.revised"),
    ]


def test_a_rejected_appeal_changes_nothing_but_is_answered(office: Office, contract: str) -> None:
    """The month stays at its version; a paper's decision waits for that of what was filed, and stands beside it."""
    appeal = _filed(office, SCORE)
    month = f"{contract}/assessments/2023-08"
    paper = {"appealed_on": "2023-09-14", "outcome": "rejected", "decided_on": "2023-09-20", "reason": "维持"}
    other = office.supervisor2
    open_still = other.post(f"{month}/appeal-decision", paper)
    assert appeal["id"] in expect_problem(open_still, 409, "appeal-open")["detail"]
    assert _decide(other, appeal, "rejected").status_code == 200
    assert other.post(f"{month}/appeal-decision", paper).status_code == 200
    expect_problem(other.post(f"{month}/appeal-decision", paper), 409, "appeal-decided")
    detail = office.auditor.get(month).json()
    assert detail["revision"] == 0
    assert [(a["on_paper"], a["outcome"]) for a in detail["appeals"]] == [(False, "rejected"), (True, "rejected")]
    assert len(office.vendor_portal.items("/v1/portal/appeals")) == 2


def test_nobody_decides_about_what_is_his_own(office: Office, contract: str) -> None:
    """Who assessed the month decides no paper's appeal; who made a version decides no appeal against that version."""
    month = f"{contract}/assessments/2023-08"
    paper = {"appealed_on": "2023-09-14", "outcome": "rejected", "decided_on": "2023-09-20", "reason": "维持"}
    expect_problem(office.supervisor.post(f"{month}/appeal-decision", paper), 403, "decided-by-assessor")
    points = [{"criterion": "service", "points": "51.00"}, {"criterion": "discipline", "points": "38.00"}]
    revised = {"reason": "更正", "revised_on": "2023-09-14", "result": {"state": "assessed", "criteria": points}}
    assert office.supervisor2.post(f"{month}/revisions", revised).status_code == 201
    appeal = _filed(office, SCORE)
    refused = expect_problem(_decide(office.supervisor2, appeal, "rejected"), 403, "decided-by-assessor")
    assert "version 1" in refused["detail"]
    third = another(office)
    assert _decide(third, appeal, "rejected").status_code == 200
    expect_problem(office.supervisor2.post(f"{month}/appeal-decision", paper), 403, "decided-by-assessor")
    assert third.post(f"{month}/appeal-decision", paper).status_code == 200


def _race(office: Office, appeal: dict[str, Any]) -> list[int]:
    people, barrier = [another(office, "a"), another(office, "b")], threading.Barrier(2)

    def act(person: Person) -> int:
        barrier.wait()
        status: int = _decide(person, appeal, "rejected").status_code
        return status

    with ThreadPoolExecutor(2) as pool, racing():
        return sorted(pool.map(act, people))


def test_of_two_who_decide_at_once_one_is_first(office: Office, contract: str, database: Database) -> None:
    """The other is told so, and one act is on record."""
    assert contract
    assert _race(office, _filed(office, SCORE)) == [200, 409]
    acts = [event for event in every_row(database)["audit_events"] if event["action"] == "appeal.decided"]
    assert len(acts) == 1


def _settled(office: Office) -> str:
    """Settle August by its score: 88 points keep nine tenths of 1,000.00 yuan."""
    bands = {
        "kind": "score_bands",
        "base": "month_fee",
        "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
        "excused": "paid_in_full",
        "rounding": {"stage": "amount", "places": 2},
    }
    contract = office.contract(
        terms=TERMS
        | {"appeal": APPEAL, "payment": {"schedule": "monthly", "excess": "carried_over"}, "money": [bands]},
        recorded_from="2023-08",
        years=[{"year": 2023, "amount": "12000.00"}],
    )
    for period, score, final, notified in (
        ("2023-08", "88.00", "2023-09-10", "2023-09-13"),
        ("2023-09", "95.00", "2023-10-09", "2023-10-10"),
    ):
        office.assess(contract, period, score, final)
        office.finalize(contract, period, final)
        office.notify(contract, period, notified, "考核〔2023〕1号")
    return f"{contract}/settlements"


def _draft(office: Office, settlements: str, payment_period: str) -> dict[str, Any]:
    made = office.supervisor.post(settlements, {"payment_period": payment_period})
    assert made.status_code == 201, made.text
    drafted: dict[str, Any] = office.supervisor.get(f"{settlements}/{made.json()['id']}").json()
    return drafted


def test_an_upheld_appeal_comes_back_with_the_next_settlement(office: Office) -> None:
    """A closed month never changes: what its new result is worth is a numbered adjustment, to the fen."""
    settlements = _settled(office)
    with time_machine.travel("2023-09-18T04:00:00Z", tick=False):
        august = _draft(office, settlements, "2023-08")
        assert august["payable"] == "900.00"
        approval = office.finance.post(f"{settlements}/{august['id']}/approval")
        assert approval.status_code == 200, approval.text
        months = office.vendor_portal.items("/v1/portal/assessments", period="2023-08")
        path = f"/v1/portal/assessments/{months[0]['id']}/appeals"
        appeal = office.vendor_portal.post(path, {"lines": [SCORE]}).json()
    with time_machine.travel("2023-10-12T04:00:00Z", tick=False):
        result = {"state": "assessed", "score": {"exact": "91.00"}}
        assert _decide(another(office), appeal, "upheld", result=result).status_code == 200
        draft = _draft(office, settlements, "2023-09")
    adjustments = [line for line in draft["lines"] if line["adjustment"]]
    assert [(line["adjustment"], line["period"], line["component"], line["amount"]) for line in adjustments] == [
        (1, "2023-08", "score_deduction", "-100.00")
    ]
    assert draft["payable"] == "1100.00"


def test_the_race_is_lost_by_code_that_looks_and_then_decides(
    office: Office, contract: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Planted: without the held contract, the comparison and the guards of the tables, both decide."""
    assert contract
    appeal = _filed(office, SCORE)
    _plant(monkeypatch, database)
    assert _race(office, appeal) == [200, 200]


def _plant(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    plain = create_engine(database.url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with plain.connect() as connection:
        for table in ("appeals", "appeal_lines"):
            sqlite = f"DROP TRIGGER {table}_no_update"
            guard = sqlite if database.engine.dialect.name == "sqlite" else f"DROP TRIGGER {table}_no_change ON {table}"
            connection.exec_driver_sql(guard)

    def overwrite(session: Session, caller: Caller, _month: object, appeal_id: uuid.UUID, decision: Decision) -> None:
        decided = {"outcome": decision.outcome, "decided_on": decision.decided_on, "reason": decision.reason}
        own = update(Appeal).where(col(Appeal.id) == appeal_id)
        session.execute(own.values(decided_by=caller.name, **decided).execution_options(synchronize_session=False))

    monkeypatch.setattr(Database, "write", statement_by_statement(database))
    monkeypatch.setattr(contract_queries, "contract_for_update", unlocked)
    monkeypatch.setattr(answer_queries, "appeal_of_contract", looking_together(answer_queries.appeal_of_contract))
    monkeypatch.setattr(months, "change", lambda *_: None)
    monkeypatch.setattr(appeal_decisions, "_write", overwrite)
    monkeypatch.setattr(appeal_decisions, "tell", lambda *_: None)
    monkeypatch.setattr(audit, "append", lambda *_: None)
