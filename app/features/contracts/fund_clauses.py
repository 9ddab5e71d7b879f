"""The clauses that keep money back, as a contract's document states them, and their reading into rules."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool, model_validator

from app.features.contracts.clause_shapes import Clause, Rounding
from app.rules import clauses as rules
from app.rules.clauses import Base
from app.values import Code, Fen, Rate


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
    """Percent of what; a longer base is parted by months.

    `month_payment` is the month's fee less its deductions and what is deferred.
    """
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
