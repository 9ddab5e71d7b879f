"""What the clauses of a document that move money are made of: rounding, and bands of the score with their shares."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictInt

from app.rules import clauses as rules
from app.rules.clauses import Stage
from app.rules.scores import Band
from app.values import Points, Rate, Shape


class Clause(Shape):
    """The base of all shapes here: what stands below a field is its description in the API's documents."""

    model_config = ConfigDict(use_attribute_docstrings=True)


BaseName = Literal["month_fee", "quarter_fee", "year_fee", "contract_total", "at_risk_pool"]
"""Percent of what."""


class Rounding(Clause):
    """Where the clause rounds, a half away from zero; without it an amount that is not whole fen is not settled."""

    stage: Stage
    """The `part` at risk or the share (`coefficient`), with the amount then rounded to the fen; or the `amount`."""
    places: Annotated[StrictInt, Field(ge=0, le=6)]
    """How many decimals of the share, or of the amount in yuan (at most 2)."""

    def rule(self) -> rules.Rounding:
        """Read the clause as a rule's."""
        return rules.Rounding(self.stage, self.places)


class ShareBand(Clause):
    """A stretch of the score and the share that it earns; all bands together hold every score once."""

    at_least: Points | None = None
    """From this score on, itself included."""
    above: Points | None = None
    """From this score on, itself not included."""
    below: Points | None = None
    """Up to this score, itself not included."""
    at_most: Points | None = None
    """Up to this score, itself included."""
    share: Rate
    """The share that such a score earns."""


Bands = Annotated[list[ShareBand], Field(min_length=1, max_length=50)]


def read_bands(bands: Sequence[ShareBand]) -> tuple[tuple[Band, Decimal], ...]:
    """Read bands as a rule's, each called by its place."""
    return tuple(
        (Band(f"band {number}", band.at_least, band.above, band.below, band.at_most), band.share)
        for number, band in enumerate(bands)
    )
