"""申诉 as the vendor files it: line by line, with evidence, until the last moment of its due date."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col

from app import clock
from app.errors import Invalid
from app.features.access.caller import Caller
from app.features.assessments import answer_dates, answer_queries, months, vendor_side
from app.features.assessments.errors import AlreadyAppealed, AppealTooLate
from app.features.contracts import queries as contract_queries
from app.features.contracts import register
from app.features.contracts.versions import read_versions
from app.features.events.service import Happening
from app.features.events.service import record as tell
from app.features.events.types import EventType
from app.features.evidence.service import attach, uses_of
from app.models import Appeal, AppealLine, Assessment
from app.models.words import AppealAbout, DueKind, Stage
from app.rules.faults import Fault

EVIDENCE_OF = "appeal"
"""How the evidence of appeals names what it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLine:
    """What a line of an appeal is about, why, and what is asked; exactly the name that `about` needs is given."""

    about: AppealAbout
    grounds: str
    asked: str
    criterion: str | None = None
    finding_id: uuid.UUID | None = None

    @property
    def subject(self) -> str:
        """Give what the line is about as one text, by which a second line about it is found."""
        named = {AppealAbout.CRITERION: self.criterion, AppealAbout.FINDING: self.finding_id}.get(self.about)
        return self.about.value if named is None else f"{self.about}/{named}"


def file_appeal(
    session: Session,
    caller: Caller,
    vendor_id: uuid.UUID,
    assessment_id: uuid.UUID,
    lines: Sequence[NewLine],
    evidence: Sequence[uuid.UUID] = (),
) -> uuid.UUID:
    """File an appeal against the present version of a notified month and give its id.

    Whether it is in time is decided here, once the contract is held and by the program's clock alone: what comes at
    24:00 of the due date comes too late. Where the terms state no limit there is none. The same line twice against
    one version is refused.
    """
    month = vendor_side.hold_month(session, vendor_id, assessment_id)
    instant = clock.now()
    today = clock.business_date(instant)
    _check_lines(session, month, lines)
    due_on = answer_dates.appeal_due_on(session, month)
    if due_on is not None and today > due_on:
        raise AppealTooLate(f"The last day for an appeal against {month.period} was {due_on}.")
    _refuse_repeated(session, month, lines)
    appeal = Appeal(
        service_center_id=month.service_center_id,
        contract_id=month.contract_id,
        assessment_id=month.id,
        against_revision=month.revision,
        appealed_on=today,
        due_on=due_on,
        filed_by=caller.name,
        filed_by_id=caller.principal_id,
        recorded_at=instant,
    )
    _write(session, caller, month, appeal, lines, evidence)
    return appeal.id


def _write(
    session: Session,
    caller: Caller,
    month: Assessment,
    appeal: Appeal,
    lines: Sequence[NewLine],
    evidence: Sequence[uuid.UUID],
) -> None:
    id_, first = appeal.id, not answer_queries.appeals_of_month(session, month.id)
    more = (
        (Appeal, col(Appeal.id) == id_),
        (AppealLine, col(AppealLine.appeal_id) == id_),
        answer_dates.touched(month),
        uses_of(id_),
    )
    with months.recording_month(session, caller, "appeal.filed", month, *more, subject_id=id_):
        months.change(session, month, (Stage.NOTIFIED,), {}, AlreadyAppealed())
        session.add(appeal)
        session.flush()
        session.add_all(_row(appeal, number, line) for number, line in enumerate(lines, 1))
        attach(session, month.vendor_id, evidence, EVIDENCE_OF, id_)
        if first:
            register.meet(session, month.contract_id, DueKind.APPEAL, month.period, appeal.appealed_on)
        tell(session, happening(month, EventType.APPEAL_FILED, id_))


def happening(month: Assessment, type_: EventType, appeal_id: uuid.UUID) -> Happening:
    """Say what happened to an appeal against a month."""
    return Happening(
        type=type_,
        service_center_id=month.service_center_id,
        vendor_id=month.vendor_id,
        subject_id=appeal_id,
        contract_id=month.contract_id,
        period=month.period,
    )


def _row(appeal: Appeal, number: int, line: NewLine) -> AppealLine:
    return AppealLine(
        appeal_id=appeal.id,
        assessment_id=appeal.assessment_id,
        against_revision=appeal.against_revision,
        number=number,
        about=line.about,
        subject=line.subject,
        grounds=line.grounds,
        asked=line.asked,
    )


def _refuse_repeated(session: Session, month: Assessment, lines: Sequence[NewLine]) -> None:
    known = answer_queries.appealed_subjects(session, month.id, month.revision)
    for place, line in enumerate(lines):
        if line.subject in known:
            detail = f"{line.subject} of version {month.revision} of {month.period} is appealed against already."
            raise AlreadyAppealed(detail, pointer=f"/lines/{place}")


def _check_lines(session: Session, month: Assessment, lines: Sequence[NewLine]) -> None:
    """Refuse lines about what the month has not, all faults at once."""
    criteria = _criteria(session, month)
    findings = set(answer_queries.standing_findings(session, month.contract_id, month.period))
    faults: list[Fault] = []
    named: set[str] = set()
    for place, line in enumerate(lines):
        found = _fault(line, criteria, findings)
        if found is None and line.subject in named:
            found = Fault("", "named-twice", f"Two lines are about {line.subject}.", "Put them into one line.")
        if found is None:
            named.add(line.subject)
        else:
            faults.append(found.under(f"/lines/{place}"))
    if faults:
        raise Invalid(faults[0].detail, faults=faults)


def _criteria(session: Session, month: Assessment) -> set[str]:
    """Give the codes of the rubric that judged the month."""
    versions = read_versions(contract_queries.versions(session, month.contract_id))
    version = next((version for version in versions if version.id == month.terms_version_id), None)
    rubric = version.terms.rubric if version else None
    return {criterion.code for criterion in rubric.criteria} if rubric else set()


def _fault(line: NewLine, criteria: set[str], findings: set[uuid.UUID]) -> Fault | None:
    wanted = {AppealAbout.CRITERION: "criterion", AppealAbout.FINDING: "finding_id"}.get(line.about)
    for name in ("criterion", "finding_id"):
        stated = getattr(line, name) is not None
        if stated != (name == wanted):
            detail = f"A line about the {line.about} {'names no' if stated else 'names its'} {name}."
            return Fault(f"/{name}", "line-names-otherwise", detail, "Name what `about` says, and nothing else.")
    if line.about is AppealAbout.CRITERION and line.criterion not in criteria:
        detail = f"The rubric that judged the month has no criterion '{line.criterion}'."
        return Fault("/criterion", "unknown-criterion", detail, "Name a criterion of the terms in force, or the score.")
    if line.about is AppealAbout.FINDING and line.finding_id not in findings:
        detail = f"{line.finding_id} is no standing finding of the month."
        return Fault("/finding_id", "not-a-finding-of-the-month", detail, "Name one of GET /v1/portal/findings.")
    return None
