"""Payments raise what is paid, post to the ledger, and meet what is due; a voided one is owed again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
import time_machine
from httpx2 import Response

from app.database import Database, statements
from app.errors import Conflict
from app.features.access.caller import Caller
from app.features.alerts.service import reconcile
from app.features.audit.actor import Actor
from app.features.audit.verify import verify_database
from app.features.calendar.queries import work_calendar
from app.features.settlements.ledger.checks import check_ledger
from app.features.settlements.payments import behind as payments_behind
from app.features.settlements.payments import service as payments
from app.features.settlements.payments.service import NewPayment
from app.models.words import AlertKind, Role
from tests.api.asking import expect_problem, last_part
from tests.nights import alerts
from tests.notices import imported, invented_2027, made_in_january_2026
from tests.office import TERMS, Office
from tests.settled import Sums, paid_out, settled
from tests.years import amend

QUARTER = Sums(fee=100_000_00, deducted=5_000_00, held=10_000_00)
"""85,000.00 is payable."""

PAID_IN_TEN_WORKING_DAYS = {
    "schedule": "quarterly",
    "due": {"after": "settlement_approved", "unit": "working_days", "length": 10, "roll": "none"},
}


def pay(office: Office, contract: str, settlement: str, amount: str, paid_on: str, **more: Any) -> Response:
    """Record a payment by finance; its voucher is called after its day."""
    body = {"settlement_id": settlement, "amount": amount, "paid_on": paid_on, "voucher_no": f"记-{paid_on}", **more}
    return office.finance.post(f"{contract}/payments", body)


def balance(office: Office, contract: str, **query: str) -> dict[str, Any]:
    """Read the balance, which always balances."""
    found: dict[str, Any] = office.auditor.get(f"{contract}/balance", **query).json()
    sides = found["identity"]
    assert (sides["difference"], sides["debit_side"]) == ("0.00", sides["credit_side"])
    return found


def accounts(office: Office, contract: str, *names: str, **query: str) -> list[str]:
    """Read the balances of some accounts."""
    found = balance(office, contract, **query)["accounts"]
    return [found[name] for name in names]


def check(database: Database) -> None:
    """See that the ledger holds and that nothing was changed unseen."""
    with database.read() as session:
        assert check_ledger(session) == []
        assert verify_database(session, {}).bad == []


def due(office: Office, contract: str) -> tuple[str, str | None, str]:
    """Read the one due date of a payment: for which period, when met, and how it stands."""
    (entry,) = office.auditor.items(f"{contract}/due-dates", kind="payment")
    return entry["subject"], entry["met_on"], entry["state"]


def test_a_settlement_is_paid_in_two_parts(office: Office, database: Database) -> None:
    """At every step the accounts balance; more than is left is refused; the due date says when all was paid."""
    contract = office.contract()
    settlement = settled(database, contract, "2023-03", QUARTER, "2023-04-10", "2023-04-20")
    first = pay(office, contract, settlement, "35000.00", "2023-04-12", invoice_no="发票1")
    assert (first.status_code, first.json()["amount"], first.json()["version"]) == (201, "35000.00", 1)
    own = ("paid", "payable", "held", "deducted")
    assert accounts(office, contract, *own) == ["35000.00", "50000.00", "10000.00", "5000.00"]
    too_much = pay(office, contract, settlement, "50000.01", "2023-04-15")
    problem = expect_problem(too_much, 409, "payment-exceeds-payable", "/amount")
    assert "50000.00 of 85000.00 is left" in problem["detail"]
    assert due(office, contract)[1:] == (None, "overdue")
    pay(office, contract, settlement, "50000.00", "2023-04-15").raise_for_status()
    assert accounts(office, contract, "paid", "payable") == ["85000.00", "0.00"]
    assert due(office, contract) == ("2023-03", "2023-04-15", "on_time")
    check(database)


def test_a_payment_is_voided_once_and_made_again(office: Office, database: Database) -> None:
    """What it paid is owed again from the day of its voiding, and no day is ever overpaid."""
    contract = office.contract()
    settlement = settled(database, contract, "2023-03", QUARTER, "2023-04-10", "2023-04-20")
    paid = pay(office, contract, settlement, "85000.00", "2023-04-15").json()
    voiding = f"{contract}/payments/{paid['id']}/voiding"
    body = {"voided_on": "2023-05-04", "reason": "银行退汇"}
    stale = office.finance.call("POST", voiding, json=body, headers={"If-Match": '"2"'})
    expect_problem(stale, 412, "precondition-failed")
    early = office.finance.post(voiding, body | {"voided_on": "2023-04-14"})
    expect_problem(early, 422, "validation-error", "/voided_on", "before-it-was-paid")
    voided = office.finance.post(voiding, body).json()
    assert (voided["voided_on"], voided["voided_by"], voided["version"]) == ("2023-05-04", "finance-XA", 2)
    expect_problem(office.finance.post(voiding, body), 409, "already-voided")
    assert accounts(office, contract, "paid", "payable") == ["0.00", "85000.00"]
    assert accounts(office, contract, "paid", "payable", as_of="2023-05-03") == ["85000.00", "0.00"]
    assert due(office, contract)[1:] == (None, "overdue")
    expect_problem(pay(office, contract, settlement, "1.00", "2023-05-02"), 409, "payment-exceeds-payable")
    # The voucher of a voided payment is free again.
    pay(office, contract, settlement, "85000.00", "2023-05-08", voucher_no="记-2023-04-15").raise_for_status()
    assert due(office, contract)[1:] == ("2023-05-08", "late")
    listed = office.auditor.items(f"{contract}/payments", voucher_no="记-2023-04-15")
    assert [payment["voided_on"] for payment in listed] == ["2023-05-04", None]
    assert office.auditor.items(f"{contract}/payments", voided="true") == [voided]
    check(database)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_approved_keeps_its_due_date(office: Office, database: Database) -> None:
    """Neither an amendment nor the closing takes it away; a notice of holidays counts it anew by its own terms."""
    made_in_january_2026(database)
    contract = office.contract(terms=TERMS | {"payment": PAID_IN_TEN_WORKING_DAYS})
    settled(database, contract, "2023-03", QUARTER, "2026-12-21", "2027-01-04")
    amend(office, contract, "2023-03-01", "2023-04-01").raise_for_status()
    office.supervisor.post(f"{contract}/closing", {"closed_on": "2023-03-31"}).raise_for_status()
    assert due(office, contract) == ("2023-03", None, "not_due")
    done = imported(database, invented_2027())
    (entry,) = office.auditor.items(f"{contract}/due-dates", kind="payment")
    assert (entry["due_on"], entry["terms_version"], done.broken) == ("2027-01-05", 1, ())


def test_the_ledger_tells_what_posted_what(office: Office, database: Database) -> None:
    """Entries in their order, each with its cause, its debits as much as its credits; filters narrow them."""
    contract = office.contract()
    settlement = settled(database, contract, "2023-03", QUARTER, "2023-04-10")
    payment = pay(office, contract, settlement, "85000.00", "2023-04-15").json()["id"]
    office.finance.post(f"{contract}/payments/{payment}/voiding", {"voided_on": "2023-04-15", "reason": "误记"})
    entries = office.auditor.items(f"{contract}/ledger", limit="2")
    assert [(entry["number"], entry["cause"], last_part(entry["href"])) for entry in entries] == [
        (1, "settlement", settlement),
        (2, "payment", payment),
        (3, "payment_void", payment),
    ]
    assert office.auditor.get(entries[1]["href"]).json()["id"] == payment
    lines = [(line["account"], line["period"], line["debit"], line["credit"]) for line in entries[0]["lines"]]
    assert lines == [
        ("accrued", "2023-03", "100000.00", None),
        ("deducted", "2023-03", None, "5000.00"),
        ("held", "2023-03", None, "10000.00"),
        ("payable", None, None, "85000.00"),
    ]
    assert entries[0]["lines"][2]["fund"] == "holdback"
    assert [line["debit"] for line in entries[2]["lines"]] == ["85000.00", None]

    def numbers(**query: str) -> list[int]:
        return [entry["number"] for entry in office.auditor.items(f"{contract}/ledger", **query)]

    assert (numbers(cause="payment"), numbers(account="held"), numbers(account="paid")) == ([2], [1], [2, 3])
    assert (numbers(until="2023-04-14"), numbers(since="2023-04-15")) == ([1], [2, 3])


def test_one_voucher_pays_several_things_each_once(office: Office, database: Database) -> None:
    """A payout is paid like a settlement; what belongs to another contract, or to nobody, is not there."""
    contract, other = office.contract(), office.contract("XA-2023-2")
    settlement = settled(database, contract, "2023-03", QUARTER, "2024-01-10")
    payout = paid_out(database, contract, fen=8_000_00, forfeited=2_000_00, approved_on="2024-01-12")
    body = {"amount": "8000.00", "paid_on": "2024-01-15", "voucher_no": "记-7"}
    for thing in ({"settlement_id": settlement}, {"payout_id": payout}):
        assert office.finance.post(f"{contract}/payments", body | thing).status_code == 201
        (name,) = thing
        assert [p["amount"] for p in office.auditor.items(f"{contract}/payments", **thing)] == ["8000.00"], name
        elsewhere = office.finance.post(f"{other}/payments", body | thing)
        expect_problem(elsewhere, 404, "not-found", f"/{name}")
    again = pay(office, contract, settlement, "1.00", "2024-01-16", voucher_no="记-7")
    expect_problem(again, 409, "voucher-taken", "/voucher_no")
    too_much = office.finance.post(f"{contract}/payments", body | {"payout_id": payout, "voucher_no": "记-8"})
    expect_problem(too_much, 409, "payment-exceeds-payable", "/amount")
    assert accounts(office, contract, "held", "forfeited", "paid") == ["0.00", "2000.00", "16000.00"]
    check(database)


@pytest.mark.parametrize(
    ("changed", "pointer", "fault"),
    [
        ({"paid_on": "2023-04-09"}, "/paid_on", "before-it-was-approved"),
        ({"paid_on": "2089-01-01"}, "/paid_on", "date-in-future"),
        ({"amount": "0.00"}, "/amount", "amount-not-positive"),
        ({"settlement_id": None}, "/settlement_id", "one-thing-paid"),
        ({"payout_id": str(UUID(int=7))}, "/settlement_id", "one-thing-paid"),
    ],
)
@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_no_payment_can_be(
    office: Office, database: Database, changed: dict[str, Any], pointer: str, fault: str
) -> None:
    """Not before the approval, not to come, not of nothing, on exactly one thing."""
    contract = office.contract()
    settlement = settled(database, contract, "2023-03", QUARTER, "2023-04-10")
    refused = pay(office, contract, settlement, **{"amount": "1.00", "paid_on": "2023-04-15", **changed})
    expect_problem(refused, 422, "validation-error", pointer, fault)
    assert office.auditor.items(f"{contract}/payments") == []


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_what_is_only_drafted_is_not_paid(office: Office) -> None:
    """An opening balance that nobody has approved yet."""
    contract = office.contract()
    opening = {"as_of": "2023-01-31", "payable": "100.00", "source": "台账"}
    drafted = office.finance.post(f"{contract}/opening-balance", opening).json()["id"]
    expect_problem(pay(office, contract, drafted, "100.00", "2023-04-15"), 409, "not-approved", "/settlement_id")


def nights(database: Database, first: str, last: str) -> None:
    """Bring the alerts to what the facts demand, night after night."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    for number in range((end - begin).days + 1):
        day = begin + timedelta(days=number)
        with database.write() as session:
            found = payments_behind.evaluate(session, day)
            reconcile(session, Actor("clock"), AlertKind.PAYMENT_BEHIND, found, day, lambda _: False)


def behind(database: Database, as_of: str) -> list[tuple[str, date, date | None, str]]:
    """Say which payments were behind by the facts of a day: period, since, until, paid."""
    with database.read() as session:
        states = payments_behind.evaluate(session, date.fromisoformat(as_of)).states
    return [(state.subject, state.since, state.until, state.facts["paid"]) for state in states]


def test_nights_in_turn_flag_a_late_payment_as_one_run_does(office: Office, database: Database) -> None:
    """Paid late, voided, paid again: each night sees what was paid by its day, and they end where one run does."""
    contract, since = office.contract(), date(2023, 4, 21)
    settlement = settled(database, contract, "2023-03", QUARTER, "2023-04-10", "2023-04-20")
    in_time = settled(database, contract, "2023-04", QUARTER, "2023-05-10", "2023-05-20")

    def alert() -> dict[str, Any]:
        (found,) = office.auditor.items("/v1/alerts", kind="payment_behind")
        return found

    pay(office, contract, settlement, "35000.00", "2023-04-18").raise_for_status()
    nights(database, "2023-04-19", "2023-04-24")
    assert (alert()["status"], alert()["since"], alert()["facts"]["paid"]) == ("open", "2023-04-21", "35000.00")
    second = pay(office, contract, settlement, "50000.00", "2023-04-25").json()["id"]
    assert (alert()["status"], alert()["until"], alert()["facts"]["days_late"]) == ("resolved", "2023-04-25", 5)
    assert "实际于2023-04-25付清，逾期5天（4个工作日）" in alert()["text"]["zh"]
    nights(database, "2023-04-25", "2023-05-07")
    pay(office, contract, in_time, "85000.00", "2023-05-12").raise_for_status()
    body = {"voided_on": "2023-05-08", "reason": "退汇"}
    office.finance.post(f"{contract}/payments/{second}/voiding", body).raise_for_status()
    assert (alert()["status"], alert()["until"], alert()["facts"]["paid"]) == ("open", None, "35000.00")
    nights(database, "2023-05-08", "2023-05-14")
    pay(office, contract, settlement, "50000.00", "2023-05-15").raise_for_status()
    nights(database, "2023-05-15", "2023-06-05")
    in_turn = alerts(database)[0]
    assert behind(database, "2023-04-20") == []
    assert behind(database, "2023-05-07") == [("2023-03", since, date(2023, 4, 25), "85000.00")]
    assert behind(database, "2023-05-10") == [("2023-03", since, None, "35000.00")]
    assert behind(database, "2023-06-05") == [("2023-03", since, date(2023, 5, 15), "85000.00")]
    assert (in_turn["since"], in_turn["until"], in_turn["facts"]["days_late"]) == (since, date(2023, 5, 15), 25)
    check(database)


def test_of_two_who_pay_at_once_one_is_told_that_nothing_is_left(office: Office, database: Database) -> None:
    """Four settlements, each paid by two at a barrier: one payment and one refusal, and so with their voiding."""
    caller = Caller(office.clerk.principal_id, "finance", Role.FINANCE, (office.center,))
    contract = office.contract()
    months = ["2023-03", "2023-04", "2023-05", "2023-06"]
    owed = [UUID(settled(database, contract, month, QUARTER, "2023-07-10", "2023-07-20")) for month in months]
    contract_id, barrier, made = UUID(last_part(contract)), Barrier(2), list[UUID]()

    def pay_all(settlement: UUID, voucher: str) -> str:
        new = NewPayment(
            settlement_id=settlement, amount_fen=QUARTER.payable, paid_on=date(2023, 7, 12), voucher_no=voucher
        )
        barrier.wait()
        try:
            with database.write() as session:
                made.append(payments.record(session, caller, contract_id, new))
        except Conflict:
            return "refused"
        return "done"

    def void(payment: UUID, _: str) -> str:
        barrier.wait()
        try:
            with database.write() as session:
                payments.void(session, caller, contract_id, payment, date(2023, 7, 13), "误记")
        except Conflict:
            return "refused"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        for settlement in owed:
            assert sorted(pool.map(pay_all, (settlement, settlement), ("a", "b"))) == ["done", "refused"]
        for payment in list(made):
            assert sorted(pool.map(void, (payment, payment), ("", ""))) == ["done", "refused"]
    assert accounts(office, contract, "paid", "payable") == ["0.00", "340000.00"]
    check(database)


@pytest.mark.parametrize(("paid_on", "sent"), [("2023-04-20", [17, 20]), ("2023-04-25", [17, 24])])
def test_a_payment_sends_few_statements(office: Office, database: Database, paid_on: str, sent: list[int]) -> None:
    """However many payments there are; the last one meets the due date, and where that was late brings the alert."""
    caller = Caller(office.clerk.principal_id, "finance", Role.FINANCE, (office.center,))
    contract = office.contract()
    settlement = UUID(settled(database, contract, "2023-03", QUARTER, "2023-04-10", "2023-04-20"))
    found = []
    with database.write() as session:
        # What the process remembers of the calendar is read before anything is counted.
        work_calendar(session)
    for fen, day in ((35_000_00, "2023-04-12"), (50_000_00, paid_on)):
        with database.write() as session, time_machine.travel("2023-04-25T04:00:00Z"):
            before = statements(session)
            on = date.fromisoformat(day)
            new = NewPayment(settlement_id=settlement, amount_fen=fen, paid_on=on, voucher_no=day)
            payments.record(session, caller, UUID(last_part(contract)), new)
            found.append(statements(session) - before)
    assert found == sent
