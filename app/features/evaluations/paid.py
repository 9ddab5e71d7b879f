"""The paid share as an actual: what was paid, by the ledger, of a base that is named."""

import uuid
from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import RowMapping

from app.features.evaluations.months import Found, lack
from app.features.evaluations.trace import Said, SourceRow
from app.rules.budgets import Base
from app.rules.money import yuan
from app.rules.periods import Period


def of_contract_year(base: str, paid: Sequence[RowMapping], years: Sequence[RowMapping], year: int) -> Found:
    """Divide what was paid for a year's months, whenever it was, by the contract's amount of that year."""
    amount = next((row["amount_fen"] for row in years if row["year"] == year), None)
    if not amount:
        zh, en = f"合同没有{year}年的金额", f"The contract states no amount for {year}."
        return Found(None, (), (lack("no-base", zh, en),), is_share=True)
    counted = [row for row in paid if _paid_for(row) == year]
    source = SourceRow(kind="contract_year", href=base, value=yuan(amount), period=str(year))
    return _share(base, counted, amount, (source,))


def of_budget(
    base: str, paid: Sequence[RowMapping], budget: Sequence[RowMapping], span: tuple[Period, Period], of: Base
) -> Found:
    """Divide what was paid in those months by the budget lines, as they were at first or with their adjustments."""
    first, last = span
    lines: dict[uuid.UUID, tuple[str, int]] = {}
    for row in budget:
        name, fen = lines.get(row["id"], (row["name"], row["initial_fen"]))
        adjusted = of is Base.FULL_YEAR_BUDGET and row["adjusted_on"] is not None
        counts = adjusted and row["adjusted_on"] <= last.last_day
        lines[row["id"]] = (name, fen + (row["amount_fen"] if counts else 0))
    amount = sum(fen for _, fen in lines.values())
    if not amount:
        zh, en = "没有该合同当年的预算金额", "The record has no such budget of the contract for the year."
        return Found(None, (), (lack("no-base", zh, en),), is_share=True)
    counted = [row for row in paid if first.first_day <= row["posted_on"] <= last.last_day]
    return _share(base, counted, amount, tuple(_line(id_, *line) for id_, line in lines.items()))


def _line(id_: uuid.UUID, name: str, fen: int) -> SourceRow:
    note = Said(zh=name, en=f"The budget line '{name}'.")
    return SourceRow(kind="budget_line", id=id_, href=f"/v1/budgets/{id_}", value=yuan(fen), note=note)


def _share(base: str, counted: Sequence[RowMapping], amount: int, of: tuple[SourceRow, ...]) -> Found:
    fen = sum(row["amount_fen"] for row in counted)
    return Found(Fraction(-fen, amount), (*of, *(_entry(base, row) for row in counted)), (), is_share=True)


def _entry(base: str, row: RowMapping) -> SourceRow:
    """Name the entry by its payment, or, of an opening balance, by the ledger's line."""
    href = f"{base}/payments/{row['payment_id']}" if row["payment_id"] else f"{base}/ledger"
    note = Said(zh=f"{row['posted_on']}入账", en=f"Posted on {row['posted_on']}.")
    return SourceRow(kind="ledger_entry", id=row["id"], href=href, value=yuan(-row["amount_fen"]), note=note)


def _paid_for(row: RowMapping) -> int | None:
    """Give the year that something was paid for, as the contract's balance does."""
    day = row["ends_on"] or row["event_on"] or row["approved_on"]
    year: int | None = row["year"] or (day.year if day else None)
    return year
