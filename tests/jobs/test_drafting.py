"""The nights that draft: what is due to be settled, once, in statements that do not grow with the contracts."""

from datetime import date
from itertools import count

import pytest
from sqlmodel import Session

from app import nightly
from app.database import Database
from app.features.alerts.state import Tally
from app.features.audit.actor import Actor
from app.features.calendar.queries import work_calendar
from app.features.contracts.within import Within
from app.features.settlements.drafting import draft_due_settlements
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


def test_a_run_that_breaks_off_keeps_its_parts_and_the_next_one_does_the_rest(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each part is a transaction of its own, so that nobody who writes waits for all of them."""
    settle(database, office, contracts=5, months=12, paid=True)
    monkeypatch.setattr(nightly, "BATCH", 2)
    parts = count(1)

    def breaks_off(session: Session, actor: Actor, as_of: date, within: Within) -> Tally:
        tally = draft_due_settlements(session, actor, as_of, within)
        if next(parts) == 2:
            message = "the power is gone"
            raise OSError(message)
        return tally

    with monkeypatch.context() as patched:
        patched.setitem(nightly.JOBS, "draft_due_settlements", nightly.Drafts(breaks_off, apart=True))
        with pytest.raises(OSError, match="the power is gone"):
            draft(database)
    (failed,) = office.supervisor.items("/v1/job-runs")
    assert (failed["status"], failed["attempts"]) == ("failed", 1)
    assert len(office.finance.items("/v1/settlements", status="draft")) == 6
    rest = draft(database)
    assert (rest.read, rest.written) == (3, 9)
    drafted = [
        (entry["contract_id"], entry["payment_period"])
        for entry in office.finance.items("/v1/settlements", status="draft")
    ]
    assert len(drafted) == len(set(drafted)) == 15


def test_a_dry_run_writes_nothing(office: Office, database: Database) -> None:
    settle(database, office, contracts=2, months=12, paid=True)
    before = every_row(database)
    found = nightly.dry_run(database, "draft_due_settlements", NIGHT)
    assert found.written == 6
    assert every_row(database) == before
