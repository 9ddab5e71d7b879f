"""A settlement as its rows: what a draft comes to, its lines with their steps, and the hash that tells it apart."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app import clock
from app.features.audit.actor import Actor
from app.features.settlements.facts import ContractBooks
from app.models.columns import CanonicalText, canonical, new_id
from app.models.words import MoneyStatus
from app.rules.lines import SIGNS, Component
from app.rules.settling import Draft, DraftLine, PaymentPeriod

_SUMS = {
    "fee_fen": (Component.FEE, Component.BONUS),
    "held_fen": (Component.HOLDBACK, Component.POOL, Component.DEFERRED),
    "carried_fen": (Component.CARRIED_OVER,),
}


@dataclass(frozen=True, slots=True)
class Rows:
    """The row of a settlement and those of its lines, ready to be written."""

    settlement: dict[str, Any]
    lines: list[dict[str, Any]]

    @property
    def id(self) -> uuid.UUID:
        """Give the settlement's id."""
        id_: uuid.UUID = self.settlement["id"]
        return id_


def rows_of(books: ContractBooks, period: PaymentPeriod, draft: Draft, actor: Actor, on: date) -> Rows:
    """Write a draft as rows."""
    id_, now = new_id(), clock.now()
    lines = _lines(books, period, draft, id_)
    # Months that other settlements closed, under a schedule that was amended since, are compared and not settled.
    months = [str(month) for month in period.months if month not in books.closed]
    settlement = {
        "id": id_,
        "service_center_id": books.contract["service_center_id"],
        "vendor_id": books.contract["vendor_id"],
        "contract_id": books.id,
        "payment_period": period.key,
        "ends_on": books.ends_on(period),
        "months": months,
        "first_period": months[0] if months else None,
        "last_period": months[-1] if months else None,
        "status": MoneyStatus.DRAFT,
        **_totals(draft.lines),
        "payable_fen": draft.payable,
        "paid_fen": 0,
        "digest": digest(lines),
        "drafted_by": actor.name,
        "drafted_by_id": actor.principal_id,
        "drafted_on": on,
        "approved_by": None,
        "approved_by_id": None,
        "approved_on": None,
        "note": None,
        "version": 1,
        "created_at": now,
        "updated_at": now,
    }
    return Rows(settlement, lines)


def _totals(lines: Sequence[DraftLine]) -> dict[str, int]:
    totals = {
        name: sum(entry.line.fen for entry in lines if entry.line.component in components)
        for name, components in _SUMS.items()
    }
    deductions = (Component.SCORE_DEDUCTION, Component.FINDING_DEDUCTION, Component.DEDUCTION_LIMIT)
    totals["deducted_fen"] = -sum(_effect(entry) for entry in lines if entry.line.component in deductions)
    totals["adjusted_fen"] = sum(_effect(entry) for entry in lines if entry.adjustment)
    return totals


def _effect(entry: DraftLine) -> int:
    return SIGNS[entry.line.component] * entry.line.fen


def _lines(books: ContractBooks, period: PaymentPeriod, draft: Draft, id_: uuid.UUID) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    adjustments = books.adjustments
    last = period.months[-1] if period.months else books.months[-1].period
    for number, entry in enumerate(draft.lines, 1):
        adjustments += entry.adjustment
        line = entry.line
        rows.append(
            {
                "settlement_id": id_,
                "number": number,
                "contract_id": books.id,
                "period": None if line.period is None else str(line.period),
                "component": line.component.value,
                "adjustment": adjustments if entry.adjustment else None,
                "amount_fen": line.fen,
                "clause": line.clause,
                "terms_version_id": books.versions[line.period or last].id,
                # Written once: it is hashed with the others, by the audit, and stored.
                "steps": CanonicalText(canonical([step.written() for step in line.steps])),
            }
        )
    return rows


_COMPARED = ("number", "period", "component", "adjustment", "amount_fen", "clause")


def digest_of(books: ContractBooks, period: PaymentPeriod, draft: Draft) -> str:
    """Hash what a draft's lines would say."""
    return digest(_lines(books, period, draft, uuid.UUID(int=0)))


def digest(lines: Sequence[dict[str, Any]]) -> str:
    """Hash what lines say, so that a draft is stale as soon as anything of it would come out otherwise."""
    return hashlib.sha256(f"[{','.join(map(_said, lines))}]".encode()).hexdigest()


def _said(line: Mapping[str, Any]) -> str:
    """Write what a line says as `canonical` would, its steps as they are written already."""
    terms = canonical(str(line["terms_version_id"]))
    said = {name: canonical(line[name]) for name in _COMPARED} | {"steps": line["steps"], "terms": terms}
    members = ",".join([f'"{name}":{said[name]}' for name in sorted(said)])
    return f"{{{members}}}"
