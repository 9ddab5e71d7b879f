"""Evaluations for the rules' tests, from documents as the API takes them."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.features.evaluations import templates
from app.features.evaluations.document import EvaluationDocument
from app.rules.evaluations.values import Evaluation

YEAR = 2024


def evaluation(
    *indicators: Mapping[str, Any], template: str = "chaoyang", funds: Sequence[Mapping[str, Any]] = (), **more: object
) -> Evaluation:
    """Give an evaluation with these first-level rows, funds and whatever else the document holds."""
    found = templates.find(template)
    assert found is not None
    document = EvaluationDocument.model_validate(
        {"project": "综合窗口服务", "indicators": list(indicators), "funds": list(funds)} | more
    )
    return document.evaluation(YEAR, found, {"working_days": 251, "calendar_days": 366})


def leaf(measure: Mapping[str, Any] | None = None, weight: str = "20", **more: object) -> dict[str, Any]:
    """Give a row that measures something, or nothing."""
    return {"name": "年办件量", "weight": weight, **({"measure": measure} if measure else {}), **more}
