"""The documented service center on each database, built once for all tests that ask for it."""

import shutil
from collections.abc import Callable

import pytest

from tests.fuzz.house import House, prepare
from tests.fuzz.stages import OfFiles, OfServer

Houses = Callable[[str], House]


@pytest.fixture(scope="session")
def houses(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Houses:
    """Give the house on a dialect; the first who asks waits for it to be built."""
    built: dict[str, House] = {}

    def house(dialect: str) -> House:
        if dialect not in built:
            folder = tmp_path_factory.mktemp(dialect)
            if dialect == "sqlite":
                shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "life.db")
                built[dialect] = prepare(f"sqlite:///{folder / 'life.db'}", OfFiles(folder), folder)
            else:
                server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
                server.create("life", template)
                built[dialect] = prepare(server.url("life"), OfServer(server, request.getfixturevalue("swept")), folder)
        return built[dialect]

    return house
