"""Wiped and restored: the drill, at the size of a centre's years, with the memory that it takes."""

import time
import tracemalloc
from pathlib import Path

import pytest

from app.backup.dump import backup
from app.backup.restore import restore
from app.backup.rows import BATCH
from app.database import Database
from tests.crowd import settle
from tests.nights import every_row
from tests.office import Office
from tests.promises.conftest import Promise


@pytest.fixture
def drilled(database: Database, office: Office, promise: Promise) -> Database:
    """Fill a database: in full 1,000 contracts of five years, some 133,000 rows."""
    settle(database, office, contracts=promise.size(1000, 20), months=60)
    return database


def test_restore_drill(drilled: Database, bare_place: Database, promise: Promise, tmp_path: Path) -> None:
    """Everything is lost but the file: every row of every table is there again, in so many seconds."""
    path = tmp_path / "kaohe.backup"
    began = time.monotonic()
    found = backup(drilled, path)
    backed_up = time.monotonic()
    restored = restore(bare_place, path)
    ended = time.monotonic()
    before, after = every_row(drilled), every_row(bare_place)
    different = sum(before[name] != after[name] for name in before)
    assert (different, restored.backup) == (0, found)
    assert sum(map(len, after.values())) == found.rows
    promise.shows(
        way=f"{drilled.dialect} to {bare_place.dialect}",
        rows=found.rows,
        bytes=path.stat().st_size,
        backup_seconds=round(backed_up - began, 1),
        restore_seconds=round(ended - backed_up, 1),
        tables_different=different,
    )


@pytest.mark.parametrize(("dialect", "place"), [("sqlite", "sqlite"), ("postgresql", "postgresql")], indirect=["place"])
def test_memory_does_not_grow_with_the_tables(
    database: Database, office: Office, place: Database, promise: Promise, tmp_path: Path
) -> None:
    """The bound is the same for however many rows: a batch is read, written and forgotten."""
    settle(database, office, contracts=promise.size(300, 18), months=60)
    path = tmp_path / "kaohe.backup"
    tracemalloc.start()
    found = backup(database, path)
    _, to_back_up = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    restore(place, path)
    _, to_restore = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # Each table has more rows than a batch, so a table that was read whole would be seen here.
    assert max(table.lines for table in found.tables.values()) > BATCH
    assert max(to_back_up, to_restore) < 24 * 2**20
    promise.shows(rows=found.rows, backup_mib=round(to_back_up / 2**20, 1), restore_mib=round(to_restore / 2**20, 1))
