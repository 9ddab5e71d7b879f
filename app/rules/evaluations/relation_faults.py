"""What is wrong with the keys of figures and relations: a key that stands twice, or nowhere, or too many terms."""

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal

from app.rules.evaluations.printed import read
from app.rules.evaluations.values import Evaluation, Figure, Relation, RelationKind
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
_ONE_OR_MORE = frozenset({RelationKind.SUM, RelationKind.PRODUCT})
_DIVISOR: Mapping[RelationKind, int] = {RelationKind.RATE: 1, RelationKind.QUOTIENT: 1, RelationKind.CHANGE: 0}
"""Which of the terms is divided by."""
_PAIR = 2


def relation_faults(evaluation: Evaluation) -> Iterator[Fault]:
    """Name what keeps figures and relations from being found by their keys."""
    figures = {figure.key: figure for figure in evaluation.figures}
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
    for relation in evaluation.relations:
        yield from (fault.under(relation.place) for fault in _relation_faults(relation, figures))


def _relation_faults(relation: Relation, figures: Mapping[str, Figure]) -> Iterator[Fault]:
    named = [(f"/terms/{number}", term) for number, term in enumerate(relation.terms) if isinstance(term, str)]
    named += [("/result", relation.result)] if relation.result is not None else []
    for place, key in named:
        if key not in figures:
            yield Fault(place, FIGURE_UNKNOWN, f"No figure has the key {key!r}.", "State the figure, or name another.")
    if relation.result is not None and relation.result in relation.terms:
        detail = f"{relation.result!r} would follow from itself."
        yield Fault("/result", RESULT_AMONG_TERMS, detail, "Name the figure that follows from the terms.")
    yield from _number_of_terms(relation)
    yield from _divisor(relation, figures)


def _number_of_terms(relation: Relation) -> Iterator[Fault]:
    count = len(relation.terms)
    if relation.kind in _TWO:
        fits, wanted = count == _PAIR, "exactly two terms"
    elif relation.kind in _ONE_OR_MORE or (relation.kind is RelationKind.SAME and relation.result is not None):
        fits, wanted = count >= 1, "at least one term"
    else:
        fits, wanted = count >= _PAIR, "at least two terms"
    if not fits:
        yield Fault("/terms", TERMS_DO_NOT_FIT, f"{relation.kind} takes {wanted}, not {count}.", f"Name {wanted}.")


def _divisor(relation: Relation, figures: Mapping[str, Figure]) -> Iterator[Fault]:
    """Refuse a division by zero that Kaohe is asked to do; one that a paper printed is a check's matter."""
    number = _DIVISOR.get(relation.kind)
    if number is None or relation.result is not None or len(relation.terms) <= number:
        return
    term = relation.terms[number]
    figure = figures.get(term) if isinstance(term, str) else None
    value: Decimal | int | None = term if isinstance(term, Decimal) else figure.days if figure else None
    if figure is not None and figure.text is not None:
        value = read(figure.text, figure.unit).value
    if value == 0:
        detail = f"{relation.label} divides by {term!s}, which is 0."
        yield Fault(f"/terms/{number}", ZERO_DIVISOR, detail, "Name a figure above zero to divide by.")
