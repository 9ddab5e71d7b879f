"""The terms in force and what they leave open, and templates of terms (合同条款模板) to start from."""

import uuid
from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer
from app.api.auth import ContractsRead, TemplatesRead
from app.api.ids import ContractId
from app.api.rooms import centers_room
from app.api.steps import MissingOut, Text, missing_out
from app.errors import BadRequest, NotFound
from app.features.contracts import queries, templates, terms_document
from app.features.contracts.open_questions import open_questions
from app.features.contracts.templates import Template
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.contracts.versions import read_versions, version_for
from app.rules.fees import ServiceFees
from app.rules.periods import Period
from app.values import Day, Out

router = centers_room("contracts")


class TermsOut(Out):
    """合同条款 in force for a period, as known on a day."""

    contract_id: uuid.UUID
    period: str
    known_on: Day
    version: int
    effective_from: Day
    agreed_on: Day
    recorded_at: datetime
    reference: Reference
    terms: dict[str, Any]
    incomplete: Annotated[
        list[str], Field(description="Clauses that are not stated: what they would decide is not decided.")
    ]
    missing: Annotated[
        list[MissingOut],
        Field(description="Questions that the clauses leave open, each with its answers; a month may need them."),
    ]


OfPeriod = Annotated[
    str | None,
    Query(max_length=7, description="A month; left out, the one of `known_on`.", examples=["2023-08"]),
]
KnownOn = Annotated[
    Day | None,
    Query(description="Among the terms agreed by this day; left out, today.", examples=["2023-12-31"]),
]


@router.get("/contracts/{contract_id}/terms", response_model=TermsOut)
def read_terms(
    who: ContractsRead,
    db: Db,
    contract_id: ContractId,
    period: OfPeriod = None,
    known_on: KnownOn = None,
) -> Response:
    """Read the terms in force for a period, among those agreed by `known_on` (left out: today)."""
    known = known_on or clock.today()
    wanted = _period(period) if period is not None else Period.of(known)
    with db.read() as session:
        contract = queries.contract(session, who.centers, contract_id)
        if contract is None:
            raise NotFound("There is no such contract.", pointer="/path/contract_id")
        rows = queries.versions(session, contract_id)
        version = version_for(read_versions(rows), wanted, known)
        if version is None:
            raise NotFound(f"No terms were in force for {wanted} as known on {known}.", pointer="/query/period")
        row = next(row for row in rows if row["id"] == version.id)
        document = terms_document.read(row["document"])
        missing = left_open(session, contract["service_center_id"], document, service_of(contract))
    out = TermsOut(
        contract_id=contract_id,
        period=str(wanted),
        known_on=known,
        version=version.number,
        effective_from=version.effective_from,
        agreed_on=version.agreed_on,
        recorded_at=row["recorded_at"],
        reference=Reference(**row["reference"]),
        terms=document.model_dump(mode="json", exclude_none=True),
        incomplete=list(version.terms.missing()),
        missing=missing,
    )
    return answer(out)


def service_of(contract: RowMapping) -> ServiceFees:
    """Give the service for whose part years and months the terms have to answer; what it costs asks nothing."""
    return ServiceFees(contract["starts_on"], contract["ends_on"], {}, contract["closed_on"])


def left_open(
    session: Session, service_center_id: uuid.UUID, document: TermsDocument, service: ServiceFees
) -> list[MissingOut]:
    """Give what a document leaves open as the API names it."""
    return [missing_out(entry) for entry in open_questions(session, service_center_id, document, service)]


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        detail = f"'{text}' is not a month."
        raise BadRequest(detail, pointer="/query/period", remedy='Write the month like "2023-01".') from None


class TemplateSummary(Out):
    """合同条款模板: what it is called and for which contracts it is meant."""

    id: str
    title: Text
    purpose: Text


class AskOut(Out):
    """What only the paper can say: an answer that is left out, or a figure that is an example of ours."""

    name: Annotated[str, Field(description="The answer that `missing` would name; `figure` for one to be replaced.")]
    pointer: Annotated[str, Field(description="A JSON pointer; `/terms` is the template's document.")]
    note: Text


class TemplateOut(TemplateSummary):
    """A template: a document to copy into a contract's `terms`, and what is to be filled in before it decides."""

    terms: dict[str, Any]
    asks: list[AskOut]


class TemplatesOut(Out):
    """All templates; they come with the program, and are few."""

    items: list[TemplateSummary]


TemplateId = Annotated[str, Path(max_length=64, description="A template's id.", examples=["monthly-score-bands"])]


@router.get("/terms-templates", response_model=TemplatesOut)
def list_terms_templates(_who: TemplatesRead) -> Response:
    """List the templates of terms that come with the program."""
    return answer(TemplatesOut(items=[TemplateSummary(**_summary(entry)) for entry in templates.everyone()]))


@router.get("/terms-templates/{template_id}", response_model=TemplateOut)
def read_terms_template(_who: TemplatesRead, template_id: TemplateId) -> Response:
    """Read a template: copy its `terms` into a contract's, replace the figures, and answer what it asks."""
    found = templates.find(template_id)
    if found is None:
        raise NotFound("There is no such template.", pointer="/path/template_id")
    asks = [AskOut(name=ask.name, pointer=ask.pointer, note=Text(zh=ask.zh, en=ask.en)) for ask in found.asks]
    terms = found.terms.model_dump(mode="json", exclude_none=True)
    return answer(TemplateOut(**_summary(found), terms=terms, asks=asks))


def _summary(template: Template) -> dict[str, Any]:
    return {"id": template.id, "title": template.title.model_dump(), "purpose": template.purpose.model_dump()}
