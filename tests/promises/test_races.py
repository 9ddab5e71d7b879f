"""Two people cannot both finalize, notify or revise; the same race is lost by code that checks and then acts."""

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlmodel import Session, col, update

from app.database import Database
from app.features.assessments import months, queries
from app.features.contracts import queries as contract_queries
from app.models import Assessment, Contract
from app.models.words import Stage
from app.rules.periods import Period
from tests.nights import every_row
from tests.office import Office
from tests.promises.conftest import Promise

STEPS: dict[str, Callable[[Period], dict[str, Any]]] = {
    "finalization": lambda period: {"final_on": str(period.plus(1).first_day)},
    "notice": lambda period: {"notified_on": str(period.plus(1).first_day)},
    "revisions": lambda _: {"reason": "更正", "result": {"state": "assessed", "score": {"exact": "96.00"}}},
}
ACTS = {"finalization": "assessment.finalized", "notice": "assessment.notified", "revisions": "assessment.revised"}


def _ready(office: Office, contract: str, period: Period, step: str) -> str:
    """Bring a month to where the step is next, and give its address."""
    day = str(period.plus(1).first_day)
    office.assess(contract, str(period), "95.00", day)
    if step != "finalization":
        office.finalize(contract, str(period), day)
    if step == "revisions":
        office.notify(contract, str(period), day)
    return f"{contract}/assessments/{period}"


def _race(office: Office, database: Database, step: str, rounds: int) -> tuple[int, int]:
    """Let two supervisors act at once, round by round; gives the rounds with two successes, and the acts recorded."""
    barrier = threading.Barrier(2)
    years = [f"20{year:02d}" for year in range(10, 10 + -(-rounds // 180))]
    contracts = [
        office.contract(f"RACE-{year}", starts_on="2005-01-01", ends_on="2019-12-31", recorded_from="2005-01")
        for year in years
    ]
    doubles = 0
    with ThreadPoolExecutor(2) as pool:
        for number in range(rounds):
            period = Period(2005, 1).plus(number % 180)
            month = _ready(office, contracts[number // 180], period, step)
            seen = office.supervisor.get(month).headers["etag"]

            def act(_: int, month: str = month, seen: str = seen, period: Period = period) -> int:
                headers = {"If-Match": seen, "Idempotency-Key": str(uuid.uuid4())}
                barrier.wait()
                body = STEPS[step](period)
                return office.supervisor.call("POST", f"{month}/{step}", json=body, headers=headers).status_code

            answers = sorted(pool.map(act, range(2)))
            assert set(answers) <= {200, 201, 409, 412, 500, 503}, answers
            doubles += all(status < 300 for status in answers)
    acts = [event for event in every_row(database)["audit_events"] if event["action"] == ACTS[step]]
    return doubles, len(acts)


@pytest.mark.parametrize("step", STEPS)
def test_of_two_who_act_at_once_one_is_first(office: Office, database: Database, promise: Promise, step: str) -> None:
    """Race of two supervisors finalizing, notifying, revising: one act a round, none twice."""
    rounds = promise.size(200, 3)
    doubles, acts = _race(office, database, step, rounds)
    promise.shows(rounds=rounds, doubles=doubles)
    assert (doubles, acts) == (0, rounds)


@pytest.mark.parametrize("step", STEPS)
def test_the_race_is_lost_by_code_that_checks_and_then_acts(
    office: Office, database: Database, promise: Promise, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same race against a planted naive version finds doubles: without them it would show nothing."""
    _plant(monkeypatch, database)
    rounds = promise.size(20, 2)
    doubles, _ = _race(office, database, step, rounds)
    promise.shows(rounds=rounds, doubles=doubles)
    assert doubles > 0


def _plant(monkeypatch: pytest.MonkeyPatch, database: Database) -> None:
    """Put in what one would write first: each statement by itself, no lock, an update that compares nothing."""

    @contextmanager
    def statement_by_statement(self: Database) -> Iterator[Session]:
        with Session(self.engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False) as session:
            yield session
            session.commit()

    def unlocked(session: Session, centers: Any, contract_id: uuid.UUID) -> Contract | None:  # noqa: ANN401
        del centers
        return session.get(Contract, contract_id)

    met = threading.Barrier(2, timeout=1)
    read = queries.month

    def read_together(session: Session, contract_id: uuid.UUID, period: str) -> Assessment | None:
        month = read(session, contract_id, period)
        if month is not None and threading.current_thread() is not threading.main_thread():
            # Both have looked before either acts, as a slow moment in production would have it.
            try:
                met.wait()
            except threading.BrokenBarrierError:
                met.reset()
        return month

    def set_without_comparing(
        session: Session, month: Assessment, _expected: tuple[Stage, ...], values: dict[str, Any], _otherwise: Exception
    ) -> None:
        session.execute(
            update(Assessment).where(col(Assessment.id) == month.id).values(version=month.version + 1, **values)
        )

    del database
    monkeypatch.setattr(Database, "write", statement_by_statement)
    monkeypatch.setattr(contract_queries, "contract_for_update", unlocked)
    monkeypatch.setattr(queries, "month", read_together)
    monkeypatch.setattr(months, "change", set_without_comparing)
