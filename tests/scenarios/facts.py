"""A contract's year as dated facts, each of which can be recorded on its own day or all of them at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import time_machine

from tests.office import TERMS, Office

YEAR = ("2023-01-01", "2023-12-31")


@dataclass(frozen=True)
class Fact:
    """Something that happened on a day, and how it is recorded."""

    on: date
    record: Callable[[], object]


def noon(day: date) -> datetime:
    """Give noon in Shanghai of a day."""
    return datetime.combine(day, time(4), UTC)


def record_all(facts: Iterable[Fact]) -> None:
    """Record facts in the order of their days, all of them now."""
    for fact in sorted(facts, key=lambda fact: fact.on):
        fact.record()


def record_until(facts: Iterable[Fact], last: str, every_day: Callable[[date], object]) -> None:
    """Let days pass from the first fact to `last`: record each fact on its own day, then let the night come."""
    ordered = sorted(facts, key=lambda fact: fact.on)
    day = ordered[0].on
    while day <= date.fromisoformat(last):
        with time_machine.travel(noon(day), tick=False):
            for fact in ordered:
                if fact.on == day:
                    fact.record()
            every_day(day)
        day += timedelta(days=1)


def busy_year(office: Office) -> list[Fact]:
    """Give a year with late, overdue and excused months, repeat offences, a withdrawal, fails in a row, an amendment."""
    facts: list[Fact] = []
    made: dict[str, str] = {}

    def on(day: str, record: Callable[[], object]) -> None:
        facts.append(Fact(date.fromisoformat(day), record))

    def contract() -> str:
        return made["contract"]

    def month(period: str, score: object, days: tuple[str, ...]) -> None:
        assessed, final, *notified = days
        on(assessed, lambda: office.assess(contract(), period, score, assessed))
        on(final, lambda: office.finalize(contract(), period, final))
        for day in notified:
            on(day, lambda: office.notify(contract(), period, day))

    def finding(day: str, issue_type: str = "leaving_post") -> None:
        on(day, lambda: made.update({day + issue_type: office.finding(contract(), day, issue_type)}))

    def withdraw(day: str, finding_of: str) -> None:
        body = {"withdrawn_on": day, "reason": "申诉成立"}
        on(day, lambda: office.supervisor.post(f"{made[finding_of]}/withdrawal", body).raise_for_status())

    def excuse(period: str, assessed: str, final: str) -> None:
        body = {"state": "excused", "reason": "大厅停业", "assessed_on": assessed}
        on(assessed, lambda: office.supervisor.put(f"{contract()}/assessments/{period}", body).raise_for_status())
        on(final, lambda: office.finalize(contract(), period, final))

    on("2023-01-01", lambda: made.update(contract=office.contract()))
    for day in ("2023-01-09", "2023-02-14", "2023-03-03", "2023-05-05"):
        finding(day)
    withdraw("2023-04-20", "2023-02-14leaving_post")
    for day in ("2023-06-01", "2023-06-30", "2023-12-31"):
        finding(day, "late_opening")
    month("2023-01", "92.50", ("2023-02-06", "2023-02-10", "2023-03-26"))
    month("2023-02", "79.99", ("2023-03-06", "2023-03-10", "2023-03-14"))
    month("2023-03", "71.00", ("2023-04-06", "2023-04-20", "2023-06-25"))
    month("2023-04", {"at_least": "80.00"}, ("2023-05-06", "2023-05-10", "2023-05-15"))
    excuse("2023-05", "2023-06-05", "2023-06-20")
    month("2023-06", {"below": "90.00"}, ("2023-07-06", "2023-07-10", "2023-07-12"))
    month("2023-07", "95.00", ("2023-08-20", "2023-09-21"))
    amendment = {
        "effective_from": "2023-08-01",
        "agreed_on": "2023-09-25",
        "reference": {"document": "补充协议"},
        "terms": {name: clause for name, clause in TERMS.items() if name != "reference"}
        | {"notice": {"after": "period_end", "unit": "months", "length": 2, "roll": "next_working_day"}},
    }
    on("2023-09-25", lambda: office.supervisor.post(f"{contract()}/amendments", amendment).raise_for_status())
    month("2023-10", "60.00", ("2023-11-06", "2023-11-10"))
    return facts
