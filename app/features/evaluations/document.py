"""An evaluation as a document: the shapes that the API takes and stores, and their reading into the rules' values.

Figures are texts as printed (`"1523.36万元"`, `"≥95 %"`); nothing is converted on the way in, so that a check can show
what stood there. A figure of Kaohe's own is written the same way.
"""

from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from app.rules.evaluations import values as rules
from app.values import Code, Name, Note, Quantity, Reason, Shape, Share

Printed = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$", strip_whitespace=True),
    Field(description="As printed, with its unit if it has one.", examples=["332344件"]),
]
Key = Annotated[Code, Field(description="The figure's or relation's own key in this evaluation.")]
MOST_ROWS = 200
"""Indicators of one level, figures, relations: far above any table read so far."""


class StepIn(Shape):
    """From which completion on which share of the weight is earned; 1 is the target met."""

    at_least: Quantity
    share: Share


class QualityBandIn(Shape):
    """A word of a qualitative scale and the shares of the weight that it may earn."""

    name: Name
    low: Share
    high: Share


class MethodIn(Shape):
    """评分方法, as the indicator states it."""

    kind: rules.MethodKind
    steps: Annotated[tuple[StepIn, ...], Field(max_length=50, description="Of `stepped` and `interpolated`.")] = ()
    bands: Annotated[
        tuple[QualityBandIn, ...], Field(max_length=20, description="Of `by_band`; none: the template's.")
    ] = ()
    denominator: Annotated[
        Code | None,
        Field(description="Of `execution_rate`: which quantity is divided by.", examples=["full_year_budget"]),
    ] = None

    assumed: Annotated[
        bool, Field(description="The paper states no method: this one is assumed by whoever entered the paper.")
    ] = False

    def method(self) -> rules.Method:
        """Read it as a rule's."""
        steps = tuple(rules.Step(Fraction(step.at_least), step.share) for step in self.steps)
        bands = tuple(rules.QualityBand(band.name, band.low, band.high) for band in self.bands)
        return rules.Method(self.kind, steps, bands, self.denominator, self.assumed)


class JudgementIn(Shape):
    """What a person gives within a band, as a share of the weight, and why."""

    share: Share
    reason: Reason


class UnitIn(Shape):
    """What one of several units reached."""

    name: Name
    target: Printed | None = None
    actual: Printed | None = None


class MeasureBinding(Shape):
    """An actual that is taken from the contract's own record, and over which months."""

    source: Annotated[
        Literal[
            "mean_monthly_score",
            "months_below_mark",
            "notices_on_time",
            "metric_sum",
            "metric_mean",
            "staff_on_post",
            "paid_share",
        ],
        Field(description="Which figure of the record."),
    ]
    metric: Annotated[Code | None, Field(description="Of `metric_sum` and `metric_mean`: its code.")] = None
    first: Annotated[str | None, Field(description="First month; none: the year's.", pattern=r"^20\d{2}-\d{2}$")] = None
    last: Annotated[str | None, Field(description="Last month; none: the year's.", pattern=r"^20\d{2}-\d{2}$")] = None
    base: Annotated[
        Code | None,
        Field(description="Of `paid_share`: `contract_year`, `initial_budget` or `full_year_budget`; never guessed."),
    ] = None

    @model_validator(mode="after")
    def _is_whole(self) -> "MeasureBinding":
        if self.source.startswith("metric_") != (self.metric is not None):
            message = (
                f"'{self.source}' takes no 'metric'" if self.metric else f"'{self.source}' needs a 'metric', the code"
            )
            raise ValueError(message)
        if (self.source == "paid_share") != (self.base is not None):
            message = f"'{self.source}' takes no 'base'" if self.base else "'paid_share' needs a 'base' to divide by"
            raise ValueError(message)
        return self


class MeasureIn(Shape):
    """What a leaf measures."""

    nature: rules.Nature
    target: Printed | None = None
    target_to: Annotated[Printed | None, Field(description="The upper end of a `range`.")] = None
    unit: Annotated[Name | None, Field(description="绩效度量单位.", examples=["件"])] = None
    actual: Printed | None = None
    binding: Annotated[MeasureBinding | None, Field(description="Takes the actual from the record.")] = None
    sense: Annotated[rules.Sense | None, Field(description="Which direction is good; none: told by its name.")] = None
    method: MethodIn | None = None
    judgement: JudgementIn | None = None
    deviation: Annotated[Note | None, Field(description="偏差原因分析及改进措施.")] = None
    units: Annotated[tuple[UnitIn, ...], Field(max_length=MOST_ROWS)] = ()
    roll_up: rules.RollUp | None = None

    def measure(self) -> rules.Measure:
        """Read it as a rule's; a binding is resolved before."""
        judgement = rules.Judgement(self.judgement.share, self.judgement.reason) if self.judgement else None
        return rules.Measure(
            nature=self.nature,
            target=self.target,
            target_to=self.target_to,
            unit=self.unit,
            actual=self.actual,
            sense=self.sense,
            method=self.method.method() if self.method else None,
            judgement=judgement,
            deviation=self.deviation,
            units=tuple(rules.UnitActual(unit.name, unit.target, unit.actual) for unit in self.units),
            roll_up=self.roll_up,
        )


class LeafIn(Shape):
    """A row of the table: what it weighs, what it measures, and the score that was printed for it, if one was."""

    name: Name
    dimension: rules.Dimension | None = None
    weight: Printed | None = None
    score: Annotated[Printed | None, Field(description="As printed; left out, Kaohe computes it.")] = None
    rate: Annotated[Printed | None, Field(description="得分率 as printed.")] = None
    measure: MeasureIn | None = None

    def indicator(self, place: str) -> rules.Indicator:
        """Read the row and what stands below it."""
        below = tuple(
            child.indicator(f"{place}/children/{number}") for number, child in enumerate(getattr(self, "children", ()))
        )
        return rules.Indicator(
            place=place,
            name=self.name,
            dimension=self.dimension,
            weight=self.weight,
            score=self.score,
            rate=self.rate,
            measure=self.measure.measure() if self.measure else None,
            children=below,
        )


class SecondIn(LeafIn):
    """二级指标: a row, or rows of the third level."""

    children: Annotated[tuple[LeafIn, ...], Field(max_length=MOST_ROWS)] = ()


class FirstIn(LeafIn):
    """一级指标: a row, or rows of the second level."""

    children: Annotated[tuple[SecondIn, ...], Field(max_length=MOST_ROWS)] = ()


class FundsIn(Shape):
    """A row of the funds (项目资金), as printed in the table's unit."""

    source: rules.FundSource
    initial: Annotated[Printed | None, Field(description="年初预算数.")] = None
    full_year: Annotated[Printed | None, Field(description="全年预算数.")] = None
    executed: Annotated[Printed | None, Field(description="全年执行数.")] = None
    weight: Printed | None = None
    rate: Annotated[Printed | None, Field(description="执行率.")] = None
    score: Printed | None = None


class FigureIn(Shape):
    """A figure that the paper prints in its text or in another table."""

    key: Key
    label: Name
    text: Annotated[Printed | None, Field(description="As printed; none for days of the calendar.")] = None
    unit: Annotated[Name | None, Field(description="The unit of its column, where the text carries none.")] = None
    quantity: Annotated[
        Code | None, Field(description="What it states; figures of one quantity must agree.", examples=["executed"])
    ] = None
    where: Annotated[Name | None, Field(description="Chapter and paragraph of the paper.")] = None
    days: Annotated[
        Literal["working_days", "calendar_days"] | None, Field(description="Take the year's days from the calendar.")
    ] = None

    @model_validator(mode="after")
    def _has_one_source(self) -> "FigureIn":
        if (self.text is None) == (self.days is None):
            message = "a figure has either its 'text' or its 'days'"
            raise ValueError(message)
        return self


class NumberTerm(Shape):
    """An exact number that a relation names, such as the three years of a contract."""

    number: Quantity


class RelationIn(Shape):
    """勾稽关系: what the paper says of its figures, or what follows from them."""

    key: Key
    label: Name
    kind: rules.RelationKind
    terms: Annotated[
        tuple[Key | NumberTerm, ...],
        Field(
            min_length=1,
            max_length=MOST_ROWS,
            description="Keys of figures or of earlier relations, or places of the tables such as `funds.0.executed`.",
        ),
    ]
    result: Annotated[Key | None, Field(description="The figure or place printed for it; none: it is derived.")] = None
    base: Annotated[Code | None, Field(description="The quantity that a rate's name claims to divide by.")] = None
    wording: Annotated[
        Name | None,
        Field(description="The paper's own words, where they claim less; a check says so.", examples=["主要用于"]),
    ] = None


class TotalIn(Shape):
    """The total row as printed."""

    weight: Printed | None = None
    score: Printed | None = None
    rate: Printed | None = None
    grade: Printed | None = None


class GoalsIn(Shape):
    """年度总体目标: what was to be reached, and what was."""

    expected: Annotated[str | None, StringConstraints(max_length=10_000)] = None
    reached: Annotated[str | None, StringConstraints(max_length=10_000)] = None


class EvaluationDocument(Shape):
    """Everything that an evaluation prints."""

    project: Annotated[Name, Field(description="项目名称.")]
    authority: Annotated[Name | None, Field(description="主管部门.")] = None
    unit: Annotated[Name | None, Field(description="实施单位.")] = None
    funds: Annotated[tuple[FundsIn, ...], Field(max_length=20)] = ()
    funds_unit: Annotated[Literal["元", "万元"], Field(description="The unit of the funds' figures.")] = "万元"
    denominator: Annotated[
        Literal["full_year_budget", "initial_budget"] | None,
        Field(description="What the funds' execution rate divides by; none: the template's."),
    ] = None
    goals: GoalsIn | None = None
    indicators: Annotated[
        tuple[FirstIn, ...], Field(max_length=MOST_ROWS, description="None where the paper prints no table of them.")
    ] = ()
    total: TotalIn | None = None
    figures: Annotated[tuple[FigureIn, ...], Field(max_length=MOST_ROWS)] = ()
    relations: Annotated[tuple[RelationIn, ...], Field(max_length=MOST_ROWS)] = ()

    def evaluation(self, year: int, template: rules.Template, days: dict[str, int | None]) -> rules.Evaluation:
        """Read the document as the rules' value; `days` gives the year's `working_days` and `calendar_days`."""
        total = self.total or TotalIn()
        return rules.Evaluation(
            year=year,
            template=template,
            indicators=tuple(row.indicator(f"/indicators/{number}") for number, row in enumerate(self.indicators)),
            funds=tuple(rules.Funds(f"/funds/{number}", **row.model_dump()) for number, row in enumerate(self.funds)),
            funds_unit=self.funds_unit,
            denominator=self.denominator,
            figures=tuple(_figure(number, figure, days) for number, figure in enumerate(self.figures)),
            relations=tuple(_relation(number, relation) for number, relation in enumerate(self.relations)),
            total_weight=total.weight,
            total_score=total.score,
            total_rate=total.rate,
            grade=total.grade,
        )


def _figure(number: int, figure: FigureIn, days: dict[str, int | None]) -> rules.Figure:
    own: dict[str, Any] = figure.model_dump(exclude={"days"})
    return rules.Figure(f"/figures/{number}", **own, days=days[figure.days] if figure.days else None)


def _relation(number: int, relation: RelationIn) -> rules.Relation:
    terms = tuple(term.number if isinstance(term, NumberTerm) else term for term in relation.terms)
    own = relation.model_dump(exclude={"terms"})
    return rules.Relation(f"/relations/{number}", **own, terms=terms)
