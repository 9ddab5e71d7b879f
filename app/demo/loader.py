"""Loads a demo centre through the services, once; what is there is left as it is."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import Session, col, select

from app.demo import answers, budgets, decisions, evaluations, facts, money
from app.features.access.caller import Caller
from app.features.contracts import service as contracts
from app.features.contracts.draft import NewContract
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.parties import service as parties
from app.models import BudgetLine, Contract, ServiceCenter, Vendor
from app.models.words import Role
from app.rules.money import parse_yuan
from app.rules.periods import Period

FILES = tuple(
    Path(__file__).parent / f"{name}.yaml"
    for name in ("xinyang_2023", "zhengzhou_2021", "haikou_2023", "chaoyang_2024", "shili_2024")
)
"""The data files in the order in which they are loaded; the first one's vendor is the plain `vendor`."""

_FACTS = (
    facts.amendments,
    facts.seen,
    facts.months,
    facts.figures,
    answers.acknowledged_notices,
    answers.rectified_findings,
    decisions.decided_appeals,
    decisions.revised_months,
    decisions.annual_assessments,
    money.opening_balances,
    money.settlements,
    money.fund_payments,
    budgets.budgets,
    facts.closing,
)
"""What a data file tells, in the order in which facts of one day are recorded."""

_TEXTS = ("supervising_authority", "bidder", "performing_branch", "note")


def read(path: Path) -> dict[str, Any]:
    """Read a data file; YAML dates become dates, months stay text."""
    document: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def is_loaded(session: Session, data: Mapping[str, Any]) -> bool:
    """Tell whether the data file's service center is there already."""
    code = data["service_center"]["code"]
    return session.exec(select(ServiceCenter.id).where(ServiceCenter.code == code)).first() is not None


def load(session: Session, staff: Mapping[Role, Caller], data: Mapping[str, Any]) -> None:
    """Record everything of a data file: parties, contract, then its facts day by day, as they came.

    The administrator of the staff records, the supervisor decides about appeals and drafts what the finance staff
    approves.
    """
    center = parties.create_service_center(session, staff[Role.ADMIN], **data["service_center"])
    caller, supervisor, finance = (
        replace(staff[role], centers=(center,)) for role in (Role.ADMIN, Role.SUPERVISOR, Role.FINANCE)
    )
    vendor = _other_parties(session, caller, center, data)
    contract = contracts.activate(session, caller, _contract(data["contract"], center, vendor))
    books = facts.Books(session, caller, supervisor, finance, contract)
    for fact in in_order(data):
        fact.record(books)


def evaluate(session: Session, staff: Mapping[Role, Caller], data: Mapping[str, Any], name: str) -> None:
    """Draft the evaluation that belongs to a data file of that name, where it has one that is not there yet.

    No night looks at evaluations, so that none has to be run for it.
    """
    document = evaluations.read(name)
    if document is None:
        return
    code = data["service_center"]["code"]
    center = session.exec(select(ServiceCenter.id).where(ServiceCenter.code == code)).one()
    evaluations.load(session, replace(staff[Role.SUPERVISOR], centers=(center,)), document)


def budget(session: Session, staff: Mapping[Role, Caller], data: Mapping[str, Any]) -> bool:
    """Record the budget of a data file where a Kaohe that kept none has loaded the rest; tell whether there was any.

    Lines that somebody has entered for the service center stay, and nothing is added to them.
    """
    of_file = {"budget": data.get("budget")}
    code, number = data["service_center"]["code"], data["contract"]["number"]
    center = session.exec(select(ServiceCenter.id).where(ServiceCenter.code == code)).one()
    lines = session.exec(select(BudgetLine.id).where(BudgetLine.service_center_id == center)).first()
    if of_file["budget"] is None or lines is not None:
        return False
    contract = select(Contract.id).where(Contract.service_center_id == center, Contract.number == number)
    admin, supervisor, finance = (
        replace(staff[role], centers=(center,)) for role in (Role.ADMIN, Role.SUPERVISOR, Role.FINANCE)
    )
    books = facts.Books(session, admin, supervisor, finance, session.exec(contract).one())
    for fact in sorted(budgets.budgets(of_file), key=lambda fact: fact.on):
        fact.record(books)
    return True


def in_order(data: Mapping[str, Any]) -> list[facts.Fact]:
    """Give a data file's facts by their days, so that each meets the terms and the months as they were then."""
    return sorted((fact for kind in _FACTS for fact in kind(data)), key=lambda fact: fact.on)


def _other_parties(session: Session, caller: Caller, center: uuid.UUID, data: Mapping[str, Any]) -> uuid.UUID:
    """Register halls, counters, the catalogue of issues and the vendor, whose id is given."""
    sites = {site["code"]: parties.create_site(session, caller, center, **site) for site in data.get("sites", ())}
    for counter in data.get("counters", ()):
        parties.create_counter(session, caller, center, sites[counter["site"]], counter["code"], counter["name"])
    for issue_type in data.get("issue_types", ()):
        parties.create_issue_type(session, caller, center, **issue_type)
    return parties.create_vendor(session, caller, center, **data["vendor"])


def _contract(data: Mapping[str, Any], center: uuid.UUID, vendor: uuid.UUID) -> NewContract:
    return NewContract(
        number=data["number"],
        title=data["title"],
        service_center_id=center,
        vendor_id=vendor,
        starts_on=data["starts_on"],
        ends_on=data["ends_on"],
        recorded_from=Period.parse(data["recorded_from"]),
        agreed_on=data.get("agreed_on"),
        years=[(year["year"], parse_yuan(year["amount"])) for year in data.get("years", ())],
        reference=Reference(**data["reference"]),
        terms=TermsDocument(**data["terms"]),
        more={name: data[name] for name in _TEXTS if name in data},
    )


def vendor_of(session: Session, data: Mapping[str, Any]) -> uuid.UUID:
    """Find the vendor of a data file's contract."""
    code, number = data["service_center"]["code"], data["contract"]["number"]
    of_center = select(Vendor.id).join(ServiceCenter).join(Contract, col(Contract.vendor_id) == col(Vendor.id))
    return session.exec(of_center.where(ServiceCenter.code == code, Contract.number == number)).one()
