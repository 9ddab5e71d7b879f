"""An evaluation as values: what a report prints, what its indicators say, and what is found in it.

Printed texts are kept as they are (`"486.58.万元"`, `"≥95 %"`): reading them is a rule of its own (`printed`), so that
a check can say what stood there. Places are JSON pointers into the evaluation's document.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from app.rules.evaluations.telling import Said


class Nature(StrEnum):
    """绩效指标性质: how an actual figure is held against its target."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    EQUAL = "equal"
    RANGE = "range"
    QUALITATIVE = "qualitative"


class Dimension(StrEnum):
    """What a first-level indicator is about (一级指标), whatever the report calls it."""

    DECISION = "decision"
    PROCESS = "process"
    INPUT = "input"
    EXECUTION = "execution"
    OUTPUT = "output"
    COST = "cost"
    BENEFIT = "benefit"
    SATISFACTION = "satisfaction"


class Sense(StrEnum):
    """Which direction is good for what an indicator measures; told by a person, or by its name."""

    MORE = "more"
    LESS = "less"


class MethodKind(StrEnum):
    """How a leaf that is measured turns into points."""

    ALL_OR_NOTHING = "all_or_nothing"
    PROPORTIONAL = "proportional"
    STEPPED = "stepped"
    INTERPOLATED = "interpolated"
    BY_BAND = "by_band"
    EXECUTION_RATE = "execution_rate"


class Verdict(StrEnum):
    """What recomputing a printed figure shows."""

    MATCH = "match"
    """It follows, whichever way it was rounded."""
    MATCH_HALF_UP = "match_half_up"
    """It follows where a half is rounded up, and would not where places are cut off."""
    MISMATCH = "mismatch"
    CONTRADICTS = "contradicts"
    """Two figures, or a figure and a text, cannot both be right."""
    BASE = "base"
    """It follows, but from another base than its name says."""
    UNIT = "unit"
    RULE = "rule"
    """The score given is not what the indicator's own rule gives."""
    TYPO = "typo"
    """It could be read, with a warning."""
    STATED = "stated"
    """Nothing in the report says otherwise, nothing proves it."""
    DERIVED = "derived"
    """The report does not print it; it follows from what it prints."""
    NOT_DERIVABLE = "not_derivable"


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure as it was printed, read: `value` in `unit`, or None where it cannot be read.

    `scale` is what one of the unit is in its base unit (万元: 10000 of 元; 万: 10000; %: 1/100), so that
    `value * scale` can be compared across units; `base_unit` is that base (元, 件, "" for a bare number or a share).
    `places` counts the decimals printed. `warnings` are codes of what had to be overlooked to read it.
    """

    text: str
    value: Decimal | None
    unit: str | None
    base_unit: str | None
    scale: Fraction
    places: int
    operator: str | None = None
    warnings: tuple[str, ...] = ()

    @property
    def size(self) -> Fraction | None:
        """Give it in its base unit, exactly."""
        return None if self.value is None else Fraction(self.value) * self.scale


@dataclass(frozen=True, slots=True)
class Step:
    """From which completion (actual ÷ target, or its inverse, 1 = met) on which share of the weight is earned."""

    at_least: Fraction
    share: Fraction


@dataclass(frozen=True, slots=True)
class QualityBand:
    """A word of a qualitative scale (优) and the shares of the weight that it may earn, both ends included."""

    name: str
    low: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person gave within a band, as a share of the weight, and why."""

    share: Fraction
    reason: str


@dataclass(frozen=True, slots=True)
class Method:
    """The stated way from an actual figure to points; only what belongs to its kind is filled."""

    kind: MethodKind
    steps: tuple[Step, ...] = ()
    """Of `STEPPED` and `INTERPOLATED`, by rising completion."""
    bands: tuple[QualityBand, ...] = ()
    """Of `BY_BAND`; empty: the template's."""
    denominator: str | None = None
    """Of `EXECUTION_RATE`: the quantity that is divided by, such as `full_year_budget`."""
    assumed: bool = False
    """The paper does not state it: whoever entered the paper assumed it."""


@dataclass(frozen=True, slots=True)
class UnitActual:
    """What one of several units reached; they roll up by their values first, then the score is taken."""

    name: str
    target: str | None
    actual: str | None


class RollUp(StrEnum):
    """How several units' values make one."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a leaf measures: everything as printed, but for the method."""

    nature: Nature
    target: str | None
    target_to: str | None = None
    """The upper end of a range."""
    unit: str | None = None
    actual: str | None = None
    sense: Sense | None = None
    method: Method | None = None
    judgement: Judgement | None = None
    deviation: str | None = None
    """偏差原因分析及改进措施."""
    units: tuple[UnitActual, ...] = ()
    roll_up: RollUp | None = None
    exact: Fraction | None = None
    """Of an actual from the record: what `actual` shows rounded, in the unit shown."""


@dataclass(frozen=True, slots=True)
class Indicator:
    """One row of the tree, or a group of rows; a leaf may stand on any of the three levels.

    A leaf without `measure` is scored by people, and its printed score is all there is.
    """

    place: str
    name: str
    dimension: Dimension | None = None
    weight: str | None = None
    score: str | None = None
    rate: str | None = None
    measure: Measure | None = None
    children: tuple["Indicator", ...] = ()


class FundSource(StrEnum):
    """A row of the funds (项目资金)."""

    TOTAL = "total"
    FISCAL = "fiscal"
    CARRIED_OVER = "carried_over"
    OWN = "own"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Funds:
    """One row of the funds, as printed in the table's unit."""

    place: str
    source: FundSource
    initial: str | None = None
    full_year: str | None = None
    executed: str | None = None
    weight: str | None = None
    rate: str | None = None
    score: str | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the report's text or of another table, by a key of its own.

    Figures with the same `quantity` state the same thing, and must agree. `days` is filled where the figure is a count
    of days of a year that the calendar gives; `text` is None then.
    """

    place: str
    key: str
    label: str
    text: str | None
    unit: str | None = None
    """The unit of a column's heading, where the text carries none."""
    quantity: str | None = None
    where: str | None = None
    """The chapter and paragraph of the paper."""
    days: int | None = None


class RelationKind(StrEnum):
    """勾稽关系."""

    SUM = "sum"
    DIFFERENCE = "difference"
    """The first of `terms` less the others."""
    RATE = "rate"
    """The first of `terms` ÷ the second, as a percentage."""
    QUOTIENT = "quotient"
    PRODUCT = "product"
    CHANGE = "change"
    """From the first of `terms` to the second, as a percentage of the first."""
    SAME = "same"
    """All of `terms` state one thing."""
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class Relation:
    """What a report says, or leaves to be reckoned: `result` is the figure printed for it, None where none is.

    Each term is a figure's key, that of a relation further up, a place of the tables with points for its slashes
    (`funds.0.executed`), or an exact number; `result` is a figure's key or such a place. `base` names the quantity that
    a rate's name claims to divide by. `wording` are the paper's words, where they claim less (主要用于).
    """

    place: str
    key: str
    label: str
    kind: RelationKind
    terms: tuple[str | Decimal, ...]
    result: str | None = None
    base: str | None = None
    wording: str | None = None


@dataclass(frozen=True, slots=True)
class GradeBand:
    """A grade (优) and the total, in percent of the full mark, from which it is given."""

    name: str
    at_least: Decimal


@dataclass(frozen=True, slots=True)
class Template:
    """What a province and year prescribe: grades, weights of the dimensions, scales, when a deviation is large."""

    code: str
    title: str
    source: str
    full_mark: Decimal
    grades: tuple[GradeBand, ...]
    weights: tuple[tuple[Dimension, Decimal], ...] = ()
    """Of the first level, where they are prescribed."""
    required: tuple[Dimension, ...] = ()
    """The dimensions that no table may lack."""
    quality_bands: tuple[QualityBand, ...] = ()
    far_above: Fraction | None = None
    """From which share of the target on (1.5: half again as much) a deviation asks for a note; None: never."""
    denominator: str | None = None
    """What the execution rate divides by, where the template says: `full_year_budget` or `initial_budget`."""
    assumptions: tuple[str, ...] = ()
    """What its source does not say and was filled in, to be confirmed before it is used."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """An evaluation as handed in: what it prints, nothing of it repaired."""

    year: int
    template: Template
    indicators: tuple[Indicator, ...]
    funds: tuple[Funds, ...] = ()
    funds_unit: str = "万元"
    denominator: str | None = None
    """What the execution rate of the funds divides by; None: the template's."""
    figures: tuple[Figure, ...] = ()
    relations: tuple[Relation, ...] = ()
    total_weight: str | None = None
    total_score: str | None = None
    total_rate: str | None = None
    grade: str | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Scored:
    """A row with what the rules make of it: `weight` and `score` exact, None where they cannot be told.

    `stated` says that the score is the printed one of people, which nothing computes. `steps` tell how it came about.
    """

    place: str
    name: str
    level: int
    weight: Fraction | None
    score: Fraction | None
    stated: bool
    rate: Fraction | None
    """Score ÷ weight."""
    met: bool | None = None
    completion: Fraction | None = None
    steps: tuple[Said, ...] = ()
    children: tuple["Scored", ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an evaluation comes to: the first level with its rates, the total unrounded, the grade from it."""

    rows: tuple[Scored, ...]
    funds: Scored | None
    weight: Fraction | None
    total: Fraction | None
    rate: Fraction | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """One printed or derivable figure, recomputed.

    `key` is the relation's, or that of a row (`rate:/indicators/0`). `recomputed` is written with the places that were
    printed, `exact` without rounding, both in the unit printed; `remarks` are further sentences, such as what another
    rounding would give, and `remarks_zh` the same in Chinese.
    """

    key: str
    place: str
    quantity: str
    published: str | None
    recomputed: str | None
    exact: Fraction | None
    verdict: Verdict
    remarks: tuple[str, ...] = ()
    remarks_zh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Check:
    """What is wrong in an evaluation: a code to rely on, where, what stood there, what it would be, and what to do.

    `zh` and `en` say why; nothing is repaired. `verdict` is that of the comparison behind it, where there is one.
    """

    code: str
    place: str
    zh: str
    en: str
    remedy_zh: str
    remedy_en: str
    published: str | None = None
    recomputed: str | None = None
    verdict: Verdict | None = None
    also: Sequence[str] = ()
    """Further places that it is about."""
