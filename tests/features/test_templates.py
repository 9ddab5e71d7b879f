"""Each template of terms is a valid document that leaves open what it notes, and nothing else."""

from typing import Any

import pytest

from app.features.contracts import templates
from app.features.contracts.templates import FIGURE, Template
from app.rules.clauses import MoneyClause
from app.rules.completeness import unanswered

ALL = pytest.mark.parametrize("template", templates.everyone(), ids=lambda template: template.id)


@ALL
def test_a_template_notes_every_answer_that_it_leaves_open(template: Template) -> None:
    """By name and pointer, in the order in which a contract with these terms would be asked."""
    assert template.terms.faults() == ()
    noted = [(ask.name, ask.pointer) for ask in template.asks if ask.name != FIGURE]
    assert noted == [(entry.name, entry.pointer) for entry in unanswered(template.terms.rules())]


@ALL
def test_every_figure_to_be_replaced_stands_in_the_template(template: Template) -> None:
    document = template.terms.model_dump(mode="json", exclude_none=True)
    for ask in template.asks:
        if ask.name == FIGURE:
            assert standing(document, ask.pointer) is not None, ask.pointer


def standing(document: dict[str, Any], pointer: str) -> Any:  # noqa: ANN401 JSON
    """Give what stands at a pointer of the API's answer, whose `/terms` is the document."""
    place: Any = {"terms": document}
    for step in pointer.removeprefix("/").split("/"):
        place = place[int(step)] if isinstance(place, list) else place.get(step)
    return place


def test_common_contracts_have_a_template() -> None:
    """Ids are words of an address, and no two templates share one; a clause is found in at least one of them."""
    ids = [template.id for template in templates.everyone()]
    assert len(set(ids)) == len(ids) >= 6
    stated: set[type[MoneyClause]] = {
        type(clause) for template in templates.everyone() for clause in template.terms.rules().money.clauses
    }
    assert len(stated) >= 6
    assert templates.find(ids[0]) is templates.everyone()[0]
    assert templates.find("unknown") is None
