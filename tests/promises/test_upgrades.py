"""Upgrades lose nothing: up, down and up again with rows in every table at every revision."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from app.database import alembic_config, migrate
from app.health import head
from tests.promises.conftest import Promise
from tests.promises.schemas import guards, schema
from tests.recorded import fill, rows_at

REVISIONS = [revision.revision for revision in ScriptDirectory.from_config(alembic_config("")).walk_revisions()][::-1]
Rows = dict[str, list[dict[str, Any]]]

LOST: dict[str, dict[str, Callable[[dict[str, Any]], bool]]] = {
    "20261121_house": {
        "alerts": lambda row: row["kind"] not in {"missing_annual_assessment", "calendar_missing"},
        "due_dates": lambda row: row["kind"] != "annual_assessment",
    },
    "20261121_records": {
        "alerts": lambda row: row["kind"] not in {"payment_behind", "ledger_mismatch"},
        "due_dates": lambda row: row["kind"] != "payment",
    },
    # An appeal that was filed and is not decided yet.
    "20261121_evidence": {"appeals": lambda row: row["outcome"] is not None},
}
"""What a downgrade to a revision from the one after it keeps of the tables that it narrows; all else stays."""


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _schema(url: str) -> dict[str, str]:
    with _connected(url) as connection:
        return schema(connection)


def _shape(url: str) -> dict[str, list[str]]:
    """List the tables with their columns."""
    with _connected(url) as connection:
        inspector = inspect(connection)
        tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})
        return {table: [column["name"] for column in inspector.get_columns(table)] for table in tables}


def _rows(url: str, shape: dict[str, list[str]]) -> Rows:
    """Read the columns of a shape as the driver gives them, untouched by any type of ours, each table in one order."""
    with _connected(url) as connection:
        found = {
            table: connection.exec_driver_sql(f"SELECT {', '.join(columns)} FROM {table}").mappings().all()  # noqa: S608 our own names
            for table, columns in shape.items()
        }
    return {table: sorted(map(dict, rows), key=repr) for table, rows in found.items()}


def _count(rows: Rows) -> int:
    return sum(map(len, rows.values()))


def _filled(url: str, revision: str) -> tuple[dict[str, list[str]], Rows]:
    """Migrate an empty database to a revision and fill every table of it."""
    migrate(url, revision)
    with _connected(url) as connection:
        fill(connection, rows_at(revision))
    shape = _shape(url)
    return shape, _rows(url, shape)


@pytest.mark.parametrize("revision", REVISIONS)
def test_every_column_of_every_table_is_recorded_filled_and_empty(empty_database_url: str, revision: str) -> None:
    """Without this a column that nobody recorded would seem to survive."""
    _, rows = _filled(empty_database_url, revision)
    with _connected(empty_database_url) as connection:
        columns = {table: inspect(connection).get_columns(table) for table in rows}
    unfilled = [
        f"{table}.{column['name']}"
        for table, several in rows.items()
        for column in columns[table]
        if all(row[column["name"]] is None for row in several)
        or (column["nullable"] and all(row[column["name"]] is not None for row in several))
    ]
    assert unfilled == []


@pytest.mark.parametrize("revision", REVISIONS)
def test_upgrades_lose_nothing(empty_database_url: str, revision: str, promise: Promise) -> None:
    """Rows of every table of a revision are the same after up, after down and after up again."""
    url = empty_database_url
    shape, rows = _filled(url, revision)
    for step in (migrate, _down_to(revision), migrate):
        step(url)
        assert _rows(url, shape) == rows
    promise.shows(rows=_count(rows), differences=0)


@pytest.mark.parametrize("revision", REVISIONS)
def test_downgrades_lose_what_the_older_schema_cannot_hold_and_nothing_else(
    empty_database_url: str, revision: str, promise: Promise
) -> None:
    """Rows of the newest schema keep every column that the older one has; only words that it lacks are gone."""
    url = empty_database_url
    _filled(url, head())
    migrated = _copy_shape(url, revision)
    newest = _rows(url, migrated)
    kept = {table: [row for row in rows if _holds(revision, table, row)] for table, rows in newest.items()}
    _down_to(revision)(url)
    assert _rows(url, migrated) == kept
    migrate(url)
    assert _rows(url, migrated) == kept
    promise.shows(rows=_count(newest), lost=_count(newest) - _count(kept))


def _copy_shape(url: str, revision: str) -> dict[str, list[str]]:
    """Give the columns of an older revision that the newest has too; the recorded rows name them."""
    recorded = {table: {name for row in rows for name in row} for table, rows in rows_at(revision).items()}
    return {
        table: [name for name in columns if name in recorded[table]]
        for table, columns in _shape(url).items()
        if table in recorded
    }


def _holds(revision: str, table: str, row: dict[str, Any]) -> bool:
    newer = REVISIONS[REVISIONS.index(revision) :]
    narrowed = [LOST[older][table] for older in newer[:-1] if table in LOST.get(older, {})]
    return all(keeps(row) for keeps in narrowed)


def _down_to(revision: str) -> Callable[[str], None]:
    return lambda url: command.downgrade(alembic_config(url), revision)


@pytest.mark.parametrize("revision", REVISIONS)
def test_schema_is_the_same_whichever_way_it_was_reached(
    make_database_url: Callable[[str], str], dialect: str, revision: str
) -> None:
    """Columns, CHECKs, foreign keys, indexes with their WHERE, and triggers; from above and again from below."""
    fresh, walked = make_database_url(dialect), make_database_url(dialect)
    migrate(fresh, revision)
    migrate(walked)
    newest = _schema(walked)
    _down_to(revision)(walked)
    assert _schema(walked) == _schema(fresh)
    migrate(walked)
    assert _schema(walked) == newest


def test_an_upgrade_that_fails_leaves_the_older_schema_whole(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last of its steps fails on a full disk; the next attempt goes through."""
    url = empty_database_url
    shape, rows = _filled(url, "20261121_house")
    before = _schema(url)

    def fails(*_: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("migrations.guards.change_words", fails)
        with pytest.raises(OSError, match="No space left"):
            migrate(url)
    assert _schema(url) == before
    migrate(url)
    assert _rows(url, shape) == rows


def test_guards_of_the_models_are_those_of_the_migrations(
    make_database_url: Callable[[str], str], dialect: str, database_url: str
) -> None:
    """`alembic check` compares no CHECK and no WHERE: the models' own tables do, as the database writes them."""
    modelled = make_database_url(dialect)
    with _connected(modelled) as connection:
        SQLModel.metadata.create_all(connection)
        expected = guards(connection)
    with _connected(database_url) as connection:
        assert guards(connection) == expected
    assert len(expected) > 60


def test_two_processes_that_migrate_at_once_both_succeed(empty_database_url: str, promise: Promise) -> None:
    """Each waits until the other is ready too; the second finds nothing left to do."""
    script = "import sys; from app.database import migrate; print(flush=True); input(); migrate(sys.argv[1])"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", script, empty_database_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(promise.size(4, 2))
    ]  # fmt: skip
    for process in started:
        assert process.stdout is not None
        process.stdout.readline()
    for process in started:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    ended = [(*process.communicate(timeout=120), process.returncode) for process in started]
    assert [said for _, said, code in ended if code] == []
    with _connected(empty_database_url) as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == [head()]
        assert connection.exec_driver_sql("SELECT count(*) FROM work_calendar_years").scalar() == 9
    promise.shows(processes=len(started))
