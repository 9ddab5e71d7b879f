"""Annual assessments: which years are owed or held, hold one, notify it."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Literal

from fastapi import Path, Response
from pydantic import BeforeValidator, Field, StrictInt
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, answer, etag
from app.api.auth import AssessmentsRead, AssessmentsWrite
from app.api.changing import Change, changes
from app.api.ids import ContractId
from app.api.rooms import centers_room
from app.api.scores import ScoreOut, score_of
from app.api.supervisor.results import NoticeIn, ScoreIn, read_score_in
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.assessments import annual, annual_queries
from app.features.calendar.queries import work_calendar
from app.features.contracts import queries as contract_queries
from app.rules.deadlines import DueState, lateness
from app.rules.money import hundredths
from app.rules.scores import Verdict
from app.rules.working_days import WorkCalendar
from app.values import Day, Hundredths, Note, Out, Points, Shape, read_year, shown

router = centers_room("assessments", "/contracts/{contract_id}/annual-assessments")
PathYear = Annotated[
    int,
    Path(ge=2000, le=2099, description="The year; a contract year goes by that in which it begins.", examples=[2023]),
    BeforeValidator(read_year),
]


class HoldingIn(Shape):
    """年度考核 as held: `score` where the clause computes none (null: not known), `review` where it weighs one in."""

    model_config = shown({"year": 2023, "held_on": "2024-01-15", "score": {"exact": "93.20"}})

    year: Annotated[StrictInt, Field(ge=2000, le=2099, examples=[2023])]
    held_on: Day
    score: ScoreIn | None = None
    review: Annotated[Points | None, Field(description="The points of the year-end review.")] = None
    note: Note | None = None

    def holding(self) -> annual.Holding:
        """Read the body as the feature's holding."""
        score = read_score_in(self.score) if "score" in self.model_fields_set else None
        return annual.Holding(year=self.year, held_on=self.held_on, score=score, review=self.review, note=self.note)


class YearNoticeIn(NoticeIn):
    """考核通报 of a year's result."""

    model_config = shown({"notified_on": "2024-01-18", "document_no": "政务考核〔2024〕3号"})


class YearDueOut(Out):
    """By when the year is to be assessed, and how that stands today."""

    due_on: Day
    provisional: bool
    state: DueState
    days_late: int
    working_days_late: int


class YearNoticeOut(Out):
    """What the paper says that told the vendor."""

    notified_on: Day
    document_no: str | None
    recorded_at: datetime
    backdated: bool | None


class AnnualAssessmentOut(Out):
    """年度考核: a year that is owed, held, or held and notified."""

    id: uuid.UUID | None
    contract_id: uuid.UUID
    year: int
    stage: Literal["expected", "held", "notified"]
    due: Annotated[YearDueOut | None, Field(description="Null where no due date was on record for what was held.")]
    first_period: str | None
    last_period: str | None
    held_on: Day | None
    score: Annotated[ScoreOut | None, Field(description="Null where nothing is known of the score.")]
    review: Hundredths | None
    steps: Annotated[list[str], Field(description="How the score follows from the months.")]
    verdict: Annotated[Verdict | None, Field(description="Against the pass mark; null where the terms state none.")]
    pass_mark: Hundredths | None
    grade: str | None
    terms_version: Annotated[int | None, Field(description="The terms that judged the result.")]
    note: str | None
    notice: YearNoticeOut | None
    version: int | None
    created_at: datetime | None
    updated_at: datetime | None


class AnnualAssessmentsOut(Out):
    """Every year of a contract that is owed or held, earliest first."""

    items: list[AnnualAssessmentOut]


@router.get("", response_model=AnnualAssessmentsOut)
def list_annual_assessments(who: AssessmentsRead, db: Db, contract_id: ContractId) -> Response:
    """List the years that are owed or held."""
    with db.read() as session:
        years = _years(session, who, contract_id)
    return answer(AnnualAssessmentsOut.model_construct(items=[years[year] for year in sorted(years)]))


@router.post("", status_code=201, response_model=AnnualAssessmentOut)
@changes(key_required=True)
def hold_annual_assessment(who: AssessmentsWrite, change: Change, contract_id: ContractId, body: HoldingIn) -> Response:
    """Hold a year's assessment: its due date is met, its alert resolved."""
    annual.hold(change.session, who, contract_id, body.holding())
    location = {"Location": f"/v1/contracts/{contract_id}/annual-assessments/{body.year}"}
    return _answer(_year(change.session, who, contract_id, body.year), 201, location)


@router.get("/{year}", response_model=AnnualAssessmentOut)
def read_annual_assessment(who: AssessmentsRead, db: Db, contract_id: ContractId, year: PathYear) -> Response:
    """Read one year that is owed or held."""
    with db.read() as session:
        return _answer(_year(session, who, contract_id, year))


@router.post("/{year}/notice", response_model=AnnualAssessmentOut)
@changes(key_required=True, match=True)
def notify_annual_assessment(
    who: AssessmentsWrite, change: Change, contract_id: ContractId, year: PathYear, body: YearNoticeIn
) -> Response:
    """Record the notice of a year's result."""
    notice = (body.notified_on, body.document_no)
    annual.notify(change.session, who, contract_id, year, *notice, change.seen)
    return _answer(_year(change.session, who, contract_id, year))


def _answer(year: AnnualAssessmentOut, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    # What is only owed has no version yet: its ETag is told by its content, which runs with the calendar.
    tag = etag(year.version) if year.version else {}
    return answer(year, status, tag | dict(headers or {}))


def _year(session: Session, who: Caller, contract_id: uuid.UUID, year: int) -> AnnualAssessmentOut:
    found = _years(session, who, contract_id).get(year)
    if found is None:
        raise NotFound(f"The contract owes no annual assessment of {year}.", pointer="/path/year")
    return found


def _years(session: Session, who: Caller, contract_id: uuid.UUID) -> dict[int, AnnualAssessmentOut]:
    """Put the years of a contract together from what is owed and what was held."""
    if contract_queries.contract(session, who.centers, contract_id) is None:
        raise NotFound("There is no such contract.", pointer="/path/contract_id")
    owed = {int(row["subject"]): row for row in annual_queries.years_owed(session, who.centers, contract_id)}
    held = {row["year"]: row for row in annual_queries.years_held(session, who.centers, contract_id)}
    calendar, today = work_calendar(session), clock.today()
    return {
        year: AnnualAssessmentOut.model_construct(
            **(_held(held[year]) if year in held else _EXPECTED)
            | {
                "contract_id": contract_id,
                "year": year,
                "due": _due(owed[year], today, calendar) if year in owed else None,
            }
        )
        for year in owed.keys() | held.keys()
    }


_EXPECTED: dict[str, Any] = dict.fromkeys(AnnualAssessmentOut.model_fields) | {"stage": "expected", "steps": []}


def _held(row: RowMapping) -> dict[str, Any]:
    notice = row["notified_on"] and YearNoticeOut.model_construct(
        notified_on=row["notified_on"],
        document_no=row["document_no"],
        recorded_at=row["notice_recorded_at"],
        backdated=row["backdated"],
    )
    return AnnualAssessmentOut.members_of(row) | {
        "stage": "notified" if notice else "held",
        "score": score_of(row),
        "review": row["review_exact"] and hundredths(Fraction(row["review_exact"])),
        "pass_mark": row["pass_mark_hundredths"],
        "notice": notice,
    }


def _due(row: RowMapping, today: date, calendar: WorkCalendar) -> YearDueOut:
    late = lateness(row["due_on"], row["met_on"], today, calendar)
    return YearDueOut.model_construct(
        due_on=row["due_on"],
        provisional=row["provisional"],
        state=late.state,
        days_late=late.days,
        working_days_late=late.working_days,
    )
