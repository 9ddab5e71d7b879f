"""Databases that a whole module reads: building one costs more than asking it a hundred questions."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.database import Database
from app.main import create_app
from app.settings import Settings
from tests.conftest import DIALECTS


@pytest.fixture(scope="module", params=DIALECTS)
def shared_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """Give one migrated database for a module whose tests change nothing, or prove that nothing changed."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "kaohe.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        opened = Database(f"sqlite:///{path}")
        yield opened
        opened.dispose()
        return
    server, name = request.getfixturevalue("postgres"), f"shared_{uuid.uuid4().hex}"
    server.create(name, request.getfixturevalue("postgres_template"))
    opened = Database(server.url(name))
    yield opened
    opened.dispose()
    server.drop(name)


@pytest.fixture(scope="module")
def shared_client(shared_database: Database, tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Give a client of the application on the module's database."""
    config = Settings(var_dir=Path(tmp_path_factory.mktemp("var")))
    return TestClient(create_app(config, shared_database), raise_server_exceptions=False)
