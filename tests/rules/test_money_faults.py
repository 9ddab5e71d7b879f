"""What contradicts itself in the clauses about money: the tables."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.features.contracts.terms_document import TermsDocument
from tests.rules.tables import Case, cases


def assert_faults(document: dict[str, Any], case: Case) -> None:
    faults = TermsDocument.model_validate(document).faults()
    assert [[fault.pointer, fault.code] for fault in faults] == case["faults"]
    assert all(fault.detail.endswith(".") and fault.remedy.endswith(".") for fault in faults)
    assert not faults or case.get("says", "") in faults[0].detail


@pytest.mark.parametrize("case", cases("money_faults", "clauses"))
def test_one_clause(case: Case) -> None:
    assert_faults({"money": [case["clause"]]}, case)


@pytest.mark.parametrize("case", cases("money_faults", "together"))
def test_clauses_together(case: Case) -> None:
    assert_faults({"money": case["money"]}, case)


@pytest.mark.parametrize("case", cases("money_faults", "payments"))
def test_payment(case: Case) -> None:
    assert_faults({"payment": case["payment"]}, case)


@pytest.mark.parametrize("case", cases("money_faults", "refused"))
def test_refused_by_its_shape(case: Case) -> None:
    with pytest.raises(ValidationError) as refused:
        TermsDocument.model_validate({"money": [case["clause"]]})
    assert [list(error["loc"]) for error in refused.value.errors()] == [case["place"]]
