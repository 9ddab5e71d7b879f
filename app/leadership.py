"""Lets one of several clocks tick at a time, which saves work and nothing else: what holds is each run's own claim."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Engine, func, make_url, select
from sqlalchemy.exc import DBAPIError

from app.database import Database

PATIENCE = 3
"""Ticks in a row that a clock stands back for another; after them the other may be stuck, and this one ticks too."""

_KEY = int.from_bytes(b"kaohe", "big")
"""The number of the advisory lock; each PostgreSQL database has numbers of its own."""


class Leadership:
    """One clock's view of the lock; the lock is held for a tick, and is free as soon as its process is gone.

    On PostgreSQL it is an advisory lock on a connection of its own, on SQLite a lock on a file beside the database's.
    """

    def __init__(self, database: Database) -> None:
        """Prepare to ask; nothing is locked yet."""
        self._database = database
        self._stood_back = 0

    @contextmanager
    def tick(self) -> Iterator[bool]:
        """Tell whether this clock should tick now; never waits."""
        with _lock(self._database) as mine:
            goes = mine or self._stood_back == PATIENCE
            self._stood_back = 0 if goes else self._stood_back + 1
            yield goes


@contextmanager
def _lock(database: Database) -> Iterator[bool]:
    taken = _on_postgresql(database.engine) if database.dialect == "postgresql" else _on_file(_beside(database.url))
    with taken as mine:
        yield mine


def _beside(url: str) -> Path:
    return Path(f"{make_url(url).database}.clock")


@contextmanager
def _on_file(path: Path) -> Iterator[bool]:
    with path.open("ab") as file:
        mine = True
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            mine = False
        yield mine


@contextmanager
def _on_postgresql(engine: Engine) -> Iterator[bool]:
    with engine.connect() as connection:
        # Taken out of the pool, so that its end is the lock's end, whatever became of it meanwhile.
        connection.detach()
        mine = bool(connection.execute(select(func.pg_try_advisory_lock(_KEY))).scalar_one())
        try:
            yield mine
        finally:
            if mine:
                # A connection that the server has closed holds no lock any more.
                with suppress(DBAPIError):
                    connection.execute(select(func.pg_advisory_unlock(_KEY)))
