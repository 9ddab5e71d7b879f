"""A contract's year as dated facts, each of which can be recorded on its own day or all of them at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import time_machine

from tests.office import TERMS, Office, without

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


class Diary:
    """Dated facts of one contract, to be recorded through the API."""

    def __init__(self, office: Office, signed: str = "2023-01-01", **contract: Any) -> None:
        """Begin with the contract itself."""
        self.facts: list[Fact] = []
        self._office = office
        self._contract = ""
        self._findings: dict[str, str] = {}
        self._on(signed, lambda: self._sign(**contract))

    def _on(self, day: str, record: Callable[[], object]) -> None:
        self.facts.append(Fact(date.fromisoformat(day), record))

    def _sign(self, **contract: Any) -> None:
        self._contract = self._office.contract(**contract)

    def month(self, period: str, score: object, assessed: str, final: str, notified: str | None = None) -> None:
        """Assess a month, make it final, and notify it where a day is given."""
        self._on(assessed, lambda: self._office.assess(self._contract, period, score, assessed))
        self._on(final, lambda: self._office.finalize(self._contract, period, final))
        if notified is not None:
            self._on(notified, lambda: self._office.notify(self._contract, period, notified))

    def excuse(self, period: str, assessed: str, final: str) -> None:
        """Excuse a month."""
        body = {"state": "excused", "reason": "大厅停业", "assessed_on": assessed}
        put = self._office.supervisor.put
        self._on(assessed, lambda: put(f"{self._contract}/assessments/{period}", body).raise_for_status())
        self._on(final, lambda: self._office.finalize(self._contract, period, final))

    def hold(self, year: int, held: str) -> None:
        """Hold a year's assessment."""
        post = self._office.supervisor.post
        body = {"year": year, "held_on": held}
        self._on(held, lambda: post(f"{self._contract}/annual-assessments", body).raise_for_status())

    def finding(self, day: str, issue_type: str = "leaving_post") -> None:
        """See an issue."""
        self._on(day, lambda: self._findings.update({day: self._office.finding(self._contract, day, issue_type)}))

    def withdraw(self, day: str, seen_on: str) -> None:
        """Withdraw the finding of a day."""
        body = {"withdrawn_on": day, "reason": "申诉成立"}
        post = self._office.supervisor.post
        self._on(day, lambda: post(f"{self._findings[seen_on]}/withdrawal", body).raise_for_status())

    def amend(self, agreed_on: str, effective_from: str, **clauses: object) -> None:
        """Agree on other clauses."""
        body = {
            "effective_from": effective_from,
            "agreed_on": agreed_on,
            "reference": {"document": "补充协议"},
            "terms": without("reference") | clauses,
        }
        post = self._office.supervisor.post
        self._on(agreed_on, lambda: post(f"{self._contract}/amendments", body).raise_for_status())

    def revise(self, day: str, period: str, **changes: object) -> None:
        """Revise a notified month."""
        body = {"reason": "更正", "revised_on": day, **changes}
        post = self._office.supervisor.post
        self._on(day, lambda: post(f"{self._contract}/assessments/{period}/revisions", body).raise_for_status())

    def appeal(self, appealed: str, decided: str, period: str, outcome: str, **changes: object) -> None:
        """Decide an appeal against a notified month; `withdrawn` names a finding by the day on which it was seen."""
        seen_on = changes.pop("withdrawn", None)
        body = {"appealed_on": appealed, "decided_on": decided, "outcome": outcome, "reason": "复核", **changes}
        post = self._office.supervisor2.post

        def decide() -> None:
            ids = [self._findings[str(seen_on)].rsplit("/", 1)[1]] if seen_on else []
            found = {"withdrawn_findings": ids} if ids else {}
            post(f"{self._contract}/assessments/{period}/appeal-decision", body | found).raise_for_status()

        self._on(decided, decide)


def busy_year(office: Office) -> list[Fact]:
    """Give a year of late, overdue and excused months, repeat offences, a withdrawal, fails in a row, an amendment."""
    diary = Diary(office)
    for day in ("2023-01-09", "2023-02-14", "2023-03-03", "2023-05-05"):
        diary.finding(day)
    diary.withdraw("2023-04-20", "2023-02-14")
    for day in ("2023-06-01", "2023-06-30", "2023-12-31"):
        diary.finding(day, "late_opening")
    diary.month("2023-01", "92.50", "2023-02-06", "2023-02-10", "2023-03-26")
    diary.month("2023-02", "79.99", "2023-03-06", "2023-03-10", "2023-03-14")
    diary.month("2023-03", "71.00", "2023-04-06", "2023-04-20", "2023-06-25")
    diary.month("2023-04", {"at_least": "80.00"}, "2023-05-06", "2023-05-10", "2023-05-15")
    diary.excuse("2023-05", "2023-06-05", "2023-06-20")
    diary.month("2023-06", {"below": "90.00"}, "2023-07-06", "2023-07-10", "2023-07-12")
    diary.month("2023-07", "95.00", "2023-08-20", "2023-09-21")
    notice = {"after": "period_end", "unit": "months", "length": 2, "roll": "next_working_day"}
    diary.amend("2023-09-25", "2023-08-01", notice=notice)
    diary.month("2023-10", "60.00", "2023-11-06", "2023-11-10")
    diary.revise("2023-04-03", "2023-01", notice={"notified_on": "2023-03-10", "document_no": "1号"})
    diary.revise("2023-05-22", "2023-02", result={"state": "assessed", "score": {"exact": "81.00"}})
    diary.appeal("2023-07-14", "2023-07-28", "2023-06", "upheld", withdrawn="2023-06-30", result=_above("92.00"))
    diary.revise("2023-08-30", "2023-06", result={"state": "assessed", "score": {"exact": "89.99"}})
    diary.appeal("2023-05-18", "2023-06-02", "2023-04", "rejected")
    return diary.facts


def _above(score: str) -> dict[str, object]:
    return {"state": "assessed", "score": {"exact": score}}


def year_held_late(office: Office) -> list[Fact]:
    """Give a year that is late by its first due date, then owed later by an amendment, late again, and held."""
    mean = {"method": "mean_of_months"}
    clause = {"after": "year_end", "unit": "calendar_days", "length": 31, "roll": "none", "score": mean}
    terms = TERMS | {"annual_assessment": clause}
    diary = Diary(office, "2024-01-01", recorded_from="2023-12", terms=terms)
    diary.month("2023-12", "92.50", "2024-01-08", "2024-01-10", "2024-01-12")
    diary.amend("2024-02-20", "2023-12-01", annual_assessment=clause | {"length": 90})
    diary.hold(2023, "2024-05-10")
    return diary.facts
