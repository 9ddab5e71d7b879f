"""Scores: what a rubric adds up to, which band a score falls in, and whether it is below a mark."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from app.rules.faults import Fault
from app.rules.money import figure, format_hundredths, hundredths


class CriterionKind(StrEnum):
    """What the points of a criterion do: awards make up the full mark, the others (加分项, 扣分项) stand beside it."""

    AWARD = "award"
    ADDITION = "addition"
    DEDUCTION = "deduction"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One scored item (评分项): its points lie between 0 and `weight`, whichever kind it is."""

    code: str
    name: str
    kind: CriterionKind
    weight: Decimal


@dataclass(frozen=True, slots=True)
class Rubric:
    """The scored items (考核评分细则) and the full mark that the weights of its awards sum to.

    `normalise` says whether awards that do not apply are left out and the rest rescaled to the full mark (clauses.md
    section 2, `applicable_maximum`). A rubric without criteria is one whose total is entered, not computed.
    """

    full_mark: Decimal
    criteria: tuple[Criterion, ...]
    normalise: bool


class ScoreKind(StrEnum):
    """How much is known of a score: its value, a bound (the value is at least, or below, the one given), or nothing."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    BELOW = "below"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Score:
    """A score or what is known of it; `value` is unrounded, and None for `UNKNOWN` alone (ValueError otherwise)."""

    kind: ScoreKind
    value: Fraction | None

    def __post_init__(self) -> None:
        """Refuse a value that nobody knows, and a known score without its value."""
        if (self.value is None) != (self.kind is ScoreKind.UNKNOWN):
            raise ValueError(f"a score of kind {self.kind} cannot have the value {self.value}")


@dataclass(frozen=True, slots=True)
class Total:
    """What points add up to: the unrounded `score`, the same in `hundredths` rounded once, and how it was reached."""

    score: Fraction
    hundredths: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Band:
    """A named range of scores; an edge that is None does not limit it.

    Lower edge: `at_least` (inside the band) or `above` (outside). Upper edge: `at_most` (inside) or `below` (outside).
    """

    name: str
    at_least: Decimal | None
    above: Decimal | None
    below: Decimal | None
    at_most: Decimal | None


class Verdict(StrEnum):
    """Whether a score is below a mark; `UNDETERMINED` where what is known of it cannot say."""

    BELOW = "below"
    NOT_BELOW = "not_below"
    UNDETERMINED = "undetermined"


def check_rubric(rubric: Rubric) -> tuple[Fault, ...]:
    """Name what is wrong with a rubric; pointers start at the rubric, as in `/criteria/0/weight`."""
    faults = []
    if rubric.full_mark <= 0:
        detail = f"The full mark is {figure(rubric.full_mark)}."
        faults.append(Fault("/full_mark", "non-positive-full-mark", detail, "Give a full mark above 0."))
    codes = [criterion.code for criterion in rubric.criteria]
    for position, criterion in enumerate(rubric.criteria):
        if criterion.code in codes[:position]:
            detail, remedy = f'More than one criterion is coded "{criterion.code}".', "Give each a code of its own."
            faults.append(Fault(f"/criteria/{position}/code", "duplicate-criterion", detail, remedy))
        if criterion.weight <= 0:
            detail = f'The weight of "{criterion.code}" is {figure(criterion.weight)}.'
            remedy = "Give a weight above 0, also for what a deduction takes off."
            faults.append(Fault(f"/criteria/{position}/weight", "non-positive-weight", detail, remedy))
    weights = _sum(award.weight for award in _of_kind(rubric, CriterionKind.AWARD))
    if rubric.criteria and weights != rubric.full_mark:
        detail = f"The weights of the awards sum to {figure(weights)}, the full mark is {figure(rubric.full_mark)}."
        remedy = "Change the weights or the full mark; additions and deductions do not count in it."
        faults.append(Fault("/criteria", "weights-miss-full-mark", detail, remedy))
    return tuple(faults)


def check_points(rubric: Rubric, points: Mapping[str, Decimal | None]) -> tuple[Fault, ...]:
    """Name what is wrong with the points given by criterion code, where None says that a criterion does not apply.

    Pointers are `/criteria/` and the code as it was given; the caller maps them to its own document.
    """
    codes = {criterion.code for criterion in rubric.criteria}
    faults = [
        Fault(f"/criteria/{code}", "unknown-criterion", f'The rubric has no criterion "{code}".', "Leave it out.")
        for code in points
        if code not in codes
    ]
    for criterion in rubric.criteria:
        faults += _faults_of_points(criterion, points, rescales=rubric.normalise)
    awards = _of_kind(rubric, CriterionKind.AWARD)
    if rubric.criteria and all(points.get(award.code, award.weight) is None for award in awards):
        detail, remedy = "No criterion that makes up the full mark applies.", "Score what applies, or excuse the month."
        faults.append(Fault("/criteria", "nothing-applies", detail, remedy))
    return tuple(faults)


def total(rubric: Rubric, points: Mapping[str, Decimal | None]) -> Total:
    """Add up the points of a rubric: awards, rescaled where some do not apply, plus additions, less deductions.

    The result is held between 0 and the full mark once, at the end, and rounded once. Raises ValueError where
    `check_rubric` or `check_points` finds a fault, and for a rubric without criteria, which has nothing to add up.
    """
    faults = check_rubric(rubric) + check_points(rubric, points)
    if faults or not rubric.criteria:
        raise ValueError(faults[0].detail if faults else "A rubric without criteria has no points to add up.")
    awarded, steps = _awarded(rubric, points)
    added, taken_off = _points(rubric, CriterionKind.ADDITION, points), _points(rubric, CriterionKind.DEDUCTION, points)
    reached = awarded + added - taken_off
    if added or taken_off:
        beside = f"{figure(added)} of additions and less {figure(taken_off)} of deductions"
        steps.append(f"With {beside} it is {figure(reached)}.")
    score = min(max(reached, Fraction(0)), Fraction(rubric.full_mark))
    if score != reached:
        steps.append(f"Held between 0 and the full mark of {figure(rubric.full_mark)} it is {figure(score)}.")
    rounded = hundredths(score)
    if rounded != score * 100:
        steps.append(f"Rounded once, half away from zero, it is {format_hundredths(rounded)}.")
    return Total(score, rounded, tuple(steps))


def check_bands(bands: Sequence[Band], full_mark: Decimal) -> tuple[Fault, ...]:
    """Name where bands, in any order, leave a score between 0 and the full mark in no band or in two.

    Scores are a continuous line: "below 89" and "at least 90" leave 89.50 nowhere. Gaps and overlaps are looked for
    once every band has edges that make sense. Pointers are `/1` for a band and the root for what lies between bands.
    """
    faults = []
    names = [band.name for band in bands]
    for position, name in enumerate(names):
        if name in names[:position]:
            detail, remedy = f'More than one band is called "{name}".', "Give each band a name of its own."
            faults.append(Fault(f"/{position}", "band-duplicate-name", detail, remedy))
    misshapen = [fault for position, band in enumerate(bands) for fault in _faults_of_edges(position, band, full_mark)]
    return (*faults, *(misshapen or _faults_between(bands, full_mark)))


def band_of(score: Score, bands: Iterable[Band]) -> Band | None:
    """Give the band that a score falls in, by its unrounded value (clauses.md section 4).

    None for an unknown score, for a bound that leaves more than one band possible, and where faulty bands leave the
    score in none or in two.
    """
    if score.value is None:
        return None
    at_value = _Cut(score.value, after=False)
    match score.kind:
        case ScoreKind.AT_LEAST:
            low, high = at_value, _TOP
        case ScoreKind.BELOW:
            low, high = _BOTTOM, at_value
        case _:
            low, high = at_value, _Cut(score.value, after=True)
    possible = [band for band in bands if max(low, _low(band)) < min(high, _high(band))]
    return possible[0] if len(possible) == 1 else None


def verdict(score: Score, mark: Decimal) -> Verdict:
    """Tell whether a score is below a mark by its unrounded value; a bound decides only where it must."""
    value = score.value
    if value is None:
        return Verdict.UNDETERMINED
    match score.kind:
        case ScoreKind.AT_LEAST:
            return Verdict.NOT_BELOW if value >= mark else Verdict.UNDETERMINED
        case ScoreKind.BELOW:
            return Verdict.BELOW if value <= mark else Verdict.UNDETERMINED
        case _:
            return Verdict.BELOW if value < mark else Verdict.NOT_BELOW


def fails(score: Score, below: Decimal | None, at_most: Decimal | None) -> bool | None:
    """Say whether a score is below one mark, or at or under another; None where what is known of it cannot say.

    Exactly one of the marks is given.
    """
    if below is not None:
        return {Verdict.BELOW: True, Verdict.NOT_BELOW: False}.get(verdict(score, below))
    value = score.value
    if value is None or at_most is None:
        return None
    match score.kind:
        case ScoreKind.AT_LEAST:
            return False if value > at_most else None
        case ScoreKind.BELOW:
            return True if value <= at_most else None
        case _:
            return value <= at_most


def _of_kind(rubric: Rubric, kind: CriterionKind) -> tuple[Criterion, ...]:
    return tuple(criterion for criterion in rubric.criteria if criterion.kind is kind)


def _sum(amounts: Iterable[Decimal | None]) -> Fraction:
    # Fractions, since a sum of decimals is rounded to the digits of a context that anybody may have changed.
    return sum((Fraction(amount) for amount in amounts if amount is not None), start=Fraction(0))


def _points(rubric: Rubric, kind: CriterionKind, points: Mapping[str, Decimal | None]) -> Fraction:
    return _sum(points[criterion.code] for criterion in _of_kind(rubric, kind))


def _awarded(rubric: Rubric, points: Mapping[str, Decimal | None]) -> tuple[Fraction, list[str]]:
    """Give the points of the awards on the scale of the full mark, and the sentences that say how."""
    full_mark = Fraction(rubric.full_mark)
    awarded = _points(rubric, CriterionKind.AWARD, points)
    awards = _of_kind(rubric, CriterionKind.AWARD)
    applicable = _sum(award.weight for award in awards if points[award.code] is not None)
    steps = [f"The criteria that apply are awarded {figure(awarded)} of {figure(applicable)}."]
    if applicable == full_mark:
        return awarded, steps
    rescaled = awarded * full_mark / applicable
    steps.append(f"Times {figure(full_mark)} and divided by {figure(applicable)} it is {figure(rescaled)}.")
    return rescaled, steps


def _faults_of_points(criterion: Criterion, points: Mapping[str, Decimal | None], *, rescales: bool) -> list[Fault]:
    """Name what is wrong with the points of one criterion of a rubric that rescales or does not: at most one fault."""
    pointer, code = f"/criteria/{criterion.code}", criterion.code
    if code not in points:
        return [Fault(pointer, "missing-criterion", f'"{code}" has no points.', "Give its points, 0 included.")]
    given = points[code]
    if given is None:
        if rescales and criterion.kind is CriterionKind.AWARD:
            return []
        detail = f'"{code}" is said not to apply, but only awards of a rubric that rescales may be left out.'
        return [Fault(pointer, "must-apply", detail, "Give its points, 0 included.")]
    if given < 0:
        detail, remedy = f'"{code}" has {figure(given)} points.', "Give 0 or more, also for what a deduction takes off."
        return [Fault(pointer, "negative-points", detail, remedy)]
    if given > criterion.weight:
        detail = f'"{code}" has {figure(given)} points, its full mark is {figure(criterion.weight)}.'
        return [Fault(pointer, "above-full-mark", detail, f"Give at most {figure(criterion.weight)}.")]
    return []


class _Cut(NamedTuple):
    """A place between scores, just before a value or just `after` it, so that a band is a half-open range of cuts."""

    value: Fraction | Decimal
    after: bool


_BOTTOM = _Cut(Decimal(0), after=False)
_TOP = _Cut(Decimal("Infinity"), after=False)


def _low(band: Band) -> _Cut:
    if band.above is not None:
        return _Cut(band.above, after=True)
    return _BOTTOM if band.at_least is None else _Cut(band.at_least, after=False)


def _high(band: Band) -> _Cut:
    if band.at_most is not None:
        return _Cut(band.at_most, after=True)
    return _TOP if band.below is None else _Cut(band.below, after=False)


def _faults_of_edges(position: int, band: Band, full_mark: Decimal) -> list[Fault]:
    """Name what is wrong with the edges of one band, seen by itself."""
    pointer, faults = f"/{position}", []
    for edges, first, second in (("lower", "at_least", "above"), ("upper", "below", "at_most")):
        if getattr(band, first) is not None and getattr(band, second) is not None:
            detail, remedy = f'"{band.name}" has two {edges} edges.', f'Give either "{first}" or "{second}".'
            faults.append(Fault(pointer, "band-edge-twice", detail, remedy))
    if not faults and max(_low(band), _BOTTOM) >= min(_high(band), _Cut(full_mark, after=True)):
        detail = f'"{band.name}" holds no score between 0 and the full mark of {figure(full_mark)}.'
        faults.append(Fault(pointer, "band-empty", detail, "Give edges with scores between them, or leave it out."))
    return faults


def _faults_between(bands: Sequence[Band], full_mark: Decimal) -> list[Fault]:
    """Walk up the line from band to band, and name every stretch that is in no band or in two."""
    faults = []
    end = _Cut(full_mark, after=True)
    reached, last = _BOTTOM, ""
    for band in sorted(bands, key=_low):
        low, high = max(_low(band), _BOTTOM), min(_high(band), end)
        if low > reached:
            faults.append(_gap(reached, low))
        if low < reached:
            faults.append(_overlap(last, band.name, low, min(reached, high)))
        if high > reached:
            reached, last = high, band.name
    if reached < end:
        faults.append(_gap(reached, end))
    return faults


def _gap(low: _Cut, high: _Cut) -> Fault:
    detail = f"No band holds {_example(low, high)}."
    return Fault("", "band-gap", detail, "Let the next band begin where the one before it ends.")


def _overlap(first: str, second: str, low: _Cut, high: _Cut) -> Fault:
    detail = f'Both "{first}" and "{second}" hold {_example(low, high)}.'
    return Fault("", "band-overlap", detail, "Let one of them end where the other begins.")


def _example(low: _Cut, high: _Cut) -> str:
    """Give a score between two cuts: the middle, which is the value itself where both cuts are at one value."""
    return figure((Fraction(low.value) + Fraction(high.value)) / 2)
