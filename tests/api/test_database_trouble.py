"""A database that cannot keep a change just now: 503, the reason, when to come again, and nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from httpx2 import Response
from sqlalchemy import Connection, event, make_url, text

from app.database import Database
from tests.api.asking import expect_problem
from tests.lending import Lent
from tests.nights import every_row
from tests.office import Office

FINDING = {"issue_type": "leaving_post", "occurred_on": "2023-02-14", "description": "离岗。" * 600}


@contextmanager
def beginning_with(database: Database, statement: str) -> Iterator[None]:
    """Have every connection of the service told something before its transactions begin."""

    def first(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    event.listen(database.engine, "begin", first)
    try:
        yield
    finally:
        event.remove(database.engine, "begin", first)
        database.engine.dispose()


def expect_unavailable(answer: Response, detail: str) -> None:
    problem = expect_problem(answer, 503, "unavailable")
    assert problem["detail"] == detail
    assert int(answer.headers["retry-after"]) > 0


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_a_full_disk_is_named(office: Office, database: Database) -> None:
    """The largest number of pages stands for the disk's end: SQLite speaks of both in the same words."""
    findings = f"{office.contract()}/findings"
    with database.read() as session:
        pages = session.execute(text("PRAGMA page_count")).scalar_one()
    with beginning_with(database, f"PRAGMA max_page_count = {pages}"):
        # Pages that hold nothing are filled first.
        kept = [office.supervisor.post(findings, FINDING) for _ in range(40)]
        kept = kept[: [answer.status_code for answer in kept].index(503)]
        before = every_row(database)
        expect_unavailable(office.supervisor.post(findings, FINDING), "The database has no room left.")
        assert every_row(database) == before
        assert len(office.supervisor.items(findings)) == len(kept)
    assert office.supervisor.post(findings, FINDING).status_code == 201


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_replica_gives_and_takes_no_changes(office: Office, database: Database) -> None:
    findings = f"{office.contract()}/findings"
    before = every_row(database)
    with beginning_with(database, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY"):
        detail = "The database only gives just now: it takes no changes."
        expect_unavailable(office.supervisor.post(findings, FINDING), detail)
        assert office.supervisor.get(findings).json()["items"] == []
    assert every_row(database) == before
    assert office.supervisor.post(findings, FINDING).status_code == 201


@pytest.mark.parametrize("dialect", ["postgresql"], indirect=True)
def test_a_lock_is_not_waited_for_without_end(office: Office, database: Database) -> None:
    findings = f"{office.contract()}/findings"
    before = every_row(database)
    with beginning_with(database, "SET lock_timeout = '50ms'"), database.write() as other:
        other.execute(text("LOCK TABLE findings IN SHARE MODE"))
        expect_unavailable(office.supervisor.post(findings, FINDING), "The database did not answer in time.")
    assert every_row(database) == before
    assert office.supervisor.post(findings, FINDING).status_code == 201


def test_a_database_that_is_away_is_said_to_be(office: Office, database: Lent) -> None:
    findings, here = f"{office.contract()}/findings", database.url
    database.move(make_url(here).set(database="nobody/made/this").render_as_string(hide_password=False))
    try:
        expect_problem(office.supervisor.get(findings), 503, "unavailable")
    finally:
        database.move(here)
    assert office.supervisor.get(findings).status_code == 200
