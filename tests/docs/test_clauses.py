"""The guide to the clauses: every shape is in its table, every missing answer named, every example gives its figure."""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, get_args

import pytest

from app.features.contracts.money_clauses import MoneyClause
from app.features.contracts.payment_clause import PaymentMoney
from app.features.contracts.payout_clauses import ProratedPayout
from app.features.contracts.terms_document import TermsDocument
from app.rules.clauses import AllOrNothing, PayoutByScore, ScoreAward
from app.rules.clauses import ProratedPayout as ProratedRule
from app.rules.fees import ServiceFees
from app.rules.lines import Component
from app.rules.missing import MissingAnswerError
from app.rules.money import yuan
from app.rules.payouts import ServiceRecord, readings
from app.rules.periods import Period, served_days
from app.rules.score_payouts import YearResult, by_year_score
from app.rules.settlement import reckon
from app.rules.workings import Operation, sentences
from tests.docs.exchanges import ROOT
from tests.rules.settled_contracts import month_of, score_of

GUIDE = (ROOT / "docs/clauses.md").read_text("utf-8")
SHAPES = {shape.model_fields["kind"].annotation: shape for shape in get_args(get_args(MoneyClause)[0])}
KINDS = {get_args(kind)[0]: shape for kind, shape in SHAPES.items()}
SERVICE = ServiceFees(date(2024, 1, 1), date(2024, 12, 31), {2024: 1_200_000_00})
JANUARY = Period(2024, 1)


def section(heading: str) -> str:
    """Give what stands under a heading, up to the next of its rank or above it."""
    rank = heading.index(" ")
    after = GUIDE.partition(f"\n{heading}\n")[2]
    return re.split(rf"\n#{{1,{rank}}} ", after, maxsplit=1)[0]


def table(text: str) -> Iterator[list[str]]:
    """Give the rows of the first table, without its head."""
    found = re.search(r"^\| -.*\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert found is not None
    for line in found[1].splitlines():
        yield [cell.strip() for cell in line.strip("|").split(" | ")]


def names(cell: str) -> list[str]:
    return re.findall(r"`([\w.]+)`", cell)


@dataclass(frozen=True, slots=True)
class Example:
    """One row below an example's document: what is given, and what comes of it."""

    kind: str
    given: str
    gives: str


def document(kind: str) -> dict[str, Any]:
    (box,) = re.findall(r"^```json\n(.*?)^```$", section(f"### `{kind}`"), re.MULTILINE | re.DOTALL)
    read: dict[str, Any] = json.loads(box)
    return read


EXAMPLES = [Example(kind, given, gives) for kind in KINDS for given, gives in table(section(f"### `{kind}`"))]


def test_every_shape_is_in_the_table_with_all_its_parameters() -> None:
    rows = {names(row[0])[0]: names(row[3]) for row in table(section("## Every shape"))}
    shapes = {kind: [field for field in shape.model_fields if field != "kind"] for kind, shape in KINDS.items()}
    payment = {f"payment.{field}" for field in PaymentMoney.model_fields}
    assert rows.keys() == {*shapes, *payment}
    assert {kind: sorted(rows[kind]) for kind in shapes} == {kind: sorted(fields) for kind, fields in shapes.items()}


def test_every_answer_about_payment_lists_its_values() -> None:
    rows = {names(row[0])[0]: names(row[3]) for row in table(section("## Every shape"))}
    schema = PaymentMoney.model_json_schema()["$defs"]
    for field, definition in {
        "schedule": "Schedule",
        "year_money": "YearMoney",
        "partial_month": "PartialMonth",
        "excess": "Excess",
    }.items():
        assert rows[f"payment.{field}"] == schema[definition]["enum"]
    for field, definition in {"rounding": "Rounding", "instalments": "Instalment"}.items():
        assert rows[f"payment.{field}"] == list(schema[definition]["properties"])


def named_in_the_rules() -> set[str]:
    """Collect the names of what the rules may call missing."""
    found = set()
    for path in (ROOT / "app/rules").glob("*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"need", "Missing"}:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_everything_that_may_be_missing_is_named() -> None:
    """Those whose name the rules put together from what they look at are added here."""
    rows = list(table(section("## What may be missing")))
    listed = {name for row in rows for name in names(row[0])}
    assert listed == named_in_the_rules() | {"excused", "not_assessed", "schedule", "served", "assessed"}
    for row in table(section("## Every shape")):
        assert set(names(row[4])) <= listed


def test_every_operation_is_explained() -> None:
    listed = [name for row in table(section("## How an amount is explained")) for name in names(row[0])]
    assert sorted(listed) == sorted(Operation)


@pytest.mark.parametrize("kind", KINDS)
def test_every_shape_has_an_example_without_a_fault(kind: str) -> None:
    written = document(kind)
    assert written["kind"] == kind
    assert TermsDocument.model_validate({"money": [written]}).faults() == ()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.kind}: {example.given}")
def test_an_example_gives_its_figure(example: Example) -> None:
    clause = TermsDocument.model_validate({"money": [document(example.kind)]}).rules().money.clauses[0]
    if isinstance(clause, ProratedRule):
        assert of_reading(clause, names(example.given)[0]) == example.gives
    elif isinstance(clause, PayoutByScore | ScoreAward | AllOrNothing):
        assert of_year(clause, example.given) == example.gives
    else:
        assert of_month(example) == example.gives


def cell_of(given: str) -> dict[str, Any]:
    """Read a month such as `score at least 92`, `excused` or `leaving_post 2, late_opening 1`."""
    if given in {"excused", "not_assessed"}:
        return {"score": given}
    if given.startswith("score "):
        return {"score": known(given.removeprefix("score "))}
    counts = dict(entry.split(" ", 1) for entry in given.split(", "))
    findings = {
        name: {"at_least": int(count.split()[-1])} if "least" in count else int(count) for name, count in counts.items()
    }
    return {"score": 100, "findings": findings}


def known(text: str) -> object:
    value = Decimal(text.rsplit(maxsplit=1)[-1])
    if text.startswith("at least"):
        return {"at_least": value}
    return {"below": value} if text.startswith("below") else value


def of_month(example: Example) -> str:
    terms = TermsDocument.model_validate({"payment": {"schedule": "monthly"}, "money": [document(example.kind)]})
    month = month_of(SERVICE, JANUARY, terms.rules().money, cell_of(example.given))
    found = reckon(SERVICE, [month])[JANUARY]
    if found.missing:
        return " ".join(["missing", *(entry.name for entry in found.missing)])
    component = Component(example.gives.split(" ")[0])
    return f"{component} {yuan(found.total(component))}"


def of_year(clause: PayoutByScore | ScoreAward | AllOrNothing, given: str) -> str:
    result = YearResult(2024, score_of(known(given.removeprefix("score "))), Fraction(100), "/annual-assessments/2024")
    try:
        return f"payout {yuan(by_year_score(clause, '/money/0', 100_000, 0, '/ledger', result).fen)}"
    except MissingAnswerError as error:
        return f"missing {error.missing.name}"


def of_reading(clause: ProratedRule, reading: str) -> str:
    days = {period: served_days(period, date(2023, 8, 4), date(2023, 12, 31)) for period in clause.served}
    served = {period: span for period, span in days.items() if span is not None}
    record = ServiceRecord(served, frozenset(clause.assessed), "/contract", "/assessments", "/terms")
    (figure,) = [figure for figure in readings(clause, "/money/0", record) if figure.reading.code == reading]
    assert figure.line is not None
    return f"payout {yuan(figure.line.fen)}"


def test_the_reading_of_a_clear_text_is_valid_and_its_values_are_all_listed() -> None:
    text = section("## A text with several readings")
    (box,) = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    clear = ProratedPayout.model_validate({**document("prorated_payout"), **json.loads(box)})
    assert [reading.code for reading in clear.rule().readings] == ["agreed"]
    schema = ProratedPayout.model_json_schema()["$defs"]
    values = {field: schema["Reading"]["properties"][field].get("enum") for field in ("rate", "total")}
    values["proportion"] = schema["Proportion"]["enum"]
    assert {names(row[0])[0]: names(row[1]) for row in table(text)} == values


def test_the_steps_are_printed_as_they_read() -> None:
    (printed,) = re.findall(r"^```text\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    terms = TermsDocument.model_validate({"payment": {"schedule": "monthly"}, "money": [document("linear_below_mark")]})
    months = [month_of(SERVICE, JANUARY, terms.rules().money, cell_of("score 89.5"))]
    line = reckon(SERVICE, months)[JANUARY].lines[-1]
    assert [said["en"] for said in sentences(step.written() for step in line.steps)] == printed.splitlines()
