"""Annual assessments (年度考核): the years of a service, and what a year's score is by its months."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.rules.consecutive import MonthState
from app.rules.deadlines import DueDateRule
from app.rules.faults import Fault
from app.rules.money import figure, format_hundredths, hundredths
from app.rules.periods import Period, add_months, contract_year_start, periods_between
from app.rules.scores import Score, ScoreKind

_ONE_DAY = timedelta(days=1)
_MONTHS_A_YEAR = 12
_NOTHING = Score(ScoreKind.EXACT, Fraction(0))


class YearKind(StrEnum):
    """Which months make a year: the calendar's, or the twelve from an anniversary of the contract's start."""

    CALENDAR = "calendar_year"
    CONTRACT = "contract_year"


class Unscored(StrEnum):
    """What a month without a score does to the mean: it is left out of it, or counts as 0 points."""

    LEFT_OUT = "left_out"
    ZERO = "zero"


@dataclass(frozen=True, slots=True)
class AnnualScoreRule:
    """The mean of the months' unrounded scores; `review_weight` of it, between 0 and 1, gives way to a review's points.

    `excused` and `not_assessed` say what such a month counts; None where the clause is silent.
    """

    review_weight: Decimal | None = None
    excused: Unscored | None = None
    not_assessed: Unscored | None = None


@dataclass(frozen=True, slots=True)
class AnnualRule:
    """The clause: by when after its end a year is assessed, what a year is, and how its score follows.

    Without `score` the clause does not say how the months make up the year, so the centre enters its score.
    """

    due: DueDateRule
    years: YearKind = YearKind.CALENDAR
    score: AnnualScoreRule | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What is served and recorded of a contract; `closed_on` is its last day where it ended before `ends_on`."""

    starts_on: date
    ends_on: date
    recorded_from: Period
    closed_on: date | None = None


@dataclass(frozen=True, slots=True)
class ServiceYear:
    """A year of a service: `year` names it, `months` are those recorded in it, earliest first and at least one."""

    year: int
    first_day: date
    last_day: date
    months: tuple[Period, ...]


@dataclass(frozen=True, slots=True)
class YearMonth:
    """A month's final result as its year sees it, on the scale of its own rubric's full mark.

    The score of a month that is not assessed is not read.
    """

    period: Period
    state: MonthState
    score: Score
    full_mark: Decimal


@dataclass(frozen=True, slots=True)
class AnnualScore:
    """A year's unrounded score, or what is known of it, and sentences from which a reader can recompute it."""

    score: Score
    steps: tuple[str, ...]


def service_years(kind: YearKind, starts_on: date, months: Mapping[Period, date]) -> tuple[ServiceYear, ...]:
    """Give the years that recorded months, with the last day served in each, fall in; earliest first.

    A month belongs to the year that holds its last day of service, so a contract that starts within a month has
    twelve months a year, and none of them twice. A contract year is named by the calendar year in which it begins.
    """
    grouped: dict[date, list[Period]] = {}
    for period in sorted(months):
        grouped.setdefault(_first_day(kind, starts_on, months[period]), []).append(period)
    return tuple(
        ServiceYear(first_day.year, first_day, _last_day(kind, starts_on, first_day), tuple(periods))
        for first_day, periods in grouped.items()
    )


def not_counted(service: Service, year: ServiceYear) -> tuple[str, ...]:
    """Say which months that the contract puts in a year are not counted in it, and why (domain.md section 3)."""
    inside = [
        period
        for period in periods_between(Period.of(service.starts_on), Period.of(service.ends_on))
        if year.first_day <= min(period.last_day, service.ends_on) <= year.last_day and period not in year.months
    ]
    early = [period for period in inside if period < service.recorded_from]
    late = [period for period in inside if service.closed_on and period > Period.of(service.closed_on)]
    steps = []
    if early:
        steps.append(f"Not counted, before {service.recorded_from}, from which results are recorded: {_named(early)}.")
    if late:
        steps.append(f"Not counted, after the closing on {service.closed_on}: {_named(late)}.")
    return tuple(steps)


def check_annual_rule(rule: AnnualRule) -> tuple[Fault, ...]:
    """Name what is wrong with the clause; pointers start at it."""
    weight = rule.score.review_weight if rule.score else None
    if weight is None or 0 < weight < 1:
        return ()
    detail = f"A review that weighs {weight} leaves nothing to the {'months' if weight else 'review'}."
    remedy = "State a weight between 0 and 1, or leave out what does not count."
    return (Fault("/score/review_weight", "weight-outside-range", detail, remedy),)


def check_months(rule: AnnualScoreRule, months: Iterable[YearMonth], full_mark: Decimal) -> tuple[Fault, ...]:
    """Name what keeps the months of a year from having a mean on the scale of `full_mark`.

    That is a month without a score for which the clause has no answer, or a score on another scale; pointers start at
    the terms document.
    """
    faults = []
    for month in sorted(months, key=lambda month: month.period):
        if month.state is not MonthState.ASSESSED:
            if _effect(rule, month.state) is None:
                place = f"/annual_assessment/score/{month.state}"
                detail = (
                    f"{month.period} is {_words(month.state)}, and the clause does not say what such a month counts."
                )
                remedy = f"Record the parties' answer by an amendment: {Unscored.LEFT_OUT} or {Unscored.ZERO}."
                faults.append(Fault(place, "clause-silent", detail, remedy))
        elif month.score.value is not None and month.full_mark != full_mark:
            scales = (
                f"{month.period} was scored out of {figure(month.full_mark)}, the year is out of {figure(full_mark)}"
            )
            remedy = "Record by an amendment how the year's score follows, or let the centre enter it."
            faults.append(Fault("/rubric/full_mark", "scales-differ", f"{scales}.", remedy))
    return tuple(faults)


def check_review(rule: AnnualScoreRule, review: Decimal | None, full_mark: Decimal) -> tuple[Fault, ...]:
    """Name what is wrong with the points of the year-end review; the pointer is `/review`."""
    if rule.review_weight is None:
        if review is None:
            return ()
        detail, remedy = "The clause weighs no review in.", "Leave the review out."
        return (Fault("/review", "review-not-weighed", detail, remedy),)
    if review is None:
        detail = f"The clause weighs a year-end review in by {rule.review_weight}."
        return (Fault("/review", "review-missing", detail, "Give the review's points."),)
    if review > full_mark:
        detail = f"{figure(review)} is above the full mark of {figure(full_mark)}."
        return (Fault("/review", "above-full-mark", detail, "Give points on the rubric's scale."),)
    return ()


def annual_score(rule: AnnualScoreRule, months: Iterable[YearMonth], review: Decimal | None = None) -> AnnualScore:
    """Give a year's score by its months, in any order, and its review.

    What is known of the mean is what is known of the months together: exact scores with lower bounds give a lower
    bound, with upper bounds an upper one; a lower and an upper bound, or an unknown score, give nothing. Raises
    ValueError where the clause does not answer what a month or the review counts.
    """
    if (review is None) != (rule.review_weight is None):
        raise ValueError("a review is given exactly where the clause weighs one in")
    counted, steps = _counted(rule, sorted(months, key=lambda month: month.period))
    kind, why = _known(counted)
    steps += why
    if kind is ScoreKind.UNKNOWN:
        return AnnualScore(Score(kind, None), tuple(steps))
    total = sum((score.value for _, score in counted if score.value is not None), start=Fraction(0))
    value = total / len(counted)
    steps.append(f"The sum {_exact(total)}, divided by {len(counted)}, is {_bound(kind)}{_exact(value)}.")
    if rule.review_weight is not None and review is not None:
        weight = Fraction(rule.review_weight)
        weighed = f"{_exact(1 - weight)} of it and {_exact(weight)} of the review's {figure(review)}"
        value = value * (1 - weight) + Fraction(review) * weight
        steps.append(f"{weighed} together are {_bound(kind)}{_exact(value)}.")
    if hundredths(value) != value * 100:
        steps.append(f"Rounded once, half away from zero, it is {format_hundredths(hundredths(value))}.")
    return AnnualScore(Score(kind, value), tuple(steps))


def _first_day(kind: YearKind, starts_on: date, day: date) -> date:
    return date(day.year, 1, 1) if kind is YearKind.CALENDAR else contract_year_start(starts_on, day)


def _last_day(kind: YearKind, starts_on: date, first_day: date) -> date:
    if kind is YearKind.CALENDAR:
        return date(first_day.year, 12, 31)
    return add_months(starts_on, _MONTHS_A_YEAR * (first_day.year - starts_on.year + 1)) - _ONE_DAY


def _effect(rule: AnnualScoreRule, state: MonthState) -> Unscored | None:
    return rule.excused if state is MonthState.EXCUSED else rule.not_assessed


def _counted(rule: AnnualScoreRule, months: Iterable[YearMonth]) -> tuple[list[tuple[Period, Score]], list[str]]:
    """Give the scores that the mean is taken of, and the sentences that name every month."""
    counted: list[tuple[Period, Score]] = []
    unscored: dict[Unscored, list[str]] = {}
    for month in months:
        effect = _effect(rule, month.state)
        if month.state is MonthState.ASSESSED:
            counted.append((month.period, month.score))
            continue
        if effect is None:
            raise ValueError(f"nothing says what {month.period} counts")
        unscored.setdefault(effect, []).append(f"{month.period} ({_words(month.state)})")
        if effect is Unscored.ZERO:
            counted.append((month.period, _NOTHING))
    said = {Unscored.LEFT_OUT: "Left out", Unscored.ZERO: "Counted as 0 points"}
    steps = [f"{said[effect]}, as the clause says: {', '.join(named)}." for effect, named in unscored.items()]
    if counted:
        listed = ", ".join(f"{period} {_shown(score)}" for period, score in counted)
        steps.append(f"Counted are {len(counted)} months: {listed}." if counted[1:] else f"Counted is {listed}.")
    return counted, steps


def _known(counted: Sequence[tuple[Period, Score]]) -> tuple[ScoreKind, list[str]]:
    """Say how much the counted scores tell of their mean, and why where they tell nothing."""
    kinds = {score.kind for _, score in counted}
    if not counted:
        return ScoreKind.UNKNOWN, ["No month is counted, so the year's score is not known."]
    if ScoreKind.UNKNOWN in kinds:
        unknown = [period for period, score in counted if score.kind is ScoreKind.UNKNOWN]
        return ScoreKind.UNKNOWN, [f"What {_named(unknown)} scored is not known, so the mean is not either."]
    if {ScoreKind.AT_LEAST, ScoreKind.BELOW} <= kinds:
        return ScoreKind.UNKNOWN, ["Lower bounds and upper bounds together bound no mean, so it is not known."]
    return next((kind for kind in (ScoreKind.AT_LEAST, ScoreKind.BELOW) if kind in kinds), ScoreKind.EXACT), []


def _named(periods: Iterable[Period]) -> str:
    return ", ".join(map(str, periods))


def _words(state: MonthState) -> str:
    return state.replace("_", " ")


def _shown(score: Score) -> str:
    return "unknown" if score.value is None else f"{_bound(score.kind)}{_exact(score.value)}"


def _bound(kind: ScoreKind) -> str:
    return {ScoreKind.AT_LEAST: "at least ", ScoreKind.BELOW: "below "}.get(kind, "")


def _exact(value: Fraction) -> str:
    """Write a figure so that it can be reckoned with: one that is cut carries its fraction."""
    written = figure(value)
    return f"{written} ({value})" if written.endswith("…") else written
