"""Runs nights over a database and reads back what they left, for the tests of nightly jobs."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping, select
from sqlmodel import SQLModel

from app import nightly
from app.database import Database
from app.features.audit.hashing import NOTED
from app.models import Alert, Contract
from app.models.words import AskedBy

OWN_COLUMNS = {"id", "recorded_at", "updated_at", "version", "service_center_id", "contract_id"}
"""What differs between two databases with the same facts: ids, when and how often a row was written."""


MARKS = ("changed_contracts", "gatherings", "night_contracts")
"""What nights note of which contracts they have yet to look at: it moves on though the facts stand still."""


def run_nights(
    database: Database, first: str, last: str | None = None, *, every: int = 1, job: str = "all"
) -> list[nightly.JobResult]:
    """Run every job, or the one that a test is about, for the dates of a range, in turn.

    They are run for each date, or for every so manieth back from the last.
    """
    begin, end = date.fromisoformat(first), date.fromisoformat(last or first)
    dates = [begin + timedelta(days=number) for number in range((end - begin).days + 1)]
    return [
        result
        for day in dates
        if (end - day).days % every == 0
        for result in nightly.run_range(database, job, day, day, AskedBy.COMMAND)
    ]


def written(results: list[nightly.JobResult]) -> int:
    """Count the alert rows that runs wrote."""
    return sum(result.written for result in results)


def alerts(database: Database) -> list[dict[str, Any]]:
    """Read every column of every alert but its own ids and recording times; the contract by its number."""
    columns = [column for column in Alert.__table__.columns if column.name not in OWN_COLUMNS]  # type: ignore[attr-defined]
    number = Contract.__table__.c.number  # type: ignore[attr-defined]
    statement = select(*columns, number).join(Contract, isouter=True).order_by(number, Alert.kind, Alert.subject)
    with database.read() as session:
        return [dict(row) for row in session.execute(statement).mappings()]


def every_row(database: Database, *left_out: str) -> dict[str, list[dict[str, Any]]]:
    """Read every row of every table, for showing that nothing changed."""
    with database.read() as session:
        return {
            table.name: [
                _decided(row) for row in session.execute(select(table).order_by(*table.primary_key)).mappings()
            ]
            for table in SQLModel.metadata.sorted_tables
            if table.name not in left_out
        }


def _decided(row: RowMapping) -> dict[str, Any]:
    """Leave out what reading alone notes: when a token was last used."""
    return {name: value for name, value in row.items() if name not in NOTED}
