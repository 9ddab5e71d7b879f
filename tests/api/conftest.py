"""Databases that a whole module reads: building one costs more than asking it a hundred questions."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database import Database
from app.settings import Settings
from tests.client import Client
from tests.conftest import DIALECTS
from tests.lending import client_of, opened


@pytest.fixture(scope="module", params=DIALECTS)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give one migrated database for a module whose tests change nothing, or prove that nothing changed."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "kaohe.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        with opened(f"sqlite:///{path}") as database:
            yield database
        return
    server, name = request.getfixturevalue("postgres"), f"shared_{uuid.uuid4().hex}"
    server.create(name, request.getfixturevalue("postgres_template"))
    with opened(server.url(name)) as database:
        yield database
    server.drop(name)


@pytest.fixture(scope="module")
def shared_client(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Give a client of the application on the module's database."""
    config = Settings(var_dir=Path(tmp_path_factory.mktemp("var")))
    with client_of(config, shared_database) as client:
        yield client
