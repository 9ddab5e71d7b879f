"""The guide to the clauses: every shape and every missing answer is in it, and its figures are those of the tables."""

import ast
import json
import re
from collections.abc import Iterator
from typing import Any, get_args

from app.features.contracts.money_clauses import MoneyClause
from app.features.contracts.payment_clause import PaymentMoney
from app.features.contracts.payout_clauses import ProratedPayout
from app.features.contracts.trigger_clauses import Trigger
from app.rules.workings import Operation, sentences
from tests.docs.clauses_guide import PAGE, page
from tests.docs.exchanges import ROOT
from tests.rules.clause_cases import carry_out
from tests.rules.shapes import BESIDE, SHAPES
from tests.rules.tables import Case
from tests.rules.tables import document as table_of

GUIDE = PAGE.read_text("utf-8")
CLAUSES = [*get_args(get_args(MoneyClause)[0]), *get_args(get_args(Trigger)[0])]
KINDS = {get_args(shape.model_fields["kind"].annotation)[0]: shape for shape in CLAUSES}


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


def test_the_worked_figures_are_those_of_the_tables() -> None:
    """Written by `python -m tests.docs.clauses_guide`."""
    assert page(GUIDE) == GUIDE


def test_every_shape_is_worked() -> None:
    for shape in (*SHAPES, *BESIDE):
        assert table_of(shape)["says"] in section(f"### `{shape}`")
    stated = [clause for shape in (*SHAPES, *BESIDE) for clause in clauses_of(table_of(shape))]
    assert {clause["kind"] for clause in stated} == KINDS.keys()


def clauses_of(read: Case) -> list[Case]:
    return [*read["terms"].get("money", []), *read["terms"].get("triggers", [])]


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
    for field, definition in {
        "rounding": "Rounding",
        "instalments": "Instalment",
        "volume": "Volume",
        "early_end": "EarlyEnd",
        "deferred": "Deferred",
    }.items():
        assert rows[f"payment.{field}"] == list(schema[definition]["properties"])


def named_in_the_rules() -> set[str]:
    """Collect the names of what is asked beforehand, or called missing once it is needed."""
    found = set()
    for path in (*(ROOT / "app/rules").rglob("*.py"), ROOT / "app/features/contracts/open_questions.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", None)
            if isinstance(node, ast.Call) and name in {"need", "_need", "Missing", "ask"}:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
    return found


def test_everything_that_may_be_missing_is_named() -> None:
    """Those whose name the rules put together from what they look at are added here."""
    rows = list(table(section("## What may be missing")))
    listed = {name for row in rows for name in names(row[0])}
    put_together = {"excused", "not_assessed", "schedule", "served", "assessed", "least", "most"}
    assert listed == named_in_the_rules() | put_together
    for row in table(section("## Every shape")):
        assert set(names(row[4])) <= listed


def test_everything_that_a_table_misses_is_in_the_guide() -> None:
    """The name of an excluded sum is the contract's own."""
    missed = {
        name
        for shape in (*SHAPES, *BESIDE)
        for case in table_of(shape)["cases"]
        for name, _ in (*case.get("missing", []), *case.get("undecided", []))
    }
    listed = {name for row in table(section("## What may be missing")) for name in names(row[0])}
    assert missed - listed == {"P"}


def test_every_operation_is_explained() -> None:
    listed = [name for row in table(section("## How an amount is explained")) for name in names(row[0])]
    assert sorted(listed) == sorted(Operation)


def test_the_reading_of_a_clear_text_is_valid_and_its_values_are_all_listed() -> None:
    text = section("## A text with several readings")
    (box,) = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    (unclear,) = (clause for clause in clauses_of(table_of("prorated_payout")) if clause["kind"] == "prorated_payout")
    clear = ProratedPayout.model_validate({**unclear, **json.loads(box)})
    assert [reading.code for reading in clear.rule().readings] == ["agreed"]
    schema = ProratedPayout.model_json_schema()["$defs"]
    values: dict[str, Any] = {field: schema["Reading"]["properties"][field].get("enum") for field in ("rate", "total")}
    values["proportion"] = schema["Proportion"]["enum"]
    assert {names(row[0])[0]: names(row[1]) for row in table(text)} == values


def test_the_steps_are_printed_as_they_read() -> None:
    text = section("## How an amount is explained")
    (printed,) = re.findall(r"^```text\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    read = table_of("linear_below_mark")
    (case,) = (case for case in read["cases"] if case["case"].endswith("a begun point counts as a whole one"))
    line = carry_out(read, case).lines[-1]
    assert [said["en"] for said in sentences(step.written() for step in line.steps)] == printed.splitlines()
