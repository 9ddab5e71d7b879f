"""Contracts, their dated terms, amendments, closing."""

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field, StrictInt
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Created, Db, Version, answer, etag
from app.api.auth import ContractsRead, ContractsWrite
from app.api.changing import Change, changes
from app.api.filters import UpdatedSince
from app.api.ids import CENTER, VENDOR, ContractId, OfCenter, OfVendor
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.api.steps import MissingOut
from app.api.supervisor.terms import left_open, service_of
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries, service
from app.features.contracts.draft import Amendment, NewContract
from app.features.contracts.errors import TermsUnreadable
from app.features.contracts.queries import ContractFilter
from app.features.contracts.terms_document import Reference, TermsDocument
from app.features.contracts.versions import read_versions, version_for
from app.models.words import ClosingReason
from app.rules.fees import ServiceFees
from app.rules.periods import Period
from app.values import Day, ExternalRef, Fen, Name, Note, Number, Out, PeriodValue, Reason, Shape, shown

router = centers_room("contracts", "/contracts")


class YearAmount(Shape):
    """The contract's money of a year, in yuan."""

    year: Annotated[StrictInt, Field(ge=2000, le=2099)]
    amount: Fen


class DatedTermsIn(TermsDocument):
    """The terms with the paper that states them."""

    reference: Reference


_TERMS: dict[str, Any] = {
    "notice": {"after": "period_end", "unit": "calendar_days", "length": 15, "roll": "none"},
    "pass_mark": "90.00",
    "grades": [{"name": "合格", "at_least": "90.00"}, {"name": "不合格", "below": "90.00"}],
    "repeat": {"threshold": 3, "window": {"kind": "calendar_year"}, "count": "occurrences", "scope": "issue_type"},
    "consecutive": [{"below": "80.00", "periods": 2, "consequence": "right_to_terminate"}],
    "rubric": {
        "full_mark": "100.00",
        "criteria": [
            {"code": "service", "name": "服务质量", "weight": "60.00"},
            {"code": "discipline", "name": "工作纪律", "weight": "40.00"},
        ],
    },
    "appeal": {"after": "notice", "unit": "working_days", "length": 5, "roll": "none"},
    "monthly_report": {"after": "period_end", "unit": "working_days", "length": 5, "roll": "next_working_day"},
    "key_posts": [
        {
            "post": "project_manager",
            "name": "项目经理",
            "due": {"after": "vacated", "unit": "calendar_days", "length": 15, "roll": "none"},
        }
    ],
    "annual_assessment": {"after": "year_end", "unit": "calendar_days", "length": 31, "roll": "none"},
    "payment": {
        "schedule": "quarterly",
        "due": {"after": "settlement_approved", "unit": "working_days", "length": 10, "roll": "none"},
        "excess": "carried_over",
    },
    "money": [
        {
            "kind": "score_bands",
            "base": "month_fee",
            "bands": [
                {"at_least": "90.00", "share": "1"},
                {"at_least": "80.00", "below": "90.00", "share": "0.95"},
                {"at_least": "70.00", "below": "80.00", "share": "0.9"},
                {"below": "70.00", "share": "0.7", "decided": True},
            ],
            "rounding": {"stage": "amount", "places": 2},
        },
        {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "200.00"}},
        {
            "kind": "holdback",
            "base": "month_fee",
            "share": "0.1",
            "releases": [{"code": "acceptance", "share": "0.4", "after": "acceptance"}],
            "rounding": {"stage": "amount", "places": 2},
        },
        {
            "kind": "prorated_payout",
            "source": "holdback",
            "rate": "0.1",
            "total": {"name": "T", "value": "938761.72", "source": "合同第四条"},
            "excluded": {"name": "P", "candidates": [{"value": "844885.55", "source": "2023年已支付金额"}]},
            "served": [f"2023-{month:02}" for month in range(1, 13)],
            "assessed": [f"2023-{month:02}" for month in range(1, 13)],
        },
    ],
}


class ContractIn(Shape):
    """A contract to take on; from this moment its months are expected and its due dates run."""

    model_config = shown(
        {
            "number": "ZWFW-2023-02",
            "title": "综合窗口外包服务",
            "service_center_id": str(CENTER),
            "vendor_id": str(VENDOR),
            "starts_on": "2023-01-01",
            "ends_on": "2023-12-31",
            "recorded_from": "2023-01",
            "agreed_on": "2022-12-20",
            "years": [{"year": 2023, "amount": "938761.72"}],
            "terms": {"reference": {"document": "外包服务合同", "clause": "第六条"}, **_TERMS},
        }
    )

    number: Number
    title: Name
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    starts_on: Day
    ends_on: Day
    recorded_from: Annotated[PeriodValue, Field(description="First month that Kaohe answers for.")]
    agreed_on: Annotated[Day | None, Field(description="Day of the paper; left out, the start of the service.")] = None
    years: Annotated[list[YearAmount], Field(max_length=30)] = []  # noqa: RUF012 pydantic copies it
    terms: DatedTermsIn
    supervising_authority: Name | None = None
    bidder: Name | None = None
    performing_branch: Name | None = None
    note: Note | None = None
    external_ref: ExternalRef | None = None

    def draft(self) -> NewContract:
        """Read the body as the feature's draft."""
        texts = ("supervising_authority", "bidder", "performing_branch", "note", "external_ref")
        terms = dict(self.terms)
        reference = terms.pop("reference")
        return NewContract(
            number=self.number,
            title=self.title,
            service_center_id=self.service_center_id,
            vendor_id=self.vendor_id,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            recorded_from=self.recorded_from,
            agreed_on=self.agreed_on,
            years=[(year.year, year.amount) for year in self.years],
            terms=TermsDocument.model_construct(**terms),
            reference=reference,
            more={name: getattr(self, name) for name in texts},
        )


class ContractOut(Out):
    """外包服务合同."""

    id: uuid.UUID
    number: str
    title: str
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    vendor_name: str
    supervising_authority: str | None
    bidder: str | None
    performing_branch: str | None
    starts_on: Day
    ends_on: Day
    recorded_from: str
    closed_on: Day | None
    closing_reason: ClosingReason | None
    closing_note: str | None
    years: list[YearAmount]
    terms_version: int
    terms_incomplete: Annotated[
        list[str],
        Field(description="Clauses that the terms in force do not state: what they would decide is not decided."),
    ]
    note: str | None
    external_ref: str | None
    version: Version
    created_at: datetime
    updated_at: datetime


class AmendmentIn(Shape):
    """补充协议: a new version of the terms."""

    model_config = shown(
        {
            "effective_from": "2023-07-01",
            "agreed_on": "2023-06-25",
            "reference": {"document": "补充协议（一）", "clause": "第二条"},
            "terms": _TERMS
            | {
                "pass_mark": "85.00",
                "grades": [{"name": "合格", "at_least": "85.00"}, {"name": "不合格", "below": "85.00"}],
            },
        }
    )

    effective_from: Day
    agreed_on: Annotated[Day | None, Field(description="Day of the paper; left out, today.")] = None
    reference: Reference
    terms: TermsDocument


Questions = Annotated[
    list[MissingOut],
    Field(description="What the terms leave open, as `GET …/terms` names it: questions with their answers."),
]


class ContractCreated(Created):
    """The contract that was taken on, and what its terms leave open."""

    missing: Questions


class AmendmentOut(Out):
    """The version that an amendment made, and what it leaves open."""

    terms_version: int
    missing: Questions


class ClosingIn(Shape):
    """The last day of service, and why."""

    model_config = shown({"closed_on": "2023-12-31", "reason": "ended"})

    closed_on: Day
    reason: ClosingReason = ClosingReason.ENDED
    note: Reason | None = None


NumberFilter = Annotated[
    str | None, Query(max_length=64, description="What people call it.", examples=["ZWFW-2023-01"])
]
IsClosed = Annotated[
    bool | None, Query(description="Only those that have ended, or only those that run.", examples=[False])
]


@router.get("", response_model=PageOf[ContractOut])
def list_contracts(
    who: ContractsRead,
    db: Db,
    paging: Paged,
    number: NumberFilter = None,
    vendor_id: OfVendor = None,
    service_center_id: OfCenter = None,
    closed: IsClosed = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List contracts; `number` finds one by what people call it."""
    wanted = ContractFilter(number, vendor_id, service_center_id, closed, updated_since)
    with db.read() as session:
        page = queries.contracts(session, who.centers, wanted, paging.page)
        items = _out(session, page.rows)
    return paging.answer(items, page.next_after)


@router.post("", status_code=201, response_model=ContractCreated)
@changes()
def create_contract(who: ContractsWrite, change: Change, body: ContractIn) -> Response:
    """Take a contract on: one expected assessment and one due date for every service month."""
    draft = body.draft()
    id_ = service.activate(change.session, who, draft)
    service_fees = ServiceFees(draft.starts_on, draft.ends_on, {})
    missing = left_open(change.session, draft.service_center_id, draft.terms, service_fees)
    return answer(ContractCreated(id=id_, missing=missing), 201, {"Location": f"/v1/contracts/{id_}"})


@router.get("/{contract_id}", response_model=ContractOut)
def read_contract(who: ContractsRead, db: Db, contract_id: ContractId) -> Response:
    """Read a contract."""
    with db.read() as session:
        return _read(session, who, contract_id)


@router.post("/{contract_id}/amendments", status_code=201, response_model=AmendmentOut)
@changes(key_required=True, match=True)
def create_amendment(who: ContractsWrite, change: Change, contract_id: ContractId, body: AmendmentIn) -> Response:
    """Put a new version of the terms in force; the due dates that it governs and that are not met are moved."""
    amendment = Amendment(body.effective_from, body.reference, body.terms, body.agreed_on)
    number = service.amend(change.session, who, contract_id, amendment, change.seen)
    location = {"Location": f"/v1/contracts/{contract_id}/terms?period={Period.of(body.effective_from)}"}
    contract = queries.contract(change.session, who.centers, contract_id)
    missing = []
    if contract is not None:
        missing = left_open(change.session, contract["service_center_id"], body.terms, service_of(contract))
    return answer(AmendmentOut(terms_version=number, missing=missing), 201, location)


@router.post("/{contract_id}/closing", response_model=ContractOut)
@changes(key_required=True, match=True, shown=2)
def close_contract(who: ContractsWrite, change: Change, contract_id: ContractId, body: ClosingIn) -> Response:
    """Close a contract: no later month is expected; what is owed up to it keeps its due date."""
    service.close(change.session, who, contract_id, body.closed_on, body.reason, body.note, change.seen)
    return _read(change.session, who, contract_id)


def _read(session: Session, who: Caller, contract_id: uuid.UUID) -> Response:
    row = queries.contract(session, who.centers, contract_id)
    if row is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    # Which terms are in force may change with the calendar.
    return answer(_out(session, [row])[0], headers=etag(row["version"], clock.today()))


def _out(session: Session, rows: Sequence[RowMapping]) -> list[ContractOut]:
    """Put contracts together with their money and what their terms leave open: three statements for any number."""
    ids = [row["id"] for row in rows]
    years: dict[uuid.UUID, list[YearAmount]] = {}
    for year in queries.years(session, ids):
        amount = YearAmount.model_construct(year=year["year"], amount=year["amount_fen"])
        years.setdefault(year["contract_id"], []).append(amount)
    versions: dict[uuid.UUID, list[RowMapping]] = {}
    for version in queries.versions_of(session, ids):
        versions.setdefault(version["contract_id"], []).append(version)
    today = clock.today()
    return [_one(row, years.get(row["id"], []), versions[row["id"]], today) for row in rows]


def _one(row: RowMapping, years: list[YearAmount], versions: list[RowMapping], today: date) -> ContractOut:
    last = row["closed_on"] or row["ends_on"]
    period = Period.of(min(max(today, row["starts_on"]), last))
    try:
        in_force = version_for(read_versions(versions), period, today)
    except TermsUnreadable:
        # One damaged document must not hide every other contract of the list.
        return ContractOut.model_construct(**row, years=years, terms_version=0, terms_incomplete=["unreadable"])
    return ContractOut.model_construct(
        **row,
        years=years,
        terms_version=in_force.number if in_force else 0,
        terms_incomplete=list(in_force.terms.missing()) if in_force else [],
    )
