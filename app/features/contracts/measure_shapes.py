"""What a clause may measure in place of the assessed score, as a contract's document states it."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from app.features.contracts.clause_shapes import Clause
from app.rules import measures as rules
from app.rules.measures import SiteRule, Together, When
from app.rules.windows import Window
from app.values import Code, Fen, Points, Quantity, Rate

_NONE: Mapping[str, Mapping[str, int]] = {}

PointsByType = Annotated[dict[Code, Points], Field(max_length=200)]
AmountsByType = Annotated[dict[Code, Fen], Field(max_length=200)]
SharesByType = Annotated[dict[Code, Rate], Field(max_length=200)]
PointsByLevel = Annotated[dict[Code, Annotated[dict[Code, Points], Field(max_length=50)]], Field(max_length=200)]
AmountsByLevel = Annotated[dict[Code, Annotated[dict[Code, Fen], Field(max_length=50)]], Field(max_length=200)]
SharesByLevel = Annotated[dict[Code, Annotated[dict[Code, Rate], Field(max_length=50)]], Field(max_length=200)]


def read_prices(
    each: Mapping[str, Decimal] | Mapping[str, int],
    by_level: Mapping[str, Mapping[str, Decimal]] | Mapping[str, Mapping[str, int]] = _NONE,
) -> tuple[rules.Price, ...]:
    """Read what a finding costs by issue type, and by level within it, as rules' prices."""
    found = [rules.Price(issue_type, None, Decimal(value)) for issue_type, value in each.items()]
    for issue_type, levels in by_level.items():
        found += [rules.Price(issue_type, level, Decimal(value)) for level, value in levels.items()]
    return tuple(found)


class Factor(Clause):
    """Which finding counts more than its price says, and by what its price is multiplied."""

    when: When
    """The so-manieth of its type (`number`), a repeat of what was not rectified, or a type of the month before too."""
    factor: Annotated[Quantity, Field(le=1000)]
    """By what the price on the present severity is multiplied."""
    number: Annotated[StrictInt, Field(ge=2, le=1000)] | None = None
    """Of `number`: from which finding of its issue type on."""
    within: Window | None = None
    """Of `number`: over what they are counted."""
    compounds: StrictBool | None = None
    """Of `consecutive`: whether each further month in a row multiplies once more; needed from the third on."""

    def rule(self) -> rules.Factor:
        """Read it as a rule's."""
        return rules.Factor(self.when, self.factor, self.number, self.within, self.compounds)


class Multipliers(Clause):
    """What multiplies the price of a finding."""

    factors: Annotated[list[Factor], Field(min_length=1, max_length=20)]
    """The factors; of several for a `number` the one with the largest number reached applies."""
    together: Together | None = None
    """What becomes of several different factors of one finding; needed once there are."""

    def rule(self) -> rules.Multipliers:
        """Read them as a rule's."""
        return rules.Multipliers(tuple(factor.rule() for factor in self.factors), self.together)


class CriterionOfFindings(Clause):
    """A criterion whose findings take at most its weight."""

    code: Code
    weight: Points
    """The most points that it loses."""
    issue_types: Annotated[list[Code], Field(min_length=1, max_length=200)]

    def rule(self) -> rules.CriterionOfFindings:
        """Read it as a rule's."""
        return rules.CriterionOfFindings(self.code, self.weight, tuple(self.issue_types))


class FindingScore(Clause):
    """A score that the month's findings make: the full mark, less points, plus additions."""

    kind: Literal["findings"]
    full_mark: Points
    points: PointsByType = {}  # noqa: RUF012 pydantic copies it
    """Points for each finding by the code of its issue type; another type takes none."""
    by_level: PointsByLevel = {}  # noqa: RUF012 pydantic copies it
    """Points for each finding by issue type and, within it, by the finding's level."""
    multipliers: Multipliers | None = None
    """What makes a repeat count more."""
    criteria: Annotated[list[CriterionOfFindings], Field(max_length=100)] = []  # noqa: RUF012 pydantic copies it
    """Criteria that lose at most their weight."""
    additions: PointsByType | None = None
    """Points that are added for each finding of a type, such as praise."""
    most_added: Points | None = None
    """The most that is added; left out, there is no cap."""
    floor: Points | None = None
    """The smallest score; needed once more is taken than there is."""
    subjects: Annotated[dict[Code, Rate], Field(max_length=20)] = {}  # noqa: RUF012 pydantic copies it
    """Those that one finding counts for, each with its ratio of the points."""
    subject: Code | None = None
    """Of several subjects the one whose score decides; needed where there are."""

    def rule(self) -> rules.FindingScore:
        """Read it as a rule's."""
        multipliers = self.multipliers.rule() if self.multipliers else None
        return rules.FindingScore(
            full_mark=self.full_mark,
            points=rules.Points(read_prices(self.points, self.by_level), multipliers),
            additions=read_prices(self.additions) if self.additions else (),
            most_added=self.most_added,
            criteria=tuple(criterion.rule() for criterion in self.criteria),
            floor=self.floor,
            subjects=tuple(self.subjects.items()),
            subject=self.subject,
        )


class Metric(Clause):
    """A figure of the month (月度数据), such as a rate."""

    kind: Literal["metric"]
    code: Code
    full_mark: Quantity
    """The largest that the figure can be."""

    def rule(self) -> rules.Metric:
        """Read it as a rule's."""
        return rules.Metric(self.code, self.full_mark)


class Knot(Clause):
    """Points that a figure earns."""

    at: Quantity
    points: Points


class Interpolated(Clause):
    """Points for a figure of the month, linear between knots."""

    kind: Literal["interpolated"]
    code: Code
    knots: Annotated[list[Knot], Field(min_length=2, max_length=50)]
    clamped: StrictBool | None = None
    """Whether a figure outside the knots earns what the nearest one does; needed once there is one."""

    def rule(self) -> rules.Interpolated:
        """Read it as a rule's."""
        return rules.Interpolated(self.code, tuple((knot.at, knot.points) for knot in self.knots), self.clamped)


PartOfScore = Annotated[FindingScore | Metric | Interpolated, Field(discriminator="kind")]


class SumOf(Clause):
    """A score that is the sum of several."""

    kind: Literal["sum"]
    parts: Annotated[list[PartOfScore], Field(min_length=2, max_length=50)]

    def rule(self) -> rules.SumOf:
        """Read it as a rule's."""
        return rules.SumOf(tuple(part.rule() for part in self.parts))


Measure = Annotated[FindingScore | Metric | Interpolated | SumOf, Field(discriminator="kind")]


class Sites(Clause):
    """The sites whose scores decide together; each site's is a figure of the month (月度数据)."""

    code: Code
    """The code of the figure that holds a site's score."""
    sites: Annotated[list[Code], Field(min_length=1, max_length=100)]
    rule: SiteRule | None = None
    """The lowest, the mean of the scores, or the mean of the coefficients that they give; never guessed."""
    weights: Annotated[list[Rate], Field(max_length=100)] = []  # noqa: RUF012 pydantic copies it
    """The weights of a weighted mean, in the order of the sites; they sum to 1."""
    places: Annotated[StrictInt, Field(ge=0, le=6)] | None = None
    """To how many places a mean is rounded before it is used; left out, it is not."""

    def rules(self) -> rules.Sites:
        """Read them as a rule's."""
        return rules.Sites(self.code, tuple(self.sites), self.rule, tuple(self.weights), self.places)
