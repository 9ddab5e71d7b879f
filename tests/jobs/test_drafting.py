"""The nights that draft: what is due to be settled, once, in statements that do not grow with the contracts."""

from datetime import date

from app import nightly
from app.database import Database
from app.features.calendar.queries import work_calendar
from app.models.words import AskedBy
from tests.crowd import settle
from tests.nights import every_row
from tests.office import Office

NIGHT = date(2019, 4, 1)


def draft(database: Database, as_of: date = NIGHT) -> nightly.JobResult:
    return nightly.run(database, "draft_due_settlements", as_of, AskedBy.COMMAND)


def test_the_night_drafts_every_month_that_has_ended_and_the_next_one_nothing(
    office: Office, database: Database
) -> None:
    settle(database, office, contracts=3, months=12, paid=True)
    first = draft(database)
    assert (first.read, first.written, first.skipped, first.failed) == (3, 9, 0, 0)
    rows = every_row(database, "job_runs")
    second = draft(database)
    assert (second.read, second.written) == (0, 0)
    assert every_row(database, "job_runs") == rows
    drafted = office.finance.items("/v1/settlements", status="draft")
    assert {entry["drafted_by"] for entry in drafted} == {"nightly"}
    assert {entry["payment_period"] for entry in drafted} == {"2019-01", "2019-02", "2019-03"}


def test_its_statements_do_not_grow_with_the_contracts(office: Office, database: Database) -> None:
    settle(database, office, contracts=2, months=12, paid=True)
    with database.write() as session:
        # Read once, the calendar is remembered: the first night would send what the second one need not.
        work_calendar(session, NIGHT)
    few = draft(database)
    settle(database, Office(database, office.client, "YB"), contracts=40, months=12, paid=True)
    many = draft(database)
    assert (few.written, many.written) == (6, 120)
    assert many.statements == few.statements


def test_a_dry_run_writes_nothing(office: Office, database: Database) -> None:
    settle(database, office, contracts=2, months=12, paid=True)
    before = every_row(database)
    found = nightly.dry_run(database, "draft_due_settlements", NIGHT)
    assert found.written == 6
    assert every_row(database) == before
