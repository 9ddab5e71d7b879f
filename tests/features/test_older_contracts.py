"""Contracts that an older Kaohe took on get the due dates of their years, once."""

from sqlalchemy import delete
from sqlmodel import col

from app.database import Database
from app.features.audit.actor import OPERATOR
from app.features.audit.verify import verify_database
from app.features.contracts.service import enter_years_owed
from app.models import DueDate
from app.models.words import DueKind
from tests.nights import every_row, run_nights
from tests.office import TERMS, Office

ANNUAL = {"after": "year_end", "unit": "calendar_days", "length": 31, "roll": "none"}


def _as_an_older_kaohe_left_it(database: Database) -> None:
    """Take out what it did not know of, and the audit that it did not have."""
    with database.write() as session:
        session.execute(delete(DueDate).where(col(DueDate.kind) == DueKind.ANNUAL_ASSESSMENT))


def test_years_owed_are_entered_once_and_flagged_like_any_other(office: Office, database: Database) -> None:
    """Entered as the contract's own first day would have; a second migration finds nothing to do."""
    contract = office.contract(terms=TERMS | {"annual_assessment": ANNUAL})
    office.contract("XA-NONE")
    before = office.supervisor.items(f"{contract}/due-dates", kind="annual_assessment")
    _as_an_older_kaohe_left_it(database)
    with database.write() as session:
        assert enter_years_owed(session, OPERATOR) == 1
    after = office.supervisor.items(f"{contract}/due-dates", kind="annual_assessment")
    assert [(due["subject"], due["due_on"], due["in_force_from"]) for due in after] == [
        (due["subject"], due["due_on"], due["in_force_from"]) for due in before
    ]
    rows = every_row(database)
    with database.write() as session:
        assert enter_years_owed(session, OPERATOR) == 0
    assert every_row(database) == rows
    run_nights(database, "2024-02-01")
    (missing,) = office.supervisor.items("/v1/alerts", kind="missing_annual_assessment")
    assert missing["since"] == "2024-02-01"


def test_what_was_entered_is_an_act(office: Office, database: Database) -> None:
    """The contract's chain says that its years were entered, by the operator."""
    office.contract(terms=TERMS | {"annual_assessment": ANNUAL})
    _as_an_older_kaohe_left_it(database)
    with database.write() as session:
        enter_years_owed(session, OPERATOR)
    (event,) = office.auditor.items("/v1/audit-events", action="contract.years_entered")
    assert (event["actor"], [change["table"] for change in event["changes"]]) == ("operator", ["due_dates"])
    with database.snapshot() as session:
        # What was taken out above went unseen, and is named; what was entered is not.
        assert [bad.place.split()[0] for bad in verify_database(session, {}).bad] == ["due_dates"]
