"""Takes a self-evaluation in from the office's own file: read, checked, and kept only where it has no fault."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import ValidationError
from sqlmodel import Session

from app.documents.unfit import UnfitDocument
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.evaluations import reading, service
from app.features.evaluations.document import EvaluationDocument
from app.features.evaluations.service import NewEvaluation
from app.models.words import EvaluationKind
from app.rules.evaluations.checking import check
from app.rules.evaluations.forms.reading import read_form
from app.rules.evaluations.forms.remarks import FormRead, Remark
from app.rules.evaluations.relations import compare
from app.rules.evaluations.scoring import score
from app.rules.evaluations.totals import as_printed
from app.rules.evaluations.values import Check, Outcome
from app.rules.faults import Fault, escaped, pointer_to


class FormUnreadable(Invalid):
    """A file that is no form: encrypted, broken, hostile, or of another kind."""

    code = "form-unreadable"
    title = "The file cannot be read"
    remedy = "Send the form as .docx or .xlsx, saved without a password, macros or formulas."


class FormFaulty(Invalid):
    """A form with cells that cannot be taken as they are."""

    code = "form-faulty"
    title = "The form has faults"
    remedy = "Put the cells right that the errors name, and send the file again; nothing was stored."


@dataclass(frozen=True, slots=True)
class Wanted:
    """Whose evaluation of which year a form is to be; without a title it takes the project's name."""

    service_center_id: uuid.UUID
    year: int
    template: str
    kind: EvaluationKind
    contract_id: uuid.UUID | None = None
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Examined:
    """What a form came to: its document, and what would follow from it; None where it has faults."""

    form: FormRead
    document: EvaluationDocument | None
    outcome: Outcome | None = None
    checks: tuple[Check, ...] = ()
    new: NewEvaluation | None = field(default=None, repr=False)


def opened(content: bytes) -> FormRead:
    """Read a file; raises FormUnreadable, with the place, where nothing of it can be read."""
    from app.documents.form_files import tables  # noqa: PLC0415 loaded late

    try:
        return read_form(tables(content))
    except UnfitDocument as error:
        pointer = f"/body/{escaped(error.place)}" if error.place else "/body"
        fault = Fault(pointer, error.code, error.detail, error.remedy)
        raise FormUnreadable(error.detail, faults=[fault], remedy=error.remedy) from None


def examine(session: Session, caller: Caller, form: FormRead, wanted: Wanted) -> Examined:
    """Hold a form against what is to be stored; raises what keeps any form from that, such as a taken title."""
    service.check_place(session, caller, wanted.service_center_id, wanted.contract_id, wanted.template)
    document, faults = _document(form)
    warnings, wrong_year = _year(form, wanted.year)
    form = replace(form, warnings=[*form.warnings, *warnings], faults=[*form.faults, *wrong_year, *faults])
    if document is None or form.faults:
        return Examined(form, None)
    new = NewEvaluation(
        service_center_id=wanted.service_center_id,
        year=wanted.year,
        kind=wanted.kind,
        title=wanted.title or document.project,
        template=wanted.template,
        document=document,
        contract_id=wanted.contract_id,
    )
    template = service.check_new(session, caller, new)
    evaluation = document.evaluation(wanted.year, template, reading.days_of(session, wanted.year, document))
    outcome = score(evaluation)
    checks = check(evaluation, outcome, compare(evaluation, outcome))
    return Examined(form, document, as_printed(evaluation, outcome), tuple(checks), new)


def store(session: Session, caller: Caller, found: Examined) -> uuid.UUID:
    """Draft the evaluation that a form without faults holds; raises FormFaulty with each fault by its cell."""
    if found.new is None:
        faults = [
            Fault(f"/body/{escaped(fault.place)}" if fault.place else "/body", fault.code, fault.text, fault.remedy)
            for fault in found.form.faults
        ]
        raise FormFaulty(faults[0].detail, faults=faults)
    return service.create(session, caller, found.new)


def _year(form: FormRead, year: int) -> tuple[list[Remark], list[Remark]]:
    """Hold the year of the title against the one that was asked for."""
    if form.document is None or form.year == year:
        return [], []
    if form.year is None:
        said = f"The form does not say of which year it is; it was read as {year}."
        return [Remark("", "no-year", said, "Write the year below the title, as in （2024年度）.")], []
    said = f"The form is of {form.year}, and was sent as one of {year}."
    return [], [Remark("", "year-differs", said, "Send it with its own year.")]


def _document(form: FormRead) -> tuple[EvaluationDocument | None, list[Remark]]:
    """Make the document of what was read; what it does not take is named by its cell."""
    if form.document is None:
        return None, []
    try:
        return EvaluationDocument.model_validate(form.document), []
    except ValidationError as error:
        return None, [_remark(form, one) for one in error.errors(include_url=False, include_input=False)]


def _remark(form: FormRead, error: Mapping[str, Any]) -> Remark:
    pointer = pointer_to(error["loc"], form.document)
    place = _nearest(form.places, pointer)
    return Remark(place, "not-taken", f"{place or pointer}: {error['msg']}.", "Put the cell right.")


def _nearest(places: Mapping[str, str], pointer: str) -> str:
    """Find the cell of a thing, or of what it is a part of."""
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return places.get(pointer, "")
