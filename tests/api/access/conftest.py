"""The town of the access tests, built once and copied for each test."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url

from app.database import Database
from app.settings import Settings
from bench.postgres import PostgresServer
from tests.api.access.holdings import shelf_of
from tests.api.access.town import Built, Town, build
from tests.client import Client
from tests.lending import client_of, opened


@pytest.fixture(scope="session")
def towns(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Built]:
    """Give the town on a dialect; the first who asks waits for it to be built."""
    built: dict[str, Built] = {}

    def town(dialect: str) -> Built:
        if dialect not in built:
            folder = tmp_path_factory.mktemp("town")
            if dialect == "sqlite":
                url = f"sqlite:///{folder / 'town.db'}"
                shutil.copyfile(request.getfixturevalue("sqlite_template"), folder / "town.db")
            else:
                server: PostgresServer = request.getfixturevalue("postgres")
                name = f"town_{uuid.uuid4().hex}"
                server.create(name, request.getfixturevalue("postgres_template"))
                url = server.url(name)
            with opened(url) as database, client_of(Settings(var_dir=folder), database) as client:
                built[dialect] = Built(build(database, client), url, shelf_of(client))
        return built[dialect]

    return town


@pytest.fixture(params=["sqlite"])
def dialect(request: pytest.FixtureRequest) -> str:
    """Walk every role over every route on one database: whose a thing is, is asked alike on the other."""
    return str(request.param)


@pytest.fixture
def database_url(
    dialect: str, towns: Callable[[str], Built], request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[str]:
    """Give the URL of a copy of the town's database, in the place of an empty one."""
    source = make_url(towns(dialect).url).database
    assert source is not None
    if dialect == "sqlite":
        shutil.copyfile(source, tmp_path / "kaohe.db")
        yield f"sqlite:///{tmp_path / 'kaohe.db'}"
        return
    with request.getfixturevalue("swept").lent(source) as url:
        yield url


@pytest.fixture
def town(towns: Callable[[str], Built], dialect: str, database: Database, client: Client) -> Town:
    """Give the town on the test's own copy."""
    built = towns(dialect)
    # Files lie under their hash, so that tests may share the folder in which the town's were put.
    client.app.state.evidence = built.shelf
    return built.town.over(database, client)


@pytest.fixture
def document(client: Client) -> dict[str, Any]:
    """Give the document that the service serves."""
    served: dict[str, Any] = client.get("/openapi.json").json()
    return served
