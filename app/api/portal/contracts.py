"""A vendor's own contracts: their money by year, and the terms in force, which are its own paper."""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping

from app import clock
from app.api.answers import Db, Version, answer, etag_of
from app.api.auth import Vendor
from app.api.filters import UpdatedSince
from app.api.ids import ContractId
from app.api.paging import Paged, PageOf
from app.api.portal.company import company
from app.api.rooms import vendors_room
from app.errors import BadRequest, NotFound
from app.features.contracts import portal_queries, terms_document
from app.features.contracts.portal_queries import ContractFilter
from app.features.contracts.terms_document import Reference
from app.features.contracts.versions import read_versions, version_for
from app.models.words import ClosingReason
from app.rules.periods import Period
from app.values import Day, Fen, Out

router = vendors_room("portal")


class PortalContract(Out):
    """外包服务合同 as its vendor sees it."""

    id: uuid.UUID
    number: Annotated[str, Field(description="合同编号.", examples=["ZWFW-2023-01"])]
    title: str
    service_center: Annotated[str, Field(description="Whose staff the vendor provides.")]
    starts_on: Day
    ends_on: Day
    recorded_from: Annotated[str, Field(description="The first month that is kept here.", examples=["2023-01"])]
    closed_on: Annotated[Day | None, Field(description="The last day of service, once the contract was closed.")]
    closing_reason: ClosingReason | None
    version: Version
    updated_at: datetime


class PortalYear(Out):
    """The contract's money of a year."""

    year: int
    amount: Fen


class PortalTermsInForce(Out):
    """Which version of the terms is in force, and by which paper; read it whole under `href`."""

    version: Annotated[int, Field(description="1 is the contract itself, 2 its first amendment.")]
    effective_from: Day
    agreed_on: Day
    reference: Reference
    href: str


class PortalContractDetail(PortalContract):
    """A contract with its parties, its money and the terms in force."""

    supervising_authority: str | None
    bidder: Annotated[str | None, Field(description="The name that won the tender, where it is another one.")]
    performing_branch: Annotated[str | None, Field(description="The branch that performs, where it is another name.")]
    years: list[PortalYear]
    terms: Annotated[
        PortalTermsInForce | None, Field(description="In force this month; after the service, in its last month.")
    ]


class PortalTerms(Out):
    """合同条款 of one version, as clauses that the program applies."""

    contract_id: uuid.UUID
    period: Annotated[str | None, Field(description="The month asked for; null where a version was asked for.")]
    version: int
    effective_from: Day
    agreed_on: Day
    reference: Reference
    terms: dict[str, Any]
    incomplete: Annotated[
        list[str], Field(description="Clauses that are not stated: what they would decide is not decided.")
    ]


Number = Annotated[str | None, Query(max_length=64, description="Its number.", examples=["ZWFW-2023-01"])]
Closed = Annotated[bool | None, Query(description="Only closed ones, or only those that run.", examples=[False])]
OfPeriod = Annotated[
    str | None, Query(max_length=7, description="In force in this month; left out, this one.", examples=["2023-08"])
]
KnownOn = Annotated[
    Day | None, Query(description="Among what was agreed by this day; left out, today.", examples=["2023-12-31"])
]
OfVersion = Annotated[
    int | None,
    Query(ge=1, le=10_000, description="This version, instead of the one in force in a month.", examples=[1]),
]


@router.get("/contracts", response_model=PageOf[PortalContract], summary="List your contracts")
def list_portal_contracts(
    who: Vendor,
    db: Db,
    paging: Paged,
    number: Number = None,
    closed: Closed = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List the vendor's own contracts; begin here, every other list can be narrowed by a contract's id."""
    wanted = ContractFilter(number, closed, updated_since)
    with db.read() as session:
        page = portal_queries.contracts(session, company(who), wanted, paging.page)
    return paging.answer([PortalContract.model_construct(**_members(row)) for row in page.rows], page.next_after)


@router.get("/contracts/{contract_id}", response_model=PortalContractDetail, summary="Read a contract")
def read_portal_contract(who: Vendor, db: Db, contract_id: ContractId) -> Response:
    """Read a contract with its money by year and which version of its terms is in force."""
    vendor = company(who)
    with db.read() as session:
        row = portal_queries.contract(session, vendor, contract_id)
        if row is None:
            raise _no_contract()
        years = portal_queries.years(session, vendor, contract_id)
        versions = portal_queries.versions(session, vendor, contract_id)
    body = PortalContractDetail.model_construct(
        **_members(row),
        supervising_authority=row["supervising_authority"],
        bidder=row["bidder"],
        performing_branch=row["performing_branch"],
        years=[PortalYear.model_construct(year=year["year"], amount=year["amount_fen"]) for year in years],
        terms=_in_force(row, versions),
    )
    return answer(body, headers=etag_of(row["version"], body))


@router.get("/contracts/{contract_id}/terms", response_model=PortalTerms, summary="Read the terms of a contract")
def read_portal_terms(
    who: Vendor,
    db: Db,
    contract_id: ContractId,
    period: OfPeriod = None,
    known_on: KnownOn = None,
    version: OfVersion = None,
) -> Response:
    """Read the terms in force in a month, among those agreed by `known_on`; or a version by its number."""
    if version is not None and (period is not None or known_on is not None):
        detail = "A version is asked for by its number, or as the one in force in a month, not both."
        raise BadRequest(detail, pointer="/query/version", remedy="Leave out version, or period and known_on.")
    known = known_on or clock.today()
    month = _period(period) if period is not None else Period.of(known)
    with db.read() as session:
        if portal_queries.contract(session, company(who), contract_id) is None:
            raise _no_contract()
        rows = portal_queries.versions(session, company(who), contract_id)
    if version is None:
        governing = version_for(read_versions(rows), month, known)
        row = next((row for row in rows if governing and row["id"] == governing.id), None)
        if row is None:
            raise NotFound(f"No terms were in force for {month} as known on {known}.", pointer="/query/period")
        return answer(_terms(row, str(month)))
    row = next((row for row in rows if row["number"] == version), None)
    if row is None:
        raise NotFound(f"The contract has no version {version} of its terms.", pointer="/query/version")
    return answer(_terms(row, None))


def _no_contract() -> NotFound:
    return NotFound(pointer="/path/contract_id")


def _members(row: RowMapping) -> dict[str, Any]:
    return {name: row[name] for name in PortalContract.model_fields}


def _in_force(contract: RowMapping, rows: Sequence[RowMapping]) -> PortalTermsInForce | None:
    today = clock.today()
    last = contract["closed_on"] or contract["ends_on"]
    month = Period.of(min(max(today, contract["starts_on"]), last))
    governing = version_for(read_versions(rows), month, today)
    if governing is None:
        return None
    return PortalTermsInForce.model_construct(
        version=governing.number,
        effective_from=governing.effective_from,
        agreed_on=governing.agreed_on,
        reference=Reference(**governing.reference),
        href=f"/v1/portal/contracts/{contract['id']}/terms?version={governing.number}",
    )


def _terms(row: RowMapping, period: str | None) -> PortalTerms:
    document = terms_document.read(row["document"])
    return PortalTerms.model_construct(
        contract_id=row["contract_id"],
        period=period,
        version=row["number"],
        effective_from=row["effective_from"],
        agreed_on=row["agreed_on"],
        reference=Reference(**row["reference"]),
        terms=document.model_dump(mode="json", exclude_none=True),
        incomplete=list(document.rules().missing()),
    )


def _period(text: str) -> Period:
    try:
        return Period.parse(text)
    except ValueError:
        detail = f"'{text}' is not a month."
        raise BadRequest(detail, pointer="/query/period", remedy='Write the month like "2023-01".') from None
