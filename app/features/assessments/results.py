"""The result of a month or a year as it is entered, its reading by the rubric, its judgement by the terms in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.errors import Invalid
from app.features.contracts.versions import Version
from app.rules.consecutive import MonthState
from app.rules.faults import Fault
from app.rules.money import hundredths
from app.rules.scores import Score, ScoreKind, band_of, check_points, total, verdict
from app.rules.terms import Terms

UNKNOWN = Score(ScoreKind.UNKNOWN, None)
"""The score of a month that has none."""


@dataclass(frozen=True, slots=True)
class Result:
    """What the centre says of a month; either a score (exact, a bound, or unknown) or the points by criterion."""

    state: MonthState
    score: Score = UNKNOWN
    criteria: Mapping[str, Decimal | None] | None = None
    reason: str | None = None
    note: str | None = None
    assessed_on: date | None = None


def judge(result: Result, terms: Terms | None) -> Score:
    """Give the month's score, unrounded; refuses what the scale or the rubric does not allow."""
    if result.criteria is not None:
        return _by_criteria(result.criteria, terms)
    full_mark = (terms or Terms()).full_mark
    value = result.score.value
    if value is not None and value > full_mark:
        shown = f"{Decimal(value.numerator) / value.denominator:.2f}"
        fault = Fault(
            f"/score/{result.score.kind}",
            "above-full-mark",
            f"{shown} is above the full mark of {full_mark}.",
            "Enter a score on the rubric's scale.",
        )
        raise Invalid(fault.detail, faults=[fault])
    if result.score.kind is ScoreKind.BELOW and value == 0:
        fault = Fault("/score/below", "no-score-below", "No score is below 0.", "Enter a bound above 0.")
        raise Invalid(fault.detail, faults=[fault])
    return result.score


def _by_criteria(points: Mapping[str, Decimal | None], terms: Terms | None) -> Score:
    rubric = terms.rubric if terms else None
    if rubric is None or not rubric.criteria:
        fault = Fault(
            "/criteria",
            "no-rubric",
            "The terms in force state no rubric with criteria (terms_incomplete: rubric).",
            "Enter the total as a score, or record the rubric by an amendment.",
        )
        raise Invalid(fault.detail, faults=[fault])
    faults = check_points(rubric, points)
    if faults:
        raise Invalid(faults[0].detail, faults=[_at_its_place(fault, points) for fault in faults])
    return Score(ScoreKind.EXACT, total(rubric, points).score)


def _at_its_place(fault: Fault, points: Mapping[str, Decimal | None]) -> Fault:
    """Turn the rule's `/criteria/<code>` into the place in the list that was sent."""
    places = {f"/criteria/{code}": f"/criteria/{place}/points" for place, code in enumerate(points)}
    return Fault(places.get(fault.pointer, "/criteria"), fault.code, fault.detail, fault.remedy)


def judgement(score: Score, version: Version) -> dict[str, object]:
    """Judge a result by its unrounded score and give the columns that say so; what no clause judges stays empty."""
    mark = version.terms.pass_mark
    grade = band_of(score, version.terms.grades)
    return {
        "terms_version_id": version.id,
        "pass_mark_hundredths": None if mark is None else hundredths(Fraction(mark)),
        "verdict": None if mark is None else verdict(score, mark),
        "grade": grade.name if grade else None,
    }


def stored_score(score: Score, state: MonthState = MonthState.ASSESSED) -> dict[str, object]:
    """Give the columns that hold a score: its kind, its hundredths rounded once, and the unrounded fraction.

    A month that is excused or not assessed has none.
    """
    if state is not MonthState.ASSESSED:
        return {"score_kind": None, "score_hundredths": None, "score_exact": None}
    value = score.value
    return {
        "score_kind": score.kind,
        "score_hundredths": None if value is None else hundredths(value),
        "score_exact": None if value is None else str(value),
    }


def read_score(kind: ScoreKind | None, exact: str | None) -> Score:
    """Read a stored score; an absent one is unknown."""
    if kind is None or exact is None:
        return UNKNOWN
    return Score(kind, Fraction(exact))
