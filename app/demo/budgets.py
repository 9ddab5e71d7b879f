"""What a data file says of budgets: lines, their adjustments, what was spent from them."""

from collections.abc import Iterator
from datetime import date
from functools import partial

from app.demo.facts import Books, Data, Fact
from app.features.budgets import expenditures, lines
from app.features.budgets.expenditures import NewExpenditure
from app.features.budgets.lines import LineDraft, NewAdjustment, Purpose
from app.rules.money import parse_yuan


def budgets(data: Data) -> Iterator[Fact]:
    """Give each line on the first day of its year, then its adjustments and expenditures on their own days."""
    budget = data.get("budget")
    if budget is None:
        return
    year = budget["year"]
    for entry in budget["lines"]:
        yield Fact(date(year, 1, 1), partial(_enter, year=year, entry=entry))
        for adjustment in entry.get("adjustments", ()):
            yield Fact(adjustment["adjusted_on"], partial(_adjust, project=entry["project"], entry=adjustment))
        for spent in entry.get("expenditures", ()):
            yield Fact(spent["spent_on"], partial(_spend, project=entry["project"], entry=spent))


def _enter(books: Books, year: int, entry: Data) -> None:
    draft = LineDraft(
        name=entry["name"],
        initial_fen=parse_yuan(entry["initial"]),
        purposes=[Purpose(**purpose) for purpose in entry["purposes"]],
        contract_id=books.contract if entry.get("of_contract") else None,
        source=entry["source"],
        note=entry.get("note"),
    )
    center = books.finance.centers[0]
    books.money[entry["project"]] = lines.create(books.session, books.finance, center, entry["project"], year, draft)


def _adjust(books: Books, project: str, entry: Data) -> None:
    new = NewAdjustment(
        amount_fen=parse_yuan(entry["amount"]), adjusted_on=entry["adjusted_on"], reason=entry.get("reason")
    )
    lines.adjust(books.session, books.finance, books.money[project], new)


def _spend(books: Books, project: str, entry: Data) -> None:
    more = {name: entry[name] for name in ("purpose_name", "description") if name in entry}
    new = NewExpenditure(
        line_id=books.money[project],
        amount_fen=parse_yuan(entry["amount"]),
        spent_on=entry["spent_on"],
        purpose=entry["purpose"],
        external_ref=entry["external_ref"],
        **more,
    )
    expenditures.record(books.session, books.finance, [new])
