"""The register of due dates: writes what is owed, moves what an amendment governs, meets and waives."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Date, Update, bindparam, case, insert, literal, update
from sqlmodel import Session, col

from app import clock
from app.features.audit.changes import write_new
from app.features.contracts.versions import Version, version_for
from app.models import DueDate
from app.models.columns import new_id
from app.models.words import DueKind
from app.rules import key_posts
from app.rules.annual import YearKind, service_years
from app.rules.deadlines import DueDateRule, due_date
from app.rules.periods import Period
from app.rules.terms import Terms
from app.rules.working_days import WorkCalendar

NOT_TAKEN_YET = "reports_not_taken_yet"
"""Why a report was never asked for: it was due before this service could take reports."""

RULES: dict[DueKind, Callable[[Terms], DueDateRule | None]] = {
    DueKind.NOTICE: lambda terms: terms.notice,
    DueKind.ANNUAL_ASSESSMENT: lambda terms: terms.annual_assessment.due if terms.annual_assessment else None,
    DueKind.PAYMENT: lambda terms: terms.payment_due,
    DueKind.ACKNOWLEDGEMENT: lambda terms: terms.acknowledgement,
    DueKind.APPEAL: lambda terms: terms.appeal,
    DueKind.RECTIFICATION: lambda terms: terms.rectification,
    DueKind.MONTHLY_REPORT: lambda terms: terms.monthly_report,
    DueKind.METRICS: lambda terms: terms.metrics.due if terms.metrics else None,
}
"""Where a version's terms state by when each kind of thing is owed; a new kind needs its line here.

A vacancy of a key post is not among them: the terms state its limit for each post."""


def rule_of(kind: DueKind, terms: Terms, subject: str) -> DueDateRule | None:
    """Give the rule by which a subject of a kind is owed in a version's terms; None where they do not state it."""
    if kind is DueKind.KEY_POST:
        post = terms.key_post(key_posts.post_of(subject))
        return post.due if post else None
    return RULES[kind](terms)


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose register is written to."""

    service_center_id: uuid.UUID
    contract_id: uuid.UUID


Key = tuple[DueKind, str]
"""What finds an entry of a contract: its kind and its subject."""


@dataclass(frozen=True, slots=True)
class Event:
    """What something may be owed for: its key, the day that the limit runs from, the month whose terms govern it."""

    key: Key
    on: date
    period: Period
    years: YearKind | None = None
    """For an annual assessment, the kind of year; only a clause that asks for that kind is about it."""
    on_record: frozenset[str] = frozenset()
    """For monthly figures, the codes that are there; a clause that asks for no other has nothing to ask."""

    def rule(self, terms: Terms) -> DueDateRule | None:
        """Give the clause by which it is owed; None where these terms do not ask for it."""
        clause = terms.annual_assessment
        if self.years is not None and clause and clause.years is not self.years:
            return None
        if self.key[0] is DueKind.METRICS and terms.metrics and self.on_record.issuperset(terms.metrics.required):
            return None
        return rule_of(self.key[0], terms, self.key[1])


def notices(periods: Iterable[Period]) -> Iterator[Event]:
    """Give the events of months whose results are to be notified."""
    return (Event((DueKind.NOTICE, str(period)), period.last_day, period) for period in periods)


def monthly_reports(periods: Iterable[Period]) -> Iterator[Event]:
    """Give the events of months of which the vendor is to hand in its report."""
    return (Event((DueKind.MONTHLY_REPORT, str(period)), period.last_day, period) for period in periods)


def monthly_figures(on_record: Mapping[Period, frozenset[str]]) -> Iterator[Event]:
    """Give the events of months whose figures are to be on record, with the codes that are."""
    for period, codes in on_record.items():
        yield Event((DueKind.METRICS, str(period)), period.last_day, period, on_record=codes)


def vacancies(post: str, since: Iterable[date]) -> Iterator[Event]:
    """Give the events of a key post's vacancies by the days on which they began."""
    for day in since:
        yield Event((DueKind.KEY_POST, key_posts.subject_of(post, day)), day, Period.of(day))


def annual_assessments(starts_on: date, months: Mapping[Period, date]) -> Iterator[Event]:
    """Give the ends of the years, of either kind, that recorded months with their last days of service fall in."""
    for kind in YearKind:
        for year in service_years(kind, starts_on, months):
            yield Event((DueKind.ANNUAL_ASSESSMENT, str(year.year)), year.last_day, year.months[-1], kind)


def expected(versions: Sequence[Version], events: Iterable[Event], calendar: WorkCalendar) -> dict[Key, dict[str, Any]]:
    """Compute when each event's duty is due under the terms in force; without the clause there is no date."""
    known_on = max(version.agreed_on for version in versions)
    found: dict[Key, dict[str, Any]] = {}
    for event in events:
        version = version_for(versions, event.period, known_on)
        rule = event.rule(version.terms) if version else None
        if version is None or rule is None:
            continue
        due = due_date(rule, event.on, calendar)
        found[event.key] = {
            "terms_version_id": version.id,
            "event_on": event.on,
            "due_on": due.on,
            "provisional": due.provisional,
            "steps": list(due.steps),
        }
    return found


def enter(session: Session, owner: Owner, owed: Mapping[Key, dict[str, Any]], in_force_from: date) -> None:
    """Write what is owed, all in one statement."""
    now = clock.now()
    common = {
        "service_center_id": owner.service_center_id,
        "contract_id": owner.contract_id,
        "in_force_from": in_force_from,
        "created_at": now,
        "updated_at": now,
    }
    rows = [
        {"id": new_id(), "kind": kind, "subject": subject, **common, **values}
        for (kind, subject), values in owed.items()
    ]
    if rows:
        write_new(session, _ENTER, rows)


_ENTER = insert(DueDate)


def supersede(session: Session, ids: Sequence[uuid.UUID], on: date, because: str) -> None:
    """Take due dates out of force without a trace lost: each stays readable with the day and the reason."""
    if ids:
        session.execute(
            update(DueDate)
            .where(col(DueDate.id).in_(ids))
            .values(superseded_on=on, superseded_because=because, updated_at=clock.now())
        )


def meet(session: Session, contract_id: uuid.UUID, kind: DueKind, subject: str, met_on: date) -> None:
    """Note that what was owed has been done."""
    _in_force(session, contract_id, kind, [subject], {"met_on": met_on})


def meet_all(session: Session, contract_id: uuid.UUID, kind: DueKind, done: Mapping[str, date]) -> None:
    """Note on which days what was owed of several subjects has been done, in one statement or none."""
    if done:
        days = case({subject: literal(day, Date) for subject, day in done.items()}, value=col(DueDate.subject))
        of = {"contract": contract_id, "of_kind": kind, "subjects": list(done)}
        session.connection().execute(_IN_FORCE.values(met_on=days, updated_at=clock.now()), of)


def reopen_all(session: Session, contract_id: uuid.UUID, kind: DueKind, subjects: Sequence[str]) -> None:
    """Note that what was done of several subjects has come undone, in one statement or none."""
    if subjects:
        _in_force(session, contract_id, kind, subjects, {"met_on": None})


def reopen(session: Session, contract_id: uuid.UUID, kind: DueKind, subject: str) -> None:
    """Note that what was done has come undone, and is owed as before."""
    _in_force(session, contract_id, kind, [subject], {"met_on": None})


def waive(session: Session, contract_id: uuid.UUID, kind: DueKind, subject: str, on: date, because: str) -> None:
    """Take what is no longer owed out of force."""
    _in_force(session, contract_id, kind, [subject], {"superseded_on": on, "superseded_because": because})


def _in_force(
    session: Session, contract_id: uuid.UUID, kind: DueKind, subjects: Sequence[str], values: dict[str, Any]
) -> None:
    new = {"updated_at": clock.now(), **values}
    of = {"contract": contract_id, "of_kind": kind, "subjects": subjects}
    session.connection().execute(_changing(tuple(new)), new | of)


@cache
def _changing(names: tuple[str, ...]) -> Update:
    """Set some columns of a contract's due dates of a kind that are in force."""
    return _IN_FORCE.values({name: bindparam(name) for name in names})


_IN_FORCE = update(DueDate).where(
    col(DueDate.contract_id) == bindparam("contract"),
    col(DueDate.kind) == bindparam("of_kind"),
    col(DueDate.subject).in_(bindparam("subjects", expanding=True)),
    col(DueDate.superseded_on).is_(None),
)
