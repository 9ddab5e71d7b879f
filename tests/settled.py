"""The money of a contract as its rows: settlements reckoned by the rules, approved and posted, paid and voided."""

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlmodel import Session, col

from app import clock
from app.database import Database
from app.features.contracts import queries as contract_queries
from app.features.contracts.versions import Version, read_versions, version_for
from app.features.settlements import ledger, paper_queries
from app.features.settlements.ledger import Cause
from app.models import Assessment, Contract, Payment, Payout, Settlement, SettlementLine
from app.models.words import LedgerCause, MoneyStatus, PayoutKind
from app.rules.clauses import Fund
from app.rules.fees import ServiceFees
from app.rules.ledger import Posting, of_payment, of_payout, of_settlement
from app.rules.lines import SIGNS, Component, FindingsOfType, MonthFacts, Sources
from app.rules.periods import Period
from app.rules.scores import Score
from app.rules.settlement import reckon
from app.rules.settling import Books, Draft, payment_periods, settle
from tests.office import TERMS

MONEY_TERMS: dict[str, Any] = TERMS | {
    "payment": {"schedule": "quarterly"},
    "money": [
        {
            "kind": "score_bands",
            "base": "month_fee",
            "bands": [{"at_least": "90", "share": "1"}, {"below": "90", "share": "0.9"}],
            "rounding": {"stage": "amount", "places": 2},
        },
        {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"leaving_post": "500.00"}},
        {
            "kind": "holdback",
            "base": "month_fee",
            "share": "0.10",
            "rounding": {"stage": "amount", "places": 2},
            "releases": [{"code": "acceptance", "share": "0.50", "after": "acceptance"}],
        },
    ],
}
"""Paid by the quarter: all of the fee from 90 points, nine tenths below; 500 for a post left; a tenth kept back."""
YEARS = [{"year": 2023, "amount": "1200000.00"}]


@dataclass(frozen=True, slots=True)
class Money:
    """The money of one contract; every act is dated by the test."""

    database: Database
    contract_id: uuid.UUID

    def draft(self, key: str, on: str = "2023-05-04", by: str = "supervisor") -> uuid.UUID:
        """Draft a payment period, in the place of a draft that is there."""
        with self.database.write() as session:
            contract = session.get_one(Contract, self.contract_id)
            versions = read_versions(contract_queries.versions(session, self.contract_id))
            months = _months(session, contract, versions)
            (period,) = (found for found in payment_periods(months) if found.key == key)
            service = _service(session, contract)
            books = _books(session, self.contract_id)
            payment = months[-1].terms.payment
            assert payment is not None
            made = settle(period, reckon(service, months), books, payment, service)
            assert made.missing == ()
            session.execute(_of(self.contract_id, key).values(status=MoneyStatus.SUPERSEDED))
            row = _row(contract, key, [str(month) for month in period.months], made, date.fromisoformat(on), by)
            session.add(row)
            session.flush()
            session.add_all(_lines(session, row, made, versions))
            return row.id

    def approve(self, settlement_id: uuid.UUID, on: str = "2023-05-05", by: str = "finance") -> None:
        """Approve a draft and post it."""
        day = date.fromisoformat(on)
        with self.database.write() as session:
            approved = {"status": MoneyStatus.APPROVED, "approved_by": by, "approved_on": day, "version": 2}
            session.execute(update(Settlement).where(col(Settlement.id) == settlement_id).values(**approved))
            lines = paper_queries.lines(session, settlement_id)
            amounts = [(Component(line["component"]), line["period"], line["amount_fen"]) for line in lines]
            self._post(session, LedgerCause.SETTLEMENT, settlement_id, day, of_settlement(amounts))

    def pay(self, settlement_id: uuid.UUID, fen: int, voucher_no: str, on: str, **more: Any) -> uuid.UUID:
        """Pay something on a settlement, or with `payout=True` on a payout."""
        day = date.fromisoformat(on)
        payout = more.pop("payout", False)
        more |= {"payout_id": settlement_id} if payout else {"settlement_id": settlement_id}
        with self.database.write() as session:
            paid = session.get_one(Payout, settlement_id) if payout else session.get_one(Settlement, settlement_id)
            paid.paid_fen += fen
            paid.updated_at = clock.now()
            row = Payment(
                **_owners(session.get_one(Contract, self.contract_id)),
                subject_id=settlement_id,
                amount_fen=fen,
                paid_on=day,
                voucher_no=voucher_no,
                recorded_by="finance",
                **more,
            )
            session.add(row)
            self._post(session, LedgerCause.PAYMENT, row.id, day, of_payment(fen))
            return row.id

    def void(self, payment_id: uuid.UUID, on: str, reason: str) -> None:
        """Void a payment by a counter-entry."""
        with self.database.write() as session:
            row = session.get_one(Payment, payment_id)
            day = row.voided_on = date.fromisoformat(on)
            row.voided_by, row.voided_reason = "finance", reason
            id_ = row.subject_id
            paid = session.get_one(Settlement, id_) if row.settlement_id else session.get_one(Payout, id_)
            paid.paid_fen -= row.amount_fen
            self._post(session, LedgerCause.PAYMENT_VOID, row.id, day, of_payment(row.amount_fen, voided=True))

    def release(self, subject: str, fen: int, on: str, forfeited: int = 0) -> uuid.UUID:
        """Return a part of the holdback, approved."""
        day = date.fromisoformat(on)
        with self.database.write() as session:
            (version, *_) = contract_queries.versions(session, self.contract_id)
            row = Payout(
                id=uuid.uuid4(),
                **_owners(session.get_one(Contract, self.contract_id)),
                subject=subject,
                kind=PayoutKind.RELEASE,
                source=Fund.HOLDBACK,
                status=MoneyStatus.APPROVED,
                amount_fen=fen,
                forfeited_fen=forfeited,
                clause="/money/2",
                terms_version_id=version["id"],
                steps=[],
                drafted_by="supervisor",
                drafted_on=day,
                approved_by="finance",
                approved_on=day,
            )
            session.add(row)
            self._post(session, LedgerCause.PAYOUT, row.id, day, of_payout(Fund.HOLDBACK, fen, forfeited))
            return row.id

    def _post(self, session: Session, cause: LedgerCause, id_: uuid.UUID, on: date, posting: Posting) -> None:
        center = session.get_one(Contract, self.contract_id).service_center_id
        session.flush()
        ledger.post(session, Cause(center, self.contract_id, cause, id_, on, "finance"), posting)


def _owners(contract: Contract) -> dict[str, Any]:
    owners = {"service_center_id": contract.service_center_id, "vendor_id": contract.vendor_id}
    return owners | {"contract_id": contract.id, "created_at": clock.now(), "updated_at": clock.now()}


def _of(contract_id: uuid.UUID, key: str) -> Any:  # noqa: ANN401 an UPDATE of any values
    live = update(Settlement).where(col(Settlement.status) == MoneyStatus.DRAFT)
    return live.where(col(Settlement.contract_id) == contract_id, col(Settlement.payment_period) == key)


def _service(session: Session, contract: Contract) -> ServiceFees:
    years = {row["year"]: row["amount_fen"] for row in contract_queries.years(session, [contract.id])}
    return ServiceFees(contract.starts_on, contract.ends_on, years)


def _months(session: Session, contract: Contract, versions: list[Version]) -> list[MonthFacts]:
    rows = session.execute(
        select(Assessment).where(col(Assessment.contract_id) == contract.id).order_by(col(Assessment.period))
    ).scalars()
    found = paper_queries.findings(session, contract.id, [f"{contract.starts_on.year}-{m:02}" for m in range(1, 13)])
    return [_month(row, versions, [f for f in found if f["period"] == row.period]) for row in rows]


def _month(row: Assessment, versions: list[Version], findings: list[RowMapping]) -> MonthFacts:
    period = Period.parse(row.period)
    version = version_for(versions, period, clock.today())
    assert version is not None
    own = f"/v1/contracts/{row.contract_id}"
    score = None
    if row.score_kind and row.score_exact:
        score = Score(row.score_kind, Fraction(row.score_exact))
    counts = Counter(finding["issue_type"] for finding in findings if finding["withdrawn_on"] is None)
    return MonthFacts(
        period=period,
        served_from=row.served_from,
        served_to=row.served_to,
        terms=version.terms.money,
        sources=Sources(f"{own}/assessments/{period}", f"{own}/findings?period={period}", f"{own}/fees", own),
        final=row.final_on is not None,
        state=row.state,
        score=score,
        findings=tuple(FindingsOfType(code, count) for code, count in counts.items()),
    )


def _books(session: Session, contract_id: uuid.UUID) -> Books:
    posted: Counter[tuple[Period, Component]] = Counter()
    for settled in paper_queries.settlements_posted(session, contract_id, date.max):
        for line in paper_queries.lines(session, settled["id"]):
            if line["period"]:
                posted[Period.parse(line["period"]), Component(line["component"])] += line["amount_fen"]
    closed = frozenset(period for period, _ in posted)
    return Books(posted, closed, 0, f"/v1/contracts/{contract_id}/settlements")


def _row(contract: Contract, key: str, months: list[str], made: Draft, on: date, by: str) -> Settlement:
    def total(*components: Component) -> int:
        return sum(e.line.fen for e in made.lines if e.line.component in components)

    return Settlement(
        **_owners(contract),
        payment_period=key,
        ends_on=Period.parse(months[-1]).last_day,
        months=months,
        fee_fen=total(Component.FEE),
        deducted_fen=total(Component.SCORE_DEDUCTION, Component.FINDING_DEDUCTION) - total(Component.DEDUCTION_LIMIT),
        held_fen=total(Component.HOLDBACK, Component.POOL),
        adjusted_fen=sum(SIGNS[e.line.component] * e.line.fen for e in made.lines if e.adjustment),
        carried_fen=total(Component.CARRIED_OVER),
        payable_fen=made.payable,
        digest=f"{made.payable:064}",
        drafted_by=by,
        drafted_on=on,
    )


def _lines(session: Session, row: Settlement, made: Draft, versions: list[Version]) -> list[SettlementLine]:
    adjustments = [
        line["adjustment"]
        for settled in paper_queries.settlements_posted(session, row.contract_id, date.max)
        for line in paper_queries.lines(session, settled["id"])
        if line["adjustment"]
    ]
    number, lines = len(adjustments), []
    for place, entry in enumerate(made.lines, 1):
        number += entry.adjustment
        version = version_for(versions, entry.line.period or Period.of(row.ends_on), clock.today())
        assert version is not None
        lines.append(
            SettlementLine(
                settlement_id=row.id,
                number=place,
                contract_id=row.contract_id,
                period=str(entry.line.period) if entry.line.period else None,
                component=entry.line.component,
                adjustment=number if entry.adjustment else None,
                amount_fen=entry.line.fen,
                clause=entry.line.clause,
                terms_version_id=version.id,
                steps=[step.written() for step in entry.line.steps],
            )
        )
    return lines
