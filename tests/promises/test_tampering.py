"""History cannot be changed unseen: every tampering is found, and no honest history is called one."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import IntegrityError

from app import clock
from app.database import Database
from app.features.audit import heads
from app.features.audit.record import audited
from app.features.audit.verify import Findings, verify_database
from app.models.columns import new_id
from tests.nights import run_nights
from tests.office import Office
from tests.promises.conftest import Promise
from tests.scenarios.facts import busy_year, record_all

TABLES = ("audit_events", *(str(table.__tablename__) for table in audited()))
GUARDED = ("audit_events", "assessment_revisions", "appeals", "acknowledgements", "appeal_lines", "rectifications")
DROP_GUARDS = {
    "sqlite": (
        "DROP TRIGGER IF EXISTS {0}_no_update",
        "DROP TRIGGER IF EXISTS {0}_no_delete",
    ),
    "postgresql": ("DROP TRIGGER IF EXISTS {0}_no_change ON {0}",),
}


class Intruder:
    """Somebody with the database's password, who takes the guards down and changes one thing."""

    def __init__(self, database: Database, seed: int) -> None:
        """Be about to act."""
        self._database = database
        self._random = random.Random(seed)  # noqa: S311 a seeded choice, no secret

    def tamper(self, how: str) -> str:
        """Do it, and say what was done."""
        with self._database.engine.connect() as connection:
            if connection.dialect.name == "sqlite":
                # A foreign key is no obstacle to who has the file.
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            else:
                connection.exec_driver_sql("SET session_replication_role = replica")
            connection.exec_driver_sql("BEGIN")
            for statement in DROP_GUARDS[connection.dialect.name]:
                for table in GUARDED:
                    connection.exec_driver_sql(statement.format(table))
            done: str = getattr(self, f"_{how}")(connection)
            connection.commit()
            connection.invalidate()
        return done

    def _table(self, connection: Connection) -> tuple[str, list[dict[str, Any]]]:
        """Pick a table that has rows, the audit itself as often as all others together."""
        filled = []
        for table in TABLES:
            rows = [dict(row) for row in connection.execute(text(f"SELECT * FROM {table}")).mappings()]  # noqa: S608 the names are the tables'
            filled += [(table, rows)] * (8 if table == "audit_events" else 1) if rows else []
        return self._random.choice(filled)

    def _bit(self, connection: Connection) -> str:
        """Change one character or one number of one value."""
        table, rows = self._table(connection)
        row = self._random.choice(rows)
        changeable = [
            name for name, value in row.items() if isinstance(value, str | int) and name not in {"id", "chain"}
        ]
        changeable = [name for name in changeable if name != "service_center_id"]
        if not changeable:
            return self._deleted(connection)
        name = self._random.choice(changeable)
        value = row[name]
        if isinstance(value, bool):
            other: object = not value
        elif isinstance(value, int):
            other = value ^ (1 << self._random.randrange(8))
        else:
            place = self._random.randrange(len(value)) if value else 0
            other = value[:place] + chr(ord(value[place]) ^ 1) + value[place + 1 :] if value else "x"
        self._lift_checks(connection, table)
        try:
            with connection.begin_nested():
                self._set(connection, table, row, name, other)
        except IntegrityError:
            # A unique key stands in the way; another kind of tampering takes its turn.
            return self._deleted(connection)
        return f"{table}.{name}: {value!r} to {other!r}"

    def _set(self, connection: Connection, table: str, row: dict[str, Any], name: str, value: object) -> None:
        key = self._key(table)
        self._lift_checks(connection, table)
        where = " AND ".join(f"{column} = :key_{column}" for column in key)
        keys = {f"key_{column}": row[column] for column in key}
        connection.execute(text(f"UPDATE {table} SET {name} = :value WHERE {where}"), {"value": value, **keys})  # noqa: S608 the names are the tables'

    def _lift_checks(self, connection: Connection, table: str) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA ignore_check_constraints = ON")
            return
        names = connection.exec_driver_sql(
            f"SELECT conname FROM pg_constraint WHERE conrelid = '{table}'::regclass AND contype = 'c'"  # noqa: S608 the names are the tables'
        ).scalars()
        for name in list(names):
            connection.exec_driver_sql(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    def _key(self, table: str) -> list[str]:
        known = {str(model.__tablename__): model for model in audited()}
        return [column.name for column in known[table].__table__.primary_key] if table in known else ["id"]  # type: ignore[attr-defined]

    def _deleted(self, connection: Connection) -> str:
        """Take one row out."""
        table, rows = self._table(connection)
        row = self._random.choice(rows)
        where = " AND ".join(f"{column} = :{column}" for column in self._key(table))
        keys = {column: row[column] for column in self._key(table)}
        connection.execute(text(f"DELETE FROM {table} WHERE {where}"), keys)  # noqa: S608 the names are the tables'
        return f"{table}: a row deleted"

    def _swapped(self, connection: Connection) -> str:
        """Let two events of a chain change places."""
        rows = [dict(row) for row in connection.execute(text("SELECT * FROM audit_events")).mappings()]
        chains = {row["chain"] for row in rows if sum(other["chain"] == row["chain"] for other in rows) > 1}
        chain = self._random.choice(sorted(chains))
        one, other = self._random.sample([row for row in rows if row["chain"] == chain], 2)
        for row, number in ((one, -1), (other, one["number"]), (one, other["number"])):
            if number == -1:
                number = 10**6  # noqa: PLW2901 out of the way of the unique number
            self._set(connection, "audit_events", row, "number", number)
        return f"events {one['number']} and {other['number']} swapped"

    def _inserted(self, connection: Connection) -> str:
        """Put a row in that nobody recorded."""
        table, rows = self._table(connection)
        row = dict(self._random.choice(rows))
        new = new_id()
        for column in self._key(table):
            uuids = connection.dialect.name == "postgresql"
            row[column] = (new if uuids else new.hex) if column == "id" else row[column]
        if table == "audit_events":
            row["number"] = max(item["number"] for item in rows if item["chain"] == row["chain"]) + 1
        elif "id" not in row:
            return self._deleted(connection)
        for unique in ("code", "name", "number", "subject", "token_hash", "period", "against_revision", "year"):
            if unique in row and table != "audit_events":
                row[unique] = f"X{self._random.randrange(10**5)}" if isinstance(row[unique], str) else 99
        if "period" in row:
            row["period"] = "2031-07"
        if "subject" in row and table == "due_dates":
            row["subject"] = "2031-07"
        columns = ", ".join(row)
        values = ", ".join(f":{name}" for name in row)
        self._lift_checks(connection, table)
        try:
            with connection.begin_nested():
                connection.execute(text(f"INSERT INTO {table} ({columns}) VALUES ({values})"), row)  # noqa: S608 as above
        except IntegrityError:
            # As above.
            return self._deleted(connection)
        return f"{table}: a row inserted"

    def _tail(self, connection: Connection) -> str:
        """Cut the end of a chain off, and its head with it."""
        heads_now = connection.execute(text("SELECT chain, number FROM audit_heads WHERE number > 1")).all()
        chain, number = self._random.choice(heads_now)
        last = self._random.randrange(1, number)
        connection.execute(text("DELETE FROM audit_events WHERE chain = :c AND number > :n"), {"c": chain, "n": last})
        (kept,) = connection.execute(
            text("SELECT hash FROM audit_events WHERE chain = :c AND number = :n"), {"c": chain, "n": last}
        ).one()
        connection.execute(
            text("UPDATE audit_heads SET number = :n, hash = :h WHERE chain = :c"), {"n": last, "h": kept, "c": chain}
        )
        return f"the tail after {last} cut off"


HOW = ("bit", "deleted", "swapped", "inserted", "tail")


@pytest.fixture
def record(office: Office, database: Database, tmp_path: Path) -> Path:
    """Put a busy year on record, run its nights, and keep the heads outside of the database."""
    record_all(busy_year(office))
    run_nights(database, "2023-12-31")
    kept = tmp_path / "audit-heads.jsonl"
    with database.read() as session:
        heads.publish(session, kept, clock.now())
    return kept


def _verify(database: Database, kept: Path) -> Findings:
    with database.snapshot() as session:
        return verify_database(session, heads.anchors(heads.read(kept)))


def test_every_tampering_is_found(
    database: Database,
    record: Path,
    promise: Promise,
    make_copy: Callable[[], Database],
) -> None:
    """A bit, a row deleted, two swapped, one inserted, the tail cut off with its head: each found."""
    assert _verify(database, record).bad == []
    rounds = promise.size(500, 10)
    found = 0
    for seed in range(rounds):
        copy = make_copy()
        done = Intruder(copy, seed).tamper(HOW[seed % len(HOW)])
        bad = _verify(copy, record).bad
        assert bad, f"seed {seed}: {done} was not found"
        found += 1
        copy.dispose()
    promise.shows(tamperings=rounds, found=found)


def test_an_old_backup_in_its_place_is_found(
    office: Office, database: Database, record: Path, make_copy: Callable[[], Database]
) -> None:
    """A copy of yesterday holds by itself; the heads that were kept outside tell that more had been on record."""
    old = make_copy()
    office.contract("XA-LATER")
    with database.read() as session:
        heads.publish(session, record, clock.now())
    with old.snapshot() as session:
        assert verify_database(session, {}).bad == []
    (bad,) = _verify(old, record).bad
    assert "was on record before" in bad.what
    assert _verify(database, record).bad == []


def test_honest_histories_are_no_tampering(office: Office, database: Database, promise: Promise) -> None:
    """Random honest acts, with verifications between them: no false alarm."""
    rounds = promise.size(500, 10)
    chance = random.Random(2024)  # noqa: S311 a seeded choice, no secret
    contract = office.contract("HONEST", starts_on="2005-01-01", ends_on="2019-12-31", recorded_from="2005-01")
    months = [f"{year}-{month:02d}" for year in range(2005, 2020) for month in range(1, 13)]
    alarms = 0
    for number in range(rounds):
        _something_honest(office, contract, months, chance, number)
        with database.snapshot() as session:
            alarms += bool(verify_database(session, {}).bad)
    promise.shows(histories=rounds, false_alarms=alarms)
    assert alarms == 0


def _something_honest(office: Office, contract: str, months: list[str], chance: random.Random, number: int) -> None:
    period = chance.choice(months)
    month = f"{contract}/assessments/{period}"
    final = f"{int(period[:4]) + 1}-02-01"
    score = {"state": "assessed", "score": {"exact": f"{chance.randrange(60, 100)}.00"}}
    acts: list[Callable[[], object]] = [
        lambda: office.supervisor.put(month, score | {"assessed_on": final}),
        lambda: office.supervisor.post(f"{month}/finalization", {"final_on": final}),
        lambda: office.supervisor.post(f"{month}/notice", {"notified_on": final}),
        lambda: office.supervisor.post(f"{month}/revisions", {"reason": "更正", "result": score}),
        lambda: office.supervisor.post(
            f"{contract}/findings", {"issue_type": "leaving_post", "occurred_on": f"{period}-05"}
        ),
        lambda: office.supervisor.post("/v1/job-runs", {"job": "all", "as_of": f"{period}-20"}),
        lambda: office.admin.post("/v1/vendors", {"service_center_id": str(office.center), "name": f"公司{number}"}),
    ]
    for act in chance.sample(acts, 3):
        act()


@pytest.fixture
def make_copy(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Callable[[], Database]:
    """Give a way to copy the database as it stands now."""
    made = 0

    def copy() -> Database:
        nonlocal made
        made += 1
        if database.dialect == "sqlite":
            path = tmp_path / f"copy-{made}.db"
            with database.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            shutil.copyfile(str(make_url(database.url).database), path)
            return closed(Database(f"sqlite:///{path}"))
        server = request.getfixturevalue("postgres")
        source = str(make_url(database.url).database)
        name = f"{source}_{made}"
        database.engine.dispose()
        request.getfixturevalue("swept").leave(source)
        server.create(name, source)
        request.addfinalizer(lambda: server.drop(name))
        return closed(Database(server.url(name)))

    def closed(opened: Database) -> Database:
        request.addfinalizer(opened.dispose)
        return opened

    return copy
