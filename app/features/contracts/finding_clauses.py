"""The clauses by which findings cost money, as a contract's document states them, and their reading into rules."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from app.features.contracts.clause_shapes import BaseName, Clause, Rounding
from app.features.contracts.measure_shapes import (
    AmountsByLevel,
    AmountsByType,
    Multipliers,
    PointsByLevel,
    PointsByType,
    SharesByLevel,
    SharesByType,
    read_prices,
)
from app.rules import clauses as rules
from app.rules.clauses import Base, DayCount, PriceUnit, TiersBy
from app.rules.measures import Points as PointsRule
from app.rules.measures import Price
from app.rules.windows import Window
from app.values import Fen, Name, Points, Quantity, Rate


class Cap(Clause):
    """The most that a clause takes in a while: either a share of the clause's base, or an amount."""

    per: Window
    """Over what it counts; not longer than the base that it is a share of."""
    share: Rate | None = None
    """The share of the clause's base."""
    amount: Fen | None = None
    """The amount."""
    from_record: StrictBool | None = None
    """Whether only what is on record counts towards it; needed where it began to count before the record does."""

    def rule(self) -> rules.Cap:
        """Read the clause as a rule's."""
        return rules.Cap(self.per, self.share, self.amount, self.from_record)


class _Priced(Clause):
    """What every clause that prices findings may answer."""

    base: BaseName
    """Of what shares are taken, the one of a cap too."""
    cap: Cap | None = None
    """The most that is deducted; left out, there is no cap."""
    rounding: Rounding | None = None
    """How the deduction is rounded, once it is not whole fen."""
    multipliers: Multipliers | None = None
    """What makes a repeat cost more; left out, nothing does."""

    def per_finding(
        self, unit: PriceUnit, prices: tuple[Price, ...], base: str, per_day: rules.PerDay | None = None
    ) -> rules.PerFinding:
        """Read the clause as a rule."""
        return rules.PerFinding(
            base=Base(base),
            unit=unit,
            prices=prices,
            cap=self.cap.rule() if self.cap else None,
            rounding=self.rounding.rule() if self.rounding else None,
            multipliers=self.multipliers.rule() if self.multipliers else None,
            per_day=per_day,
        )


class AmountPerFinding(_Priced):
    """A fixed amount for each finding of an issue type; a type that is not named costs nothing."""

    kind: Literal["amount_per_finding"]
    amounts: AmountsByType = {}  # noqa: RUF012 pydantic copies it
    """The amount for each finding by the code of its issue type."""
    by_level: AmountsByLevel = {}  # noqa: RUF012 pydantic copies it
    """The amount for each finding by issue type and, within it, by the finding's level."""

    def rule(self) -> rules.PerFinding:
        """Read the clause as a rule."""
        return self.per_finding(PriceUnit.YUAN, read_prices(self.amounts, self.by_level), self.base)


class PercentPerFinding(_Priced):
    """A share of the base for each finding of an issue type; the deduction is rounded."""

    kind: Literal["percent_per_finding"]
    base: Literal[BaseName, "month_fines"]  # type: ignore[assignment]
    """Percent of what; `month_fines` is what the month's findings cost by clauses of another base."""
    shares: SharesByType = {}  # noqa: RUF012 pydantic copies it
    """The share for each finding by the code of its issue type."""
    by_level: SharesByLevel = {}  # noqa: RUF012 pydantic copies it
    """The share for each finding by issue type and, within it, by the finding's level."""

    def rule(self) -> rules.PerFinding:
        """Read the clause as a rule."""
        return self.per_finding(PriceUnit.SHARE, read_prices(self.shares, self.by_level), self.base)


class LatePerformance(_Priced):
    """A share of the base for each day that something is late, from the first day to the last of its finding."""

    kind: Literal["late_performance"]
    per_day: SharesByType
    """The share for each day by the code of the issue type that says what was late: one per mille is `0.001`."""
    count: DayCount | None = None
    """Whether calendar days or working days count; needed where they differ."""

    def rule(self) -> rules.PerFinding:
        """Read the clause as a rule."""
        per_day = rules.PerDay(self.count)
        return self.per_finding(PriceUnit.SHARE, read_prices(self.per_day), self.base, per_day)


class Wage(Clause):
    """The share of a day's wage that each day costs beside its price."""

    share: Rate
    amount: Fen
    """The wage of a day."""
    source: Name
    """Where the wage is stated."""


class AbsentStaff(_Priced):
    """An amount for each day that a post is absent and not replaced, and a share of the wage."""

    kind: Literal["absent_staff"]
    per_day: AmountsByType
    """The amount for each day by the code of the issue type that says that somebody was absent."""
    count: DayCount | None = None
    """Whether calendar days or working days count; needed where they differ."""
    wage: Wage | None = None
    """What each day costs of the wage; left out, nothing."""

    def rule(self) -> rules.PerFinding:
        """Read the clause as a rule."""
        wage = rules.Wage(self.wage.share, self.wage.amount, self.wage.source) if self.wage else None
        per_day = rules.PerDay(self.count, wage)
        return self.per_finding(PriceUnit.YUAN, read_prices(self.per_day), self.base, per_day)


class Tier(Clause):
    """How much more points cost in a tier."""

    up_to: Points | None = None
    """To how many points the tier goes; the last one, without it, has no end."""
    factor: Quantity


class PointsRatchet(Clause):
    """Points of findings beyond a free allowance cost the more the more there are; the deduction is rounded."""

    kind: Literal["points_ratchet"]
    base: BaseName
    """Of what `share` and the cap's share are taken."""
    points: PointsByType = {}  # noqa: RUF012 pydantic copies it
    """Points for each finding by the code of its issue type."""
    by_level: PointsByLevel = {}  # noqa: RUF012 pydantic copies it
    """Points for each finding by issue type and, within it, by the finding's level."""
    multipliers: Multipliers | None = None
    """What makes a repeat count more."""
    per: Window
    """Over what the points are summed."""
    free: Points
    """The points that cost nothing."""
    tiers: Annotated[list[Tier], Field(min_length=1, max_length=50)]
    """The tiers beyond the free points, from the lowest up."""
    by: TiersBy | None = None
    """Whether a tier's factor is for the points of it, or for all once they reach it; needed from the second on."""
    each: Fen | None = None
    """What a point costs; either this or `share`."""
    share: Rate | None = None
    """The share of the base that a point costs."""
    cap: Cap | None = None
    """The most that is deducted; left out, there is no cap."""
    rounding: Rounding | None = None

    def rule(self) -> rules.PointsRatchet:
        """Read the clause as a rule."""
        return rules.PointsRatchet(
            base=Base(self.base),
            points=PointsRule(
                read_prices(self.points, self.by_level), self.multipliers.rule() if self.multipliers else None
            ),
            window=self.per,
            free=self.free,
            tiers=tuple((tier.up_to, tier.factor) for tier in self.tiers),
            by=self.by,
            each=self.each,
            share=self.share,
            cap=self.cap.rule() if self.cap else None,
            rounding=self.rounding.rule() if self.rounding else None,
        )
