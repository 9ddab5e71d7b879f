"""The clauses that limit deductions, add a bonus, or state no link, as a contract's document states them."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, model_validator

from app.features.contracts.clause_shapes import BaseName, Clause, Rounding
from app.features.contracts.finding_clauses import Cap
from app.features.contracts.measure_shapes import Measure
from app.rules import clauses as rules
from app.rules.clauses import Base
from app.rules.scores import Band
from app.rules.windows import Window
from app.values import Code, Fen, Quantity, Rate


class DeductionLimit(Clause):
    """The most that all deductions together take in a while; what is beyond is given back. The limit is rounded."""

    kind: Literal["deduction_limit"]
    per: Window
    """Over what it counts."""
    base: BaseName
    """Of what the share is taken; not shorter than what the limit counts over."""
    share: Rate | None = None
    """The share of that base."""
    amount: Fen | None = None
    """The amount."""
    rounding: Rounding | None = None
    from_record: StrictBool | None = None
    """Whether only what is on record counts towards it; needed where it began to count before the record does."""

    @model_validator(mode="after")
    def _says_one_thing(self) -> "DeductionLimit":
        if (self.share is None) == (self.amount is None):
            message = "state either a share of the base or an amount"
            raise ValueError(message)
        return self

    def rule(self) -> rules.DeductionLimit:
        """Read the clause as a rule."""
        rounding = self.rounding.rule() if self.rounding else None
        return rules.DeductionLimit(self.per, Base(self.base), self.share, self.amount, rounding, self.from_record)


class Condition(Clause):
    """What has to hold of a month: its score, or what is measured, lies between these edges."""

    measure: Measure | None = None
    """What is looked at; left out, it is the month's assessed score."""
    at_least: Quantity | None = None
    above: Quantity | None = None
    below: Quantity | None = None
    at_most: Quantity | None = None

    def rule(self) -> rules.Condition:
        """Read it as a rule's."""
        band = Band("condition", self.at_least, self.above, self.below, self.at_most)
        return rules.Condition(band, self.measure.rule() if self.measure else None)


class PerUnit(Clause):
    """So many yuan for each unit of a figure of the month."""

    metric: Code
    """The code of the figure."""
    yuan: Quantity
    """What each unit earns, in yuan, with up to six decimals."""


class Split(Clause):
    """A share of what was earned, and with which month it is paid."""

    share: Rate
    paid: Window
    """With the month itself, or the last one of the quarter, the year or the contract."""


class Bonus(Clause):
    """What a month earns on top of its fee when all conditions hold; what is paid of it is rounded."""

    kind: Literal["bonus"]
    base: BaseName
    """Of what `share` and the pool's share are taken."""
    conditions: Annotated[list[Condition], Field(min_length=1, max_length=20)]
    """All of them have to hold."""
    per_unit: PerUnit | None = None
    """What each unit of a figure earns; one of this, `share` and `amount`."""
    share: Rate | None = None
    """The share of the base that is earned."""
    amount: Fen | None = None
    """The amount that is earned."""
    pool: Cap | None = None
    """The most that is earned in a while; left out, there is no limit."""
    split: Annotated[list[Split], Field(min_length=1, max_length=4)]
    """When it is paid; the shares sum to 1."""
    rounding: Rounding | None = None

    @model_validator(mode="after")
    def _earns_one_thing(self) -> "Bonus":
        if [self.per_unit, self.share, self.amount].count(None) != 2:  # noqa: PLR2004 two of three
            message = "state one of per_unit, share and amount"
            raise ValueError(message)
        return self

    def rule(self) -> rules.Bonus:
        """Read the clause as a rule."""
        return rules.Bonus(
            base=Base(self.base),
            conditions=tuple(condition.rule() for condition in self.conditions),
            per_unit=self.per_unit.yuan if self.per_unit else None,
            metric=self.per_unit.metric if self.per_unit else None,
            share=self.share,
            fen=self.amount,
            pool=self.pool.rule() if self.pool else None,
            split=tuple((entry.share, entry.paid) for entry in self.split),
            rounding=self.rounding.rule() if self.rounding else None,
        )


class NoLink(Clause):
    """The contract does not tie the fee to the assessment; the program says so, and deducts nothing."""

    kind: Literal["no_link"]

    def rule(self) -> rules.NoLink:
        """Read the clause as a rule."""
        return rules.NoLink()
