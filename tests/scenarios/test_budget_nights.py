"""A budget's months as they pass: every night in turn, or one at the end, leaves the same alerts."""

from datetime import date
from typing import Any

from app import nightly
from app.database import Database
from app.models.words import AskedBy
from tests.api.asking import last_part
from tests.nights import alerts
from tests.office import Office
from tests.scenarios.facts import Fact, record_until

LAST = "2023-05-31"
JOB = "flag_budget_mismatches"


class Ledger:
    """Dated facts of two lines, one of them a contract's, to be recorded through the API."""

    def __init__(self, office: Office) -> None:
        """Begin with the lines."""
        self.office = office
        self.ids: dict[str, str] = {}
        self.facts = [Fact(date(2023, 1, 1), self._enter)]

    def _enter(self) -> None:
        contract = last_part(self.office.contract())
        for project, purpose, more in (("hall", "hall", {"contract_id": contract}), ("daily", "daily", {})):
            body = {
                "service_center_id": str(self.office.center),
                "project": project,
                "year": 2023,
                "name": project,
                "initial": "1000.00",
                "purposes": [{"code": purpose, "name": purpose}],
                **more,
            }
            self._made(project, "/v1/budgets", body)

    def _made(self, name: str, path: str, body: dict[str, Any]) -> None:
        answer = self.office.finance.post(path, body)
        assert answer.status_code < 300, answer.text
        self.ids.setdefault(name, answer.json()["id"])

    def spend(self, day: str, line: str, purpose: str) -> None:
        """Spend from a line on a day."""
        body = {"amount": "10.00", "spent_on": day, "purpose": purpose, "external_ref": day}

        def record() -> None:
            self._made(day, f"/v1/budgets/{self.ids[line]}/expenditures", body)

        self.facts.append(Fact(date.fromisoformat(day), record))

    def decide(self, on: str, day: str, act: str, **more: str) -> None:
        """Decide about what was spent on a day; a line in `budget_line_id` is named by its project."""

        def record() -> None:
            said = {"budget_line_id": self.ids[more["budget_line_id"]]} if more else {}
            dated = {"reversed_on" if act == "reversal" else "decided_on": on}
            self._made(on, f"/v1/expenditures/{self.ids[day]}/{act}", {"reason": "核对", **said, **dated})

        self.facts.append(Fact(date.fromisoformat(on), record))


def _busy(office: Office) -> list[Fact]:
    ledger = Ledger(office)
    ledger.spend("2023-01-09", "hall", "daily")
    ledger.spend("2023-01-20", "hall", "hall")
    ledger.spend("2023-02-01", "hall", "daily")
    ledger.spend("2023-02-14", "daily", "party")
    ledger.spend("2023-03-03", "daily", "hall")
    ledger.spend("2023-05-05", "hall", "party")
    ledger.decide("2023-01-31", "2023-01-09", "reclassification", budget_line_id="daily")
    ledger.decide("2023-03-15", "2023-02-01", "reversal")
    ledger.decide("2023-04-01", "2023-02-14", "acceptance")
    ledger.decide("2023-04-20", "2023-02-14", "reversal")
    ledger.decide("2023-05-04", "2023-01-09", "reversal")
    return ledger.facts


def _night(database: Database, day: date) -> nightly.JobResult:
    return nightly.run(database, JOB, day, AskedBy.COMMAND)


def test_nights_in_turn_end_where_one_run_at_the_end_does(office: Office, database: Database) -> None:
    """Each fact on its own day; and a night run again, early or late, writes nothing more."""
    record_until(_busy(office), LAST, lambda day: _night(database, day))
    in_turn = alerts(database)
    assert [(str(alert["since"]), str(alert["until"])) for alert in in_turn if alert["number"]] == [
        ("2023-01-09", "2023-01-31"),
        ("2023-02-01", "2023-03-15"),
        ("2023-05-05", "None"),
    ]
    assert len(in_turn) == 5
    with database.write() as session:
        session.connection().exec_driver_sql("DELETE FROM alerts")
        session.connection().exec_driver_sql("DELETE FROM job_runs")
    _night(database, date.fromisoformat(LAST))
    assert alerts(database) == in_turn
    assert sum(_night(database, date(2023, month, 10)).written for month in (2, 3, 5)) == 0


def test_a_past_night_sees_what_was_known_then(office: Office, database: Database) -> None:
    record_until(_busy(office), LAST, lambda _: None)
    found = nightly.dry_run(database, JOB, date(2023, 2, 20))
    assert [(str(state.since), str(state.until)) for state in found.states] == [
        ("2023-01-09", "2023-01-31"),
        ("2023-02-01", "None"),
        ("2023-02-14", "None"),
    ]
