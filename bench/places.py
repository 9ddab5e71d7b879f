"""Where the bench's databases are: files in a folder that goes away, or a PostgreSQL server of the bench's own."""

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from app.database import migrate
from bench.postgres import AS_SHIPPED, PostgresServer, running_postgres


class Place(Protocol):
    """A place for databases of one kind."""

    name: str

    def empty(self, name: str) -> str:
        """Make a database with the schema and nothing else, and give its URL."""

    def copy(self, url: str, name: str) -> str:
        """Copy a database to which nobody is connected, and give the copy's URL."""


class Files:
    """SQLite's."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        """Keep the files in a folder."""
        self._folder = folder

    def empty(self, name: str) -> str:
        """Make a file with the schema."""
        url = f"sqlite:///{self._folder / name}.db"
        migrate(url)
        return url

    def copy(self, url: str, name: str) -> str:
        """Copy a database page by page: whoever copied its file would drop the locks that this process has on it."""
        path = self._folder / f"{name}.db"
        source, target = sqlite3.connect(make_url(url).database or ""), sqlite3.connect(path)
        source.backup(target)
        target.execute("PRAGMA journal_mode = WAL")
        for connection in (source, target):
            connection.close()
        return f"sqlite:///{path}"


class Server:
    """PostgreSQL's."""

    name = "PostgreSQL"

    def __init__(self, server: PostgresServer) -> None:
        """Keep the databases on a server."""
        self._server = server

    def empty(self, name: str) -> str:
        """Create a database with the schema."""
        self._server.create(name)
        url = self._server.url(name)
        migrate(url)
        return url

    def copy(self, url: str, name: str) -> str:
        """Copy a database's files."""
        self._server.create(name, url.rpartition("@/")[2].partition("?")[0])
        return self._server.url(name)


@contextmanager
def files() -> Iterator[Place]:
    """Give a place for SQLite's files, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kaohe-bench-") as folder:
        yield Files(Path(folder))


@contextmanager
def server() -> Iterator[Place]:
    """Give a PostgreSQL server as durable as one that people rely on, gone afterwards."""
    with running_postgres(AS_SHIPPED) as running:
        yield Server(running)
