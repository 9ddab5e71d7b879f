"""The guide to the terms: its examples are valid, and it names every clause."""

import json
import re
from dataclasses import fields
from typing import Any

import pytest

from app.api.supervisor.assessments import AssessmentIn
from app.api.supervisor.contracts import AmendmentIn
from app.features.contracts.terms_document import PaymentClause, TermsDocument
from app.rules.terms import Terms
from tests.docs.exchanges import ROOT

GUIDE = (ROOT / "docs/terms.md").read_text("utf-8")
# How a contract is paid is one clause on paper; the rules keep its due date, on which an alert rests, by itself.
DECIDES = ["payment" if clause.name == "payment_due" else clause.name for clause in fields(Terms)]
EXAMPLES = [json.loads(text) for text in re.findall(r"^```json\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: next(iter(example)))
def test_examples_are_valid(example: dict[str, Any]) -> None:
    """A document of terms, or an amendment with one, has the shape and no fault."""
    terms = AmendmentIn.model_validate(example).terms if "terms" in example else TermsDocument.model_validate(example)
    assert terms.faults() == ()


def test_every_clause_that_decides_has_its_section() -> None:
    """The sections are the rules' clauses, in their order, and the first example states them all."""
    assert re.findall(r"^### `(\w+)`", GUIDE, re.MULTILINE) == DECIDES
    assert list(EXAMPLES[0]) == DECIDES


def test_every_clause_decides_something() -> None:
    """No clause is taken and kept for nothing."""
    assert TermsDocument.model_fields.keys() == set(DECIDES)


def test_every_answer_about_payment_has_its_row() -> None:
    """What a contract may say about how it is paid."""
    section = GUIDE.split("### `payment`", 1)[1].split("### ", 1)[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == PaymentClause.model_fields.keys()


def test_bodies_of_months_in_the_api_guide_are_valid() -> None:
    """The forms of a month's result stand there one a line."""
    (box,) = re.findall(r"^```json\n(.*?)^```$", (ROOT / "docs/api.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert [AssessmentIn.model_validate_json(line).state for line in box.splitlines()]
