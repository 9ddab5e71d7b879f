"""Annual assessments: the table, and what holds for every series of months."""

import random
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.annual import (
    AnnualRule,
    AnnualScoreRule,
    Service,
    ServiceYear,
    Unscored,
    YearKind,
    YearMonth,
    annual_score,
    check_annual_rule,
    check_months,
    check_review,
    not_counted,
    service_years,
)
from app.rules.consecutive import MonthState
from app.rules.deadlines import DueDateRule, Roll, Unit
from app.rules.periods import Period, periods_between
from app.rules.scores import Score, ScoreKind
from tests.rules.tables import Case, cases

HUNDRED = Decimal(100)
UNKNOWN = Score(ScoreKind.UNKNOWN, None)
DUE = DueDateRule("year_end", Unit.CALENDAR_DAYS, 31, Roll.NONE)


def rule_of(columns: Case) -> AnnualScoreRule:
    weight = columns.get("review_weight")
    excused, not_assessed = (
        Unscored(columns[state]) if state in columns else None for state in ("excused", "not_assessed")
    )
    return AnnualScoreRule(None if weight is None else Decimal(weight), excused, not_assessed)


def score_of(cell: object) -> Score:
    match cell:
        case {"exact": value}:
            return Score(ScoreKind.EXACT, Fraction(value))
        case {"at_least": bound}:
            return Score(ScoreKind.AT_LEAST, Fraction(bound))
        case {"below": bound}:
            return Score(ScoreKind.BELOW, Fraction(bound))
        case "unknown":
            return UNKNOWN
    assert isinstance(cell, int | Decimal)
    return Score(ScoreKind.EXACT, Fraction(cell))


def month_of(number: int, cell: object, full_mark: Decimal = HUNDRED) -> YearMonth:
    state = MonthState(cell) if cell in ("excused", "not_assessed") else MonthState.ASSESSED
    score = score_of(cell) if state is MonthState.ASSESSED else UNKNOWN
    return YearMonth(Period(2023, number), state, score, full_mark)


def months_of(case: Case) -> list[YearMonth]:
    marks = case.get("full_marks", [100] * len(case["months"]))
    cells = zip(case["months"], marks, strict=True)
    return [month_of(number, cell, Decimal(mark)) for number, (cell, mark) in enumerate(cells, 1)]


def review_of(case: Case) -> Decimal | None:
    return Decimal(case["review"]) if "review" in case else None


def served_of(case: Case) -> tuple[date, date, dict[Period, date]]:
    starts_on, ends_on = case["service"]
    last = case.get("closed_on", ends_on)
    periods = periods_between(Period.parse(case["recorded"]), Period.of(last))
    return starts_on, ends_on, {period: min(period.last_day, last) for period in periods}


def years_of(case: Case) -> tuple[ServiceYear, ...]:
    starts_on, _, months = served_of(case)
    return service_years(YearKind(case.get("kind", "calendar_year")), starts_on, months)


@pytest.mark.parametrize("case", cases("annual", "years"))
def test_years(case: Case) -> None:
    found = {year.year: [year.last_day, str(year.months[0]), str(year.months[-1])] for year in years_of(case)}
    assert found == case["years"]


@pytest.mark.parametrize("case", cases("annual", "scores"))
def test_scores(case: Case) -> None:
    found = annual_score(rule_of(case.get("rule", {})), months_of(case), review_of(case))
    assert found.score == score_of(case["score"])
    for said in case.get("says", []):
        assert said in " ".join(found.steps)


@pytest.mark.parametrize("case", cases("annual", "silences"))
def test_silences(case: Case) -> None:
    faults = check_months(rule_of(case.get("rule", {})), months_of(case), HUNDRED)
    assert [[fault.pointer, fault.code] for fault in faults] == case["faults"]


@pytest.mark.parametrize("case", cases("annual", "reviews"))
def test_reviews(case: Case) -> None:
    faults = check_review(rule_of(case.get("rule", {})), review_of(case), HUNDRED)
    assert [fault.code for fault in faults] == case["faults"]


@pytest.mark.parametrize("case", cases("annual", "weights"))
def test_weights(case: Case) -> None:
    faults = check_annual_rule(AnnualRule(DUE, score=rule_of(case.get("rule", {}))))
    assert [[fault.pointer, fault.code] for fault in faults] == case["faults"]


def test_a_clause_that_computes_no_score_has_no_weight() -> None:
    assert check_annual_rule(AnnualRule(DUE)) == ()


@pytest.mark.parametrize("case", cases("annual", "uncounted"))
def test_uncounted(case: Case) -> None:
    starts_on, ends_on, _ = served_of(case)
    service = Service(starts_on, ends_on, Period.parse(case["recorded"]), case.get("closed_on"))
    assert list(not_counted(service, years_of(case)[0])) == case["steps"]


@pytest.mark.parametrize(
    ("rule", "months", "review"),
    [
        (AnnualScoreRule(), [month_of(1, "excused")], None),
        (AnnualScoreRule(), [month_of(1, 90)], Decimal(80)),
        (AnnualScoreRule(Decimal("0.3")), [month_of(1, 90)], None),
    ],
)
def test_what_no_check_has_let_through_is_not_reckoned(
    rule: AnnualScoreRule, months: list[YearMonth], review: Decimal | None
) -> None:
    with pytest.raises(ValueError, match=r"says what|weighs one in"):
        annual_score(rule, months, review)


POINTS = st.integers(0, 12_000).map(lambda hundredths: Fraction(hundredths, 120))
ASSESSED = st.one_of(
    st.builds(Score, st.sampled_from([ScoreKind.EXACT, ScoreKind.AT_LEAST, ScoreKind.BELOW]), POINTS), st.just(UNKNOWN)
)
LENIENT = AnnualScoreRule(None, Unscored.LEFT_OUT, Unscored.ZERO)


def year_of(scores: Iterable[Score], states: Iterable[MonthState]) -> list[YearMonth]:
    pairs = zip(scores, states, strict=False)
    return [YearMonth(Period(2023, number), state, score, HUNDRED) for number, (score, state) in enumerate(pairs, 1)]


@given(
    st.lists(ASSESSED, min_size=1, max_size=12),
    st.lists(st.sampled_from(MonthState), min_size=12, max_size=12),
    st.randoms(use_true_random=False),
)
def test_the_order_of_months_does_not_matter(
    scores: list[Score], states: list[MonthState], chance: random.Random
) -> None:
    months = year_of(scores, states)
    shuffled = chance.sample(months, len(months))
    assert annual_score(LENIENT, shuffled) == annual_score(LENIENT, months)


@given(st.lists(POINTS, min_size=1, max_size=12), st.integers(1, 99), POINTS)
def test_a_mean_lies_between_its_months_and_the_weighed_score_between_mean_and_review(
    points: list[Fraction], percent: int, review: Fraction
) -> None:
    months = year_of((Score(ScoreKind.EXACT, value) for value in points), [MonthState.ASSESSED] * 12)
    mean = annual_score(AnnualScoreRule(), months).score.value
    assert mean is not None
    assert min(points) <= mean <= max(points)
    given_points = Decimal(int(review * 100)) / 100
    weighed = annual_score(AnnualScoreRule(Decimal(percent) / 100), months, given_points).score.value
    assert weighed is not None
    assert min(mean, Fraction(given_points)) <= weighed <= max(mean, Fraction(given_points))


@given(st.lists(st.tuples(POINTS, st.booleans()), min_size=1, max_size=12), st.sampled_from(["at_least", "below"]))
def test_what_is_known_of_a_mean_never_contradicts_the_months(months: list[tuple[Fraction, bool]], kind: str) -> None:
    """Where some scores are only bounded, the bound of the mean is true of the mean of any scores within them."""
    one = Fraction(1) if kind == "at_least" else Fraction(-1)
    bounded = [Score(ScoreKind(kind) if open_ else ScoreKind.EXACT, value) for value, open_ in months]
    real = sum((value + one if open_ else value for value, open_ in months), start=Fraction(0)) / len(months)
    found = annual_score(AnnualScoreRule(), year_of(bounded, [MonthState.ASSESSED] * 12)).score
    assert found.value is not None
    holds = {
        ScoreKind.EXACT: real == found.value,
        ScoreKind.AT_LEAST: real >= found.value,
        ScoreKind.BELOW: real < found.value,
    }
    assert holds[found.kind]


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 2000), st.sampled_from(YearKind))
def test_every_month_of_a_service_is_in_exactly_one_year(starts_on: date, days: int, kind: YearKind) -> None:
    ends_on = date.fromordinal(starts_on.toordinal() + days)
    months = {
        period: min(period.last_day, ends_on) for period in periods_between(Period.of(starts_on), Period.of(ends_on))
    }
    years = service_years(kind, starts_on, months)
    assert [period for year in years for period in year.months] == list(months)
    assert len({year.year for year in years}) == len(years)
    assert all(year.first_day <= months[period] <= year.last_day for year in years for period in year.months)
    assert all(first.last_day < second.first_day for first, second in pairwise(years))
