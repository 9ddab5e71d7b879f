"""How a contract is paid, as its document states it, and the reading into rules."""

from typing import Annotated, Literal

from pydantic import Field

from app.features.contracts.clause_shapes import Clause, Rounding
from app.rules import clauses as rules
from app.rules.clauses import EarlyEndStage, Excess, PartialMonth, Schedule, YearMoney
from app.rules.windows import Window
from app.values import Code, Day, PeriodValue, Quantity, Rate, Share


class Instalment(Clause):
    """A share of the contract total, and the months whose deductions and holdbacks come off it."""

    share: Share
    """The share of the contract total; those of all instalments sum to 1."""
    months: Annotated[list[PeriodValue], Field(max_length=240)] = []  # noqa: RUF012 pydantic copies it
    """The months whose deductions and holdbacks come off it; each month comes off one instalment."""
    payable_from: Day | None = None
    """For an instalment without months: the day from which it is settled."""


class Volume(Clause):
    """A month's fee follows the volume that was billed, a figure of the month, against the one of the design."""

    metric: Code
    """The code of the figure that holds the billed volume."""
    design: Annotated[Quantity, Field(gt=0)]
    """The volume of a month by the design, that the fee is for."""
    least: Quantity | None = None
    """The smallest factor of the fee; needed once less is billed."""
    most: Quantity | None = None
    """The largest factor of the fee; needed once more is billed."""

    def rule(self) -> rules.Volume:
        """Read it as a rule's."""
        return rules.Volume(self.metric, self.design, self.least, self.most)


class EarlyEnd(Clause):
    """A service that ends early is paid the mean month of the contract's price for each month served."""

    rounds: EarlyEndStage | None = None
    """Whether the mean month is rounded, or what is due at the end; needed where it changes a fen."""


class Deferred(Clause):
    """A share of each month's fee is paid with the last month of its quarter or year."""

    share: Rate
    until: Literal["quarter", "year"]
    rounding: Rounding | None = None

    def rule(self) -> rules.Deferred:
        """Read it as a rule's."""
        return rules.Deferred(self.share, Window(self.until), self.rounding.rule() if self.rounding else None)


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

    volume: Volume | None = None
    """Whether a month's fee follows the volume that was billed."""
    early_end: EarlyEnd | None = None
    """Whether a service that ends early is paid its mean month for each month served."""
    deferred: Deferred | None = None
    """What of each month's fee is paid with the last month of its quarter or year only."""

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
            volume=self.volume.rule() if self.volume else None,
            early_end=rules.EarlyEnd(self.early_end.rounds) if self.early_end else None,
            deferred=self.deferred.rule() if self.deferred else None,
        )
