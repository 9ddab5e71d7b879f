"""The clauses that move money, as a contract's record holds them (clauses.md section 2)."""

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictInt

from app.rules.faults import Fault
from app.rules.scores import Band, check_bands
from app.values import Code, Fen, Name, PeriodValue, Points, Rate, Shape

Base = Literal["month_fee", "quarter_fee", "year_fee", "contract_total"]


class Rounding(Shape):
    """At which stage the clause rounds, and to how many places of a yuan."""

    stage: Literal["coefficient", "amount"]
    places: Annotated[StrictInt, Field(ge=0, le=6)]


class ShareBand(Shape):
    """A stretch of the score and the share of the base that it earns."""

    at_least: Points | None = None
    above: Points | None = None
    below: Points | None = None
    at_most: Points | None = None
    share: Rate


class ScoreBands(Shape):
    """Score band to share of fee."""

    kind: Literal["score_bands"]
    base: Base
    bands: Annotated[list[ShareBand], Field(min_length=1, max_length=50)]
    rounding: Rounding | None = None


class Cap(Shape):
    """The most that a clause takes in a while, as a share of the base."""

    per: Literal["month", "quarter", "year", "contract"]
    share: Rate


class AmountPerFinding(Shape):
    """A fixed amount for each finding of an issue type."""

    kind: Literal["amount_per_finding"]
    base: Base
    amounts: Annotated[dict[Code, Fen], Field(min_length=1, max_length=200)]
    cap: Cap | None = None


class Holdback(Shape):
    """The part of the fee that is kept until the year's assessment."""

    kind: Literal["holdback"]
    base: Base
    share: Rate


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


class ProratedPayout(Shape):
    """A payout by months served and assessed, as sets (clauses.md section 3)."""

    kind: Literal["prorated_payout"]
    source: Literal["holdback", "pool"]
    rate: Rate
    total: NamedAmount
    excluded: Excluded
    served: Annotated[list[PeriodValue], Field(max_length=120)]
    assessed: Annotated[list[PeriodValue], Field(max_length=120)]


MoneyClause = Annotated[ScoreBands | AmountPerFinding | Holdback | ProratedPayout, Field(discriminator="kind")]


def check_money(clauses: list[MoneyClause], full_mark: Decimal) -> tuple[Fault, ...]:
    """Name bands that leave a score without a share, or give it two."""
    faults: list[Fault] = []
    for place, clause in enumerate(clauses):
        if isinstance(clause, ScoreBands):
            bands = [
                Band(f"band {number}", band.at_least, band.above, band.below, band.at_most)
                for number, band in enumerate(clause.bands)
            ]
            faults += [fault.under(f"/money/{place}/bands") for fault in check_bands(bands, full_mark)]
    return tuple(faults)
