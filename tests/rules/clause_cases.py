"""Carries out the tables about clauses: one file for each row of the list of shapes, with the contract's own sentence.

Whatever a case gives, every line of it has to come out of its own steps. `tests/rules/cases/README.md` says how a file
is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, cast

from pydantic import ValidationError

from app.features.contracts.terms_document import TermsDocument
from app.rules.clauses import AllOrNothing, Holdback, Payment, PayoutByScore, ProratedPayout, ScoreAward
from app.rules.fees import ServiceFees
from app.rules.holdbacks import released
from app.rules.lines import Component, Line, MonthFacts
from app.rules.missing import Missing, MissingAnswerError
from app.rules.money import format_hundredths, yuan
from app.rules.payouts import ServiceRecord, check_record, prorated, readings
from app.rules.periods import Period, periods_between, served_days
from app.rules.score_payouts import YearResult, by_year_score
from app.rules.scores import check_points, total
from app.rules.settlement import reckon
from app.rules.settling import Books, Draft, PaymentPeriod, payment_periods, settle, unscheduled
from app.rules.terms import Terms
from tests.rules.clause_contracts import cells_of, months_of, score_of, service_of, terms_of, yuan_of
from tests.rules.settled_contracts import assert_explained
from tests.rules.tables import Case

FREE = frozenset({Component.FEE.value, "payable"})
"""What a case may leave unnamed although it is not 0."""

Given = dict[str, dict[str, str]]


@dataclass(frozen=True, slots=True)
class Found:
    """What a case comes to: figures by period (or under "") and name, what is missing, what is refused, and the lines.

    Figures that are 0 are left out.
    """

    gives: Given = field(default_factory=dict)
    missing: Sequence[Sequence[str]] = ()
    refused: Sequence[Sequence[str]] = ()
    lines: Sequence[Line] = ()
    said: Sequence[str] = ()
    """How a score comes about that no line is of."""


def carry_out(document: Case, case: Case) -> Found:
    """Carry a case of a file out; raises AssertionError where a line does not come out of its steps."""
    terms = terms_of(document, case)
    try:
        read = TermsDocument.model_validate(terms)
    except ValidationError as error:
        return Found(refused=[["shape", _pointer(terms, entry["loc"])] for entry in error.errors()])
    faults = read.faults()
    if faults:
        return Found(refused=[[fault.code, fault.pointer] for fault in faults])
    if "criteria" in case:
        return _scored(read.rules(), case)
    if "payout" in case:
        return _paid_out(read.rules(), document, case)
    service, months = months_of(document, case)
    found = _settled(service, months, document, case) if "settles" in case else _reckoned(service, months, case)
    for line in found.lines:
        assert_explained(line)
    return found


def assert_case(document: Case, case: Case) -> None:
    """Carry a case out, and compare what it gives with what its file says."""
    found = carry_out(document, case)
    if "refused" in case:
        assert found.refused == case["refused"], found.refused
        return
    assert found.refused == (), found.refused
    if "missing" in case:
        assert found.missing == case["missing"], found
        return
    assert found.missing == (), found.missing
    expected: Given = by_period(case, found)
    for period, figures in expected.items():
        reached = found.gives.get(period, {})
        named = {name: reached.get(name, "0.00") for name in figures}
        others = {name: value for name, value in reached.items() if name not in figures | dict.fromkeys(FREE)}
        assert (named, others) == (figures, {}), (period, reached)


def by_period(case: Case, found: Found) -> Given:
    """Give what a case expects by the month, or payout, that it is of."""
    gives = case["gives"]
    if any(isinstance(value, Mapping) for value in gives.values()):
        return dict(gives)
    return {case.get("at", next(reversed(found.gives))): dict(gives)}


def _pointer(terms: object, location: Sequence[str | int]) -> str:
    """Write where a document has the wrong shape, without the names of the shapes that pydantic puts between."""
    place, pointer = terms, ""
    for part in location:
        if isinstance(place, Mapping) and part == place.get("kind") and part not in place:
            continue
        pointer += f"/{part}"
        inside = isinstance(place, Mapping) and part in place
        place = cast("Any", place)[part] if inside or isinstance(place, list) else None
    return pointer


def _reckoned(service: ServiceFees, months: Sequence[MonthFacts], case: Case) -> Found:
    found = reckon(service, months)
    named = list(cells_of(months[0].period, case.get("months", {}))) or [service.last_served]
    at = Period.parse(case["at"]) if "at" in case else max(named)
    gives: Given = {}
    lines: list[Line] = []
    for period in [*(p for p in found if p != at), at]:
        sums = {component: found[period].total(component) for component in Component}
        gives[str(period)] = {component.value: yuan(fen) for component, fen in sums.items() if fen}
        lines += found[period].lines if period == at else ()
    for period in {*named, at} & found.keys():
        for line in found[period].lines:
            assert_explained(line)
    assert not (found[at].missing and found[at].lines)
    return Found(gives, _named(found[at].missing), lines=lines)


def _named(missing: Sequence[Missing]) -> Sequence[Sequence[str]]:
    assert all(entry.label.zh and entry.label.en for entry in missing)
    return [[entry.name, entry.pointer] for entry in missing] or ()


def _settled(service: ServiceFees, months: Sequence[MonthFacts], document: Case, case: Case) -> Found:
    key = case["settles"]
    unsettled = [[entry.name, entry.pointer] for entry in unscheduled(months) if entry.period == key]
    if unsettled:
        return Found(missing=unsettled)
    draft = _draft(service, months, key, _books(document, case))
    sums = dict.fromkeys(Component, 0)
    for entry in draft.lines:
        sums[entry.line.component] += entry.line.fen
    figures = {component.value: yuan(fen) for component, fen in sums.items() if fen}
    gives = {key: {**figures, "payable": yuan(draft.payable)}}
    return Found(gives, _named(draft.missing), lines=[entry.line for entry in draft.lines])


def _draft(service: ServiceFees, months: Sequence[MonthFacts], key: str, books: Books) -> Draft:
    (period,) = [period for period in payment_periods(months) if period.key == key]
    return settle(period, reckon(service, months), books, _payment(period, months), service)


def _payment(period: PaymentPeriod, months: Sequence[MonthFacts]) -> Payment:
    governing = [month for month in months if month.period in period.months] or months
    return governing[-1].terms.payment or Payment()


def _books(document: Case, case: Case) -> Books:
    """Post what was settled before: payment periods, by the facts of the case or by those that were known then."""
    closed: Any = case.get("closed", [])
    before: Case = closed if isinstance(closed, Mapping) else {"periods": closed}
    known = {**case, **({"amended": before["amended"]} if "amended" in before else {})}
    service, months = months_of(document, known, before.get("months", case.get("months", {})))
    posted: dict[tuple[Period, Component], int] = {}
    held: set[Period] = set()
    owed = yuan_of(case.get("owed", "0.00"))
    for key in before["periods"]:
        (period,) = [period for period in payment_periods(months) if period.key == key]
        draft = _draft(service, months, key, Books(posted, frozenset(held), 0, "/settlements"))
        assert draft.missing == ()
        held |= set(period.months)
        posted = dict(posted)
        for line in (entry.line for entry in draft.lines):
            if line.period is not None:
                place = line.period, line.component
                posted[place] = posted.get(place, 0) + line.fen
    return Books(posted, frozenset(held), owed, "/settlements")


def _paid_out(terms: Terms, document: Case, case: Case) -> Found:
    payout: Case = case["payout"]
    place, clause = next(
        (place, clause)
        for place, clause in enumerate(terms.money.clauses)
        if isinstance(clause, PayoutByScore | ScoreAward | AllOrNothing | ProratedPayout | Holdback)
        and (not isinstance(clause, Holdback) or "release" in payout)
    )
    pointer = f"/money/{place}"
    if isinstance(clause, ProratedPayout):
        return _prorated(clause, pointer, document, case)
    held = yuan_of(payout["held"])
    try:
        if isinstance(clause, Holdback):
            already = yuan_of(payout.get("already", "0.00"))
            line = released(clause, pointer, payout["release"], held, already, "/ledger", payout.get("before"))
            left = {"left": yuan(held - already - line.fen)}
        else:
            promised = yuan_of(payout.get("promised", "0.00"))
            score = score_of(payout["score"]) if "score" in payout else None
            full_mark = Fraction(payout.get("full_mark", 100))
            result = YearResult(payout.get("year", 2024), score, full_mark, "/annual-assessments/2024")
            line = by_year_score(clause, pointer, held, promised, "/ledger", result)
            left = {"forfeited": yuan(max(held - promised, 0) - line.fen)}
    except MissingAnswerError as error:
        return Found(missing=_named([error.missing]))
    assert_explained(line)
    return Found({"": {"paid": yuan(line.fen), **_not_nothing(left)}}, lines=[line])


def _not_nothing(figures: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in figures.items() if value != "0.00"}


def _prorated(clause: ProratedPayout, pointer: str, document: Case, case: Case) -> Found:
    """Reckon all readings, or, with `reading`, one of them, with the `excluded` sum that was agreed."""
    payout, (service, first) = case["payout"], service_of(document, case)
    served = {}
    for period in periods_between(first, service.last_served):
        days = served_days(period, service.starts_on, service.closed_on or service.ends_on)
        assert days is not None
        served[period] = days
    # A case that does not say which months were assessed means those that the clause states.
    assessed = frozenset(Period.parse(period) for period in payout.get("assessed", map(str, clause.assessed)))
    record = ServiceRecord(served, assessed, "/contract", "/assessments", "/terms")
    missing = list(check_record(clause, pointer, record))
    if "excluded" in payout:
        (reading,) = [reading for reading in clause.readings if reading.code == payout["reading"]]
        try:
            line = prorated(clause, pointer, record, reading, yuan_of(payout["excluded"]), "/decisions")
        except MissingAnswerError as error:
            return Found(missing=_named([*missing, error.missing]))
        assert_explained(line)
        return Found({"": {"paid": yuan(line.fen)}}, _named(missing), lines=[line])
    figures = [figure for figure in readings(clause, pointer, record) if payout.get("reading") in (None, figure.id)]
    missing += [entry for figure in figures for entry in figure.missing]
    lines = [figure.line for figure in figures if figure.line is not None]
    for line in lines:
        assert_explained(line)
    gives = {figure.id: {"paid": yuan(figure.line.fen)} for figure in figures if figure.line is not None}
    return Found(gives, _named(missing), lines=lines)


def _scored(terms: Terms, case: Case) -> Found:
    assert terms.rubric is not None
    points = {code: None if given is None else Decimal(str(given)) for code, given in case["criteria"].items()}
    faults = check_points(terms.rubric, points)
    if faults:
        return Found(refused=[[fault.code, fault.pointer] for fault in faults])
    scored = total(terms.rubric, points)
    return Found({"": {"score": format_hundredths(scored.hundredths)}}, said=scored.steps)
