"""The demo's data, loaded once for each database, and copied for each test that asks for it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.database import Database
from app.demo import run
from tests.lending import opened

Demos = Callable[[str], str]


@pytest.fixture(scope="session")
def demos(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Demos:
    """Give what copies may be made of, on a dialect: a file, or a database of the server; the first who asks waits."""
    built: dict[str, str] = {}

    def source(dialect: str) -> str:
        if dialect not in built:
            if dialect == "sqlite":
                built[dialect] = str(tmp_path_factory.mktemp("demo") / "demo.db")
                shutil.copyfile(request.getfixturevalue("sqlite_template"), built[dialect])
                url = f"sqlite:///{built[dialect]}"
            else:
                server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
                built[dialect] = "demo"
                server.create("demo", template)
                url = server.url("demo")
            with opened(url) as database:
                run.load(database, lambda *_: None)
        return built[dialect]

    return source


@pytest.fixture
def demo(dialect: str, demos: Demos, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Give a database with all of the demo's files and no night run."""
    source = demos(dialect)
    if dialect == "sqlite":
        shutil.copyfile(source, tmp_path / "demo.db")
        with opened(f"sqlite:///{tmp_path / 'demo.db'}") as database:
            yield database
    else:
        with request.getfixturevalue("swept").lent(source) as url, opened(url, again=True) as database:
            yield database
