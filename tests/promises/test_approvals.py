"""An approval posts once, whoever else approves, and wherever it breaks off: posted or not, never half."""

import itertools
import random
import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Integer, bindparam, insert
from sqlmodel import Session, col, select, update

from app.database import Database
from app.features.access.caller import Caller
from app.features.audit import service as audit
from app.features.audit.verify import verify_database
from app.features.contracts import queries as contract_queries
from app.features.settlements import service
from app.features.settlements.ledger import posting as ledger
from app.models import LedgerEntry, Principal, Settlement
from app.models.words import MoneyStatus
from app.rules.ledger import Posting
from tests.features.test_settlements import MONEY
from tests.forked import program
from tests.nights import every_row
from tests.office import TERMS, Office
from tests.planted import looking_together, racing, statement_by_statement, unlocked
from tests.promises.conftest import Promise
from tests.promises.test_faults import Fault

TERMS_BY_MONTH = {**TERMS, **MONEY, "payment": {**MONEY["payment"], "schedule": "monthly"}}


def drafted(office: Office, number: str, months: int) -> tuple[str, list[dict[str, Any]]]:
    """Take on a contract paid by the month and draft so many of its settlements; gives its address and them."""
    years = [{"year": year, "amount": "1200000.00"} for year in range(2005, 2023)]
    dates = {"starts_on": "2005-01-01", "ends_on": "2022-12-31", "recorded_from": "2005-01"}
    address = office.contract(number, terms=TERMS_BY_MONTH, years=years, **dates)
    made = []
    for place in range(months):
        period = f"{2005 + place // 12}-{place % 12 + 1:02}"
        office.assess(address, period, "85.00", "2023-01-05")
        office.finalize(address, period, "2023-01-06")
        answer = office.supervisor.post(f"{address}/settlements", {"payment_period": period})
        assert answer.status_code == 201, answer.text
        made.append(answer.json())
    return address, made


def posted(database: Database) -> list[dict[str, Any]]:
    return [entry for entry in every_row(database)["ledger_entries"] if entry["cause"] == "settlement"]


# ---------------------------------------------------------------- two at once

NUMBERS = itertools.count(1_000)
"""Of the planted entries, no two alike."""


def _race(office: Office, database: Database, rounds: int) -> tuple[int, int]:
    """Let two approve at once, round by round; gives the rounds with two successes, and the entries posted."""
    barrier = threading.Barrier(2)
    address, settlements = drafted(office, "RACE", rounds)
    doubles = 0
    with ThreadPoolExecutor(2) as pool:
        for settlement in settlements:

            def approve(_: int, path: str = f"{address}/settlements/{settlement['id']}/approval") -> int:
                barrier.wait()
                return office.finance.post(path).status_code

            with racing():
                answers = sorted(pool.map(approve, range(2)))
            assert set(answers) <= {200, 409, 412, 500, 503}, answers
            doubles += answers == [200, 200]
    return doubles, len(posted(database))


def test_of_two_approvals_at_once_one_posts(office: Office, database: Database, promise: Promise) -> None:
    """Race of two who approve one settlement: one entry a round, none twice."""
    rounds = promise.size(200, 4)
    doubles, entries = _race(office, database, rounds)
    promise.shows(rounds=rounds, doubles=doubles)
    assert (doubles, entries) == (0, rounds)


def test_the_race_is_lost_by_an_approval_that_checks_and_then_posts(
    office: Office, database: Database, promise: Promise, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same race against a planted naive version posts twice: without that it would show nothing."""
    _plant(monkeypatch, database)
    rounds = promise.size(20, 2)
    doubles, entries = _race(office, database, rounds)
    promise.shows(rounds=rounds, doubles=doubles)
    assert doubles > 0
    assert entries > rounds


def _plant(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    """Put in what one would write first: statements one by one, no lock, no comparison, entries without a cause."""
    post = ledger.post

    def post_somehow(session: Session, cause: ledger.Cause, posting: Posting) -> uuid.UUID:
        return post(session, replace(cause, id=uuid.uuid4()), posting)

    def set_without_comparing(session: Session, found: Settlement, caller: Caller, on: date) -> dict[str, Any]:
        values = {"status": MoneyStatus.APPROVED, "approved_by": caller.name, "approved_on": on}
        session.execute(update(Settlement).where(col(Settlement.id) == found.id).values(**values))
        return found.model_dump() | values

    planted = bindparam("planted", callable_=lambda: next(NUMBERS), type_=Integer)
    enter = insert(LedgerEntry).values(number=planted).returning(*LedgerEntry.__table__.columns)  # type: ignore[attr-defined]

    monkeypatch.setattr(Database, "write", statement_by_statement(database))
    monkeypatch.setattr(contract_queries, "contract_for_update", unlocked)
    # The last look before either acts: whoever looked after the other had acted would find the draft stale.
    monkeypatch.setattr(service, "_refuse_below_nothing", looking_together(service._refuse_below_nothing))  # noqa: SLF001 planted
    monkeypatch.setattr(service, "_set_approved", set_without_comparing)
    monkeypatch.setattr(service, "_owe_payment", lambda *_: None)
    # The stream's unique key would tell the second of the two by itself.
    monkeypatch.setattr(service, "record", lambda *_: None)
    monkeypatch.setattr(ledger, "_ENTER", enter)
    monkeypatch.setattr(ledger, "post", post_somehow)
    monkeypatch.setattr(audit, "append", lambda *_: None)


# ---------------------------------------------------------------- broken off


def test_an_approval_killed_at_any_point_is_posted_or_not(
    office: Office, database: Database, promise: Promise, tmp_path: Path
) -> None:
    """`kill -9` at seeded statements of an approval: its entry is there exactly where the settlement is approved."""
    points = promise.size(20, 6)
    address, settlements = drafted(office, "KILLED", points)
    chance = random.Random(20231231)  # noqa: S311 chosen to be repeatable
    places = [*sorted(chance.sample(range(1, 22), points - 1)), 99]
    with database.read() as session:
        finance = session.execute(select(Principal).where(col(Principal.name) == "finance-XA")).scalar_one()
    who = [str(finance.id), finance.name, str(office.center), address.rsplit("/", 1)[1]]
    at = [f"{settlement['id']}:{place}" for settlement, place in zip(settlements, places, strict=True)]
    with program("tests.promises.killed_approvals", [database.url, *who, *at], {}, tmp_path / "said") as approving:
        code, heard = approving.ended()
    assert code == 0, heard
    said = heard.split()
    rows = every_row(database)
    approved = {row["id"] for row in rows["settlements"] if row["status"] is MoneyStatus.APPROVED}
    entries = {row["cause_id"] for row in rows["ledger_entries"]}
    owed = {row["subject"] for row in rows["due_dates"] if row["kind"] == "payment"}
    half = len(approved ^ entries) + abs(len(owed) - len(approved))
    promise.shows(kills=said.count("killed"), approved=len(approved), half=half)
    assert (said[-1], said.count("killed") > points // 2, half) == ("approved", True, 0)
    with database.snapshot() as session:
        assert verify_database(session, {}).bad == []


def test_a_fault_before_any_statement_of_an_approval_posts_nothing(
    office: Office, database: Database, promise: Promise
) -> None:
    """A fault before each statement of an approval: 503, nothing changed, and the retry with the same key succeeds."""
    address, (settlement,) = drafted(office, "FAULT", 1)
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    send: Callable[[], Any] = lambda: office.finance.call(  # noqa: E731 sent again and again
        "POST", f"{address}/settlements/{settlement['id']}/approval", headers=headers
    )
    fault, before = Fault(database), every_row(database)
    number, step, points = 1, promise.size(1, 7), 0
    while True:
        with fault.before(number):
            answer = send()
        if fault.seen < number:
            break
        assert (answer.status_code, every_row(database) == before) == (503, True)
        points += 1
        number += step
    assert answer.status_code == 200, answer.text
    promise.shows(statements=fault.seen, fault_points=points, torn=0)
    assert len(posted(database)) == 1
