"""The plans of every statement of the documented service center, on each database."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from tests.fuzz.houses import Houses
from tests.plans import book, million
from tests.plans.explaining import OfPostgres, OfSqlite
from tests.plans.hearing import Heard
from tests.plans.walking import walked


@dataclass(frozen=True, slots=True)
class Plans:
    """What was heard on one database, how it would be answered there, and where it can be asked again."""

    dialect: str
    heard: Heard
    reads: list[book.Read]
    asked: OfSqlite | OfPostgres
    counted: dict[str, int]
    """The numbers of statements that are written down."""
    written: book.Indexes


Planner = Callable[[str], Plans]


@pytest.fixture(scope="session")
def planner(
    houses: Houses, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Planner]:
    """Give the plans on a dialect, made once."""
    made: dict[str, Plans] = {}
    with ExitStack() as open_:

        def plans(dialect: str) -> Plans:
            if dialect not in made:
                heard = walked(houses(dialect))
                if dialect == "sqlite":
                    path = tmp_path_factory.mktemp("plans") / "plans.db"
                    shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
                    lite = OfSqlite(str(path))
                    open_.callback(lite.connection.close)
                    made[dialect] = Plans(dialect, heard, book.of_sqlite(heard, lite), lite, *book.expected(dialect))
                else:
                    server = request.getfixturevalue("postgres")
                    server.create("million", request.getfixturevalue("postgres_template"))
                    connection = open_.enter_context(server.connect("million"))
                    million.fill(connection)
                    asked = OfPostgres(connection)
                    made[dialect] = Plans(
                        dialect, heard, book.of_postgres(heard, asked), asked, *book.expected(dialect)
                    )
            return made[dialect]

        yield plans


@pytest.fixture
def plans(planner: Planner, dialect: str) -> Plans:
    """Give the plans on the test's database."""
    return planner(dialect)
