"""The demo's data in a fresh database, each file through the services."""

import pytest

from app.database import Database
from app.demo import loader, principals


@pytest.fixture
def demo(database: Database) -> Database:
    """Give a database with all of the demo's files and no night run."""
    for path in loader.FILES:
        with database.write() as session:
            loader.load(session, principals.recorders(session), loader.read(path))
    return database
