"""The office that most tests talk through, registered once for each database, and copied with it for each test."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from app.settings import Settings
from tests.lending import client_of, opened
from tests.office import Office


@dataclass(frozen=True)
class Registered:
    """An office, and what its database is copied from: a file, or a database of the server."""

    office: Office
    source: str


Offices = Callable[[str], Registered]


@pytest.fixture(scope="session")
def offices(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Offices:
    """Give the office on a dialect; the first who asks waits until everybody is registered."""
    built: dict[str, Registered] = {}

    def office(dialect: str) -> Registered:
        if dialect not in built:
            folder = tmp_path_factory.mktemp("office")
            if dialect == "sqlite":
                source = str(folder / "office.db")
                shutil.copyfile(request.getfixturevalue("sqlite_template"), source)
                url = f"sqlite:///{source}"
            else:
                server, source = request.getfixturevalue("postgres"), "office"
                server.create(source, request.getfixturevalue("postgres_template"))
                url = server.url(source)
            with opened(url) as database, client_of(Settings(var_dir=folder), database) as client:
                built[dialect] = Registered(Office(database, client), source)
        return built[dialect]

    return office
