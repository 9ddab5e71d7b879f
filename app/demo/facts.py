"""The dated facts of a data file: each is recorded on its day's turn, as the services saw it when it happened."""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlmodel import Session

from app.features.access.caller import Caller
from app.features.assessments import findings
from app.features.assessments import service as assessments
from app.features.assessments.findings import NewFinding
from app.features.assessments.results import UNKNOWN, Result
from app.features.contracts import service as contracts
from app.features.contracts.draft import Amendment
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.metrics import service as metrics
from app.features.metrics.service import Metric
from app.models.words import ClosingReason
from app.rules.consecutive import MonthState
from app.rules.periods import Period
from app.rules.scores import Score, ScoreKind

Data = Mapping[str, Any]
"""A data file, or one entry of it, as YAML gives it."""


@dataclass(frozen=True, slots=True)
class Books:
    """Where facts are recorded: the contract, who records, who drafts and approves money, and what later facts name.

    Findings are named by their keys; settlements by payment period, payouts by subject, payments by voucher.
    """

    session: Session
    caller: Caller
    supervisor: Caller
    finance: Caller
    contract: uuid.UUID
    findings: dict[str, uuid.UUID] = field(default_factory=dict)
    money: dict[str, uuid.UUID] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened on a day, and how it is recorded."""

    on: date
    record: Callable[[Books], None]


def amendments(data: Data) -> Iterator[Fact]:
    """Give each amendment on the day on which it was agreed."""
    for entry in data.get("amendments", ()):
        amendment = Amendment(
            effective_from=entry["effective_from"],
            reference=Reference(**entry["reference"]),
            terms=TermsDocument(**entry["terms"]),
            agreed_on=entry["agreed_on"],
        )
        yield Fact(entry["agreed_on"], _amendment(amendment))


def _amendment(amendment: Amendment) -> Callable[[Books], None]:
    def record(books: Books) -> None:
        contracts.amend(books.session, books.caller, books.contract, amendment)

    return record


def seen(data: Data) -> Iterator[Fact]:
    """Give each finding on the day on which it was seen."""
    for entry in data.get("findings", ()):
        yield Fact(entry["occurred_on"], _finding(entry, data.get("finding_note")))


def _finding(entry: Data, note: str | None) -> Callable[[Books], None]:
    said = {"note": note, **entry}
    key = said.pop("key", None)
    if "deduction_points" in said:
        said["deduction_points"] = Decimal(said["deduction_points"])

    def record(books: Books) -> None:
        finding = findings.record_finding(books.session, books.caller, books.contract, NewFinding(**said))
        if key is not None:
            books.findings[key] = finding["id"]

    return record


def months(data: Data) -> Iterator[Fact]:
    """Give what is said of each month on its days: assessed, final, notified, as far as it came."""
    for entry in data.get("assessments", ()):
        period, result = Period.parse(entry["period"]), result_of(entry, _note(entry, data))
        yield Fact(entry["assessed_on"], _assessment(period, result))
        if "final_on" in entry:
            yield Fact(entry["final_on"], _finalization(period, entry["final_on"]))
        if "notified_on" in entry:
            yield Fact(entry["notified_on"], _notice(period, entry))


def _note(entry: Data, data: Data) -> str | None:
    """Give the note of the file's months; Xinyang's has one for what the report says and one for what is assumed."""
    note: Mapping[str, str] | str | None = data.get("assessment_note")
    return note["reported" if entry.get("reported") else "assumed"] if isinstance(note, Mapping) else note


def result_of(entry: Data, note: str | None = None) -> Result:
    """Read what is said of a month: `score` (null where nobody knows it), `criteria`, or `excused`/`not_assessed`."""
    day = entry.get("assessed_on")
    for state in (MonthState.EXCUSED, MonthState.NOT_ASSESSED):
        if state in entry:
            return Result(state, reason=entry[state], note=note, assessed_on=day)
    if "criteria" in entry:
        points = {code: None if value is None else Decimal(value) for code, value in entry["criteria"].items()}
        return Result(MonthState.ASSESSED, criteria=points, note=note, assessed_on=day)
    return Result(MonthState.ASSESSED, score_of(entry["score"]), note=note, assessed_on=day)


def score_of(entry: Mapping[str, str] | None) -> Score:
    """Read a score such as `{exact: "92.75"}` or `{below: "90.00"}`; null is one that nobody knows."""
    if entry is None:
        return UNKNOWN
    ((kind, value),) = entry.items()
    return Score(ScoreKind(kind), Fraction(value))


def _assessment(period: Period, result: Result) -> Callable[[Books], None]:
    return lambda books: assessments.record(books.session, books.caller, books.contract, period, result)


def _finalization(period: Period, final_on: date) -> Callable[[Books], None]:
    return lambda books: assessments.finalize(books.session, books.caller, books.contract, period, final_on)


def _notice(period: Period, entry: Data) -> Callable[[Books], None]:
    day, number = entry["notified_on"], entry.get("document_no")
    return lambda books: assessments.notify(books.session, books.caller, books.contract, period, day, number)


def figures(data: Data) -> Iterator[Fact]:
    """Give each month's figures on the day on which they were put together."""
    for entry in data.get("metrics", ()):
        yield Fact(entry["recorded_on"], _figures(Period.parse(entry["period"]), entry))


def _figures(period: Period, entry: Data) -> Callable[[Books], None]:
    places = [(None, entry["whole"]), *entry["sites"].items()]
    found = [Metric(code, site, Decimal(value)) for site, values in places for code, value in values.items()]
    return lambda books: metrics.record(books.session, books.supervisor, books.contract, period, found, entry["note"])


def closing(data: Data) -> Iterator[Fact]:
    """Give the closing on the last day of service, after whatever else that day brought."""
    if entry := data.get("closing"):
        day, reason, note = entry["closed_on"], ClosingReason(entry["reason"]), entry.get("note")
        yield Fact(day, lambda books: contracts.close(books.session, books.caller, books.contract, day, reason, note))
