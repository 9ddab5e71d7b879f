"""The clauses that move money as a contract's document states them, and their reading into rules (docs/clauses.md)."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, model_validator

from app.features.contracts.clause_shapes import Bands, Clause, Rounding, read_bands
from app.features.contracts.payout_clauses import AllOrNothing, PayoutByScore, ProratedPayout, ScoreAward
from app.rules import clauses as rules
from app.rules.clauses import (
    Base,
    Combined,
    Excess,
    Granularity,
    PartialMonth,
    Schedule,
    Unscored,
    Window,
    YearMoney,
)
from app.values import Code, Day, Fen, PeriodValue, Points, Rate

BaseName = Literal["month_fee", "quarter_fee", "year_fee", "contract_total", "at_risk_pool"]


class _ByScore(Clause):
    """What every clause that pays by the score may answer beside its scale."""

    base: BaseName
    """Percent of what; what is longer than a month is reckoned in its last month."""
    rounding: Rounding | None = None
    score: Combined | None = None
    """Which score decides about a base that is longer than a month; needed there."""
    excused: Unscored | None = None
    """What an excused month is paid, or, of a longer base, that it is left out; needed once there is one."""
    not_assessed: Unscored | None = None
    """The same for a month that was not assessed."""

    def by_score(self) -> rules.ByScore:
        """Read these answers as a rule's."""
        rounding = self.rounding.rule() if self.rounding else None
        return rules.ByScore(Base(self.base), rounding, self.score, self.excused, self.not_assessed)


class ScoreBands(_ByScore):
    """The score's band says which share of the base is paid; the amount paid is rounded, the rest deducted."""

    kind: Literal["score_bands"]
    bands: Bands
    """Bands that together hold every score from 0 to the full mark once."""

    def rule(self) -> rules.ScoreBands:
        """Read the clause as a rule."""
        return rules.ScoreBands(self.by_score(), read_bands(self.bands))


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


class Cap(Clause):
    """The most that a clause takes in a while: either a share of the clause's base, or an amount."""

    per: Window
    """Over what it counts; not longer than the base that it is a share of."""
    share: Rate | None = None
    """The share of the clause's base."""
    amount: Fen | None = None
    """The amount."""

    def rule(self) -> rules.Cap:
        """Read the clause as a rule's."""
        return rules.Cap(self.per, self.share, self.amount)


class AmountPerFinding(Clause):
    """A fixed amount for each finding of an issue type; a type that is not named costs nothing."""

    kind: Literal["amount_per_finding"]
    base: BaseName
    """Of what the cap is a share."""
    amounts: Annotated[dict[Code, Fen], Field(min_length=1, max_length=200)]
    """The amount for each finding by the code of its issue type."""
    cap: Cap | None = None
    """The most that is deducted; left out, there is no cap."""
    rounding: Rounding | None = None
    """How the cap is rounded, once it is reached."""

    def rule(self) -> rules.AmountPerFinding:
        """Read the clause as a rule."""
        cap = self.cap.rule() if self.cap else None
        rounding = self.rounding.rule() if self.rounding else None
        return rules.AmountPerFinding(Base(self.base), tuple(self.amounts.items()), cap, rounding)


class AtRiskPool(Clause):
    """A share of the month's fee is at risk, as a base of other clauses (`at_risk_pool`) or kept for a payout."""

    kind: Literal["at_risk_pool"]
    base: Literal["month_fee"]
    share: Rate
    """The share of the month's fee that is at risk."""
    caps_deductions: StrictBool | None = None
    """Whether it is the most that a month's deductions take; needed once they would take more."""
    kept: StrictBool = False
    """Whether it is kept back in the fund `pool` until a payout."""
    rounding: Rounding | None = None

    def rule(self) -> rules.AtRiskPool:
        """Read the clause as a rule."""
        rounding = self.rounding.rule() if self.rounding else None
        return rules.AtRiskPool(self.share, self.caps_deductions, self.kept, rounding)


class Ceiling(Clause):
    """Up to how much is held back: either a share of a base, or an amount."""

    base: Literal["year_fee", "contract_total"] | None = None
    """Of what the share is taken; of the year's fee it counts what the year's months keep back."""
    share: Rate | None = None
    """The share of that base."""
    amount: Fen | None = None
    """The amount, for all months together."""

    @model_validator(mode="after")
    def _says_something(self) -> "Ceiling":
        if self.share is None and self.amount is None:
            message = "state a share of a base, or an amount"
            raise ValueError(message)
        return self


class Release(Clause):
    """A part of the holdback that is returned, and the event that it follows; the shares of all are at most 1."""

    code: Code
    """What the release is called; each has its own."""
    share: Rate
    """The share of all that was held back."""
    after: Literal["acceptance", "annual_assessment", "contract_end"]
    """The event that it follows."""


class Holdback(Clause):
    """The part of the fee that is kept back month by month, up to a ceiling, and how it is returned."""

    kind: Literal["holdback"]
    base: Literal["month_fee", "quarter_fee", "year_fee", "contract_total", "month_payment"]
    """Percent of what; `month_payment` is the month's fee less its deductions. A longer base is parted by months."""
    share: Rate
    """The share that is kept back."""
    ceiling: Ceiling | None = None
    """Up to how much; left out, there is no ceiling."""
    releases: Annotated[list[Release], Field(max_length=20)] = []  # noqa: RUF012 pydantic copies it
    """How it is returned; what no release returns stays for a payout."""
    rounding: Rounding | None = None

    def rule(self) -> rules.Holdback:
        """Read the clause as a rule."""
        ceiling = self.ceiling
        return rules.Holdback(
            base=Base(self.base),
            share=self.share,
            ceiling_base=Base(ceiling.base) if ceiling and ceiling.base else None,
            ceiling_share=ceiling.share if ceiling else None,
            ceiling_fen=ceiling.amount if ceiling else None,
            rounding=self.rounding.rule() if self.rounding else None,
            releases=tuple(rules.Release(entry.code, entry.share, entry.after) for entry in self.releases),
        )


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


class Instalment(Clause):
    """A share of the contract total, and the months whose deductions and holdbacks come off it."""

    share: Rate
    """The share of the contract total; those of all instalments sum to 1."""
    months: Annotated[list[PeriodValue], Field(max_length=240)] = []  # noqa: RUF012 pydantic copies it
    """The months whose deductions and holdbacks come off it; each month comes off one instalment."""
    payable_from: Day | None = None
    """For an instalment without months: the day from which it is settled."""


class PaymentMoney(Clause):
    """How the money of the years is spread over what is paid."""

    schedule: Schedule
    """What is settled together: a month, a quarter, or the months of an instalment."""
    year_money: YearMoney | None = None
    """What the money of a year is split over that the service does not fill; needed there."""
    partial_month: PartialMonth | None = None
    """What a month is paid that the service only touches; needed there."""
    rest: Literal["spread", "last_part"] = "spread"
    """Whether the odd fen are spread over the parts of a year, or all others are alike and the last takes the rest."""
    rounding: Rounding | None = None
    """How the fee of a month is rounded that is paid by days."""
    excess: Excess | None = None
    """What becomes of deductions that are larger than what they come off; needed once they are."""
    instalments: Annotated[list[Instalment], Field(max_length=120)] = []  # noqa: RUF012 pydantic copies it
    """The instalments, in their order, where the schedule is `instalments`."""

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
