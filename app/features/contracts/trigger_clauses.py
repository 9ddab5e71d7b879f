"""The clauses with a consequence that a person decides about, as a contract's document states them."""

from typing import Annotated, Literal

from pydantic import Field, StrictInt, model_validator

from app.features.contracts.clause_shapes import Clause
from app.features.contracts.measure_shapes import Multipliers, PointsByLevel, PointsByType, read_prices
from app.rules import clauses as rules
from app.rules.clauses import Base, Beyond, Reaches
from app.rules.consecutive import Gap
from app.rules.measures import Points as PointsRule
from app.rules.windows import Window
from app.values import Code, Fen, Points, Rate


def check_edge(below: Points | None, at_most: Points | None) -> None:
    """Raise ValueError where a clause does not state its mark by exactly one edge."""
    if (below is None) == (at_most is None):
        message = "state one edge: below or at_most"
        raise ValueError(message)


class LadderStep(Clause):
    """What follows from so many failed months."""

    count: Annotated[StrictInt, Field(ge=1, le=120)]
    """How many failed months reach it."""
    consequence: Code
    """What follows, named in the alert; a person acts on it."""
    amount: Fen | None = None
    """What the month is deducted that reaches it; left out, nothing."""

    def rule(self) -> rules.LadderStep:
        """Read it as a rule's."""
        return rules.LadderStep(self.count, self.consequence, self.amount)


class WarningLadder(Clause):
    """Failed months, in a row or within so many, of which each further one has a further consequence."""

    kind: Literal["warning_ladder"]
    below: Points | None = None
    """A month fails below this mark; either this or `at_most`."""
    at_most: Points | None = None
    """A month fails at this mark or under it."""
    steps: Annotated[list[LadderStep], Field(min_length=1, max_length=20)]
    """The steps, from the lowest count up."""
    within: Annotated[StrictInt, Field(ge=2, le=120)] | None = None
    """Within so many calendar months; left out, in a row: a month that does not fail begins anew."""
    excused: Gap | None = None
    """Whether an excused month is stepped over or ends a row; needed where one stands in it."""
    not_assessed: Gap | None = None
    """The same for a month that was not assessed."""
    beyond: Beyond | None = None
    """What a further failed month costs after the last step, where that costs something; needed once there is one."""

    @model_validator(mode="after")
    def _has_one_edge(self) -> "WarningLadder":
        check_edge(self.below, self.at_most)
        return self

    def rule(self) -> rules.WarningLadder:
        """Read the clause as a rule."""
        return rules.WarningLadder(
            below=self.below,
            at_most=self.at_most,
            steps=tuple(step.rule() for step in self.steps),
            within=self.within,
            excused=self.excused,
            not_assessed=self.not_assessed,
            beyond=self.beyond,
        )


class DeductionTotal(Clause):
    """The deductions of a year or of the contract reach a share of a base, or an amount."""

    kind: Literal["deduction_total"]
    per: Literal["year", "contract"]
    """Over what deductions are summed."""
    base: Literal["year_fee", "contract_total"]
    """Of what `share` is a share."""
    share: Rate | None = None
    """The share of the base; either this or `amount`."""
    amount: Fen | None = None
    """The amount."""
    reaches: Reaches | None = None
    """Whether exactly that much is enough; needed once it is exactly that much."""
    consequence: Code
    """What follows, named in the alert; a person acts on it."""

    def rule(self) -> rules.DeductionTotal:
        """Read the clause as a rule."""
        return rules.DeductionTotal(
            Window(self.per), Base(self.base), self.share, self.amount, self.reaches, self.consequence
        )


class DemeritYear(Clause):
    """A calendar year."""

    kind: Literal["calendar_year"]


class DemeritMonths(Clause):
    """Any so many calendar months."""

    kind: Literal["rolling_months"]
    months: Annotated[StrictInt, Field(ge=1, le=120)]


class DemeritPoints(Clause):
    """Points by issue type that reach so many within a window."""

    kind: Literal["demerit_points"]
    points: PointsByType = {}  # noqa: RUF012 pydantic copies it
    """Points for each finding by the code of its issue type; another type has none."""
    by_level: PointsByLevel = {}  # noqa: RUF012 pydantic copies it
    """Points for each finding by issue type and, within it, by the finding's level."""
    multipliers: Multipliers | None = None
    """What makes a repeat count more."""
    reach: Points
    """How many points are enough."""
    window: Annotated[DemeritYear | DemeritMonths, Field(discriminator="kind")] | None = None
    """Over what they are summed; needed once the points of the contract are enough."""
    consequence: Code
    """What follows, named in the alert; a person acts on it."""

    def rule(self) -> rules.DemeritPoints:
        """Read the clause as a rule."""
        multipliers = self.multipliers.rule() if self.multipliers else None
        window = rules.DemeritWindow(getattr(self.window, "months", None)) if self.window else None
        points = PointsRule(read_prices(self.points, self.by_level), multipliers)
        return rules.DemeritPoints(points, self.reach, window, self.consequence)


class RenewalGate(Clause):
    """A renewal needs a year's score of at least a mark, or that of each of the last so many years."""

    kind: Literal["renewal_gate"]
    at_least: Points
    """The mark that the score of a held annual assessment has to reach."""
    years: Annotated[StrictInt, Field(ge=1, le=20)] = 1
    """How many years, the one that was held last among them, have to reach it."""
    consequence: Code
    """What follows where one does not, named in the alert; a person acts on it."""

    def rule(self) -> rules.RenewalGate:
        """Read the clause as a rule."""
        return rules.RenewalGate(self.at_least, self.years, self.consequence)


Trigger = Annotated[WarningLadder | DeductionTotal | DemeritPoints | RenewalGate, Field(discriminator="kind")]
