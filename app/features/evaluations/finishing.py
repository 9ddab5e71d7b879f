"""What stands in the way of making an evaluation final."""

from collections.abc import Iterator

from app.features.evaluations.reading import Reading
from app.models.words import EvaluationKind
from app.rules.evaluations.check_codes import CheckCode
from app.rules.evaluations.values import Scored
from app.rules.faults import Fault
from app.rules.money import exact

_BOUND = "Record what is lacking, bind it to other months, or state the actual."
_SCORE = "State what is missing of its target, actual, method or judgement; `checks` says what cannot be read."


def hindrances(found: Reading) -> list[Fault]:
    """Name all that stands in the way: a row without points, weights that do not come to the full mark.

    Every other check is the evaluators' own to weigh, and does not stand in the way.
    """
    return [*_weights(found), *_rows(found)]


def _weights(found: Reading) -> Iterator[Fault]:
    full, weight = found.template.full_mark, found.standing.weight
    if not found.evaluation.indicators:
        if found.row["kind"] is EvaluationKind.SELF_EVALUATION:
            detail = "A self-evaluation has a table of indicators; this one has none."
            yield Fault("/document/indicators", "no-indicators", detail, "State the table.")
        return
    if weight is None:
        detail = "The weights cannot be added up, since one of them is missing or cannot be read."
        yield Fault("/document/indicators", CheckCode.WEIGHT_MISSING, detail, "State each row's weight.")
    elif weight != full:
        detail = f"The weights come to {exact(weight)}, and not to {full}."
        yield Fault(
            "/document/indicators", CheckCode.WEIGHTS_DO_NOT_SUM, detail, "Let the weights come to the full mark."
        )


def _rows(found: Reading) -> Iterator[Fault]:
    for row in found.standing.rows:
        yield from _unscored(found, row)
    funds = found.standing.funds
    if funds is not None and funds.weight is not None:
        yield from _unscored(found, funds)


def _unscored(found: Reading, row: Scored) -> Iterator[Fault]:
    """Name the lowest rows without points: what stands above them follows."""
    if row.children:
        for child in row.children:
            yield from _unscored(found, child)
        return
    if row.score is not None:
        return
    trace = found.actuals.get(row.place)
    if trace is not None and trace.value is None:
        for lacking in trace.lacking:
            month = f"{lacking.period}: " if lacking.period else ""
            detail = f"'{row.name}' is not known. {month}{lacking.text.en}"
            yield Fault(f"/document{row.place}/measure/binding", lacking.code, detail, _BOUND)
        return
    yield Fault(f"/document{row.place}", "no-score", f"'{row.name}' has no points.", _SCORE)
