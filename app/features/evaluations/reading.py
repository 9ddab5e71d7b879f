"""Reads an evaluation as it stands: its document, what the rules compute and compare, and what they find wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import RowMapping
from sqlmodel import Session

from app.features.calendar.queries import work_calendar
from app.features.evaluations import actuals, templates
from app.features.evaluations.document import EvaluationDocument
from app.features.evaluations.trace import ActualTrace
from app.rules.evaluations.checking import check
from app.rules.evaluations.faults import faults
from app.rules.evaluations.relations import compare
from app.rules.evaluations.scoring import score
from app.rules.evaluations.totals import Total, as_printed, totals
from app.rules.evaluations.values import Check, Comparison, Evaluation, Outcome, Template
from app.rules.faults import Fault

Days = dict[str, int | None]
"""The year's `working_days` and `calendar_days`; None where its holiday notice is not in the calendar."""


MOST_ROWS_IN_ALL = 500
"""Ten times the longest table read so far; each row is computed and checked whenever the evaluation is read."""


@dataclass(frozen=True, slots=True)
class Reading:
    """An evaluation as it stands."""

    row: RowMapping
    stated: EvaluationDocument
    """As it was handed in."""
    document: EvaluationDocument
    """With the actuals from the record put in."""
    template: Template
    actuals: Mapping[str, ActualTrace]
    days: Days
    evaluation: Evaluation
    outcome: Outcome
    """By the methods of the rows."""
    standing: Outcome
    """With the scores that are printed in the place of those; its total and grade are the evaluation's."""
    totals: Sequence[Total]
    comparisons: Sequence[Comparison]
    checks: Sequence[Check]


def read_row(session: Session, row: RowMapping) -> Reading:
    """Make everything of a row that the rules make of it; what was frozen with a final version is taken from there."""
    stated = EvaluationDocument.model_validate(row["document"])
    kept = row["frozen"]
    if kept is None:
        traced = actuals.from_record(session, row["contract_id"], row["year"], stated)
        days = days_of(session, row["year"], stated)
    else:
        traced = {place: ActualTrace.model_validate(trace) for place, trace in kept["actuals"].items()}
        days = kept["days"]
    template = templates.find(row["template"])
    if template is None:
        message = f"the template '{row['template']}' of evaluation {row['id']} does not come with this program"
        raise LookupError(message)
    document = actuals.filled(stated, traced)
    evaluation = actuals.unrounded(document.evaluation(row["year"], template, days), traced)
    outcome = score(evaluation)
    standing = as_printed(evaluation, outcome)
    comparisons = compare(evaluation, outcome)
    checks = check(evaluation, outcome, comparisons)
    sums = totals(evaluation, outcome, standing)
    return Reading(
        row, stated, document, template, traced, days, evaluation, outcome, standing, sums, comparisons, checks
    )


def frozen(found: Reading) -> dict[str, Any]:
    """Give what is kept with a final version: the actuals from the record, and the year's days."""
    traces = {place: trace.model_dump(mode="json") for place, trace in found.actuals.items()}
    return {"actuals": traces, "days": found.days}


def checked(
    session: Session, year: int, template: Template, document: EvaluationDocument, *, has_contract: bool
) -> list[Fault]:
    """Name what keeps a document from being taken in; pointers start at the document."""
    if (count := sum(1 for _ in actuals.rows(document))) > MOST_ROWS_IN_ALL:
        detail = f"The table has {count} rows; at most {MOST_ROWS_IN_ALL} are taken."
        return [Fault("/indicators", "too-many-rows", detail, "Evaluate parts of the project by themselves.")]
    bound = actuals.faults(document, year, has_contract=has_contract)
    evaluation = document.evaluation(year, template, days_of(session, year, document))
    return [*bound, *faults(evaluation)]


def days_of(session: Session, year: int, document: EvaluationDocument) -> Days:
    """Count the year's days by the calendar, where a figure asks for them."""
    if not any(figure.days for figure in document.figures):
        return {"working_days": None, "calendar_days": None}
    first, last = date(year, 1, 1), date(year, 12, 31)
    calendar = work_calendar(session)
    working = calendar.working_days_after(first, last) + calendar.is_working_day(first)
    known = calendar.is_covered(first)
    return {"working_days": working if known else None, "calendar_days": (last - first).days + 1}
