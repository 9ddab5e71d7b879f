"""A client whose server is killed retries what was not answered, and finds out what happened."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from app.database import Database
from app.features.audit.verify import verify_database
from app.models import IdempotencyKey
from tests.office import Office
from tests.promises.conftest import Promise
from tests.servers import Server
from tests.waiting import PATIENCE_SECONDS, wait_until

CLIENTS = 3
LONGEST_LIFE_SECONDS = 0.2


@dataclass
class Journal:
    """What the clients were told: the answer to each change by its reference, and how often there was none."""

    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    unanswered: int = 0
    replayed: int = 0
    closed: threading.Event = field(default_factory=threading.Event)


@pytest.fixture
def server(database_url: str, tmp_path: Path) -> Iterator[Server]:
    """Give a server of the test's database that has not been started."""
    kept = Server(database_url, tmp_path)
    yield kept
    kept.end()


def test_a_killed_servers_client_retries_and_finds_out_what_happened(
    office: Office, database: Database, server: Server, promise: Promise
) -> None:
    """Every acknowledged change is there as it was acknowledged, and each key has had one effect."""
    kills = promise.size(200, 3)
    journal = Journal()
    address = f"{server.address}{office.contract()}/findings"
    with ThreadPoolExecutor(CLIENTS) as pool:
        sending = [pool.submit(send, journal, address, office.supervisor.token, name) for name in "abc"]
        kill_again_and_again(server, journal, kills)
    for client in sending:
        client.result()
    server.kill()
    stored = office.supervisor.items("/v1/findings", limit=100)
    lost, torn, doubled = compared(journal, stored)
    torn += half_kept(database)
    figures = {"acknowledged": len(journal.answers), "lost": lost, "torn": torn, "doubled": doubled}
    promise.shows(kills=kills, unanswered=journal.unanswered, replayed=journal.replayed, **figures)
    assert journal.unanswered > 0
    assert (lost, torn, doubled) == (0, 0, 0)


def kill_again_and_again(server: Server, journal: Journal, kills: int) -> None:
    """Let the server live for a random moment from its first answer on, so often; then let the clients finish."""
    chance = random.Random(20231231)  # noqa: S311 chosen to be repeatable
    try:
        for _ in range(kills):
            server.start()
            wait_for_an_answer(journal)
            time.sleep(chance.uniform(0, LONGEST_LIFE_SECONDS))
            server.kill()
        server.start()
        wait_for_an_answer(journal)
    finally:
        journal.closed.set()


def wait_for_an_answer(journal: Journal) -> None:
    """Wait until a client has been answered once more."""
    before = len(journal.answers)
    wait_until(lambda: len(journal.answers) > before)


def send(journal: Journal, address: str, token: str, name: str) -> None:
    """Record one finding after the other, each until it is acknowledged."""
    with httpx2.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60) as client:
        number = 0
        while not journal.closed.is_set():
            number += 1
            reference = f"{name}-{number}"
            body = {"issue_type": "leaving_post", "occurred_on": "2023-01-10", "external_ref": reference}
            answer = acknowledged(client, journal, address, reference, body)
            journal.replayed += answer.headers.get("Idempotent-Replayed") == "true"
            journal.answers[reference] = answer.json()


def acknowledged(
    client: httpx2.Client, journal: Journal, address: str, key: str, body: dict[str, str]
) -> httpx2.Response:
    """Send a change under its key until somebody answers; a server that is not there yet did nothing."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            answer = client.post(address, json=body, headers={"Idempotency-Key": key})
        except httpx2.ConnectError:
            assert time.monotonic() < deadline, "nobody starts the server again"
            time.sleep(0.01)
        except httpx2.TransportError:
            journal.unanswered += 1
        else:
            if answer.status_code != 503:
                assert answer.status_code == 201, answer.text
                return answer


def compared(journal: Journal, stored: list[dict[str, Any]]) -> tuple[int, int, int]:
    """Count the acknowledged changes that are not there, those that are there otherwise, and those there twice."""
    by_id = {row["id"]: row for row in stored}
    lost = [answer for answer in journal.answers.values() if answer["id"] not in by_id]
    torn = [answer for answer in journal.answers.values() if by_id.get(answer["id"], answer) != answer]
    effects = Counter(row["external_ref"] for row in stored)
    return len(lost), len(torn), sum(number - 1 for number in effects.values())


def half_kept(database: Database) -> int:
    """Count the keys kept without their answer, and the rows that the audit does not vouch for."""
    unanswered = select(func.count()).select_from(IdempotencyKey).where(col(IdempotencyKey.status).is_(None))
    with database.snapshot() as session:
        return int(session.execute(unanswered).scalar_one()) + len(verify_database(session, {}).bad)
