"""A result and a notice as they are sent: of a month, of a year, of a revision."""

from fractions import Fraction
from typing import Annotated

from pydantic import Discriminator, Field, Tag, model_validator

from app.features.assessments.results import Result
from app.rules.consecutive import MonthState
from app.rules.scores import Score, ScoreKind
from app.values import Code, Day, DocumentNo, Note, Points, Reason, Shape, shown


class Exact(Shape):
    """The score itself."""

    exact: Points


class AtLeast(Shape):
    """All that is known is a lower bound, which the score may equal."""

    at_least: Points


class Below(Shape):
    """All that is known is an upper bound, which the score does not reach."""

    below: Points


def _form(value: object) -> str | None:
    """Tell which form of a score was sent, so that an error speaks of that one only."""
    return next((name for name in ("exact", "at_least", "below") if isinstance(value, dict) and name in value), None)


ScoreIn = Annotated[
    Annotated[Exact, Tag("exact")] | Annotated[AtLeast, Tag("at_least")] | Annotated[Below, Tag("below")],
    Discriminator(_form, custom_error_type="score_form", custom_error_message="give exact, at_least or below"),
]


class CriterionPoints(Shape):
    """The points of one 评分项; null says that the criterion does not apply this month."""

    criterion: Code
    points: Points | None


class ResultIn(Shape):
    """The result of a month: `score` (null: assessed, but the score is not known) or the points by `criteria`."""

    state: MonthState
    score: ScoreIn | None = None
    criteria: Annotated[list[CriterionPoints], Field(min_length=1, max_length=200)] | None = None
    reason: Annotated[Reason | None, Field(description="Why the month is excused or not assessed; required then.")] = (
        None
    )
    note: Note | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> "ResultIn":
        if self.state is not MonthState.ASSESSED and (self.score is not None or self.criteria is not None):
            message = f"a month that is {self.state} has no score and no criteria"
            raise ValueError(message)
        if self.state is not MonthState.ASSESSED and self.reason is None:
            message = f"a month that is {self.state} needs a reason"
            raise ValueError(message)
        if self.score is not None and self.criteria is not None:
            message = "state the score or the points by criteria, not both"
            raise ValueError(message)
        if self.state is MonthState.ASSESSED and not {"score", "criteria"} & self.model_fields_set:
            message = "state a score, criteria, or score null where the score is not known"
            raise ValueError(message)
        codes = [item.criterion for item in self.criteria or ()]
        if len(codes) != len(set(codes)):
            message = "a criterion is stated twice"
            raise ValueError(message)
        return self

    def result(self) -> Result:
        """Read the body as the feature's result."""
        criteria = None if self.criteria is None else {item.criterion: item.points for item in self.criteria}
        return Result(self.state, read_score_in(self.score), criteria, self.reason, self.note)


def read_score_in(sent: Exact | AtLeast | Below | None) -> Score:
    """Read a score as it was sent; null says that it is not known."""
    match sent:
        case Exact(exact=value):
            return Score(ScoreKind.EXACT, Fraction(value))
        case AtLeast(at_least=value):
            return Score(ScoreKind.AT_LEAST, Fraction(value))
        case Below(below=value):
            return Score(ScoreKind.BELOW, Fraction(value))
    return Score(ScoreKind.UNKNOWN, None)


class NoticeIn(Shape):
    """考核通报: what the paper says."""

    model_config = shown({"notified_on": "2023-03-26", "document_no": "政务考核〔2023〕1号"})

    notified_on: Day
    document_no: DocumentNo | None = None
