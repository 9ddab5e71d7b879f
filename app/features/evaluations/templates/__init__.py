"""Templates of evaluations: what a province and year prescribe, one file each, as data that a person can correct.

Texts are "中文 · English". Nothing here is computed with before an evaluation names the template.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, Field

from app.rules.evaluations.values import Dimension, GradeBand, QualityBand, Template
from app.values import Shape

_FOLDER = Path(__file__).parent


def _exact(text: str) -> str:
    Fraction(text)
    return text


Figure = Annotated[str, AfterValidator(_exact)]
"""A decimal or a fraction in quotes, so that no reader of YAML makes a float of it."""
Text = Annotated[str, Field(min_length=1)]


class _Grade(Shape):
    name: Text
    at_least: Figure


class _Band(Shape):
    name: Text
    low: Figure
    high: Figure


class _File(Shape):
    code: Text
    title: Text
    source: Text
    full_mark: Figure
    grades: Annotated[tuple[_Grade, ...], Field(min_length=1)]
    weights: Mapping[Dimension, Figure] = {}
    required: tuple[Dimension, ...] = ()
    quality_bands: tuple[_Band, ...] = ()
    far_above: Figure | None = None
    denominator: Text | None = None
    assumptions: tuple[Text, ...] = ()

    def template(self) -> Template:
        return Template(
            code=self.code,
            title=self.title,
            source=self.source,
            full_mark=Decimal(self.full_mark),
            grades=tuple(GradeBand(grade.name, Decimal(grade.at_least)) for grade in self.grades),
            weights=tuple((dimension, Decimal(weight)) for dimension, weight in self.weights.items()),
            required=self.required,
            quality_bands=tuple(
                QualityBand(band.name, Fraction(band.low), Fraction(band.high)) for band in self.quality_bands
            ),
            far_above=Fraction(self.far_above) if self.far_above else None,
            denominator=self.denominator,
            assumptions=self.assumptions,
        )


@cache
def everyone() -> Sequence[Template]:
    """Give all templates, in the order of their files."""
    return tuple(_File.model_validate(_read(file)).template() for file in sorted(_FOLDER.glob("*.yaml")))


def find(code: str) -> Template | None:
    """Give a template by its code."""
    return next((template for template in everyone() if template.code == code), None)


def _read(file: Path) -> Any:  # noqa: ANN401 the model checks what a file holds
    return yaml.safe_load(file.read_text(encoding="utf-8"))
