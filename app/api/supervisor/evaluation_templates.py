"""绩效评价模板: what a province and year prescribe, as it comes with the program."""

from typing import Annotated

from fastapi import Path, Response
from pydantic import Field

from app.api.answers import answer
from app.api.auth import TemplatesRead
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.evaluations import templates
from app.rules.evaluations.values import Dimension, Template
from app.rules.money import exact
from app.values import Out, points_text

router = centers_room("evaluations", "/evaluation-templates")


class EvaluationTemplateSummary(Out):
    """A template: whose it is, and from which paper."""

    id: str
    title: str
    source: str


class GradeOut(Out):
    """A grade, and the total from which it is given, in percent of the full mark."""

    name: str
    at_least: str


class DimensionWeightOut(Out):
    """What a dimension weighs."""

    dimension: Dimension
    weight: str


class QualityBandOut(Out):
    """A word of a qualitative scale and the shares of the weight that it may earn, both ends included."""

    name: str
    low: str
    high: str


class EvaluationTemplateOut(EvaluationTemplateSummary):
    """What the template prescribes."""

    full_mark: str
    grades: list[GradeOut]
    weights: Annotated[list[DimensionWeightOut], Field(description="Of the first level, where they are prescribed.")]
    required: Annotated[list[Dimension], Field(description="The dimensions that no table may lack.")]
    quality_bands: list[QualityBandOut]
    far_above: Annotated[
        str | None, Field(description="From which share of the target on a deviation asks for a note.")
    ]
    assumptions: Annotated[list[str], Field(description="What the paper does not say, and is assumed here.")]
    denominator: Annotated[str | None, Field(description="What the execution rate divides by, where it is said.")]


class EvaluationTemplatesOut(Out):
    """All templates; they come with the program, and are few."""

    items: list[EvaluationTemplateSummary]


TemplateId = Annotated[str, Path(max_length=64, description="A template's id.", examples=["national"])]


@router.get("", response_model=EvaluationTemplatesOut)
def list_evaluation_templates(_who: TemplatesRead) -> Response:
    """List the templates of evaluations that come with the program."""
    items = [EvaluationTemplateSummary(id=one.code, title=one.title, source=one.source) for one in templates.everyone()]
    return answer(EvaluationTemplatesOut(items=items))


@router.get("/{evaluation_template_id}", response_model=EvaluationTemplateOut)
def read_evaluation_template(_who: TemplatesRead, evaluation_template_id: TemplateId) -> Response:
    """Read a template: its grades, the weights it prescribes, its scales."""
    found = templates.find(evaluation_template_id)
    if found is None:
        raise NotFound("There is no such template.", pointer="/path/evaluation_template_id")
    return answer(_out(found))


def _out(template: Template) -> EvaluationTemplateOut:
    return EvaluationTemplateOut(
        id=template.code,
        title=template.title,
        source=template.source,
        full_mark=points_text(template.full_mark),
        grades=[GradeOut(name=band.name, at_least=points_text(band.at_least)) for band in template.grades],
        weights=[
            DimensionWeightOut(dimension=dimension, weight=points_text(weight))
            for dimension, weight in template.weights
        ],
        required=list(template.required),
        quality_bands=[
            QualityBandOut(name=band.name, low=exact(band.low), high=exact(band.high))
            for band in template.quality_bands
        ],
        far_above=None if template.far_above is None else exact(template.far_above),
        assumptions=list(template.assumptions),
        denominator=template.denominator,
    )
