"""One contract's years, recorded through the API and copied inside of the database as often as is wanted."""

import random
import tempfile
import uuid
from pathlib import Path

import psycopg

from app.database import Database, migrate
from bench.postgres import PostgresServer
from bench.scale.office import INSIDE, Center, Client, assess, inside, months, open_center, settle
from bench.scale.servers import execute

SEED = 20261122
FIRST, LAST = 2021, 2025
YEARS = LAST - FIRST + 1
UNRECORDED = 12
"""The last months, left for whoever records more."""
LOGGED_A_YEAR = 60_000
"""Entries of the access log, made up."""

CLONED = (
    "vendors", "contracts", "contract_years", "terms_versions", "assessments", "assessment_revisions", "findings",
    "due_dates", "settlements", "settlement_lines", "ledger_entries", "ledger_lines", "events", "event_heads",
    "audit_events",
)  # fmt: skip
"""The tables that grow with contracts, those that others refer to before these."""
OWN = (
    "id", "vendor_id", "contract_id", "terms_version_id", "assessment_id", "settlement_id", "entry_id", "cause_id",
    "stream_id",
)  # fmt: skip
"""Columns that hold ids of what is cloned."""


def prepare(server: PostgresServer, clones: int) -> tuple[str, Center]:
    """Record, copy, and give the URL and the centre."""
    url = server.create("plain")
    migrate(url)
    database = Database(url)
    dice = random.Random(SEED)
    with tempfile.TemporaryDirectory() as var, inside(database, Path(var)) as behind:
        center = open_center(database, INSIDE, "A", 1, FIRST, LAST, behind)
        by_supervisor, by_finance = (Client(INSIDE, token, behind) for token in (center.supervisor, center.finance))
        for month in months(FIRST, LAST)[:-UNRECORDED]:
            assess(by_supervisor, center.contracts[0], month, dice)
            settle(by_supervisor, by_finance, center.contracts[0], month)
    database.dispose()
    with server.connect("plain") as connection:
        _date_ids(connection)
        for table in CLONED:
            _clone(connection, table, clones)
        _log(connection, center.id)
        connection.execute("VACUUM ANALYZE")
    return url, center


def _date_ids(connection: psycopg.Connection) -> None:
    """Give the acts ids of the time that they are about, as if each had been recorded then."""
    connection.execute("ALTER TABLE audit_events DISABLE TRIGGER USER")
    began = f"extract(epoch FROM date '{FIRST}-01-01')"
    span = f"(extract(epoch FROM date '{LAST}-12-31') - {began})"
    at = f"({began} + number * {span} / (SELECT max(number) FROM audit_events)) * 1000"
    execute(
        connection,
        f"UPDATE audit_events SET id = (lpad(to_hex(({at})::bigint), 12, '0') "
        "|| right(replace(id::text, '-', ''), 20))::uuid",
    )
    connection.execute("ALTER TABLE audit_events ENABLE TRIGGER USER")


def _clone(connection: psycopg.Connection, table: str, clones: int) -> None:
    """Copy every row: the last eight digits of each id that is cloned with it become the copy's number."""
    names = _columns(connection, table)
    own = {name: f"({_of_clone(f'{name}::text')})::uuid" for name in OWN}
    changed: dict[str, str] = {
        **own,
        "number": "number || '-' || n" if table == "contracts" else "number",
        "name": "name || n",
        "chain": f"CASE WHEN chain = 'service' THEN chain ELSE {_of_clone('chain')} END",
        **{
            name: f"CASE WHEN length({name}) = 36 THEN {_of_clone(name)} ELSE {name} END"
            for name in ("subject", "subject_id")
        },
    }
    where = "WHERE chain <> 'service'" if table == "audit_events" else ""
    columns = ", ".join(changed.get(name, name) for name in names)
    execute(
        connection,
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {columns} "
        f"FROM {table}, generate_series(1, {clones}) n {where}",
    )


def _of_clone(text: str) -> str:
    return f"left({text}, 28) || lpad(to_hex(n), 8, '0')"


def _columns(connection: psycopg.Connection, table: str) -> list[str]:
    asked = "SELECT column_name FROM information_schema.columns WHERE table_name = %s ORDER BY ordinal_position"
    return [str(name) for (name,) in connection.execute(asked, [table])]


def _log(connection: psycopg.Connection, center: uuid.UUID) -> None:
    """Make up the access log of these years, with ids of their time."""
    names = "id, occurred_at, kind, principal, service_center_id, method, route, subjects, status, times, address"
    id_ = (
        "lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0') "
        "|| '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 5, 15)"
    )
    route = "/v1/contracts/{contract_id}/assessments/{period}"
    execute(
        connection,
        f"INSERT INTO access_log ({names}) "
        f"SELECT ({id_})::uuid, at, 'read', 'supervisor-A', %s, 'GET', %s, %s, 200, 1, %s "
        f"FROM (SELECT n, timestamptz '{FIRST}-01-01' + n * (interval '{YEARS * 365} days' / %s) AS at "
        "FROM generate_series(1, %s) n) entries",
        [
            center,
            route,
            f'{{"contract_id":"{uuid.UUID(int=0)}"}}',
            "127.0.0.1",
            LOGGED_A_YEAR * YEARS,
            LOGGED_A_YEAR * YEARS - 1,
        ],
    )
