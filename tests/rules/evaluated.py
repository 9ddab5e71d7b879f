"""Reads evaluations for tests as the program does, and puts them through the rules: scored, compared, checked."""

from dataclasses import dataclass
from typing import Any

from app.features.evaluations import templates
from app.features.evaluations.document import EvaluationDocument
from app.rules.evaluations.checking import check
from app.rules.evaluations.relations import compare
from app.rules.evaluations.scoring import score
from app.rules.evaluations.totals import Total, as_printed, totals
from app.rules.evaluations.values import Check, Comparison, Evaluation, Outcome


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluation with all that the rules say of it."""

    evaluation: Evaluation
    outcome: Outcome
    comparisons: tuple[Comparison, ...]
    checks: tuple[Check, ...]

    @property
    def standing(self) -> Outcome:
        """Give the outcome in which printed scores stand."""
        return as_printed(self.evaluation, self.outcome)

    @property
    def totals(self) -> tuple[Total, ...]:
        """Give every total with what it rests on."""
        return totals(self.evaluation, self.outcome, self.standing)

    @property
    def found(self) -> set[tuple[str, str]]:
        """Give the code and place of every check."""
        return {(one.code, one.place) for one in self.checks}


def evaluated(document: Any, template: str, year: int = 2024, working_days: int | None = 250) -> Evaluated:  # noqa: ANN401 any JSON value is a document until it is read
    """Read a document under a template and put it through the rules."""
    prescribed = templates.find(template)
    assert prescribed is not None
    days = {"working_days": working_days, "calendar_days": 366 if year % 4 == 0 else 365}
    evaluation = EvaluationDocument.model_validate(document).evaluation(year, prescribed, days)
    outcome = score(evaluation)
    comparisons = compare(evaluation, outcome)
    return Evaluated(evaluation, outcome, comparisons, check(evaluation, outcome, comparisons))
