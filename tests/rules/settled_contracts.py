"""Contracts for the tables about money: terms in the words of a contract's document, and the months of its service."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.features.contracts.terms_document import TermsDocument
from app.rules.clauses import MoneyTerms
from app.rules.consecutive import MonthState
from app.rules.fees import ServiceFees
from app.rules.lines import Component, FindingsOfType, Line, MonthFacts, Sources
from app.rules.missing import Missing
from app.rules.money import parse_yuan, yuan
from app.rules.periods import Period, periods_between, served_days
from app.rules.reckoning import Reckoning
from app.rules.scores import Score, ScoreKind
from app.rules.settlement import reckon
from tests.rules.recompute import recompute
from tests.rules.tables import Case, row

SOURCES = Sources("/assessment", "/findings", "/fees", "/contract")
MONTHLY: dict[str, Any] = {"schedule": "monthly"}
YEAR = {"years": {2024: "1200000.00"}, "service": (date(2024, 1, 1), date(2024, 12, 31))}
"""A year of twelve months of 100,000.00 each, where a table says nothing else."""


def terms_of(document: Mapping[str, Any]) -> MoneyTerms:
    """Read what a document says about money; it has to be without faults."""
    read = TermsDocument.model_validate(document)
    assert read.faults() == ()
    return read.rules().money


def service_of(case: Case) -> ServiceFees:
    """Read the service that a row is about."""
    starts_on, ends_on = case.get("service", YEAR["service"])
    money = {year: parse_yuan(amount) for year, amount in case.get("years", YEAR["years"]).items()}
    held = case.get("held_before")
    return ServiceFees(starts_on, ends_on, money, case.get("closed_on"), None if held is None else parse_yuan(held))


def score_of(cell: object) -> Score:
    """Read what a table says of a score."""
    match cell:
        case "unknown":
            return Score(ScoreKind.UNKNOWN, None)
        case {"at_least": bound}:
            return Score(ScoreKind.AT_LEAST, Fraction(bound))
        case {"below": bound}:
            return Score(ScoreKind.BELOW, Fraction(bound))
    assert isinstance(cell, int | Decimal)
    return Score(ScoreKind.EXACT, Fraction(cell))


def findings_of(cell: Mapping[str, Any]) -> tuple[FindingsOfType, ...]:
    """Read the findings of a month: a count, or `{at_least: 2}`."""
    return tuple(
        FindingsOfType(issue_type, count["at_least"], at_least=True)
        if isinstance(count, Mapping)
        else FindingsOfType(issue_type, count)
        for issue_type, count in cell.items()
    )


def month_of(service: ServiceFees, period: Period, terms: MoneyTerms, cell: object) -> MonthFacts:
    """Make a month of a service: a score, a state, `open` for one that is not final, or `{score, findings}`."""
    served = served_days(period, service.starts_on, service.closed_on or service.ends_on)
    assert served is not None
    more: dict[str, Any] = dict(cell) if isinstance(cell, Mapping) and "score" in cell else {"score": cell}
    result = more["score"]
    state = MonthState(result) if result in ("excused", "not_assessed") else MonthState.ASSESSED
    assessed = state is MonthState.ASSESSED and result != "open"
    return MonthFacts(
        period,
        *served,
        terms,
        SOURCES,
        final=result != "open",
        state=state,
        score=score_of(result) if assessed else None,
        full_mark=Fraction(more.get("full_mark", 100)),
        findings=findings_of(more.get("findings", {})),
    )


def months_of(case: Case, default: Mapping[str, Any]) -> tuple[ServiceFees, list[MonthFacts]]:
    """Make the service of a row and its recorded months: those it lists, or all with a score of 100.

    `terms` is what governs from the beginning, `amended` what governs from some months on.
    """
    service = service_of(case)
    first = Period.parse(case["recorded"]) if "recorded" in case else service.first
    cells: Sequence[object] = case.get("months", [100] * (first.until(service.last_served) + 1))
    in_force = terms_of({"payment": MONTHLY, **default, **case.get("terms", {})})
    amended = {Period.parse(month): terms_of({"payment": MONTHLY, **t}) for month, t in case.get("amended", {}).items()}
    months = []
    for period, cell in zip(periods_between(first, first.plus(len(cells) - 1)), cells, strict=True):
        in_force = amended.get(period, in_force)
        months.append(month_of(service, period, in_force, cell))
    return service, months


def reckoned(case: Case, default: Mapping[str, Any]) -> dict[Period, Reckoning]:
    """Reckon the months of a row; every line has to come out of its own steps."""
    service, months = months_of(case, default)
    found = reckon(service, months)
    for reckoning in found.values():
        for line in reckoning.lines:
            assert_explained(line)
    return found


def reckoned_month(case: Case, name: str, clause: str) -> Reckoning:
    """Reckon the months of a row under a file's clause as the row changes it; give the last one, or the one `at`."""
    money = [{**row(name, clause), **case.get("clause", {})}, *case.get("beside", [])]
    found = reckoned(case, {"payment": {**MONTHLY, **case.get("payment", {})}, "money": money})
    return found[Period.parse(case["at"])] if "at" in case else list(found.values())[-1]


def assert_explained(line: Line) -> None:
    """Check that a line's amount is what its written steps come to, and so is every figure on the way."""
    steps = [step.written() for step in line.steps]
    assert recompute(steps) == Fraction(line.fen, 100)
    assert [recompute(steps[: number + 1]) for number in range(len(steps))] == [step.value for step in line.steps]


def amounts(found: Mapping[Period, Reckoning], component: Component) -> list[str | None]:
    """Write what each month's lines of a component come to; None for a month that cannot be reckoned."""
    return [None if reckoning.missing else yuan(reckoning.total(component)) for reckoning in found.values()]


def named(missing: Sequence[Missing]) -> list[list[str]]:
    """Write what is missing as tables do."""
    return [[entry.name, entry.pointer] for entry in missing]


def assert_month(reckoning: Reckoning, component: Component, case: Case) -> None:
    """Compare a month with what a row expects: an amount, or the answers that are missing."""
    if "missing" in case:
        assert named(reckoning.missing) == case["missing"]
        assert all(entry.label.zh and entry.label.en for entry in reckoning.missing)
        assert reckoning.lines == ()
    else:
        assert named(reckoning.missing) == []
        assert yuan(reckoning.total(component)) == case["takes"]
