"""A score as the doors show it: exact, or a bound where nothing more is known."""

from typing import Any

from sqlalchemy import RowMapping

from app.rules.scores import ScoreKind
from app.values import Hundredths, Out


class ExactOut(Out):
    """The score itself."""

    exact: Hundredths


class AtLeastOut(Out):
    """All that is known is a lower bound, which the score may equal."""

    at_least: Hundredths


class BelowOut(Out):
    """All that is known is an upper bound, which the score does not reach."""

    below: Hundredths


ScoreOut = ExactOut | AtLeastOut | BelowOut


def score_of(row: RowMapping | dict[str, Any]) -> ScoreOut | None:
    """Show the score of a month's row; None where nothing is known of it."""
    value = row["score_hundredths"]
    if value is None:
        return None
    match row["score_kind"]:
        case ScoreKind.AT_LEAST:
            return AtLeastOut.model_construct(at_least=value)
        case ScoreKind.BELOW:
            return BelowOut.model_construct(below=value)
    return ExactOut.model_construct(exact=value)
