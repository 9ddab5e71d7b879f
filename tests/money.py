"""The money of a contract, every act dated by the test: settled and paid by the services, released by its rows."""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from app import clock
from app.features.access.caller import Caller
from app.features.contracts import queries as contract_queries
from app.features.settlements import service
from app.features.settlements.ledger import posting as ledger
from app.features.settlements.ledger.posting import Cause
from app.features.settlements.payments import service as payments
from app.features.settlements.payments.service import NewPayment
from app.models import Contract, Payout, Principal
from app.models.words import LedgerCause, MoneyStatus, PayoutKind, Role
from app.rules.clauses import Fund
from app.rules.ledger import of_payout
from tests.office import TERMS, Office

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
            "releases": [{"code": "acceptance", "share": "0.50", "after": "acceptance"}],
        },
    ],
}
"""Paid by the quarter: all of the fee from 90 points, nine tenths below; 500 for a post left; a tenth kept back."""
YEARS = [{"year": 2023, "amount": "1200000.00"}]


def _owners(contract: Contract) -> dict[str, Any]:
    owners = {"service_center_id": contract.service_center_id, "vendor_id": contract.vendor_id}
    return owners | {"contract_id": contract.id, "created_at": clock.now(), "updated_at": clock.now()}


@dataclass(frozen=True, slots=True)
class Money:
    """The money of one contract of an office."""

    office: Office
    contract_id: uuid.UUID

    def draft(self, key: str, on: str = "2023-05-04") -> uuid.UUID:
        """Have the supervisor draft a payment period, in the place of a draft that is there."""
        with self.office.database.write() as session:
            caller = self._caller(session, Role.SUPERVISOR)
            return service.draft(session, caller, self.contract_id, key, date.fromisoformat(on))

    def approve(self, settlement_id: uuid.UUID, on: str = "2023-05-05") -> None:
        """Have the finance staff approve a draft."""
        with self.office.database.write() as session:
            caller = self._caller(session, Role.FINANCE)
            service.approve(session, caller, self.contract_id, settlement_id, on=date.fromisoformat(on))

    def pay(self, settlement_id: uuid.UUID, fen: int, voucher_no: str, on: str, **more: Any) -> uuid.UUID:
        """Pay something on a settlement, or with `payout=True` on a payout."""
        more["payout_id" if more.pop("payout", False) else "settlement_id"] = settlement_id
        day = date.fromisoformat(on)
        new = NewPayment(amount_fen=fen, paid_on=day, voucher_no=voucher_no, **more)
        with self.office.database.write() as session:
            return payments.record(session, self._caller(session, Role.FINANCE), self.contract_id, new)

    def void(self, payment_id: uuid.UUID, on: str, reason: str) -> None:
        """Void a payment by a counter-entry."""
        with self.office.database.write() as session:
            caller = self._caller(session, Role.FINANCE)
            payments.void(session, caller, self.contract_id, payment_id, date.fromisoformat(on), reason)

    def release(self, subject: str, fen: int, on: str, forfeited: int = 0) -> uuid.UUID:
        """Return a part of the holdback, approved."""
        day = date.fromisoformat(on)
        with self.office.database.write() as session:
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
            session.flush()
            cause = Cause(self.office.center, self.contract_id, LedgerCause.PAYOUT, row.id, day, "finance")
            ledger.post(session, cause, of_payout(Fund.HOLDBACK, fen, forfeited))
            return row.id

    def _caller(self, session: Session, role: Role) -> Caller:
        name = f"{role.value}-{self.office.code}"
        id_ = session.execute(select(col(Principal.id)).where(col(Principal.name) == name)).scalar_one()
        return Caller(id_, name, role, (self.office.center,))
