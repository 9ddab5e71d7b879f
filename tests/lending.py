"""What is dear to build and is lent out again: a database's engine with what it has compiled, and an application.

A test's own engine would compile every statement anew, and FastAPI puts a route together when it is first asked for;
both take longer than most tests. A form's PDF takes a hundred times as long as any other answer, and what walks over
all operations asks for the same form again and again.
"""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Dialect, event, make_url

from app.database import Database
from app.documents.paper import Paper
from app.features.evaluations import form_papers
from app.features.evaluations.reading import Reading
from app.main import assemble, equip
from app.settings import Settings
from tests.client import Client
from tests.names import resolve


class Lent(Database):
    """A database that moves: its connections go to where it was sent last."""

    def __init__(self, url: str) -> None:
        """Open it at `url`."""
        super().__init__(url)
        event.listen(self.engine, "do_connect", self._connect)
        if self.dialect == "sqlite":
            event.listen(self.engine, "connect", _wait_for_no_disk)

    def move(self, url: str) -> None:
        """Leave, and connect to `url` from now on; connections that lead there already are kept."""
        if url != self.url:
            self.engine.dispose()
            self.url = url

    def _connect(self, dialect: Dialect, _record: object, cargs: list[Any], cparams: dict[str, Any]) -> None:
        arguments, words = dialect.create_connect_args(make_url(self.url))
        cargs[:] = arguments
        cparams.update(words)


def _wait_for_no_disk(connection: sqlite3.Connection, _record: object) -> None:
    """Commit as the tests' PostgreSQL does: a disk takes longer than most tests, whose data end with them."""
    connection.execute("PRAGMA synchronous = OFF")


_databases: dict[str, list[Lent]] = defaultdict(list)
_apps: list[FastAPI] = []


@contextmanager
def opened(url: str, *, again: bool = False) -> Iterator[Database]:
    """Give the database at `url`, closed afterwards unless it is lent `again`: warm connections are quicker."""
    free = _databases[make_url(url).get_backend_name()]
    database = free.pop() if free else Lent(url)
    database.move(url)
    try:
        yield database
    finally:
        if not again:
            database.dispose()
        free.append(database)


@contextmanager
def client_of(config: Settings, database: Database) -> Iterator[Client]:
    """Give a client of an application with these settings on this database, which looks names up in the tests."""
    app = _apps.pop() if _apps else assemble()
    equip(app, config, database)
    app.state.webhooks = replace(app.state.webhooks, resolve=resolve)
    try:
        yield Client(app)
    finally:
        _apps.append(app)


@contextmanager
def forms_written_once() -> Iterator[None]:
    """Have the service write each evaluation's PDF once, as long as all that it is written from stays the same."""
    papers: dict[str, Paper] = {}
    write = form_papers.as_pdf

    def written(found: Reading) -> Paper:
        if (said := repr(found)) not in papers:
            papers[said] = write(found)
        return papers[said]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(form_papers, "as_pdf", written)
        yield
