"""Loads a demo centre through the services, once; what is there is left as it is."""

import uuid
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import Session, select

from app.features.access.caller import Caller
from app.features.assessments import findings
from app.features.assessments import service as assessments
from app.features.assessments.findings import NewFinding
from app.features.assessments.results import Result
from app.features.contracts import service as contracts
from app.features.contracts.draft import NewContract
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.parties import service as parties
from app.models import Contract, ServiceCenter, Vendor
from app.models.words import ClosingReason
from app.rules.consecutive import MonthState
from app.rules.periods import Period
from app.rules.scores import Score, ScoreKind

FILES = tuple(sorted(Path(__file__).parent.glob("*.yaml")))


def read(path: Path) -> dict[str, Any]:
    """Read a data file; YAML dates become dates, months stay text."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def is_loaded(session: Session, data: Mapping[str, Any]) -> bool:
    """Tell whether the data file's service center is there already."""
    code = data["service_center"]["code"]
    return session.exec(select(ServiceCenter.id).where(ServiceCenter.code == code)).first() is not None


def load(session: Session, operator: Caller, data: Mapping[str, Any]) -> None:
    """Record everything of a data file: parties, contract, findings, months, closing."""
    center = parties.create_service_center(session, operator, **data["service_center"])
    caller = Caller(operator.principal_id, operator.name, operator.role, (center,))
    vendor = parties.create_vendor(session, caller, center, data["vendor"]["name"])
    for issue_type in data["issue_types"]:
        parties.create_issue_type(session, caller, center, **issue_type)
    contract = contracts.activate(session, caller, _contract(data["contract"], center, vendor))
    for finding in data["findings"]:
        for day in finding["occurred_on"]:
            seen = NewFinding(
                issue_type=finding["issue_type"],
                occurred_on=day,
                at_least=finding["at_least"],
                note=data["finding_note"],
            )
            findings.record_finding(session, caller, contract, seen)
    for month in data["assessments"]:
        _month(session, caller, contract, month, data["assessment_note"])
    closing = data["closing"]
    contracts.close(session, caller, contract, closing["closed_on"], ClosingReason(closing["reason"]), closing["note"])


def _contract(data: Mapping[str, Any], center: uuid.UUID, vendor: uuid.UUID) -> NewContract:
    return NewContract(
        number=data["number"],
        title=data["title"],
        service_center_id=center,
        vendor_id=vendor,
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        recorded_from=Period.parse(data["recorded_from"]),
        reference=Reference(**data["reference"]),
        terms=TermsDocument(**data["terms"]),
        more={"note": data["note"]},
    )


def _month(
    session: Session, caller: Caller, contract: uuid.UUID, month: Mapping[str, Any], notes: Mapping[str, str]
) -> None:
    period = Period.parse(month["period"])
    ((kind, value),) = month["score"].items()
    note = notes["reported" if month.get("reported") else "assumed"]
    result = Result(
        MonthState.ASSESSED,
        Score(ScoreKind(kind), Fraction(value)),
        note=note,
        assessed_on=month["assessed_on"],
    )
    assessments.record(session, caller, contract, period, result)
    assessments.finalize(session, caller, contract, period, month["final_on"])
    assessments.notify(session, caller, contract, period, month["notified_on"])


def nights(data: Mapping[str, Any]) -> tuple[date, date]:
    """Give the first and the last night that the demo runs over its data."""
    return data["nights"]["from"], data["nights"]["to"]


def vendor_of(session: Session, number: str) -> uuid.UUID:
    """Find the vendor of a demo contract."""
    return session.exec(select(Vendor.id).join(Contract).where(Contract.number == number)).one()
