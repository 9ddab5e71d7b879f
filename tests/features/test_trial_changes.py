"""Changes of a terms document: what JSON Patch says of replace, add and remove, and nothing else ever happens."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import Invalid
from app.features.contracts.terms_document import TermsDocument
from app.features.settlements.trials.patching import Change, patched
from app.rules.faults import Fault
from tests.features.test_settlements import MONEY

DOCUMENT = TermsDocument.model_validate({"pass_mark": "90", "consecutive": [], **MONEY})
FINE: dict[str, Any] = {"kind": "amount_per_finding", "base": "month_fee", "amounts": {"late_opening": "1.00"}}
NEXT_RULE: dict[str, Any] = {"below": "80.00", "periods": 2, "consequence": "warning"}


def kinds(*changes: Change) -> list[str]:
    """Give the kinds of the clauses about money after some changes."""
    data = patched(DOCUMENT, changes, "the terms").model_dump(mode="json")
    return [clause["kind"] for clause in data["money"] or ()]


def test_items_are_put_before_an_index_or_at_the_end_and_taken_out() -> None:
    before = ["score_bands", "amount_per_finding", "holdback"]
    assert kinds() == before
    assert kinds(Change("add", "/money/0", FINE)) == ["amount_per_finding", *before]
    assert kinds(Change("add", "/money/-", FINE)) == [*before, "amount_per_finding"]
    assert kinds(Change("add", "/money/3", FINE)) == [*before, "amount_per_finding"]
    assert kinds(Change("remove", "/money/0"), Change("remove", "/money/0")) == ["holdback"]
    assert kinds(Change("remove", "/money")) == []
    assert kinds(Change("replace", "/money", [FINE])) == ["amount_per_finding"]
    assert kinds(Change("remove", "")) == []


def test_members_are_added_replaced_and_named_with_their_odd_letters() -> None:
    amounts = "/money/1/amounts"
    found = patched(
        DOCUMENT,
        [
            Change("add", f"{amounts}/late_opening", "20.00"),
            Change("replace", f"{amounts}/leaving_post", "1.00"),
            Change("add", "/consecutive/-", NEXT_RULE),
            Change("replace", "/consecutive/0/below", "70.00"),
        ],
        "the terms",
    ).model_dump(mode="json")
    assert found["money"][1]["amounts"] == {"leaving_post": "1.00", "late_opening": "20.00"}
    assert found["consecutive"][0]["below"] == "70.00"
    # The value that was put in is the asker's own, and stays what it was.
    assert NEXT_RULE["below"] == "80.00"
    with pytest.raises(Invalid) as refused:
        patched(DOCUMENT, [Change("add", f"{amounts}/a~1b~0c", "1.00")], "the terms")
    assert refused.value.faults[0].pointer.startswith("/terms/money/1/amounts/a~1b~0c")


@pytest.mark.parametrize(
    "change",
    [
        Change("replace", "/grades", []),
        Change("remove", "/money/3"),
        Change("remove", "/money/-"),
        Change("add", "/money/4", FINE),
        Change("replace", "/money/00", FINE),
        Change("replace", "/money/-1", FINE),
        Change("replace", "/money/١", FINE),
        Change("add", "/pass_mark/x", 1),
        Change("add", "/nothing/x", 1),
    ],
    ids=lambda change: f"{change.op} {change.path}",
)
def test_a_path_that_leads_nowhere_is_named(change: Change) -> None:
    with pytest.raises(Invalid) as refused:
        patched(DOCUMENT, [Change("replace", "/pass_mark", "91.00"), change], "version 1 of the terms")
    (fault,) = refused.value.faults
    assert (fault.code, fault.pointer) == ("no-such-path", "/changes/1/path")
    assert f"'{change.path}' in version 1" in fault.detail


def _pointers(value: Any, pointer: str = "") -> list[str]:  # noqa: ANN401 JSON is any value
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [pointer, *(found for name, member in members for found in _pointers(member, f"{pointer}/{name}"))]


PLACES = _pointers(DOCUMENT.model_dump(mode="json", exclude_none=True))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["0.5", "90.00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
) | st.sampled_from([FINE, NEXT_RULE, [FINE]])
CHANGES = st.builds(
    Change, st.sampled_from(["replace", "add", "remove"]), st.sampled_from([*PLACES, "/money/-", "/grades"]), VALUES
)


@given(st.lists(CHANGES, max_size=4))
def test_whatever_is_changed_gives_valid_terms_or_says_what_is_wrong(changes: list[Change]) -> None:
    before = DOCUMENT.model_dump_json()
    found = _changed(changes)
    if isinstance(found, TermsDocument):
        assert found.faults() == ()
        assert TermsDocument.model_validate(json.loads(found.model_dump_json())) == found
    else:
        assert all(fault.detail and fault.pointer.startswith(("/changes/", "/terms")) for fault in found)
    assert DOCUMENT.model_dump_json() == before


def _changed(changes: list[Change]) -> TermsDocument | tuple[Fault, ...]:
    try:
        return patched(DOCUMENT, changes, "the terms")
    except Invalid as refused:
        return refused.faults
