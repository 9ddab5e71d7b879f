"""A ledger that does not hold is found wherever it is wrong: by the night, for its contract, and by `kaohe verify`."""

from datetime import date

import pytest
from sqlalchemy import select, text
from sqlmodel import Session, col
from typer.testing import CliRunner

from app.cli import cli
from app.database import Database, statements
from app.features.alerts.texts import text as said
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.features.calendar.queries import work_calendar
from app.features.contracts.within import Within
from app.features.settlements.ledger.checks import check_ledger, evaluate
from app.features.settlements.payments import behind as payments_behind
from app.models import Settlement
from tests.api.asking import last_part
from tests.office import Office
from tests.settled import Sums, paid_out, settled

FAULTS = {
    "UPDATE ledger_lines SET amount_fen = amount_fen + 1 WHERE account = 'paid' AND amount_fen = -700": [
        ("entry_unbalanced", "ledger"),
        ("identity_broken", "ledger"),
        ("posted_otherwise", "payments"),
    ],
    "UPDATE ledger_lines SET amount_fen = amount_fen * 2 WHERE amount_fen IN (-700, 700)": [
        ("posted_otherwise", "payments"),
    ],
    "UPDATE ledger_lines SET contract_id = :other WHERE account = 'forfeited'": [
        ("identity_broken", "ledger"),
        ("line_of_another_contract", "ledger"),
    ],
    "UPDATE ledger_lines SET fund = 'pool' WHERE account = 'held' AND amount_fen > 0": [
        ("fund_below_nothing", "ledger"),
    ],
    "DELETE FROM ledger_lines WHERE entry_id IN (SELECT id FROM ledger_entries WHERE number = 3); "
    "DELETE FROM ledger_entries WHERE number = 3": [("entry_missing", "ledger"), ("posted_otherwise", "payments")],
    "UPDATE ledger_entries SET cause_id = contract_id WHERE cause = 'payment_void'": [
        ("entry_without_its_cause", "ledger"),
        ("voided_otherwise", "payments"),
    ],
    "UPDATE payouts SET forfeited_fen = 1": [("posted_otherwise", "payouts")],
    "UPDATE settlements SET held_fen = held_fen + 1": [
        ("posted_otherwise", "settlements"),
    ],
    "UPDATE settlements SET status = 'draft', approved_on = NULL": [("entry_without_its_cause", "ledger")],
    "UPDATE settlements SET paid_fen = paid_fen - 1": [("paid_otherwise", "settlements")],
    "UPDATE payouts SET paid_fen = paid_fen + 1": [("paid_otherwise", "payouts")],
}
"""What an intruder does, and what is found of it; the contract has seven entries."""


@pytest.fixture
def books(office: Office, database: Database) -> str:
    """Give a contract that was settled, paid, partly voided, and paid out, beside one that has nothing."""
    contract = office.contract()
    office.contract("XA-2023-2")
    settlement = settled(database, contract, "2023-02", Sums(fee=100_00, deducted=5_00, held=10_00), "2023-03-10")
    payout = paid_out(database, contract, 8_00, 2_00, "2023-03-11")
    ids = []
    for number, thing in enumerate(({"settlement_id": settlement}, {"payout_id": payout}, {"payout_id": payout})):
        body = {"amount": f"{7 - 3 * number}.00", "paid_on": "2023-03-12", "voucher_no": f"记-{number}", **thing}
        ids.append(office.finance.post(f"{contract}/payments", body).json()["id"])
    voiding = {"voided_on": "2023-03-13", "reason": "误记"}
    office.finance.post(f"{contract}/payments/{ids[1]}/voiding", voiding).raise_for_status()
    return contract


def test_a_healthy_ledger_holds(books: str, database: Database) -> None:
    """Nothing is found, in the whole and in one contract, on any day."""
    with database.read() as session:
        assert check_ledger(session) == []
        assert evaluate(session, date(2023, 3, 12)).states == []
        work_calendar(session)
        before = statements(session)
        assert evaluate(session, date(2024, 1, 1)).rows_read == 0
        checked = statements(session)
        payments_behind.evaluate(session, date(2024, 1, 1))
        # However many contracts there are: one for each check; the calendar's stamp, the due dates, the payments.
        assert (checked - before, statements(session) - checked) == (12, 3)
    assert books


def test_every_fault_is_found(books: str, office: Office, database: Database) -> None:
    """By its place, for its contract alone, and not on a day before it; each is undone before the next."""
    other = office.auditor.items("/v1/contracts", number="XA-2023-2")[0]["id"]
    for fault, expected in FAULTS.items():
        with database.write() as session:
            _disarm(session)
            for statement in fault.split("; "):
                session.execute(text(statement), {"other": _written(database, other)} if ":other" in statement else {})
            found = check_ledger(session)
            states = evaluate(session, date(2023, 4, 1)).states
            assert evaluate(session, date(2023, 3, 9)).states == [], fault
            assert evaluate(session, date(2023, 4, 1), Within(centers=())).states == [], fault
            session.rollback()
        assert sorted({(each.code, each.place.split("/")[0]) for each in found}) == expected
        state = next(state for state in states if str(state.contract_id) == last_part(books))
        assert (state.severity, state.until) == ("critical", None)
        assert date(2023, 3, 10) <= state.since <= date(2023, 3, 13), fault
        texts = said(state.kind, state.facts)
        assert str(state.facts["count"]) in texts["zh"]
        assert state.facts["mismatches"][0]["place"] in texts["en"]


def _disarm(session: Session) -> None:
    """Drop the triggers that refuse any change of what is posted, as an intruder would."""
    for table in ("ledger_entries", "ledger_lines"):
        if session.connection().dialect.name == "sqlite":
            session.execute(text(f"DROP TRIGGER {table}_no_update"))
            session.execute(text(f"DROP TRIGGER {table}_no_delete"))
        else:
            session.execute(text(f"DROP TRIGGER {table}_no_change ON {table}"))


def _written(database: Database, id_: str) -> str:
    return id_.replace("-", "") if database.dialect == "sqlite" else id_


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_verify_names_what_does_not_hold(books: str, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every row is vouched for, and yet one settlement holds back more than it posted."""
    monkeypatch.setenv("DATABASE_URL", database.url)
    healthy = CliRunner().invoke(cli, ["verify"])
    assert (healthy.exit_code, healthy.output.splitlines()[-1]) == (0, "All of it holds.")
    with database.write() as session:
        (settlement,) = session.execute(select(Settlement)).scalars()
        touched = (Settlement, col(Settlement.id) == settlement.id)
        with recording(session, OPERATOR, settlement.service_center_id, "settlement.bent", settlement.id, touched):
            settlement.held_fen += 1
    bent = CliRunner().invoke(cli, ["verify"])
    place = f"settlements/{settlement.id} of contract {last_part(books)}"
    assert (bent.exit_code, f"BAD  {place}  posted otherwise" in bent.output) == (1, True)
