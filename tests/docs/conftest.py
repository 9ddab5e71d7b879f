"""The demo that the documents talk to, with its last night run, and the tokens of its people."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.database import Database
from app.demo import principals, run
from tests.nights import run_nights
from tests.office import Person


@pytest.fixture
def demo_supervisor(database: Database, client: TestClient, tmp_path: Path) -> Person:
    """Give the demo's supervisor; one run for its last night ends where its nights in turn do."""
    vendors, _ = run.load(database, lambda *_: None)
    run_nights(database, run.LAST_NIGHT.isoformat())
    with database.write() as session:
        tokens = principals.tokens(session, principals.ensure(session, vendors), tmp_path / "demo-tokens.json")
    return Person(client, tokens["supervisor"])
