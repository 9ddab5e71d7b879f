"""The demo that the documents talk to: Xinyang's year with its nights run, and the tokens of its people."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.database import Database
from app.demo import loader, principals
from tests.nights import run_nights
from tests.office import Person


@pytest.fixture
def demo_supervisor(database: Database, client: TestClient, tmp_path: Path) -> Person:
    """Give the demo's supervisor; one run for its last night ends where its nights in turn do."""
    vendors = {}
    for path in loader.FILES:
        data = loader.read(path)
        with database.write() as session:
            loader.load(session, principals.operator(session), data)
            vendors[data["service_center"]["code"]] = loader.vendor_of(session, data["contract"]["number"])
        run_nights(database, loader.nights(data)[1].isoformat())
    with database.write() as session:
        tokens = principals.tokens(session, principals.ensure(session, vendors), tmp_path / "demo-tokens.json")
    return Person(client, tokens["supervisor"])
