"""Budgets through the doors: lines, adjustments on two sides, expenditures all or none, decisions, the summary."""

import random
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest
import time_machine

from app.database import Database
from app.errors import Conflict
from app.features.access.caller import Caller
from app.features.audit import service as audit
from app.features.audit.verify import verify_database
from app.features.budgets import lines, queries
from app.features.budgets.lines import NewAdjustment
from app.models.words import Role
from app.rules.money import parse_yuan, yuan
from tests.api.asking import expect_problem, last_part
from tests.nights import every_row, run_nights, written
from tests.office import Office
from tests.planted import looking_together, racing, statement_by_statement
from tests.settled import Sums, settled

BUDGETS, EXPENDITURES, SUMMARY = "/v1/budgets", "/v1/expenditures", "/v1/budget-summary"
HALL = [{"code": "hall", "name": "办事大厅运行"}]
DAILY = [{"code": "daily", "name": "日常支出"}]


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel("2023-12-20T04:00:00Z", tick=False):
        yield


def line(office: Office, project: str = "hall", initial: str = "1000.00", **more: Any) -> str:
    """Enter a line of 2023 and give its id."""
    body = {
        "service_center_id": str(office.center),
        "project": project,
        "year": 2023,
        "name": f"{project}经费",
        "initial": initial,
        "purposes": HALL,
        **more,
    }
    made = office.finance.post(BUDGETS, body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


def spent(line_id: str, amount: str = "100.00", ref: str = "R-1", **more: Any) -> dict[str, Any]:
    """Say what was spent from a line."""
    body = {"budget_line_id": line_id, "amount": amount, "spent_on": "2023-03-10", "purpose": "hall"}
    return body | {"external_ref": ref} | more


def record(office: Office, *bodies: dict[str, Any]) -> list[str]:
    """Record expenditures and give their ids."""
    made = office.finance.post(EXPENDITURES, {"expenditures": list(bodies)})
    assert made.status_code == 201, made.text
    ids: list[str] = made.json()["ids"]
    return ids


def amounts(office: Office, line_id: str) -> tuple[str, str, str]:
    """Give what a line came to, what was spent of it, and what is left."""
    found = office.finance.get(f"{BUDGETS}/{line_id}").json()["amounts"]
    return found["full_year"], found["executed"], found["unspent"]


def test_an_adjustment_between_projects_is_on_both_lines(office: Office, database: Database) -> None:
    """One act raises both versions; nothing is overwritten, and no line gives what it has not on any day."""
    hall, daily = line(office), line(office, "daily", "50.00", purposes=DAILY)
    moved = {"amount": "-400.00", "adjusted_on": "2023-06-01", "reason": "调剂", "counterpart_line_id": daily}
    made = office.finance.post(f"{BUDGETS}/{hall}/adjustments", moved)
    assert made.status_code == 201, made.text
    assert (amounts(office, hall)[0], amounts(office, daily)[0]) == ("600.00", "450.00")
    other = office.finance.get(f"{BUDGETS}/{daily}").json()
    (side,) = other["adjustments"]
    assert (side["amount"], side["counterpart_project"], other["version"]) == ("400.00", "hall", 2)
    earlier = moved | {"amount": "-601.00", "adjusted_on": "2023-02-01"}
    expect_problem(
        office.finance.post(f"{BUDGETS}/{hall}/adjustments", earlier), 409, "budget-below-nothing", "/amount"
    )
    for changes, pointer, fault in (
        ({"counterpart_line_id": hall}, "/counterpart_line_id", "same-line"),
        ({"reason": None}, "/reason", "reason-missing"),
        ({"amount": "0.00"}, "/amount", "nothing-adjusted"),
        ({"adjusted_on": "2022-12-31"}, "/adjusted_on", "outside-budget-year"),
        ({"adjusted_on": "2023-12-21"}, "/adjusted_on", "date-in-future"),
    ):
        answer = office.finance.post(f"{BUDGETS}/{hall}/adjustments", moved | changes)
        expect_problem(answer, 422, "validation-error", pointer, fault)
    stale = office.finance.call("POST", f"{BUDGETS}/{hall}/adjustments", json=moved, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    found = office.finance.get(SUMMARY, year=2023).json()
    assert [entry["moved"][0]["amount"] for entry in found["items"]] == ["400.00", "-400.00"]
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_amount_and_purposes_stand_once_something_rests_on_them(office: Office) -> None:
    hall = line(office)
    taken = office.finance.post(BUDGETS, _said(office, hall))
    expect_problem(taken, 409, "project-taken", "/project")
    body = {"name": "大厅", "initial": "900.00", "purposes": [*HALL, *DAILY]}
    assert office.finance.put(f"{BUDGETS}/{hall}", body).json()["initial"] == "900.00"
    record(office, spent(hall))
    expect_problem(office.finance.put(f"{BUDGETS}/{hall}", body | {"initial": "1.00"}), 409, "budget-line-in-use")
    narrower = office.finance.put(f"{BUDGETS}/{hall}", body | {"purposes": HALL})
    expect_problem(narrower, 409, "budget-line-in-use", "/purposes")
    assert office.finance.put(f"{BUDGETS}/{hall}", body | {"note": "含空调"}).status_code == 200
    assert office.auditor.put(f"{BUDGETS}/{hall}", body).status_code == 403


def _said(office: Office, line_id: str) -> dict[str, Any]:
    row = office.finance.get(f"{BUDGETS}/{line_id}").json()
    kept = ("service_center_id", "project", "year", "name", "initial", "purposes")
    return {name: row[name] for name in kept}


def test_expenditures_are_recorded_all_or_none(office: Office, database: Database) -> None:
    """What is wrong is named row by row; a reference is recorded once in a service center, whoever sends it."""
    hall = line(office)
    record(office, spent(hall, "1.00", "R-0"))
    before = every_row(database, "idempotency_keys")
    wrong = [
        spent(hall, "2.00", "R-1"),
        spent(hall, "0.00", "R-2"),
        spent(hall, "3.00", "R-1"),
        spent(hall, "4.00", "R-3", spent_on="2022-03-10"),
    ]
    answer = office.finance.post(EXPENDITURES, {"expenditures": wrong})
    problem = expect_problem(answer, 422, "validation-error")
    assert [(fault["pointer"], fault["code"]) for fault in problem["errors"]] == [
        ("/expenditures/1/amount", "nothing-spent"),
        ("/expenditures/2/external_ref", "reference-twice"),
        ("/expenditures/3/spent_on", "outside-budget-year"),
    ]
    again = office.finance.post(EXPENDITURES, {"expenditures": [wrong[0], spent(hall, "1.00", "R-0")]})
    expect_problem(again, 409, "reference-recorded", "/expenditures/1/external_ref")
    nobodys = office.finance.post(EXPENDITURES, {"expenditures": [spent(str(uuid.uuid4()))]})
    assert nobodys.status_code == 404
    paid = office.finance.post(f"{BUDGETS}/{hall}/expenditures", _single(spent(hall, payment_id=str(uuid.uuid4()))))
    expect_problem(paid, 404, "not-found", "/payment_id")
    assert every_row(database, "idempotency_keys") == before
    many = [spent(hall, "1.00", f"M-{number}") for number in range(300)]
    assert len(record(office, *many)) == 300
    assert amounts(office, hall) == ("1000.00", "301.00", "699.00")


def _single(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "budget_line_id"}


@pytest.fixture
def books(office: Office) -> dict[str, str]:
    """Give two lines, and expenditures of which three are of another purpose than theirs, by name."""
    hall, daily = line(office), line(office, "daily", "0.00", purposes=DAILY)
    ids = record(
        office,
        spent(hall, "10.00", "R-1", purpose="daily"),
        spent(hall, "20.00", "R-2", purpose="party", purpose_name="党建"),
        spent(hall, "40.00", "R-3", purpose="daily"),
        spent(hall, "80.00", "R-4"),
    )
    return dict(zip(("wrong", "accepted", "undone", "right"), ids, strict=True)) | {"hall": hall, "daily": daily}


def mismatches(office: Office, **query: str) -> dict[str, dict[str, Any]]:
    """Read the alerts about mismatches by their expenditures."""
    found = office.supervisor.get("/v1/alerts", kind="budget_line_mismatch", **query).json()["items"]
    return {alert["subject"]: alert for alert in found}


def decide(office: Office, books: dict[str, str]) -> None:
    """Charge one to the line that is for it, accept one, reverse one, each on its day."""
    moved = {"budget_line_id": books["daily"], "reason": "按用途调整", "decided_on": "2023-09-01"}
    accepted = {"reason": "主任办公会批准", "decided_on": "2023-10-01"}
    undone = {"reason": "重复", "reversed_on": "2023-11-01"}
    for name, act, body in (
        ("wrong", "reclassification", moved),
        ("accepted", "acceptance", accepted),
        ("undone", "reversal", undone),
    ):
        answer = office.finance.post(f"{EXPENDITURES}/{books[name]}/{act}", body)
        assert answer.status_code == 200, answer.text


def test_a_mismatch_is_flagged_and_resolved_by_what_is_decided(
    office: Office, database: Database, books: dict[str, str]
) -> None:
    """Dated by the expenditure and by the decision; what was seen on a day between them is seen there again."""
    run_nights(database, "2023-12-19")
    wrong, accepted, undone = (books[name] for name in ("wrong", "accepted", "undone"))
    opened = mismatches(office)
    assert {id_: alert["since"] for id_, alert in opened.items()} == dict.fromkeys(
        (wrong, accepted, undone), "2023-03-10"
    )
    said = "2023-03-10从“hall经费”（用途：办事大厅运行）列支“党建”20.00元，用途不符。"
    assert opened[accepted]["text"]["zh"] == said
    assert office.finance.get(SUMMARY, year=2023).json()["total"]["mismatched"] == "70.00"
    decide(office, books)
    days = {wrong: "2023-09-01", accepted: "2023-10-01", undone: "2023-11-01"}
    assert {id_: alert["until"] for id_, alert in mismatches(office).items()} == days
    assert written(run_nights(database, "2023-12-19")) == 0
    past = mismatches(office, as_of="2023-09-15")
    assert {id_: alert["until"] for id_, alert in past.items()} == {wrong: "2023-09-01", accepted: None, undone: None}
    assert "列支“日常支出”" in past[wrong]["text"]["zh"]
    assert "调整至“daily经费”" in past[wrong]["text"]["zh"]
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_decisions_move_money_on_their_day_and_nothing_twice(office: Office, books: dict[str, str]) -> None:
    """Charged to a line that is for it; what is settled, reversed or right is not decided about again."""
    wrong = {"budget_line_id": books["daily"], "reason": "调整"}
    to_daily = office.finance.post(f"{EXPENDITURES}/{books['accepted']}/reclassification", wrong)
    expect_problem(to_daily, 422, "validation-error", "/budget_line_id", "purpose-does-not-fit")
    early = wrong | {"decided_on": "2023-03-09"}
    before = office.finance.post(f"{EXPENDITURES}/{books['wrong']}/reclassification", early)
    expect_problem(before, 422, "validation-error", "/decided_on", "before-what-is-on-record")
    decide(office, books)
    for name, code in (
        ("right", "nothing-to-accept"),
        ("wrong", "nothing-to-accept"),
        ("undone", "expenditure-reversed"),
    ):
        again = office.finance.post(f"{EXPENDITURES}/{books[name]}/acceptance", {"reason": "又"})
        expect_problem(again, 409, code)
    moved = office.finance.get(f"{EXPENDITURES}/{books['wrong']}").json()
    assert (moved["budget_line_id"], moved["charged_line_id"]) == (books["hall"], books["daily"])
    assert (moved["mismatched"], moved["version"], moved["decisions"][0]["reason"]) == (False, 2, "按用途调整")
    assert amounts(office, books["hall"]) == ("1000.00", "100.00", "900.00")
    assert amounts(office, books["daily"]) == ("0.00", "10.00", "-10.00")
    then = office.finance.get(SUMMARY, year=2023, as_of="2023-08-31").json()["total"]
    assert (then["executed"], then["mismatched"]) == ("150.00", "70.00")
    assert office.finance.items(EXPENDITURES, mismatched=True) == []
    assert len(office.finance.items(f"{BUDGETS}/{books['hall']}/expenditures", limit=2)) == 4


def test_the_night_asks_as_much_of_many_mismatches_as_of_one(office: Office, database: Database) -> None:
    hall = line(office, contract_id=last_part(office.contract()))
    statements = []
    for many in (1, 40):
        record(office, *(spent(hall, "1.00", f"{many}-{number}", purpose="daily") for number in range(many)))
        runs = {result.job: result for result in run_nights(database, "2023-12-19")}
        statements.append(runs["flag_budget_mismatches"].statements)
        assert runs["flag_budget_mismatches"].written == many
    assert statements[0] == statements[1]


def test_a_rate_names_its_base_and_what_is_not_known(office: Office) -> None:
    """Xinyang's contract amount is in no report, so there is no rate of it; a budget of nothing has none either."""
    unknown = last_part(office.contract("XA-1"))
    known = last_part(office.contract("XA-2", years=[{"year": 2023, "amount": "11265140.70"}]))
    xinyang = line(office, "xinyang", "6495000.00", contract_id=unknown)
    haikou = line(office, "haikou", "11265500.00", contract_id=known)
    line(office, "nothing", "0.00")
    unexplained = {"amount": "3030.96", "adjusted_on": "2023-12-01"}
    assert office.finance.post(f"{BUDGETS}/{haikou}/adjustments", unexplained).status_code == 201
    record(office, spent(xinyang, "4865800.00", "R-1"), spent(haikou, "10655546.85", "R-2"))
    rates = {
        base: {
            entry["project"]: (entry["rate"]["percent"], entry["rate"]["remainder"], entry["rate"]["unknown"])
            for entry in office.finance.get(SUMMARY, year=2023, base=base).json()["items"]
        }
        for base in ("full_year_budget", "contract_year")
    }
    assert rates["full_year_budget"] == {
        "xinyang": ("74.92", "1629200.00", None),
        "haikou": ("94.56", "612984.11", None),
        "nothing": (None, "0.00", "zero-base"),
    }
    assert rates["contract_year"]["haikou"] == ("94.59", "609593.85", None)
    assert rates["contract_year"]["xinyang"] == (None, None, "contract-amount-unknown")
    total = office.finance.get(SUMMARY, year=2023, base="contract_year").json()
    assert (total["rate"]["unknown"], total["total"]["unexplained"]) == ("contract-amount-unknown", "3030.96")
    sheet = office.finance.get(f"{SUMMARY}.csv", year=2023).content.decode("utf-8-sig").splitlines()
    assert sheet[1].startswith("haikou,haikou经费,11265500.00,3030.96,0.00")
    assert sheet[-1].startswith("合计,")
    record(office, spent(xinyang, "2629200.00", "R-3"))
    sheet = office.finance.get(f"{SUMMARY}.csv", year=2023).content.decode("utf-8-sig").splitlines()
    # More was spent than there was: a spreadsheet adds up a number, and passes over a text.
    assert sheet[3].endswith("7495000.00,-1000000.00,full_year_budget,6495000.00,115.40,0.00,0.00")


def test_what_was_given_less_what_was_spent_is_what_is_left(office: Office) -> None:
    """Whatever is done in whatever order: adjusted, moved, spent, charged elsewhere, reversed."""
    dice = random.Random(8)  # noqa: S311 the same acts in every run
    ids = [line(office, name, "100000.00", purposes=[*HALL, *DAILY]) for name in ("a", "b", "c")]
    outside = expended = 0
    standing: list[str] = []
    for number in range(25):
        one, other = dice.sample(ids, 2)
        amount = dice.randrange(1, 500_00)
        said = {"amount": yuan(amount), "adjusted_on": "2023-05-01", "reason": "调整"}
        act = dice.choice(["add", "move", "spend", "spend", "charge", "reverse"])
        if act == "add":
            office.finance.post(f"{BUDGETS}/{one}/adjustments", said).raise_for_status()
            outside += amount
        elif act == "move":
            moved = said | {"counterpart_line_id": other}
            office.finance.post(f"{BUDGETS}/{one}/adjustments", moved).raise_for_status()
        elif act == "spend" or not standing:
            standing += record(office, spent(one, yuan(amount), f"R-{number}"))
            expended += amount
        elif act == "charge":
            # It may be charged to that line already, which is refused.
            body = {"budget_line_id": one, "reason": "调整"}
            office.finance.post(f"{EXPENDITURES}/{standing[0]}/reclassification", body)
        else:
            gone = standing.pop()
            office.finance.post(f"{EXPENDITURES}/{gone}/reversal", {"reason": "误记"}).raise_for_status()
            expended += parse_yuan(office.finance.get(f"{EXPENDITURES}/{gone}").json()["amount"]) * -1
    found = office.finance.get(SUMMARY, year=2023).json()["total"]
    assert parse_yuan(found["unspent"]) == 3 * 100_000_00 + outside - expended
    assert found["moved_in"] == found["moved_out"]


ROUNDS = 3


def _race(office: Office, database: Database) -> list[str]:
    """Have two take all that a line has at once, round by round, and say what each line came to."""
    caller = Caller(office.clerk.principal_id, "finance", Role.FINANCE, (office.center,))
    left = []
    with ThreadPoolExecutor(2) as pool:
        for number in range(ROUNDS):
            rich, *poor = (line(office, f"{name}{number}", amount) for name, amount in _SIDES)
            barrier = threading.Barrier(2)

            def take(to: str, rich: str = rich, barrier: threading.Barrier = barrier) -> None:
                new = NewAdjustment(
                    amount_fen=-1000_00,
                    adjusted_on=date(2023, 6, 1),
                    reason="调剂",
                    counterpart_line_id=uuid.UUID(to),
                )
                barrier.wait()
                try:
                    with database.write() as session:
                        lines.adjust(session, caller, uuid.UUID(rich), new)
                except Conflict:
                    pass

            with racing():
                list(pool.map(take, poor))
            left.append(amounts(office, rich)[0])
    return left


_SIDES = (("rich", "1000.00"), ("x", "0.00"), ("y", "0.00"))


def test_of_two_who_take_all_that_a_line_has_one_gets_it(office: Office, database: Database) -> None:
    assert _race(office, database) == ["0.00"] * ROUNDS
    with database.read() as session:
        assert verify_database(session, {}).bad == []


def test_the_race_is_lost_by_code_that_holds_no_line(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Statement by statement, and nothing held: both find enough, and the line comes to less than nothing."""
    with monkeypatch.context() as naive:
        naive.setattr(Database, "write", statement_by_statement(database))
        naive.setattr(audit, "append", lambda *_: None)
        naive.setattr(queries, "adjustments", looking_together(queries.adjustments))
        assert "-1000.00" in _race(office, database)


def test_expenditures_that_name_a_payment_come_to_no_more_than_it(office: Office, database: Database) -> None:
    """One voucher may be spent from several lines; of those who name the rest at once, one gets it."""
    contract = office.contract()
    settlement = settled(database, contract, "2023-03", Sums(fee=100_00), "2023-04-01")
    body = {"settlement_id": settlement, "amount": "100.00", "paid_on": "2023-04-15", "voucher_no": "记-1"}
    made = office.finance.post(f"{contract}/payments", body)
    payment = made.json()["id"]
    hall, daily = line(office), line(office, "daily", "50.00")
    (first,) = record(office, spent(hall, "70.00", payment_id=payment))
    two = [spent(at, "20.00", f"R-{number}", payment_id=payment) for number, at in enumerate((hall, daily), 2)]
    beyond = office.finance.post(EXPENDITURES, {"expenditures": two})
    problem = expect_problem(beyond, 409, "beyond-payment", "/expenditures/1/amount")
    assert problem["detail"] == "Of that payment 10.00 is in no expenditure."
    with ThreadPoolExecutor(2) as pool:
        at_once = pool.map(lambda one: office.finance.post(EXPENDITURES, {"expenditures": [one]}).status_code, two)
        assert sorted(at_once) == [201, 409]
    office.finance.post(f"{EXPENDITURES}/{first}/reversal", {"reason": "误记"}).raise_for_status()
    record(office, spent(daily, "80.00", "R-5", payment_id=payment))
    office.finance.post(f"{contract}/payments/{payment}/voiding", {"reason": "银行退汇"}).raise_for_status()
    voided = office.finance.post(EXPENDITURES, {"expenditures": [spent(hall, "0.01", "R-6", payment_id=payment)]})
    expect_problem(voided, 409, "beyond-payment", "/expenditures/0/amount")
