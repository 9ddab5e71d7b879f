"""The engine, the read session and the write session; SQLite by default, PostgreSQL by URL."""

import math
import select
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from sqlalchemy import Connection, Engine, Uuid, create_engine, event, make_url
from sqlalchemy.engine import ExecutionContext
from sqlalchemy.exc import DBAPIError, DisconnectionError, OperationalError
from sqlalchemy.orm import SessionTransaction
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session

from app.models.columns import StoredId

if TYPE_CHECKING:
    from alembic.config import Config

ROOT = Path(__file__).resolve().parent.parent
BUSY_SECONDS = 30
_IDLE_SECONDS = 5
"""A connection that was used so lately is taken for alive unless its socket says otherwise."""
HEARER = "kaohe_hearer"
"""In a connection's `info`: who is told of each statement just before it is sent, by its context."""
_BEGINS = "kaohe_begins"
"""An option of connections: by what statement a session begins its transactions; without it there are none."""
_SPARES = "kaohe_spares"
"""An option of connections: a session gives way to any other writer."""
WRITES = "kaohe_writes"
"""An option of the connections that acts are written by."""


class Database:
    """One database: `read()` for looking, `write()` for one transaction that is kept whole or not at all.

    SQLite has a single writer, so writers queue on a lock of the process and then begin IMMEDIATE: a plain BEGIN
    would fail with "database is locked" in the middle of a transaction once two of them have read.
    """

    def __init__(self, url: str) -> None:
        """Prepare connections to `url`; nothing is opened yet."""
        self.url = url
        self.dialect = make_url(url).get_backend_name()
        self.engine = _sqlite_engine(url) if self.dialect == "sqlite" else _postgresql_engine(url)
        sqlite = self.dialect == "sqlite"
        one_state = "BEGIN" if sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        self._reading = self.engine.execution_options(**{_BEGINS: "BEGIN"})
        self._seeing_one_state = self.engine.execution_options(**{_BEGINS: one_state})
        begin = "BEGIN IMMEDIATE" if sqlite else "BEGIN"
        self._writing = self.engine.execution_options(**{_BEGINS: begin, WRITES: True})
        self._sparing = self.engine.execution_options(**{_BEGINS: begin, _SPARES: sqlite})
        # To begin is a journey to PostgreSQL's server, and none to a file.
        self._glancing = self._reading if sqlite else self.engine
        self._writer = threading.Lock() if sqlite else _NoLock()
        # By the dialect's events: as soon as one of the engine's is listened to, a statement takes half as long again.
        for sending in ("do_execute", "do_executemany", "do_execute_no_params"):
            event.listen(self.engine, sending, _before_sending)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Yield a session that sees one state and is rolled back at the end."""
        with _BeginningSession(self._reading, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """Yield a session for looking only, each of whose statements sees the state of its instant.

        That is what `read()` gives on PostgreSQL too, but nothing is begun and nothing rolled back there: two journeys
        to the server less. SQLite has no such journeys, so there it is `read()`.
        """
        with _BeginningSession(self._glancing, expire_on_commit=False, autoflush=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Yield a reading session whose statements all see one and the same state, however many others write."""
        with _BeginningSession(self._seeing_one_state, expire_on_commit=False, autoflush=False) as session:
            # What it sees is what was there at its first statement.
            session.connection()
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Yield a session whose changes are committed at the end, or undone whole by any exception."""
        with self._writer, _BeginningSession(self._writing, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def spare(self) -> Iterator[Session | None]:
        """Yield a session for a note that may be left out, or None where a writer is at work: nobody waits for it.

        What it writes is committed at the end; where the database takes no writer right now, the first statement
        fails with an OperationalError.
        """
        if not self._writer.acquire(blocking=False):
            yield None
            return
        try:
            with _BeginningSession(self._sparing) as session, session.begin():
                yield session
        finally:
            self._writer.release()

    def dispose(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    close = dispose


class _NoLock:
    """Stands where SQLite has its writers' lock: PostgreSQL needs none."""

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...

    def acquire(self, *, blocking: bool) -> bool:  # noqa: ARG002 as a lock takes it
        return True

    def release(self) -> None: ...


def statements(session: Session) -> int:
    """Count the statements that the session's connection has sent so far; a job reports the difference."""
    return int(session.connection().info.get("statements", 0))


def _before_sending(*said: Any) -> None:
    """Count a statement that is about to be sent, and tell its connection's hearer of it."""
    context: ExecutionContext = said[-1]
    try:
        info = context.root_connection.info
    except NotImplementedError:
        # The library gets to know a server on a connection that is nobody's yet.
        return
    info["statements"] = info.get("statements", 0) + 1
    if HEARER in info:
        info[HEARER](context)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False})
    engine.dialect.colspecs = {**engine.dialect.colspecs, Uuid: StoredId}
    event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    # The driver's own BEGIN is switched off: it begins too late, and never IMMEDIATE.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


class _BeginningSession(Session):
    """Begins its transactions itself: SQLite's driver begins too late, and PostgreSQL's is slow to be told not to."""


@event.listens_for(_BeginningSession, "after_begin")
def _begin(_session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    options = connection.get_execution_options()
    begin = options.get(_BEGINS)
    if transaction.nested or begin is None:
        return
    if options.get(_SPARES):
        # Another process may be writing: refused at once instead of after the busy time, which later writers have back.
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.exec_driver_sql(begin)
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        return
    try:
        # Everything begins with it: by the driver itself it takes a twentieth of the time.
        connection.connection.cursor().execute(begin)
    except (sqlite3.Error, psycopg.Error) as error:
        raise OperationalError(begin, None, error) from error


def _postgresql_engine(url: str) -> Engine:
    # Every wait ends: a lock after the busy time, a statement after ten times that, a dead connection before use; and
    # a process that stops in the midst of a transaction is cut off, so that what it holds is free for the others.
    long = BUSY_SECONDS * 10
    waits = {"lock_timeout": BUSY_SECONDS, "statement_timeout": long, "idle_in_transaction_session_timeout": long}
    options = " ".join(f"-c {name}={seconds}s" for name, seconds in waits.items())
    arguments = {"options": f"{options} -c timezone=UTC", "connect_timeout": BUSY_SECONDS}
    engine = create_engine(url, connect_args=arguments, isolation_level="AUTOCOMMIT")
    event.listen(engine, "checkin", _note_use)
    event.listen(engine, "checkout", _check_alive)
    return engine


def _note_use(_connection: object, record: ConnectionPoolEntry) -> None:
    record.info["used"] = time.monotonic()


def _check_alive(connection: Any, record: ConnectionPoolEntry, _lent: object) -> None:  # noqa: ANN401 the driver's own
    """Ask a connection whether it is alive, where it may not be: the pool opens another one then.

    A server that has gone has said so on the socket, which is looked at without a journey; only one that vanished
    without a word is silent, and whoever has been idle for long is asked.
    """
    idle = time.monotonic() - record.info.get("used", -math.inf)
    if idle < _IDLE_SECONDS and not _has_news(connection):
        return
    try:
        connection.execute("SELECT 1")
        connection.rollback()
    except psycopg.Error as error:
        raise DisconnectionError from error


def _has_news(connection: Any) -> bool:  # noqa: ANN401 the driver's own
    poll = select.poll()
    try:
        poll.register(connection.fileno(), select.POLLIN)
    except psycopg.Error:
        return True
    return bool(poll.poll(0))


def lacks_schema(error: Exception) -> bool:
    """Tell an error of a database that was never migrated from one of a database that does not answer."""
    said = str(getattr(error, "orig", error))
    return isinstance(error, DBAPIError) and ("no such table" in said or "does not exist" in said)


def takes_no_changes(error: Exception) -> bool:
    """Tell the error of a change on a PostgreSQL that only gives: a replica, or a server that was set to it."""
    return isinstance(getattr(error, "orig", None), psycopg.errors.ReadOnlySqlTransaction)


def lacks_room(error: Exception) -> bool:
    """Tell the error of a database whose disk is full."""
    cause = getattr(error, "orig", None)
    full = isinstance(cause, sqlite3.OperationalError) and cause.sqlite_errorcode == sqlite3.SQLITE_FULL
    return full or isinstance(cause, psycopg.errors.DiskFull)


def alembic_config(url: str) -> "Config":
    """Give Alembic's configuration for the database at `url`."""
    from alembic.config import Config  # noqa: PLC0415 loaded late

    config = Config(ROOT / "alembic.ini")
    config.set_main_option("script_location", str(ROOT / "migrations"))
    config.attributes["url"] = url
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Bring the schema of the database at `url` to `revision`."""
    from alembic import command  # noqa: PLC0415 loaded late

    command.upgrade(alembic_config(url), revision)
