"""What follows from what in an evaluation: every printed figure that others prove, recomputed from them."""

from collections.abc import Iterable, Iterator, Mapping

from app.rules.evaluations.agreements import agreements
from app.rules.evaluations.document_relations import relations_of
from app.rules.evaluations.operands import Operand, operands
from app.rules.evaluations.printed import PERCENT_WITH_CURRENCY, half_up
from app.rules.evaluations.table_relations import rows_of
from app.rules.evaluations.values import Comparison, Evaluation, FundSource, Outcome, Verdict


def compare(evaluation: Evaluation, outcome: Outcome) -> tuple[Comparison, ...]:
    """Recompute what the tables imply, what the document says follows, and what states one quantity twice.

    Figures that nothing proves are given as stated. Keys are unique: a relation's own, `rate:`, `score:`, `weight:`,
    `sum:`, `grade:` and `rules:` with a place, `same:`, `unit:` and `figure:` with a figure's key, `base:` with that of
    a relation.
    """
    cells = operands(evaluation)
    told = [*rows_of(evaluation, outcome, cells), *relations_of(evaluation, cells), *agreements(cells)]
    proved = {relation.result for relation in evaluation.relations if relation.result}
    return (*_stated(evaluation, cells, proved, told), *told)


def _stated(
    evaluation: Evaluation, cells: Mapping[str, Operand], proved: Iterable[str], told: Iterable[Comparison]
) -> Iterator[Comparison]:
    """Give the figures of the text and the amounts of the funds that nothing else proves, and all with a warning."""
    held = {comparison.key.partition(":")[2] for comparison in told if comparison.key.startswith(("same:", "unit:"))}
    total = [row.place for row in evaluation.funds if row.source is FundSource.TOTAL]
    amounts = [f"{place}/{name}" for place in total for name in ("initial", "full_year", "executed")]
    keys = [figure.key for figure in evaluation.figures]
    keys += [place.removeprefix("/").replace("/", ".") for place in amounts]
    for key in keys:
        operand = cells.get(key)
        if operand is None or operand.text is None:
            continue
        if operand.warnings or (key not in proved and key not in held):
            yield _figure(operand)


def _figure(operand: Operand) -> Comparison:
    verdict = Verdict.STATED
    if operand.size is None:
        verdict = Verdict.NOT_DERIVABLE
    elif PERCENT_WITH_CURRENCY in operand.warnings:
        verdict = Verdict.UNIT
    elif operand.warnings:
        verdict = Verdict.TYPO
    value = operand.value
    return Comparison(
        key=f"figure:{operand.key}",
        place=operand.place,
        quantity=operand.label,
        published=operand.text,
        recomputed=None if value is None else half_up(value, operand.places) + operand.unit,
        exact=value,
        verdict=verdict,
        remarks=operand.warnings,
        remarks_zh=operand.warnings,
    )
