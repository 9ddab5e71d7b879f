"""Selects that tell whose a thing is, for refusing it without showing that it is there."""

import functools
import uuid
from collections.abc import Sequence

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, bindparam, exists, or_, select
from sqlmodel import Session, col

from app.features.access.caller import Caller
from app.features.access.owners import LASTING, KnownOwners
from app.features.paging import Listing
from app.models import (
    Alert,
    Appeal,
    Assessment,
    BudgetLine,
    Contract,
    DueDate,
    Evaluation,
    Event,
    Evidence,
    Expenditure,
    Finding,
    Grant,
    MessageChannel,
    Objection,
    Payment,
    Payout,
    Principal,
    ProgressReport,
    ServiceCenter,
    Settlement,
    Signal,
    Token,
    Trial,
    User,
    Vendor,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookNetwork,
)
from app.models.words import EndpointStatus, MoneyStatus, Role, Stage
from app.values import parse_id

_CONTRACT = select(col(Contract.service_center_id), col(Contract.vendor_id))
_ALERT = select(col(Alert.service_center_id), col(Contract.vendor_id)).join(
    Contract, col(Contract.id) == col(Alert.contract_id), isouter=True
)
_DUE_DATE = select(col(DueDate.service_center_id), col(Contract.vendor_id)).join(
    Contract, col(Contract.id) == col(DueDate.contract_id)
)
_TOKEN = (
    select(col(Vendor.service_center_id), col(Principal.vendor_id))
    .select_from(Token)
    .join(Principal, col(Principal.id) == col(Token.principal_id))
    .join(Vendor, col(Vendor.id) == col(Principal.vendor_id))
)
"""Of the tokens of vendors: nobody else's are named in a path."""
_MACHINE_TOKEN = (
    select(col(Grant.service_center_id), col(Principal.vendor_id))
    .join_from(Token, Principal, col(Principal.id) == col(Token.principal_id))
    .join(Grant, col(Grant.principal_id) == col(Principal.id))
)
"""As administrators see them: every one that opens one of their service centers."""
_USER = select(col(Grant.service_center_id), col(Grant.service_center_id)).join(
    User, col(User.principal_id) == col(Grant.principal_id)
)
_DELIVERY = select(col(WebhookEndpoint.service_center_id), col(WebhookEndpoint.vendor_id)).join(
    WebhookDelivery, col(WebhookDelivery.endpoint_id) == col(WebhookEndpoint.id)
)
_APPEAL = select(col(Appeal.service_center_id), col(Contract.vendor_id)).join(
    Contract, col(Contract.id) == col(Appeal.contract_id)
)

OWNED: dict[str, tuple[Listing, SQLColumnExpression[uuid.UUID]]] = {
    "contract_id": (_CONTRACT, col(Contract.id)),
    "assessment_id": (select(col(Assessment.service_center_id), col(Assessment.vendor_id)), col(Assessment.id)),
    "due_date_id": (_DUE_DATE, col(DueDate.id)),
    "token_id": (_TOKEN, col(Token.id)),
    "machine_token_id": (_MACHINE_TOKEN, col(Token.id)),
    "user_id": (_USER, col(User.principal_id)),
    "appeal_id": (_APPEAL, col(Appeal.id)),
    "finding_id": (select(col(Finding.service_center_id), col(Finding.vendor_id)), col(Finding.id)),
    "settlement_id": (select(col(Settlement.service_center_id), col(Settlement.vendor_id)), col(Settlement.id)),
    "payment_id": (select(col(Payment.service_center_id), col(Payment.vendor_id)), col(Payment.id)),
    "objection_id": (select(col(Objection.service_center_id), col(Objection.vendor_id)), col(Objection.id)),
    "alert_id": (_ALERT, col(Alert.id)),
    "payout_id": (select(col(Payout.service_center_id), col(Payout.vendor_id)), col(Payout.id)),
    "trial_id": (select(col(Trial.service_center_id), col(Trial.service_center_id)), col(Trial.id)),
    "evidence_id": (select(col(Evidence.service_center_id), col(Evidence.vendor_id)), col(Evidence.id)),
    "signal_id": (select(col(Signal.service_center_id), col(Signal.service_center_id)), col(Signal.id)),
    "endpoint_id": (
        select(col(WebhookEndpoint.service_center_id), col(WebhookEndpoint.vendor_id)).where(
            col(WebhookEndpoint.status) != EndpointStatus.DELETED
        ),
        col(WebhookEndpoint.id),
    ),
    "delivery_id": (_DELIVERY, col(WebhookDelivery.id)),
    "event_id": (select(col(Event.service_center_id), col(Event.stream_id)), col(Event.id)),
    "network_id": (
        select(col(WebhookNetwork.service_center_id), col(WebhookNetwork.vendor_id)),
        col(WebhookNetwork.id),
    ),
    "evaluation_id": (select(col(Evaluation.service_center_id), col(Evaluation.service_center_id)), col(Evaluation.id)),
    "channel_id": (
        select(col(MessageChannel.principal_id), col(MessageChannel.principal_id)),
        col(MessageChannel.id),
    ),
    "vendor_id": (select(col(Vendor.service_center_id), col(Vendor.id)), col(Vendor.id)),
    "service_center_id": (select(col(ServiceCenter.id), col(ServiceCenter.id)), col(ServiceCenter.id)),
    "budget_line_id": (
        select(col(BudgetLine.service_center_id), col(BudgetLine.service_center_id)),
        col(BudgetLine.id),
    ),
    "expenditure_id": (
        select(col(Expenditure.service_center_id), col(Expenditure.service_center_id)),
        col(Expenditure.id),
    ),
    "progress_report_id": (
        select(col(ProgressReport.service_center_id), col(ProgressReport.service_center_id)),
        col(ProgressReport.id),
    ),
}
"""How to find the owners, service center and vendor, of what a path parameter names."""

OF_CENTERS = frozenset(
    {"service_center_id", "trial_id", "signal_id", "evaluation_id"}
    | {"budget_line_id", "expenditure_id", "progress_report_id"}
)
"""What is a centre's and no vendor's, so that being of the centre is what counts for a vendor too."""

OF_PERSONS = frozenset({"channel_id"})
"""What is one principal's own, and nobody else's of the same centre either."""

BEFORE_RECORD = frozenset({"payout_id"})
"""What has its id before it is on record; until then it is found below its contract, whose owner is asked for too."""


_NOTIFIED = and_(col(Assessment.stage) == Stage.NOTIFIED, col(Assessment.expected))

TOLD: dict[str, ColumnElement[bool]] = {
    "assessment_id": _NOTIFIED,
    "finding_id": exists(
        select(col(Assessment.id)).where(
            col(Assessment.contract_id) == col(Finding.contract_id),
            col(Assessment.period) == col(Finding.period),
            or_(col(Finding.withdrawn_on).is_(None), col(Finding.withdrawn_on) >= col(Assessment.notified_on)),
            _NOTIFIED,
        )
    ),
    "settlement_id": col(Settlement.status) == MoneyStatus.APPROVED,
    "payout_id": col(Payout.status) == MoneyStatus.APPROVED,
}
"""What must be so of a vendor's own thing for it to be there for the vendor: drafts are nobody's but the center's."""


def is_own(
    session: Session, caller: Caller, known: KnownOwners, parameter: str, value: str, *, below_contract: bool
) -> bool:
    """Tell whether what a path names is of the caller's service centers, and for a vendor of its company.

    `below_contract` says that the path names a contract as well. An id that is spelled without its dashes, or in any
    other way of its own, is nobody's.
    """
    id_ = parse_id(value)
    if id_ is None:
        return False
    rows = _owners(session, caller, known, parameter, id_)
    if not rows:
        return parameter in BEFORE_RECORD and below_contract
    center, vendor = rows[0]
    if parameter in OF_PERSONS:
        return bool(center == caller.principal_id)
    if center is None:
        # What concerns the service itself is everybody's but the vendors'.
        return caller.role is not Role.VENDOR
    if caller.role is Role.VENDOR and parameter not in OF_CENTERS:
        return bool(vendor == caller.vendor_id)
    # Whoever is of several centers, or opens several, is of each of them.
    return any(of in caller.centers for of, _ in rows)


def _owners(
    session: Session, caller: Caller, known: KnownOwners, parameter: str, id_: uuid.UUID
) -> Sequence[tuple[uuid.UUID | None, uuid.UUID | None]]:
    if_told = caller.role is Role.VENDOR and parameter in TOLD
    lasting = parameter in LASTING and not if_told
    remembered = known.of(parameter, id_) if lasting else None
    if remembered is not None:
        return [remembered]
    rows = [(row[0], row[1]) for row in session.connection().execute(_owners_of(parameter, if_told), {"id": id_})]
    if lasting and rows:
        known.keep(parameter, id_, rows[0])
    return rows


@functools.cache
def _owners_of(parameter: str, if_told: bool) -> Listing:  # noqa: FBT001 a key of the cache
    """Put the statement for a parameter together, once."""
    statement, key = OWNED[parameter]
    return (statement.where(TOLD[parameter]) if if_told else statement).where(key == bindparam("id"))


def centers(session: Session, caller: Caller) -> list[tuple[uuid.UUID, str, str]]:
    """Give id, code and name of the caller's service centers."""
    statement = select(col(ServiceCenter.id), col(ServiceCenter.code), col(ServiceCenter.name)).where(
        col(ServiceCenter.id).in_(caller.centers)
    )
    return [(id_, code, name) for id_, code, name in session.execute(statement.order_by(col(ServiceCenter.code)))]
