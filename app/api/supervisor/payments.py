"""Payments on settlements and payouts: record one, list them, void one."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field
from sqlalchemy import RowMapping
from sqlmodel import Session

from app import clock
from app.api.answers import Db, Version, answer, etag
from app.api.auth import Approvals, SettlementsRead
from app.api.changing import Change, changes
from app.api.ids import PAYOUT, SETTLEMENT, ContractId, PaymentId
from app.api.paging import Paged, PageOf
from app.api.rooms import centers_room
from app.errors import NotFound
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.settlements.payments import queries as payment_queries
from app.features.settlements.payments import service as payments
from app.features.settlements.payments.queries import PaymentFilter
from app.features.settlements.payments.service import NewPayment
from app.values import Day, DocumentNo, Fen, Note, Out, Reason, Shape, shown

router = centers_room("settlements", "/contracts/{contract_id}/payments")


class PaymentIn(Shape):
    """What was paid on one approved settlement or payout; one voucher (凭证号) may pay several things."""

    model_config = shown(
        {
            "settlement_id": str(SETTLEMENT),
            "amount": "60000.00",
            "paid_on": "2024-01-20",
            "voucher_no": "记-2024-0120",
            "invoice_no": "24312000000012345678",
        },
        {"payout_id": str(PAYOUT), "amount": "5000.00", "paid_on": "2024-01-20", "voucher_no": "记-2024-0120"},
    )

    settlement_id: Annotated[uuid.UUID | None, Field(description="This or `payout_id`.")] = None
    payout_id: uuid.UUID | None = None
    amount: Annotated[Fen, Field(description="Above 0.00, and at most what is left.")]
    paid_on: Annotated[Day, Field(description="From the day of the approval on.")]
    voucher_no: DocumentNo
    invoice_no: Annotated[DocumentNo | None, Field(description="发票号")] = None
    note: Note | None = None

    def payment(self) -> NewPayment:
        """Read the body as the feature's payment."""
        said = dict(self)
        return NewPayment(amount_fen=said.pop("amount"), **said)


class VoidingIn(Shape):
    """Why a payment did not happen, or not so; `voided_on` is today where it is left out."""

    model_config = shown({"voided_on": "2024-01-20", "reason": "银行退汇"})

    voided_on: Day | None = None
    reason: Reason


class PaymentOut(Out):
    """A payment; a voided one no longer counts from `voided_on`."""

    id: uuid.UUID
    contract_id: uuid.UUID
    settlement_id: uuid.UUID | None
    payout_id: uuid.UUID | None
    amount: Fen
    paid_on: Day
    voucher_no: str
    invoice_no: str | None
    note: str | None
    recorded_by: str
    voided_on: Day | None
    voided_by: str | None
    voided_reason: str | None
    version: Version
    created_at: datetime
    updated_at: datetime


@router.get("", response_model=PageOf[PaymentOut])
def list_payments(
    who: SettlementsRead,
    db: Db,
    contract_id: ContractId,
    paging: Paged,
    settlement_id: Annotated[
        uuid.UUID | None, Query(description="Only those on this settlement.", examples=[SETTLEMENT])
    ] = None,
    payout_id: Annotated[uuid.UUID | None, Query(description="Only those on this payout.", examples=[PAYOUT])] = None,
    voucher_no: Annotated[
        str | None, Query(max_length=100, description="Only those by this voucher.", examples=["记-2024-0120"])
    ] = None,
    voided: Annotated[
        bool | None, Query(description="Only those that are voided, or only those that count.", examples=[True])
    ] = None,
) -> Response:
    """List the payments of a contract, voided ones too."""
    wanted = PaymentFilter(contract_id, settlement_id, payout_id, voucher_no, voided)
    with db.read() as session:
        if contract_queries.contract(session, who.centers, contract_id) is None:
            raise NotFound("There is no such contract.", pointer="/path/contract_id")
        page = payment_queries.payments(session, who.centers, wanted, paging.page)
    return paging.answer([_payment(row) for row in page.rows], page.next_after)


@router.post("", status_code=201, response_model=PaymentOut)
@changes(key_required=True)
def record_payment(who: Approvals, change: Change, contract_id: ContractId, body: PaymentIn) -> Response:
    """Record a payment and post it; what is paid in full is no longer behind."""
    id_ = payments.record(change.session, who, contract_id, body.payment())
    location = {"Location": f"/v1/contracts/{contract_id}/payments/{id_}"}
    return _answer(change.session, who, contract_id, id_, 201, location)


@router.get("/{payment_id}", response_model=PaymentOut)
def read_payment(who: SettlementsRead, db: Db, contract_id: ContractId, payment_id: PaymentId) -> Response:
    """Read a payment."""
    with db.read() as session:
        return _answer(session, who, contract_id, payment_id)


@router.post("/{payment_id}/voiding", response_model=PaymentOut)
@changes(key_required=True, match=True)
def void_payment(
    who: Approvals, change: Change, contract_id: ContractId, payment_id: PaymentId, body: VoidingIn
) -> Response:
    """Void a payment by a counter-entry; what it paid is owed again from that day, and behind where it is late."""
    voided_on = body.voided_on or clock.today()
    payments.void(change.session, who, contract_id, payment_id, voided_on, body.reason, change.seen)
    return _answer(change.session, who, contract_id, payment_id)


def _answer(
    session: Session,
    who: Caller,
    contract_id: uuid.UUID,
    payment_id: uuid.UUID,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    row = payment_queries.payment(session, who.centers, contract_id, payment_id)
    if row is None:
        raise NotFound("There is no such payment of the contract.", pointer="/path/payment_id")
    return answer(_payment(row), status, etag(row["version"]) | dict(headers or {}))


def _payment(row: RowMapping) -> PaymentOut:
    return PaymentOut.model_construct(**row, amount=row["amount_fen"])
