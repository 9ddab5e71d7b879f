"""What a document leaves unanswered is named before a month misses it, and nothing else is asked."""

import random
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.features.contracts.terms_document import TermsDocument
from app.rules.clauses import Payment
from app.rules.completeness import unanswered
from app.rules.fees import ServiceFees
from app.rules.lines import FindingsOfType, MonthFacts
from app.rules.missing import Missing
from app.rules.periods import periods_between
from app.rules.settlement import reckon
from app.rules.settling import Books, payment_periods, settle, unscheduled
from app.rules.terms import Terms
from tests.rules import random_clauses, random_facts
from tests.rules.clause_contracts import service_of as case_service
from tests.rules.clause_contracts import terms_of
from tests.rules.random_contracts import ANY_BASES, FACTS, RESULTS, Facts, month_of, months_of, services, terms
from tests.rules.tables import Case, cases, rows
from tests.rules.tables import document as table
from tests.rules.test_clause_cases import FILES

UNFORESEEN = {
    "other_months": "the terms of another month of the quarter or year are those of another document",
    "weights": "months without a score are known once there is one",
    "knots": "the document says that a figure outside of its knots earns nothing that it states",
    "from_record": "when the record begins is not in the document",
    "amount": "what figures and findings there will be, and how large an amount they make",
    "served": "the months served are on record",
    "assessed": "so are those assessed",
}
"""What no document can foresee, by name, and why."""
ALONE = {"excused", "not_assessed"}
"""What a quarter of a single service month asks again: no other month's score could decide about it."""
SHAPES = {file.stem for file in FILES.glob("*.yaml") if "cases" in table(file.stem)}
"""The tables about clauses."""
ANSWERS = (
    ("payment", ["year_money", "partial_month", "excess", "rounding"]),
    ("money", ["rounding", "granularity", "floor", "excused", "not_assessed", "score", "caps_deductions"]),
)


def named(missing: Iterable[Missing]) -> list[list[str]]:
    return [[entry.name, entry.pointer.removeprefix("/terms")] for entry in missing]


def read(document: Mapping[str, Any]) -> Terms:
    found = TermsDocument.model_validate(document)
    assert found.faults() == ()
    return found.rules()


def document_of(case: Case) -> dict[str, Any]:
    payment = case.get("payment", {})
    stated = {} if payment is None else {"schedule": "monthly", "excess": "carried_over", **payment}
    return deepcopy({**case["terms"], **({"payment": stated} if stated else {})})


def service_of(case: Case) -> ServiceFees:
    starts_on, ends_on = case.get("service", [date(2024, 1, 1), date(2024, 12, 31)])
    money = dict.fromkeys(range(starts_on.year, ends_on.year + 1), 112651407)
    return ServiceFees(starts_on, ends_on, money, case.get("closed_on"))


def answered(document: dict[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Put answers into a document, each at its place; one after the end of a list is added to it."""
    for pointer, answer in answers.items():
        *way, last = pointer.removeprefix("/").split("/")
        place: Any = document
        for step in way:
            place = place[int(step)] if isinstance(place, list) else place[step]
        if isinstance(place, list) and int(last) == len(place):
            place.append(answer)
        else:
            place[int(last) if isinstance(place, list) else last] = answer
    return document


def missed(service: ServiceFees, months: list[MonthFacts]) -> set[tuple[str, str]]:
    """Reckon all months, settle all payments, and collect what the terms do not say."""
    reckoned = reckon(service, months)
    found = [entry for reckoning in reckoned.values() for entry in reckoning.missing]
    found += unscheduled(months)
    payment = months[-1].terms.payment or Payment()
    books = Books({}, frozenset(), 0, "/settlements")
    for period in payment_periods(months):
        found += settle(period, reckoned, books, payment, service).missing
    return {(entry.name, entry.pointer) for entry in found if entry.pointer.startswith("/terms")}


def assert_foreseen(document: Mapping[str, Any], service: ServiceFees, months: list[MonthFacts]) -> None:
    asked = {(entry.name, entry.pointer) for entry in unanswered(read(document), service)}
    surprising = {
        (name, pointer)
        for name, pointer in missed(service, months) - asked
        if name not in UNFORESEEN and not (name in ALONE and alone(service))
    }
    assert surprising == set()


def alone(service: ServiceFees) -> bool:
    """Say whether a quarter, or the whole service, has a single service month."""
    quarters = [(month.year, (month.month - 1) // 3) for month in service.months]
    years = [month.year for month in service.months]
    return 1 in [quarters.count(quarter) for quarter in quarters] + [years.count(year) for year in years]


@pytest.mark.parametrize("case", cases("completeness", "documents"))
def test_a_document_is_asked_what_it_leaves_open(case: Case) -> None:
    asked = unanswered(read(document_of(case)), service_of(case))
    assert named(asked) == case["asks"]
    assert all("？" in entry.label.zh or "请" in entry.label.zh for entry in asked)
    assert all(entry.label.en for entry in asked)


@pytest.mark.parametrize("case", cases("completeness", "documents"))
def test_answering_everything_leaves_nothing_open(case: Case) -> None:
    document = answered(document_of(case), case["answers"])
    assert named(unanswered(read(document), service_of(case))) == []


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(rows("completeness", "documents")), st.randoms(use_true_random=False), st.data())
def test_no_month_misses_what_its_document_was_not_asked(
    case: Case, chance: random.Random, data: st.DataObject
) -> None:
    service, money = service_of(case), read(document_of(case)).money
    last = service.last_served
    facts = [(data.draw(RESULTS), (chance.randint(0, 4), chance.randint(0, 2))) for _ in range(4)]
    months = [
        with_figures(month_of(service, period, money, facts[place % 4]), chance)
        for place, period in enumerate(periods_between(service.first, last))
    ]
    if case.get("closed_on"):
        months[-1] = replace(months[-1], served_to=case["closed_on"])
    assert_foreseen(document_of(case), service, months)


def with_figures(month: MonthFacts, chance: random.Random) -> MonthFacts:
    """Give a month figures, and findings that lasted or were not rectified."""
    figures: dict[tuple[str, str | None], Fraction] = {
        (code, site): Fraction(chance.randint(0, 100))
        for code, site in (("rate", None), ("site_score", "hall_a"), ("site_score", "hall_b"))
    }
    figures["volume", None] = Fraction(chance.randint(500, 1500))
    on = month.served_from
    lasting = FindingsOfType("leaving_post", 1, on=on, until=on + timedelta(3), working_days=2, unrectified=True)
    more = (lasting,) if chance.random() < 0.5 else ()
    return replace(month, metrics=figures, findings=(*month.findings, *more))


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(services(), terms(ANY_BASES), st.lists(FACTS, min_size=1, max_size=14), st.randoms(use_true_random=False))
def test_random_contracts_miss_nothing_unasked(
    service: ServiceFees, document: dict[str, Any], facts: list[Facts], chance: random.Random
) -> None:
    """Answers are left out of documents that give them all."""
    for clauses, names in ANSWERS:
        stated = document[clauses]
        for clause in stated if isinstance(stated, list) else [stated]:
            for name in names:
                if name in clause and chance.random() < 0.5:
                    del clause[name]
    assert_foreseen(document, service, months_of(service, read(document).money, facts))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.large_base_example])
@given(services(), terms(ANY_BASES))
def test_random_contracts_that_answer_everything_are_asked_for_nothing(
    service: ServiceFees, document: dict[str, Any]
) -> None:
    """They keep money back without saying how it is returned, and that alone is asked."""
    assert {entry.name for entry in unanswered(read(document), service)} <= {"payout", "releases"}


LEFT_OUT = {
    *("rounding", "granularity", "floor", "excused", "not_assessed", "score", "caps_deductions", "first"),
    *("counts_partial", "compounds", "together", "count", "by", "clamped", "subject", "least", "most", "rounds"),
    *("year_money", "partial_month", "excess"),
}
"""Members of a document that are answers, wherever they stand."""


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32))
def test_compositions_miss_nothing_unasked(seed: int) -> None:
    """Clauses of every kind are put together, and some of their answers left out."""
    chance = random.Random(seed)  # noqa: S311 chosen to be repeatable
    document = silenced(random_clauses.document(chance), chance)
    if TermsDocument.model_validate(document).faults():
        return
    service = random_facts.service(chance)
    assert_foreseen(document, service, random_facts.year(chance, service, document))


def silenced(stated: Any, chance: random.Random) -> Any:  # noqa: ANN401 JSON
    """Leave some of the answers out."""
    if isinstance(stated, dict):
        return {
            name: silenced(value, chance)
            for name, value in stated.items()
            if name not in LEFT_OUT or chance.random() < 0.7
        }
    return [silenced(entry, chance) for entry in stated] if isinstance(stated, list) else stated


def tabled() -> list[pytest.ParameterSet]:
    """Give the cases of all tables about clauses that miss an answer, under terms that nobody amends."""
    return [
        pytest.param(shape, case, id=f"{shape}: {case['case'].split(' · ')[-1]}")
        for shape in sorted(SHAPES)
        for case in table(shape)["cases"]
        if "amended" not in {**table(shape), **case}
        and any(pointer.startswith("/terms") for _, pointer in case.get("missing", ()))
    ]


@pytest.mark.parametrize(("shape", "case"), tabled())
def test_what_a_table_misses_is_asked(shape: str, case: Case) -> None:
    """The tables about clauses name what is missing once a month needs it: the document was asked before."""
    terms = TermsDocument.model_validate(terms_of(table(shape), case)).rules()
    asked = [[entry.name, entry.pointer] for entry in unanswered(terms, case_service(table(shape), case)[0])]
    missed = [[name, pointer] for name, pointer in case["missing"] if pointer.startswith("/terms")]
    assert [entry for entry in missed if entry not in asked and entry[0] not in UNFORESEEN] == []
