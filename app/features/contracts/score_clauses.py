"""The clauses that pay by a score or another figure, as a contract's document states them."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, model_validator

from app.features.contracts.clause_shapes import BaseName, Clause, Rounding, ShareBand, read_bands
from app.features.contracts.measure_shapes import Measure, Sites
from app.rules import clauses as rules
from app.rules.clauses import Base, Combined, FirstPeriod, Granularity, Unscored
from app.rules.scores import Band
from app.values import Points, Quantity, Rate, Share

Cut = tuple[Decimal, bool]
"""A place between rates: just before one, or, with True, just after it."""
_EDGES = 4


class Lag(Clause):
    """The score of an earlier period pays this one."""

    periods: Annotated[StrictInt, Field(ge=1, le=12)]
    """How many periods before: months, or quarters or years where the base is one."""
    first: FirstPeriod | None = None
    """What decides where there is no earlier period; needed there."""

    def rule(self) -> rules.Lag:
        """Read it as a rule's."""
        return rules.Lag(self.periods, self.first)


class Grace(Clause):
    """The first months of the service are paid apart, whatever their score."""

    months: Annotated[StrictInt, Field(ge=1, le=36)]
    share: Rate | None = None
    """The share that each of them is paid; needed for each."""
    counts_partial: StrictBool | None = None
    """Whether a first month that the service only touches is one of them; needed where that decides."""

    def rule(self) -> rules.Grace:
        """Read it as a rule's."""
        return rules.Grace(self.months, self.share, self.counts_partial)


class _ByScore(Clause):
    """What every clause that pays by the score may answer beside its scale."""

    base: BaseName
    """Percent of what; what is longer than a month is reckoned in its last month."""
    part: Share | None = None
    """The share of the base that the score decides about; the rest is paid whatever the score. Left out, it is all."""
    measure: Measure | None = None
    """What decides in place of the assessed score."""
    sites: Sites | None = None
    """The sites whose scores decide together."""
    rounding: Rounding | None = None
    score: Combined | None = None
    """Which score decides about a base that is longer than a month; needed there."""
    weights: Annotated[list[Rate], Field(max_length=60)] = []  # noqa: RUF012 pydantic copies it
    """The weights of `weighted_months`, in the order of the months; they sum to 1."""
    lag: Lag | None = None
    """Whether the score of an earlier period pays this one."""
    grace: Grace | None = None
    """How the first months of the service are paid, where apart."""
    excused: Unscored | None = None
    """What an excused month is paid, or, of a longer base, that it is left out; needed once there is one."""
    not_assessed: Unscored | None = None
    """The same for a month that was not assessed."""

    def by_score(self) -> rules.ByScore:
        """Read these answers as a rule's."""
        return rules.ByScore(
            base=Base(self.base),
            rounding=self.rounding.rule() if self.rounding else None,
            score=self.score,
            excused=self.excused,
            not_assessed=self.not_assessed,
            part=self.part,
            measure=self.measure.rule() if self.measure else None,
            sites=self.sites.rules() if self.sites else None,
            weights=tuple(self.weights),
            lag=self.lag.rule() if self.lag else None,
            grace=self.grace.rule() if self.grace else None,
        )


class PayBand(ShareBand):
    """A stretch of the score and the share that it earns, or that a person decides about."""

    decided: StrictBool = False
    """Whether a person decides the share, with a reason; `share` is then the most that it may be."""


class ScoreBands(_ByScore):
    """The score's band says which share of the base is paid; the amount paid is rounded, the rest deducted."""

    kind: Literal["score_bands"]
    bands: Annotated[list[PayBand], Field(min_length=1, max_length=50)]
    """Bands that together hold every score from 0 to the full mark once."""

    def rule(self) -> rules.ScoreBands:
        """Read the clause as a rule."""
        bands = read_bands(self.bands)
        decided = frozenset(band.name for (band, _), stated in zip(bands, self.bands, strict=True) if stated.decided)
        return rules.ScoreBands(self.by_score(), bands, decided)


class LinearBelowMark(_ByScore):
    """For each point below a mark so much of the base is deducted; the deduction is rounded."""

    kind: Literal["linear_below_mark"]
    mark: Points
    """From which score on nothing is deducted."""
    per_point: Rate
    """The share of the base that each point below the mark costs."""
    granularity: Granularity | None = None
    """What a part of a point costs: its part, nothing, or a whole point; needed for a score with one."""
    floor: Rate | None = None
    """The smallest share that is paid; needed once the points would cost more than all."""

    def rule(self) -> rules.LinearBelowMark:
        """Read the clause as a rule."""
        return rules.LinearBelowMark(self.by_score(), self.mark, self.per_point, self.granularity, self.floor)


class RatioToMark(_ByScore):
    """Below a mark the base is paid in the ratio of the score to the mark; the amount paid is rounded."""

    kind: Literal["ratio_to_mark"]
    mark: Points
    """From which score on all is paid."""

    def rule(self) -> rules.RatioToMark:
        """Read the clause as a rule."""
        return rules.RatioToMark(self.by_score(), self.mark)


class Stretch(Clause):
    """A stretch of the score below the mark, or below the stretch before it, and what each point of it costs."""

    down_to: Points | None = None
    """The score at which it ends; the last one, without it, goes to 0."""
    per_point: Rate
    """The share of the base that each point of it costs."""


class PiecewiseLinear(_ByScore):
    """Below a mark each point costs so much of the base, stretch by stretch; the deduction is rounded."""

    kind: Literal["piecewise_linear"]
    mark: Points
    """From which score on nothing is deducted."""
    stretches: Annotated[list[Stretch], Field(min_length=1, max_length=50)]
    """The stretches, from the mark down."""
    granularity: Granularity | None = None
    """What a part of a point costs: its part, nothing, or a whole point; needed for a score with one."""
    floor: Rate | None = None
    """The smallest share that is paid; needed once the points would cost more than all."""

    def rule(self) -> rules.PiecewiseLinear:
        """Read the clause as a rule."""
        stretches = tuple((stretch.down_to, stretch.per_point) for stretch in self.stretches)
        return rules.PiecewiseLinear(self.by_score(), self.mark, stretches, self.granularity, self.floor)


class RateStep(Clause):
    """A step on a measured rate; exactly one edge is stated."""

    below: Quantity | None = None
    """Reached under this rate, itself not included."""
    at_most: Quantity | None = None
    """Reached at this rate or under it."""
    above: Quantity | None = None
    """Reached over this rate, itself not included."""
    at_least: Quantity | None = None
    """Reached at this rate or over it."""
    deduct: Rate
    """The share of the base that is deducted."""

    @model_validator(mode="after")
    def _has_one_edge(self) -> "RateStep":
        if [self.below, self.at_most, self.above, self.at_least].count(None) != _EDGES - 1:
            message = "state one edge: below, at_most, above or at_least"
            raise ValueError(message)
        return self

    def cut(self) -> Cut:
        """Give the place where the step begins or ends: just before a rate, or just after it."""
        for edge, after in ((self.below, False), (self.at_most, True), (self.above, True), (self.at_least, False)):
            if edge is not None:
                return edge, after
        raise ValueError("a step without an edge")

    def reached(self, low: Cut | None, high: Cut | None) -> bool:
        """Say whether all rates between two cuts reach the step."""
        if self.below is not None or self.at_most is not None:
            return high is not None and high <= self.cut()
        return low is not None and low >= self.cut()


class RateSteps(_ByScore):
    """Steps on a measured rate, of which the deepest that is reached applies; the deduction is rounded."""

    kind: Literal["rate_steps"]
    steps: Annotated[list[RateStep], Field(min_length=1, max_length=50)]
    """The steps: all `below` or `at_most`, or all `above` or `at_least`."""

    def rule(self) -> rules.RateSteps:
        """Read the clause as a rule, whose bands hold every rate once."""
        edges = sorted({step.cut() for step in self.steps})
        stretches = zip([None, *edges], [*edges, None], strict=True)
        return rules.RateSteps(self.by_score(), tuple(self._band(low, high) for low, high in stretches))

    def _band(self, low: Cut | None, high: Cut | None) -> tuple[Band, Decimal]:
        """Give the stretch between two cuts, and the deepest of the steps that are reached in it."""
        reached = [step.deduct for step in self.steps if step.reached(low, high)]
        band = Band(
            f"from {low} to {high}",
            at_least=low[0] if low and not low[1] else None,
            above=low[0] if low and low[1] else None,
            below=high[0] if high and not high[1] else None,
            at_most=high[0] if high and high[1] else None,
        )
        return band, max(reached, default=Decimal(0))
