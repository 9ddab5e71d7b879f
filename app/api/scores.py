"""A score as the doors show it: exact, or a bound where nothing more is known."""

from typing import Any

from pydantic import BaseModel
from sqlalchemy import RowMapping

from app.rules.scores import ScoreKind
from app.values import Hundredths


class ExactOut(BaseModel):
    """The score itself."""

    exact: Hundredths


class AtLeastOut(BaseModel):
    """All that is known is a lower bound, which the score may equal."""

    at_least: Hundredths


class BelowOut(BaseModel):
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
            return AtLeastOut(at_least=value)
        case ScoreKind.BELOW:
            return BelowOut(below=value)
    return ExactOut(exact=value)
