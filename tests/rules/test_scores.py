"""Scores: rubrics, totals, bands and verdicts by their tables, and what holds for every score."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.rules.faults import Fault
from app.rules.money import format_hundredths
from app.rules.scores import (
    Band,
    Criterion,
    CriterionKind,
    Rubric,
    Score,
    ScoreKind,
    Verdict,
    band_of,
    check_bands,
    check_points,
    check_rubric,
    total,
    verdict,
)
from tests.rules.tables import Case, cases, rows

FULL_MARK = Decimal(100)


def rubric_of(case: Case) -> Rubric:
    criteria = (Criterion(code, code, CriterionKind(kind), Decimal(weight)) for code, kind, weight in case["criteria"])
    return Rubric(Decimal(case["full_mark"]), tuple(criteria), normalise=case.get("normalise", False))


def points_of(case: Case) -> dict[str, Decimal | None]:
    return {code: None if points is None else Decimal(points) for code, points in case["points"].items()}


def band(name: str, edges: Case) -> Band:
    given_edges = {edge: Decimal(value) for edge, value in edges.items()}
    return Band(name, *(given_edges.get(edge) for edge in ("at_least", "above", "below", "at_most")))


def bands_of(case: Case) -> list[Band]:
    return [band(name, edges) for name, edges in case["bands"].items()]


def score_of(case: Case) -> Score:
    ((kind, value),) = case["score"].items()
    return Score(ScoreKind(kind), None if value is None else Fraction(value))


def assert_faults(faults: tuple[Fault, ...], case: Case) -> None:
    assert [[fault.pointer, fault.code] for fault in faults] == case["faults"]
    assert not faults or str(case.get("says", "")) in faults[0].detail
    assert all(fault.remedy for fault in faults)


@pytest.mark.parametrize("case", cases("rubrics", "rubrics"))
def test_rubric(case: Case) -> None:
    assert_faults(check_rubric(rubric_of(case)), case)


@pytest.mark.parametrize("case", cases("rubrics", "points"))
def test_points(case: Case) -> None:
    assert_faults(check_points(rubric_of(case["rubric"]), points_of(case)), case)


@pytest.mark.parametrize("case", cases("totals"))
def test_total(case: Case) -> None:
    found = total(rubric_of(case["rubric"]), points_of(case))
    assert found.score == Fraction(case["score"])
    assert format_hundredths(found.hundredths) == case["printed"]
    assert found.steps == tuple(case.get("steps", found.steps))


def test_points_with_a_fault_have_no_total() -> None:
    rubric = Rubric(FULL_MARK, (Criterion("staff", "人员", CriterionKind.AWARD, FULL_MARK),), normalise=False)
    with pytest.raises(ValueError, match=r'"staff" has 100\.50 points'):
        total(rubric, {"staff": Decimal("100.5")})


def test_a_rubric_without_criteria_has_no_total() -> None:
    with pytest.raises(ValueError, match="without criteria"):
        total(Rubric(FULL_MARK, (), normalise=False), {})


@pytest.mark.parametrize("case", cases("bands", "checks"))
def test_bands(case: Case) -> None:
    assert_faults(check_bands(bands_of(case), Decimal(case.get("full_mark", FULL_MARK))), case)


@pytest.mark.parametrize("case", cases("bands", "repeated_names"))
def test_repeated_names(case: Case) -> None:
    edges = ({"at_least": 90}, {"below": 60}, {"at_least": 60, "below": 90})
    bands = [band(name, edge) for name, edge in zip(case["names"], edges, strict=True)]
    assert_faults(check_bands(bands, FULL_MARK), case)


@pytest.mark.parametrize("case", cases("bands", "falls"))
def test_band_of(case: Case) -> None:
    bands = bands_of(rows("bands", "checks")[0])
    found = band_of(score_of(case), bands)
    assert (found and found.name) == case["band"]
    assert found == band_of(score_of(case), reversed(bands))


@pytest.mark.parametrize("case", cases("verdicts"))
def test_verdict(case: Case) -> None:
    assert verdict(score_of(case), Decimal(case["mark"])) is Verdict(case["verdict"])


@pytest.mark.parametrize(("kind", "value"), [(ScoreKind.UNKNOWN, Fraction(0)), (ScoreKind.EXACT, None)])
def test_a_score_that_contradicts_itself_is_refused(kind: ScoreKind, value: Fraction | None) -> None:
    with pytest.raises(ValueError, match="cannot have the value"):
        Score(kind, value)


# Edges on a coarse grid meet each other often; between and on them lie all kinds of score.
EDGES = st.none() | st.sampled_from([Decimal(value) for value in range(-10, 120, 10)])
BANDS = st.lists(st.tuples(EDGES, EDGES, st.booleans(), st.booleans()), max_size=4).map(
    lambda shapes: [
        Band(str(number), low if is_in else None, None if is_in else low, None if up_to else up, up if up_to else None)
        for number, (low, up, is_in, up_to) in enumerate(shapes)
    ]
)
BELONGS_TO_UPPER = st.dictionaries(st.sampled_from([Decimal(value) for value in range(10, 100, 10)]), st.booleans())
SCORES = [Fraction(value, 2) for value in range(201)]
# Between an edge and a bound half a point from it there are scores as well.
FINER_SCORES = [Fraction(value, 4) for value in range(401)]
POINTS = st.decimals(0, 100, places=2)


def holds(band: Band, score: Fraction) -> bool:
    """Say in the plainest way whether a band holds a score."""
    return (
        (band.at_least is None or score >= band.at_least)
        and (band.above is None or score > band.above)
        and (band.below is None or score < band.below)
        and (band.at_most is None or score <= band.at_most)
    )


def adjoining_bands(belongs_to_upper: dict[Decimal, bool]) -> list[Band]:
    """Make bands that meet at the given edges, each of which belongs to the band above it or below it."""
    bands = []
    for low, up in pairwise([None, *sorted(belongs_to_upper), None]):
        is_in, is_out = (low is not None and belongs_to_upper[low]), (up is not None and belongs_to_upper[up])
        edges = {"at_least" if is_in else "above": low, "below" if is_out else "at_most": up}
        bands.append(band(str(low), {edge: value for edge, value in edges.items() if value is not None}))
    return bands


@given(BANDS)
def test_bands_are_faulty_exactly_when_a_score_is_in_none_or_in_two(bands: list[Band]) -> None:
    codes = {fault.code for fault in check_bands(bands, FULL_MARK)}
    assume("band-empty" not in codes)
    holding = {sum(holds(band, score) for band in bands) for score in SCORES}
    assert ("band-gap" in codes) is (0 in holding)
    assert ("band-overlap" in codes) is any(count > 1 for count in holding)
    assert codes <= {"band-gap", "band-overlap"}


@given(BANDS)
def test_a_band_is_empty_exactly_when_it_holds_no_score(bands: list[Band]) -> None:
    empty = {fault.pointer for fault in check_bands(bands, FULL_MARK) if fault.code == "band-empty"}
    held = {f"/{place}" for place, band in enumerate(bands) if any(holds(band, score) for score in SCORES)}
    assert empty == {f"/{place}" for place in range(len(bands))} - held


@given(BELONGS_TO_UPPER, st.sampled_from(SCORES), st.sampled_from(list(ScoreKind)[:3]))
def test_a_band_is_given_exactly_when_no_other_is_possible(
    edges: dict[Decimal, bool], value: Fraction, kind: ScoreKind
) -> None:
    bands = adjoining_bands(edges)
    assert check_bands(bands, FULL_MARK) == ()
    possible = {
        ScoreKind.EXACT: [value],
        ScoreKind.AT_LEAST: [score for score in FINER_SCORES if score >= value],
        ScoreKind.BELOW: [score for score in FINER_SCORES if score < value],
    }[kind]
    names = {band.name for band in bands for score in possible if holds(band, score)}
    found = band_of(Score(kind, value), bands)
    assert (found and {found.name}) == (names if len(names) == 1 else None)


@given(staff=POINTS, praise=POINTS, breach=POINTS, hall_applies=st.booleans())
def test_a_total_stays_on_the_scale_and_is_rounded_once(
    *, staff: Decimal, praise: Decimal, breach: Decimal, hall_applies: bool
) -> None:
    kinds = {"staff": "award", "hall": "award", "praise": "addition", "breach": "deduction"}
    criteria = [Criterion(code, code, CriterionKind(kind), Decimal(100)) for code, kind in kinds.items()]
    rubric = Rubric(Decimal(200), tuple(criteria), normalise=True)
    hall = Decimal(50) if hall_applies else None
    found = total(rubric, {"staff": staff, "hall": hall, "praise": praise, "breach": breach})
    awarded = Fraction(staff) + 50 if hall_applies else Fraction(staff) * 2
    assert found.score == min(max(awarded + Fraction(praise) - Fraction(breach), 0), 200)
    assert abs(found.score * 100 - found.hundredths) <= Fraction(1, 2)


@given(st.sampled_from(SCORES), st.sampled_from(SCORES), st.integers(0, 100))
def test_a_bound_never_contradicts_the_score_that_it_bounds(value: Fraction, bound: Fraction, mark: int) -> None:
    kind = ScoreKind.AT_LEAST if value >= bound else ScoreKind.BELOW
    exact, bounded = verdict(Score(ScoreKind.EXACT, value), Decimal(mark)), verdict(Score(kind, bound), Decimal(mark))
    assert bounded in {exact, Verdict.UNDETERMINED}
