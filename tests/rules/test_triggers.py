"""Triggers: the tables of the four kinds, and what holds however the results became final."""

import copy
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.features.contracts.terms_document import TermsDocument
from app.rules.consecutive import MonthResult, MonthState, consecutive_fails
from app.rules.fees import ServiceFees
from app.rules.lines import Component, FindingsOfType, MonthFacts
from app.rules.money import exact, parse_yuan, yuan
from app.rules.periods import Period, periods_between, served_days
from app.rules.reckoning import Reckoning
from app.rules.scores import Score, ScoreKind
from app.rules.settlement import reckon
from app.rules.terms import Terms
from app.rules.triggering import DatedMonth, HeldYear, Raised
from app.rules.triggers import raised
from tests.rules import settled_contracts
from tests.rules.settled_contracts import SOURCES, assert_explained, named, score_of
from tests.rules.tables import Case, rows

UNKNOWN = Score(ScoreKind.UNKNOWN, None)
KINDS = ("warning_ladder", "failure_run", "deduction_total", "demerit_points", "renewal_gate")
SERVICE = {"from": date(2024, 1, 1), "to": date(2024, 12, 31), "years": {2024: "1200000.00"}}
LATEST = date(2027, 12, 31)


def terms_of(document: Mapping[str, Any], change: Mapping[str, Any]) -> TermsDocument:
    """Read a table's terms as one row changes them: JSON pointers, of which None takes a member out."""
    changed: Any = copy.deepcopy({"payment": {"schedule": "monthly"}, **document})
    for pointer, value in change.items():
        *parents, last = pointer.split("/")[1:]
        holder: Any = changed
        for part in parents:
            holder = holder[int(part) if isinstance(holder, list) else part]
        if value is None:
            del holder[last]
        else:
            holder[int(last) if isinstance(holder, list) else last] = value
    return TermsDocument.model_validate(changed)


def service_of(said: Mapping[str, Any]) -> ServiceFees:
    """Read the service that a table is about."""
    money = {year: parse_yuan(amount) for year, amount in said["years"].items()}
    return ServiceFees(said["from"], said["to"], money)


def findings_of(period: Period, said: object) -> tuple[FindingsOfType, ...]:
    """Read a month's findings: a mapping of types to counts, or a list that says more of each."""
    entries = [{"type": code, "count": n} for code, n in said.items()] if isinstance(said, Mapping) else said
    assert isinstance(entries, Sequence)
    return tuple(
        FindingsOfType(
            entry["type"],
            entry.get("count", 1),
            entry.get("at_least", False),
            period.first_day,
            level=entry.get("level"),
        )
        for entry in entries
    )


def month_of(service: ServiceFees, terms: Terms, period: Period, cell: Mapping[str, Any]) -> DatedMonth:
    """Make a month with its result, final on the 10th of the next month where the cell says nothing else."""
    served = served_days(period, service.starts_on, service.ends_on)
    assert served is not None
    said = cell.get("score", 100)
    final = said != "open"
    state = MonthState(said) if said in ("excused", "not_assessed") else MonthState.ASSESSED
    facts = MonthFacts(
        period,
        *served,
        terms.money,
        SOURCES,
        final=final,
        state=state if final else None,
        score=score_of(_exact(said)) if final and state is MonthState.ASSESSED else None,
        findings=findings_of(period, cell.get("findings", {})),
    )
    final_on = cell.get("final_on", period.plus(1).first_day + timedelta(days=9))
    return DatedMonth(facts, final_on if final else None, terms.triggers)


def _exact(said: object) -> object:
    return Decimal(said) if isinstance(said, str) and said != "unknown" else said


def months_of(name: str, case: Case) -> tuple[ServiceFees, list[DatedMonth]]:
    """Make the recorded months of a row: those it lists, from the first on or by their names, the others with 100."""
    service = service_of({**SERVICE, **_table(name).get("service", {})})
    terms = terms_of(_table(name)["terms"], case.get("change", {}))
    assert terms.faults() == ()
    said = case.get("months", {})
    cells = said if isinstance(said, Mapping) else dict(zip(map(str, service.months), said, strict=False))
    first = Period.parse(case["recorded_from"]) if "recorded_from" in case else service.first
    periods = periods_between(first, service.last)
    return service, [month_of(service, terms.rules(), period, cells.get(str(period), {})) for period in periods]


def years_of(name: str, case: Case) -> list[HeldYear]:
    """Make the years of a row that were held, on 31 January after them where it says nothing else."""
    triggers = terms_of(_table(name)["terms"], case.get("change", {})).rules().triggers
    return [
        HeldYear(year, cell.get("held_on", date(year + 1, 1, 31)), score_of(_exact(cell["score"])), triggers)
        for year, cell in case.get("years", {}).items()
    ]


def _table(name: str) -> dict[str, Any]:
    said: Any = rows(name)
    return dict(said)


def cases(name: str) -> list[pytest.ParameterSet]:
    """Give the rows of a kind's table as parameters."""
    return [pytest.param(name, case, id=f"{name}: {case['case'].split(' · ')[-1]}") for case in rows(name, "cases")]


def columns_of(found: Raised) -> dict[str, Any]:
    """Write what was raised as tables do."""
    counted = dict(found.counted)
    money = found.trigger.__class__.__name__ == "DeductionTotal"
    said: dict[str, Any] = {
        "clause": found.pointer,
        "window": found.window,
        "consequence": found.consequence,
        "since": found.since,
        "completed_by": found.completed_by,
        "months": " ".join(counted),
        "total": yuan(int(found.total)) if money else exact(found.total),
        "sums": {month: yuan(int(worth)) if money else exact(worth) for month, worth in counted.items()},
        "needed": yuan(int(found.needed)) if money else exact(found.needed),
    }
    return said


@pytest.mark.parametrize(("name", "case"), [case for name in KINDS if name != "failure_run" for case in cases(name)])
def test_tables(name: str, case: Case) -> None:
    if "refused" in case:
        faults = terms_of(_table(name)["terms"], case["change"]).faults()
        assert [[fault.pointer, fault.code] for fault in faults] == case["refused"]
        return
    service, months = months_of(name, case)
    found = raised(service, months, years_of(name, case), case.get("as_of", LATEST))
    certain = [columns_of(entry) for entry in found if entry.missing is None]
    wanted = case.get("raises", [])
    assert [{key: said[key] for key in one} for said, one in zip(certain, wanted, strict=True)] == wanted
    undecided = [entry.missing for entry in found if entry.missing is not None]
    assert named(undecided) == case.get("undecided", [] if "at" in case else case.get("missing", []))
    assert all(missing.label.zh and missing.label.en for missing in undecided)
    if "gives" in case or "at" in case:
        _assert_money(reckon(service, [month.facts for month in months]), case)


def _assert_money(reckoned: Mapping[Period, Reckoning], case: Case) -> None:
    """Compare what the steps of a ladder cost, month by month, or what was missing of the month `at`."""
    for period, amount in case.get("gives", {}).items():
        reckoning = reckoned[Period.parse(period)]
        assert (named(reckoning.missing), yuan(reckoning.total(Component.SCORE_DEDUCTION))) == ([], amount)
        for entry in reckoning.lines:
            assert_explained(entry)
    if "at" in case:
        assert named(reckoned[Period.parse(case["at"])].missing) == case["missing"]


LADDER = {"kind": "warning_ladder", "below": "80", "steps": [{"count": 1, "consequence": "warning"}]}
LADDER["steps"] += [{"count": 2, "consequence": "sum", "amount": "1000.00"}]  # type: ignore[operator]
TOTAL = {"kind": "deduction_total", "per": "year", "base": "year_fee", "amount": "1500.00", "consequence": "notice"}
DEMERITS = {"kind": "demerit_points", "points": {"a": "1"}, "reach": "3", "consequence": "end"}
EVERY = {
    "triggers": [
        LADDER,
        {**LADDER, "below": "70", "within": 4},
        {**TOTAL, "reaches": "at_least"},
        {**DEMERITS, "window": {"kind": "rolling_months", "months": 4}},
        {**DEMERITS, "window": {"kind": "calendar_year"}, "reach": "5"},
    ]
}
CELLS = st.fixed_dictionaries(
    {
        "score": st.sampled_from(["60", "75", "100", "75", "excused", "not_assessed", "unknown", "open"]),
        "findings": st.fixed_dictionaries({"a": st.integers(0, 2)}),
    }
)
LAGS = st.integers(0, 120)


@settings(max_examples=40)
@given(st.lists(st.tuples(CELLS, LAGS), min_size=12, max_size=12), st.lists(st.integers(0, 480), max_size=4))
def test_nights_in_turn_end_where_one_question_does(cells: list[tuple[dict[str, Any], int]], nights: list[int]) -> None:
    """What was raised on a day is raised on every later one, by the same name and since the same day."""
    service, terms = service_of(SERVICE), terms_of(EVERY, {}).rules()
    months = [
        month_of(service, terms, period, {**cell, "final_on": period.last_day + timedelta(days=lag)})
        for period, (cell, lag) in zip(service.months, cells, strict=True)
    ]
    days = [*sorted(date(2024, 1, 1) + timedelta(days=night) for night in nights), LATEST]
    register: dict[str, Raised] = {}
    for day in days:
        register |= {entry.key: entry for entry in raised(service, months, [], day)}
    assert register == {entry.key: entry for entry in raised(service, months, [], LATEST)}
    assert all(entry.since <= LATEST for entry in register.values())


@pytest.mark.parametrize(("name", "case"), cases("failure_run"))
def test_failure_runs(name: str, case: Case) -> None:
    document = terms_of(_table(name)["terms"], case.get("change", {}))
    if "refused" in case:
        assert [[fault.pointer, fault.code] for fault in document.faults()] == case["refused"]
        return
    _, months = months_of(name, case)
    results = [
        MonthResult(
            month.period, month.facts.state or MonthState.ASSESSED, month.facts.score or UNKNOWN, month.final_on
        )
        for month in months
        if month.final_on is not None
    ]
    found = [
        {
            "clause": f"/consecutive/{place}",
            "first": str(run.first),
            "periods": " ".join(map(str, run.periods)),
            "since": run.since,
        }
        for place, rule in enumerate(document.rules().consecutive)
        for run in consecutive_fails(rule, results, LATEST)
    ]
    wanted = case["raises"]
    assert [{key: said[key] for key in one} for said, one in zip(found, wanted, strict=True)] == wanted


@pytest.mark.parametrize("edges", [{}, {"below": "80", "at_most": "80"}])
def test_a_mark_has_exactly_one_edge(edges: dict[str, str]) -> None:
    clause = {"periods": 2, "consequence": "warning", **edges}
    with pytest.raises(ValidationError, match="state one edge"):
        TermsDocument.model_validate({"consecutive": [clause]})


SCORES = st.lists(st.sampled_from(["60", "60", "100", "unknown", "excused", "not_assessed"]), min_size=5, max_size=5)
ANSWERS = st.fixed_dictionaries(
    {
        "excused": st.sampled_from([None, "skip", "break"]),
        "not_assessed": st.sampled_from([None, "skip", "break"]),
        "beyond": st.sampled_from(["nothing", "last_step_again"]),
        "within": st.sampled_from([None, 3]),
    }
)


def costs_of(scores: Sequence[str], answers: Mapping[str, Any]) -> str | None:
    """Give what the last of some months costs by a ladder; None where something is missing for it."""
    service = service_of(SERVICE)
    terms = terms_of({"triggers": [{**LADDER, **answers}]}, {}).rules()
    cells = zip(service.months, scores, strict=False)
    months = [month_of(service, terms, period, {"score": score}).facts for period, score in cells]
    last = reckon(service, months)[months[-1].period]
    return None if last.missing else yuan(last.total(Component.SCORE_DEDUCTION))


@settings(max_examples=60)
@given(SCORES, ANSWERS)
def test_a_step_is_settled_only_where_nothing_that_is_open_could_change_it(
    scores: list[str], answers: dict[str, Any]
) -> None:
    """However unknown scores turn out, and whatever the clause would answer, the amount is the same."""
    found = costs_of(scores, answers)
    open_scores = [["60", "100"] if score == "unknown" else [score] for score in scores]
    gaps = [["skip", "break"] if answers[name] is None else [answers[name]] for name in ("excused", "not_assessed")]
    outcomes = {
        costs_of(known, {**answers, "excused": excused, "not_assessed": not_assessed})
        for *known, excused, not_assessed in product(*open_scores, *gaps)
    }
    assert None not in outcomes
    assert found is None or outcomes == {found}


def test_an_amended_step_begins_no_new_count() -> None:
    """Three fails in a row; from March on the second step costs more, and March is still the third."""
    steps = [{"count": 1, "consequence": "warning"}, {"count": 2, "consequence": "sum", "amount": "1000.00"}]
    ladder = {"kind": "warning_ladder", "below": "80", "steps": steps, "beyond": "last_step_again"}
    dearer = {**ladder, "steps": [steps[0], {**steps[1], "amount": "1500.00"}]}
    terms = [settled_contracts.terms_of({"triggers": [entry]}) for entry in (ladder, ladder, dearer)]
    service = ServiceFees(date(2024, 1, 1), date(2024, 12, 31), {2024: 1_200_000_00})
    facts = [settled_contracts.month_of(service, Period(2024, n), each, 75) for n, each in enumerate(terms, 1)]
    found = reckon(service, facts).values()
    assert [yuan(month.total(Component.SCORE_DEDUCTION)) for month in found] == ["0.00", "1000.00", "1500.00"]
