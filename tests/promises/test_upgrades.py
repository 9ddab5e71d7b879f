"""Upgrades lose nothing: up, down and up again with rows in every table at every revision."""

import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, make_url
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from app.database import alembic_config, migrate
from app.health import head
from tests.promises.conftest import Promise
from tests.promises.schemas import guards, schema
from tests.proof import PROOF
from tests.recorded import fill, rows_at

REVISIONS = [revision.revision for revision in ScriptDirectory.from_config(alembic_config("")).walk_revisions()][::-1]
WHOLE_WAYS = REVISIONS if PROOF else REVISIONS[:1]
"""Where the tests of the whole way between a revision and the newest one begin."""
LATE = REVISIONS if PROOF else REVISIONS[-6:]
"""Where the tests of single steps stop: in `make test` at the newest revisions, since the older ones change no more."""

Rows = dict[str, list[dict[str, Any]]]

MIGRATES_AT_ONCE = """
import os, sys
import app.models
from app.database import migrate

waits, starts = os.pipe()
children = []
for _ in range(int(sys.argv[2])):
    child = os.fork()
    if child == 0:
        os.close(starts)
        os.read(waits, 1)
        try:
            migrate(sys.argv[1])
        except BaseException:
            sys.excepthook(*sys.exc_info())
            os._exit(1)
        os._exit(0)
    children.append(child)
os.close(starts)
for child in children:
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
"""Forks processes that wait at a pipe until it is closed, and then migrate; says how each ended."""

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


@contextmanager
def _undone(url: str) -> Iterator[Connection]:
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        yield connection
        connection.rollback()
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
        return _read(connection, shape)


def _read(connection: Connection, shape: dict[str, list[str]]) -> Rows:
    found = {
        table: connection.exec_driver_sql(f"SELECT {', '.join(columns)} FROM {table}").mappings().all()  # noqa: S608 our own names
        for table, columns in shape.items()
    }
    return {table: sorted(map(dict, rows), key=repr) for table, rows in found.items()}


def _count(rows: Rows) -> int:
    return sum(map(len, rows.values()))


@pytest.fixture
def copy_of(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Give a maker of copies of a database to which nobody is connected."""
    made: list[str] = []

    def copied(url: str) -> str:
        name, source = f"copied_{uuid.uuid4().hex}", make_url(url)
        assert source.database is not None
        if source.get_backend_name() == "sqlite":
            return f"sqlite:///{shutil.copyfile(source.database, tmp_path / name)}"
        made.append(name)
        request.getfixturevalue("postgres").create(name, source.database)
        return str(request.getfixturevalue("postgres").url(name))

    yield copied
    for name in made:
        request.getfixturevalue("postgres").drop(name)


def _filled(url: str, revision: str) -> tuple[dict[str, list[str]], Rows]:
    """Migrate an empty database to a revision and fill every table of it."""
    migrate(url, revision)
    with _connected(url) as connection:
        fill(connection, rows_at(revision))
    shape = _shape(url)
    return shape, _rows(url, shape)


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_every_column_of_every_table_is_recorded_filled_and_empty(empty_database_url: str) -> None:
    """Without this a column that nobody recorded would seem to survive; looked at on the way up, at every revision.

    The rows that are recorded are the same for either database, and each is filled with them at every step.
    """
    unfilled = []
    for revision in REVISIONS:
        migrate(empty_database_url, revision)
        shape = _shape(empty_database_url)
        with _undone(empty_database_url) as connection:
            fill(connection, rows_at(revision))
            rows = _read(connection, shape)
            columns = {table: inspect(connection).get_columns(table) for table in rows}
        unfilled += [
            f"{revision}: {table}.{column['name']}"
            for table, several in rows.items()
            for column in columns[table]
            if all(row[column["name"]] is None for row in several)
            or (column["nullable"] and all(row[column["name"]] is not None for row in several))
        ]
    assert unfilled == []


@pytest.mark.parametrize("revision", WHOLE_WAYS)
def test_upgrades_lose_nothing(empty_database_url: str, revision: str, promise: Promise) -> None:
    """Rows of every table of a revision are the same after up, after down and after up again.

    `make proof` goes the whole way from every revision, `make test` from the oldest one; the test of the single steps
    has rows of others.
    """
    url = empty_database_url
    shape, rows = _filled(url, revision)
    for step in (migrate, _down_to(revision), migrate):
        step(url)
        assert _rows(url, shape) == rows
    promise.shows(rows=_count(rows), differences=0)


def test_each_single_step_loses_nothing(
    empty_database_url: str, copy_of: Callable[[str], str], promise: Promise
) -> None:
    """Rows of every table of a revision are the same after one step up, one down and one up again."""
    seen = 0
    for revision, newer in pairwise(LATE):
        migrate(empty_database_url, revision)
        url = copy_of(empty_database_url)
        shape, rows = _filled(url, revision)
        for step in (_up_to(newer), _down_to(revision), _up_to(newer)):
            step(url)
            assert _rows(url, shape) == rows, f"between {revision} and {newer}"
        seen += _count(rows)
    promise.shows(rows=seen, differences=0)


@pytest.mark.parametrize("revision", WHOLE_WAYS)
def test_downgrades_lose_what_the_older_schema_cannot_hold_and_nothing_else(
    empty_database_url: str, revision: str, promise: Promise
) -> None:
    """Rows of the newest schema keep every column that the older one has; only words that it lacks are gone.

    `make proof` goes down to every revision in one go and up again, `make test` to the oldest one; the test of the
    single steps stops at others.
    """
    url = empty_database_url
    _filled(url, head())
    migrated = _copy_shape(url, revision)
    newest = _rows(url, migrated)
    kept = _kept(revision, newest)
    _down_to(revision)(url)
    assert _rows(url, migrated) == kept
    migrate(url)
    assert _rows(url, migrated) == kept
    promise.shows(rows=_count(newest), lost=_count(newest) - _count(kept))


def test_each_single_step_down_loses_what_the_older_schema_cannot_hold_and_nothing_else(
    empty_database_url: str, promise: Promise
) -> None:
    """Rows of the newest schema go down step by step, at each stop one up and down again, and up to the newest."""
    url, kept = empty_database_url, {}
    _filled(url, head())
    shapes = {revision: _copy_shape(url, revision) for revision in LATE}
    newest = {revision: _rows(url, shape) for revision, shape in shapes.items()}
    for newer, revision in pairwise(reversed(LATE)):
        kept = _kept(revision, newest[revision])
        for step in (_down_to(revision), _up_to(newer), _down_to(revision)):
            step(url)
            assert _rows(url, shapes[revision]) == kept, f"between {newer} and {revision}"
    migrate(url)
    assert _rows(url, shapes[LATE[0]]) == kept
    promise.shows(steps=len(LATE) - 1)


def _copy_shape(url: str, revision: str) -> dict[str, list[str]]:
    """Give the columns of an older revision that the newest has too; the recorded rows name them."""
    recorded = {table: {name for row in rows for name in row} for table, rows in rows_at(revision).items()}
    return {
        table: [name for name in columns if name in recorded[table]]
        for table, columns in _shape(url).items()
        if table in recorded
    }


def _kept(revision: str, newest: Rows) -> Rows:
    return {table: [row for row in rows if _holds(revision, table, row)] for table, rows in newest.items()}


def _holds(revision: str, table: str, row: dict[str, Any]) -> bool:
    newer = REVISIONS[REVISIONS.index(revision) :]
    narrowed = [LOST[older][table] for older in newer[:-1] if table in LOST.get(older, {})]
    return all(keeps(row) for keeps in narrowed)


def _down_to(revision: str) -> Callable[[str], None]:
    return lambda url: command.downgrade(alembic_config(url), revision)


def _up_to(revision: str) -> Callable[[str], None]:
    return lambda url: migrate(url, revision)


def test_schema_is_the_same_whichever_way_it_was_reached(empty_database_url: str) -> None:
    """Columns, CHECKs, foreign keys, indexes with their WHERE, and triggers; from above and again from below.

    One walk stops at every revision, in `make test` at the newest ones, first on the way up, then down, then up again:
    at each stop the schema is the one that it was there at first.
    """
    url, reached = empty_database_url, {}
    for revision in LATE:
        migrate(url, revision)
        reached[revision] = _schema(url)
    for revision in reversed(LATE[:-1]):
        _down_to(revision)(url)
        assert _schema(url) == reached[revision], f"down to {revision}"
    for revision in LATE[1:]:
        migrate(url, revision)
        assert _schema(url) == reached[revision], f"up to {revision}"


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
    script = [sys.executable, "-c", MIGRATES_AT_ONCE, empty_database_url, str(processes := promise.size(4, 2))]
    migrated = subprocess.run(script, capture_output=True, text=True, check=False, timeout=120)
    assert migrated.stdout.split() == ["0"] * processes, migrated.stderr
    with _connected(empty_database_url) as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalars().all() == [head()]
        assert connection.exec_driver_sql("SELECT count(*) FROM work_calendar_years").scalar() == 9
    promise.shows(processes=processes)
