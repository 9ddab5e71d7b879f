"""The shapes of clauses, by their tables: what each gives, what it asks for, and that no shape is without its file."""

from pathlib import Path

import pytest

from tests.rules.clause_cases import assert_case
from tests.rules.shapes import BESIDE, BY_TRIGGERS, SHAPES
from tests.rules.tables import Case, document

FEWEST = 4
FILES = Path(__file__).parent / "cases"
OF_MONEY = [shape for shape in (*SHAPES, *BESIDE) if shape not in BY_TRIGGERS and (FILES / f"{shape}.yaml").exists()]


@pytest.mark.parametrize(
    ("shape", "case"),
    [
        pytest.param(shape, case, id=f"{shape}: {case['case'].split(' · ')[-1]}")
        for shape in OF_MONEY
        for case in document(shape)["cases"]
    ],
)
def test_clauses(shape: str, case: Case) -> None:
    assert_case(document(shape), case)


@pytest.mark.parametrize("shape", [*SHAPES, *BESIDE])
def test_every_shape_has_its_cases(shape: str) -> None:
    assert (FILES / f"{shape}.yaml").exists()
    read = document(shape)
    assert read["says"]
    assert read["english"]
    assert len(read["cases"]) >= FEWEST
    names = [case["case"] for case in read["cases"]]
    assert len(set(names)) == len(names)
    asks = [case for case in read["cases"] if case.keys() & {"missing", "refused", "undecided"}]
    assert asks or read["nothing_to_ask"]
