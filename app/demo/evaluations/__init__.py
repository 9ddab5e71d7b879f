"""The evaluations of the demo: what the four reports print, one document each, loaded through the service."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import Session

from app.features.access.caller import Caller
from app.features.evaluations import queries, service
from app.features.evaluations.document import EvaluationDocument
from app.features.evaluations.service import NewEvaluation
from app.models.words import EvaluationKind

_FOLDER = Path(__file__).parent


def read(name: str) -> dict[str, Any] | None:
    """Read the evaluation that belongs to a data file of that name; None where it has none."""
    path = _FOLDER / f"{name}.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None


def load(session: Session, caller: Caller, data: Mapping[str, Any]) -> bool:
    """Draft an evaluation at the caller's one service center; False where it is there already."""
    (center,) = caller.centers
    kind = EvaluationKind(data["kind"])
    if queries.of_title(session, center, data["year"], kind, data["title"]) is not None:
        return False
    new = NewEvaluation(
        service_center_id=center,
        contract_id=queries.of_number(session, center, data["contract"]),
        year=data["year"],
        kind=kind,
        title=data["title"],
        template=data["template"],
        document=EvaluationDocument.model_validate(data["document"]),
    )
    service.create(session, caller, new)
    return True
