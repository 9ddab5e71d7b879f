"""Recorded rows for every table at every revision: one with each column filled, one with what may be empty, empty.

They are written as each schema stores them, never through today's models: that is what an upgrade meets.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Connection, Date, Dialect, Text, Uuid
from sqlalchemy.types import TypeEngine

from app.models.columns import UtcDateTime
from tests.recorded.access_log import ACCESS_LOG
from tests.recorded.answers import ANSWERS
from tests.recorded.budgets import BUDGETS
from tests.recorded.clauses import CLAUSES
from tests.recorded.columns import Recorded, Row
from tests.recorded.duties import DUTIES
from tests.recorded.evaluations import EVALUATIONS
from tests.recorded.events import EVENTS
from tests.recorded.evidence import EVIDENCE
from tests.recorded.facts import FACTS
from tests.recorded.house import HOUSE
from tests.recorded.messages import MESSAGES
from tests.recorded.money import MONEY
from tests.recorded.month_metrics import MONTH_METRICS
from tests.recorded.nights import NIGHTS
from tests.recorded.people import PEOPLE
from tests.recorded.records import RECORDS
from tests.recorded.signals import SIGNALS
from tests.recorded.trials import TRIALS
from tests.recorded.webhooks import WEBHOOKS

RECORDED = {
    "20261121_house": HOUSE,
    "20261121_records": RECORDS,
    "20261121_money": MONEY,
    "20261121_facts": FACTS,
    "20261121_clauses": CLAUSES,
    "20261121_trials": TRIALS,
    "20261121_events": EVENTS,
    "20261121_webhooks": WEBHOOKS,
    "20261121_evidence": EVIDENCE,
    "20261121_answers": ANSWERS,
    "20261121_duties": DUTIES,
    "20261121_signals": SIGNALS,
    "20261121_people": PEOPLE,
    "20261121_access_log": ACCESS_LOG,
    "20261121_messages": MESSAGES,
    "20261122_budgets": BUDGETS,
    "20261122_month_metrics": MONTH_METRICS,
    "20261122_evaluations": EVALUATIONS,
    "20261123_changed_contracts": NIGHTS,
    "20261123_indexes": Recorded(),
}
"""What each revision adds, oldest first; a new revision adds its own."""


_TYPES: dict[type, TypeEngine[Any]] = {
    uuid.UUID: Uuid(),
    datetime: UtcDateTime(),
    date: Date(),
    bool: Boolean(),
    int: BigInteger(),
    str: Text(),
}


def rows_at(revision: str) -> dict[str, list[Row]]:
    """Give the rows of every table at a revision, parents first."""
    rows: dict[str, list[Row]] = {}
    for name, recorded in RECORDED.items():
        for changed, columns in recorded.columns.items():
            rows[changed] = [row | more for row, more in zip(rows[changed], columns, strict=True)]
        for added, more_rows in recorded.rows.items():
            rows[added] = rows.get(added, []) + more_rows
        if name == revision:
            return rows
    message = f"nothing is recorded for {revision}: add its tables and columns to RECORDED"
    raise KeyError(message)


def fill(connection: Connection, rows: dict[str, list[Row]]) -> None:
    """Insert rows; the calendar's own stay beside them.

    The statements are written here: to have each compiled takes ten times as long, on every engine anew.
    """
    place = {"qmark": "?"}.get(connection.dialect.paramstyle, "%s")
    for name, several in rows.items():
        for row in several:
            there = {key: value for key, value in row.items() if value is not None}
            statement = f"INSERT INTO {name} ({', '.join(there)}) VALUES ({', '.join([place] * len(there))})"  # noqa: S608 our own names
            connection.exec_driver_sql(statement, tuple(_stored(connection.dialect, value) for value in there.values()))


def _stored(dialect: Dialect, value: object) -> object:
    """Give what the driver is handed for a value of one of our types."""
    processor = _TYPES[type(value)].dialect_impl(dialect).bind_processor(dialect)
    return value if processor is None else processor(value)
