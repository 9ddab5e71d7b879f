"""Payments matched from a file, by voucher and amount, with those on record (对账)."""

import uuid
from typing import Annotated

from fastapi import Response
from pydantic import Field, PlainSerializer, WithJsonSchema

from app.api.answers import Db, answer
from app.api.auth import SettlementsRead
from app.api.changing import changes
from app.api.ids import ContractId
from app.api.rates import heavy
from app.api.requests import LARGEST_BODY
from app.api.rooms import centers_room
from app.features.settlements.payments import matching
from app.features.settlements.payments.matching import Matched, Matching, Recorded, Result, Total
from app.rules.money import yuan
from app.values import Day, Fen, Out, Shape, shown

router = centers_room("settlements", "/contracts/{contract_id}/payments")

Sum = Annotated[
    int,
    PlainSerializer(yuan, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,17}\.\d{2}$", "examples": ["270000.00"]}),
]
"""Yuan with two decimals; of 5,000 rows it has more digits than any one amount."""


class MatchingIn(Shape):
    """A file of payments as CSV (RFC 4180), its first row naming the columns, at most 5,000 rows below it.

    The columns are `voucher_no` (凭证号, 凭证编号), `amount` (金额, 支付金额) and `paid_on` (支付日期, 付款日期), in
    any order; others are not read. Amounts may carry ¥ and thousands separators, days are written like 2024-03-26,
    2024/3/26 or 2024年3月26日.
    """

    model_config = shown({"csv": "凭证号,金额,支付日期\n记-2024-0120,60000.00,2024-01-20\n"})

    csv: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LARGEST_BODY,
            description="The text of the file, with or without a byte order mark; Unicode, whatever the file was in.",
        ),
    ]


class RecordedPayment(Out):
    """A payment on record."""

    payment_id: uuid.UUID
    settlement_id: uuid.UUID | None
    payout_id: uuid.UUID | None
    subject: Annotated[str, Field(description="The payment period, or the payout, that it pays.")]
    voucher_no: str
    amount: Fen
    paid_on: Day
    voided_on: Day | None


class PaymentCandidate(Out):
    """An approved settlement or payout of which exactly that amount is left to pay."""

    settlement_id: uuid.UUID | None
    payout_id: uuid.UUID | None
    subject: Annotated[str, Field(description="The payment period, or the payout.")]
    left: Fen


class MatchedRow(Out):
    """A row of the file and what it meets."""

    row: Annotated[int, Field(description="1 is the first row below the heading.")]
    voucher_no: str
    amount: Fen
    paid_on: Day
    result: Annotated[
        Result,
        Field(
            description="`recorded`: voucher and amount are on record. `amount_differs`: the voucher is, with "
            "another amount. `voided`: its payment was voided. `payable`: not on record, and exactly one settlement or "
            "payout has that amount left. `ambiguous`: several have, or several rows want it. `unknown`: none has."
        ),
    ]
    duplicate: Annotated[bool, Field(description="An earlier row has claimed the same already.")]
    paid_on_differs: Annotated[bool, Field(description="On record with another day.")]
    payments: Annotated[list[RecordedPayment], Field(description="What is on record under that voucher.")]
    candidates: Annotated[list[PaymentCandidate], Field(description="What it may pay; nothing is recorded by this.")]


class RowsTotal(Out):
    """So many rows or payments, and their sum."""

    count: int
    amount: Sum


class MatchingTotals(Out):
    """The sums: `file` is all rows, which are `duplicates` or have one of the results."""

    file: RowsTotal
    duplicates: RowsTotal
    recorded: RowsTotal
    amount_differs: RowsTotal
    voided: RowsTotal
    payable: RowsTotal
    ambiguous: RowsTotal
    unknown: RowsTotal
    not_in_file: RowsTotal


class MatchingOut(Out):
    """A file compared with what is on record; nothing was changed."""

    first_day: Annotated[Day, Field(description="The earliest day in the file.")]
    last_day: Annotated[Day, Field(description="The latest one.")]
    rows: list[MatchedRow]
    not_in_file: Annotated[
        list[RecordedPayment], Field(description="On record between these days, both included, and not in the file.")
    ]
    ignored_columns: Annotated[list[str], Field(description="Columns of the file that were not read.")]
    totals: MatchingTotals


@router.post("/matching", response_model=MatchingOut)
@heavy
@changes(own_transactions=True)
def match_payments(who: SettlementsRead, db: Db, contract_id: ContractId, body: MatchingIn) -> Response:
    """Match a file of payments by voucher and amount with those on record (对账); it records nothing."""
    with db.snapshot() as session:
        found = matching.match_file(session, who, contract_id, body.csv)
    return answer(_matching(found))


def _matching(found: Matching) -> MatchingOut:
    by_result = {result.value: _total(total) for result, total in found.by_result.items()}
    return MatchingOut(
        first_day=found.first_day,
        last_day=found.last_day,
        rows=[_matched(entry) for entry in found.rows],
        not_in_file=[_recorded(payment) for payment in found.not_in_file],
        ignored_columns=list(found.ignored),
        totals=MatchingTotals(
            file=_total(found.total),
            duplicates=_total(found.duplicates),
            not_in_file=_total(found.lacking),
            **by_result,
        ),
    )


def _total(total: Total) -> RowsTotal:
    return RowsTotal(count=total.rows, amount=total.fen)


def _matched(entry: Matched) -> MatchedRow:
    return MatchedRow.model_construct(
        row=entry.row.row,
        voucher_no=entry.row.voucher_no,
        amount=entry.row.fen,
        paid_on=entry.row.paid_on,
        result=entry.result,
        duplicate=entry.duplicate,
        paid_on_differs=entry.paid_on_differs,
        payments=[_recorded(payment) for payment in entry.payments],
        candidates=[
            PaymentCandidate.model_construct(
                settlement_id=candidate.settlement_id,
                payout_id=candidate.payout_id,
                subject=candidate.subject,
                left=candidate.left_fen,
            )
            for candidate in entry.candidates
        ],
    )


def _recorded(payment: Recorded) -> RecordedPayment:
    return RecordedPayment.model_construct(
        payment_id=payment.payment_id,
        settlement_id=payment.settlement_id,
        payout_id=payment.payout_id,
        subject=payment.subject,
        voucher_no=payment.voucher_no,
        amount=payment.fen,
        paid_on=payment.paid_on,
        voided_on=payment.voided_on,
    )
