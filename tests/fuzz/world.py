"""The service center that the documentation's examples speak of, with the ids that they name."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import clock
from app.api.ids import (
    ALERT,
    APPEAL,
    ASSESSMENT,
    CENTER,
    CONTRACT,
    FINDING,
    NOTIFIED_FINDING,
    PAYMENT,
    PAYOUT,
    SETTLEMENT,
    SITE,
    TRIAL,
    VENDOR,
)
from app.api.supervisor.contracts import ContractIn
from app.database import Database
from app.features.access import service as access
from app.features.access.caller import Caller
from app.features.assessments import findings, service
from app.features.assessments.findings import NewFinding
from app.features.assessments.results import Result
from app.features.audit.actor import OPERATOR
from app.features.contracts import service as contracts
from app.features.parties import service as parties
from app.features.settlements import service as settlements
from app.features.settlements.opening import service as opening
from app.features.settlements.payments import service as payments
from app.features.settlements.payments.service import NewPayment
from app.models import Alert, Assessment, Principal
from app.models.words import AlertKind, AskedBy, Role
from app.nightly import FLAGS, run
from app.rules.consecutive import MonthState
from app.rules.periods import Period
from app.rules.scores import Score, ScoreKind
from tests.fuzz.ids import Ids

NOW = "2024-01-20T04:00:00Z"
"""Noon of a day after the documented year of service."""
WEAK_MONTH = Period.parse("2023-08")
LAST_MONTH = Period.parse("2023-12")
ANSWERABLE = date(2024, 1, 17)
"""The day of the last notice, which may still be appealed against."""
Tokens = dict[str, str]


@dataclass(frozen=True, slots=True)
class _Building:
    session: Session
    ids: Ids
    clerk: Caller


def build(database: Database, ids: Ids) -> Tokens:
    """Record everything through the services and give each role's token.

    January is expected and nothing more; every later month is notified, August below the pass mark.
    """
    with database.write() as session:
        name = "clerk"
        clerk = access.create_principal(session, OPERATOR, name, Role.ADMIN, ())
        building = _Building(session, ids, Caller(clerk, name, Role.ADMIN, (CENTER,)))
        _parties(building)
        tokens = {role.value: _token(session, role) for role in Role}
        _contract(building)
    # The nights flag; what they would draft, the examples draft.
    for job in FLAGS:
        run(database, job, clock.today(), AskedBy.COMMAND)
    with database.write() as session:
        _name_the_alert(session)
    return tokens


def _approve_opening(database: Database) -> None:
    """Have the drafted opening balance approved: books are opened before anything is settled."""
    with database.write() as session:
        drafted = opening.opening(session, CONTRACT)
        assert drafted is not None
        settlements.approve(session, _finance(session), CONTRACT, drafted.row["id"])


def _pay_out(database: Database) -> None:
    """Pay a part of the payout by the voucher that has paid a part of the settlement."""
    new = NewPayment(payout_id=PAYOUT, amount_fen=1_000_00, paid_on=clock.today(), voucher_no="记-2024-0120")
    with database.write() as session:
        payments.record(session, _finance(session), CONTRACT, new)


def _finance(session: Session) -> Caller:
    person = session.exec(select(Principal.id).where(col(Principal.name) == Role.FINANCE.value)).one()
    return Caller(person, Role.FINANCE.value, Role.FINANCE, (CENTER,))


BEFORE: dict[str, Callable[[Database], None]] = {"draft_settlement": _approve_opening, "void_payment": _pay_out}
"""What happens before an operation's example that no other operation's example does."""
NAMED = {
    "file_appeal": APPEAL,
    "draft_settlement": SETTLEMENT,
    "record_payment": PAYMENT,
    "try_service_center": TRIAL,
}
"""The ids that the documentation gives to what an operation records."""


def _parties(building: _Building) -> None:
    session, ids, clerk = building.session, building.ids, building.clerk
    ids.next_is(CENTER)
    parties.create_service_center(session, clerk, "ZW-01", "西城区政务服务中心")
    ids.next_is(SITE)
    parties.create_site(session, clerk, CENTER, "H-1", "一号大厅")
    parties.create_counter(session, clerk, CENTER, SITE, "A-07", "综合窗口")
    ids.next_is(VENDOR)
    parties.create_vendor(session, clerk, CENTER, "中经人力服务有限公司")
    parties.create_issue_type(session, clerk, CENTER, "leaving_post", "离岗")


def _token(session: Session, role: Role) -> str:
    company = VENDOR if role is Role.VENDOR else None
    access.create_principal(session, OPERATOR, role.value, role, [CENTER], company)
    return access.issue_token(session, OPERATOR, role.value)


def _contract(building: _Building) -> None:
    """Take on a contract like the documented one, and bring all of its months but the first to their notice."""
    session, ids, clerk = building.session, building.ids, building.clerk
    (body,) = ContractIn.model_json_schema()["examples"]
    draft = ContractIn.model_validate(body | {"number": "ZWFW-2023-01"}).draft()
    ids.next_is(CONTRACT)
    contracts.activate(session, clerk, draft)
    ids.next_is(FINDING)
    findings.record_finding(
        session, clerk, CONTRACT, NewFinding(issue_type="leaving_post", occurred_on=date(2023, 1, 9))
    )
    ids.next_is(NOTIFIED_FINDING)
    findings.record_finding(
        session, clerk, CONTRACT, NewFinding(issue_type="leaving_post", occurred_on=date(2023, 12, 6))
    )
    # Months are expected all at once; nothing refers to them yet, so December can take the documented id.
    december = (col(Assessment.contract_id) == CONTRACT) & (col(Assessment.period) == "2023-12")
    session.execute(update(Assessment).where(december).values(id=ASSESSMENT))
    for month in range(2, 13):
        _month(session, clerk, Period(2023, month))


def _month(session: Session, clerk: Caller, period: Period) -> None:
    score = Score(ScoreKind.EXACT, Fraction(88 if period == WEAK_MONTH else 93))
    day = min(period.last_day + timedelta(days=5), clock.today())
    service.record(session, clerk, CONTRACT, period, Result(MonthState.ASSESSED, score, assessed_on=day))
    service.finalize(session, clerk, CONTRACT, period, day)
    notified_on = ANSWERABLE if period == LAST_MONTH else day
    service.notify(session, clerk, CONTRACT, period, notified_on, "政务考核〔2023〕2号")


def _name_the_alert(session: Session) -> None:
    # The night gives an alert its id; nothing refers to it, so it can take the documented one.
    wanted = select(Alert.id).where(col(Alert.kind) == AlertKind.BELOW_PASS_MARK)
    night: uuid.UUID = session.exec(wanted).one()
    session.execute(update(Alert).where(col(Alert.id) == night).values(id=ALERT))
