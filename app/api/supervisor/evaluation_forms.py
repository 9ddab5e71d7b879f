"""项目支出绩效自评表: take a form in from the office's own file, after a dry run; hand one out as xlsx, docx or PDF."""

import uuid
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Query, Response
from pydantic import Field

from app.api.answers import Db, answer
from app.api.auth import EvaluationsRead, EvaluationsWrite
from app.api.changing import Change, changes
from app.api.files import PDF_FILE, WORD_DOCUMENT, WORKBOOK, PdfFile, WordDocument, Workbook, to_save
from app.api.ids import CENTER, CONTRACT, EvaluationId
from app.api.rates import heavy
from app.api.rooms import centers_room
from app.api.supervisor.evaluation_answers import CheckOut, Place, Rounded, check_out, two_places
from app.api.supervisor.evaluation_form_example import TITLE, YEAR, example
from app.api.uploads import FileBytes, takes_file
from app.features.evaluations import form_papers, importing, service
from app.features.evaluations.document import EvaluationDocument
from app.features.evaluations.importing import Examined, Wanted
from app.models.words import EvaluationKind
from app.rules.evaluations.forms.remarks import FormRead, Remark
from app.values import Code, Name, Out

router = centers_room("evaluations")
CellPlace = Annotated[
    str,
    Field(description="The cell, row or table; empty: the whole file.", examples=["Sheet1!D12"]),
]


class RemarkOut(Out):
    """Something about one cell: rely on `code` and `place`."""

    place: CellPlace
    code: str
    text: str
    remedy: str


class EvaluationImportOut(Out):
    """What a form was read as, and what it would come to; nothing of it is stored where it has faults."""

    stored: bool
    evaluation_id: uuid.UUID | None
    year: Annotated[int | None, Field(description="As the form's title says.")]
    warnings: Annotated[list[RemarkOut], Field(description="What was overlooked, or read in one of several ways.")]
    faults: Annotated[list[RemarkOut], Field(description="What keeps the form from being stored.")]
    total: Rounded
    grade: str | None
    checks: list[CheckOut]
    cells: Annotated[dict[Place, CellPlace], Field(description="In which cell each thing of the document stood.")]
    document: EvaluationDocument | None


Centre = Annotated[uuid.UUID, Query(description="`id` of `GET /v1/service-centers`.", examples=[CENTER])]
OfContract = Annotated[uuid.UUID | None, Query(description="The contract that it is about.", examples=[CONTRACT])]
OfYear = Annotated[int, Query(ge=2000, le=2089, description="The year that the form is of.", examples=[YEAR])]
TemplateCode = Annotated[Code, Query(description="`id` of `GET /v1/evaluation-templates`.", examples=["national"])]
Kind = Annotated[EvaluationKind, Query(description="Whose evaluation it is.", examples=["self_evaluation"])]
Title = Annotated[
    Name | None, Query(description="Once in a year of a centre; left out, the project's name.", examples=[TITLE])
]
DryRun = Annotated[
    bool, Query(description="Only say what would be stored; `false` stores it if it has no fault.", examples=[True])
]


def _form(content: FileBytes) -> FormRead:
    return importing.opened(content)


@router.post("/evaluation-imports", response_model=EvaluationImportOut)
@takes_file("A docx or xlsx with one 项目支出绩效自评表; never formulas, macros or a password.", example)
@changes(key_required=True)
def import_evaluation(
    who: EvaluationsWrite,
    change: Change,
    form: Annotated[FormRead, Depends(_form)],
    service_center_id: Centre,
    year: OfYear,
    template: TemplateCode,
    kind: Kind = EvaluationKind.SELF_EVALUATION,
    contract_id: OfContract = None,
    title: Title = None,
    dry_run: DryRun = True,
) -> Response:
    """Read a form: what it holds, which cells are doubtful or wrong, and what the checks say; stored only on demand."""
    wanted = Wanted(service_center_id, year, template, kind, contract_id, title)
    found = importing.examine(change.session, who, form, wanted)
    if dry_run:
        return answer(_out(found, None))
    id_ = importing.store(change.session, who, found)
    return answer(_out(found, id_), HTTPStatus.CREATED, {"Location": f"/v1/evaluations/{id_}"})


@router.get("/evaluations/{evaluation_id}/form.xlsx", response_class=Workbook, responses=WORKBOOK)
@heavy
def read_evaluation_workbook(who: EvaluationsRead, db: Db, evaluation_id: EvaluationId) -> Response:
    """Give the official form as a workbook; what the program computed is shaded, the checks are a second sheet."""
    with db.snapshot() as session:
        found = service.read(session, who, evaluation_id)
    return to_save(Workbook, form_papers.as_xlsx(found))


@router.get("/evaluations/{evaluation_id}/form.docx", response_class=WordDocument, responses=WORD_DOCUMENT)
@heavy
def read_evaluation_document(who: EvaluationsRead, db: Db, evaluation_id: EvaluationId) -> Response:
    """Give the official form as a Word document; what the program computed is shaded, the checks stand behind it."""
    with db.snapshot() as session:
        found = service.read(session, who, evaluation_id)
    return to_save(WordDocument, form_papers.as_docx(found))


@router.get("/evaluations/{evaluation_id}/form.pdf", response_class=PdfFile, responses=PDF_FILE)
@heavy
def read_evaluation_pdf(who: EvaluationsRead, db: Db, evaluation_id: EvaluationId) -> Response:
    """Give the official form as a PDF; what the program computed is shaded, the checks stand behind it."""
    with db.snapshot() as session:
        found = service.read(session, who, evaluation_id)
    return to_save(PdfFile, form_papers.as_pdf(found))


def _out(found: Examined, id_: uuid.UUID | None) -> EvaluationImportOut:
    return EvaluationImportOut(
        stored=id_ is not None,
        evaluation_id=id_,
        year=found.form.year,
        warnings=[_remark(one) for one in found.form.warnings],
        faults=[_remark(one) for one in found.form.faults],
        total=two_places(found.outcome.total) if found.outcome else None,
        grade=found.outcome.grade if found.outcome else None,
        checks=[check_out(one) for one in found.checks],
        cells=dict(found.form.places),
        document=found.document,
    )


def _remark(one: Remark) -> RemarkOut:
    return RemarkOut(place=one.place, code=one.code, text=one.text, remedy=one.remedy)
