"""The demo that the documents talk to, with its last night run, and the tokens of its people."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.database import Database
from app.demo import principals, run
from app.settings import Settings
from tests.lending import client_of
from tests.nights import run_nights
from tests.office import Person


@pytest.fixture
def demo_people(demo: Database, tmp_path: Path) -> Iterator[dict[str, Person]]:
    """Give the demo's people by name; one run for its last night ends where its nights in turn do."""
    vendors, _ = run.load(demo, lambda *_: None)
    run_nights(demo, run.LAST_NIGHT.isoformat())
    with demo.write() as session:
        tokens = principals.tokens(session, principals.ensure(session, vendors), tmp_path / "demo-tokens.json")
    with client_of(Settings(var_dir=tmp_path), demo) as client:
        yield {name: Person(client, token) for name, token in tokens.items()}


@pytest.fixture
def demo_supervisor(demo_people: dict[str, Person]) -> Person:
    """Give the demo's supervisor."""
    return demo_people["supervisor"]
