"""What is wrong with the keys of figures and relations: a key that stands twice, or nowhere, or too many terms."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from app.rules.evaluations.operands import Operand, operands
from app.rules.evaluations.values import Evaluation, Relation, RelationKind
from app.rules.faults import Fault

FIGURE_TWICE = "figure-twice"
RELATION_TWICE = "relation-twice"
FIGURE_UNKNOWN = "figure-unknown"
TERMS_DO_NOT_FIT = "terms-do-not-fit"
RESULT_AMONG_TERMS = "result-among-terms"
ZERO_DIVISOR = "zero-divisor"

_TWO = frozenset(
    {
        RelationKind.RATE,
        RelationKind.QUOTIENT,
        RelationKind.CHANGE,
        RelationKind.AT_LEAST,
        RelationKind.AT_MOST,
    }
)
"""Relations between exactly two terms."""
_COLUMNS = frozenset({"initial", "full_year", "executed", "weight", "rate", "score", "target", "actual"})
"""Cells of the tables that a relation may name."""
_DIVISOR: Mapping[RelationKind, int] = {RelationKind.RATE: 1, RelationKind.QUOTIENT: 1, RelationKind.CHANGE: 0}
"""Which of the terms is divided by."""
_PAIR = 2


def relation_faults(evaluation: Evaluation) -> Iterator[Fault]:
    """Name what keeps figures and relations from being found by their keys."""
    for key, count in Counter(figure.key for figure in evaluation.figures).items():
        if count > 1:
            place = [figure.place for figure in evaluation.figures if figure.key == key][1]
            yield Fault(
                f"{place}/key", FIGURE_TWICE, f"{key!r} is the key of {count} figures.", "Give each its own key."
            )
    for key, count in Counter(relation.key for relation in evaluation.relations).items():
        if count > 1:
            place = [relation.place for relation in evaluation.relations if relation.key == key][1]
            detail = f"{key!r} is the key of {count} relations."
            yield Fault(f"{place}/key", RELATION_TWICE, detail, "Give each its own key.")
    cells = operands(evaluation)
    known = {*cells, *_rows(evaluation)}
    later = {relation.key for relation in evaluation.relations}
    for relation in evaluation.relations:
        yield from (fault.under(relation.place) for fault in _relation_faults(relation, known, later, cells))
        known.add(relation.key)


def _relation_faults(
    relation: Relation, known: Collection[str], later: Collection[str], cells: Mapping[str, Operand]
) -> Iterator[Fault]:
    """Name what is wrong with one relation; pointers start at it.

    A term may be called by a name that nothing has: what a paper prints nowhere is what a comparison then says.
    """
    named = [(f"/terms/{number}", term) for number, term in enumerate(relation.terms) if isinstance(term, str)]
    for place, key in named:
        if key not in known and not _is_empty_cell(key, known) and ("." in key or key in later):
            detail = f"{key!r} is a place that the tables lack, or a relation that does not stand further up."
            yield Fault(place, FIGURE_UNKNOWN, detail, "Name a figure, a place of the tables, or a relation above.")
    if relation.result is not None and relation.result not in cells and not _is_empty_cell(relation.result, known):
        detail = f"No figure and no place of the tables is called {relation.result!r}."
        yield Fault("/result", FIGURE_UNKNOWN, detail, "State the figure, or name another.")
    if relation.result is not None and relation.result in relation.terms:
        detail = f"{relation.result!r} would follow from itself."
        yield Fault("/result", RESULT_AMONG_TERMS, detail, "Name the figure that follows from the terms.")
    yield from _number_of_terms(relation)
    yield from _divisor(relation, cells)


def _is_empty_cell(key: str, known: Collection[str]) -> bool:
    """Say whether a place is of a row that is there and whose cell is still empty, which is no mistake."""
    row, point, column = key.rpartition(".")
    return bool(point) and column in _COLUMNS and row in known


def _number_of_terms(relation: Relation) -> Iterator[Fault]:
    count = len(relation.terms)
    if relation.kind in _TWO:
        fits, wanted = count == _PAIR, "exactly two terms"
    elif relation.kind is RelationKind.SUM:
        fits, wanted = count >= 1, "at least one term"
    else:
        fits, wanted = count >= _PAIR, "at least two terms"
    if not fits:
        yield Fault("/terms", TERMS_DO_NOT_FIT, f"{relation.kind} takes {wanted}, not {count}.", f"Name {wanted}.")


def _divisor(relation: Relation, cells: Mapping[str, Operand]) -> Iterator[Fault]:
    """Refuse a division by zero that Kaohe is asked to do; one that a paper printed is a check's matter."""
    number = _DIVISOR.get(relation.kind)
    if number is None or relation.result is not None or len(relation.terms) <= number:
        return
    term = relation.terms[number]
    operand = cells.get(term) if isinstance(term, str) else None
    size = Fraction(term) if isinstance(term, Decimal) else operand.size if operand else None
    if size == 0:
        detail = f"{relation.label} divides by {term!s}, which is 0."
        yield Fault(f"/terms/{number}", ZERO_DIVISOR, detail, "Name a figure above zero to divide by.")


def _rows(evaluation: Evaluation) -> Iterator[str]:
    """Give the places of all rows as relations write them."""
    yield "total"
    yield from (_key(row.place) for row in evaluation.funds)
    below = list(evaluation.indicators)
    while below:
        row = below.pop()
        below += row.children
        yield _key(row.place)
        if row.measure is not None:
            yield f"{_key(row.place)}.measure"


def _key(place: str) -> str:
    return place.removeprefix("/").replace("/", ".")
