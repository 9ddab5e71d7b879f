"""What a contract is paid and when: its payment periods, and the fee of each month, quarter and year."""

import uuid
from typing import Annotated

from fastapi import Response
from pydantic import Field

from app.api.answers import Db, answer
from app.api.auth import SettlementsRead
from app.api.ids import ContractId
from app.api.rooms import centers_room
from app.api.steps import MissingOut, StepOut, missing_out, steps_out
from app.features.settlements import overview
from app.features.settlements.overview import MonthFee, YearFees
from app.values import Day, Fen, Out, PeriodValue

router = centers_room("settlements", "/contracts/{contract_id}")


class PaymentPeriodOut(Out):
    """A payment period and how far it has come; `incomplete` names what the terms or the record leave open."""

    payment_period: str
    months: list[str]
    ends_on: Day
    status: overview.Status
    settlement_id: uuid.UUID | None
    payable: Annotated[Fen | None, Field(description="What it comes to, as far as that can be said.")]
    stale: Annotated[bool, Field(description="Of a draft: it would come out otherwise today, so draft it anew.")]
    missing: list[MissingOut]


class PaymentPeriodsOut(Out):
    """A contract's payment periods, in their order; none where its terms do not say how it is paid."""

    items: list[PaymentPeriodOut]


class MonthFeeOut(Out):
    """A month's fee with its steps; null where something is missing for it."""

    period: PeriodValue
    amount: Fen | None
    steps: list[StepOut]
    missing: MissingOut | None


class QuarterFeeOut(Out):
    """A quarter's fee, the sum of its service months; null while one of them is open."""

    quarter: str
    amount: Fen | None
    months: list[MonthFeeOut]


class YearFeesOut(Out):
    """A year's money as the contract states it, and the sum of its service months."""

    year: int
    contract_money: Fen | None
    amount: Fen | None
    quarters: list[QuarterFeeOut]


class FeesOut(Out):
    """The fee of every month, quarter and year of the service; `amount` is what they sum to."""

    amount: Fen | None
    years: list[YearFeesOut]


@router.get("/payment-periods", response_model=PaymentPeriodsOut)
def list_payment_periods(contract_id: ContractId, who: SettlementsRead, db: Db) -> Response:  # noqa: ARG001 who may
    """List what is to be settled, what is settled, and what a settlement still lacks."""
    with db.read() as session:
        found = overview.payment_periods(session, contract_id)
    items = [
        PaymentPeriodOut.model_construct(
            payment_period=entry.key,
            months=list(entry.months),
            ends_on=entry.ends_on,
            status=entry.status,
            settlement_id=entry.settlement_id,
            payable=entry.payable,
            stale=entry.stale,
            missing=[missing_out(missing) for missing in entry.missing],
        )
        for entry in found
    ]
    return answer(PaymentPeriodsOut.model_construct(items=items))


@router.get("/fees", response_model=FeesOut)
def read_fees(contract_id: ContractId, who: SettlementsRead, db: Db) -> Response:  # noqa: ARG001 who may
    """Read the fee of each month, quarter and year of the contract, each month with its steps."""
    with db.read() as session:
        years = overview.fees(session, contract_id)
    months = [month for year in years for month in year.months]
    return answer(FeesOut.model_construct(amount=overview.total(months), years=[_year(year) for year in years]))


def _year(year: YearFees) -> YearFeesOut:
    quarters = [
        QuarterFeeOut.model_construct(
            quarter=quarter, amount=overview.total(months), months=[_month(month) for month in months]
        )
        for quarter, months in year.quarters().items()
    ]
    return YearFeesOut.model_construct(
        year=year.year, contract_money=year.fen, amount=overview.total(year.months), quarters=quarters
    )


def _month(month: MonthFee) -> MonthFeeOut:
    return MonthFeeOut.model_construct(
        period=month.period,
        amount=month.line.fen if month.line else None,
        steps=steps_out([step.written() for step in month.line.steps]) if month.line else [],
        missing=missing_out(month.missing) if month.missing else None,
    )
