"""Restores a backup into an empty place: checked wholly first, then everything or nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, exists, insert, inspect, literal, select, union_all
from sqlalchemy.exc import StatementError
from sqlmodel import Session

from app.backup.archive import Backup, Reading, check
from app.backup.dump import Progress
from app.backup.errors import BackupDamaged, BackupOfOtherSchema, PlaceNotEmpty, RowsRefused
from app.backup.rows import BATCH, StoredTable, stored_tables, sum_of
from app.database import Database, migrate
from app.health import head, schema_revision

SHIPPED = ("work_calendar", "work_calendar_years")
"""Tables that the migrations fill: their rows are the backup's afterwards."""


@dataclass(frozen=True, slots=True)
class RestoredBackup:
    """A backup whose every row now stands in a database, compared by count and hash."""

    backup: Backup
    into: str
    """`sqlite` or `postgresql`: what it was restored into."""


Record = Callable[[Session, RestoredBackup], None]
"""Writes down that a backup was restored, in the restore's own transaction: fails it, and nothing is restored."""

Renew = Callable[[RestoredBackup], None]
"""Renews what lies outside the database, such as the file of audit heads, after the restore was committed."""


def restore(
    database: Database,
    path: Path,
    *,
    record: Record = lambda *_: None,
    renew: Renew = lambda _: None,
    progress: Progress = lambda *_: None,
) -> RestoredBackup:
    """Restore the backup in the file at `path` into an empty database, migrating one that has no schema.

    Raises BackupDamaged, BackupOfOtherSchema, PlaceNotEmpty and RowsRefused; nothing is changed then, except that a
    database without a schema may be left with an empty one.
    """
    with path.open("rb") as file:
        found = check(file)
        _refuse_other_schema(found)
        _refuse_foreign_tables(database)
        migrate(database.url)
        with database.write() as session:
            schema_revision(session)
            _take(session)
            _insert(session, file, found, progress)
            _compare(session, found)
            restored = RestoredBackup(found, database.dialect)
            record(session, restored)
    renew(restored)
    return restored


def _refuse_other_schema(found: Backup) -> None:
    said = found.manifest
    if said.schema_revision != head():
        raise BackupOfOtherSchema(
            f"The backup is of schema {said.schema_revision}, written by version {said.program}; "
            f"this program's schema is {head()}.",
            remedy=f"Restore it with a Kaohe of schema {said.schema_revision} (version {said.program}); "
            "then install this version and run 'kaohe migrate'. Nothing was changed.",
        )
    if said.tables != tuple(stored_tables()):
        raise BackupDamaged("The backup has other tables than its schema.")


def _refuse_foreign_tables(database: Database) -> None:
    """See that the place has our schema or none: a migration would mix our tables with somebody else's."""
    with database.read() as session:
        there = set(inspect(session.connection()).get_table_names())
        if not there:
            return
        if "alembic_version" not in there:
            raise PlaceNotEmpty(f"The database holds other tables: {', '.join(sorted(there)[:5])}.")
        schema_revision(session)


def _take(session: Session) -> None:
    """Keep every other writer out, see that the tables are empty, and clear what the migrations filled."""
    tables = stored_tables()
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
    own = (stored.clause for name, stored in tables.items() if name not in SHIPPED)
    filled = union_all(
        *(select(literal(table.name)).where(exists(select(literal(1)).select_from(table))) for table in own)
    )
    if names := sorted(connection.execute(filled).scalars()):
        raise PlaceNotEmpty(f"The database holds rows already: in {', '.join(names[:5])}.")
    for name in SHIPPED:
        connection.execute(delete(tables[name].clause))


def _insert(session: Session, file: BinaryIO, found: Backup, progress: Progress) -> None:
    """Insert all rows; the file is checked again as it passes, since it could have changed since."""
    tables = stored_tables()
    done = 0
    for name, rows in groupby(Reading(file).rows(), key=lambda entry: entry[0]):
        while batch := [row for _, row in islice(rows, BATCH)]:
            progress(name, done, found.rows)
            _insert_batch(session, tables[name], batch)
            done += len(batch)
    progress("", done, found.rows)


def _insert_batch(session: Session, stored: StoredTable, batch: list[dict[str, object]]) -> None:
    try:
        values = [stored.values(row) for row in batch]
        session.connection().execute(insert(stored.clause), values)
    except ValueError as error:
        raise BackupDamaged(f"A value cannot be read: {error}.") from error
    except StatementError as error:
        raise RowsRefused(f"{stored.name}: {error.orig}") from error


def _compare(session: Session, found: Backup) -> None:
    """Read back what was inserted: each table's rows are those of the file, by count and hash."""
    tables = stored_tables()
    differ = [name for name, expected in found.tables.items() if sum_of(session, tables[name]) != expected]
    if differ:
        raise RowsRefused(f"The database gives back other rows than it was given: in {', '.join(differ)}.")
