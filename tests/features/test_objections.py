"""Objections: to a line or a payout before it is paid, once, answered by another than the approver; no figure moves."""

from typing import Any

import pytest

from app.database import Database
from app.features.audit.verify import verify_database
from tests.api.asking import expect_problem
from tests.features.test_settlements import approve, assessed, contract, draft
from tests.nights import every_row
from tests.office import Office

GROUNDS = {"line": 1, "grounds": "扣款依据不足"}
ACCEPTED = {"outcome": "accepted", "reason": "核实有误", "remedy": {"act": "revision", "period": "2023-01"}}
REJECTED = {"outcome": "rejected", "reason": "依据充分"}


@pytest.fixture
def approved(office: Office) -> tuple[str, dict[str, Any]]:
    """Give a contract with an approved settlement of its first quarter."""
    address = contract(office)
    assessed(office, address, {"2023-01": "85.00", "2023-02": "95.00", "2023-03": "95.00"})
    return address, approve(office.finance, address, draft(office.supervisor, address, "2023-Q1"))


def _portal(settlement: dict[str, Any]) -> str:
    return f"/v1/portal/settlements/{settlement['id']}/objection"


def _events(database: Database) -> list[tuple[str, str]]:
    return [(event["type"], event["stream"]) for event in every_row(database, "alerts")["events"]]


def test_an_objection_is_filed_and_answered_and_changes_no_figure(
    office: Office, database: Database, approved: tuple[str, dict[str, Any]]
) -> None:
    """Told to both sides, shown with the settlement, paid all the same."""
    address, settlement = approved
    before = office.finance.get(f"{address}/settlements/{settlement['id']}")
    made = office.vendor_portal.post(_portal(settlement), GROUNDS)
    assert made.status_code == 201, made.text
    own = made.headers["location"]
    seen = office.finance.get(f"{address}/settlements/{settlement['id']}")
    assert seen.headers["etag"] != before.headers["etag"]
    ((objected),) = seen.json()["objections"]
    assert (objected["line"], objected["state"]) == (1, "filed")
    payment = {
        "settlement_id": settlement["id"],
        "amount": settlement["payable"],
        "paid_on": settlement["approved_on"],
        "voucher_no": "记-1",
    }
    assert office.finance.post(f"{address}/payments", payment).status_code == 201
    ledger = every_row(database)["ledger_lines"]
    centre = f"/v1/objections/{objected['id']}"
    answered = office.supervisor.post(f"{centre}/answer", ACCEPTED)
    assert answered.status_code == 200, answered.text
    remedy = answered.json()["remedy"]
    assert remedy == {"act": "revision", "period": "2023-01", "url": f"{address}/assessments/2023-01/revisions"}
    assert every_row(database)["ledger_lines"] == ledger
    read = office.vendor_portal.get(own).json()
    assert (read["state"], read["reason"], read["remedy"]) == (
        "accepted",
        "核实有误",
        {"act": "revision", "period": "2023-01"},
    )
    assert {"answered_by", "filed_by"}.isdisjoint(read)
    told = _events(database)
    assert [told.count((kind, stream)) for kind, stream in (
        ("settlement.approved", "vendor"),
        ("settlement.approved", "center"),
        ("payment.recorded", "vendor"),
        ("objection.filed", "vendor"),
        ("objection.filed", "center"),
        ("objection.answered", "vendor"),
    )] == [1, 1, 1, 0, 1, 1]  # fmt: skip
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_what_may_not_be_objected_to_is_refused(office: Office, approved: tuple[str, dict[str, Any]]) -> None:
    """No such line, the same line twice, a draft, and what is paid in full; a voided payment opens it again."""
    address, settlement = approved
    vendor = office.vendor_portal
    unknown = vendor.post(_portal(settlement), GROUNDS | {"line": 99})
    expect_problem(unknown, 422, "validation-error", "/line", "unknown-line")
    assert vendor.post(_portal(settlement), GROUNDS).status_code == 201
    expect_problem(vendor.post(_portal(settlement), GROUNDS), 409, "objected-already")
    assessed(office, address, {"2023-04": "95.00", "2023-05": "95.00", "2023-06": "95.00"})
    drafted = draft(office.supervisor, address, "2023-Q2")
    expect_problem(vendor.post(_portal(drafted), GROUNDS), 404, "not-found", "/path/settlement_id")
    payment = {
        "settlement_id": settlement["id"],
        "amount": settlement["payable"],
        "paid_on": settlement["approved_on"],
        "voucher_no": "记-1",
    }
    paid = office.finance.post(f"{address}/payments", payment)
    expect_problem(vendor.post(_portal(settlement), GROUNDS | {"line": 2}), 409, "paid-in-full")
    voiding = {"voided_on": settlement["approved_on"], "reason": "重复"}
    voided = office.finance.post(f"{address}/payments/{paid.json()['id']}/voiding", voiding)
    assert voided.status_code in {200, 201}, voided.text
    assert vendor.post(_portal(settlement), GROUNDS | {"line": 2}).status_code == 201
    assert [row[0] for row in _events(office.database)].count("payment.voided") == 2


def test_an_answer_is_given_once_by_another_than_the_approver(
    office: Office, approved: tuple[str, dict[str, Any]]
) -> None:
    _, settlement = approved
    made = office.vendor_portal.post(_portal(settlement), GROUNDS).json()["id"]
    path = f"/v1/objections/{made}/answer"
    expect_problem(office.finance.post(path, REJECTED), 403, "answerer-is-approver", "/path/objection_id")
    bare = {name: value for name, value in ACCEPTED.items() if name != "remedy"}
    expect_problem(office.finance2.post(path, bare), 422, "validation-error")
    outside = ACCEPTED | {"remedy": {"act": "decision", "period": "2024-01"}}
    expect_problem(office.finance2.post(path, outside), 422, "period-outside-service", "/remedy/period")
    assert office.finance2.post(path, REJECTED).status_code == 200
    expect_problem(office.supervisor.post(path, ACCEPTED), 409, "answered-already", "/path/objection_id")
    (listed,) = office.auditor.items("/v1/objections", state="rejected", settlement_id=settlement["id"])
    assert (listed["state"], listed["payment_period"], listed["remedy"]) == ("rejected", "2023-Q1", None)
