"""What the clauses of a document that move money are made of: rounding, and bands of the score with their shares."""

import ast
import inspect
import sys
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, GetJsonSchemaHandler, StrictInt
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from app.rules import clauses as rules
from app.rules.clauses import Stage
from app.rules.scores import Band
from app.values import Points, Rate, Shape


class Clause(Shape):
    """The base of all shapes here: what stands below a field is its description in the API's documents."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Describe the fields by their sources, which the library would read at every start."""
        described = handler(schema)
        fields = handler.resolve_ref_schema(described)["properties"]
        for kind in cls.__mro__[: cls.__mro__.index(Clause)]:
            for name, text in _written_below_fields(kind.__module__).get(kind.__name__, {}).items():
                fields[name].setdefault("description", text)
        return described


@cache
def _written_below_fields(module: str) -> dict[str, dict[str, str]]:
    """Read what stands below the fields of each class of a module."""
    classes = [one for one in ast.parse(inspect.getsource(sys.modules[module])).body if isinstance(one, ast.ClassDef)]
    return {
        one.name: {
            field.target.id: inspect.cleandoc(text)
            for field, below in pairwise(one.body)
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
            if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
            if isinstance(text := below.value.value, str)
        }
        for one in classes
    }


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
