"""What every test may ask for: a fresh, migrated database on SQLite and on PostgreSQL, and a closed network."""

import gc
import os
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from app.database import Database, migrate
from app.settings import Settings
from app.settings import settings as settings_of_program
from bench.postgres import PostgresServer, running_postgres
from tests.client import Client
from tests.demos import demo, demos
from tests.fuzz.houses import houses
from tests.lending import client_of, forms_written_once, opened
from tests.office import Office
from tests.offices import Offices, offices
from tests.proof import PROOF
from tests.swept import Swept

# Named here once, so that what is built once is shared by the tests of several folders.
__all__ = ["demo", "demos", "houses", "offices"]

# Tests ask more often in a minute than anybody may; the tests of the limits set their own.
for _limited in ("READS", "WRITES", "HEAVY", "STRANGERS", "SIGN_INS"):
    os.environ[f"KAOHE_{_limited}_PER_MINUTE"] = "0"

DIALECTS = ("sqlite", "postgresql")
POSTGRES_TEMPLATE = "kaohe_template"

# A slow machine is no failed test, and a failure must be repeatable from the report alone: `make test` tries the same
# examples each time, `make proof` new ones.
settings.register_profile("kaohe", deadline=None, print_blob=True, derandomize=not PROOF)
settings.load_profile("kaohe")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the documented service center: what asks for it takes longest, and one worker has it built so."""
    items.sort(key=lambda item: "houses" not in getattr(item, "fixturenames", ()))


def pytest_collection_finish() -> None:
    """Have the collector pass over what is loaded by now and stays: a million objects to look at, again and again."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _forms_written_once() -> Iterator[None]:
    """Have each form's PDF written once; tests/documents write theirs themselves."""
    with forms_written_once():
        yield


@pytest.fixture(autouse=True)
def _settings_read_anew() -> None:
    """Have the program read the environment of this test, not what another test of the process left."""
    settings_of_program.cache_clear()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """Give the worker's own PostgreSQL server, started when the first test asks for it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """Migrate one database, which every PostgreSQL test copies."""
    postgres.create(POSTGRES_TEMPLATE)
    migrate(postgres.url(POSTGRES_TEMPLATE))
    return POSTGRES_TEMPLATE


@pytest.fixture(scope="session")
def swept(postgres: PostgresServer) -> Iterator[Swept]:
    """Give the worker's PostgreSQL databases, each of which is swept and lent again."""
    swept = Swept(postgres)
    yield swept
    swept.close()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate one file, which every SQLite test copies."""
    path = tmp_path_factory.mktemp("template") / "kaohe.db"
    migrate(_sqlite_url(path))
    # What still stands in the write-ahead log would be missing from a copy of the file.
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return path


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """Name the database that the test runs on; asking for it, or for a database, runs the test on each."""
    return str(request.param)


@pytest.fixture
def empty_database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a database without a single table."""
    if dialect == "sqlite":
        yield _sqlite_url(tmp_path / "kaohe.db")
    else:
        yield from _postgres_database(request.getfixturevalue("postgres"), "template0")


@pytest.fixture
def database_url(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a fresh, migrated database; with an office in it where the test asks for one."""
    with_office = "office" in request.fixturenames
    if dialect == "sqlite":
        path = tmp_path / "kaohe.db"
        empty = request.getfixturevalue("sqlite_template")
        shutil.copyfile(request.getfixturevalue("offices")(dialect).source if with_office else empty, path)
        yield _sqlite_url(path)
    else:
        template = request.getfixturevalue("postgres_template")
        source = request.getfixturevalue("offices")(dialect).source if with_office else template
        with request.getfixturevalue("swept").lent(source) as url:
            yield url


@pytest.fixture
def database(database_url: str, dialect: str) -> Iterator[Database]:
    """Give a fresh, migrated database."""
    with opened(database_url, again=dialect == "postgresql") as database:
        yield database


@pytest.fixture
def make_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Give a maker of further databases without a single table, of the dialect that it is called with."""
    made: list[str] = []

    def make(dialect: str) -> str:
        name = f"further_{uuid.uuid4().hex}"
        if dialect == "sqlite":
            return _sqlite_url(tmp_path / f"{name}.db")
        server = request.getfixturevalue("postgres")
        server.create(name, "template0")
        made.append(name)
        return str(server.url(name))

    yield make
    for name in made:
        request.getfixturevalue("postgres").drop(name)


@pytest.fixture
def bare_place(
    dialect: str, request: pytest.FixtureRequest, make_database_url: Callable[[str], str]
) -> Iterator[Database]:
    """Give a place without a single table for what is moved there, on the kind of database that `place` would be."""
    with opened(make_database_url(_other(dialect, request))) as place:
        yield place


@pytest.fixture
def place(dialect: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a migrated place for what is moved there: on the other kind of database, unless a test names one.

    To migrate it takes longer than to move there what most tests have.
    """
    if _other(dialect, request) == "sqlite":
        path = shutil.copyfile(request.getfixturevalue("sqlite_template"), tmp_path / "place.db")
        with opened(_sqlite_url(path)) as place:
            yield place
    else:
        template = request.getfixturevalue("postgres_template")
        with request.getfixturevalue("swept").lent(template) as url, opened(url, again=True) as place:
            yield place


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[Client]:
    """Give a client of the whole application on the fresh database."""
    with client_of(Settings(var_dir=tmp_path), database) as client:
        yield client


@pytest.fixture
def office(dialect: str, offices: Offices, database: Database, client: Client) -> Office:
    """Give a service center with a person for each role."""
    return offices(dialect).office.over(database, client)


def _other(dialect: str, request: pytest.FixtureRequest) -> str:
    """Give the dialect that a test names for a place, or the one that it does not run on itself."""
    (other,) = set(DIALECTS) - {dialect}
    return str(getattr(request, "param", other))


def _postgres_database(server: PostgresServer, template: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    server.create(name, template)
    try:
        yield server.url(name)
    finally:
        server.drop(name)


def _sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"
