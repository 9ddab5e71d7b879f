"""Business row, audit row, key, answer: all of them or none, wherever a transaction breaks off."""

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import OperationalError

from app.database import WRITES, Database
from tests.nights import every_row
from tests.office import Office, without
from tests.promises.conftest import Promise

Send = Callable[[], Any]


class Fault:
    """Breaks a writing transaction off before its n-th statement, or counts how many there are."""

    def __init__(self, database: Database) -> None:
        """Listen to every statement of writing connections."""
        self.seen = 0
        self._break_at = 0
        self._engine = database.engine

    @contextmanager
    def before(self, number: int) -> Iterator[None]:
        """Let the n-th statement fail; 0 lets all of them pass and counts."""
        self.seen, self._break_at = 0, number
        event.listen(self._engine, "before_cursor_execute", self._strike)
        try:
            yield
        finally:
            event.remove(self._engine, "before_cursor_execute", self._strike)

    def _strike(self, connection: Connection, *_: Any) -> None:
        if not connection.get_execution_options().get(WRITES):
            return
        self.seen += 1
        if self.seen == self._break_at:
            raise OperationalError("the disk is gone", None, OSError())


def _acts(office: Office) -> dict[str, Send]:
    """Give one act of each kind, ready to be sent again and again with its own key."""
    contract = office.contract()
    finding = office.finding(contract, "2023-02-14")
    for period, day in (("2023-01", "2023-02-06"), ("2023-02", "2023-03-06"), ("2023-03", "2023-04-06")):
        office.assess(contract, period, "85.00", day)
    for period, day in (("2023-02", "2023-03-07"), ("2023-03", "2023-04-07")):
        office.finalize(contract, period, day)
    office.notify(contract, "2023-03", "2023-04-08")
    months = f"{contract}/assessments"
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "a contract": ("/v1/contracts", office.contract_body("XA-NEW")),
        "a finding": (f"{contract}/findings", {"issue_type": "leaving_post", "occurred_on": "2023-05-01"}),
        "finalization": (f"{months}/2023-01/finalization", {"final_on": "2023-02-07"}),
        "notice": (f"{months}/2023-02/notice", {"notified_on": "2023-03-20"}),
        "revision": (
            f"{months}/2023-03/revisions",
            {"reason": "更正", "result": {"state": "assessed", "score": {"exact": "91.00"}}},
        ),
        "withdrawal": (f"{finding}/withdrawal", {"reason": "误记"}),
        "amendment": (
            f"{contract}/amendments",
            {
                "effective_from": "2023-06-01",
                "reference": {"document": "补充协议"},
                "terms": without("reference") | {"pass_mark": "85.00"},
            },
        ),
        "closing": (f"{contract}/closing", {"closed_on": "2023-12-31"}),
    }

    def sending(path: str, body: dict[str, Any]) -> Send:
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        return lambda: office.supervisor.call("POST", path, json=body, headers=headers)

    return {name: sending(*said) for name, said in bodies.items()}


@pytest.mark.parametrize(
    "act", ["a contract", "a finding", "finalization", "notice", "revision", "withdrawal", "amendment", "closing"]
)
def test_a_fault_before_any_statement_leaves_nothing_half_done(
    office: Office, database: Database, promise: Promise, act: str
) -> None:
    """A fault before each statement of a change: 503, nothing changed, and the retry with the same key succeeds."""
    send = _acts(office)[act]
    fault = Fault(database)
    before = every_row(database)
    number, step, points = 1, promise.size(1, 13), 0
    while True:
        with fault.before(number):
            answer = send()
        if fault.seen < number:
            break
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert answer.headers["retry-after"]
        assert every_row(database) == before
        points += 1
        number += step
    assert answer.status_code in {200, 201}, answer.text
    promise.shows(statements=fault.seen, fault_points=points, torn=0)
    assert points > 0
