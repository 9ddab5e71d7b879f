"""The service center that the documentation's examples speak of, with the ids that they name."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from sqlalchemy import update
from sqlmodel import Session, col, select

from app import clock
from app.api.ids import (
    ALERT,
    APPEAL,
    ASSESSMENT,
    CENTER,
    CHANNEL,
    CONTRACT,
    DELIVERY,
    DUE_DATE,
    ENDPOINT,
    EVALUATION,
    EVENT,
    EVIDENCE,
    FINDING,
    INCIDENT,
    MACHINE_TOKEN,
    NETWORK,
    OBJECTION,
    OLD_ENDPOINT,
    OTHER_SIGNAL,
    PAYMENT,
    PAYOUT,
    SETTLEMENT,
    SIGNAL,
    SITE,
    TOKEN,
    TOLD_FINDING,
    TRIAL,
    USER,
    VENDOR,
)
from app.api.supervisor.contracts import ContractIn
from app.database import Database
from app.features.access import service as access
from app.features.access import tokens as secrets
from app.features.access.caller import Caller
from app.features.access.scopes import SCOPES
from app.features.access_log import writing
from app.features.access_log.entries import Entry
from app.features.assessments import findings, service
from app.features.assessments.findings import NewFinding
from app.features.assessments.results import Result
from app.features.audit.actor import OPERATOR
from app.features.audit.service import recording
from app.features.contracts import service as contracts
from app.features.evidence.service import attach, uses_of
from app.features.parties import service as parties
from app.features.settlements import service as settlements
from app.features.settlements.opening import service as opening
from app.features.settlements.payments import service as payments
from app.features.settlements.payments.service import NewPayment
from app.features.signals import receiving
from app.features.signals.receiving import NewSignal
from app.models import (
    Alert,
    Assessment,
    DueDate,
    Principal,
    UserSession,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
)
from app.models.words import AccessKind, AlertKind, AskedBy, AttemptOutcome, DueKind, Role
from app.nightly import FLAGS, run
from app.rules.consecutive import MonthState
from app.rules.periods import Period
from app.rules.scores import Score, ScoreKind
from tests.fuzz.documented import SESSION
from tests.fuzz.ids import Ids
from tests.people import enter_user

NOW = "2024-01-20T04:00:00Z"
"""Noon of a day after the documented year of service."""
WEAK_MONTH = Period.parse("2023-08")
LAST_MONTH = Period.parse("2023-12")
ANSWERABLE = date(2024, 1, 17)
"""The day of the last notice, which may still be appealed against."""
Tokens = dict[str, str]
SECOND_SUPERVISOR = "second-supervisor"
BY_ANOTHER = frozenset({"decide_appeal", "decide_filed_appeal"})
"""What is refused whoever assessed the month or made the version that it is about: the second supervisor does it."""


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
        tokens[SECOND_SUPERVISOR] = _token(session, Role.SUPERVISOR, SECOND_SUPERVISOR)
        _person(session)
        _contract(building)
        _see(session)
    # The nights flag; what they would draft, the examples draft.
    for job in FLAGS:
        run(database, job, clock.today(), AskedBy.COMMAND)
    with database.write() as session:
        _name_the_alert(session)
    return tokens


def _see(session: Session) -> None:
    """Have the supervisor look at the contract: the access log is written beside requests, and not at once."""
    supervisor = _principal(session, Role.SUPERVISOR)
    seen = Entry(AccessKind.READ, "GET", "/v1/contracts/{contract_id}", 200, supervisor, Role.SUPERVISOR.value)
    seen.role, seen.centers, seen.subjects = Role.SUPERVISOR, (CENTER,), {"contract_id": str(CONTRACT)}
    writing.write(session, [seen])


def _person(session: Session) -> None:
    """Enter the person who signs in, changes the password and signs out, in a browser that has a session."""
    person = enter_user(session, "li.zhuguan", Role.SUPERVISOR, [CENTER])
    until = clock.now() + timedelta(hours=12)
    token = secrets.hashed(SESSION)
    session.add(
        UserSession(
            principal_id=person, token_hash=token, last_seen_at=clock.now(), expires_at=until, created_at=clock.now()
        )
    )


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
    return Caller(_principal(session, Role.FINANCE), Role.FINANCE.value, Role.FINANCE, (CENTER,))


def _principal(session: Session, role: Role) -> uuid.UUID:
    return session.exec(select(Principal.id).where(col(Principal.name) == role.value)).one()


def _use_evidence(database: Database) -> None:
    """Have the documented finding refer to the documented file: the centre sees no file that nothing refers to."""
    with (
        database.write() as session,
        recording(session, OPERATOR, CENTER, "rectification.reported", FINDING, uses_of(FINDING)),
    ):
        attach(session, VENDOR, [EVIDENCE], "rectification", FINDING)


def _name_the_due_date(database: Database) -> None:
    """Give the settlement's payment the documented id of a due date; nothing refers to the one that it was given."""
    with database.write() as session:
        owed = (col(DueDate.contract_id) == CONTRACT, col(DueDate.kind) == DueKind.PAYMENT)
        session.execute(update(DueDate).where(*owed).values(id=DUE_DATE))


def _register_old_endpoint(database: Database) -> None:
    """Have the vendor register a second endpoint, to be deleted."""
    with database.write() as session:
        now = clock.now()
        old = WebhookEndpoint(
            id=OLD_ENDPOINT,
            service_center_id=CENTER,
            vendor_id=VENDOR,
            url="https://vendor.example/old",
            created_at=now,
            updated_at=now,
        )
        with recording(
            session,
            OPERATOR,
            CENTER,
            "webhook_endpoint.registered",
            old.id,
            (WebhookEndpoint, col(WebhookEndpoint.id) == old.id),
        ):
            session.add(old)


def _fail_to_deliver(database: Database) -> None:
    """Have the deliverer try the test once, in vain."""
    now = clock.now()
    attempt = WebhookAttempt(
        delivery_id=DELIVERY,
        number=1,
        started_at=now,
        finished_at=now,
        outcome=AttemptOutcome.FAILED,
        status_code=503,
        error="status_503",
        next_attempt_at=now + timedelta(seconds=5),
    )
    with database.write() as session:
        session.add(attempt)
        session.execute(update(WebhookDelivery).where(col(WebhookDelivery.id) == DELIVERY).values(attempts=1, step=1))


BEFORE: dict[str, Callable[[Database], None]] = {
    "create_contract": _use_evidence,
    "disable_webhook_endpoint": _fail_to_deliver,
    "draft_settlement": _approve_opening,
    "draft_release": _name_the_due_date,
    "void_payment": _pay_out,
    "delete_webhook_endpoint": _register_old_endpoint,
}
"""What happens before an operation's example that no other operation's example does."""
NAMED = {
    "declare_evidence": EVIDENCE,
    "draft_settlement": SETTLEMENT,
    "object_to_settlement": OBJECTION,
    "record_payment": PAYMENT,
    "try_service_center": TRIAL,
    "issue_portal_token": TOKEN,
    "register_webhook_endpoint": ENDPOINT,
    "send_test_event": EVENT,
    "allow_webhook_network": NETWORK,
    "add_channel": CHANNEL,
    "file_appeal": APPEAL,
    "create_user": USER,
    "issue_machine_token": MACHINE_TOKEN,
    "create_evaluation": EVALUATION,
}
"""The ids that the documentation gives to what an operation records."""
SECOND = {"send_test_event": DELIVERY}
"""The ids of what it records next."""


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


def _token(session: Session, role: Role, called: str | None = None) -> str:
    name = called or role.value
    company = VENDOR if role is Role.VENDOR else None
    access.create_principal(session, OPERATOR, name, role, [CENTER], company)
    scopes = SCOPES if role is Role.INTEGRATION else ()
    return access.issue_token(session, OPERATOR, name, scopes=scopes)


def _contract(building: _Building) -> None:
    """Take on a contract like the documented one, and bring all of its months but the first to their notice."""
    session, ids, clerk = building.session, building.ids, building.clerk
    (body,) = ContractIn.model_json_schema()["examples"]
    draft = ContractIn.model_validate(body | {"number": "ZWFW-2023-01"}).draft()
    ids.next_is(CONTRACT)
    contracts.activate(session, clerk, draft)
    # Months are expected all at once; nothing refers to them yet, so December can take the documented id.
    december = (col(Assessment.contract_id) == CONTRACT, col(Assessment.period) == "2023-12")
    session.execute(update(Assessment).where(*december).values(id=ASSESSMENT))
    for id_, day in ((FINDING, date(2023, 1, 9)), (TOLD_FINDING, date(2023, 12, 6))):
        ids.next_is(id_)
        findings.record_finding(session, clerk, CONTRACT, NewFinding(issue_type="leaving_post", occurred_on=day))
    _signals(building)
    for month in range(2, 13):
        _month(session, clerk, Period(2023, month))


def _signals(building: _Building) -> None:
    """Receive two signals, which the rule does not put together: the second one names no counter."""
    session, ids = building.session, building.ids
    sender = Caller(_principal(session, Role.INTEGRATION), Role.INTEGRATION, Role.INTEGRATION, (CENTER,))
    happened = datetime(2023, 1, 9, 2, 5, tzinfo=UTC)
    ids.next_is(SIGNAL)
    new = NewSignal(
        source="12345",
        external_ref="2023010900411",
        occurred_at=happened,
        counter="A-07",
        issue_type="leaving_post",
        text="窗口无人值守",
    )
    receiving.receive(session, sender, new)
    ids.next_is(INCIDENT)
    ids.next_is(OTHER_SIGNAL)
    new = NewSignal(
        source="good_bad_review", external_ref="HCP-778031", occurred_at=happened, category="离岗", rating=1
    )
    receiving.receive(session, sender, new)


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
