"""Findings: recorded the day they are seen; and the repeat offences that they make."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query, Response
from pydantic import Field, StrictBool
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, Version, answer, etag
from app.api.auth import AssessmentsRead, AssessmentsWrite
from app.api.changing import Change, changes
from app.api.filters import CounterCode, IssueTypeCode, Month, UpdatedSince, Withdrawn
from app.api.ids import ContractId, FindingId, OfCenter, OfContract, OfVendor
from app.api.paging import Paged, PageOf, Paging
from app.api.rooms import centers_room
from app.errors import BadRequest, NotFound
from app.features.access.caller import Caller
from app.features.assessments import finding_queries, findings, repeat_offences, revisions
from app.features.assessments.finding_queries import FindingFilter
from app.features.assessments.findings import NewFinding
from app.features.contracts import queries as contract_queries
from app.features.contracts.versions import read_versions
from app.features.contracts.within import Within
from app.rules.recurrence import Offence
from app.rules.repeat_rules import RepeatRule
from app.values import Code, Day, ExternalRef, Hundredths, Note, Out, Points, Reason, Shape, ShortCode, shown

router = centers_room("findings")


class FindingIn(Shape):
    """考核问题: one occurrence of an issue."""

    model_config = shown(
        {
            "issue_type": "leaving_post",
            "occurred_on": "2023-01-10",
            "counter": "A-07",
            "description": "上午十点窗口无人",
            "deduction_points": "0.50",
        },
        {
            "issue_type": "leaving_post",
            "occurred_on": "2023-01-16",
            "until": "2023-01-18",
            "level": "serious",
            "unrectified": True,
            "post": "window_chief",
        },
    )

    issue_type: Code
    occurred_on: Annotated[Day, Field(description="The day on which it was seen, or the first of several.")]
    until: Annotated[
        Day | None, Field(description="The last day that it lasted, in the same month; left out, it was of one day.")
    ] = None
    level: Annotated[Code | None, Field(description="The contract's own code of severity.", examples=["serious"])] = (
        None
    )
    unrectified: Annotated[StrictBool, Field(description="It repeats a finding that was not rectified.")] = False
    post: Annotated[Code | None, Field(description="The post that it concerns.", examples=["window_chief"])] = None
    counter: ShortCode | None = None
    description: Note | None = None
    deduction_points: Points | None = None
    at_least: Annotated[
        StrictBool, Field(description='The source says "at least": there may be more occurrences than are recorded.')
    ] = False
    note: Note | None = None
    external_ref: ExternalRef | None = None


class WithdrawalIn(Shape):
    """Why a finding no longer counts."""

    model_config = shown({"withdrawn_on": "2023-01-20", "reason": "监控显示窗口有人"})

    withdrawn_on: Annotated[Day | None, Field(description="Left out: today.")] = None
    reason: Reason


class FindingOut(Out):
    """A recorded finding."""

    id: uuid.UUID
    service_center_id: uuid.UUID
    vendor_id: uuid.UUID
    contract_id: uuid.UUID
    contract_number: str
    period: str
    issue_type: str
    issue_type_name: str
    occurred_on: Day
    until: Day | None
    level: str | None
    unrectified: bool
    post: str | None
    counter: str | None
    description: str | None
    deduction_points: Hundredths | None
    at_least: bool
    note: str | None
    withdrawn_on: Day | None
    withdrawn_reason: str | None
    external_ref: str | None
    version: Version
    created_at: datetime
    updated_at: datetime


class OccurrenceOut(Out):
    """A finding that counts towards a repeat offence."""

    finding_id: str
    occurred_on: Day
    counter: str | None
    withdrawn_on: Day | None


class RepeatOffenceOut(Out):
    """重复发生问题, or its early state: one more and the threshold is reached."""

    issue_type: str
    issue_type_name: str
    counter: str | None
    window_from: Day
    window_to: Day | None
    early: bool
    early_since: Day | None
    since: Day
    until: Day | None
    undone: bool
    count: int
    count_by: str
    at_least: bool
    threshold: int
    occurrences: list[OccurrenceOut]


class RepeatOffencesOut(Out):
    """The repeat offences of a contract as the rule decides them on a day."""

    as_of: Day
    items: list[RepeatOffenceOut]


@router.get("/findings", response_model=PageOf[FindingOut])
def list_findings(
    who: AssessmentsRead,
    db: Db,
    paging: Paged,
    period: Month = None,
    issue_type: IssueTypeCode = None,
    counter: CounterCode = None,
    withdrawn: Withdrawn = None,
    contract_id: OfContract = None,
    service_center_id: OfCenter = None,
    vendor_id: OfVendor = None,
    updated_since: UpdatedSince = None,
) -> Response:
    """List findings across contracts."""
    wanted = FindingFilter(
        contract_id, service_center_id, vendor_id, period, issue_type, counter, withdrawn, updated_since
    )
    return _listed(who, db, paging, wanted)


@router.get("/contracts/{contract_id}/findings", response_model=PageOf[FindingOut])
def list_findings_of_contract(
    who: AssessmentsRead,
    db: Db,
    contract_id: ContractId,
    paging: Paged,
    period: Month = None,
    issue_type: IssueTypeCode = None,
    counter: CounterCode = None,
    withdrawn: Withdrawn = None,
) -> Response:
    """List the findings of a contract."""
    _require_contract(db, who, contract_id)
    wanted = FindingFilter(
        contract_id=contract_id, period=period, issue_type=issue_type, counter=counter, withdrawn=withdrawn
    )
    return _listed(who, db, paging, wanted)


@router.post("/contracts/{contract_id}/findings", status_code=201, response_model=FindingOut)
@changes()
def record_finding(who: AssessmentsWrite, change: Change, contract_id: ContractId, body: FindingIn) -> Response:
    """Record a finding in the month of its date, which must not be final yet."""
    row = findings.record_finding(change.session, who, contract_id, NewFinding(**dict(body)))
    location = {"Location": f"/v1/contracts/{contract_id}/findings/{row['id']}"}
    return answer(finding_out(row), 201, etag(row["version"]) | location)


@router.get("/contracts/{contract_id}/findings/{finding_id}", response_model=FindingOut)
def read_finding(who: AssessmentsRead, db: Db, contract_id: ContractId, finding_id: FindingId) -> Response:
    """Read a finding."""
    with db.read() as session:
        row = finding_queries.finding(session, who.centers, finding_id)
        if row is None or row["contract_id"] != contract_id:
            raise NotFound("There is no such finding in this contract.", pointer="/path/finding_id")
        return _answer(session, who, finding_id)


@router.post("/contracts/{contract_id}/findings/{finding_id}/withdrawal", response_model=FindingOut)
@changes(key_required=True, match=True)
def withdraw_finding(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, finding_id: FindingId, body: WithdrawalIn
) -> Response:
    """Withdraw a finding: it stays readable and from that day on no longer counts.

    Of a month that has been notified the withdrawal is a revision of the month as well.
    """
    withdrawn_on = body.withdrawn_on or clock.today()
    withdraw = revisions.withdraw_finding
    withdraw(change.session, who, contract_id, finding_id, withdrawn_on, body.reason, change.seen)
    return _answer(change.session, who, finding_id)


@router.get("/contracts/{contract_id}/repeat-offences", response_model=RepeatOffencesOut)
def list_repeat_offences(
    who: AssessmentsRead,
    db: Db,
    contract_id: ContractId,
    as_of: Annotated[
        Day | None, Query(description="The day to look from; left out, today.", examples=["2023-12-31"])
    ] = None,
) -> Response:
    """Show what the rule decides about the contract's findings on a day, with the occurrences it counted."""
    _require_contract(db, who, contract_id)
    day = as_of or clock.today()
    if day > clock.today():
        raise BadRequest(f"{day} is after today.", pointer="/query/as_of")
    with db.read() as session:
        versions = read_versions(contract_queries.versions(session, contract_id))
        issues = repeat_offences.known_findings(session, day, Within(contract_id=contract_id), lambda _: versions)
    found = repeat_offences.offences(versions, issues, day)
    items = [_offence(offence, rule, issue["issue_type"], issue["issue_type_name"]) for offence, rule, issue in found]
    return answer(RepeatOffencesOut(as_of=day, items=items))


def _require_contract(db: Db, who: Caller, contract_id: uuid.UUID) -> None:
    with db.read() as session:
        if contract_queries.contract(session, who.centers, contract_id) is None:
            raise NotFound("There is no such contract.", pointer="/path/contract_id")


def _listed(who: Caller, db: Db, paging: Paging, wanted: FindingFilter) -> Response:
    with db.read() as session:
        page = finding_queries.findings(session, who.centers, wanted, paging.page)
    return paging.answer([finding_out(row) for row in page.rows], page.next_after)


def _answer(session: Session, who: Caller, finding_id: uuid.UUID) -> Response:
    row = finding_queries.finding(session, who.centers, finding_id)
    if row is None:
        raise NotFound("There is no such finding.", pointer="/path/finding_id")
    return answer(finding_out(row), 200, etag(row["version"]))


def finding_out(row: RowMapping | Mapping[str, Any]) -> FindingOut:
    """Show a finding."""
    given = {"deduction_points": row["deduction_hundredths"], "unrectified": bool(row["unrectified"])}
    return FindingOut.model_construct(**(dict(row) | given))


def _offence(offence: Offence, rule: RepeatRule, code: str, name: str) -> RepeatOffenceOut:
    occurrences = [
        OccurrenceOut(
            finding_id=str(uuid.UUID(item.finding_id)),
            occurred_on=item.occurred_on,
            counter=item.counter,
            withdrawn_on=item.withdrawn_on,
        )
        for item in offence.occurrences
    ]
    return RepeatOffenceOut(
        issue_type=code,
        issue_type_name=name,
        counter=offence.counter,
        window_from=offence.window_from,
        window_to=offence.window_to,
        early=offence.early,
        early_since=offence.early_since,
        since=offence.since,
        until=offence.until,
        undone=offence.undone,
        count=offence.count,
        count_by=rule.count,
        at_least=offence.at_least,
        threshold=offence.threshold,
        occurrences=occurrences,
    )
