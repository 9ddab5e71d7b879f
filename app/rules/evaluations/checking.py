"""What is wrong with an evaluation, before somebody else finds it: every check, none of which repairs anything."""

from collections.abc import Iterator, Sequence

from app.rules.evaluations.figure_checks import figure_checks
from app.rules.evaluations.leaf_checks import leaf_checks
from app.rules.evaluations.operands import operands
from app.rules.evaluations.table_checks import every_row, table_checks
from app.rules.evaluations.values import Check, Comparison, Evaluation, Outcome, Scored


def check(evaluation: Evaluation, outcome: Outcome, comparisons: Sequence[Comparison]) -> tuple[Check, ...]:
    """Check an evaluation with what it comes to and what was recomputed of it: the table, its rows, then the figures.

    The same evaluation always gives the same checks in the same order.
    """
    told = {comparison.key: comparison for comparison in comparisons}
    scored = {row.place: row for row in _flat(outcome.rows)}
    checks = [*table_checks(evaluation, outcome, told)]
    for row in every_row(evaluation):
        checks += leaf_checks(evaluation, row, scored.get(row.place), told)
    return (*checks, *figure_checks(evaluation, operands(evaluation), told))


def _flat(rows: Sequence[Scored]) -> Iterator[Scored]:
    for row in rows:
        yield row
        yield from _flat(row.children)
