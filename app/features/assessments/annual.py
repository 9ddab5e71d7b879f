"""Holds a year's assessment (年度考核) from its months, and records its notice, each once."""

import uuid
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, NoReturn

from sqlalchemy import RowMapping, update
from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.alerts import service as alerts
from app.features.assessments import annual_queries, missing_annual
from app.features.assessments.errors import (
    AlreadyHeld,
    AnnualAlreadyNotified,
    AnnualNotHeld,
    AnnualTermsSilent,
    MonthsNotFinal,
    NoAnnualClause,
    YearOutsideService,
)
from app.features.assessments.months import notice
from app.features.assessments.results import Result, judge, judgement, read_score, stored_score
from app.features.audit.changes import Touched
from app.features.audit.service import recording
from app.features.contracts import queries as contract_queries
from app.features.contracts import register
from app.features.contracts.service import lock
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.contracts.within import Within
from app.features.seen import Seen, check_seen
from app.models import Alert, AnnualAssessment, Contract, DueDate
from app.models.words import AlertKind, DueKind
from app.rules.annual import (
    AnnualRule,
    AnnualScore,
    Service,
    ServiceYear,
    YearKind,
    YearMonth,
    annual_score,
    check_months,
    check_review,
    not_counted,
    service_years,
)
from app.rules.consecutive import MonthState
from app.rules.faults import Fault
from app.rules.periods import Period
from app.rules.scores import Score
from app.rules.terms import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What the centre says of a year: its score where the clause computes none, the review where one is weighed in."""

    year: int
    held_on: date
    score: Score | None = None
    review: Decimal | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class _Asked:
    """A year, the clause that asks for its assessment, and the version of the terms that states it."""

    year: ServiceYear
    rule: AnnualRule
    version: Version


def hold(session: Session, caller: Caller, contract_id: uuid.UUID, holding: Holding) -> None:
    """Assess a year: its score by the clause, its due date met and its alert resolved, all in one transaction."""
    contract = lock(session, caller, contract_id)
    _refuse_future("/held_on", holding.held_on)
    versions = read_versions(contract_queries.versions(session, contract_id))
    months = annual_queries.months_of_contract(session, contract_id)
    asked = _asked(contract, months, versions, holding)
    within = [month for month in months if Period.parse(month["period"]) in asked.year.months]
    _check_held_on(within, holding)
    if annual_queries.annual_assessment(session, contract_id, holding.year) is not None:
        raise AlreadyHeld(f"The assessment of {holding.year} is on record.", pointer="/year")
    _require_final(within, holding)
    scored = _score(asked, within, versions, holding)
    held = _row(contract, asked, scored, holding)
    subject = str(holding.year)
    with _recording(session, caller, "annual_assessment.held", held, subject):
        session.add(held)
        session.flush()
        register.meet(session, contract_id, DueKind.ANNUAL_ASSESSMENT, subject, holding.held_on)
        found = missing_annual.evaluate(session, clock.today(), Within(contract_id=contract_id))
        states = [state for state in found.states if state.subject == subject]
        alerts.settle(session, AlertKind.MISSING_ANNUAL_ASSESSMENT, contract_id, states)


def _recording(
    session: Session, caller: Caller, action: str, held: AnnualAssessment, subject: str
) -> AbstractContextManager[None]:
    """Record what is done inside as one act on the year: its row, its due date, its alert."""
    due = (col(DueDate.contract_id) == held.contract_id) & (col(DueDate.subject) == subject)
    missing = (col(Alert.contract_id) == held.contract_id) & (col(Alert.subject) == subject)
    touched: tuple[Touched, ...] = (
        (AnnualAssessment, col(AnnualAssessment.id) == held.id),
        (DueDate, due & (col(DueDate.kind) == DueKind.ANNUAL_ASSESSMENT)),
        (Alert, missing & (col(Alert.kind) == AlertKind.MISSING_ANNUAL_ASSESSMENT)),
    )
    details = {"contract_id": str(held.contract_id), "year": held.year}
    return recording(session, caller.actor, held.service_center_id, action, held.id, *touched, details=details)


def notify(
    session: Session,
    caller: Caller,
    contract_id: uuid.UUID,
    year: int,
    notified_on: date,
    document_no: str | None = None,
    seen: Seen = None,
) -> None:
    """Record the notice of a year's result, once, by compare and set."""
    lock(session, caller, contract_id)
    held = annual_queries.annual_assessment(session, contract_id, year)
    if held is None:
        raise AnnualNotHeld(f"{year} was not assessed.", pointer="/path/year")
    check_seen(seen, held.version)
    _check_notified_on(held, notified_on)
    statement = (
        update(AnnualAssessment)
        .where(col(AnnualAssessment.id) == held.id, col(AnnualAssessment.notified_on).is_(None))
        .values(updated_at=clock.now(), version=col(AnnualAssessment.version) + 1, **notice(notified_on, document_no))
        .returning(col(AnnualAssessment.id))
        .execution_options(synchronize_session=False)
    )
    with _recording(session, caller, "annual_assessment.notified", held, str(year)):
        if session.execute(statement).first() is None:
            raise AnnualAlreadyNotified(f"{year} was notified on {held.notified_on}.", pointer="/path/year")


def _asked(contract: Contract, months: Sequence[RowMapping], versions: Sequence[Version], holding: Holding) -> _Asked:
    """Find the year of that name which the terms in force for its last month, known when it was held, ask for."""
    served = {Period.parse(month["period"]): month["served_to"] for month in months}
    named = [
        (kind, year)
        for kind in YearKind
        for year in service_years(kind, contract.starts_on, served)
        if year.year == holding.year
    ]
    if not named:
        raise YearOutsideService(f"No recorded month falls in {holding.year}.", pointer="/year")
    for kind, year in named:
        version = version_for(versions, year.months[-1], holding.held_on)
        rule = version.terms.annual_assessment if version else None
        if version and rule and rule.years is kind:
            return _Asked(year, rule, version)
    raise NoAnnualClause(f"No terms known on {holding.held_on} ask for an assessment of {holding.year}.")


def _check_held_on(months: Sequence[RowMapping], holding: Holding) -> None:
    """Refuse a day on or before the year's last day of service, or before a month's result was final."""
    last = max(month["served_to"] for month in months)
    if holding.held_on <= last:
        detail = f"{holding.held_on} is not after {last}, the last day of service in the year."
        _refuse("/held_on", "before-the-year-ended", detail)
    for month in months:
        if month["final_on"] and month["final_on"] > holding.held_on:
            detail = f"{month['period']} became final on {month['final_on']}, after {holding.held_on}."
            _refuse("/held_on", "before-its-months-were-final", detail)


def _check_notified_on(held: AnnualAssessment, notified_on: date) -> None:
    _refuse_future("/notified_on", notified_on)
    if notified_on < held.held_on:
        _refuse("/notified_on", "before-it-was-held", f"{notified_on} lies before {held.held_on}, when it was held.")


def _require_final(months: Sequence[RowMapping], holding: Holding) -> None:
    unsettled = [month["period"] for month in months if month["final_on"] is None]
    if unsettled:
        raise MonthsNotFinal(f"Of {holding.year} these months are not final: {', '.join(unsettled)}.", pointer="/year")


def _score(asked: _Asked, months: Sequence[RowMapping], versions: Sequence[Version], holding: Holding) -> AnnualScore:
    """Give the year's score: by the clause, or as the centre enters it where the clause computes none."""
    terms, rule = asked.version.terms, asked.rule.score
    if rule is None:
        if holding.review is not None:
            _refuse("/review", "review-not-weighed", "The clause weighs no review in.", "Leave the review out.")
        if holding.score is None:
            detail = "The clause does not say how the year's score follows from the months."
            _refuse("/score", "score-missing", detail, "Give the score, or null where it is not known.")
        entered = judge(Result(MonthState.ASSESSED, holding.score), terms)
        return AnnualScore(entered, ("The centre entered the score; the clause does not compute it.",))
    if holding.score is not None:
        _refuse("/score", "score-is-computed", "The clause computes the score.", "Leave the score out.")
    faults = check_review(rule, holding.review, terms.full_mark)
    if faults:
        raise Invalid(faults[0].detail, faults=faults)
    results = _results(months, versions)
    silent = check_months(rule, results, terms.full_mark)
    if silent:
        raise AnnualTermsSilent(silent[0].detail, faults=[fault.under("/terms") for fault in silent])
    return annual_score(rule, results, holding.review)


def _results(months: Sequence[RowMapping], versions: Sequence[Version]) -> list[YearMonth]:
    """Read the months' results, each on the scale of the terms that judged it."""
    scales = {version.id: version.terms.full_mark for version in versions}
    return [
        YearMonth(
            Period.parse(month["period"]),
            month["state"],
            read_score(month["score_kind"], month["score_exact"]),
            scales.get(month["terms_version_id"], Terms().full_mark),
        )
        for month in months
    ]


def _row(contract: Contract, asked: _Asked, scored: AnnualScore, holding: Holding) -> AnnualAssessment:
    now = clock.now()
    recorded_from = Period.parse(contract.recorded_from)
    service = Service(contract.starts_on, contract.ends_on, recorded_from, contract.closed_on)
    values: dict[str, Any] = {**stored_score(scored.score), **judgement(scored.score, asked.version)}
    return AnnualAssessment(
        service_center_id=contract.service_center_id,
        vendor_id=contract.vendor_id,
        contract_id=contract.id,
        year=asked.year.year,
        first_period=str(asked.year.months[0]),
        last_period=str(asked.year.months[-1]),
        held_on=holding.held_on,
        review_exact=None if holding.review is None else str(Fraction(holding.review)),
        steps=[*not_counted(service, asked.year), *scored.steps],
        note=holding.note,
        created_at=now,
        updated_at=now,
        **values,
    )


def _refuse_future(pointer: str, day: date) -> None:
    if day > clock.today():
        _refuse(pointer, "date-in-future", f"{day} is after today, {clock.today()}.")


def _refuse(pointer: str, code: str, detail: str, remedy: str = "State the day on which it happened.") -> NoReturn:
    raise Invalid(detail, faults=[Fault(pointer, code, detail, remedy)])
