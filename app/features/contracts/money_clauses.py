"""The clauses that move money as a contract's document states them, and their reading into rules (docs/clauses.md)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt

from app.rules import clauses as rules
from app.rules.clauses import (
    Base,
    Combined,
    Excess,
    Fund,
    Granularity,
    PartialMonth,
    Proportion,
    Schedule,
    Stage,
    Unscored,
    Window,
    YearMoney,
)
from app.rules.scores import Band
from app.values import Code, Day, Fen, Name, PeriodValue, Points, Rate, Shape

BaseName = Literal["month_fee", "quarter_fee", "year_fee", "contract_total", "at_risk_pool"]


class Rounding(Shape):
    """At which stage the clause rounds, and to how many places: of a share, or of a yuan (at most 2)."""

    stage: Stage
    places: Annotated[StrictInt, Field(ge=0, le=6)]

    def rule(self) -> rules.Rounding:
        """Read the clause as a rule's."""
        return rules.Rounding(self.stage, self.places)


class ShareBand(Shape):
    """A stretch of the score and the share that it earns."""

    at_least: Points | None = None
    above: Points | None = None
    below: Points | None = None
    at_most: Points | None = None
    share: Rate


Bands = Annotated[list[ShareBand], Field(min_length=1, max_length=50)]


def read_bands(bands: list[ShareBand]) -> tuple[tuple[Band, Decimal], ...]:
    """Read bands as a rule's, each called by its place."""
    return tuple(
        (Band(f"band {number}", band.at_least, band.above, band.below, band.at_most), band.share)
        for number, band in enumerate(bands)
    )


class _ByScore(Shape):
    """What every clause that pays by the score may answer beside its scale."""

    base: BaseName
    rounding: Rounding | None = None
    score: Combined | None = None
    excused: Unscored | None = None
    not_assessed: Unscored | None = None

    def by_score(self) -> rules.ByScore:
        """Read these answers as a rule's."""
        rounding = self.rounding.rule() if self.rounding else None
        return rules.ByScore(Base(self.base), rounding, self.score, self.excused, self.not_assessed)


class ScoreBands(_ByScore):
    """Score band to share of the base that is paid."""

    kind: Literal["score_bands"]
    bands: Bands

    def rule(self) -> rules.ScoreBands:
        """Read the clause as a rule."""
        return rules.ScoreBands(self.by_score(), read_bands(self.bands))


class LinearBelowMark(_ByScore):
    """For each point below a mark so much of the base is deducted; `floor` is the smallest share paid."""

    kind: Literal["linear_below_mark"]
    mark: Points
    per_point: Rate
    granularity: Granularity | None = None
    floor: Rate | None = None

    def rule(self) -> rules.LinearBelowMark:
        """Read the clause as a rule."""
        return rules.LinearBelowMark(self.by_score(), self.mark, self.per_point, self.granularity, self.floor)


class Cap(Shape):
    """The most that a clause takes in a while: a share of the clause's base, or an amount."""

    per: Window
    share: Rate | None = None
    amount: Fen | None = None

    def rule(self) -> rules.Cap:
        """Read the clause as a rule's."""
        return rules.Cap(self.per, self.share, self.amount)


class AmountPerFinding(Shape):
    """A fixed amount for each finding of an issue type; a type that is not named costs nothing."""

    kind: Literal["amount_per_finding"]
    base: BaseName
    amounts: Annotated[dict[Code, Fen], Field(min_length=1, max_length=200)]
    cap: Cap | None = None
    rounding: Rounding | None = None

    def rule(self) -> rules.AmountPerFinding:
        """Read the clause as a rule."""
        cap = self.cap.rule() if self.cap else None
        rounding = self.rounding.rule() if self.rounding else None
        return rules.AmountPerFinding(Base(self.base), tuple(self.amounts.items()), cap, rounding)


class AtRiskPool(Shape):
    """A share of the month's fee at risk; `kept`: it is kept back in the fund `pool` until a payout."""

    kind: Literal["at_risk_pool"]
    base: Literal["month_fee"]
    share: Rate
    caps_deductions: StrictBool | None = None
    kept: StrictBool = False
    rounding: Rounding | None = None

    def rule(self) -> rules.AtRiskPool:
        """Read the clause as a rule."""
        rounding = self.rounding.rule() if self.rounding else None
        return rules.AtRiskPool(self.share, self.caps_deductions, self.kept, rounding)


class Ceiling(Shape):
    """Up to how much is held back: a share of a base, or an amount."""

    base: Literal["year_fee", "contract_total"] | None = None
    share: Rate | None = None
    amount: Fen | None = None


class Release(Shape):
    """A part of the holdback that is returned, and the event that it follows; the shares of all are at most 1."""

    code: Code
    share: Rate
    after: Literal["acceptance", "annual_assessment", "contract_end"]


class Holdback(Shape):
    """The part of the fee that is kept back month by month, up to a ceiling, and how it is returned."""

    kind: Literal["holdback"]
    base: Literal["month_fee", "quarter_fee", "year_fee", "contract_total", "month_payment"]
    share: Rate
    ceiling: Ceiling | None = None
    releases: Annotated[list[Release], Field(max_length=20)] = []  # noqa: RUF012 pydantic copies it
    rounding: Rounding | None = None

    def rule(self) -> rules.Holdback:
        """Read the clause as a rule."""
        ceiling = self.ceiling or Ceiling()
        return rules.Holdback(
            base=Base(self.base),
            share=self.share,
            ceiling_base=Base(ceiling.base) if ceiling.base else None,
            ceiling_share=ceiling.share,
            ceiling_fen=ceiling.amount,
            rounding=self.rounding.rule() if self.rounding else None,
            releases=tuple(rules.Release(entry.code, entry.share, entry.after) for entry in self.releases),
        )


class NamedAmount(Shape):
    """A sum that a clause calls by a name, with where it is printed."""

    name: Name
    value: Fen
    source: Name


class Candidate(Shape):
    """A sum that an unclear clause may mean."""

    value: Fen
    source: Name


class Excluded(Shape):
    """The sum that a payout leaves out, and what it may be where the paper does not print it."""

    name: Name
    candidates: Annotated[list[Candidate], Field(max_length=10)]


class Reading(Shape):
    """One way to read a prorated payout's text."""

    id: Code
    rate: Literal["applied", "contained"]
    total: Literal["less_excluded", "whole"]
    proportion: Proportion

    def rule(self) -> rules.Reading:
        """Read it as a rule's."""
        return rules.Reading(self.id, self.rate == "applied", self.total == "less_excluded", self.proportion)


class ProratedPayout(Shape):
    """A payout by months served and assessed, as sets (clauses.md section 3).

    `readings` are those that the text allows: one where it is clear, all that are known where it is left out.
    """

    kind: Literal["prorated_payout"]
    source: Fund
    rate: Rate
    total: NamedAmount
    excluded: Excluded
    served: Annotated[list[PeriodValue], Field(max_length=120)]
    assessed: Annotated[list[PeriodValue], Field(max_length=120)]
    readings: Annotated[list[Reading], Field(min_length=1, max_length=20)] | None = None

    def rule(self) -> rules.ProratedPayout:
        """Read the clause as a rule."""
        return rules.ProratedPayout(
            source=self.source,
            rate=self.rate,
            total=rules.NamedAmount(self.total.name, self.total.value, self.total.source),
            excluded=self.excluded.name,
            candidates=tuple(rules.Candidate(c.value, c.source) for c in self.excluded.candidates),
            served=tuple(self.served),
            assessed=tuple(self.assessed),
            readings=tuple(r.rule() for r in self.readings) if self.readings else rules.READINGS,
        )


class PayoutByScore(Shape):
    """What the year's score earns of a fund, by bands; the rest is forfeited."""

    kind: Literal["payout_by_score"]
    source: Fund
    bands: Bands
    rounding: Rounding | None = None

    def rule(self) -> rules.PayoutByScore:
        """Read the clause as a rule."""
        return rules.PayoutByScore(self.source, read_bands(self.bands), self.rounding.rule() if self.rounding else None)


class ScoreAward(Shape):
    """The year's score earns that share of a fund, under `floor` points nothing; the rest is forfeited."""

    kind: Literal["score_award"]
    source: Fund
    floor: Points | None = None
    rounding: Rounding | None = None

    def rule(self) -> rules.ScoreAward:
        """Read the clause as a rule."""
        return rules.ScoreAward(self.source, self.floor, self.rounding.rule() if self.rounding else None)


class AllOrNothing(Shape):
    """All of a fund for a year's score of `mark` or more, nothing below; what is not earned is forfeited."""

    kind: Literal["all_or_nothing"]
    source: Fund
    mark: Points

    def rule(self) -> rules.AllOrNothing:
        """Read the clause as a rule."""
        return rules.AllOrNothing(self.source, self.mark)


MoneyClause = Annotated[
    ScoreBands
    | LinearBelowMark
    | AmountPerFinding
    | AtRiskPool
    | Holdback
    | ProratedPayout
    | PayoutByScore
    | ScoreAward
    | AllOrNothing,
    Field(discriminator="kind"),
]


class Instalment(Shape):
    """A share of the contract total, and the months whose deductions and holdbacks come off it.

    `payable_from` is for one without months: the day from which it is settled.
    """

    share: Rate
    months: Annotated[list[PeriodValue], Field(max_length=240)] = []  # noqa: RUF012 pydantic copies it
    payable_from: Day | None = None


class PaymentMoney(Shape):
    """How the money of the years is spread over what is paid."""

    schedule: Schedule
    year_money: YearMoney | None = None
    partial_month: PartialMonth | None = None
    rest: Literal["spread", "last_part"] = "spread"
    rounding: Rounding | None = None
    excess: Excess | None = None
    instalments: Annotated[list[Instalment], Field(max_length=120)] = []  # noqa: RUF012 pydantic copies it

    def money(self) -> rules.Payment:
        """Read the clause as a rule."""
        return rules.Payment(
            schedule=self.schedule,
            year_money=self.year_money,
            partial_month=self.partial_month,
            rest_last=self.rest == "last_part",
            rounding=self.rounding.rule() if self.rounding else None,
            excess=self.excess,
            instalments=tuple(
                rules.Instalment(f"I{number}", entry.share, tuple(entry.months), entry.payable_from)
                for number, entry in enumerate(self.instalments, 1)
            ),
        )
