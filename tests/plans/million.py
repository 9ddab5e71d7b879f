"""A database with no more than a few thousand rows, which PostgreSQL plans for as for a record of ten years.

The rows are there for their statistics: how many there are of each value, which are rare, which center has most. How
long each table is said to be is then set, and its files are made as long: what is not written of a file takes no room,
and nothing here is ever executed, only explained. PostgreSQL plans by a file's true length and by its statistics, so
that it chooses as it would choose over the real record.

SQLite needs none of this: Kaohe never runs ANALYZE there, so that it plans by the schema alone.
"""

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Boolean, Column, Date, Enum, Integer, Table, Uuid
from sqlmodel import SQLModel

from app.api.ids import CENTER, VENDOR

PAGE = 8192
SEGMENT = 131_072
"""PostgreSQL's files have so many pages at most."""
SAMPLE = 3000
"""So many rows of a growing table are really written."""

CATALOGUES = {
    "service_centers": 100,
    "sites": 200,
    "counters": 3000,
    "vendors": 1000,
    "issue_types": 3000,
    "principals": 1000,
    "users": 1000,
    "grants": 1000,
    "work_calendar": 4000,
    "work_calendar_years": 10,
    "message_channels": 1000,
    "message_settings": 1000,
    "reminder_days": 1000,
    "message_nights": 1000,
    "webhook_endpoints": 300,
    "webhook_secrets": 300,
    "webhook_networks": 50,
    "endpoint_health": 300,
    "job_runs": 80_000,
    "audit_heads": 101,
    "event_heads": 1100,
    "sign_in_failures": 200,
    "trials": 50,
    "gatherings": 1,
    "changed_contracts": 1000,
    "night_contracts": 1000,
    "progress_reports": 10_000,
    "evaluation_versions": 5_000,
    "evaluations": 2_000,
    "budget_lines": 10_000,
    "password_history": 5_000,
    "user_sessions": 20_000,
    "tokens": 5_000,
}
"""Tables that are as long as there are centers, people, years and days, or that are emptied each night, however long
the record of the contracts is."""
KEPT_BY_ALEMBIC = "alembic_version"
ROWS = {
    "contracts": 1_000,
    "contract_years": 10_000,
    "terms_versions": 2_000,
    "findings": 1_000_000,
    "assessment_criteria": 500_000,
    "due_dates": 500_000,
    "audit_events": 1_000_000,
    "access_log": 1_000_000,
    "events": 200_000,
    "alerts": 100_000,
}
OTHERWISE = 100_000
"""How long the tables are that grow with the record; ten times that where the record is ten times as long."""

FILLED = {
    "superseded_on": 20,
    "met_on": 1,
    "withdrawn_on": 50,
    "withdrawn_reason": 50,
    "voided_on": 50,
    "closed_on": 20,
    "reverses_id": 50,
    "claimed_until": 200,
    "next_attempt_at": 50,
    "news": 50,
    "revoked_at": 10,
    "ended_at": 2,
    "fanned_out_at": 1,
    "filed_by_id": 1,
    "outcome": 1,
    "judged_on": 1,
    "contract_id": 1,
    "service_center_id": 1,
    "vendor_id": 1,
    "until": 1,
}
"""Of columns that may be empty: one row of so many is not; every other one otherwise."""
NOW_AND_THEN = {
    ("due_dates", "met_on"): 50,
    ("events", "fanned_out_at"): 50,
    ("alerts", "until"): 20,
    ("rectifications", "outcome"): 20,
    ("appeals", "outcome"): 20,
    ("trials", "finished_at"): 5,
}
"""Of these one row of so many is empty."""
RARE = {
    "mismatched": ("true", 100),
    "expected": ("false", 50),
    "backdated": ("true", 50),
    ("alerts", "status"): ("'resolved'", -20),
    ("webhook_deliveries", "status"): ("'delivered'", -20),
    ("messages", "status"): ("'sent'", -20),
    ("assessments", "stage"): ("'notified'", -20),
    ("assessments", "verdict"): ("'passed'", -20),
    ("settlements", "status"): ("'approved'", -20),
    ("payouts", "status"): ("'approved'", -20),
}
"""The word that one row of so many has; a negative figure: that all but one of so many have."""
OFTEN = {"service_center_id": (CENTER, 10), "vendor_id": (VENDOR, 50)}
"""The one that one row of so many is of: centers and vendors are not all alike."""


def rows(table: str, times: int) -> int:
    """Say how long a table is where the record is so many times as long as at first."""
    if table == KEPT_BY_ALEMBIC:
        return 1
    return CATALOGUES[table] if table in CATALOGUES else ROWS.get(table, OTHERWISE) * times


def fill(connection: psycopg.Connection) -> None:
    """Write the rows and let PostgreSQL look at them."""
    connection.execute("SET session_replication_role = replica")
    for table in SQLModel.metadata.sorted_tables:
        for (name,) in connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table.name]
        ).fetchall():
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
            connection.execute(drop.format(sql.Identifier(table.name), sql.Identifier(name)))
        written = min(rows(table.name, 1), SAMPLE)
        values = ", ".join(f"{_value(table, column, written)}" for column in table.columns)
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        statement = (
            f'INSERT INTO "{table.name}" ({names}) SELECT {values} '  # noqa: S608 our own names
            f"FROM generate_series(1, {written}) g ON CONFLICT DO NOTHING"
        )
        connection.execute(statement.encode())
        for column in table.columns:
            distinct = _distinct(table, column)
            if distinct:
                change = f'ALTER TABLE "{table.name}" ALTER COLUMN "{column.name}" SET (n_distinct = {distinct:.9f})'
                connection.execute(change.encode())
    connection.execute("ANALYZE")


def swell(connection: psycopg.Connection, times: int) -> None:
    """Have every table and index be as long as where the record is so many times as long as at first."""
    found = connection.execute(_RELATIONS).fetchall()
    for oid, table, path, is_index, width in found:
        long = rows(table, times)
        # An index holds some 200 entries a page, two thirds full; a row has a head of 28 bytes.
        pages = max(2, long // 200) if is_index else max(1, long * (width + 28) // PAGE)
        connection.execute(
            "UPDATE pg_class SET reltuples = %s, relpages = %s, relallvisible = %s WHERE oid = %s",
            [long, pages, 0 if is_index else pages * 9 // 10, oid],
        )
        _lengthen(Path(path), pages)


_RELATIONS = """
SELECT c.oid, coalesce(t.relname, c.relname),
       current_setting('data_directory') || '/' || pg_relation_filepath(c.oid), c.relkind = 'i',
       coalesce((SELECT sum(avg_width)::int FROM pg_stats s WHERE s.tablename = c.relname), 0)
FROM pg_class c LEFT JOIN pg_index i ON i.indexrelid = c.oid LEFT JOIN pg_class t ON t.oid = i.indrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'i')
"""


def _lengthen(path: Path, pages: int) -> None:
    """Make a relation's files so many pages long, without a byte in what is new; never shorter."""
    for number in count():
        part = path if number == 0 else path.with_name(f"{path.name}.{number}")
        wanted = min(pages, SEGMENT)
        if not part.exists():
            part.touch(mode=0o600)
            owner = path.stat()
            os.chown(part, owner.st_uid, owner.st_gid)
        if part.stat().st_size < wanted * PAGE:
            os.truncate(part, wanted * PAGE)
        pages -= wanted
        if not pages:
            return


def _share(table: Table, column: Column[object]) -> Iterator[str]:
    nullable = column.nullable and not column.primary_key
    if (table.name, column.name) in NOW_AND_THEN:
        yield f"g % {NOW_AND_THEN[table.name, column.name]} = 0"
    elif nullable and (every := FILLED.get(column.name, 2)) > 1:
        yield f"g % {every} <> 0"


def _value(table: Table, column: Column[object], written: int) -> str:
    """Write, in terms of the row's number `g`, what stands in a column."""
    value = _filled(table, column, written)
    for empty in _share(table, column):
        value = f"CASE WHEN {empty} THEN NULL ELSE {value} END"
    return value


def _filled(table: Table, column: Column[object], written: int) -> str:  # noqa: PLR0911 one for each type
    kind = column.type
    rare = RARE.get((table.name, column.name), RARE.get(column.name))
    if rare is not None and rare[1] > 0:
        return f"(g % {rare[1]} = 0) = {rare[0]}"
    if isinstance(kind, Uuid):
        return _id(column, written)
    if isinstance(kind, Enum):
        words = ", ".join(f"'{word}'" for word in kind.enums)
        every = f"(ARRAY[{words}])[1 + (g * 7 / 3) % {len(kind.enums)}]"
        return every if rare is None else f"CASE WHEN g % {-rare[1]} = 0 THEN {every} ELSE {rare[0]} END"
    if isinstance(kind, Boolean):
        return "g % 2 = 0"
    if isinstance(kind, Date):
        return f"date '2016-01-01' + (g::bigint * 3653 / {written})::int"
    if isinstance(kind, Integer):
        return "2016 + g % 10" if column.name == "year" else "g"
    python = kind.python_type if hasattr(kind, "python_type") else str
    if type(kind).__name__ == "UtcDateTime":
        return f"timestamptz '2016-01-01' + (g::bigint * 3653 / {written}) * interval '1 day'"
    if column.name in {"period", "quarter"}:
        return f"to_char(date '2016-01-01' + (g::bigint * 3653 / {written})::int, 'YYYY-MM')"
    if type(kind).__name__ == "CanonicalJson":
        return '\'{"so": "wide", "as": "facts often are, and steps"}\''
    length = getattr(kind, "length", None) or 32
    return f"left(g::text || '-{column.name}', {length})" if python is str else "g"


def _id(column: Column[object], written: int) -> str:
    """Write an id: its own, in the order of the rows, or that of a row of the other table."""
    foreign = next(iter(column.foreign_keys), None)
    if foreign is None:
        return _made("g") if column.primary_key else _made("(g % 500)")
    parent = foreign.column.table.name
    there = min(rows(parent, 1), SAMPLE)
    # Rows of one contract lie apart: what it has of each month was written in that month.
    among = _made(
        f"(1 + g % {there})"
        if parent in CATALOGUES or parent == "contracts"
        else f"(1 + (g - 1) * {there}::bigint / {written})"
    )
    if column.name in OFTEN and column.table.name not in CATALOGUES:
        favourite, every = OFTEN[column.name]
        return f"CASE WHEN g % {every} = 0 THEN '{favourite}'::uuid ELSE {among} END"
    return among


def _made(number: str) -> str:
    return f"('0189a3c2-5e01-7000-8000-' || lpad(to_hex({number}), 12, '0'))::uuid"


def _distinct(table: Table, column: Column[object]) -> float:
    """Say how many values a column has: a figure, or below zero the share of the rows; 0 leaves it to ANALYZE."""
    foreign = next(iter(column.foreign_keys), None)
    if foreign is None or table.name in CATALOGUES:
        return 0
    parent = foreign.column.table.name
    if parent in CATALOGUES:
        return rows(parent, 1)
    return max(-1.0, -rows(parent, 1) / rows(table.name, 1))
