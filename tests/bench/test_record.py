"""The bench measures an honest record, and its floor tells and writes what the service does."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from app.database import Database, migrate
from app.settings import Settings
from bench.drivers import Driver
from bench.floor import floor
from bench.records import Record, load
from bench.requests import rows_written
from bench.scenarios import Task, ids_of, reads, writes
from bench.seeds import FINDINGS, NIGHT, seeded
from tests.lending import client_of
from tests.nights import run_nights

MONTHS = 19
"""From October 2022: enough for a notice that is late, and a quarter that is open."""
CONTRACTS = 10
FEWER_MONTHS = 7


@pytest.fixture(scope="module")
def seed() -> Iterator[str]:
    with seeded(MONTHS) as url:
        yield url


@pytest.fixture(scope="module")
def short_seed() -> Iterator[str]:
    with seeded(FEWER_MONTHS) as url:
        yield url


@contextmanager
def both(database: Database, record: Record, config: Settings) -> Iterator[tuple[Any, Any, Driver]]:
    driver = Driver(database.url)
    with client_of(config, database) as ours, TestClient(floor(driver, str(record.principal))) as bare:
        yield ours, bare, driver
    driver.close()


def carry_out(client: TestClient, task: Task) -> None:
    made = ""
    for step in task:
        made = carry_out_step(client, step, made)


def carry_out_step(client: TestClient, step: dict[str, Any], made: str) -> str:
    path = step["path"].replace("{made}", made)
    headers = {"Authorization": f"Bearer {step['token']}", "Idempotency-Key": str(uuid.uuid4()), "If-Match": "*"}
    answer = client.request(step["method"], path, headers=headers, json=step["body"])
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"]) if step.get("makes") else made


class TestRecord:
    def test_the_nights_find_alerts_in_it_and_nothing_broken(self, database: Database, seed: str) -> None:
        record = load(database, scale=0.01, seed=seed)
        assert record.rows["contracts"] == CONTRACTS
        assert record.rows["findings"] == CONTRACTS * MONTHS * FINDINGS
        results = run_nights(database, str(NIGHT))
        assert [result.broken for result in results if result.broken or result.failed] == []
        drafted = {result.job: result.written for result in results}
        assert drafted["flag_late_notices"]
        assert drafted["draft_due_settlements"]

    def test_the_floor_tells_and_writes_what_the_service_does(
        self, database: Database, seed: str, tmp_path: Path
    ) -> None:
        record = load(database, scale=0.01, seed=seed, alerts=True)
        with both(database, record, Settings(var_dir=tmp_path)) as (ours, bare, driver):
            for scenario in reads(driver, record, MONTHS):
                (mine,), (other,) = scenario.ours[0], scenario.floor[0]
                told = ours.get(mine["path"], headers={"Authorization": f"Bearer {mine['token']}"})
                assert ids_of(told.json()) == ids_of(bare.get(other["path"]).json()) != [], scenario.name
            for scenario in writes(driver, record):
                before = rows_written(driver)
                carry_out(ours, scenario.ours[0])
                between = rows_written(driver)
                carry_out(bare, scenario.floor[0])
                own, floors = between - before, rows_written(driver) - between
                # Both sides have contracts of their own; settlements differ by how many lines their terms make.
                assert own == floors or scenario.name == "W2", scenario.name
                assert min(own, floors) > 0, scenario.name

    def test_an_act_sends_as_many_statements_on_a_long_record_as_on_a_short_one(
        self, make_database_url: Callable[[str], str], dialect: str, seed: str, short_seed: str, tmp_path: Path
    ) -> None:
        short, long = (statements_of_acts(make_database_url(dialect), made, tmp_path) for made in (short_seed, seed))
        assert short == long
        assert all(sent > 0 for steps in long.values() for sent in steps)


def statements_of_acts(url: str, seed: str, folder: Path) -> dict[str, list[int]]:
    """Count what each request of one W1 and one W2 sends, in an empty database that gets a record."""
    migrate(url)
    with closing(Database(url)) as own:
        record = load(own, scale=0.01, seed=seed, alerts=True)
        with both(own, record, Settings(var_dir=folder)) as (ours, _bare, driver):
            sent: list[int] = []
            event.listen(own.engine, "before_cursor_execute", lambda *_: sent.append(1))
            counted: dict[str, list[int]] = {}
            for scenario in writes(driver, record):
                made = ""
                for step in scenario.ours[0]:
                    sent.clear()
                    made = carry_out_step(ours, step, made)
                    counted.setdefault(scenario.name, []).append(len(sent))
            return counted
