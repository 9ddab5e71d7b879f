"""Drafts evaluations, makes them final, changes them again; every version stays."""

import uuid
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import Session, col

from app import clock
from app.errors import Invalid, NotFound
from app.features.access.caller import Caller
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.evaluations import queries, templates
from app.features.evaluations.document import EvaluationDocument
from app.features.evaluations.errors import EvaluationExists, EvaluationFinal, EvaluationIncomplete
from app.features.evaluations.finishing import hindrances
from app.features.evaluations.reading import Reading, checked, frozen, read_row
from app.features.parties.service import require_center
from app.features.seen import Seen, check_seen
from app.models import Evaluation, EvaluationVersion
from app.models.words import EvaluationKind, EvaluationStatus
from app.rules.evaluations.values import Template
from app.rules.faults import Fault
from app.rules.money import exact


@dataclass(frozen=True, slots=True)
class NewEvaluation:
    """Whose evaluation of which year it is, by which template, and what it says."""

    service_center_id: uuid.UUID
    year: int
    kind: EvaluationKind
    title: str
    template: str
    document: EvaluationDocument
    contract_id: uuid.UUID | None = None


def create(session: Session, caller: Caller, new: NewEvaluation) -> uuid.UUID:
    """Draft an evaluation and give its id.

    One kind and title stands once in a center's year. Raises Invalid with the faults of the document, each with its
    pointer.
    """
    check_new(session, caller, new)
    now = clock.now()
    row = Evaluation(
        service_center_id=new.service_center_id,
        contract_id=new.contract_id,
        year=new.year,
        kind=new.kind,
        title=new.title,
        created_at=now,
        updated_at=now,
    )
    with _recording(session, caller, "evaluation.created", row):
        session.add(row)
        session.flush()
        _add_version(session, caller, row, new.template, new.document, {})
    return row.id


def check_place(
    session: Session, caller: Caller, service_center_id: uuid.UUID, contract_id: uuid.UUID | None, template: str
) -> Template:
    """Give the template of an evaluation that has its place there; raises what keeps any evaluation from it."""
    require_center(caller.centers, service_center_id)
    if contract_id is not None and not queries.is_of_center(session, contract_id, service_center_id):
        raise NotFound("There is no such contract in this service center.", pointer="/contract_id")
    return _template(template)


def check_new(session: Session, caller: Caller, new: NewEvaluation) -> Template:
    """Give the template of an evaluation that may be drafted; raises what keeps it from that."""
    template = check_place(session, caller, new.service_center_id, new.contract_id, new.template)
    _check(session, new.year, template, new.document, has_contract=new.contract_id is not None)
    existing = queries.of_title(session, new.service_center_id, new.year, new.kind, new.title)
    if existing is not None:
        raise EvaluationExists(f"'{new.title}' of {new.year} is evaluation {existing}.", pointer="/title")
    return template


def change(
    session: Session,
    caller: Caller,
    evaluation_id: uuid.UUID,
    template: str,
    document: EvaluationDocument,
    reason: str | None = None,
    seen: Seen = None,
) -> None:
    """Add a version in the place of the one that stands; a final evaluation becomes a draft by it, with a reason."""
    row = _lock(session, caller, evaluation_id, seen)
    if row.status is EvaluationStatus.FINAL and reason is None:
        raise EvaluationFinal(f"It was made final on {row.finalised_on}.", pointer="/reason")
    _check(session, row.year, _template(template), document, has_contract=row.contract_id is not None)
    with _recording(session, caller, "evaluation.changed", row):
        row.status, row.finalised_on = EvaluationStatus.DRAFT, None
        _next(row)
        _add_version(session, caller, row, template, document, {"reason": reason})


def finalize(
    session: Session, caller: Caller, evaluation_id: uuid.UUID, finalised_on: date | None = None, seen: Seen = None
) -> None:
    """Make the evaluation final, as a version in which its actuals from the record are frozen; left out, today.

    Raises EvaluationIncomplete with the faults that stand in the way.
    """
    row = _lock(session, caller, evaluation_id, seen)
    if row.status is EvaluationStatus.FINAL:
        raise EvaluationFinal(f"It was made final on {row.finalised_on}.")
    day = finalised_on or clock.today()
    if day > clock.today():
        detail = f"{day} has not come yet."
        fault = Fault("/finalised_on", "date-in-future", detail, "State the day on which it was made final.")
        raise Invalid(detail, faults=[fault])
    found = read(session, caller, evaluation_id)
    if in_the_way := hindrances(found):
        raise EvaluationIncomplete(in_the_way[0].detail, faults=in_the_way)
    outcome = found.standing
    with _recording(session, caller, "evaluation.finalized", row):
        row.status, row.finalised_on = EvaluationStatus.FINAL, day
        _next(row)
        total = None if outcome.total is None else exact(outcome.total)
        said = {"finalised": True, "frozen": frozen(found), "total": total, "grade": outcome.grade}
        _add_version(session, caller, row, found.row["template"], found.stated, said)


def read(session: Session, caller: Caller, evaluation_id: uuid.UUID) -> Reading:
    """Read an evaluation as it stands, with all that the rules make of it.

    Actuals that are bound to the record are reckoned anew while it is a draft.
    """
    row = queries.evaluation(session, caller.centers, evaluation_id)
    if row is None:
        raise NotFound(pointer="/path/evaluation_id")
    return read_row(session, row)


def _template(code: str) -> Template:
    found = templates.find(code)
    if found is None:
        detail = f"There is no template '{code}'."
        fault = Fault("/template", "unknown-template", detail, "Use an id of GET /v1/evaluation-templates.")
        raise Invalid(detail, faults=[fault])
    return found


def _check(
    session: Session, year: int, template: Template, document: EvaluationDocument, *, has_contract: bool
) -> None:
    found = [
        fault.under("/document") for fault in checked(session, year, template, document, has_contract=has_contract)
    ]
    if found:
        raise Invalid(found[0].detail, faults=found)


def _lock(session: Session, caller: Caller, evaluation_id: uuid.UUID, seen: Seen) -> Evaluation:
    row = queries.for_update(session, caller.centers, evaluation_id)
    if row is None:
        raise NotFound(pointer="/path/evaluation_id")
    check_seen(seen, row.version)
    return row


def _next(row: Evaluation) -> None:
    row.version += 1
    row.updated_at = clock.now()


def _add_version(
    session: Session,
    caller: Caller,
    row: Evaluation,
    template: str,
    document: EvaluationDocument,
    said: dict[str, Any],
) -> None:
    session.add(row)
    session.add(
        EvaluationVersion(
            evaluation_id=row.id,
            number=row.version,
            template=template,
            document=document.model_dump(mode="json", exclude_none=True),
            recorded_by=caller.name,
            recorded_at=clock.now(),
            **said,
        )
    )


def _recording(session: Session, caller: Caller, action: str, row: Evaluation) -> AbstractContextManager[None]:
    touched: tuple[Touched, ...] = (
        (Evaluation, col(Evaluation.id) == row.id),
        (EvaluationVersion, col(EvaluationVersion.evaluation_id) == row.id),
    )
    details = {"year": row.year, "kind": str(row.kind), "title": row.title}
    return recording(session, caller.actor, row.service_center_id, action, row.id, *touched, details=details)
