"""The clauses that pay out of a fund, as a contract's document states them, and their reading into rules."""

from typing import Annotated, Literal

from pydantic import Field

from app.features.contracts.clause_shapes import Bands, Clause, Rounding, read_bands
from app.rules import clauses as rules
from app.rules.clauses import Fund, Proportion
from app.values import Code, Fen, Name, PeriodValue, Points, Rate

PaidFrom = Literal["holdback", "pool"]
"""A fund that a payout may take from."""


class NamedAmount(Clause):
    """A sum that a clause calls by a name, with where it is printed."""

    name: Name
    value: Fen
    source: Name
    """Where the sum is printed, or what it is assumed from."""


class Candidate(Clause):
    """A sum that an unclear clause may mean."""

    value: Fen
    source: Name
    """Where the sum is printed, or what it is assumed from."""


class Excluded(Clause):
    """The sum that a payout leaves out, and what it may be where the paper does not print it."""

    name: Name
    candidates: Annotated[list[Candidate], Field(max_length=10)]
    """What it may be; without any, readings that need it are incomplete and name it."""


class Reading(Clause):
    """One way to read a prorated payout's text."""

    id: Code
    """What the reading is called; each has its own."""
    rate: Literal["applied", "contained"]
    """Whether the rate is still to be applied to the result, or is contained in it."""
    total: Literal["less_excluded", "whole"]
    """Whether the excluded sum is taken from the total first."""
    proportion: Proportion
    """By months served, by twelfths of the year, or by days."""

    def rule(self) -> rules.Reading:
        """Read it as a rule's."""
        return rules.Reading(self.id, self.rate == "applied", self.total == "less_excluded", self.proportion)


class ProratedPayout(Clause):
    """A payout prorated by the months served and assessed; each reading is rounded once, to the fen, at its end."""

    kind: Literal["prorated_payout"]
    source: PaidFrom
    """The fund that it is paid from."""
    rate: Rate
    """The share that the text speaks of."""
    total: NamedAmount
    """The sum that is prorated."""
    excluded: Excluded
    """The sum that the text takes from the total."""
    served: Annotated[list[PeriodValue], Field(max_length=120)]
    """The months that the text counts as served; they are compared with the record."""
    assessed: Annotated[list[PeriodValue], Field(max_length=120)]
    """Those of them that were assessed; they are compared with the record."""
    readings: Annotated[list[Reading], Field(min_length=1, max_length=20)] | None = None
    """What the text allows: one where it is clear; left out, the clause is ambiguous and all known ones are shown."""

    def rule(self) -> rules.ProratedPayout:
        """Read the clause as a rule."""
        return rules.ProratedPayout(
            source=Fund(self.source),
            rate=self.rate,
            total=rules.NamedAmount(self.total.name, self.total.value, self.total.source),
            excluded=self.excluded.name,
            candidates=tuple(rules.Candidate(c.value, c.source) for c in self.excluded.candidates),
            served=tuple(self.served),
            assessed=tuple(self.assessed),
            readings=tuple(r.rule() for r in self.readings) if self.readings else rules.READINGS,
        )


class PayoutByScore(Clause):
    """What the year's score earns of a fund, by bands; the rest is forfeited."""

    kind: Literal["payout_by_score"]
    source: PaidFrom
    """The fund that it is paid from."""
    bands: Bands
    """Bands that together hold every score from 0 to the full mark once."""
    rounding: Rounding | None = None

    def rule(self) -> rules.PayoutByScore:
        """Read the clause as a rule."""
        return rules.PayoutByScore(
            Fund(self.source), read_bands(self.bands), self.rounding.rule() if self.rounding else None
        )


class ScoreAward(Clause):
    """A year's score of 85 out of 100 earns 85% of a fund; the rest is forfeited."""

    kind: Literal["score_award"]
    source: PaidFrom
    """The fund that it is paid from."""
    floor: Points | None = None
    """Under this score nothing is earned; left out, every score earns its share."""
    rounding: Rounding | None = None

    def rule(self) -> rules.ScoreAward:
        """Read the clause as a rule."""
        return rules.ScoreAward(Fund(self.source), self.floor, self.rounding.rule() if self.rounding else None)


class AllOrNothing(Clause):
    """All of a fund for a year's score of `mark` or more, nothing below; what is not earned is forfeited."""

    kind: Literal["all_or_nothing"]
    source: PaidFrom
    """The fund that it is paid from."""
    mark: Points
    """The score that earns all, itself included."""

    def rule(self) -> rules.AllOrNothing:
        """Read the clause as a rule."""
        return rules.AllOrNothing(Fund(self.source), self.mark)
