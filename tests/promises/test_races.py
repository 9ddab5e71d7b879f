"""Two people cannot both finalize, notify or revise; the same race is lost by code that checks and then acts."""

import threading
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlmodel import Session, col, update

from app.database import Database
from app.features.assessments import months, queries, revisions, service
from app.features.audit import service as audit
from app.features.contracts import queries as contract_queries
from app.models import Assessment
from app.rules.periods import Period
from tests.nights import every_row
from tests.office import Office
from tests.planted import looking_together, racing, statement_by_statement, unlocked
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

            with racing():
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
    """Put in what one would write first: statements one by one, no lock, no comparison, no versions."""
    monkeypatch.setattr(Database, "write", statement_by_statement(database))
    monkeypatch.setattr(contract_queries, "contract_for_update", unlocked)
    monkeypatch.setattr(queries, "month", looking_together(queries.month))
    monkeypatch.setattr(months, "change", _set_without_comparing)
    # Versions are kept under a unique number, which would stop the second; the naive way is to overwrite.
    monkeypatch.setattr(revisions, "_keep", lambda *_, **__: None)
    monkeypatch.setattr(audit, "append", lambda *_: None)
    # A stream's unique key would stop the second by itself.
    for module in (service, revisions):
        monkeypatch.setattr(module, "tell", lambda *_: None)


def _set_without_comparing(
    session: Session, month: Assessment, _expected: object, values: dict[str, Any], _otherwise: object
) -> None:
    own = col(Assessment.id) == month.id
    session.execute(update(Assessment).where(own).values(version=month.version + 1, **values))
